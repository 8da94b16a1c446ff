//! Every bound of the live room: a name, a unit, a reason. What an operator may change is in [`Limits`]; the
//! relations between them are checked at compile time for the defaults and at start for what was configured.

use maru_protocol::{BATCH_OPS_MAX, CLIENT_FRAME_BYTES_MAX};

use super::rate::Allowance;
pub use crate::ports::room::{ANSWERS_KEPT_MS, PAST_EPOCHS_MAX, SESSION_RECORDS_MAX};

/// The most batches a session may have unanswered, and the answers kept for resends.
pub const UNACKED_MAX: usize = 64;

/// Unsent bytes the kernel may hold for one socket: enough for a flush, not for megabytes of the past.
pub const KERNEL_UNSENT_BYTES: u32 = 16 * 1024;

/// The read buffer of a connection. Client frames are small; larger ones are read in pieces.
pub const READ_BUFFER_BYTES: usize = 512;

/// How long a ticket is good.
pub const TICKET_MS: u64 = 30_000;

/// Tickets given out within twice their life, all rooms together.
pub const TICKETS_MAX: usize = 50_000;

/// How long a resume token is good: as long as answers are kept.
pub const RESUME_TOKEN_MS: u64 = ANSWERS_KEPT_MS;

/// The longest resume token and ticket read, in bytes.
pub const CREDENTIAL_BYTES_MAX: usize = 1_024;

/// The bounds of live rooms, configured as `live.NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// A connection that has not joined by then is closed: it costs memory and proves nothing.
    pub join_ms: u64,
    /// Silence after which a side pings.
    pub heartbeat_ms: u64,
    /// Silence after which a side gives the connection up: two heartbeats and a margin for slow phones.
    pub silence_ms_max: u64,
    /// How long a lost session is kept for its return: a reload, a lift, a change of network.
    pub grace_ms: u64,
    /// A lost person is shown as away after this, so that a mere reload is not seen at all.
    pub away_after_ms: u64,
    /// Doing nothing for this long makes a person idle.
    pub idle_ms: u64,
    /// Typing is forgotten after this, in case its end was lost.
    pub typing_ms: u64,
    /// A room nobody is in is dropped from memory after this.
    pub idle_room_ms: u64,

    /// Unsaved batches a room may owe its store before it refuses more.
    pub unsaved_batches_max: usize,
    /// How old the oldest unsaved batch may be before the room refuses more.
    pub unsaved_age_ms_max: u64,
    /// What a client is told to wait when the room cannot save fast enough.
    pub busy_retry_ms: u32,

    /// People a room holds unless its owner says fewer; the owner always gets in.
    pub people_max: usize,
    /// Sessions one person may have in one room.
    pub sessions_per_person_max: usize,
    /// Items a room holds.
    pub items_max: usize,
    /// Layouts a room keeps.
    pub layouts_max: usize,
    /// Editors, bans and mutes a room keeps, each.
    pub access_list_max: usize,

    /// In a room of more people than this, each receiver gets every place of those near it and, less often,
    /// of the rest.
    pub crowd_min: usize,
    /// How many people count as near, the nearest first.
    pub near_max: usize,
    /// How often the places of those far away are sent.
    pub far_interval_ms: u64,

    /// The shortest time between two flushes of a busy room.
    pub flush_ms_min: u64,
    /// The longest, when a room is crowded or the processor is short.
    pub flush_ms_max: u64,
    /// Each member beyond the first adds this many microseconds to the flush interval: writes, not bytes, are
    /// the cost of a flush.
    pub flush_us_per_member: u64,
    /// What waits for a flush goes out before it grows beyond this, so that one burst fits a backlog.
    pub flush_bytes_max: usize,
    /// A snapshot longer than this goes out in parts.
    pub snapshot_part_bytes: usize,
    /// How often a walking client sends its place.
    pub move_interval_ms: u64,

    /// Bytes a slow connection may have waiting.
    pub backlog_bytes_max: usize,
    /// A socket that takes no byte for this long while bytes wait is closed.
    pub stall_ms_max: u64,

    /// Commands a room may have waiting; beyond, its members' reads wait.
    pub commands_waiting_max: usize,
    /// Commands taken in one turn before the room looks at its clock again.
    pub commands_per_turn_max: usize,

    /// Batches of one connection.
    pub connection_ops: Allowance,
    /// Chat lines of one connection.
    pub connection_chat: Allowance,
    /// Places of one connection: twice what `move_interval_ms` asks for.
    pub connection_move: Allowance,
    /// Typing and drag previews of one connection.
    pub connection_signal: Allowance,
    /// Everything else of one connection.
    pub connection_other: Allowance,
    /// Batches of one user, on all their connections to this node.
    pub user_ops: Allowance,
    /// Chat lines of one user, on all their connections to this node.
    pub user_chat: Allowance,
    /// Frames of any class from one address; many people may share one.
    pub address_frames: Allowance,
    /// Refused frames a connection may send in a minute before it is closed.
    pub refusals_per_minute_max: u32,

    /// Connections one user may have to this node.
    pub connections_per_user_max: usize,
    /// Connections one address may have to this node; many people may share one.
    pub connections_per_address_max: usize,
    /// New connections of one address.
    pub address_connects: Allowance,
    /// New connections of this node: a storm of returning clients is let in at this rate.
    pub node_connects: Allowance,
    /// Tickets asked for by one user or, without an account, one address.
    pub tickets: Allowance,

    /// Over how long a stopping node spreads the return of its members.
    pub drain_spread_ms: u64,
    /// Members told at once that the node stops.
    pub drain_batch: usize,
    /// Between two such batches.
    pub drain_batch_ms: u64,

    /// How long a node's claim to its rooms outlives the last renewal: at least five times the worst stall.
    pub lease_ms: u64,
    /// How often an owner tells other nodes where its room stands.
    pub announce_ms: u64,
}

const fn rate(per_second: u32, burst: u32) -> Allowance {
    Allowance { per_second, burst }
}

impl Limits {
    /// What holds unless configured otherwise.
    pub const DEFAULT: Self = Self {
        join_ms: 10_000,
        heartbeat_ms: 10_000,
        silence_ms_max: 25_000,
        grace_ms: 10_000,
        away_after_ms: 3_000,
        idle_ms: 5 * 60_000,
        typing_ms: 6_000,
        idle_room_ms: 30_000,
        unsaved_batches_max: 512,
        unsaved_age_ms_max: 2_000,
        busy_retry_ms: 500,
        people_max: 200,
        sessions_per_person_max: 8,
        items_max: 200,
        layouts_max: 10,
        access_list_max: 200,
        crowd_min: 64,
        near_max: 32,
        far_interval_ms: 1_000,
        flush_ms_min: 10,
        flush_ms_max: 50,
        flush_us_per_member: 200,
        flush_bytes_max: 64 * 1024,
        snapshot_part_bytes: 64 * 1024,
        move_interval_ms: 100,
        backlog_bytes_max: 256 * 1024,
        stall_ms_max: 10_000,
        commands_waiting_max: 1_024,
        commands_per_turn_max: 256,
        connection_ops: rate(20, 40),
        connection_chat: rate(2, 6),
        connection_move: rate(20, 40),
        connection_signal: rate(20, 40),
        connection_other: rate(5, 20),
        user_ops: rate(40, 80),
        user_chat: rate(3, 10),
        address_frames: rate(2_000, 4_000),
        refusals_per_minute_max: 16,
        connections_per_user_max: 20,
        connections_per_address_max: 1_000,
        address_connects: rate(100, 400),
        node_connects: rate(500, 1_000),
        tickets: rate(5, 40),
        drain_spread_ms: 5_000,
        drain_batch: 500,
        drain_batch_ms: 100,
        lease_ms: 10_000,
        announce_ms: 1_000,
    };

    /// Two limits that cannot both hold, and why.
    pub const fn contradiction(&self) -> Option<&'static str> {
        let flaws = [
            (
                self.heartbeat_ms * 2 < self.silence_ms_max,
                "silence_ms_max must exceed two heartbeat_ms: one lost ping must not end a connection",
            ),
            (
                self.away_after_ms < self.grace_ms,
                "away_after_ms must be below grace_ms: away is shown before the leave",
            ),
            (
                self.grace_ms < self.idle_room_ms,
                "idle_room_ms must exceed grace_ms: a room outlives the grace of its last member",
            ),
            (
                self.grace_ms < RESUME_TOKEN_MS,
                "grace_ms must be below the life of a resume token",
            ),
            (
                self.flush_ms_min <= self.flush_ms_max,
                "flush_ms_min must not exceed flush_ms_max",
            ),
            (
                self.flush_bytes_max + CLIENT_FRAME_BYTES_MAX < self.backlog_bytes_max,
                "backlog_bytes_max must hold a flush_bytes_max and one more batch",
            ),
            (
                self.snapshot_part_bytes < self.backlog_bytes_max,
                "snapshot_part_bytes must be below backlog_bytes_max",
            ),
            (
                UNACKED_MAX <= self.unsaved_batches_max,
                "unsaved_batches_max must not be below 64: one client alone cannot make a room refuse",
            ),
            (
                BATCH_OPS_MAX <= self.items_max,
                "items_max must not be below 64: one batch fits a room",
            ),
            (
                self.move_interval_ms > 0
                    && 1_000 / self.move_interval_ms < self.connection_move.per_second as u64,
                "connection_move must allow more than one place every move_interval_ms",
            ),
            (
                self.near_max < self.crowd_min,
                "near_max must be below crowd_min",
            ),
            (
                self.far_interval_ms > self.flush_ms_max,
                "far_interval_ms must exceed flush_ms_max",
            ),
            (
                self.typing_ms < self.idle_ms,
                "typing_ms must be below idle_ms",
            ),
            (
                self.connection_chat.burst <= self.user_chat.burst
                    && self.connection_ops.burst <= self.user_ops.burst,
                "a user's allowance must not be below one connection's",
            ),
            (
                self.announce_ms * 3 <= self.lease_ms,
                "lease_ms must be three announce_ms or more",
            ),
            (
                self.commands_per_turn_max > 0
                    && self.drain_batch > 0
                    && self.sessions_per_person_max > 0,
                "commands_per_turn_max, drain_batch and sessions_per_person_max must not be 0",
            ),
        ];
        let mut place = 0;
        while place < flaws.len() {
            if !flaws[place].0 {
                return Some(flaws[place].1);
            }
            place += 1;
        }
        None
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const _: () = {
    assert!(
        Limits::DEFAULT.contradiction().is_none(),
        "the defaults hold together"
    );
    assert!(
        READ_BUFFER_BYTES < CLIENT_FRAME_BYTES_MAX,
        "idle connections hold no frame's worth"
    );
};
