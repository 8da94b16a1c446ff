//! What a relay has done, and whether a node hears itself.

use std::sync::atomic::{AtomicU64, Ordering};

use fred::error::Error;

use crate::adapters::redis::connection::Complaints;
use crate::domain::clock::Tick;
use crate::domain::id::NodeId;
use crate::ports::relay::RelayCounts;

/// Channels a node speaks to itself over. They fall on shards by chance: of so many, each of three shards has one but
/// for a few times in a billion, each of ten but for one time in a hundred.
const ECHOES: usize = 48;

/// A node that has not heard itself for so long over one of them does not hear.
pub(super) const DEAF_AFTER_MS: u64 = 5_000;

/// Connections that carry nothing for so long over one of them are dead: several times as long as is said in between.
const SILENT_MS_MAX: u64 = 2_000;

/// Before the first time.
const NEVER: u64 = u64::MAX;

/// Numbers of one relay since its start.
#[derive(Debug)]
pub(super) struct Figures {
    sent: AtomicU64,
    received: AtomicU64,
    lost: AtomicU64,
    complaints: Complaints,
    /// When what was said over each was last heard here.
    echoed_at: [AtomicU64; ECHOES],
    /// When it was last taken by the cluster.
    answered_at: [AtomicU64; ECHOES],
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            complaints: Complaints::default(),
            echoed_at: [const { AtomicU64::new(NEVER) }; ECHOES],
            answered_at: [const { AtomicU64::new(NEVER) }; ECHOES],
        }
    }
}

impl Figures {
    pub(super) fn counts(&self) -> RelayCounts {
        RelayCounts {
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
        }
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

    pub(super) fn failed(&self, error: &Error, now: Tick) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.tell(error, now);
    }

    /// Tells that the relay does not do well, not too often.
    pub(super) fn tell(&self, error: &Error, now: Tick) {
        self.complaints
            .tell("other nodes cannot be reached", error, now);
    }

    pub(super) fn echoed(&self, place: usize, now: Tick) {
        if let Some(at) = self.echoed_at.get(place) {
            at.store(now.0, Ordering::Relaxed);
        }
    }

    pub(super) fn answered(&self, place: usize, now: Tick) {
        if let Some(at) = self.answered_at.get(place) {
            at.store(now.0, Ordering::Relaxed);
        }
    }

    /// Whether the node has heard itself over every shard lately.
    pub(super) fn hears(&self, now: Tick) -> bool {
        all_within(&self.echoed_at, DEAF_AFTER_MS, None, now)
    }

    /// Whether connections for messages that have stood since then are alive, for all that is known.
    pub(super) fn is_heard(&self, since: Option<Tick>, now: Tick) -> bool {
        all_within(&self.echoed_at, SILENT_MS_MAX, since, now)
    }

    /// The same for those over which is sent.
    pub(super) fn is_answered(&self, since: Option<Tick>, now: Tick) -> bool {
        all_within(&self.answered_at, SILENT_MS_MAX, since, now)
    }
}

/// Whether each of these times, or `since`, is not longer ago.
fn all_within(times: &[AtomicU64], ms: u64, since: Option<Tick>, now: Tick) -> bool {
    times.iter().all(|at| {
        let at = at.load(Ordering::Relaxed);
        let at = (at != NEVER).then_some(Tick(at)).max(since);
        at.is_some_and(|at| now.since_ms(at) < ms)
    })
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
        let figures = Figures::default();
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

    #[test]
    fn connections_are_alive_until_one_channel_is_silent_for_too_long() {
        let figures = Figures::default();
        assert!(!figures.is_heard(None, Tick(0)), "never");
        assert!(figures.is_heard(Some(Tick(50)), Tick(50 + SILENT_MS_MAX - 1)));
        assert!(!figures.is_heard(Some(Tick(50)), Tick(50 + SILENT_MS_MAX)));
        for place in 0..ECHOES {
            figures.echoed(place, Tick(60));
        }
        let now = Tick(60 + SILENT_MS_MAX - 1);
        assert!(figures.is_heard(None, now) && figures.is_heard(Some(Tick(50)), now));
        assert!(!figures.is_answered(None, now), "another matter");
        for place in 1..ECHOES {
            figures.echoed(place, Tick(70));
            figures.answered(place, Tick(70));
        }
        let now = Tick(60 + SILENT_MS_MAX);
        assert!(
            !figures.is_heard(Some(Tick(50)), now),
            "the first is silent"
        );
        assert!(!figures.is_answered(Some(Tick(50)), now));
        figures.answered(0, Tick(70));
        assert!(figures.is_answered(Some(Tick(50)), now));
    }
}
