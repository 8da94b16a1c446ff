//! Token buckets: how much of something may come. One for a single task, one that many threads draw from at once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::clock::Tick;
pub use crate::domain::limits::{Allowance, Left, Rate};

/// One bucket. Counted in thousandths, so that whole milliseconds refill exactly.
#[derive(Debug)]
pub struct Bucket {
    allowance: Allowance,
    milli_tokens: u64,
    refilled: Tick,
}

impl Bucket {
    /// A full bucket.
    pub fn full(allowance: Allowance, now: Tick) -> Self {
        Self {
            allowance,
            milli_tokens: u64::from(allowance.burst) * 1_000,
            refilled: now,
        }
    }

    /// Takes one token, or says in how many milliseconds there will be one.
    pub fn take(&mut self, now: Tick) -> Result<(), Option<u32>> {
        self.take_many(1, now)
    }

    /// Takes as many tokens at once, or none and says in how many milliseconds there will be enough; never, when
    /// they are more than the bucket holds.
    pub fn take_many(&mut self, count: u32, now: Tick) -> Result<(), Option<u32>> {
        let full = u64::from(self.allowance.burst) * 1_000;
        let gained = now
            .since_ms(self.refilled)
            .saturating_mul(self.allowance.per_second.into());
        self.refilled = self.refilled.max(now);
        self.milli_tokens = self.milli_tokens.saturating_add(gained).min(full);
        let wanted = u64::from(count) * 1_000;
        if let Some(left) = self.milli_tokens.checked_sub(wanted) {
            self.milli_tokens = left;
            return Ok(());
        }
        if wanted > full {
            return Err(None);
        }
        let wait = (wanted - self.milli_tokens).div_ceil(self.allowance.per_second.max(1).into());
        Err(Some(u32::try_from(wait).unwrap_or(u32::MAX)))
    }
}

/// What is left of a token: a minute's worth of milliseconds, so that whole tokens a minute and a second refill exactly.
const PARTS: u64 = 60_000;

/// A bucket that many threads draw from at once: one atomic word, exact, without a lock.
///
/// Instead of tokens it keeps the moment at which everything taken will have come back.
#[derive(Debug)]
pub struct SharedBucket {
    /// In [`PARTS`] of a token.
    full: u64,
    per_ms: u64,
    /// In the same, gained since the start of the clock.
    whole_again: AtomicU64,
}

impl SharedBucket {
    /// A full bucket.
    pub const fn full(allowance: Allowance) -> Self {
        Self::of(
            allowance.burst,
            allowance.per_second as u64 * (PARTS / 1_000),
        )
    }

    /// A full bucket that refills more slowly.
    pub const fn of_rate(rate: Rate) -> Self {
        Self::of(rate.burst, rate.per_minute as u64 * (PARTS / 60_000))
    }

    const fn of(burst: u32, per_ms: u64) -> Self {
        Self {
            full: burst as u64 * PARTS,
            per_ms: if per_ms == 0 { 1 } else { per_ms },
            whole_again: AtomicU64::new(0),
        }
    }

    /// As [`Bucket::take`].
    pub fn take(&self, now: Tick) -> Result<(), Option<u32>> {
        self.take_many(1, now)
    }

    /// As [`Bucket::take_many`].
    pub fn take_many(&self, count: u32, now: Tick) -> Result<(), Option<u32>> {
        if u64::from(count) * PARTS > self.full {
            return Err(None);
        }
        self.draw_many(count, now).map(drop).map_err(Some)
    }

    /// Takes one token and says what is left, or in how many milliseconds there will be one.
    pub fn draw(&self, now: Tick) -> Result<Left, u32> {
        self.draw_many(1, now)
    }

    fn draw_many(&self, count: u32, now: Tick) -> Result<Left, u32> {
        let wanted = u64::from(count) * PARTS;
        let here = self.gained(now);
        let taken = |until: u64| {
            let missing = until.saturating_sub(here);
            (missing + wanted <= self.full).then(|| until.max(here) + wanted)
        };
        let (read, write) = (Ordering::Relaxed, Ordering::Relaxed);
        match self.whole_again.fetch_update(write, read, taken) {
            Ok(before) => Ok(self.left_of(before.max(here) + wanted, here)),
            Err(until) => {
                let short = (until.saturating_sub(here) + wanted).saturating_sub(self.full);
                let wait = short.div_ceil(self.per_ms);
                Err(u32::try_from(wait).unwrap_or(u32::MAX))
            }
        }
    }

    /// What it holds.
    pub fn left(&self, now: Tick) -> Left {
        self.left_of(self.whole_again.load(Ordering::Relaxed), self.gained(now))
    }

    fn left_of(&self, until: u64, here: u64) -> Left {
        let missing = until.saturating_sub(here);
        let count = self.full.saturating_sub(missing) / PARTS;
        Left {
            count: u32::try_from(count).unwrap_or(u32::MAX),
            whole_in_ms: missing.div_ceil(self.per_ms),
        }
    }

    /// Whether nothing taken is still missing.
    pub fn is_full(&self, now: Tick) -> bool {
        self.whole_again.load(Ordering::Relaxed) <= self.gained(now)
    }

    fn gained(&self, now: Tick) -> u64 {
        now.0.saturating_mul(self.per_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_rate_then_a_wait_that_suffices() {
        let allowance = Allowance {
            per_second: 20,
            burst: 3,
        };
        let mut bucket = Bucket::full(allowance, Tick(0));
        for _ in 0..3 {
            assert_eq!(bucket.take(Tick(0)), Ok(()));
        }
        let wait = bucket.take(Tick(0)).expect_err("the burst is used up");
        let wait = wait.expect("there will be more");
        assert_eq!(wait, 50);
        assert!(bucket.take(Tick(u64::from(wait) - 1)).is_err());
        assert_eq!(bucket.take(Tick(u64::from(wait))), Ok(()));
    }

    #[test]
    fn a_long_rest_gives_no_more_than_the_burst() {
        let allowance = Allowance {
            per_second: 20,
            burst: 3,
        };
        let mut bucket = Bucket::full(allowance, Tick(0));
        let taken = (0..10).filter(|_| bucket.take(Tick(1_000_000)).is_ok());
        assert_eq!(taken.count(), 3);
    }

    #[test]
    fn many_at_once_are_taken_whole_or_not_at_all() {
        let allowance = Allowance {
            per_second: 2,
            burst: 6,
        };
        let mut bucket = Bucket::full(allowance, Tick(0));
        // When, how many, what comes of it.
        let table = [
            (0, 7, Err(None)),
            (0, 4, Ok(())),
            (0, 4, Err(Some(1_000))),
            (0, 2, Ok(())),
            (999, 2, Err(Some(1))),
            (1_000, 2, Ok(())),
            (1_000, 0, Ok(())),
            (9_000, 6, Ok(())),
            // A clock that goes back gives nothing.
            (8_000, 1, Err(Some(500))),
            (9_000, 1, Err(Some(500))),
        ];
        for (at, count, outcome) in table {
            let taken = bucket.take_many(count, Tick(at));
            assert_eq!(taken, outcome, "{count} at {at}");
        }
    }

    #[test]
    fn both_kinds_agree_on_any_sequence() {
        let allowance = Allowance {
            per_second: 20,
            burst: 3,
        };
        let (mut own, shared) = (
            Bucket::full(allowance, Tick(0)),
            SharedBucket::full(allowance),
        );
        let mut now = 0;
        for step in 0..2_000_u64 {
            now += step * 7 % 90;
            let count = u32::try_from(step * 5 % 6).unwrap();
            let taken = own.take_many(count, Tick(now));
            assert_eq!(
                shared.take_many(count, Tick(now)),
                taken,
                "{count} at {now}"
            );
        }
    }

    #[test]
    fn a_slow_bucket_says_what_is_left_and_when_there_is_more() {
        let rate = Rate {
            per_minute: 2,
            burst: 3,
        };
        let bucket = SharedBucket::of_rate(rate);
        let left = |count, whole_in_ms| Left { count, whole_in_ms };
        assert_eq!(bucket.draw(Tick(0)), Ok(left(2, 30_000)));
        assert_eq!(bucket.draw(Tick(0)), Ok(left(1, 60_000)));
        assert_eq!(bucket.draw(Tick(0)), Ok(left(0, 90_000)));
        assert_eq!(bucket.draw(Tick(1)), Err(29_999));
        assert_eq!(bucket.left(Tick(29_999)), left(0, 60_001));
        assert_eq!(bucket.draw(Tick(30_000)), Ok(left(0, 90_000)));
        assert!(!bucket.is_full(Tick(119_999)) && bucket.is_full(Tick(120_000)));
    }

    #[test]
    fn many_threads_together_get_exactly_the_burst() {
        let allowance = Allowance {
            per_second: 10,
            burst: 1_000,
        };
        let bucket = SharedBucket::full(allowance);
        let take = || (0..1_000).filter(|_| bucket.take(Tick(5)).is_ok()).count();
        let taken: usize = std::thread::scope(|threads| {
            let all: Vec<_> = (0..8).map(|_| threads.spawn(take)).collect();
            all.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 1_000);
        assert!(!bucket.is_full(Tick(100_004)) && bucket.is_full(Tick(100_005)));
    }
}
