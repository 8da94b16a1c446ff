//! What operators are told about a node and its rooms.

use serde::Serialize;
use utoipa::ToSchema;

use super::Asked;
use crate::domain::id::{RoomId, UserId};
use crate::realtime::inspect::Inspected;
use crate::realtime::report::MemberReport;

#[derive(Serialize, ToSchema)]
pub(super) struct LiveNodeBody {
    pub node: LiveNode,
    pub rooms: Vec<LiveRoom>,
    #[schema(required)]
    pub next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LiveRoomBody {
    pub room: LiveRoom,
    /// Null when the room does not answer.
    #[schema(required)]
    pub members: Option<Vec<MemberReport>>,
}

/// A node as a whole.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveNode {
    pub uptime_ms: u64,
    pub connections: usize,
    pub rooms: usize,
    pub people: usize,
    pub sessions: usize,
    pub commands_waiting: usize,
    pub unsaved_batches: usize,
    pub lag_ms_max: u64,
}

/// A room as it answered. What it does not know, because it does not answer or another node owns it, is absent.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveRoom {
    id: RoomId,
    people: usize,
    sessions: usize,
    unsaved_batches: usize,
    commands_waiting: usize,
    lag_ms: u64,
    answers: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner_id: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owned_here: Option<bool>,
    /// Bytes that wait for all its connections here.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_bytes: Option<usize>,
    /// The same for the one with most.
    #[serde(skip_serializing_if = "Option::is_none")]
    queue_bytes_max: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// The last batch known to be durable.
    #[serde(skip_serializing_if = "Option::is_none")]
    saved_seq: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_unsaved_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flushes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_flush_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_flush_bytes: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_lines: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<usize>,
    /// People writing and items being dragged.
    #[serde(skip_serializing_if = "Option::is_none")]
    signals: Option<usize>,
}

impl LiveRoom {
    /// None when it has gone meanwhile.
    pub(super) fn of((figures, inspected): &Asked) -> Option<Self> {
        let report = match inspected {
            Inspected::NotLive => return None,
            Inspected::Stuck => None,
            Inspected::Report(report) => Some(report),
        };
        let card = report.and_then(|report| report.card.clone());
        let (name, owner_id) = card.unzip();
        let inside = report.and_then(|report| report.inspection.as_ref());
        Some(Self {
            id: figures.id,
            people: inside.map_or(figures.people, |inside| inside.people),
            sessions: inside.map_or(figures.sessions, |inside| inside.sessions),
            unsaved_batches: inside
                .map_or(figures.unsaved_batches, |inside| inside.unsaved_batches),
            commands_waiting: figures.commands_waiting,
            lag_ms: figures.lag_ms,
            answers: report.is_some(),
            name,
            owner_id,
            owned_here: report.map(|report| report.inspection.is_some()),
            queue_bytes: report.map(|report| report.queue_bytes),
            queue_bytes_max: report.map(|report| report.queue_bytes_max),
            epoch: inside.map(|inside| inside.epoch),
            connections: inside.map(|inside| inside.connections),
            seq: inside.map(|inside| inside.seq),
            saved_seq: inside.map(|inside| inside.saved_seq),
            oldest_unsaved_ms: inside.map(|inside| inside.oldest_unsaved_ms),
            flushes: inside.map(|inside| inside.flushes),
            last_flush_bytes: inside.map(|inside| inside.last_flush_bytes),
            max_flush_bytes: inside.map(|inside| inside.max_flush_bytes),
            interval_ms: inside.map(|inside| inside.interval_ms),
            chat_lines: inside.map(|inside| inside.chat_lines),
            items: inside.map(|inside| inside.items),
            signals: inside.map(|inside| inside.signals),
        })
    }
}
