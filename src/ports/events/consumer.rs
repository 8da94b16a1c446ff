//! Consumers of the log: how each comes through it, and what becomes of events it cannot act on.

use async_trait::async_trait;

use super::EventsUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};

/// How often an event is tried before it becomes a dead letter.
pub const ATTEMPTS_MAX: u32 = 5;

/// Between the first attempt at an event and the second, in milliseconds; doubles with each one more.
pub const RETRY_MS_FIRST: u64 = 1_000;

/// The longest reason that is kept, in bytes.
const WHY_BYTES_MAX: usize = 400;

/// When an event that has failed so many times is tried again; none when it is given up.
pub fn retry_at(attempts: u32, now: WallMs) -> Option<WallMs> {
    if attempts >= ATTEMPTS_MAX {
        return None;
    }
    let wait = RETRY_MS_FIRST << attempts.saturating_sub(1);
    Some(WallMs(now.0.saturating_add(wait)))
}

/// A reason as it is kept: one bounded line.
pub fn why(text: &str) -> String {
    let mut kept = String::new();
    for c in text.chars() {
        if kept.len() + c.len_utf8() > WHY_BYTES_MAX {
            break;
        }
        kept.push(if c.is_control() { ' ' } else { c });
    }
    kept
}

/// An event in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its identity: given twice, it has the same one.
    pub id: String,
    /// When it was published.
    pub at: WallMs,
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
}

/// What became of an event that could not be acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aside {
    /// It comes again then. What follows of its subject waits behind it.
    Until(WallMs),
    /// It has come [`ATTEMPTS_MAX`] times and is a dead letter. What follows of its subject goes the same way, in order,
    /// until they are redriven.
    Dead,
}

/// One consumer's way through the log. Each event comes at least once, those of one subject in their order; one that
/// cannot be acted on holds up its own subject alone.
#[async_trait]
pub trait EventConsumer: Send {
    /// The next events, no two of one subject, perhaps none: comes back within a second or so. The same ones again while
    /// the last are not finished.
    ///
    /// One that cannot be understood, as it is of a later release or is none at all, becomes a dead letter at once and
    /// holds up nothing.
    async fn next(
        &mut self,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<LoggedEvent>, EventsUnavailable>;

    /// One of those that came last could not be acted on.
    async fn set_aside(
        &mut self,
        event: &LoggedEvent,
        why: &str,
        now: WallMs,
    ) -> Result<Aside, EventsUnavailable>;

    /// What came of those that came last and were not set aside is durable: they do not come again. Where this fails
    /// they may.
    async fn finish(&mut self) -> Result<(), EventsUnavailable>;
}

/// Where consumers come from.
#[async_trait]
pub trait EventConsumers: Send + Sync {
    /// The consumer of this name, which goes on where it left off, in whatever process it was; at first, from the
    /// beginning. Where the log is shared by several processes they share the subjects among them.
    async fn durable(&self, name: &str) -> Result<Box<dyn EventConsumer>, EventsUnavailable>;

    /// A consumer of what is published from now on, all of it, for as long as it is held. What it gives up is logged and
    /// forgotten.
    async fn since_now(&self) -> Result<Box<dyn EventConsumer>, EventsUnavailable>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tried_ever_later_and_then_given_up() {
        let waits: Vec<Option<u64>> = (1..=ATTEMPTS_MAX)
            .map(|attempts| retry_at(attempts, WallMs(10)).map(|at| at.0 - 10))
            .collect();
        assert_eq!(
            waits,
            [Some(1_000), Some(2_000), Some(4_000), Some(8_000), None]
        );
    }

    #[test]
    fn a_reason_is_one_bounded_line() {
        assert_eq!(why("no\nroom"), "no room");
        let long = why(&"가".repeat(WHY_BYTES_MAX));
        assert!(long.len() <= WHY_BYTES_MAX && long.chars().all(|c| c == '가'));
    }
}
