//! Numbers and times as PostgreSQL keeps them: it has none without a sign.

use crate::domain::clock::WallMs;

/// A time to be stored.
pub(super) fn stored(at: WallMs) -> i64 {
    to_i64(at.0)
}

/// A time as it was stored.
pub(super) fn wall(stored: i64) -> WallMs {
    WallMs(to_u64(stored))
}

/// A number to be stored; what is too large is as large as can be.
pub(super) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way round; no negative number is ever stored.
pub(super) fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// How many were counted.
pub(super) fn to_u32(number: i64) -> u32 {
    u32::try_from(number.max(0)).unwrap_or(u32::MAX)
}
