//! Token buckets: how much of something may come. One for a single task, one that many threads draw from at once.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::clock::Tick;
pub use crate::domain::limits::Allowance;

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

/// A bucket that many threads draw from at once: one atomic word, exact, without a lock.
///
/// Instead of tokens it keeps the moment at which everything taken will have come back.
#[derive(Debug)]
pub struct SharedBucket {
    allowance: Allowance,
    /// In thousandths of a token gained since the start of the clock.
    whole_again: AtomicU64,
}

impl SharedBucket {
    /// A full bucket.
    pub const fn full(allowance: Allowance) -> Self {
        Self {
            allowance,
            whole_again: AtomicU64::new(0),
        }
    }

    /// As [`Bucket::take`].
    pub fn take(&self, now: Tick) -> Result<(), Option<u32>> {
        self.take_many(1, now)
    }

    /// As [`Bucket::take_many`].
    pub fn take_many(&self, count: u32, now: Tick) -> Result<(), Option<u32>> {
        let full = u64::from(self.allowance.burst) * 1_000;
        let wanted = u64::from(count) * 1_000;
        if wanted > full {
            return Err(None);
        }
        let here = self.gained(now);
        let taken = |until: u64| {
            let missing = until.saturating_sub(here);
            (missing + wanted <= full).then(|| until.max(here) + wanted)
        };
        let (read, write) = (Ordering::Relaxed, Ordering::Relaxed);
        let update = self.whole_again.fetch_update(write, read, taken);
        update.map(drop).map_err(|until| {
            let short = until.saturating_sub(here) + wanted - full;
            let wait = short.div_ceil(self.allowance.per_second.max(1).into());
            Some(u32::try_from(wait).unwrap_or(u32::MAX))
        })
    }

    /// Whether nothing taken is still missing.
    pub fn is_full(&self, now: Tick) -> bool {
        self.whole_again.load(Ordering::Relaxed) <= self.gained(now)
    }

    fn gained(&self, now: Tick) -> u64 {
        now.0.saturating_mul(u64::from(self.allowance.per_second))
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
