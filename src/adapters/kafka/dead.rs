//! Dead letters: each consumer's in a topic of its own, under the key of their subject, so that they keep their order.

use std::collections::HashMap;
use std::time::Duration;

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{BorrowedMessage, Headers, Message, OwnedHeaders};
use rdkafka::topic_partition_list::Offset;
use uuid::Uuid;

use super::envelope::{FOR, SINCE, TOPIC, UP_TO, WHY, header, sealed, with};
use super::progress::{Fetched, Key};
use super::{ANSWER_WITHIN, Kafka, waiting};
use crate::domain::clock::WallMs;
use crate::domain::event::Subject;
use crate::ports::events::{EventsUnavailable, why};

/// How often in a row nothing comes before reading dead letters is given up, each time for [`POLL`].
const POLLS_MAX: u32 = 60;

const POLL: Duration = Duration::from_millis(200);

/// A dead letter on its way.
pub(super) struct Letter {
    pub key: Vec<u8>,
    pub headers: OwnedHeaders,
    pub value: Vec<u8>,
}

/// A dead letter where it lies.
pub(super) struct Lying {
    /// The partition and the offset.
    pub place: (i32, i64),
    pub letter: Letter,
    pub id: String,
    /// The topic it was published to, and its kind of subject.
    pub topic: String,
    pub why: String,
    pub since: WallMs,
}

impl Lying {
    /// Its subject, where it has one: what says nothing has none.
    pub fn subject(&self) -> Option<Key> {
        let parks = header_of(&self.letter.headers, PARKS).is_some();
        let id: Uuid = std::str::from_utf8(&self.letter.key).ok()?.parse().ok()?;
        let subject = Subject::filed(&self.topic, id).filter(|_| parks)?;
        Some((subject.topic(), subject.uuid()))
    }
}

/// What follows of its subject waits behind it.
const PARKS: &str = "maru_parks";

/// What concerns a dead letter alone.
const OWN: [&str; 6] = [FOR, UP_TO, WHY, TOPIC, SINCE, PARKS];

fn header_of<'a>(headers: &'a OwnedHeaders, key: &str) -> Option<&'a str> {
    let found = headers.iter().find(|header| header.key == key)?.value?;
    std::str::from_utf8(found).ok()
}

/// An event that was given up.
pub(super) fn letter(fetched: &Fetched, because: &str) -> Result<Letter, EventsUnavailable> {
    let event = &fetched.event;
    let sealed = sealed(&event.id, event.subject, &event.event, event.at)?;
    let headers = with(sealed.headers, TOPIC, event.subject.topic());
    let headers = with(with(headers, WHY, because), PARKS, "1");
    Ok(Letter {
        key: sealed.key.into_bytes(),
        headers,
        // As it came: a later release may have written more than is understood here.
        value: fetched.value.clone(),
    })
}

/// Something that says nothing, as it came.
pub(super) fn nonsense(message: &BorrowedMessage<'_>, error: &str) -> Letter {
    let headers = without_own(message);
    let topic = message.topic();
    let kind = topic.rsplit_once('.').map_or(topic, |(_, kind)| kind);
    let headers = with(with(headers, TOPIC, kind), WHY, &why(error));
    Letter {
        key: message.key().unwrap_or_default().to_owned(),
        headers,
        value: message.payload().unwrap_or_default().to_owned(),
    }
}

fn without_own(message: &BorrowedMessage<'_>) -> OwnedHeaders {
    let headers = message
        .headers()
        .into_iter()
        .flat_map(|headers| headers.iter());
    let others = headers.filter(|header| !OWN.contains(&header.key));
    others.fold(OwnedHeaders::new(), |kept, header| kept.insert(header))
}

/// The headers without what concerns a dead letter alone.
pub(super) fn plain(headers: &OwnedHeaders) -> OwnedHeaders {
    let others = headers.iter().filter(|header| !OWN.contains(&header.key));
    others.fold(OwnedHeaders::new(), |kept, header| kept.insert(header))
}

/// Sends a dead letter; where it lies.
pub(super) async fn send(
    kafka: &Kafka,
    consumer: &str,
    letter: Letter,
    now: WallMs,
) -> Result<(i32, i64), EventsUnavailable> {
    let topic = kafka.dead_topic(consumer);
    let headers = with(letter.headers, SINCE, &now.0.to_string());
    kafka
        .publisher
        .send(&topic, &letter.key, headers, &letter.value)
        .await
}

/// The subjects of a consumer that have dead letters, each with where the last one lies.
pub(super) async fn subjects(
    kafka: &Kafka,
    consumer: &str,
) -> Result<HashMap<Key, (i32, i64)>, EventsUnavailable> {
    let mut subjects = HashMap::new();
    let all = lying(kafka, consumer, usize::MAX, |lying| {
        lying.subject().map(|key| (key, lying.place))
    });
    subjects.extend(all.await?);
    Ok(subjects)
}

/// What lies there since the last time they were redriven, in order, up to so many.
pub(super) async fn lying<T: Send + 'static>(
    kafka: &Kafka,
    consumer: &str,
    limit: usize,
    take: impl Fn(Lying) -> Option<T> + Send + 'static,
) -> Result<Vec<T>, EventsUnavailable> {
    let topic = kafka.dead_topic(consumer);
    let mut found = kafka.partitions_of(vec![topic.clone()]).await?;
    let partitions = found.pop().map(|(_, partitions)| partitions);
    let mut config = kafka.client.clone();
    config
        .set("group.id", kafka.redrive_group(consumer))
        .set("enable.auto.commit", "false")
        .set("auto.offset.reset", "earliest");
    waiting(move || {
        let reader: BaseConsumer = config.create()?;
        let ends = begin(&reader, &topic, &partitions.unwrap_or_default())?;
        let mut taken = Vec::new();
        let mut left: HashMap<i32, i64> = ends;
        let mut silent = 0;
        while !left.is_empty() && taken.len() < limit {
            let Some(message) = reader.poll(POLL) else {
                silent += 1;
                if silent >= POLLS_MAX {
                    let late = "the dead letters could not be read in time";
                    return Err(EventsUnavailable(late.to_owned()));
                }
                continue;
            };
            let message = match message {
                Ok(message) => message,
                Err(error) => {
                    tracing::debug!(%error, "dead letters are waited for");
                    silent += 1;
                    if silent >= POLLS_MAX {
                        return Err(error.into());
                    }
                    continue;
                }
            };
            silent = 0;
            let place = (message.partition(), message.offset());
            if left.get(&place.0).is_some_and(|last| place.1 >= *last) {
                left.remove(&place.0);
            }
            taken.extend(take(read(&message)));
        }
        Ok(taken)
    })
    .await
}

/// Goes to where reading begins; of each partition with anything in it, the last place.
fn begin(
    reader: &BaseConsumer,
    topic: &str,
    partitions: &[i32],
) -> Result<HashMap<i32, i64>, EventsUnavailable> {
    let mut asked = TopicPartitionList::new();
    for partition in partitions {
        asked.add_partition(topic, *partition);
    }
    let committed = reader.committed_offsets(asked, ANSWER_WITHIN)?;
    let mut places = TopicPartitionList::new();
    let mut ends = HashMap::new();
    for one in committed.elements() {
        let (low, high) = reader.fetch_watermarks(topic, one.partition(), ANSWER_WITHIN)?;
        let from = match one.offset() {
            Offset::Offset(offset) => offset.max(low),
            _ => low,
        };
        if from < high {
            places.add_partition_offset(topic, one.partition(), Offset::Offset(from))?;
            ends.insert(one.partition(), high - 1);
        }
    }
    reader.assign(&places)?;
    Ok(ends)
}

fn read(message: &BorrowedMessage<'_>) -> Lying {
    let headers = message.headers();
    let text = |key| header(headers, key).unwrap_or_default().to_owned();
    let since = header(headers, SINCE).and_then(|since| since.parse().ok());
    let parks = header(headers, PARKS);
    let kept = without_own(message);
    Lying {
        place: (message.partition(), message.offset()),
        letter: Letter {
            key: message.key().unwrap_or_default().to_owned(),
            headers: match parks {
                Some(parks) => with(kept, PARKS, parks),
                None => kept,
            },
            value: message.payload().unwrap_or_default().to_owned(),
        },
        id: text("ce_id"),
        topic: text(TOPIC),
        why: text(WHY),
        since: WallMs(since.unwrap_or(0)),
    }
}
