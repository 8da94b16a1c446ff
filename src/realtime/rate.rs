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
    pub fn take(&mut self, now: Tick) -> Result<(), u32> {
        let gained = now.since_ms(self.refilled) * u64::from(self.allowance.per_second);
        self.refilled = now;
        self.milli_tokens =
            (self.milli_tokens + gained).min(u64::from(self.allowance.burst) * 1_000);
        if self.milli_tokens >= 1_000 {
            self.milli_tokens -= 1_000;
            return Ok(());
        }
        let short = 1_000 - self.milli_tokens;
        let wait = short.div_ceil(u64::from(self.allowance.per_second.max(1)));
        Err(u32::try_from(wait).unwrap_or(u32::MAX))
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
}
