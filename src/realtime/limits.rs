//! Every bound of the live room: a name, a unit, a reason. Relations between them are checked at compile
//! time below.

use std::time::Duration;

use maru_protocol::{BATCH_OPS_MAX, CLIENT_FRAME_BYTES_MAX};

use super::rate::Allowance;
pub use crate::ports::room::{ANSWERS_KEPT_MS, PAST_EPOCHS_MAX, SESSION_RECORDS_MAX};

/// A connection that has not joined by then is closed: it costs memory and proves nothing.
pub const JOIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Silence after which a side pings.
pub const HEARTBEAT_MS: u64 = 10_000;

/// Silence after which a side gives the connection up: two heartbeats and a margin for slow phones.
pub const SILENCE_MS_MAX: u64 = 25_000;

/// How long a lost session is kept for its return: a reload, a lift, a change of network.
pub const GRACE_MS: u64 = 10_000;

/// A lost person is shown as away after this, so that a mere reload is not seen at all.
pub const AWAY_AFTER_MS: u64 = 3_000;

/// A room nobody is in is dropped from memory after this.
pub const IDLE_ROOM_MS: u64 = 30_000;

/// The most batches a session may have unanswered, and the answers kept for resends.
pub const UNACKED_MAX: usize = 64;

/// Unsaved batches a room may owe its store before it refuses more.
pub const UNSAVED_BATCHES_MAX: usize = 512;

/// How old the oldest unsaved batch may be before the room refuses more.
pub const UNSAVED_AGE_MS_MAX: u64 = 2_000;

/// What a client is told to wait when the room cannot save fast enough.
pub const BUSY_RETRY_MS: u32 = 500;

/// People a room holds unless its owner says otherwise; the owner always gets in.
pub const PEOPLE_MAX: usize = 200;

/// Sessions one person may have in one room.
pub const SESSIONS_PER_PERSON_MAX: usize = 8;

/// Bytes a slow connection may have waiting. A snapshot of a full room is about 40 KiB.
pub const BACKLOG_BYTES_MAX: usize = 256 * 1024;

/// A socket that takes no byte for this long while bytes wait is closed.
pub const STALL_MS_MAX: u64 = 10_000;

/// Unsent bytes the kernel may hold for one socket: enough for a flush, not for megabytes of the past.
pub const KERNEL_UNSENT_BYTES: u32 = 16 * 1024;

/// The read buffer of a connection. Client frames are small; larger ones are read in pieces.
pub const READ_BUFFER_BYTES: usize = 512;

/// Commands a room may have waiting; beyond, its members' reads wait.
pub const COMMANDS_WAITING_MAX: usize = 1_024;

/// Commands taken in one turn before the room looks at its clock again.
pub const COMMANDS_PER_TURN_MAX: usize = 256;

/// The shortest time between two flushes of a busy room.
pub const FLUSH_MS_MIN: u64 = 10;

/// The longest, when a room is crowded or the processor is short.
pub const FLUSH_MS_MAX: u64 = 50;

/// Each member beyond the first adds this many microseconds to the flush interval: writes, not bytes, are
/// the cost of a flush.
pub const FLUSH_US_PER_MEMBER: u64 = 200;

/// How often a walking client sends its place.
pub const MOVE_INTERVAL_MS: u64 = 100;

/// Batches of one connection.
pub const OPS_ALLOWANCE: Allowance = Allowance {
    per_second: 20,
    burst: 40,
};

/// Chat lines of one connection.
pub const CHAT_ALLOWANCE: Allowance = Allowance {
    per_second: 2,
    burst: 6,
};

/// Places of one connection: twice what `MOVE_INTERVAL_MS` asks for.
pub const MOVE_ALLOWANCE: Allowance = Allowance {
    per_second: 20,
    burst: 40,
};

/// Everything else of one connection.
pub const OTHER_ALLOWANCE: Allowance = Allowance {
    per_second: 5,
    burst: 20,
};

/// Refused frames a connection may send in a minute before it is closed.
pub const REFUSALS_PER_MINUTE_MAX: u32 = 16;

/// Tickets given out within twice their life, all rooms together.
pub const TICKETS_MAX: usize = 50_000;

/// How long a ticket is good.
pub const TICKET_MS: u64 = 30_000;

/// How long a resume token is good: as long as answers are kept.
pub const RESUME_TOKEN_MS: u64 = ANSWERS_KEPT_MS;

/// The longest resume token and ticket read, in bytes.
pub const CREDENTIAL_BYTES_MAX: usize = 1_024;

const _: () = {
    assert!(
        HEARTBEAT_MS * 2 < SILENCE_MS_MAX,
        "one lost ping must not end a connection"
    );
    assert!(AWAY_AFTER_MS < GRACE_MS, "away is shown before the leave");
    assert!(
        GRACE_MS < IDLE_ROOM_MS,
        "a room outlives the grace of its last member"
    );
    assert!(FLUSH_MS_MIN < FLUSH_MS_MAX, "the interval can adapt");
    assert!(
        CLIENT_FRAME_BYTES_MAX * 4 < BACKLOG_BYTES_MAX,
        "a broadcast batch fits a backlog"
    );
    assert!(
        UNACKED_MAX <= UNSAVED_BATCHES_MAX,
        "one client alone cannot make a room refuse"
    );
    assert!(
        BATCH_OPS_MAX <= crate::domain::room::ITEMS_MAX,
        "one batch fits a room"
    );
    assert!(
        READ_BUFFER_BYTES < CLIENT_FRAME_BYTES_MAX,
        "idle connections hold no frame's worth"
    );
    assert!(
        1_000 / MOVE_INTERVAL_MS < MOVE_ALLOWANCE.per_second as u64,
        "a walk is not refused"
    );
    assert!(RESUME_TOKEN_MS >= GRACE_MS, "a token outlives the grace");
};
