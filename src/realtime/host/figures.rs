//! What others on the node may know of a room it has.

use super::{Action, At, Host, State};
use crate::domain::clock::Tick;
use crate::domain::id::NodeId;
use crate::domain::room::RoomCard;
use crate::realtime::room::Room;

impl Host {
    /// The live room, where this node owns it.
    pub fn owned(&self) -> Option<&Room> {
        match &self.state {
            State::Owner(owner) => Some(&owner.room),
            _ => None,
        }
    }

    /// The owner, where another node is.
    pub const fn relayed_from(&self) -> Option<NodeId> {
        match &self.state {
            State::Edge(edge) => Some(edge.owner),
            _ => None,
        }
    }

    /// What the room is, where this node owns it.
    pub fn card(&self) -> Option<&RoomCard> {
        self.owned().map(Room::card)
    }

    /// Whether it is not known yet who owns the room.
    pub const fn is_opening(&self) -> bool {
        matches!(self.state, State::Opening(_))
    }

    /// Opens the room for whoever waits for it without a connection.
    pub fn open(&mut self, at: At, actions: &mut Vec<Action>) {
        if self.is_opening() && self.call.is_none() {
            self.claim(at, actions);
        }
    }

    /// People, sessions and unsaved batches, where this node owns the room.
    pub fn figures(&self) -> (usize, usize, usize) {
        self.owned().map_or((0, 0, 0), Room::figures)
    }

    /// When the batches arrived whose answers have gone out since this was last asked.
    pub fn take_acknowledged(&mut self) -> Vec<Tick> {
        match &mut self.state {
            State::Owner(owner) => owner.room.take_acknowledged(),
            _ => Vec::new(),
        }
    }
}
