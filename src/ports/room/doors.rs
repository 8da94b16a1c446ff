//! Rooms as far as other services hang things in them.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::StoreError;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;

/// The most rooms looked up at once.
pub const DOORS_MAX: usize = 500;

/// A room that was opened once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Which.
    pub room: RoomId,
    /// Whether it is there: neither archived nor deleted.
    pub is_active: bool,
    /// Whose; nobody's once it is deleted for good.
    pub owner: Option<UserId>,
    /// Who may come in.
    pub visibility: Visibility,
    /// Who may change it beside the owner.
    pub editors: BTreeSet<UserId>,
}

/// Looks rooms up for whoever keeps what hangs in them.
#[async_trait]
pub trait RoomDoors: Send + Sync {
    /// Those of these rooms that were ever opened. More than [`DOORS_MAX`] at once are refused.
    async fn doors(&self, rooms: &[RoomId]) -> Result<Vec<Door>, StoreError>;
}
