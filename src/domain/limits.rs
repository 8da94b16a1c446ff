//! What an operator may change about live rooms, as `live.NAME`: one table of names, units, reasons, defaults and
//! ranges, and the relations between them. `realtime::limits` holds what nobody may change.

use maru_protocol::{BATCH_OPS_MAX, CLIENT_FRAME_BYTES_MAX};

mod rest;

pub(crate) use rest::every_rest_limit;
pub use rest::{Left, Rate, RestClass, RestLimits, RestPolicy};

/// A sustained rate and what may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many a second in the long run.
    pub per_second: u32,
    /// How many at once after a rest.
    pub burst: u32,
}

/// The most batches a session may have unanswered, and the answers kept for resends.
pub const UNACKED_MAX: usize = 64;

/// How long a resume token is good after its session was last seen, in milliseconds: as long as answers are kept.
pub const RESUME_TOKEN_MS: u64 = 24 * 60 * 60 * 1_000;

/// The shortest time over which the return of a stopping node's members is spread, in milliseconds.
pub const RETURN_MS_MIN: u64 = 200;

/// Hands the table to a macro: `numbers` with type, default, unit and range, `allowances` with rate and burst.
macro_rules! every_limit {
    ($then:ident) => {
        $then! {
            numbers {
                /// A connection that has not joined by then is closed: it costs memory and proves nothing.
                join_ms: u64 = 10_000, "milliseconds", 100 to 600000;
                /// How long a ticket is good: from asking for it to showing it.
                ticket_ms: u64 = 30_000, "milliseconds", 100 to 600000;
                /// Silence after which a side pings.
                heartbeat_ms: u64 = 10_000, "milliseconds", 100 to 600000;
                /// Silence after which a side gives the connection up: two heartbeats and a margin for slow phones.
                silence_ms_max: u64 = 25_000, "milliseconds", 200 to 3600000;
                /// How long a lost session is kept for its return: a reload, a lift, a change of network.
                grace_ms: u64 = 10_000, "milliseconds", 0 to 3600000;
                /// A lost person is shown as away after this, so that a mere reload is not seen at all.
                away_after_ms: u64 = 3_000, "milliseconds", 0 to 3600000;
                /// Doing nothing for this long makes a person idle.
                idle_ms: u64 = 5 * 60_000, "milliseconds", 1000 to 86400000;
                /// Typing is forgotten after this, in case its end was lost.
                typing_ms: u64 = 6_000, "milliseconds", 500 to 60000;
                /// A room nobody is in is dropped from memory after this.
                idle_room_ms: u64 = 30_000, "milliseconds", 0 to 86400000;
                /// Unsaved batches a room may owe its store before it refuses more.
                unsaved_batches_max: usize = 512, "batches", 64 to 65536;
                /// How old the oldest unsaved batch may be before the room refuses more.
                unsaved_age_ms_max: u64 = 2_000, "milliseconds", 100 to 60000;
                /// Events beside plain changes that may wait to be published before the room refuses what would add more.
                outbox_events_max: usize = 64, "events", 1 to 65536;
                /// What a client is told to wait when the room cannot save fast enough.
                busy_retry_ms: u32 = 500, "milliseconds", 10 to 60000;
                /// People a room holds unless its owner says fewer; the owner always gets in.
                people_max: usize = 200, "people", 1 to 100000;
                /// Sessions one person may have in one room.
                sessions_per_person_max: usize = 8, "sessions", 1 to 1000;
                /// Items a room holds.
                items_max: usize = 200, "items", 64 to 10000;
                /// Layouts a room keeps.
                layouts_max: usize = 10, "layouts", 0 to 100;
                /// Editors, bans and mutes a room keeps, each.
                access_list_max: usize = 200, "people", 0 to 10000;
                /// In a room of more people than this, each receiver gets every place of those near it and, less often,
                /// of the rest.
                crowd_min: usize = 64, "people", 1 to 100000;
                /// How many people count as near, the nearest first.
                near_max: usize = 32, "people", 0 to 100000;
                /// How often the places of those far away are sent.
                far_interval_ms: u64 = 1_000, "milliseconds", 20 to 60000;
                /// The shortest time between two flushes of a busy room.
                flush_ms_min: u64 = 10, "milliseconds", 1 to 1000;
                /// The longest, when a room is crowded or the processor is short.
                flush_ms_max: u64 = 50, "milliseconds", 1 to 1000;
                /// The longest where more people than `split_min` are written to and those who write are late.
                flush_late_ms_max: u64 = 250, "milliseconds", 1 to 5000;
                /// Connections of one room above which tasks of its own write to a share of them each.
                split_min: usize = 1_000, "connections", 2 to 1000000;
                /// Each member beyond the first adds this many microseconds to the flush interval: writes, not bytes, are
                /// the cost of a flush.
                flush_us_per_member: u64 = 200, "microseconds", 0 to 100000;
                /// What waits for a flush goes out before it grows beyond this, so that one burst fits a backlog.
                flush_bytes_max: usize = 64 * 1024, "bytes", 4096 to 1048576;
                /// A snapshot longer than this goes out in parts.
                snapshot_part_bytes: usize = 64 * 1024, "bytes", 4096 to 1048576;
                /// How often a walking client sends its place.
                move_interval_ms: u64 = 100, "milliseconds", 10 to 10000;
                /// Bytes a slow connection may have waiting.
                backlog_bytes_max: usize = 256 * 1024, "bytes", 16384 to 67108864;
                /// A socket that takes no byte for this long while bytes wait is closed.
                stall_ms_max: u64 = 10_000, "milliseconds", 100 to 600000;
                /// Commands a room may have waiting; beyond, its members' reads wait.
                commands_waiting_max: usize = 1_024, "commands", 1 to 1048576;
                /// Commands taken in one turn before the room looks at its clock again.
                commands_per_turn_max: usize = 256, "commands", 1 to 1048576;
                /// Refused frames a connection may send in a minute before it is closed.
                refusals_per_minute_max: u32 = 16, "frames", 1 to 100000;
                /// Connections one user may have to this node.
                connections_per_user_max: usize = 20, "connections", 1 to 100000;
                /// Connections one address may have to this node; many people may share one.
                connections_per_address_max: usize = 1_000, "connections", 1 to 1000000;
                /// Over how long a stopping node spreads the return of its members.
                drain_spread_ms: u64 = 5_000, "milliseconds", 0 to 600000;
                /// Members told at once that the node stops.
                drain_batch: usize = 500, "members", 1 to 1000000;
                /// Between two such batches.
                drain_batch_ms: u64 = 100, "milliseconds", 1 to 60000;
                /// How long a node's claim to its rooms outlives the last renewal: at least five times the worst stall.
                lease_ms: u64 = 10_000, "milliseconds", 500 to 600000;
                /// How often an owner tells other nodes where its room stands.
                announce_ms: u64 = 1_000, "milliseconds", 50 to 60000;
            }
            allowances {
                /// Batches of one connection.
                connection_ops = (20, 40);
                /// Chat lines of one connection.
                connection_chat = (2, 6);
                /// Places of one connection: twice what `move_interval_ms` asks for.
                connection_move = (20, 40);
                /// Typing and drag previews of one connection.
                connection_signal = (20, 40);
                /// Everything else of one connection.
                connection_other = (5, 20);
                /// Batches of one user, on all their connections to this node.
                user_ops = (40, 80);
                /// Chat lines of one user, on all their connections to this node.
                user_chat = (3, 10);
                /// Frames of any class from one address; many people may share one.
                address_frames = (2_000, 4_000);
                /// New connections of one address.
                address_connects = (100, 400);
                /// New connections of this node: a storm of returning clients is let in at this rate.
                node_connects = (500, 1_000);
                /// Tickets asked for by one user or, without an account, one address.
                tickets = (5, 40);
            }
        }
    };
}

pub(crate) use every_limit;

macro_rules! limits {
    (
        numbers {
            $($(#[$doc:meta])+ $number:ident: $kind:ty = $default:expr, $unit:literal, $low:literal to $high:literal;)+
        }
        allowances { $($(#[$about:meta])+ $allowance:ident = ($per_second:literal, $burst:literal);)+ }
    ) => {
        /// The bounds of live rooms, configured as `live.NAME`.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])+ pub $number: $kind,)+
            $($(#[$about])+ pub $allowance: Allowance,)+
        }

        impl Limits {
            /// What holds unless configured otherwise.
            pub const DEFAULT: Self = Self {
                $($number: $default,)+
                $($allowance: Allowance { per_second: $per_second, burst: $burst },)+
            };
        }
    };
}

every_limit!(limits);

/// A limit that does not go together with another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradiction {
    /// The limit to change.
    pub limit: &'static str,
    /// What it must be, naming the other limit, and why.
    pub problem: &'static str,
}

/// How many relations there are between limits.
const RELATIONS: usize = 21;

impl Limits {
    /// Each relation between limits: the one to change, what it must be beside which other, and whether it is.
    const fn relations(&self) -> [(&'static str, &'static str, bool); RELATIONS] {
        [
            (
                "live.silence_ms_max",
                "must exceed two live.heartbeat_ms: one lost ping must not end a connection",
                self.heartbeat_ms * 2 < self.silence_ms_max,
            ),
            (
                "live.away_after_ms",
                "must be below live.grace_ms: away is shown before the leave",
                self.away_after_ms < self.grace_ms,
            ),
            (
                "live.idle_room_ms",
                "must exceed live.grace_ms: a room outlives the grace of its last member",
                self.grace_ms < self.idle_room_ms,
            ),
            (
                "live.grace_ms",
                "must be below 86400000, the life of a resume token",
                self.grace_ms < RESUME_TOKEN_MS,
            ),
            (
                "live.flush_ms_min",
                "must not exceed live.flush_ms_max",
                self.flush_ms_min <= self.flush_ms_max,
            ),
            (
                "live.backlog_bytes_max",
                "must hold a live.flush_bytes_max and one more batch of 16384 bytes",
                self.flush_bytes_max + CLIENT_FRAME_BYTES_MAX < self.backlog_bytes_max,
            ),
            (
                "live.snapshot_part_bytes",
                "must be below live.backlog_bytes_max",
                self.snapshot_part_bytes < self.backlog_bytes_max,
            ),
            (
                "live.unsaved_batches_max",
                "must not be below 64: one client alone cannot make a room refuse",
                UNACKED_MAX <= self.unsaved_batches_max,
            ),
            (
                "live.items_max",
                "must not be below 64: one batch fits a room",
                BATCH_OPS_MAX <= self.items_max,
            ),
            (
                "live.connection_move.per_second",
                "must allow more than one place every live.move_interval_ms",
                self.move_interval_ms > 0
                    && 1_000 / self.move_interval_ms < self.connection_move.per_second as u64,
            ),
            (
                "live.near_max",
                "must be below live.crowd_min",
                self.near_max < self.crowd_min,
            ),
            (
                "live.flush_late_ms_max",
                "must not be below live.flush_ms_max",
                self.flush_ms_max <= self.flush_late_ms_max,
            ),
            (
                "live.far_interval_ms",
                "must exceed live.flush_late_ms_max",
                self.far_interval_ms > self.flush_late_ms_max,
            ),
            (
                "live.typing_ms",
                "must be below live.idle_ms",
                self.typing_ms < self.idle_ms,
            ),
            (
                "live.user_chat.burst",
                "must not be below live.connection_chat.burst: a user has at least one connection",
                self.connection_chat.burst <= self.user_chat.burst,
            ),
            (
                "live.user_ops.burst",
                "must not be below live.connection_ops.burst: a user has at least one connection",
                self.connection_ops.burst <= self.user_ops.burst,
            ),
            (
                "live.connections_per_address_max",
                "must not be below live.connections_per_user_max: a user may be at one address",
                self.connections_per_user_max <= self.connections_per_address_max,
            ),
            (
                "live.lease_ms",
                "must be three live.announce_ms or more",
                self.announce_ms * 3 <= self.lease_ms,
            ),
            (
                "live.drain_spread_ms",
                "must, with one live.drain_batch_ms for each live.drain_batch of live.people_max, be below \
                 live.grace_ms: who comes back when told to is not seen leaving",
                self.returned_ms() < self.grace_ms,
            ),
            (
                "live.commands_per_turn_max",
                "must not be 0",
                self.commands_per_turn_max > 0,
            ),
            (
                "live.drain_batch",
                "must not be 0, and neither must live.sessions_per_person_max",
                self.drain_batch > 0 && self.sessions_per_person_max > 0,
            ),
        ]
    }

    /// How long after a node began to send the members of a full room away the last of them is back.
    const fn returned_ms(&self) -> u64 {
        let batch = if self.drain_batch > 0 {
            self.drain_batch
        } else {
            1
        };
        let batches = self.people_max.div_ceil(batch) as u64;
        let spread_ms = if self.drain_spread_ms > RETURN_MS_MIN {
            self.drain_spread_ms
        } else {
            RETURN_MS_MIN
        };
        batches * self.drain_batch_ms + spread_ms
    }

    /// The first limit that does not go together with another.
    pub const fn contradiction(&self) -> Option<Contradiction> {
        let relations = self.relations();
        let mut place = 0;
        while place < relations.len() {
            let (limit, problem, holds) = relations[place];
            if !holds {
                return Some(Contradiction { limit, problem });
            }
            place += 1;
        }
        None
    }

    /// Every limit that does not go together with another.
    pub fn contradictions(&self) -> impl Iterator<Item = Contradiction> {
        let broken = self.relations().into_iter().filter(|(_, _, holds)| !holds);
        broken.map(|(limit, problem, _)| Contradiction { limit, problem })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

const _: () = assert!(
    Limits::DEFAULT.contradiction().is_none(),
    "the defaults hold together"
);
