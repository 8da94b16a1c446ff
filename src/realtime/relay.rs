//! What the owner of a room and the edges of it tell each other. The transport may lose, repeat and reorder:
//! numbers show it, and whoever sees a gap asks to be brought up to date.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::room::{CommandNo, CommandOutcome, ConnId, Input};
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::Epoch;

/// The longest message taken from another node, in bytes: the longest flush or snapshot, with room to spare.
pub const MESSAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One message about one room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// Which room.
    pub room: RoomId,
    /// Who says it.
    pub from: NodeId,
    /// The owner's epoch; what carries a lower one than the receiver knows is dropped. `None` from an edge that has
    /// not heard of its owner yet.
    pub epoch: Option<Epoch>,
    /// What.
    pub body: Body,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Body {
    /// Edge to owner: what a member of the edge does.
    Up {
        /// Which life of the edge; a new one starts all numbers anew.
        link: u64,
        /// Grows with each message of this connection; lower ones are old.
        number: u32,
        /// What, with the edge's own connection id in it.
        input: Input,
    },
    /// Edge to owner, regularly: who is here.
    Roll {
        /// Which life of the edge.
        link: u64,
        /// Every connection in the room, and the number of its last `Up`.
        conns: Vec<(ConnId, u32)>,
    },
    /// Edge to owner: something was lost on the way.
    Lost {
        /// Which life of the edge.
        link: u64,
    },
    /// Edge to owner: a decision from elsewhere than a connection.
    Ask {
        /// Which life of the edge.
        link: u64,
        /// What.
        ask: Ask,
    },
    /// Owner to edge: what became of a decision.
    Answer {
        /// The edge's own name for it.
        reply: CommandNo,
        /// What.
        outcome: CommandOutcome,
    },
    /// Owner to one edge: bytes for one connection.
    Down {
        /// Which life of the edge it is for.
        link: u64,
        /// Contiguous for a link.
        number: u64,
        /// Comes after this flush, and before the next.
        flush: u64,
        /// The edge's own connection id.
        conn: ConnId,
        /// What to do with it.
        parcel: Parcel,
    },
    /// Owner to one edge, in answer to `Roll`: how far it should be.
    Standing {
        /// Which life of the edge.
        link: u64,
        /// The last `Down` sent to it.
        number: u64,
        /// Connections of the roll the owner knows nothing of.
        unknown: Vec<ConnId>,
        /// Connections of which something was lost on the way.
        behind: Vec<ConnId>,
    },
    /// Owner to all: one flush of the room.
    Flush {
        /// Contiguous for an epoch.
        flush: u64,
        /// The edges it is meant for, each with its life and the last `Down` sent to it, after which the flush
        /// comes. An edge not among them has been given up.
        edges: Vec<(NodeId, u64, u64)>,
        /// One for each audience; the one without connections is for everyone not named elsewhere.
        audiences: Vec<Audience>,
    },
    /// Owner to all, regularly: how far they should be.
    Announce {
        /// The last flush.
        flush: u64,
    },
    /// Owner to all: the room is no longer here; claim it or look for its owner.
    Gone,
}

/// What one connection gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Parcel {
    /// The first frames of a newcomer.
    Welcome(Bytes),
    /// Frames.
    Send(Bytes),
    /// Frames that bring it up to date.
    Resync(Bytes),
    /// Last words, perhaps none, and the end with this close code.
    Close(Bytes, u16),
}

impl Parcel {
    /// How many bytes are in it.
    pub const fn size(&self) -> usize {
        match self {
            Self::Welcome(bytes)
            | Self::Send(bytes)
            | Self::Resync(bytes)
            | Self::Close(bytes, _) => bytes.len(),
        }
    }
}

/// Those who get the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// Which connections of which edges; `None` for all others.
    pub conns: Option<Vec<(NodeId, ConnId)>>,
    /// Framed: the reliable lane, then the latest-wins lane.
    pub bytes: Bytes,
    /// How many of the bytes are the reliable lane.
    pub reliable_bytes: u32,
}

impl Message {
    /// A message of a node about a room.
    pub const fn new(room: RoomId, from: NodeId, epoch: Option<Epoch>, body: Body) -> Self {
        Self {
            room,
            from,
            epoch,
            body,
        }
    }

    /// The bytes for the transport.
    pub fn encode(&self) -> Bytes {
        // Messages hold only types MessagePack has, and memory does not refuse a write.
        #[allow(clippy::expect_used)]
        let bytes = rmp_serde::to_vec(self).expect("messages are MessagePack");
        bytes.into()
    }

    /// The message in the bytes, if there is one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MESSAGE_BYTES_MAX {
            return None;
        }
        rmp_serde::from_slice(bytes).ok()
    }
}
