//! What others on the node may know of a room it has.

use super::{Host, State};
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

    /// Whether the host is done.
    pub const fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// What the room is, where this node owns it.
    pub fn card(&self) -> Option<&RoomCard> {
        self.owned().map(Room::card)
    }

    /// How late the last turn was that time alone had made due: a node short of processor flushes less often.
    pub fn set_lateness(&mut self, ms: u64) {
        if let State::Owner(owner) = &mut self.state {
            owner.room.set_lateness(ms);
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
