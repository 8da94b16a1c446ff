//! How much one connection has sent of each class of frames, and how often it was refused.

use maru_protocol::{ClientFrame, Op};

use super::limits::Limits;
use super::rate::{Allowance, Bucket};
use crate::domain::clock::Tick;

/// Classes of frames with an allowance of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Batches without words.
    Ops,
    /// Lines of chat.
    Chat,
    /// Places of avatars.
    Move,
    /// Typing and drag previews.
    Signal,
    /// Everything else.
    Other,
}

impl Class {
    const ALL: [Self; 5] = [Self::Ops, Self::Chat, Self::Move, Self::Signal, Self::Other];

    const fn allowance(self, limits: &Limits) -> Allowance {
        match self {
            Self::Ops => limits.connection_ops,
            Self::Chat => limits.connection_chat,
            Self::Move => limits.connection_move,
            Self::Signal => limits.connection_signal,
            Self::Other => limits.connection_other,
        }
    }

    /// The limit's name, as the refusal gives it.
    const fn limit(self) -> &'static str {
        match self {
            Self::Ops => "live.connection_ops",
            Self::Chat => "live.connection_chat",
            Self::Move => "live.connection_move",
            Self::Signal => "live.connection_signal",
            Self::Other => "live.connection_other",
        }
    }
}

/// What a frame costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Of which class.
    pub class: Class,
    /// How much of it.
    pub count: u32,
}

impl Cost {
    /// What any frame costs that has no class of its own.
    pub const OTHER: Self = Self::one(Class::Other);

    const fn one(class: Class) -> Self {
        Self { class, count: 1 }
    }

    /// What this frame costs: words by the line, the rest by the frame.
    pub fn of(frame: &ClientFrame) -> Self {
        match frame {
            ClientFrame::Ops { ops, .. } => {
                let lines = ops.iter().filter(|op| matches!(op, Op::Say { .. })).count();
                match u32::try_from(lines).unwrap_or(u32::MAX) {
                    0 => Self::one(Class::Ops),
                    count => Self {
                        class: Class::Chat,
                        count,
                    },
                }
            }
            ClientFrame::Move { .. } => Self::one(Class::Move),
            ClientFrame::Typing { .. } | ClientFrame::Drag { .. } => Self::one(Class::Signal),
            _ => Self::OTHER,
        }
    }
}

/// Too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// The limit's name.
    pub limit: &'static str,
    /// After how many milliseconds it would be allowed; none: never.
    pub retry_after_ms: Option<u32>,
}

/// What one connection has used up.
#[derive(Debug)]
pub struct Meter {
    buckets: [Bucket; Class::ALL.len()],
    refusals: u32,
    refusals_max: u32,
    minute_began: Tick,
}

impl Meter {
    /// A connection that has sent nothing.
    pub fn new(limits: &Limits, now: Tick) -> Self {
        let buckets = Class::ALL.map(|class| Bucket::full(class.allowance(limits), now));
        Self {
            buckets,
            refusals: 0,
            refusals_max: limits.refusals_per_minute_max,
            minute_began: now,
        }
    }

    /// Takes what a frame costs, if there is as much.
    pub fn charge(&mut self, cost: Cost, now: Tick) -> Result<(), Excess> {
        let bucket = &mut self.buckets[cost.class as usize];
        bucket
            .take_many(cost.count, now)
            .map_err(|retry_after_ms| Excess {
                limit: cost.class.limit(),
                retry_after_ms,
            })
    }

    /// Counts a refused frame; true when there were too many within a minute.
    pub fn strike(&mut self, now: Tick) -> bool {
        const MINUTE_MS: u64 = 60_000;
        if now.since_ms(self.minute_began) >= MINUTE_MS {
            self.minute_began = now;
            self.refusals = 0;
        }
        self.refusals += 1;
        self.refusals > self.refusals_max
    }
}
