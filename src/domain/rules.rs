//! The rules that keep a live room right, by name. A build for the simulation can switch one off, to show that
//! the simulation notices; in every other build they all hold and the question costs nothing.

/// One invariant of the live room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A room is claimed by compare-and-set on its epoch, after a hand-over or the end of its owner's lease.
    Claim,
    /// A node that could not renew its lease stops in time.
    Lease,
    /// Receivers drop what carries a lower epoch.
    Epoch,
    /// A save with an unknown outcome is looked up before anything is answered or tried again.
    Saves,
    /// Beyond a bounded debt to the store batches are refused.
    Debt,
    /// Batch numbers of a session are contiguous.
    Numbers,
    /// The same number gets the same answer, also from the next owner.
    Answers,
    /// A resume token is good until its successor has arrived.
    Token,
    /// Every change of a room is a command of its owner.
    OneWriter,
    /// Each join and resume is authorised by the policy of that moment.
    Authorise,
    /// A delta is given only where it is provably whole.
    Delta,
    /// Nobody leaves who is still here, and nobody stays who is gone.
    Ghosts,
    /// A gap between owner and edge is noticed and mended.
    Stale,
    /// The store answers when a save is durable, not before.
    Durable,
    /// What a room tells the rest of the world waits in a bounded outbox.
    Outbox,
    /// After the shared cache lost its contents nobody gets in by what it had forgotten.
    Generation,
    /// Whoever is in a room that is shut is sent away.
    Shut,
}

impl Rule {
    /// Every rule, in the order of the design.
    pub const ALL: [Self; 17] = [
        Self::Claim,
        Self::Lease,
        Self::Epoch,
        Self::Saves,
        Self::Debt,
        Self::Numbers,
        Self::Answers,
        Self::Token,
        Self::OneWriter,
        Self::Authorise,
        Self::Delta,
        Self::Ghosts,
        Self::Stale,
        Self::Durable,
        Self::Outbox,
        Self::Generation,
        Self::Shut,
    ];

    /// Whether the rule is kept.
    #[cfg(not(feature = "simulation"))]
    #[inline]
    pub const fn holds(self) -> bool {
        let _ = self;
        true
    }

    /// Whether the rule is kept on this thread.
    #[cfg(feature = "simulation")]
    pub fn holds(self) -> bool {
        BROKEN.with(|broken| broken.get() != Some(self))
    }
}

#[cfg(feature = "simulation")]
thread_local! {
    static BROKEN: std::cell::Cell<Option<Rule>> = const { std::cell::Cell::new(None) };
}

/// Runs `work` on this thread with one rule switched off.
#[cfg(feature = "simulation")]
pub fn without<T>(rule: Option<Rule>, work: impl FnOnce() -> T) -> T {
    let before = BROKEN.with(|broken| broken.replace(rule));
    let done = work();
    BROKEN.with(|broken| broken.set(before));
    done
}
