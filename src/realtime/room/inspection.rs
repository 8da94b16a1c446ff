//! A room in plain numbers, for those who operate it.

use maru_protocol::Role;

use super::{ConnId, Now, Room};
use crate::domain::clock::Tick;

/// What a room has done so far.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    flushes: u64,
    last_flush_bytes: usize,
    max_flush_bytes: usize,
    /// When the batches arrived whose answers have gone out, until somebody asks.
    acknowledged: Vec<Tick>,
}

/// Arrivals kept for whoever measures answers; where nobody does, the first ones stay.
const ACKNOWLEDGED_MAX: usize = 4_096;

impl Statistics {
    /// Answers to batches that arrived then are out.
    pub fn acknowledged(&mut self, arrived: Vec<Tick>) {
        let place = ACKNOWLEDGED_MAX.saturating_sub(self.acknowledged.len());
        self.acknowledged.extend(arrived.into_iter().take(place));
    }

    /// One flush is out; no receiver got more than so much.
    pub fn flushed(&mut self, bytes: usize) {
        self.flushes += 1;
        self.last_flush_bytes = bytes;
        self.max_flush_bytes = self.max_flush_bytes.max(bytes);
    }
}

/// Someone present, for those who operate the room's node.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct MemberInspection {
    /// The user or guest id.
    pub person_id: String,
    /// The name shown.
    pub name: String,
    /// What they may do here.
    pub role: &'static str,
    /// Sessions, lost ones among them.
    pub sessions: usize,
    /// Lost, and for long enough to be shown as such.
    pub away: bool,
    /// Doing nothing for long.
    pub idle: bool,
    /// Without a voice.
    pub muted: bool,
    /// Their connections, for whoever knows more of them.
    #[serde(skip)]
    pub conns: Vec<ConnId>,
}

/// A live room in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomInspection {
    /// The number of this ownership.
    pub epoch: u64,
    /// People present, away ones among them.
    pub people: usize,
    /// Sessions, lost ones among them.
    pub sessions: usize,
    /// Sessions with a connection.
    pub connections: usize,
    /// The last batch applied.
    pub seq: u64,
    /// The last batch known to be durable.
    pub saved_seq: u64,
    /// Answers the store has not confirmed yet.
    pub unsaved_batches: usize,
    /// How long the oldest of them has waited.
    pub oldest_unsaved_ms: u64,
    /// Flushes sent.
    pub flushes: u64,
    /// Bytes of the last one, for the receiver who got most.
    pub last_flush_bytes: usize,
    /// Bytes of the largest one.
    pub max_flush_bytes: usize,
    /// The shortest time between two flushes as things are.
    pub interval_ms: u64,
    /// Chat lines kept.
    pub chat_lines: usize,
    /// Items in the room.
    pub items: usize,
    /// People writing and items being dragged.
    pub signals: usize,
}

impl Room {
    /// People, sessions and unsaved batches.
    pub fn figures(&self) -> (usize, usize, usize) {
        let unsaved = self.debt.unsaved().batches;
        (self.members.len(), self.sessions.len(), unsaved)
    }

    /// When the batches arrived whose answers have gone out since this was last asked.
    pub fn take_acknowledged(&mut self) -> Vec<Tick> {
        std::mem::take(&mut self.statistics.acknowledged)
    }

    /// Everyone present.
    pub fn inspect_members(&self) -> Vec<MemberInspection> {
        let members = self.members.values().map(|member| {
            let sessions = member.sessions.iter();
            let conns = sessions.filter_map(|no| self.sessions.get(no)?.conn);
            MemberInspection {
                person_id: member.person_id.clone(),
                name: member.name.clone(),
                role: match member.role {
                    Role::Owner => "owner",
                    Role::Editor => "editor",
                    _ => "visitor",
                },
                sessions: member.sessions.len(),
                away: member.away,
                idle: member.idle,
                muted: member.muted,
                conns: conns.collect(),
            }
        });
        members.collect()
    }

    /// The room in numbers.
    pub fn inspect(&self, now: Now) -> RoomInspection {
        let unsaved = self.debt.unsaved();
        RoomInspection {
            epoch: self.epoch.0,
            people: self.members.len(),
            sessions: self.sessions.len(),
            connections: self.by_conn.len(),
            seq: self.document.seq.0,
            saved_seq: unsaved.durable_seq.0,
            unsaved_batches: unsaved.batches,
            oldest_unsaved_ms: unsaved.oldest.map_or(0, |since| now.tick.since_ms(since)),
            flushes: self.statistics.flushes,
            last_flush_bytes: self.statistics.last_flush_bytes,
            max_flush_bytes: self.statistics.max_flush_bytes,
            interval_ms: self.outgoing.interval_ms(&self.limits, self.members.len()),
            chat_lines: self.document.chat.len(),
            items: self.document.items.len(),
            signals: self.signals.count(),
        }
    }
}
