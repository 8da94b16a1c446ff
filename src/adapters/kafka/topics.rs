//! The topics: made by `maru migrate`, looked for by whoever reads and writes them.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::types::RDKafkaErrorCode;

use super::{ANSWER_WITHIN, Kafka, partitions, waiting};
use crate::ports::events::EventsUnavailable;

/// How long events and dead letters are kept, in milliseconds: 30 days.
const KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Of so many replicas, two must have a message before it is acknowledged: fewer could not spare one of them.
const REPLICAS_FOR_TWO: i32 = 3;

/// Between two looks whether they are there.
const LOOK: Duration = Duration::from_millis(100);

impl Kafka {
    /// Makes the topics there are not yet, and those of these consumers' dead letters; the names of those it made. With
    /// no replication the brokers' own is taken. Topics that are there stay as they are.
    pub async fn migrate(
        &self,
        consumers: &[&str],
        partitions: i32,
        replication: Option<i32>,
    ) -> Result<Vec<String>, EventsUnavailable> {
        let admin: AdminClient<DefaultClientContext> = self.client.create()?;
        let dead = consumers.iter().map(|name| self.dead_topic(name));
        let named: Vec<String> = self.topics().into_iter().chain(dead).collect();
        let kept_ms = KEPT_MS.to_string();
        let is_kept_twice = replication.is_some_and(|replicas| replicas >= REPLICAS_FOR_TWO);
        let new: Vec<NewTopic<'_>> = named
            .iter()
            .map(|topic| {
                let replication = TopicReplication::Fixed(replication.unwrap_or(-1));
                let new = NewTopic::new(topic, partitions, replication)
                    .set("cleanup.policy", "delete")
                    .set("retention.ms", &kept_ms);
                match is_kept_twice {
                    true => new.set("min.insync.replicas", "2"),
                    false => new,
                }
            })
            .collect();
        let options = AdminOptions::new()
            .request_timeout(Some(ANSWER_WITHIN))
            .operation_timeout(Some(ANSWER_WITHIN));
        let mut made = Vec::new();
        for answer in admin.create_topics(&new, &options).await? {
            match answer {
                Ok(topic) => made.push(topic),
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, error)) => {
                    return Err(EventsUnavailable(format!("{topic}: {error}")));
                }
            }
        }
        drop(new);
        self.await_topics(named).await?;
        Ok(made)
    }

    /// Waits until the brokers say that the topics are there: made a moment ago, they do not know of them all at once,
    /// and whoever comes then is told to make them.
    async fn await_topics(&self, topics: Vec<String>) -> Result<(), EventsUnavailable> {
        let there = async {
            while self.partitions_of(topics.clone()).await.is_err() {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(ANSWER_WITHIN, there).await.is_ok() {
            return Ok(());
        }
        self.partitions_of(topics).await.map(drop)
    }

    /// The partitions of these topics, each of which must be there.
    pub(super) async fn partitions_of(
        &self,
        topics: Vec<String>,
    ) -> Result<Vec<(String, Vec<i32>)>, EventsUnavailable> {
        let config = self.client.clone();
        waiting(move || {
            let asking: BaseConsumer = config.create()?;
            // Of all: asked for one by its name, a broker may make it as it likes.
            let metadata = asking.fetch_metadata(None, ANSWER_WITHIN)?;
            topics
                .into_iter()
                .map(|topic| {
                    let found = partitions(&metadata, &topic);
                    if found.is_empty() {
                        let lacks = format!("there is no topic {topic} yet: run maru migrate");
                        return Err(EventsUnavailable(lacks));
                    }
                    Ok((topic, found))
                })
                .collect()
        })
        .await
    }
}
