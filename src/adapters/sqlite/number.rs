//! Numbers and times as SQLite stores them, and back.

use crate::domain::clock::WallMs;

/// SQLite keeps 64-bit signed integers; every number stored stays far below 2^63.
pub(super) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way round; no negative number is ever stored.
pub(super) fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// A time as SQLite stores it.
pub(super) fn stored(at: WallMs) -> i64 {
    to_i64(at.0)
}

/// A time as it was stored.
pub(super) fn wall(stored: i64) -> WallMs {
    WallMs(to_u64(stored))
}
