//! How much one connection has sent of each class of frames, and how often it was refused.

use maru_protocol::{ClientFrame, Op};

use super::limits::Limits;
use super::rate::{Allowance, Bucket};
use crate::domain::clock::Tick;

/// Classes of frames with an allowance of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Ops,
    Chat,
    Move,
    Other,
}

impl Class {
    const ALL: [Self; 4] = [Self::Ops, Self::Chat, Self::Move, Self::Other];

    const fn allowance(self, limits: &Limits) -> Allowance {
        match self {
            Self::Ops => limits.connection_ops,
            Self::Chat => limits.connection_chat,
            Self::Move => limits.connection_move,
            Self::Other => limits.connection_other,
        }
    }

    /// The limit's name, as the refusal gives it.
    pub(super) const fn limit(self) -> &'static str {
        match self {
            Self::Ops => "live.connection_ops",
            Self::Chat => "live.connection_chat",
            Self::Move => "live.connection_move",
            Self::Other => "live.connection_other",
        }
    }
}

/// A frame's class, and the number of its batch if it is one.
pub(super) fn classify(frame: &ClientFrame) -> (Class, Option<u32>) {
    match frame {
        ClientFrame::Ops { number, ops, .. } => {
            let talks = ops.iter().any(|op| matches!(op, Op::Say { .. }));
            (if talks { Class::Chat } else { Class::Ops }, Some(*number))
        }
        ClientFrame::Move { .. } => (Class::Move, None),
        _ => (Class::Other, None),
    }
}

/// What one connection has used up.
pub(super) struct Meter {
    buckets: [Bucket; 4],
    wait_ms: [u32; 4],
    refusals: u32,
    refusals_max: u32,
    minute_began: Tick,
}

impl Meter {
    /// A connection that has sent nothing.
    pub(super) fn new(limits: &Limits, now: Tick) -> Self {
        let buckets = Class::ALL.map(|class| Bucket::full(class.allowance(limits), now));
        Self {
            buckets,
            wait_ms: [0; 4],
            refusals: 0,
            refusals_max: limits.refusals_per_minute_max,
            minute_began: now,
        }
    }

    /// Takes a frame's worth, if there is one.
    pub(super) fn allows(&mut self, class: Class, now: Tick) -> bool {
        match self.buckets[class as usize].take(now) {
            Ok(()) => true,
            Err(wait_ms) => {
                self.wait_ms[class as usize] = wait_ms;
                false
            }
        }
    }

    /// How long to wait after the last refusal of this class.
    pub(super) fn wait_ms(&self, class: Class) -> u32 {
        self.wait_ms[class as usize]
    }

    /// Counts a refused frame; true when there were too many within a minute.
    pub(super) fn strike(&mut self, now: Tick) -> bool {
        const MINUTE_MS: u64 = 60_000;
        if now.since_ms(self.minute_began) >= MINUTE_MS {
            self.minute_began = now;
            self.refusals = 0;
        }
        self.refusals += 1;
        self.refusals > self.refusals_max
    }
}
