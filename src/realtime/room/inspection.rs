//! A room in plain numbers, for those who operate it.

use super::{Now, Room};

/// What a room has done so far.
#[derive(Debug, Default)]
pub(super) struct Statistics {
    flushes: u64,
    last_flush_bytes: usize,
    max_flush_bytes: usize,
}

impl Statistics {
    /// One flush is out; no receiver got more than so much.
    pub fn flushed(&mut self, bytes: usize) {
        self.flushes += 1;
        self.last_flush_bytes = bytes;
        self.max_flush_bytes = self.max_flush_bytes.max(bytes);
    }
}

/// A live room in numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
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
