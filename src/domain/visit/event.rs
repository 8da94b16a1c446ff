//! What visits tell the rest of the world: rankings, histories.

use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, UserId};

/// Something that happened at a room's door or in its guestbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitEvent {
    /// Somebody came for the first time that day.
    Visited {
        /// Who.
        by: UserId,
        /// When.
        at: WallMs,
    },
    /// Somebody wrote into the guestbook.
    EntryWritten {
        /// Who.
        by: UserId,
        /// What.
        entry: EntryId,
        /// When.
        at: WallMs,
    },
}
