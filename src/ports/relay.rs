//! The way between nodes that have members in the same room. It may lose, repeat and reorder messages, and never
//! makes its caller wait: what must arrive is numbered and asked for again by those who use it.

use bytes::Bytes;

use crate::domain::id::{NodeId, RoomId};

#[cfg(all(test, feature = "redis"))]
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
}

/// The relay of a node that is the only one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Relay for Alone {
    fn publish(&self, _: RoomId, _: Bytes) {}

    fn tell(&self, _: NodeId, _: Bytes) {}

    fn join(&self, _: RoomId) {}

    fn leave(&self, _: RoomId) {}
}
