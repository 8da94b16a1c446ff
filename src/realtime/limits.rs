//! Every bound of the live room: a name, a unit, a reason. What an operator may change is in [`Limits`]; here is
//! what belongs to the protocol or to the way this server is built.

use std::time::Duration;

use maru_protocol::CLIENT_FRAME_BYTES_MAX;

pub use crate::domain::limits::{
    Allowance, Contradiction, Limits, RESUME_TOKEN_MS, RETURN_MS_MIN, UNACKED_MAX,
};
pub use crate::ports::room::{ANSWERS_KEPT_MS, PAST_EPOCHS_MAX, SESSION_RECORDS_MAX};

/// Unsent bytes the kernel may hold for one socket: enough for a flush, not for megabytes of the past.
pub const KERNEL_UNSENT_BYTES: u32 = 16 * 1024;

/// The read buffer of a connection. Client frames are small; larger ones are read in pieces.
pub const READ_BUFFER_BYTES: usize = 512;

/// How long a room waits for its store, in milliseconds: then what it asked is taken for neither done nor failed, and
/// looked up. Far beyond a slow disk, and half a lease.
pub const STORE_MS_MAX: u64 = 5_000;

/// Tickets used within twice their life, all rooms together.
pub const TICKETS_MAX: usize = 50_000;

/// Ended logins kept in mind; beyond, the oldest gives way and resume tokens of its time are not believed.
/// About 10 MB at the worst.
pub const LOGINS_ENDED_MAX: usize = 100_000;

/// How often the ends of logins are read again: several times within the second in which one must be heard of.
pub const LOGINS_FOLLOWED_EVERY: Duration = Duration::from_millis(250);

/// How far back, in milliseconds: a store that did not answer for a while is caught up with.
pub const LOGINS_FOLLOWED_MS: u64 = 60_000;

/// The longest resume token and ticket read, in bytes.
pub const CREDENTIAL_BYTES_MAX: usize = 1_024;

/// What is told to wait who finds a room full, or is in it on too many devices: people leave any moment.
pub const FULL_RETRY_MS: u32 = 2_000;

/// What to wait before trying again what the stores could not answer.
pub const UNAVAILABLE_RETRY_MS: u32 = 1_000;

const _: () = {
    assert!(
        RESUME_TOKEN_MS == ANSWERS_KEPT_MS,
        "who can come back finds the answers to what they sent"
    );
    assert!(
        READ_BUFFER_BYTES < CLIENT_FRAME_BYTES_MAX,
        "idle connections hold no frame's worth"
    );
};
