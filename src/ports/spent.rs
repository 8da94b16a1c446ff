//! What is good once: which numbers have been used, kept where everybody who takes them asks.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::rules::Rule;

#[cfg(test)]
pub(crate) mod conformance;

/// Whether something was used cannot be said now; whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("what was used cannot be looked up: {0}")]
pub struct SpentUnavailable(pub String);

/// What came of using something up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spending {
    /// Nobody had used it.
    First,
    /// Somebody had.
    Again,
    /// It is of another life than the one that is remembered now: nobody knows.
    Forgotten,
    /// No more can be kept in mind.
    Full,
}

/// Keeps in mind which numbers were used.
///
/// What is remembered may be lost all at once, or a part of it. What is given out says of which life of the memory that
/// will know of its number it is; a memory that has lost its contents begins another life, never seen before.
#[async_trait]
pub trait Spent: Send + Sync {
    /// The present life of the memory that will know of this number.
    async fn life(&self, number: u64) -> Result<u64, SpentUnavailable>;

    /// Uses a number up, given out in this life, and remembers it for at least so long. Of all who ever use one up, one
    /// at most is [`Spending::First`].
    async fn spend(
        &self,
        number: u64,
        life: u64,
        keep_ms: u64,
    ) -> Result<Spending, SpentUnavailable>;
}

/// The memory of one process.
#[derive(Debug)]
pub struct SpentHere {
    life: u64,
    most: usize,
    used: HashSet<u64>,
    by_use: VecDeque<(WallMs, u64)>,
}

impl SpentHere {
    /// Nothing was used yet; at most so many are kept in mind.
    pub fn new(life: u64, most: usize) -> Self {
        Self {
            life,
            most,
            used: HashSet::new(),
            by_use: VecDeque::new(),
        }
    }

    /// Which life it is.
    pub const fn life(&self) -> u64 {
        self.life
    }

    /// How many are kept in mind.
    pub fn len(&self) -> usize {
        self.used.len().max(self.by_use.len())
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// As [`Spent::spend`]; all are kept equally long.
    pub fn spend(&mut self, number: u64, life: u64, keep_ms: u64, now: WallMs) -> Spending {
        if life != self.life && Rule::Generation.holds() {
            return Spending::Forgotten;
        }
        while let Some((at, oldest)) = self.by_use.front().copied() {
            if now.0.saturating_sub(at.0) <= keep_ms {
                break;
            }
            self.by_use.pop_front();
            self.used.remove(&oldest);
        }
        if self.used.contains(&number) {
            return Spending::Again;
        }
        if self.used.len() >= self.most {
            return Spending::Full;
        }
        self.used.insert(number);
        self.by_use.push_back((now, number));
        Spending::First
    }
}

/// The memory of one process, for many to ask.
#[derive(Debug)]
pub struct LocalSpent {
    here: Mutex<SpentHere>,
    clock: Clock,
}

impl LocalSpent {
    /// Shares a memory.
    pub const fn new(here: SpentHere, clock: Clock) -> Self {
        Self {
            here: Mutex::new(here),
            clock,
        }
    }

    fn here(&self) -> MutexGuard<'_, SpentHere> {
        self.here.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Spent for LocalSpent {
    async fn life(&self, _number: u64) -> Result<u64, SpentUnavailable> {
        Ok(self.here().life())
    }

    async fn spend(
        &self,
        number: u64,
        life: u64,
        keep_ms: u64,
    ) -> Result<Spending, SpentUnavailable> {
        let now = self.clock.wall();
        Ok(self.here().spend(number, life, keep_ms, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_process_obeys_the_suite() {
        let spent = LocalSpent::new(SpentHere::new(7, 1_000), Clock::start());
        conformance::suite(&spent, &spent, async || {
            *spent.here() = SpentHere::new(8, 1_000);
        })
        .await;
    }

    #[test]
    fn bounded_however_many_are_used() {
        let mut here = SpentHere::new(1, 3);
        for number in 0..3 {
            assert_eq!(here.spend(number, 1, 10, WallMs(0)), Spending::First);
        }
        assert_eq!(here.spend(3, 1, 10, WallMs(10)), Spending::Full);
        assert_eq!(here.spend(3, 1, 10, WallMs(11)), Spending::First);
        assert_eq!(here.len(), 1);
    }
}
