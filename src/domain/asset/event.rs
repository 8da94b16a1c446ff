//! What an uploaded picture tells the rest of the world.

use serde::{Deserialize, Serialize};

use crate::domain::id::UserId;

/// Something that happened to an uploaded picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AssetEvent {
    /// It can be shown.
    AssetReady {
        /// Whose it is.
        owner: UserId,
    },
    /// It must not be shown any more, anywhere.
    AssetTakenDown {},
    /// The decision that took it down was taken back: it can be shown again.
    AssetRestored {
        /// Whose it is.
        owner: UserId,
    },
    /// It is gone.
    AssetDeleted {},
}
