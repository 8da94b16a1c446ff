//! The suite on a real cluster beside a house in SQLite; what is delivered twice, lost and let go of.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use fred::interfaces::KeysInterface;
use fred::types::Key;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use uuid::Uuid;

use super::*;
use crate::adapters::redis::stage::connected;
use crate::adapters::sqlite::{Beside, Sqlite, SqliteRooms};
use crate::domain::room::Visibility;
use crate::ports::discovery::conformance::{Talk, conformance, visited};
use crate::ports::events::{DISCOVERY, DeadLetter, EventsUnavailable, LoggedEvent, OutboxEntry};
use crate::ports::visit::conformance::{House, NOW};

mod aside;

struct Stage {
    _folder: tempfile::TempDir,
    store: Sqlite,
    rooms: SqliteRooms,
    redis: Redis,
    discovery: RedisDiscovery,
}

impl Stage {
    /// Empty; none where there is no cluster.
    async fn set() -> Option<Self> {
        let redis = connected().await?;
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        // Rooms are made and ended here, never saved.
        let (rooms, _) = SqliteRooms::new(store.clone());
        let all = Arc::new(store.clone());
        let around = Around {
            consumers: all.clone(),
            desk: Arc::new(Beside::new(folder.path())),
            clock: Clock::start(),
            rooms: all.clone(),
            visits: all.clone(),
            people: all,
        };
        let space = format!("test-{}", Uuid::new_v4());
        Some(Self {
            _folder: folder,
            discovery: RedisDiscovery::new(redis.clone(), &space, around),
            store,
            rooms,
            redis,
        })
    }

    fn talk(&self) -> Talk<'_> {
        Talk {
            store: &self.discovery,
            log: &self.store,
            visits: &self.store,
            house: House {
                users: &self.store,
                rooms: &self.rooms,
                relations: &self.store,
                settings: &self.store,
            },
        }
    }

    /// Redis loses this key of rooms, which is there.
    async fn lose(&self, key: &[u8]) {
        let prefix = self.discovery.projections.prefix(Kind::Room);
        let key = [prefix.as_bytes(), key].concat();
        let gone: i64 = self
            .redis
            .client()
            .del(Key::from(key.as_slice()))
            .await
            .unwrap();
        assert_eq!(gone, 1, "or this shows nothing");
    }

    /// Redis loses who counted for a room.
    async fn lose_counts(&self, room: RoomId) {
        let day = Day::of(NOW, UtcOffset::SEOUL).0;
        let key = [format!("0:count:{day}:").as_bytes(), &room.to_bytes()].concat();
        self.lose(&key).await;
    }

    /// How many things have a score.
    async fn ranked(&self, kind: Kind) -> usize {
        self.discovery
            .ranked(kind, None, 10_000)
            .await
            .unwrap()
            .len()
    }
}

fn told(id: &str, entry: OutboxEntry, at: WallMs) -> LoggedEvent {
    let OutboxEntry { subject, event, .. } = entry;
    LoggedEvent {
        id: id.to_owned(),
        at,
        subject,
        event,
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * other.abs()
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_what_a_discovery_store_promises() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    conformance(stage.talk()).await;
}

/// Nothing tells two visits of two people apart but the ids of the events, for the day's first count of each is let go
/// of in between, as it would be by a clock.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_taken_in_once_however_often_and_by_whomever() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let people: [UserId; 8] = talk.house.people("once").await;
    let room = talk.house.room(people[0], Visibility::Public).await;
    let events: Vec<LoggedEvent> = people[1..]
        .iter()
        .enumerate()
        .map(|(n, by)| told(&format!("visit/{n}"), visited(room, *by, NOW), NOW))
        .collect();
    let again = (0..6).map(|_| stage.discovery.take(&events, UtcOffset::SEOUL));
    for taken in futures_util::future::join_all(again).await {
        taken.unwrap();
    }
    assert!(near(talk.score(room, NOW).await, 7.0));
    stage.lose_counts(room).await;
    stage
        .discovery
        .take(&events, UtcOffset::SEOUL)
        .await
        .unwrap();
    assert!(near(talk.score(room, NOW).await, 7.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shard_has_lost_comes_again_from_the_log() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let [owner, one, two] = talk.house.people("lost").await;
    let rooms = [
        talk.house.room(owner, Visibility::Public).await,
        talk.house.room(owner, Visibility::Public).await,
    ];
    let events = [
        visited(rooms[0], one, NOW),
        visited(rooms[0], two, NOW),
        visited(rooms[1], one, NOW),
    ];
    talk.happens(&events, NOW).await;
    let before = talk.rooms(None, NOW).await;
    assert_eq!(before.len(), 2);
    for key in ["state", "0:score", "0:seen", "0:newest", "0:ids"] {
        stage.lose(key.as_bytes()).await;
    }
    for room in rooms {
        stage.lose_counts(room).await;
    }
    assert_eq!(talk.rooms(None, NOW).await, []);
    talk.reads().await;
    assert_eq!(talk.rooms(None, NOW).await, before);
}

/// The log given again by itself means nothing to projections that have taken it in.
#[tokio::test(flavor = "multi_thread")]
async fn begun_anew_from_another_process_all_is_read_again() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let [owner, one] = talk.house.people("anew").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    talk.happens(&[visited(room, one, NOW)], NOW).await;
    let before = talk.rooms(None, NOW).await;
    assert_eq!(before.len(), 1);
    stage.lose(b"0:score").await;
    stage.discovery.around.desk.replay(DISCOVERY).await.unwrap();
    talk.reads().await;
    assert_eq!(talk.rooms(None, NOW).await, []);
    let by_hand = connected().await.expect("as before");
    let space = stage.discovery.projections.space();
    let by_hand = RedisProjections::reached(by_hand, space, Duration::from_secs(10)).await;
    by_hand.unwrap().begin_anew().await.unwrap();
    talk.reads().await;
    assert_eq!(talk.rooms(None, NOW).await, before);
}

/// A desk that replays when it may, and fails the first time.
struct Slow {
    desk: Arc<dyn EventDesk>,
    go_on: Notify,
    asked: AtomicUsize,
}

#[async_trait]
impl EventDesk for Slow {
    async fn dead(&self, consumer: &str, limit: u32) -> Result<Vec<DeadLetter>, EventsUnavailable> {
        self.desk.dead(consumer, limit).await
    }

    async fn redrive(&self, consumer: &str) -> Result<u64, EventsUnavailable> {
        self.desk.redrive(consumer).await
    }

    async fn replay(&self, consumer: &str) -> Result<(), EventsUnavailable> {
        let is_first = self.asked.fetch_add(1, Ordering::SeqCst) == 0;
        self.go_on.notified().await;
        if is_first {
            return Err(EventsUnavailable("somebody is at work".to_owned()));
        }
        self.desk.replay(consumer).await
    }
}

/// In Kafka two would keep each other from it for ever.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_that_see_it_begun_anew_one_has_the_log_given_again() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let desk = Arc::new(Slow {
        desk: stage.discovery.around.desk.clone(),
        go_on: Notify::new(),
        asked: AtomicUsize::new(0),
    });
    let around = Around {
        desk: desk.clone(),
        ..stage.discovery.around.clone()
    };
    let space = stage.discovery.projections.space();
    let nodes: Vec<RedisDiscovery> = (0..6)
        .map(|_| RedisDiscovery::new(stage.redis.clone(), space, around.clone()))
        .collect();
    for round in 1..=2 {
        let turns = nodes.iter().map(|node| node.advance(9, UtcOffset::SEOUL));
        let mut turns: FuturesUnordered<_> = turns.collect();
        for _ in 1..nodes.len() {
            let gave_way = tokio::time::timeout(Duration::from_secs(20), turns.next()).await;
            let gave_way = gave_way.expect("one alone is at it").expect("a turn");
            assert_eq!(gave_way.unwrap(), Advanced::default());
        }
        desk.go_on.notify_one();
        let last = turns.next().await.expect("a turn");
        assert_eq!(last.is_err(), round == 1, "{last:?}");
        // Whoever failed has given way to others.
        assert_eq!(desk.asked.load(Ordering::SeqCst), round);
    }
    let (_, has_begun) = stage.discovery.projections.runs().await.unwrap();
    assert!(has_begun);
}

/// Kafka gives the log again to whoever is alone at it: each lets go, and is back when it is given.
#[cfg(feature = "kafka")]
#[tokio::test(flavor = "multi_thread")]
async fn begun_anew_while_several_read_kafka_all_is_read_again() {
    use crate::ports::events::EventLog;

    let Some(stage) = Stage::set().await else {
        return;
    };
    let kafka = crate::adapters::kafka::tests::real_for(&[DISCOVERY]).await;
    let Some(kafka) = kafka.map(Arc::new) else {
        return;
    };
    let talk = stage.talk();
    let [owner, one] = talk.house.people("kafka").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    kafka
        .publish(&[visited(room, one, NOW)], NOW)
        .await
        .unwrap();
    let around = Around {
        consumers: kafka.clone(),
        desk: kafka.clone(),
        ..stage.discovery.around.clone()
    };
    let space = stage.discovery.projections.space();
    let mut reading = tokio::task::JoinSet::new();
    for _ in 0..2 {
        let node = RedisDiscovery::new(stage.redis.clone(), space, around.clone());
        reading.spawn(async move {
            loop {
                if let Err(error) = node.advance(9, UtcOffset::SEOUL).await {
                    eprintln!("later: {error}");
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }
    for round in 0..2 {
        let counted = async {
            while stage.ranked(Kind::Room).await != 1 {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let counted = tokio::time::timeout(Duration::from_secs(90), counted).await;
        counted.unwrap_or_else(|_| panic!("nothing is counted in round {round}"));
        // Both have their share by now, or come for it.
        tokio::time::sleep(Duration::from_secs(1)).await;
        stage.discovery.restart().await.unwrap();
        assert_eq!(stage.ranked(Kind::Room).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_stay_finite_over_years_and_what_fades_is_let_go_of() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let [owner, one] = talk.house.people("years").await;
    let old = talk.house.room(owner, Visibility::Public).await;
    let room = talk.house.room(owner, Visibility::Public).await;
    talk.happens(&[visited(old, one, NOW)], NOW).await;
    let mut at = NOW;
    for _ in 0..40 {
        at = WallMs(at.0 + 10 * HALF_LIFE_MS);
        talk.happens(&[visited(room, one, at)], at).await;
    }
    let wanted = 1.0 / (1.0 - (-10.0_f64).exp2());
    assert!(near(talk.score(room, at).await, wanted));
    assert_eq!(stage.ranked(Kind::Room).await, 2);
    let today = Day::of(at, UtcOffset::SEOUL);
    while stage.discovery.sweep(today, at).await.unwrap() {}
    assert_eq!(stage.ranked(Kind::Room).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn chance_among_very_many_reaches_all() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let talk = stage.talk();
    let owners: [UserId; 12] = talk.house.people("many").await;
    let [fan] = talk.house.people("fan").await;
    let mut events = Vec::new();
    let count = STRETCH_MAX as usize + 200;
    for n in 0..count {
        let room = talk.house.room(owners[n % 12], Visibility::Public).await;
        events.push(visited(room, fan, NOW));
    }
    talk.log.publish(&events, NOW).await.unwrap();
    while talk
        .store
        .advance(500, UtcOffset::SEOUL)
        .await
        .unwrap()
        .read
        > 0
    {}
    let mut found: BTreeSet<RoomId> = BTreeSet::new();
    for seed in [0, 700, u64::MAX, 1 << 33] {
        let candidates = stage.discovery.candidates(None, NOW, seed).await.unwrap();
        let ids: BTreeSet<RoomId> = candidates.iter().map(|one| one.room).collect();
        assert_eq!((candidates.len(), ids.len()), (1_000, 1_000));
        found.extend(ids);
    }
    assert_eq!(found.len(), count, "all have their turn");
}

/// Nothing listens there: it says so in time.
#[tokio::test]
async fn without_a_cluster_it_says_so() {
    let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path()).await.unwrap());
    let around = Around {
        consumers: store.clone(),
        desk: Arc::new(Beside::new(folder.path())),
        clock: Clock::start(),
        rooms: store.clone(),
        visits: store.clone(),
        people: store,
    };
    let redis = Redis::connect(&nowhere).expect("begun");
    let discovery = RedisDiscovery::new(redis, "nowhere", around);
    let asked = discovery.popular_rooms(None, NOW, None, 9);
    let asked = tokio::time::timeout(WITHIN * 3, asked).await;
    assert!(asked.expect("an answer in time").is_err());
}
