//! What is kept for a short while under a secret: bounded in number and time, without a task to clean up.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use super::secret::hash;
use crate::domain::clock::Tick;
use crate::ports::login::SecretHash;

/// Values by secrets. Only hashes of the secrets are kept: a look-up tells nothing about them by its timing.
pub struct Expiring<V> {
    by_secret: HashMap<SecretHash, V>,
    // All live equally long, so the order of making is the order of expiry.
    by_expiry: VecDeque<(Tick, SecretHash)>,
    lifetime_ms: u64,
    entries_max: usize,
}

impl<V> fmt::Debug for Expiring<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Expiring({} of {})",
            self.by_secret.len(),
            self.entries_max
        )
    }
}

impl<V> Expiring<V> {
    /// Nothing yet. Beyond `entries_max` the oldest gives way.
    pub fn new(lifetime_ms: u64, entries_max: usize) -> Self {
        Self {
            by_secret: HashMap::new(),
            by_expiry: VecDeque::new(),
            lifetime_ms,
            entries_max,
        }
    }

    /// Keeps a value under a secret never used before.
    pub fn insert(&mut self, secret: &str, value: V, now: Tick) {
        self.forget_overdue(now);
        while self.by_expiry.len() >= self.entries_max {
            self.forget_oldest();
        }
        let key = hash(secret);
        let expires = now.plus_ms(self.lifetime_ms);
        self.by_expiry.push_back((expires, key));
        self.by_secret.insert(key, value);
    }

    /// The value under a secret, while it lasts.
    pub fn get_mut(&mut self, secret: &str, now: Tick) -> Option<&mut V> {
        self.forget_overdue(now);
        self.by_secret.get_mut(&hash(secret))
    }

    /// Takes the value out: a second time there is none.
    pub fn take(&mut self, secret: &str, now: Tick) -> Option<V> {
        self.forget_overdue(now);
        self.by_secret.remove(&hash(secret))
    }

    fn forget_overdue(&mut self, now: Tick) {
        while self.by_expiry.front().is_some_and(|(at, _)| *at <= now) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.by_expiry.pop_front() {
            self.by_secret.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taken_once_and_only_in_time() {
        let mut kept = Expiring::new(100, 8);
        kept.insert("a", "one", Tick(0));
        kept.insert("b", "two", Tick(1));
        assert_eq!(kept.take("c", Tick(2)), None);
        assert_eq!(kept.get_mut("a", Tick(99)).copied(), Some("one"));
        assert_eq!(kept.take("a", Tick(99)), Some("one"));
        assert_eq!(kept.take("a", Tick(99)), None);
        assert_eq!(kept.get_mut("b", Tick(101)), None);
        assert_eq!(kept.take("b", Tick(101)), None);
    }

    #[test]
    fn bounded_also_when_most_were_taken() {
        let mut kept = Expiring::new(100, 50);
        for number in 0..100 {
            kept.insert(&number.to_string(), number, Tick(0));
            if number % 3 == 0 {
                kept.take(&number.to_string(), Tick(0));
            }
        }
        assert!(kept.by_secret.len() <= 50);
        assert_eq!(kept.by_expiry.len(), 50);
        assert_eq!(kept.take("49", Tick(0)), None, "the oldest gave way");
        assert_eq!(kept.take("50", Tick(0)), Some(50));
    }
}
