//! The way of events out of their aggregates: an outbox beside each, the log they are published to, and the consumers
//! that follow the log.

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};

#[cfg(test)]
pub(crate) mod conformance;
mod consumer;
mod desk;
mod readable;

pub use consumer::{
    ATTEMPTS_MAX, Aside, EventConsumer, EventConsumers, LoggedEvent, RETRY_MS_FIRST, retry_at, why,
};
pub use desk::{DeadLetter, EventDesk};
pub use readable::{Readable, Row};

/// How many events the embedded log keeps; the oldest go first.
pub const LOG_EVENTS_MAX: u64 = 10_000;

/// How long a log keeps an event, in milliseconds: 7 days.
pub const LOG_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How long a dead letter is kept, in milliseconds: 14 days.
pub const DEAD_KEPT_MS: u64 = 14 * 24 * 60 * 60 * 1_000;

/// The consumer that counts what is talked about.
pub const DISCOVERY: &str = "discovery";

/// The consumer that tells those who keep pictures whose accounts are private. The embedded store keeps both, and has no
/// need of it.
pub const PRIVACY: &str = "privacy";

/// Every consumer that has a place in the log of its own.
pub const CONSUMERS: [&str; 2] = [DISCOVERY, PRIVACY];

/// An event that waits to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the outbox: grows, and is never used again. A room's coalesced event gets a new one each
    /// time its version grows.
    pub id: u64,
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
}

impl OutboxEntry {
    /// The event's identity: delivered twice, it has the same one.
    pub fn event_id(&self) -> String {
        match (&self.subject, &self.event) {
            (Subject::Room(room), Event::Room(event)) => event.id(*room),
            (subject, _) => format!("{}/{}/{}", subject.topic(), subject.uuid(), self.id),
        }
    }
}

/// The outbox or the log did not do as asked; all of it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("events cannot be passed on: {0}")]
pub struct EventsUnavailable(pub String);

/// What there is to tell, as it was written with what it tells of: an event is here from the moment that is durable.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Waiting events after a place, oldest first.
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable>;

    /// Forgets published ones, by their places. A room that changed meanwhile has its event at a new place, which
    /// stays.
    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable>;
}

/// Where events are published, each at least once: whoever acts on them knows an event it has seen by its id.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends all of them, durably. Where it fails some may be there, and never one of a subject before an earlier one
    /// of the same subject; published again, all are.
    async fn publish(&self, events: &[OutboxEntry], at: WallMs) -> Result<(), EventsUnavailable>;
}
