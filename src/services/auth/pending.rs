//! Sign-ins on their way through a provider: bounded in number and time, each good once.

use std::collections::{HashMap, VecDeque};

use super::return_to::ReturnTo;
use super::secret::hash;
use crate::domain::clock::Tick;
use crate::ports::login::SecretHash;

/// How long a person may take at the provider.
pub(super) const PENDING_MS: u64 = 10 * 60 * 1_000;

/// How many may be under way at once; beyond, the oldest gives way. About 8 MB at the worst.
pub(super) const PENDING_MAX: usize = 10_000;

/// One sign-in under way.
pub(super) struct Pending {
    pub(super) provider: String,
    pub(super) verifier: String,
    pub(super) browser: SecretHash,
    pub(super) return_to: ReturnTo,
}

/// Every sign-in under way, by the hash of its state: a look-up tells nothing about states by its timing.
#[derive(Default)]
pub(super) struct PendingSignIns {
    by_state: HashMap<SecretHash, Pending>,
    // All live equally long, so the order of making is the order of expiry.
    by_expiry: VecDeque<(Tick, SecretHash)>,
}

impl PendingSignIns {
    pub(super) fn insert(&mut self, state: &str, pending: Pending, now: Tick) {
        self.forget_overdue(now);
        while self.by_expiry.len() >= PENDING_MAX {
            self.forget_oldest();
        }
        let key = hash(state);
        self.by_expiry.push_back((now.plus_ms(PENDING_MS), key));
        self.by_state.insert(key, pending);
    }

    /// Takes a sign-in out: a second time there is none.
    pub(super) fn take(&mut self, state: &str, now: Tick) -> Option<Pending> {
        self.forget_overdue(now);
        self.by_state.remove(&hash(state))
    }

    fn forget_overdue(&mut self, now: Tick) {
        while self.by_expiry.front().is_some_and(|(at, _)| *at <= now) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, key)) = self.by_expiry.pop_front() {
            self.by_state.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(provider: &str) -> Pending {
        Pending {
            provider: provider.to_owned(),
            verifier: "verifier".to_owned(),
            browser: hash("browser"),
            return_to: ReturnTo::default(),
        }
    }

    #[test]
    fn good_once_and_for_ten_minutes() {
        let mut sign_ins = PendingSignIns::default();
        sign_ins.insert("a", pending("one"), Tick(0));
        sign_ins.insert("b", pending("two"), Tick(1));
        assert!(sign_ins.take("c", Tick(2)).is_none());
        assert_eq!(sign_ins.take("a", Tick(2)).unwrap().provider, "one");
        assert!(sign_ins.take("a", Tick(2)).is_none());
        assert!(sign_ins.take("b", Tick(PENDING_MS + 1)).is_none());
    }

    #[test]
    fn bounded_also_when_most_were_taken() {
        let mut sign_ins = PendingSignIns::default();
        for number in 0..PENDING_MAX * 2 {
            sign_ins.insert(&number.to_string(), pending("x"), Tick(0));
            if number % 3 == 0 {
                sign_ins.take(&number.to_string(), Tick(0));
            }
        }
        assert!(sign_ins.by_state.len() <= PENDING_MAX);
        assert_eq!(sign_ins.by_expiry.len(), PENDING_MAX);
        assert!(sign_ins.take("1", Tick(0)).is_none(), "the oldest gave way");
        let newest = (PENDING_MAX * 2 - 1).to_string();
        assert!(sign_ins.take(&newest, Tick(0)).is_some());
    }
}
