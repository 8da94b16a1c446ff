//! What is known of a room from outside: its figures, and what it tells of itself when it is asked.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::outbox::Outbox;
use super::room::{ConnId, MemberInspection, Now, Room, RoomInspection};
use crate::domain::id::{RoomId, UserId};

/// A room as known without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomFigures {
    /// Which.
    pub id: RoomId,
    /// People present, where this node owns the room.
    pub people: usize,
    /// Sessions, lost ones among them.
    pub sessions: usize,
    /// Batches the store has not confirmed.
    pub unsaved_batches: usize,
    /// Commands that wait for the room's next turn.
    pub commands_waiting: usize,
    /// How late the last turn began that time had asked for, in milliseconds.
    pub lag_ms: u64,
}

/// What a room tells of itself.
#[derive(Debug)]
pub struct RoomReport {
    /// Its name and owner, where this node owns it.
    pub card: Option<(String, UserId)>,
    /// In numbers, where this node owns it.
    pub inspection: Option<RoomInspection>,
    /// Bytes that wait for all its connections here.
    pub queue_bytes: usize,
    /// The same for the one with most.
    pub queue_bytes_max: usize,
    /// Who is in it.
    pub members: Vec<MemberReport>,
}

/// Someone in a room.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberReport {
    #[serde(flatten)]
    member: MemberInspection,
    /// Bytes that wait for this person's connections here.
    queue_bytes: usize,
    /// `in_step`, `behind`, or `stale` when frames were dropped and a snapshot is owed.
    lag: &'static str,
}

impl RoomReport {
    /// What a room's actor says when asked.
    pub(super) fn of<'a>(
        room: Option<&Room>,
        outboxes: impl Iterator<Item = (ConnId, &'a Outbox)>,
        now: Now,
    ) -> Self {
        let waiting: BTreeMap<ConnId, (usize, bool)> = outboxes
            .map(|(conn, outbox)| (conn, (outbox.waiting_bytes(), outbox.is_stale())))
            .collect();
        let members = room.map(Room::inspect_members).unwrap_or_default();
        let members = members.into_iter().map(|member| {
            let queues = member.conns.iter().filter_map(|conn| waiting.get(conn));
            let (queue_bytes, stale) = queues.fold((0, false), |(sum, any), (bytes, stale)| {
                (sum + bytes, any || *stale)
            });
            let lag = match (stale, queue_bytes) {
                (true, _) => "stale",
                (false, 0) => "in_step",
                (false, _) => "behind",
            };
            MemberReport {
                member,
                queue_bytes,
                lag,
            }
        });
        let bytes = waiting.values().map(|(bytes, _)| *bytes);
        Self {
            card: room.map(|room| (room.card().name.clone(), room.card().owner_id)),
            inspection: room.map(|room| room.inspect(now)),
            queue_bytes: bytes.clone().sum(),
            queue_bytes_max: bytes.max().unwrap_or(0),
            members: members.collect(),
        }
    }
}
