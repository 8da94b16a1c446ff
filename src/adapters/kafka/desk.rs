//! Redriving and replaying in Kafka.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::topic_partition_list::Offset;
use rdkafka::{ClientConfig, TopicPartitionList};

use super::envelope::{FOR, UP_TO, with};
use super::{ANSWER_WITHIN, Kafka, dead, waiting};
use crate::ports::events::{DeadLetter, EventDesk, EventsUnavailable};

/// Dead letters redriven at once; the rest with the next time.
const REDRIVEN_MAX: usize = 10_000;

/// How often a group is looked at before it counts as at work, each time for [`ALONE_POLL`].
const ALONE_POLLS_MAX: u32 = 150;

const ALONE_POLL: Duration = Duration::from_millis(100);

#[async_trait]
impl EventDesk for Kafka {
    async fn dead(&self, consumer: &str, limit: u32) -> Result<Vec<DeadLetter>, EventsUnavailable> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        dead::lying(self, consumer, limit, |lying| {
            Some(DeadLetter {
                id: lying.id,
                topic: lying.topic,
                why: lying.why,
                at: lying.since,
            })
        })
        .await
    }

    async fn redrive(&self, consumer: &str) -> Result<u64, EventsUnavailable> {
        let lying = dead::lying(self, consumer, REDRIVEN_MAX, Some).await?;
        // The last of each subject lets go of it.
        let mut last = HashMap::new();
        let mut ends = HashMap::new();
        for one in &lying {
            last.insert((one.topic.clone(), one.letter.key.clone()), one.place);
            ends.insert(one.place.0, one.place.1 + 1);
        }
        let mut redriven = 0;
        for one in lying {
            let topic = self.topic(&one.topic);
            let is_last = last.get(&(one.topic, one.letter.key.clone())) == Some(&one.place);
            let mut headers = with(dead::plain(&one.letter.headers), FOR, consumer);
            if is_last {
                let (partition, offset) = one.place;
                headers = with(headers, UP_TO, &format!("{partition}:{offset}"));
            }
            self.publisher
                .send(&topic, &one.letter.key, headers, &one.letter.value)
                .await?;
            redriven += 1;
        }
        let topic = self.dead_topic(consumer);
        let places = ends
            .into_iter()
            .map(|(partition, next)| (topic.clone(), partition, next));
        self.put(self.redrive_group(consumer), places.collect())
            .await?;
        self.let_go(consumer).await;
        Ok(redriven)
    }

    async fn replay(&self, consumer: &str) -> Result<(), EventsUnavailable> {
        let mut logs = Vec::new();
        for (topic, partition, low, _) in self.ends_of(self.topics()).await? {
            logs.push((topic, partition, low));
        }
        self.send_back(consumer, logs).await?;
        // Whatever was given up comes again with the rest.
        let mut dead = Vec::new();
        for (topic, partition, _, high) in self.ends_of(vec![self.dead_topic(consumer)]).await? {
            dead.push((topic, partition, high));
        }
        self.put(self.redrive_group(consumer), dead).await?;
        self.let_go(consumer).await;
        Ok(())
    }
}

impl Kafka {
    /// The first place of each partition and the one behind the last.
    async fn ends_of(
        &self,
        topics: Vec<String>,
    ) -> Result<Vec<(String, i32, i64, i64)>, EventsUnavailable> {
        let partitions = self.partitions_of(topics).await?;
        let config = self.client.clone();
        waiting(move || {
            let asking: BaseConsumer = config.create()?;
            let mut ends = Vec::new();
            for (topic, partitions) in partitions {
                for partition in partitions {
                    let (low, high) = asking.fetch_watermarks(&topic, partition, ANSWER_WITHIN)?;
                    ends.push((topic.clone(), partition, low, high));
                }
            }
            Ok(ends)
        })
        .await
    }

    /// Sends a group to these places, as its only member: what others are at would win.
    async fn send_back(
        &self,
        consumer: &str,
        places: Vec<(String, i32, i64)>,
    ) -> Result<(), EventsUnavailable> {
        let group = self.group(consumer);
        let mut config = self.in_group(&group);
        config.set("session.timeout.ms", "10000");
        let topics = self.topics();
        waiting(move || {
            let member: BaseConsumer = config.create()?;
            let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
            member.subscribe(&topics)?;
            // One that has died is missed after its time.
            for _ in 0..ALONE_POLLS_MAX {
                if member.assignment()?.count() == places.len() {
                    let places = listed(&places)?;
                    return Ok(member.commit(&places, CommitMode::Sync)?);
                }
                match member.poll(ALONE_POLL) {
                    // Events are not what is waited for.
                    Some(Ok(_)) => member.pause(&member.assignment()?)?,
                    Some(Err(error)) => tracing::debug!(%error, group, "a group is waited for"),
                    None => {}
                }
            }
            let busy = format!("{group} is at work: stop the processes that run it first");
            Err(EventsUnavailable(busy))
        })
        .await
    }

    /// Says where a group goes on that never has members.
    async fn put(
        &self,
        group: String,
        places: Vec<(String, i32, i64)>,
    ) -> Result<(), EventsUnavailable> {
        if places.is_empty() {
            return Ok(());
        }
        let config = self.in_group(&group);
        waiting(move || {
            let mover: BaseConsumer = config.create()?;
            Ok(mover.commit(&listed(&places)?, CommitMode::Sync)?)
        })
        .await
    }

    /// Lets go of the dead letters that were redriven. What was redriven stays so where this fails.
    async fn let_go(&self, consumer: &str) {
        if let Err(error) = self.cut(consumer).await {
            tracing::warn!(
                %error,
                consumer,
                "redriven dead letters cannot be deleted: they count as dead again once Kafka has forgotten the offsets \
                 of the group that redrove them, unless offsets.retention.minutes is at least 43200"
            );
        }
    }

    /// Deletes the dead letters before the place that was put last, those of an earlier time that was broken off among
    /// them: Kafka forgets the place of a group without members long before it forgets the letters.
    async fn cut(&self, consumer: &str) -> Result<(), EventsUnavailable> {
        let topic = self.dead_topic(consumer);
        let partitions = self.partitions_of(vec![topic.clone()]).await?;
        let group = self.in_group(&self.redrive_group(consumer));
        let client = self.client.clone();
        let runtime = tokio::runtime::Handle::current();
        waiting(move || {
            let asking: BaseConsumer = group.create()?;
            let mut asked = TopicPartitionList::new();
            for partition in partitions.iter().flat_map(|(_, partitions)| partitions) {
                asked.add_partition(&topic, *partition);
            }
            let committed = asking.committed_offsets(asked, ANSWER_WITHIN)?;
            let mut redriven = Vec::new();
            for one in committed.elements() {
                let Offset::Offset(next) = one.offset() else {
                    continue;
                };
                let (low, _) = asking.fetch_watermarks(&topic, one.partition(), ANSWER_WITHIN)?;
                if low < next {
                    redriven.push((topic.clone(), one.partition(), next));
                }
            }
            if redriven.is_empty() {
                return Ok(());
            }
            let admin: AdminClient<DefaultClientContext> = client.create()?;
            let options = AdminOptions::new()
                .request_timeout(Some(ANSWER_WITHIN))
                .operation_timeout(Some(ANSWER_WITHIN));
            let redriven = listed(&redriven)?;
            let cut = runtime.block_on(admin.delete_records(&redriven, &options))?;
            for one in cut.elements() {
                let error = one.error().err();
                if let Some(code) = error.and_then(|error| error.rdkafka_error_code()) {
                    let place = format!("{topic} {}", one.partition());
                    return Err(EventsUnavailable(format!("{place}: {code}")));
                }
            }
            Ok(())
        })
        .await
    }

    fn in_group(&self, group: &str) -> ClientConfig {
        let mut config = self.client.clone();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("partition.assignment.strategy", "range");
        config
    }
}

fn listed(places: &[(String, i32, i64)]) -> Result<TopicPartitionList, EventsUnavailable> {
    let mut list = TopicPartitionList::new();
    for (topic, partition, next) in places {
        list.add_partition_offset(topic, *partition, Offset::Offset(*next))?;
    }
    Ok(list)
}
