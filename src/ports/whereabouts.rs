//! Where people are at this moment, as known of the connections of this node.

use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};

/// A room somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Which.
    pub room: RoomId,
    /// Since when without a break.
    pub since: WallMs,
}

/// Knows where people are. It says where, not who may be told so.
pub trait Whereabouts: Send + Sync {
    /// The rooms somebody is in with an open connection, the one they came to last first.
    fn of(&self, user: UserId) -> Vec<Stay>;
}
