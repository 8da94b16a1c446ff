//! Usages by key, bounded: who has used nothing for long enough is forgotten, and finds the same again.

use std::fmt;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use crate::domain::clock::Tick;

/// Usages kept, about 20 MB at the most. Beyond, newcomers share one.
pub(super) const USAGES_MAX: usize = 100_000;

/// Between two searches for usages to forget.
const SWEEP_MS: u64 = 10_000;

/// The same when the table is full.
const SWEEP_FULL_MS: u64 = 1_000;

/// What can be forgotten.
pub trait Usage {
    /// Whether a new one would be the same.
    fn is_idle(&self, now: Tick) -> bool;
}

/// Usages by key.
pub struct Table<K, V> {
    usages: DashMap<K, Arc<V>>,
    /// For everyone who comes while the table is full: they are limited together rather than not at all.
    shared: Arc<V>,
    swept: AtomicU64,
}

impl<K: Eq + Hash, V> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} of {USAGES_MAX})", self.usages.len())
    }
}

impl<K: Eq + Hash, V: Usage> Table<K, V> {
    /// An empty table, with what newcomers to a full one share.
    pub fn new(shared: V) -> Self {
        Self {
            usages: DashMap::new(),
            shared: Arc::new(shared),
            swept: AtomicU64::new(0),
        }
    }

    /// The usage under a key, made if there is none.
    pub fn usage(&self, key: K, now: Tick, make: impl FnOnce() -> V) -> Arc<V> {
        if let Some(usage) = self.usages.get(&key) {
            return usage.clone();
        }
        let full = self.usages.len() >= USAGES_MAX;
        self.sweep(now, if full { SWEEP_FULL_MS } else { SWEEP_MS });
        if full && self.usages.len() >= USAGES_MAX {
            return self.shared.clone();
        }
        let entry = self.usages.entry(key);
        entry.or_insert_with(|| Arc::new(make())).clone()
    }

    /// Forgets idle usages, unless that was done within `every_ms`.
    fn sweep(&self, now: Tick, every_ms: u64) {
        let swept = self.swept.load(Ordering::Relaxed);
        let due = now.0.saturating_sub(swept) >= every_ms;
        let order = Ordering::Relaxed;
        // One thread sweeps, the others go on.
        if due
            && self
                .swept
                .compare_exchange(swept, now.0, order, order)
                .is_ok()
        {
            // Usages are handed out under their shard's lock, which is held here: one that only the table holds
            // cannot be taken meanwhile.
            self.usages
                .retain(|_, usage| Arc::strong_count(usage) > 1 || !usage.is_idle(now));
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.usages.len()
    }
}
