//! The way of events out of their aggregates: an outbox beside each, and the log they are published to.

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};

#[cfg(test)]
pub(crate) mod conformance;

/// How many events a log keeps; the oldest go first.
pub const LOG_EVENTS_MAX: u64 = 10_000;

/// How long a log keeps an event, in milliseconds: 7 days.
pub const LOG_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

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
            (subject, _) => format!("{}/{}", subject.topic(), self.id),
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

/// An event in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedEvent {
    /// Its place: grows, with gaps.
    pub offset: u64,
    /// When it was published.
    pub at: WallMs,
    /// What it is about.
    pub subject: Subject,
    /// What happened.
    pub event: Event,
}

/// Where events are published. An event published again within the time of its keeping is there once; the log
/// keeps the last [`LOG_EVENTS_MAX`] of the last [`LOG_KEPT_MS`].
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Appends all of them, durably, or none. Events of one subject keep their order.
    async fn publish(&self, events: &[OutboxEntry], at: WallMs) -> Result<(), EventsUnavailable>;

    /// Events after a place, oldest first.
    async fn read(&self, after: u64, limit: u32) -> Result<Vec<LoggedEvent>, EventsUnavailable>;
}
