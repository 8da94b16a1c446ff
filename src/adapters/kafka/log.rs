//! Publishing: acknowledged by all replicas that are in step, each once for as long as the producer lives, within a
//! deadline.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::try_join_all;
use rdkafka::ClientConfig;
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer};

use super::Kafka;
use super::envelope::{Envelope, sealed};
use crate::domain::clock::WallMs;
use crate::ports::events::{EventLog, EventsUnavailable, OutboxEntry};

/// How long an event may take to be acknowledged, in milliseconds.
const DELIVERY_MS_MAX: u64 = 10_000;

/// How long an event may wait for a place in the producer's queue.
const QUEUE_WITHIN: Duration = Duration::from_secs(2);

/// The producer, made when it is first needed, and anew after an error that it does not get over.
pub(super) struct Publisher {
    config: ClientConfig,
    held: Mutex<Option<FutureProducer>>,
}

impl Publisher {
    pub fn new(mut config: ClientConfig) -> Self {
        config
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("message.timeout.ms", DELIVERY_MS_MAX.to_string())
            .set("request.timeout.ms", (DELIVERY_MS_MAX / 2).to_string())
            .set("queue.buffering.max.ms", "2")
            .set("queue.buffering.max.messages", "10000")
            .set("queue.buffering.max.kbytes", "65536")
            // What other clients of Kafka choose.
            .set("partitioner", "murmur2_random");
        Self {
            config,
            held: Mutex::default(),
        }
    }

    fn producer(&self) -> Result<FutureProducer, EventsUnavailable> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(producer) = &*held {
            match producer.client().fatal_error() {
                None => return Ok(producer.clone()),
                Some((error, why)) => tracing::warn!(%error, why, "the producer is made anew"),
            }
        }
        let made: FutureProducer = self.config.create()?;
        *held = Some(made.clone());
        Ok(made)
    }

    /// Sends one; where it lies.
    pub async fn send(
        &self,
        topic: &str,
        key: &[u8],
        headers: OwnedHeaders,
        value: &[u8],
    ) -> Result<(i32, i64), EventsUnavailable> {
        let record = FutureRecord::to(topic)
            .key(key)
            .headers(headers)
            .payload(value);
        let sent = self.producer()?.send(record, QUEUE_WITHIN).await;
        let sent = sent.map_err(|(error, _)| EventsUnavailable(format!("{topic}: {error}")))?;
        Ok((sent.partition, sent.offset))
    }
}

impl Kafka {
    async fn publish_one(&self, entry: &OutboxEntry, at: WallMs) -> Result<(), EventsUnavailable> {
        let id = entry.event_id();
        let Envelope {
            key,
            headers,
            value,
        } = sealed(&id, entry.subject, &entry.event, at)?;
        let topic = self.topic(entry.subject.topic());
        let sent = self.publisher.send(&topic, key.as_bytes(), headers, &value);
        sent.await.map(drop)
    }
}

#[async_trait]
impl EventLog for Kafka {
    async fn publish(&self, events: &[OutboxEntry], at: WallMs) -> Result<(), EventsUnavailable> {
        let mut waiting: Vec<&OutboxEntry> = events.iter().collect();
        // One of each subject at a time: where one is lost, none that follows of its subject is there before it.
        while !waiting.is_empty() {
            let mut subjects = HashSet::new();
            let (now, later): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|entry| subjects.insert((entry.subject.topic(), entry.subject.uuid())));
            let mut sends = Vec::with_capacity(now.len());
            for entry in now {
                sends.push(self.publish_one(entry, at));
            }
            try_join_all(sends).await?;
            waiting = later;
        }
        Ok(())
    }
}
