//! Consumers: in a group, which shares the subjects among its members, or alone from now on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rdkafka::TopicPartitionList;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{
    BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance, StreamConsumer,
};
use rdkafka::message::{BorrowedMessage, Message};
use rdkafka::topic_partition_list::Offset;

use super::envelope::{FOR, UP_TO, header, opened};
use super::progress::{Course, Fetched, Part, Progress};
use super::{ANSWER_WITHIN, Kafka, dead, waiting};
use crate::domain::clock::WallMs;
use crate::domain::id::NodeId;
use crate::ports::events::{
    Aside, EventConsumer, EventConsumers, EventsUnavailable, LoggedEvent, why,
};

/// How long to wait for something new.
const NEWS_WITHIN: Duration = Duration::from_millis(500);

/// How long to wait for more of it.
const MORE_WITHIN: Duration = Duration::from_millis(5);

/// Events that may wait behind others; with more, nothing new is fetched.
const WAITING_MAX: usize = 4_096;

/// What an event that waits says of why.
const BEHIND: &str = "waits behind an earlier one of its subject";

/// Counts how often the partitions were handed out anew.
#[derive(Default)]
struct Handing {
    times: AtomicU64,
}

impl ClientContext for Handing {}

impl ConsumerContext for Handing {
    fn post_rebalance(&self, _: &BaseConsumer<Self>, _: &Rebalance<'_>) {
        self.times.fetch_add(1, Ordering::AcqRel);
    }
}

/// One consumer.
struct Follower {
    kafka: Kafka,
    /// None: from now on, and nobody goes on with it.
    name: Option<String>,
    /// There until it is dropped.
    stream: Option<Arc<StreamConsumer<Handing>>>,
    handed: u64,
    progress: Progress,
}

impl Drop for Follower {
    fn drop(&mut self) {
        // Leaving the group makes a thread wait.
        if let (Some(stream), Ok(runtime)) =
            (self.stream.take(), tokio::runtime::Handle::try_current())
        {
            drop(runtime.spawn_blocking(move || drop(stream)));
        }
    }
}

/// What lies at a place.
enum Found {
    Event(Box<Fetched>),
    /// It was redriven for somebody else.
    NotMine,
    Nonsense(String),
}

impl Follower {
    fn stream(&self) -> Result<&Arc<StreamConsumer<Handing>>, EventsUnavailable> {
        let gone = || EventsUnavailable("the consumer is gone".to_owned());
        self.stream.as_ref().ok_or_else(gone)
    }

    /// Begins anew where partitions were handed out: what was at hand may be somebody else's now.
    async fn keep_up(&mut self) -> Result<(), EventsUnavailable> {
        let handed = self.stream()?.context().times.load(Ordering::Acquire);
        if handed == self.handed {
            return Ok(());
        }
        let mut progress = Progress::default();
        if let Some(name) = &self.name {
            for (key, letter) in dead::subjects(&self.kafka, name).await? {
                progress.has_died(key, letter);
            }
        }
        self.progress = progress;
        self.handed = handed;
        Ok(())
    }

    /// Fetches until there is enough to give, or nothing new for a while.
    async fn fetch(&mut self, limit: usize, now: WallMs) -> Result<(), EventsUnavailable> {
        let mut within = NEWS_WITHIN;
        while self.progress.given() < limit && self.progress.waiting() < WAITING_MAX {
            let fetched = match self.progress.ahead.take() {
                Some(fetched) => fetched,
                None => match self.receive(within, now).await? {
                    Received::Nothing => break,
                    Received::Passed => continue,
                    Received::Event(fetched) => *fetched,
                },
            };
            match self.progress.course(&fetched) {
                Course::Give => self.progress.give(fetched),
                Course::Wait => self.progress.wait(fetched),
                Course::GoAside => {
                    let letter = match self.put_away(&fetched, BEHIND, now).await {
                        Ok(letter) => letter,
                        Err(error) => {
                            self.progress.ahead = Some(fetched);
                            return Err(error);
                        }
                    };
                    self.progress.has_died(fetched.key(), letter);
                    self.progress.done(&fetched.part, fetched.offset);
                }
                Course::Later => {
                    self.progress.ahead = Some(fetched);
                    break;
                }
            }
            if self.progress.given() > 0 {
                within = MORE_WITHIN;
            }
        }
        Ok(())
    }

    async fn receive(
        &mut self,
        within: Duration,
        now: WallMs,
    ) -> Result<Received, EventsUnavailable> {
        let stream = self.stream()?.clone();
        let message = match tokio::time::timeout(within, stream.recv()).await {
            Err(_) => return Ok(Received::Nothing),
            Ok(Ok(message)) => message,
            Ok(Err(error)) => {
                if let Some((_, why)) = stream.client().fatal_error() {
                    return Err(EventsUnavailable(why));
                }
                // It is got over by itself; whoever follows from now on misses nothing.
                tracing::warn!(%error, "the event log does not answer for now");
                tokio::time::sleep(within).await;
                return Ok(Received::Nothing);
            }
        };
        let part: Part = (message.topic().to_owned(), message.partition());
        let (offset, found) = (message.offset(), self.found(&message));
        let letter = match &found {
            Found::Nonsense(error) => Some(dead::nonsense(&message, error)),
            _ => None,
        };
        drop(message);
        // What came is of the partitions as they were handed out last.
        if let Err(error) = self.keep_up().await {
            self.rewind(&part, offset)?;
            return Err(error);
        }
        self.progress.fetched(&part, offset);
        match found {
            Found::Event(fetched) => Ok(Received::Event(fetched)),
            Found::NotMine => {
                self.progress.done(&part, offset);
                Ok(Received::Passed)
            }
            Found::Nonsense(error) => {
                let (topic, partition) = &part;
                tracing::warn!(topic, partition, offset, error, "an event says nothing");
                if let (Some(name), Some(letter)) = (&self.name, letter)
                    && let Err(error) = dead::send(&self.kafka, name, letter, now).await
                {
                    self.rewind(&part, offset)?;
                    return Err(error);
                }
                self.progress.done(&part, offset);
                Ok(Received::Passed)
            }
        }
    }

    /// What was just taken comes once more.
    fn rewind(&self, (topic, partition): &Part, offset: i64) -> Result<(), EventsUnavailable> {
        let place = Offset::Offset(offset);
        Ok(self
            .stream()?
            .seek(topic, *partition, place, Duration::ZERO)?)
    }

    fn found(&self, message: &BorrowedMessage<'_>) -> Found {
        let headers = message.headers();
        let of = header(headers, FOR);
        if of.is_some() && of != self.name.as_deref() {
            return Found::NotMine;
        }
        let Some(kind) = self.kafka.kind(message.topic()) else {
            return Found::Nonsense("a topic of somebody else".to_owned());
        };
        let value = message.payload();
        match opened(kind, message.key(), headers, value) {
            Ok(event) => Found::Event(Box::new(Fetched {
                part: (message.topic().to_owned(), message.partition()),
                offset: message.offset(),
                event,
                is_redriven: of.is_some(),
                up_to: header(headers, UP_TO).and_then(place),
                value: value.unwrap_or_default().to_owned(),
            })),
            Err(error) => Found::Nonsense(error),
        }
    }

    /// Makes a dead letter of an event; where it lies.
    async fn put_away(
        &self,
        fetched: &Fetched,
        because: &str,
        now: WallMs,
    ) -> Result<(i32, i64), EventsUnavailable> {
        let Some(name) = &self.name else {
            return Err(EventsUnavailable("nobody's dead letter".to_owned()));
        };
        let letter = dead::letter(fetched, &why(because))?;
        dead::send(&self.kafka, name, letter, now).await
    }

    /// Says how far it has come.
    async fn commit(&mut self) -> Result<(), EventsUnavailable> {
        let moved = self.progress.take_moved();
        if self.name.is_none() || moved.is_empty() {
            return Ok(());
        }
        let mut places = TopicPartitionList::new();
        for ((topic, partition), next) in &moved {
            places.add_partition_offset(topic, *partition, Offset::Offset(*next))?;
        }
        let stream = self.stream()?.clone();
        let committing = waiting(move || Ok(stream.commit(&places, CommitMode::Sync)?));
        let committed = match tokio::time::timeout(ANSWER_WITHIN, committing).await {
            Ok(committed) => committed,
            Err(_) => Err(EventsUnavailable("no answer in time".to_owned())),
        };
        if committed.is_err() {
            self.progress
                .not_moved(moved.into_iter().map(|(part, _)| part));
        }
        committed
    }
}

enum Received {
    Nothing,
    Passed,
    Event(Box<Fetched>),
}

/// A place in the topic of dead letters, as it is written.
fn place(text: &str) -> Option<(i32, i64)> {
    let (partition, offset) = text.split_once(':')?;
    Some((partition.parse().ok()?, offset.parse().ok()?))
}

#[async_trait]
impl EventConsumer for Follower {
    async fn next(
        &mut self,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<LoggedEvent>, EventsUnavailable> {
        self.keep_up().await?;
        if self.progress.left().is_empty() {
            self.progress.finish();
            let limit = usize::try_from(limit).unwrap_or(usize::MAX);
            self.progress.give_due(limit, now);
            if self.progress.given() == 0 {
                self.fetch(limit, now).await?;
                // A redriven one comes to wait behind none.
                if self.progress.given() == 0 {
                    self.progress.give_due(limit, now);
                }
            }
            if self.progress.given() == 0 {
                self.commit().await?;
            }
        }
        Ok(self.progress.left())
    }

    async fn set_aside(
        &mut self,
        event: &LoggedEvent,
        because: &str,
        now: WallMs,
    ) -> Result<Aside, EventsUnavailable> {
        let failed = self.progress.fail(&event.id, now);
        let failed =
            failed.ok_or_else(|| EventsUnavailable(format!("{} was not given", event.id)))?;
        let all = match failed {
            Ok(at) => return Ok(Aside::Until(at)),
            Err(all) => all,
        };
        let consumer = self.name.as_deref().unwrap_or("from now");
        tracing::error!(consumer, event = event.id, because, "an event is given up");
        if self.name.is_none() {
            self.progress.forgot(&event.id, &all);
            return Ok(Aside::Dead);
        }
        let mut last = None;
        for one in &all {
            let why = if last.is_none() { because } else { BEHIND };
            last = Some(self.put_away(one, why, now).await?);
        }
        if let Some(letter) = last {
            self.progress.gave_up(&event.id, &all, letter);
        }
        Ok(Aside::Dead)
    }

    async fn finish(&mut self) -> Result<(), EventsUnavailable> {
        self.keep_up().await?;
        self.progress.finish();
        self.commit().await
    }
}

#[async_trait]
impl EventConsumers for Kafka {
    async fn durable(&self, name: &str) -> Result<Box<dyn EventConsumer>, EventsUnavailable> {
        let mut topics = self.topics();
        topics.push(self.dead_topic(name));
        self.partitions_of(topics).await?;
        let mut config = self.following();
        config
            .set("group.id", self.group(name))
            .set("partition.assignment.strategy", "range")
            .set("session.timeout.ms", "10000")
            .set("heartbeat.interval.ms", "2000");
        let stream: StreamConsumer<Handing> = config.create_with_context(Handing::default())?;
        let topics = self.topics();
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        stream.subscribe(&topics)?;
        Ok(Box::new(Follower {
            kafka: self.clone(),
            name: Some(name.to_owned()),
            stream: Some(Arc::new(stream)),
            handed: 0,
            progress: Progress::default(),
        }))
    }

    async fn since_now(&self) -> Result<Box<dyn EventConsumer>, EventsUnavailable> {
        let partitions = self.partitions_of(self.topics()).await?;
        let mut config = self.following();
        // Of a name nobody has: it never joins and never commits, but without one nothing comes.
        config.set(
            "group.id",
            self.group(&format!("now.{}", NodeId::generate())),
        );
        let stream: StreamConsumer<Handing> = config.create_with_context(Handing::default())?;
        let stream = Arc::new(stream);
        let asked = stream.clone();
        waiting(move || {
            let mut places = TopicPartitionList::new();
            for (topic, partitions) in partitions {
                for partition in partitions {
                    let (_, end) = asked.fetch_watermarks(&topic, partition, ANSWER_WITHIN)?;
                    places.add_partition_offset(&topic, partition, Offset::Offset(end))?;
                }
            }
            Ok(asked.assign(&places)?)
        })
        .await?;
        Ok(Box::new(Follower {
            kafka: self.clone(),
            name: None,
            stream: Some(stream),
            handed: 0,
            progress: Progress::default(),
        }))
    }
}

impl Kafka {
    /// What every consumer is set to.
    fn following(&self) -> rdkafka::ClientConfig {
        let mut config = self.client.clone();
        config
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            // At first from the beginning; and where the log has lost what comes next, from what it still holds.
            .set("auto.offset.reset", "earliest")
            .set("queued.min.messages", "1000")
            .set("queued.max.messages.kbytes", "8192")
            .set("fetch.error.backoff.ms", "200");
        config
    }
}
