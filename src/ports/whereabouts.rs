//! Where people are at this moment, as known of their connections.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};

#[cfg(test)]
pub(crate) mod conformance;

/// A room somebody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Which.
    pub room: RoomId,
    /// Since when without a break.
    pub since: WallMs,
}

/// Knows where people are. It says where, not who may be told so.
///
/// Of the connections of this node it knows at once; of those of others within some seconds, and forgets those of a node
/// that is gone within a minute. What cannot be found out in time is left out: nobody waits to hear where somebody is.
#[async_trait]
pub trait Whereabouts: Send + Sync {
    /// The rooms somebody is in with an open connection, the one they came to last first.
    async fn of(&self, user: UserId) -> Vec<Stay>;
}

/// Knows who is where by the connections of one node.
pub trait OwnStays: Send + Sync {
    /// The rooms somebody is in, the one they came to last first.
    fn stays(&self, user: UserId) -> Vec<Stay>;

    /// The same for everybody who is somewhere.
    fn all_stays(&self) -> Vec<(UserId, Vec<Stay>)>;
}

/// A node that is the only one knows all there is.
#[async_trait]
impl<S: OwnStays> Whereabouts for S {
    async fn of(&self, user: UserId) -> Vec<Stay> {
        self.stays(user)
    }
}

/// Each room once, since the first came there that is still there; the one come to last first.
pub fn merged(stays: impl IntoIterator<Item = Stay>) -> Vec<Stay> {
    let mut merged: Vec<Stay> = stays.into_iter().collect();
    merged.sort_by_key(|stay| (stay.room, stay.since));
    merged.dedup_by_key(|stay| stay.room);
    merged.sort_by_key(|stay| std::cmp::Reverse(stay.since));
    merged
}
