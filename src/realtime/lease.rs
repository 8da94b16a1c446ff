//! The lease of this node on the rooms it owns, timed by its own clock from before each request: however long an
//! answer took, the node stops before the store would let another one in.

use crate::domain::clock::Tick;

/// The lease as a pure state machine; the node asks the store, and tells it what came back.
#[derive(Debug)]
pub struct Lease {
    lease_ms: u64,
    /// When the newest request that succeeded was sent.
    held_from: Option<Tick>,
    /// When the newest request was sent.
    asked: Option<Tick>,
    /// When to ask next.
    next: Tick,
    /// How often it had ended before a request succeeded again.
    lapses: u64,
}

impl Lease {
    /// Not held yet.
    pub const fn new(lease_ms: u64) -> Self {
        Self {
            lease_ms,
            held_from: None,
            asked: None,
            next: Tick(0),
            lapses: 0,
        }
    }

    /// Whether to ask the store for a renewal now. An answer must be given back with this time.
    pub fn ask(&mut self, now: Tick) -> bool {
        if now < self.next {
            return false;
        }
        self.asked = Some(now);
        // Also when no answer comes: a lost request must not cost the lease, nor a store that is away for two fifths of
        // it.
        self.next = now.plus_ms(self.lease_ms / 6);
        true
    }

    /// What came of the request sent at `asked`.
    pub fn answered(&mut self, asked: Tick, renewed: bool, now: Tick) {
        if renewed {
            if self.held_from.is_some() && now >= self.serves_until() {
                self.lapses += 1;
            }
            self.held_from = self.held_from.max(Some(asked));
        } else if self.asked == Some(asked) {
            self.next = self.next.min(now.plus_ms(self.lease_ms / 24));
        }
    }

    /// Until when rooms of this node may accept and broadcast; the last third of the lease is the margin for a
    /// turn under way and for clocks that run apart.
    pub fn serves_until(&self) -> Tick {
        self.held_from
            .map_or(Tick(0), |from| from.plus_ms(self.lease_ms * 2 / 3))
    }

    /// How often it had ended before it was held again. What was owned before another lapse may be another node's.
    pub const fn lapses(&self) -> u64 {
        self.lapses
    }

    /// When to ask next.
    pub const fn next(&self) -> Tick {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_before_the_request_and_asks_every_sixth() {
        let mut lease = Lease::new(9_000);
        assert!(lease.ask(Tick(100)) && !lease.ask(Tick(1_599)));
        assert_eq!(
            lease.serves_until(),
            Tick(0),
            "nothing is held before the answer"
        );
        lease.answered(Tick(100), true, Tick(2_000));
        assert_eq!(lease.serves_until(), Tick(6_100));
        assert!(lease.ask(Tick(1_600)));
    }

    #[test]
    fn an_answer_to_an_older_request_proves_no_more_than_that_request() {
        let mut lease = Lease::new(9_000);
        lease.ask(Tick(0));
        lease.ask(Tick(3_000));
        lease.answered(Tick(3_000), true, Tick(3_001));
        lease.answered(Tick(0), true, Tick(3_002));
        assert_eq!(lease.serves_until(), Tick(9_000));
    }

    #[test]
    fn a_lease_that_had_ended_is_another_one_afterwards() {
        let mut lease = Lease::new(9_000);
        lease.answered(Tick(0), true, Tick(10));
        lease.answered(Tick(1_500), true, Tick(5_999));
        assert_eq!(lease.lapses(), 0);
        lease.answered(Tick(7_400), true, Tick(7_500));
        assert_eq!(lease.lapses(), 1, "it had ended at 7,500");
        lease.answered(Tick(9_000), true, Tick(9_100));
        assert_eq!(lease.lapses(), 1);
    }

    #[test]
    fn a_refusal_is_tried_again_soon() {
        let mut lease = Lease::new(12_000);
        lease.ask(Tick(0));
        lease.answered(Tick(0), false, Tick(10));
        assert_eq!(lease.next(), Tick(510));
    }
}
