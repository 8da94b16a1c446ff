//! Which nodes there are, and which of them has a room: so that who comes is sent there first. Nothing depends on it: a
//! room that is looked for at the wrong node is found from there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::crowds::OwnRooms;
use crate::domain::id::{NodeId, RoomId};

/// A node, and where it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeAt {
    /// This run of its process.
    pub node: NodeId,
    /// Its host and port, as those who send people to it write them.
    pub address: String,
}

/// Knows where rooms are without asking anybody. What it says may be some seconds old, and is a hint: that it knows of
/// no owner does not mean that there is none. A node that is gone is forgotten within some seconds.
pub trait Directory: std::fmt::Debug + Send + Sync {
    /// The node that has said that it owns the room.
    fn owner(&self, room: RoomId) -> Option<NodeAt>;

    /// Every node, in the order of their ids.
    fn nodes(&self) -> Vec<NodeAt>;
}

/// The directory of a node that is the only one.
#[derive(Debug, Clone)]
pub struct Lone {
    /// The node.
    pub at: NodeAt,
    /// Its rooms.
    pub rooms: Arc<dyn OwnRooms>,
}

impl Directory for Lone {
    fn owner(&self, room: RoomId) -> Option<NodeAt> {
        self.rooms.owned(room).map(|_| self.at.clone())
    }

    fn nodes(&self) -> Vec<NodeAt> {
        vec![self.at.clone()]
    }
}
