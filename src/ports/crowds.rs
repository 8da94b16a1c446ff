//! How many people are where at this moment, on all nodes.

use crate::domain::id::RoomId;

/// Knows how many people are in which room, without asking anybody: what it says may be a moment old.
pub trait Crowds: std::fmt::Debug + Send + Sync {
    /// How many people are in a room.
    fn people(&self, room: RoomId) -> usize;

    /// The public rooms with people in them, and how many, in no order.
    fn lively(&self) -> Vec<(RoomId, usize)>;
}
