//! What the live rooms of this node have done, in numbers: plain atomics, read by whoever watches over it.

mod exposition;
mod histogram;

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::backlog::Delivery;
use super::meter::Class;
use crate::ports::room::{SaveOutcome, StoreError};
pub use exposition::{Exposition, Kind};
pub use histogram::Histogram;

/// Bounds of times, in milliseconds.
const TIMES_MS: &[u64] = &[
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
];

/// Bounds of flushes, in bytes.
const FLUSH_BYTES: &[u64] = &[
    64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 65_536, 262_144,
];

/// Every limit that refuses, by its name in the configuration.
const LIMITS: [&str; 30] = [
    "live.connection_ops",
    "live.connection_chat",
    "live.connection_move",
    "live.connection_signal",
    "live.connection_other",
    "live.user_ops",
    "live.user_chat",
    "live.address_frames",
    "live.connections_per_user_max",
    "live.connections_per_address_max",
    "live.address_connects",
    "live.node_connects",
    "live.tickets",
    "live.refusals_per_minute_max",
    "live.join_ms",
    "live.silence_ms_max",
    "live.stall_ms_max",
    "live.people_max",
    "live.sessions_per_person_max",
    "live.unsaved_batches_max",
    "live.unsaved_age_ms_max",
    "live.outbox_events_max",
    "live.items_max",
    "live.layouts_max",
    "live.access_list_max",
    "unacked_max",
    "chat_chars_max",
    "client_frame_bytes_max",
    "tickets_max",
    OTHER_LIMIT,
];

/// One that is not in this list yet.
const OTHER_LIMIT: &str = "other";

const CLASSES: [&str; 5] = ["ops", "chat", "move", "signal", "other"];
const DELIVERIES: [&str; 3] = ["sent", "waiting", "dropped"];
const SAVES: [&str; 3] = ["saved", "fenced", "failed"];

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// So many more.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What one room is at the moment, as its actor last left it.
#[derive(Debug, Default)]
pub struct RoomGauges {
    /// Whether this node owns the room.
    pub owned: AtomicBool,
    /// People present, where this node owns the room.
    pub people: AtomicUsize,
    /// Whether this node owns the room and everybody may know of it.
    pub public: AtomicBool,
    /// Sessions, lost ones among them.
    pub sessions: AtomicUsize,
    /// Batches the store has not confirmed.
    pub unsaved_batches: AtomicUsize,
    /// How late the last turn began that time had asked for, in milliseconds.
    pub late_ms: AtomicU64,
}

/// How many receivers of a flush had what become of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally([u64; 3]);

impl Tally {
    /// One more receiver.
    pub fn count(&mut self, delivery: Delivery) {
        let place = match delivery {
            Delivery::Sent => 0,
            Delivery::Waiting => 1,
            Delivery::Dropped => 2,
        };
        self.0[place] += 1;
    }
}

/// The numbers of a node.
#[derive(Debug)]
pub struct LiveMetrics {
    frames_in: [Counter; CLASSES.len()],
    refusals: [Counter; LIMITS.len()],
    flush_bytes: Histogram,
    deliveries: [Counter; DELIVERIES.len()],
    resyncs: Counter,
    slow_consumers: Counter,
    unheard: Counter,
    saves: [Counter; SAVES.len()],
    save_ms: Histogram,
    ack_ms: Histogram,
    late_ms: Histogram,
}

/// What is counted by others and shown with the rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Present {
    /// Connections that have been let in.
    pub connections: usize,
    /// Rooms this node has in memory.
    pub rooms: usize,
    /// People in rooms this node owns.
    pub people: usize,
    /// Sessions in rooms this node owns.
    pub sessions: usize,
    /// Batches of these rooms that the store has not confirmed.
    pub unsaved_batches: usize,
}

impl Default for LiveMetrics {
    fn default() -> Self {
        Self {
            frames_in: Default::default(),
            refusals: Default::default(),
            flush_bytes: Histogram::new(FLUSH_BYTES),
            deliveries: Default::default(),
            resyncs: Counter::default(),
            slow_consumers: Counter::default(),
            unheard: Counter::default(),
            saves: Default::default(),
            save_ms: Histogram::new(TIMES_MS),
            ack_ms: Histogram::new(TIMES_MS),
            late_ms: Histogram::new(TIMES_MS),
        }
    }
}

impl LiveMetrics {
    pub(super) fn frame_in(&self, class: Class) {
        let place = match class {
            Class::Ops => 0,
            Class::Chat => 1,
            Class::Move => 2,
            Class::Signal => 3,
            Class::Other => 4,
        };
        self.frames_in[place].add(1);
    }

    /// Something was refused for a limit of this name.
    pub fn refused(&self, limit: &str) {
        let place = LIMITS.iter().position(|known| *known == limit);
        self.refusals[place.unwrap_or(LIMITS.len() - 1)].add(1);
    }

    pub(super) fn flushed(&self, bytes: usize) {
        self.flush_bytes.observe(bytes as u64);
    }

    pub(super) fn delivered(&self, receivers: Tally) {
        for (counter, count) in self.deliveries.iter().zip(receivers.0) {
            if count > 0 {
                counter.add(count);
            }
        }
    }

    pub(super) fn resynchronised(&self) {
        self.resyncs.add(1);
    }

    pub(super) fn slow_consumer(&self) {
        self.slow_consumers.add(1);
    }

    pub(super) fn unheard(&self) {
        self.unheard.add(1);
    }

    pub(super) fn saved(&self, outcome: &Result<SaveOutcome, StoreError>, ms: u64) {
        let place = match outcome {
            Ok(SaveOutcome::Saved { .. }) => 0,
            Ok(SaveOutcome::Fenced) => 1,
            Err(_) => 2,
        };
        self.saves[place].add(1);
        self.save_ms.observe(ms);
    }

    pub(super) fn acknowledged(&self, ms: u64) {
        self.ack_ms.observe(ms);
    }

    pub(super) fn late(&self, ms: u64) {
        self.late_ms.observe(ms);
    }

    /// Everything, in the text format of Prometheus.
    pub fn write(&self, present: Present, to: &mut Exposition) {
        for (name, help, value) in [
            (
                "maru_connections",
                "WebSocket connections let in.",
                present.connections,
            ),
            (
                "maru_rooms",
                "Rooms this node has in memory.",
                present.rooms,
            ),
            (
                "maru_people",
                "People in rooms this node owns.",
                present.people,
            ),
            (
                "maru_sessions",
                "Sessions in rooms this node owns, lost ones among them.",
                present.sessions,
            ),
            (
                "maru_unsaved_batches",
                "Batches the room store has not confirmed.",
                present.unsaved_batches,
            ),
        ] {
            to.family(name, Kind::Gauge, help);
            to.sample(name, &[], value);
        }
        let help = "Frames of clients within the allowance of their connection, by class.";
        counters(
            to,
            "maru_frames_in_total",
            help,
            "class",
            &CLASSES,
            &self.frames_in,
        );
        let help = "What was refused for a limit, by the limit's name in the configuration.";
        counters(
            to,
            "maru_refusals_total",
            help,
            "limit",
            &LIMITS,
            &self.refusals,
        );
        let help = "Bytes of a flush, for those who got all of it.";
        self.flush_bytes.write("maru_flush_bytes", help, 1, to);
        let help = "Flushes by what became of them at each receiver.";
        counters(
            to,
            "maru_deliveries_total",
            help,
            "outcome",
            &DELIVERIES,
            &self.deliveries,
        );
        for (name, help, counter) in [
            (
                "maru_resyncs_total",
                "Receivers brought up to date after a gap.",
                &self.resyncs,
            ),
            (
                "maru_slow_consumer_closes_total",
                "Connections closed because nothing was read for too long.",
                &self.slow_consumers,
            ),
            (
                "maru_relay_unheard_total",
                "Messages of other nodes that a busy room had no place for, or that cannot be read.",
                &self.unheard,
            ),
        ] {
            to.family(name, Kind::Counter, help);
            to.sample(name, &[], counter.get());
        }
        let help = "Saves of rooms, by outcome.";
        counters(to, "maru_saves_total", help, "outcome", &SAVES, &self.saves);
        let help = "How long a save of a room took.";
        self.save_ms.write("maru_save_seconds", help, 1_000, to);
        let help = "From the arrival of a batch at its room to its durable answer.";
        self.ack_ms.write("maru_ack_seconds", help, 1_000, to);
        let help = "How late a room's turn began after it was due.";
        self.late_ms
            .write("maru_turn_late_seconds", help, 1_000, to);
    }
}

fn counters(
    to: &mut Exposition,
    name: &'static str,
    help: &str,
    label: &str,
    values: &[&str],
    counters: &[Counter],
) {
    to.family(name, Kind::Counter, help);
    for (value, counter) in values.iter().zip(counters) {
        to.sample(name, &[(label, value)], counter.get());
    }
}
