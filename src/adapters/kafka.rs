//! Kafka, the event log of a distributed installation: a topic for each kind of subject, the subject's id as the key, so
//! that events of one subject keep their order; and for each consumer a topic of dead letters.

use std::sync::Arc;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::metadata::Metadata;

use crate::config::Address;
use crate::domain::event::TOPICS;
use crate::ports::events::EventsUnavailable;

mod consumer;
mod dead;
mod desk;
mod envelope;
mod log;
mod probe;
mod progress;
#[cfg(test)]
pub(in crate::adapters) mod tests;
mod topics;

pub use probe::KafkaProbe;

const PORT_DEFAULT: u16 = 9092;

/// Topics and groups of Maru begin so.
const PREFIX: &str = "maru";

/// How long Kafka may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

impl From<KafkaError> for EventsUnavailable {
    fn from(error: KafkaError) -> Self {
        Self(error.to_string())
    }
}

/// The log. Clones share what is behind it.
#[derive(Clone)]
pub struct Kafka {
    client: ClientConfig,
    prefix: Arc<str>,
    publisher: Arc<log::Publisher>,
}

impl std::fmt::Debug for Kafka {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kafka").finish_non_exhaustive()
    }
}

impl Kafka {
    /// The cluster these brokers belong to; nothing is asked of it yet.
    pub fn new(address: &Address) -> Self {
        Self::under(client(address), PREFIX)
    }

    fn under(client: ClientConfig, prefix: &str) -> Self {
        let publisher = Arc::new(log::Publisher::new(client.clone()));
        Self {
            client,
            prefix: prefix.into(),
            publisher,
        }
    }

    /// The topic of one kind of subject.
    fn topic(&self, kind: &str) -> String {
        format!("{}.{kind}", self.prefix)
    }

    fn topics(&self) -> Vec<String> {
        TOPICS.iter().map(|kind| self.topic(kind)).collect()
    }

    /// The kind of subject a topic is of.
    fn kind<'a>(&self, topic: &'a str) -> Option<&'a str> {
        topic.strip_prefix(&*self.prefix)?.strip_prefix('.')
    }

    /// Where a consumer's dead letters go.
    fn dead_topic(&self, consumer: &str) -> String {
        format!("{}.dead.{consumer}", self.prefix)
    }

    /// The group of a consumer.
    fn group(&self, consumer: &str) -> String {
        format!("{}.{consumer}", self.prefix)
    }

    /// The group that says how far a consumer's dead letters were redriven.
    fn redrive_group(&self, consumer: &str) -> String {
        format!("{}.{consumer}.redrive", self.prefix)
    }
}

/// How every client reaches the brokers.
fn client(address: &Address) -> ClientConfig {
    let hosts = address.hosts(PORT_DEFAULT);
    let named_loopback = hosts.iter().any(|(host, _)| *host == "localhost");
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", address.to_string())
        .set("client.id", "maru")
        .set("socket.timeout.ms", ANSWER_WITHIN.as_millis().to_string())
        .set("reconnect.backoff.max.ms", "2000")
        // localhost is ::1 first, where a broker bound to 127.0.0.1 does not answer.
        .set(
            "broker.address.family",
            if named_loopback { "v4" } else { "any" },
        );
    config
}

/// The partitions of a topic; none where there is no such topic.
fn partitions(metadata: &Metadata, topic: &str) -> Vec<i32> {
    let topics = metadata.topics().iter();
    let found = topics.filter(|found| found.name() == topic && found.error().is_none());
    found
        .flat_map(|found| found.partitions().iter().map(|partition| partition.id()))
        .collect()
}

/// A step that only makes a thread wait for Kafka, on a thread of its own.
async fn waiting<T: Send + 'static>(
    step: impl FnOnce() -> Result<T, EventsUnavailable> + Send + 'static,
) -> Result<T, EventsUnavailable> {
    let done = tokio::task::spawn_blocking(step).await;
    done.map_err(|error| EventsUnavailable(format!("a step broke off: {error}")))?
}
