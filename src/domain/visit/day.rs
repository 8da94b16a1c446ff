//! Days as the people of a server live them: `today` begins anew at their midnight, not at that of Greenwich.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::domain::clock::WallMs;

/// The furthest that clocks on Earth are from UTC, in minutes.
pub const UTC_OFFSET_MINUTES_MAX: i32 = 14 * 60;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// How far the server's clocks on the wall are ahead of UTC. An offset, not the name of a zone: days are all of one
/// length and none comes twice, so that a count of a day means the same on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtcOffset {
    minutes: i32,
}

impl UtcOffset {
    /// Where Maru lives: all year nine hours ahead.
    pub const SEOUL: Self = Self { minutes: 9 * 60 };

    /// So many minutes ahead of UTC, or behind.
    pub const fn from_minutes(minutes: i32) -> Option<Self> {
        if minutes.unsigned_abs() <= UTC_OFFSET_MINUTES_MAX.unsigned_abs() {
            Some(Self { minutes })
        } else {
            None
        }
    }

    /// In minutes.
    pub const fn minutes(self) -> i32 {
        self.minutes
    }
}

impl Default for UtcOffset {
    fn default() -> Self {
        Self::SEOUL
    }
}

/// A day, counted from 1 January 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    /// The day it is there at this time.
    pub fn of(at: WallMs, offset: UtcOffset) -> Self {
        let at = i64::try_from(at.0).unwrap_or(i64::MAX);
        let local = at.saturating_add(i64::from(offset.minutes) * MINUTE_MS);
        Self(local.div_euclid(DAY_MS))
    }

    /// As `2026-11-28`.
    pub fn date(self) -> String {
        let seconds = self.0.saturating_mul(DAY_MS / 1_000);
        let there = OffsetDateTime::from_unix_timestamp(seconds);
        there
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .date()
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_the_midnight_of_its_place() {
        // 2026-11-28T14:59:59.999Z is the last moment of the 28th in Seoul.
        let midnight = 1_795_878_000_000;
        let day = |ms, offset| Day::of(WallMs(ms), offset).date();
        assert_eq!(day(midnight - 1, UtcOffset::SEOUL), "2026-11-28");
        assert_eq!(day(midnight, UtcOffset::SEOUL), "2026-11-29");
        let utc = UtcOffset::from_minutes(0).unwrap();
        assert_eq!(day(midnight, utc), "2026-11-28");
        let behind = UtcOffset::from_minutes(-11 * 60).unwrap();
        assert_eq!(day(0, behind), "1969-12-31");
        assert_eq!(
            day(u64::MAX, UtcOffset::SEOUL),
            "1970-01-01",
            "beyond the calendar"
        );
        assert_eq!(UtcOffset::from_minutes(14 * 60 + 1), None);
        assert_eq!(UtcOffset::from_minutes(i32::MIN), None);
    }
}
