//! The way between nodes that have members in the same room. It may lose, repeat and reorder messages, and never
//! makes its caller wait: what must arrive is numbered and asked for again by those who use it.

use bytes::Bytes;

use crate::domain::id::{NodeId, RoomId, UserId};

#[cfg(test)]
#[cfg(feature = "redis")]
pub(crate) mod conformance;

/// Sends to other nodes.
pub trait Relay: Send + Sync {
    /// To every other node that has members in the room, or had until a moment ago.
    fn publish(&self, room: RoomId, message: Bytes);

    /// To one node.
    fn tell(&self, node: NodeId, message: Bytes);

    /// The room is here from now on: soon, and until as many times [`Relay::leave`] as this was called, what others
    /// publish of it arrives here.
    fn join(&self, room: RoomId);

    /// The room is not here any more.
    fn leave(&self, room: RoomId);

    /// Whether what others send arrives here, as far as is known. A node that does not hear should be sent nobody.
    fn hears(&self) -> bool;

    /// What it has done; none where there are no other nodes.
    fn counts(&self) -> Option<RelayCounts>;
}

/// Sends to a person's connections on other nodes. It may reach nobody, or somebody twice: what must be known is kept
/// elsewhere. Never makes its caller wait.
pub trait PersonRelay: Send + Sync {
    /// To every other node that this person has been connected to for a moment.
    fn push(&self, person: UserId, message: Bytes);
}

/// What arrives from another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arriving {
    /// About a room: what was given to [`Relay::publish`] or [`Relay::tell`].
    OfRoom(Bytes),
    /// For a person's connections here: what was given to [`PersonRelay::push`].
    ForPerson(UserId, Bytes),
}

/// What a relay has done since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RelayCounts {
    /// Messages sent.
    pub sent: u64,
    /// Messages of other nodes that arrived.
    pub received: u64,
    /// Messages lost on this side: they could not be sent, or were not looked at in time.
    pub lost: u64,
}

/// The relay of a node that is the only one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Relay for Alone {
    fn publish(&self, _: RoomId, _: Bytes) {}

    fn tell(&self, _: NodeId, _: Bytes) {}

    fn join(&self, _: RoomId) {}

    fn leave(&self, _: RoomId) {}

    fn hears(&self) -> bool {
        true
    }

    fn counts(&self) -> Option<RelayCounts> {
        None
    }
}

impl PersonRelay for Alone {
    fn push(&self, _: UserId, _: Bytes) {}
}
