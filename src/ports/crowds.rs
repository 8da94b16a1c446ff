//! How many people are where at this moment, on all nodes.

use crate::domain::id::RoomId;

#[cfg(test)]
pub(crate) mod conformance;

/// Knows how many people are in which room, without asking anybody: what it says may be some seconds old. What a node
/// said that is gone is forgotten within as many.
pub trait Crowds: std::fmt::Debug + Send + Sync {
    /// How many people are in a room.
    fn people(&self, room: RoomId) -> usize;

    /// The public rooms with people in them, and how many, in no order.
    fn lively(&self) -> Vec<(RoomId, usize)>;
}

/// A live room as the node that owns it knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnRoom {
    /// Which.
    pub room: RoomId,
    /// People in it, on all nodes.
    pub people: usize,
    /// Whether everybody may know of it.
    pub is_public: bool,
}

/// Knows the rooms a node owns.
pub trait OwnRooms: std::fmt::Debug + Send + Sync {
    /// A room, where this node owns it.
    fn owned(&self, room: RoomId) -> Option<OwnRoom>;

    /// All of them, in no order.
    fn all_owned(&self) -> Vec<OwnRoom>;
}

/// A node that is the only one knows all there is.
impl<R: OwnRooms> Crowds for R {
    fn people(&self, room: RoomId) -> usize {
        self.owned(room).map_or(0, |room| room.people)
    }

    fn lively(&self) -> Vec<(RoomId, usize)> {
        lively(self.all_owned().into_iter()).collect()
    }
}

/// Those of these rooms that everybody may know of and that have people in them.
pub fn lively(rooms: impl Iterator<Item = OwnRoom>) -> impl Iterator<Item = (RoomId, usize)> {
    let lively = rooms.filter(|room| room.is_public && room.people > 0);
    lively.map(|room| (room.room, room.people))
}
