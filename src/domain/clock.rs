//! Time as a parameter: rules take instants and never ask a clock themselves.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A point of the process's monotonic clock, in milliseconds since its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tick(pub u64);

impl Tick {
    /// The point `ms` milliseconds later.
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; 0 when `earlier` is later.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Milliseconds since the Unix epoch, by the server's wall clock: for people, never for ordering.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WallMs(pub u64);

impl WallMs {
    /// As a calendar time; the far end of the calendar when out of its range.
    pub fn to_offset(self) -> OffsetDateTime {
        let nanos = i128::from(self.0) * 1_000_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
}

/// The process's clocks: the only place that reads them.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    behind_ms: u64,
}

impl Clock {
    /// Starts the monotonic clock at zero.
    #[allow(clippy::disallowed_methods)]
    pub fn start() -> Self {
        Self {
            start: Instant::now(),
            behind_ms: 0,
        }
    }

    /// The same clock with its wall so far behind: for what is to have happened in the past.
    pub const fn behind(self, ms: u64) -> Self {
        Self {
            behind_ms: ms,
            ..self
        }
    }

    /// Now, monotonic.
    #[allow(clippy::disallowed_methods)]
    pub fn tick(&self) -> Tick {
        Tick(millis(self.start.elapsed()))
    }

    /// Now, for people and for stored times.
    #[allow(clippy::disallowed_methods)]
    pub fn wall(&self) -> WallMs {
        let now = millis(
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        );
        WallMs(now.saturating_sub(self.behind_ms))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_shows_the_past_and_ticks_on() {
        const HOUR_MS: u64 = 60 * 60 * 1_000;
        let clock = Clock::start();
        let (before, past, after) = (clock.wall(), clock.behind(HOUR_MS).wall(), clock.wall());
        assert!((before.0 - HOUR_MS..=after.0 - HOUR_MS).contains(&past.0));
        assert_eq!(clock.behind(u64::MAX).wall(), WallMs(0));
        assert!(clock.behind(HOUR_MS).tick() <= clock.tick());
    }
}
