//! What whoever runs the servers does by hand with the log's consumers.

use async_trait::async_trait;

use super::EventsUnavailable;
use crate::domain::clock::WallMs;

/// An event that a consumer has given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The event's identity.
    pub id: String,
    /// The topic it was published to.
    pub topic: String,
    /// Why it was given up, or what it waits behind.
    pub why: String,
    /// Since when.
    pub at: WallMs,
}

/// Dead letters and where consumers are, by hand. Servers may be at work meanwhile, where nothing else is said.
#[async_trait]
pub trait EventDesk: Send + Sync {
    /// Dead letters of a consumer, oldest first.
    async fn dead(&self, consumer: &str, limit: u32) -> Result<Vec<DeadLetter>, EventsUnavailable>;

    /// Gives a consumer all its dead letters once more, in their order, and of each subject before what follows; how
    /// many. What comes of one twice is for the consumer to see to, as ever.
    async fn redrive(&self, consumer: &str) -> Result<u64, EventsUnavailable>;

    /// Gives a consumer all the log still holds, from the beginning. Of the embedded store's own consumers what they
    /// made of it before is forgotten in the same step. In Kafka it must not be at work in any process.
    async fn replay(&self, consumer: &str) -> Result<(), EventsUnavailable>;
}
