//! Leases by the store's clock: who takes a piece of work on one node, and who takes it over on another, may have clocks
//! that differ by more than a lease is long.
//!
//! Times come from whoever asks, by the clock of their node. What such a time is by the store's own clock is told from the
//! difference between the two, which is measured now and then. Below a second it is taken for the way of the answer.

use std::sync::Mutex;
use std::sync::PoisonError;

use mongodb::bson::doc;

use super::super::Mongo;
use super::super::failure::reading;
use crate::domain::clock::{Clock, Tick, WallMs};
use crate::ports::room::StoreError;

/// How long a measurement holds, in milliseconds.
const MEASURED_MS: u64 = 60_000;

/// What is no difference, in milliseconds.
const NONE_MS: u64 = 1_000;

/// The clock of the store, as seen from here.
#[derive(Debug)]
pub(super) struct StoreClock {
    mongo: Mongo,
    here: Clock,
    measured: Mutex<Option<Measured>>,
}

/// How far the store's clock is ahead of the one here, or behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Measured {
    ahead_ms: u64,
    behind_ms: u64,
    at: Tick,
}

impl Measured {
    fn of(here: WallMs, there: WallMs, at: Tick) -> Self {
        let matters = |ms: u64| if ms < NONE_MS { 0 } else { ms };
        Self {
            ahead_ms: matters(there.0.saturating_sub(here.0)),
            behind_ms: matters(here.0.saturating_sub(there.0)),
            at,
        }
    }

    const fn there(self, time: WallMs) -> WallMs {
        let time = time.0.saturating_add(self.ahead_ms);
        WallMs(time.saturating_sub(self.behind_ms))
    }
}

impl StoreClock {
    pub fn new(mongo: Mongo) -> Self {
        Self {
            mongo,
            here: Clock::start(),
            measured: Mutex::default(),
        }
    }

    /// A time of this node by the store's clock.
    pub async fn there(&self, time: WallMs) -> Result<WallMs, StoreError> {
        let known = *self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |known: &Measured| self.here.tick().since_ms(known.at) < MEASURED_MS;
        let measured = match known.filter(fresh) {
            Some(known) => known,
            None => self.measure().await?,
        };
        Ok(measured.there(time))
    }

    async fn measure(&self) -> Result<Measured, StoreError> {
        let asked = self.here.tick();
        let admin = self.mongo.client.database("admin");
        let hello = reading(admin.run_command(doc! { "hello": 1 })).await?;
        let way_ms = self.here.tick().since_ms(asked) / 2;
        let here = self.here.wall().0.saturating_sub(way_ms);
        let there = hello.get_datetime("localTime").ok();
        let there = there.and_then(|time| u64::try_from(time.timestamp_millis()).ok());
        let none = || StoreError::Failed("the store does not say what time it is".to_owned());
        let there = WallMs(there.ok_or_else(none)?);
        let measured = Measured::of(WallMs(here), there, self.here.tick());
        *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = Some(measured);
        Ok(measured)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_in_either_direction_and_the_way_of_an_answer_does_not() {
        let at = |here, there| Measured::of(WallMs(here), WallMs(there), Tick(0));
        assert_eq!(at(50_000, 50_999).there(WallMs(7)), WallMs(7));
        assert_eq!(at(50_000, 53_000).there(WallMs(7)), WallMs(3_007));
        assert_eq!(at(53_000, 50_000).there(WallMs(10_000)), WallMs(7_000));
        assert_eq!(at(53_000, 50_000).there(WallMs(7)), WallMs(0));
    }
}
