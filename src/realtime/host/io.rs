//! What goes into a host and what comes out of it.

use bytes::Bytes;

use crate::domain::id::NodeId;
use crate::domain::room::Epoch;
use crate::ports::room::{ClaimOutcome, RoomSave, SaveOutcome, StoreError};
use crate::realtime::ask::Ask;
use crate::realtime::relay::Message;
use crate::realtime::room::{CommandNo, CommandOutcome, ConnId, Input};

/// What can happen to a room on a node.
#[derive(Debug)]
pub enum HostInput {
    /// One of this node's own connections.
    Local(Input),
    /// The store's answer to the call of that number.
    Store(u64, StoreAnswer),
    /// A decision from elsewhere than a connection.
    Command(Ask),
    /// Another node.
    Relay(Message),
    /// The node stops.
    Drain,
    /// The room is there for nobody any more: archived or deleted.
    Shut,
}

/// What the store is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreCall {
    /// To give the room to this node.
    Claim,
    /// To make this durable.
    Save(Box<RoomSave>),
    /// What it holds.
    LastSave,
    /// To let anyone claim the room.
    Release(Epoch),
}

/// What the store says.
#[derive(Debug)]
pub enum StoreAnswer {
    /// To a claim.
    Claim(Result<ClaimOutcome, StoreError>),
    /// To a save.
    Save(Result<SaveOutcome, StoreError>),
    /// To the question for the last save.
    LastSave(Result<Option<(Epoch, u64)>, StoreError>),
    /// To a hand-over.
    Release(Result<(), StoreError>),
}

/// What a host wants done.
#[derive(Debug, PartialEq)]
pub enum Action {
    /// Frames for one connection.
    Send(ConnId, Bytes),
    /// Frames that bring one connection up to date.
    Resync(ConnId, Bytes),
    /// One flush for many connections: bytes, and how many of them are the reliable lane.
    Flush(Vec<ConnId>, Bytes, usize),
    /// The end of one connection.
    Close(ConnId, u16),
    /// Ask the store and answer with this number.
    Call(u64, StoreCall),
    /// Tell every node that has members in the room.
    Publish(Message),
    /// Tell one node.
    Tell(NodeId, Message),
    /// The outcome of a decision from elsewhere than a connection.
    Answer(CommandNo, CommandOutcome),
    /// Something was refused for the limit of this name.
    Refused(&'static str),
    /// This node is done with the room: forget the host.
    End,
}
