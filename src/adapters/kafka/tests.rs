//! The suite on real Kafka and, everywhere, on the broker inside librdkafka, which can be told to fail.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use uuid::Uuid;

use super::{Kafka, client};
use crate::adapters::test_service;
use crate::config::Config;
use crate::domain::clock::WallMs;
use crate::domain::event::Event;
use crate::domain::id::RoomId;
use crate::domain::room::{RoomEvent, Seq};
use crate::ports::events::conformance::{Stage, changed, conformance};
use crate::ports::events::{EventConsumer, EventConsumers, EventDesk, EventLog, LoggedEvent};

/// The consumers of the suite and of the tests here.
const NAMES: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

const PARTITIONS: i32 = 3;

const NOW: WallMs = WallMs(1_800_000_000_000);

/// A log of its own in the real Kafka; none where there is none, which is said out loud.
async fn real() -> Option<Kafka> {
    real_for(&NAMES).await
}

/// The same for these consumers.
pub(in crate::adapters) async fn real_for(names: &[&str]) -> Option<Kafka> {
    let brokers = test_service::optional("KAFKA")?;
    let file =
        crate::config::ConfigFile::new("maru.toml", format!("backend.kafka_brokers = '{brokers}'"));
    let config = Config::load(
        &crate::config::Overrides::default(),
        Vec::new(),
        Some(&file),
    );
    let address = config.unwrap().backend.kafka.unwrap();
    let kafka = Kafka::under(client(&address), &format!("test-{}", Uuid::now_v7()));
    let made = kafka.migrate(names, PARTITIONS, Some(1)).await.unwrap();
    assert_eq!(made.len(), 6 + names.len());
    Some(kafka)
}

/// A log in a broker inside this process.
fn inside() -> (Kafka, MockCluster<'static, DefaultProducerContext>) {
    let cluster = MockCluster::new(1).unwrap();
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("reconnect.backoff.max.ms", "500");
    let kafka = Kafka::under(config, "maru");
    let dead = NAMES.map(|name| kafka.dead_topic(name));
    for topic in kafka.topics().iter().chain(&dead) {
        cluster.create_topic(topic, PARTITIONS, 1).unwrap();
    }
    (kafka, cluster)
}

const fn stage(kafka: &Kafka) -> Stage<'_> {
    Stage {
        log: kafka,
        consumers: kafka,
        desk: kafka,
    }
}

async fn some(consumer: &mut dyn EventConsumer, count: usize) -> Vec<LoggedEvent> {
    let mut taken = Vec::new();
    let all = async {
        while taken.len() < count {
            taken.extend(consumer.next(50, NOW).await.unwrap());
            consumer.finish().await.unwrap();
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(40), all).await;
    assert!(waited.is_ok(), "{count} wanted: {taken:?}");
    taken
}

fn ids(events: &[LoggedEvent]) -> Vec<&str> {
    events.iter().map(|event| event.id.as_str()).collect()
}

#[tokio::test]
async fn the_log_obeys_the_suite_of_the_port_on_real_kafka() {
    let Some(kafka) = real().await else { return };
    conformance(stage(&kafka)).await;
}

#[tokio::test]
async fn the_log_obeys_the_suite_of_the_port_on_the_broker_inside() {
    let (kafka, _cluster) = inside();
    conformance(stage(&kafka)).await;
}

#[tokio::test]
async fn topics_are_made_once_on_real_kafka() {
    let Some(kafka) = real().await else { return };
    let again = kafka.migrate(&NAMES, PARTITIONS, None).await.unwrap();
    assert_eq!(again, Vec::<String>::new());
    let found = kafka.partitions_of(kafka.topics()).await.unwrap();
    assert!(found.iter().all(|(_, partitions)| partitions.len() == 3));
    let Err(missing) = kafka.durable("nobody").await else {
        panic!("it has no topic");
    };
    assert!(
        missing.to_string().contains("run maru migrate"),
        "{missing}"
    );
}

#[tokio::test]
async fn members_of_a_group_share_the_subjects_and_take_over_on_real_kafka() {
    let Some(kafka) = real().await else { return };
    let rooms: Vec<RoomId> = (0..40).map(|_| RoomId::generate()).collect();
    let (mut one, mut two) = (
        kafka.durable("fifth").await.unwrap(),
        kafka.durable("fifth").await.unwrap(),
    );
    let mut taken: [Vec<LoggedEvent>; 2] = Default::default();
    // Until both have their share.
    let shared = async {
        let mut version = 0;
        while taken.iter().any(Vec::is_empty) {
            version += 1;
            let entries: Vec<_> = rooms.iter().map(|room| changed(*room, version)).collect();
            kafka.publish(&entries, NOW).await.unwrap();
            for (consumer, taken) in [&mut one, &mut two].into_iter().zip(&mut taken) {
                taken.extend(consumer.next(50, NOW).await.unwrap());
                // Where the share has just changed it comes again.
                let _ = consumer.finish().await;
            }
        }
        version
    };
    let version = tokio::time::timeout(Duration::from_secs(60), shared).await;
    let last = version.expect("both have a share") + 1;
    drop(one);
    let entries: Vec<_> = rooms.iter().map(|room| changed(*room, last)).collect();
    kafka.publish(&entries, NOW).await.unwrap();
    let mut left: std::collections::BTreeSet<String> =
        entries.iter().map(|entry| entry.event_id()).collect();
    let taken_over = async {
        while !left.is_empty() {
            for event in two.next(50, NOW).await.unwrap() {
                left.remove(&event.id);
            }
            let _ = two.finish().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), taken_over).await;
    assert!(waited.is_ok(), "{} are nobody's", left.len());
}

/// Publishes something that is no event, under the key of a room.
async fn publish_nonsense(kafka: &Kafka, room: RoomId) {
    let key = room.uuid().to_string();
    let garbage = rdkafka::message::OwnedHeaders::new();
    let topic = kafka.topic("room");
    let sent = kafka
        .publisher
        .send(&topic, key.as_bytes(), garbage, b"\xff\x00 no event");
    sent.await.unwrap();
}

async fn nonsense_is_a_dead_letter_and_holds_up_nothing(kafka: &Kafka) {
    let room = RoomId::generate();
    let mut consumer = kafka.durable("fifth").await.unwrap();
    publish_nonsense(kafka, room).await;
    kafka.publish(&[changed(room, 1)], NOW).await.unwrap();
    let events = some(&mut *consumer, 1).await;
    assert_eq!(ids(&events), [changed(room, 1).event_id()]);
    let dead = kafka.dead("fifth", 9).await.unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!((dead[0].topic.as_str(), dead[0].id.as_str()), ("room", ""));
    assert!(dead[0].why.contains("ce_specversion"), "{}", dead[0].why);
    // Once more, it is no better.
    assert_eq!(kafka.redrive("fifth").await.unwrap(), 1);
    kafka.publish(&[changed(room, 2)], NOW).await.unwrap();
    let events = some(&mut *consumer, 1).await;
    assert_eq!(ids(&events), [changed(room, 2).event_id()]);
    assert_eq!(kafka.dead("fifth", 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nonsense_holds_up_nothing_on_real_kafka() {
    let Some(kafka) = real().await else { return };
    nonsense_is_a_dead_letter_and_holds_up_nothing(&kafka).await;
}

#[tokio::test]
async fn nonsense_holds_up_nothing_on_the_broker_inside() {
    let (kafka, _cluster) = inside();
    nonsense_is_a_dead_letter_and_holds_up_nothing(&kafka).await;
}

/// Kafka forgets the offsets of a group without members long before it forgets dead letters.
#[tokio::test]
async fn what_was_redriven_is_gone_where_its_group_is_forgotten_on_real_kafka() {
    let Some(kafka) = real().await else { return };
    let room = RoomId::generate();
    let mut consumer = kafka.durable("fifth").await.unwrap();
    publish_nonsense(&kafka, room).await;
    kafka.publish(&[changed(room, 1)], NOW).await.unwrap();
    some(&mut *consumer, 1).await;
    assert_eq!(kafka.redrive("fifth").await.unwrap(), 1);
    let admin: AdminClient<DefaultClientContext> = kafka.client.create().unwrap();
    let group = kafka.redrive_group("fifth");
    let options = AdminOptions::new();
    let forgotten = admin.delete_groups(&[group.as_str()], &options).await;
    let forgotten = forgotten.unwrap();
    assert!(forgotten.iter().all(Result::is_ok), "{forgotten:?}");
    assert_eq!(kafka.dead("fifth", 9).await.unwrap(), []);
    assert_eq!(kafka.redrive("fifth").await.unwrap(), 0);
}

#[tokio::test]
async fn while_the_broker_is_away_publishing_fails_in_time_and_keeps_the_order() {
    let (kafka, cluster) = inside();
    let room = RoomId::generate();
    kafka.publish(&[changed(room, 1)], NOW).await.unwrap();
    let mut follower = kafka.since_now().await.unwrap();
    cluster.broker_down(1).unwrap();
    let entries = [changed(room, 2), changed(room, 3)];
    let failing = tokio::time::timeout(Duration::from_secs(15), kafka.publish(&entries, NOW));
    failing.await.expect("in time").expect_err("nobody took it");
    assert_eq!(follower.next(9, NOW).await.unwrap(), []);
    cluster.broker_up(1).unwrap();
    let again = async {
        while kafka.publish(&entries, NOW).await.is_err() {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), again).await;
    waited.expect("it is back");
    // Whoever followed goes on where it was, and misses nothing.
    let events = some(&mut *follower, 2).await;
    let mut seen = ids(&events);
    seen.dedup();
    assert_eq!(seen[..2], entries.map(|entry| entry.event_id())[..]);
}

#[tokio::test]
async fn events_lie_there_as_cloud_events() {
    let (kafka, _cluster) = inside();
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let room: RoomId = id.parse().unwrap();
    kafka
        .publish(&[changed(room, 3)], WallMs(1_795_842_000_123))
        .await
        .unwrap();
    let mut config = kafka.client.clone();
    config
        .set("group.id", "reader")
        .set("auto.offset.reset", "earliest");
    let reader: BaseConsumer = config.create().unwrap();
    reader.subscribe(&["maru.room"]).unwrap();
    let message = (0..300).find_map(|_| reader.poll(Duration::from_millis(100))?.ok());
    let message = message.expect("it lies there");
    assert_eq!(message.key(), Some(id.as_bytes()));
    assert_eq!(
        message.payload(),
        Some(&br#"{"type":"changed","version":3}"#[..])
    );
    let headers = message.headers().expect("headers").iter();
    let headers: Vec<(&str, &str)> = headers
        .map(|header| {
            (
                header.key,
                std::str::from_utf8(header.value.unwrap()).unwrap(),
            )
        })
        .collect();
    let event_id = format!("{id}/changed/3");
    let wanted = [
        ("ce_specversion", "1.0"),
        ("ce_id", event_id.as_str()),
        ("ce_type", "maru.room.changed"),
        ("ce_source", "/maru/room"),
        ("ce_subject", id),
        ("ce_time", "2026-11-28T05:00:00.123Z"),
        ("content-type", "application/json"),
    ];
    assert_eq!(headers, wanted);
    let mut follower = kafka.durable("fifth").await.unwrap();
    let events = some(&mut *follower, 1).await;
    assert_eq!(events[0].at, WallMs(1_795_842_000_123));
    let version = Seq(3);
    assert_eq!(events[0].event, Event::Room(RoomEvent::Changed { version }));
}
