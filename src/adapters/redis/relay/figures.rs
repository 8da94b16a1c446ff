//! What a relay has done, and whether a node hears itself.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::clock::Tick;
use crate::domain::id::NodeId;

/// Channels a node speaks to itself over. They fall on shards by chance: of so many, each of three shards has one but
/// for a few times in a billion, each of ten but for one time in a hundred.
const ECHOES: usize = 48;

/// A node that has not heard itself for so long over one of them does not hear.
pub(super) const DEAF_AFTER_MS: u64 = 5_000;

/// How often failures are told of at most.
const TELL_EVERY_MS: u64 = 5_000;

/// Numbers of one relay since its start.
#[derive(Debug)]
pub struct RelayFigures {
    sent: AtomicU64,
    received: AtomicU64,
    lost: AtomicU64,
    told_at: AtomicU64,
    echoed_at: [AtomicU64; ECHOES],
}

impl Default for RelayFigures {
    fn default() -> Self {
        Self {
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            told_at: AtomicU64::new(0),
            echoed_at: [const { AtomicU64::new(u64::MAX) }; ECHOES],
        }
    }
}

impl RelayFigures {
    /// Messages published.
    pub fn sent_total(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Messages of other nodes that arrived.
    pub fn received_total(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Messages lost on this side: they could not be sent, or were not looked at in time.
    pub fn lost_total(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    pub(super) fn sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost_here(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn lost_at_arrival(&self, count: u64) {
        self.lost.fetch_add(count, Ordering::Relaxed);
        tracing::warn!(
            count,
            "messages of other nodes came faster than they are read"
        );
    }

    pub(super) fn failed(&self, error: &fred::error::Error, now: Tick) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.tell(error, now);
    }

    /// Tells that the relay does not do well, not too often.
    pub(super) fn tell(&self, error: &fred::error::Error, now: Tick) {
        let told = self.told_at.load(Ordering::Relaxed);
        let due = told == 0 || now.since_ms(Tick(told)) >= TELL_EVERY_MS;
        let mine = || {
            let swap = (Ordering::Relaxed, Ordering::Relaxed);
            let now = now.0.max(1);
            self.told_at.compare_exchange(told, now, swap.0, swap.1)
        };
        if due && mine().is_ok() {
            tracing::warn!(%error, "other nodes cannot be reached over Redis for now");
        }
    }

    pub(super) fn echoed(&self, place: usize, now: Tick) {
        if let Some(at) = self.echoed_at.get(place) {
            at.store(now.0, Ordering::Relaxed);
        }
    }

    /// Whether the node has heard itself over every shard lately.
    pub(super) fn hears(&self, now: Tick) -> bool {
        self.echoed_at.iter().all(|at| {
            let at = at.load(Ordering::Relaxed);
            at != u64::MAX && now.since_ms(Tick(at)) < DEAF_AFTER_MS
        })
    }
}

/// The channels a node speaks to itself over.
#[derive(Debug)]
pub(super) struct Echoes {
    prefix: String,
}

impl Echoes {
    pub(super) fn of(node: NodeId) -> Self {
        Self {
            prefix: format!("maru:live:echo:{node}:"),
        }
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = String> + use<'_> {
        (0..ECHOES).map(|place| format!("{}{place}", self.prefix))
    }

    /// Which of them a channel is.
    pub(super) fn place(&self, channel: &str) -> Option<usize> {
        channel.strip_prefix(&self.prefix)?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silent_channel_is_deafness() {
        let figures = RelayFigures::default();
        assert!(!figures.hears(Tick(0)), "nothing heard yet");
        let echoes = Echoes::of(NodeId::generate());
        for channel in echoes.channels() {
            let place = echoes.place(&channel).expect("its own");
            figures.echoed(place, Tick(10));
        }
        assert!(figures.hears(Tick(10 + DEAF_AFTER_MS - 1)));
        assert!(!figures.hears(Tick(10 + DEAF_AFTER_MS)));
        for place in 1..ECHOES {
            figures.echoed(place, Tick(10 + DEAF_AFTER_MS));
        }
        assert!(
            !figures.hears(Tick(10 + DEAF_AFTER_MS)),
            "the first is silent"
        );
        assert_eq!(echoes.place("maru:live:echo:other:1"), None);
    }
}
