//! What leaves the room: a relay that takes from the outbox when it likes, stops for long, and delivers twice; and a
//! consumer that ignores what it has seen.

use std::collections::BTreeSet;

use maru::domain::room::RoomEvent;

use crate::random::Random;
use crate::world::{Event, World};

/// Relay and consumer, with a chance of their own so that they shift nothing else.
pub struct Outside {
    random: Random,
    /// The newest version heard of.
    version: u64,
    /// The decisions heard of.
    decided: BTreeSet<u64>,
}

impl Outside {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x6f75_7462_6f78),
            version: 0,
            decided: BTreeSet::new(),
        }
    }

    fn hear(&mut self, event: &RoomEvent) {
        match event {
            RoomEvent::Changed { version } => self.version = self.version.max(version.0),
            RoomEvent::Decided { seq, .. } => {
                self.decided.insert(seq.0);
            }
            RoomEvent::Shut { .. }
            | RoomEvent::Opened { .. }
            | RoomEvent::Recalled { .. }
            | RoomEvent::Deleted {} => {}
        }
    }
}

impl World {
    /// The relay publishes some of what is on the disk, and clears it a moment later or dies before.
    pub fn publish(&mut self) {
        let is_rough = self.is_rough;
        let random = &mut self.outside.random;
        let wait = if is_rough && random.chance(150) {
            random.between(5_000, 25_000)
        } else {
            random.between(20, 1_500)
        };
        let count = usize::try_from(random.between(1, 8)).unwrap();
        let entries = self.store.durable.waiting(0, count);
        for entry in &entries {
            self.outside.hear(&entry.event);
        }
        let random = &mut self.outside.random;
        let is_lost = is_rough && random.chance(200);
        if !entries.is_empty() && !is_lost {
            let published = entries.iter().map(|entry| entry.id).collect();
            let later = random.between(1, 200);
            self.after(later, Event::Clears { published });
        }
        self.after(wait, Event::Publish);
    }

    /// What was published is forgotten; a crash of the store before its next sync brings it back.
    pub fn clears(&mut self, published: &[u64]) {
        self.store.live.clear(published);
    }

    pub fn check_outbox(&self) {
        let pending = self.store.live.pending_events();
        assert!(
            pending <= self.limits.outbox_events_max,
            "outbox: {pending} events wait to be published"
        );
    }

    /// The consumer knows the room's last version, and heard of every decision.
    pub fn check_told(&self) {
        let durable = &self.store.durable;
        assert_eq!(
            self.outside.version, durable.document.seq.0,
            "outbox: the version heard of last"
        );
        let record = durable.audit(None, usize::MAX);
        let on_record: BTreeSet<u64> = record.iter().map(|entry| entry.seq.0).collect();
        assert_eq!(
            self.outside.decided, on_record,
            "outbox: decisions heard of, and those on record"
        );
    }
}
