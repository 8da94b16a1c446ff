//! What goes into a room and what comes out of it.

use bytes::Bytes;
use maru_protocol::{Avatar, CloseCode, Op as WireOp, Preview, ReadPoint, Standing, Status, Topic};

use serde::{Deserialize, Serialize};

use crate::domain::clock::{Tick, WallMs};
use crate::domain::id::{SessionId, UserId};
use crate::domain::room::{Decision, Refusal, Seq};
use crate::domain::version::Expected;
use crate::domain::visitor::Visitor;
use crate::ports::room::{RoomSave, SaveOutcome};

/// One connection of this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConnId(pub u64);

/// One command from elsewhere than a connection, so that its answer finds the way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandNo(pub u64);

/// What became of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandOutcome {
    /// Done and saved.
    Done {
        /// Its place in the room.
        seq: Seq,
    },
    /// It had no effect.
    Refused(Refusal),
    /// The rules are not those it was made for; nothing was done.
    Stale,
    /// The room cannot save fast enough, or what it tells the world is not passed on; nothing was done.
    Busy,
}

/// Both clocks, read once for one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// For rules.
    pub tick: Tick,
    /// For people.
    pub wall: WallMs,
}

/// How someone comes in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Entry {
    /// As a new session.
    Join {
        /// The new session's identity.
        session: SessionId,
        /// Where the avatar would like to stand.
        avatar: Option<Avatar>,
    },
    /// As a session that was here before.
    Resume {
        /// Which.
        session: SessionId,
        /// Which of the session's tokens was shown.
        generation: u32,
        /// What the client still has.
        have: Option<ReadPoint>,
        /// Where the avatar would like to stand, if the room has forgotten.
        avatar: Option<Avatar>,
        /// When the token was made.
        #[serde(default)]
        issued: WallMs,
    },
}

/// What can happen to a room. What members do may come from another node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// Someone identified asks to come in.
    Enter {
        /// On which connection.
        conn: ConnId,
        /// Who.
        visitor: Box<Visitor>,
        /// How.
        entry: Entry,
    },
    /// The first frame after the welcome: the client has received it.
    Heard {
        /// From which connection.
        conn: ConnId,
    },
    /// A batch of operations.
    Batch {
        /// From which connection.
        conn: ConnId,
        /// Its number in the session.
        number: u32,
        /// The newest seq its author had seen.
        base_seq: Seq,
        /// Whether it was sent before with an unknown answer.
        resend: bool,
        /// What to do.
        ops: Vec<WireOp>,
    },
    /// The newest place of an avatar.
    Move {
        /// From which connection.
        conn: ConnId,
        /// Where, in hundredths of a tile.
        x: i32,
        /// Where, in hundredths of a tile.
        y: i32,
        /// Which way, 0 to 3.
        facing: u8,
        /// Doing what.
        standing: Standing,
    },
    /// Whether someone is writing a line.
    Typing {
        /// From which connection.
        conn: ConnId,
        /// Writing, or no longer.
        active: bool,
    },
    /// Where an item is being dragged.
    Drag {
        /// From which connection.
        conn: ConnId,
        /// Where it is shown; none when the drag has ended.
        preview: Option<Preview>,
    },
    /// What someone says about their attention.
    SetStatus {
        /// From which connection.
        conn: ConnId,
        /// The new status.
        status: Status,
    },
    /// Someone's profile, looked up anew.
    Refresh {
        /// From which connection.
        conn: ConnId,
        /// Who they are now.
        visitor: Box<Visitor>,
    },
    /// Someone asks for one of the room's lists.
    Read {
        /// From which connection.
        conn: ConnId,
        /// Which list.
        topic: Topic,
    },
    /// A decision of the owner that comes from elsewhere than a connection.
    Command {
        /// Who decides.
        by: UserId,
        /// Their name.
        name: String,
        /// What. About a person who may not be known here, with that person's name.
        decision: Box<Decision>,
        /// The rules it is made for.
        expected: Expected,
        /// Names the answer.
        reply: CommandNo,
    },
    /// The client ended its session.
    Leave {
        /// On which connection.
        conn: ConnId,
    },
    /// The connection is gone.
    Lost {
        /// Which.
        conn: ConnId,
    },
    /// A connection that had fallen behind has taken everything again.
    Drained {
        /// Which.
        conn: ConnId,
        /// Whether reliable frames were dropped meanwhile.
        stale: bool,
    },
    /// Something of a connection was lost between nodes: what has no answer is to be sent again.
    Missed {
        /// Which connection.
        conn: ConnId,
    },
    /// The answer to the save in flight.
    #[serde(skip)]
    Saved(SaveOutcome),
    /// The save in flight failed for good.
    #[serde(skip)]
    SaveFailed,
    /// The server stops: members are to come back in a moment.
    #[serde(skip)]
    Drain,
}

impl Input {
    /// The connection whose person this shows to be doing something.
    pub(super) fn activity(&self) -> Option<ConnId> {
        match self {
            Self::Batch { conn, .. }
            | Self::Move { conn, .. }
            | Self::Typing { conn, .. }
            | Self::Drag { conn, .. }
            | Self::SetStatus { conn, .. }
            | Self::Read { conn, .. } => Some(*conn),
            _ => None,
        }
    }

    /// The connection it comes from, if it comes from one.
    pub const fn conn_mut(&mut self) -> Option<&mut ConnId> {
        match self {
            Self::Enter { conn, .. }
            | Self::Heard { conn }
            | Self::Batch { conn, .. }
            | Self::Move { conn, .. }
            | Self::Typing { conn, .. }
            | Self::Drag { conn, .. }
            | Self::SetStatus { conn, .. }
            | Self::Refresh { conn, .. }
            | Self::Read { conn, .. }
            | Self::Leave { conn }
            | Self::Lost { conn }
            | Self::Missed { conn }
            | Self::Drained { conn, .. } => Some(conn),
            Self::Command { .. } | Self::Saved(_) | Self::SaveFailed | Self::Drain => None,
        }
    }
}

/// What a room wants done.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// One frame for one connection.
    Send {
        /// Which.
        conn: ConnId,
        /// Framed.
        bytes: Bytes,
    },
    /// What brings a connection up to date whose frames were dropped.
    Resync {
        /// Which.
        conn: ConnId,
        /// Framed.
        bytes: Bytes,
    },
    /// One flush for many.
    Flush {
        /// Which.
        conns: Vec<ConnId>,
        /// Framed: the reliable lane, then the latest-wins lane.
        bytes: Bytes,
        /// How many of the bytes are the reliable lane.
        reliable_bytes: usize,
    },
    /// Close a connection, saying why.
    Close {
        /// Which.
        conn: ConnId,
        /// What the client does next.
        code: CloseCode,
    },
    /// The answer to a command: when it is saved, or at once when it is refused. A room that is abandoned
    /// leaves commands without an answer: what became of them is not known.
    Answer {
        /// Which command.
        reply: CommandNo,
        /// What became of it.
        outcome: CommandOutcome,
    },
    /// Something was refused for a limit: for whoever counts. What tells of it comes right after.
    Refused {
        /// The limit's name.
        limit: &'static str,
    },
    /// Make this durable and answer with `Saved`.
    Save(Box<RoomSave>),
    /// The claim is lost or the store refused: forget this room; the next to enter claims it anew.
    Abandon,
}
