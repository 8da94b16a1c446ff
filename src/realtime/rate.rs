//! Token buckets: how much of a class of frames a connection may send.

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
}
