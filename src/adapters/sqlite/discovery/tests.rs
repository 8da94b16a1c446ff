//! The suite on SQLite; events that say nothing; chance among random neighbourhoods.

use std::collections::BTreeSet;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::SqliteRooms;
use super::*;
use crate::domain::discovery::HALF_LIFE_MS;
use crate::domain::room::{Access, Visibility};
use crate::domain::visit::draw;
use crate::ports::discovery::conformance::{Talk, conformance, entry, published, visited};
use crate::ports::events::EventLog;
use crate::ports::visit::conformance::{DAY_MS, House, NOW};
use crate::ports::visit::{Arrival, Caller, Circle, Met, VisitStore};

async fn opened() -> (tempfile::TempDir, Sqlite, SqliteRooms) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    // Rooms are made and ended here, never saved.
    let (rooms, _) = SqliteRooms::new(store.clone());
    (folder, store, rooms)
}

const fn talk<'a>(store: &'a Sqlite, rooms: &'a SqliteRooms) -> Talk<'a> {
    Talk {
        store,
        log: store,
        visits: store,
        house: House {
            users: store,
            rooms,
            relations: store,
            settings: store,
        },
    }
}

#[tokio::test]
async fn keeps_what_a_discovery_store_promises() {
    let (_folder, store, rooms) = opened().await;
    conformance(talk(&store, &rooms)).await;
}

#[tokio::test]
async fn an_event_that_says_nothing_stops_nothing() {
    let (_folder, store, rooms) = opened().await;
    let talk = talk(&store, &rooms);
    let [owner, one, two] = talk.house.people("poison").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    store
        .publish(&[visited(room, one, NOW)], NOW)
        .await
        .unwrap();
    for (n, (topic, id, event)) in [
        ("visit", "x'00'", r#"{"type": "visited"}"#),
        ("nothing", "zeroblob(16)", "{}"),
        (
            "visit",
            "zeroblob(16)",
            r#"{"type": "something_new", "at": 5}"#,
        ),
        ("post", "zeroblob(16)", "[]"),
    ]
    .into_iter()
    .enumerate()
    {
        let statement = format!(
            "INSERT INTO event_log (event_id, at_ms, topic, subject_id, event)
             VALUES ('poison/{n}', {}, '{topic}', {id}, '{event}')",
            NOW.0
        );
        let poison = sqlx::query(AssertSqlSafe(statement)).execute(&store.write);
        poison.await.unwrap();
    }
    store
        .publish(&[visited(room, two, NOW)], NOW)
        .await
        .unwrap();
    let advanced = store.advance(99, UtcOffset::SEOUL).await.unwrap();
    assert_eq!((advanced.read, advanced.skipped), (6, 4));
    assert_eq!(
        store.advance(99, UtcOffset::SEOUL).await.unwrap(),
        Advanced::default()
    );
    assert!((talk.score(room, NOW).await - 2.0).abs() < 1e-9);
}

#[tokio::test]
async fn scores_stay_finite_over_years_and_what_fades_is_let_go_of() {
    let (_folder, store, rooms) = opened().await;
    let talk = talk(&store, &rooms);
    let [owner, one] = talk.house.people("years").await;
    let (old, room) = (
        talk.house.room(owner, Visibility::Public).await,
        talk.house.room(owner, Visibility::Public).await,
    );
    talk.happens(&[visited(old, one, NOW)], NOW).await;
    let mut at = NOW;
    for _ in 0..40 {
        at = WallMs(at.0 + 10 * HALF_LIFE_MS);
        talk.happens(&[visited(room, one, at)], at).await;
    }
    let wanted = 1.0 / (1.0 - (-10.0_f64).exp2());
    assert!((talk.score(room, at).await / wanted - 1.0).abs() < 1e-9);
    let today = Day::of(at, UtcOffset::SEOUL);
    while DiscoveryStore::sweep(&store, today, at).await.unwrap() {}
    let left: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT (SELECT count(*) FROM popularity), (SELECT count(*) FROM popularity_count)",
    )
    .fetch_all(&store.read)
    .await
    .unwrap();
    assert_eq!(left, [(1, 1)]);
}

/// A neighbourhood made by chance.
struct Town {
    people: [UserId; 10],
    doors: Vec<(RoomId, UserId, Visibility)>,
    blocks: BTreeSet<(usize, usize)>,
    visits: BTreeSet<(RoomId, UserId)>,
}

async fn town(talk: Talk<'_>, seed: u64) -> Town {
    let mut random = StdRng::seed_from_u64(seed);
    let people: [UserId; 10] = talk.house.people(&format!("town_{seed}")).await;
    let mut town = Town {
        people,
        doors: Vec::new(),
        blocks: BTreeSet::new(),
        visits: BTreeSet::new(),
    };
    for owner in people {
        for _ in 0..random.random_range(1..3) {
            let visibility = match random.random_range(0..4) {
                0 => Visibility::Private,
                1 => Visibility::Followers,
                _ => Visibility::Public,
            };
            let access = Access::new(visibility, random.random_bool(0.5));
            let room = talk.house.room_with(owner, access).await;
            town.doors.push((room, owner, visibility));
        }
    }
    for one in 0..10 {
        for other in 0..10 {
            if one == other {
                continue;
            }
            match random.random_range(0..10) {
                0 => {
                    talk.house.block(people[one], people[other]).await;
                    town.blocks.insert((one, other));
                }
                1..=3 => talk.house.follow(people[one], people[other]).await,
                4 => talk.house.tied(people[one], people[other]).await,
                _ => {}
            }
        }
    }
    let mut events = Vec::new();
    for (room, _, _) in &town.doors {
        let by = people[random.random_range(0..10)];
        events.push(visited(*room, by, NOW));
        if random.random_bool(0.3) {
            let who = Caller::User(by);
            let arrival = Arrival {
                room: *room,
                who,
                at: NOW,
            };
            talk.visits
                .record(&[arrival], UtcOffset::SEOUL)
                .await
                .unwrap();
            town.visits.insert((*room, by));
        }
    }
    talk.happens(&events, NOW).await;
    town
}

#[tokio::test]
async fn nobody_is_led_to_what_is_not_for_them() {
    let (_folder, store, rooms) = opened().await;
    let talk = talk(&store, &rooms);
    let mut led = 0;
    for seed in 0..6 {
        let town = town(talk, seed).await;
        let known = |room: RoomId| town.doors.iter().find(|(it, ..)| *it == room).copied();
        for (me, viewer) in town.people.iter().enumerate() {
            let hidden = |owner: UserId| {
                let other = town.people.iter().position(|it| *it == owner).unwrap();
                town.blocks.contains(&(me, other)) || town.blocks.contains(&(other, me))
            };
            let check = |room: RoomId, only_public: bool, is_chance: bool| {
                // Rooms of other towns are strangers'.
                let Some((_, owner, visibility)) = known(room) else {
                    return;
                };
                assert!(!hidden(owner), "a block lies between");
                assert!(visibility != Visibility::Private);
                assert!(!only_public || visibility == Visibility::Public);
                if is_chance {
                    assert!(owner != *viewer, "their own");
                    assert!(!town.visits.contains(&(room, *viewer)), "just visited");
                }
            };
            for (room, _) in talk.rooms(Some(*viewer), NOW).await {
                check(room, true, false);
                led += 1;
            }
            for place in store
                .newest_rooms(Some(*viewer), NOW, None, 999)
                .await
                .unwrap()
            {
                check(place.id, true, false);
            }
            let candidates = store.candidates(Some(*viewer), NOW, seed).await.unwrap();
            for candidate in &candidates {
                check(candidate.room, true, true);
            }
            for (start, owner, _) in &town.doors {
                for circle in [Circle::Near, Circle::Far] {
                    match store
                        .ways(*start, Some(*viewer), circle, NOW)
                        .await
                        .unwrap()
                    {
                        Met::Open(ways) => {
                            assert!(!hidden(*owner));
                            for way in ways {
                                check(way.room, false, true);
                                assert_ne!(way.room, *start);
                                led += 1;
                            }
                        }
                        Met::NoRoom | Met::Denied(_) => {}
                    }
                }
            }
        }
    }
    assert!(led > 500, "{led} ways were looked at");
}

#[tokio::test]
async fn chance_among_very_many_is_as_fair_as_among_few() {
    let (_folder, store, rooms) = opened().await;
    let talk = talk(&store, &rooms);
    let [owner] = talk.house.people("many").await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7000)
         INSERT INTO room (id, owner_id, name, visibility, guests_allowed, state, epoch, save_no, seq,
             theme, horizon_seq, created_ms, changed_ms)
         SELECT randomblob(16), ?, '', 'public', 1, 'active', 1, 0, 0, 'null', 0, 0, 0 FROM n";
    let many = sqlx::query(many).bind(owner.uuid()).execute(&store.write);
    many.await.unwrap();
    let mut found: BTreeSet<RoomId> = BTreeSet::new();
    let mut drawn: BTreeSet<uuid::Uuid> = BTreeSet::new();
    for seed in 0..40 {
        let seed = seed * 175;
        let candidates = store.candidates(None, NOW, seed).await.unwrap();
        let ids: BTreeSet<RoomId> = candidates.iter().map(|one| one.room).collect();
        assert_eq!((candidates.len(), ids.len()), (5_000, 5_000));
        let all = ids.iter().map(|room| (room.uuid(), 1.0));
        drawn.extend(draw(seed, all));
        found.extend(ids);
    }
    assert_eq!(found.len(), 7_000, "all have their turn");
    assert!(drawn.len() > 35, "and seldom one of them twice");
}

#[tokio::test]
async fn what_the_log_has_lost_or_repeats_is_counted_once() {
    let (_folder, store, rooms) = opened().await;
    let talk = talk(&store, &rooms);
    let [owner, one] = talk.house.people("late").await;
    let room = talk.house.room(owner, Visibility::Public).await;
    // Two days late it counts, later it does not.
    let published_at = WallMs(NOW.0 + 2 * DAY_MS);
    talk.happens(&[visited(room, one, NOW)], published_at).await;
    assert!(talk.score(room, NOW).await > 0.9);
    let too_late = WallMs(NOW.0 - 1);
    let [two] = talk.house.people("later").await;
    talk.happens(&[visited(room, two, too_late)], published_at)
        .await;
    assert!(talk.score(room, NOW).await < 1.1);
    // A post whose beginning nobody knows counts nothing.
    let post = crate::domain::id::PostId::generate();
    let reacted = PostEvent::PostReacted { by: one, at: NOW };
    talk.happens(
        &[entry(Subject::Post(post), Event::Post(reacted.clone()))],
        NOW,
    )
    .await;
    assert_eq!(store.popular_posts(None, NOW, None, 9).await.unwrap(), []);
    let [three] = talk.house.people("latest").await;
    let known = [
        published(post, owner, &[], true, NOW),
        entry(
            Subject::Post(post),
            Event::Post(PostEvent::PostReacted { by: three, at: NOW }),
        ),
    ];
    talk.happens(&known, NOW).await;
    assert_eq!(
        store.popular_posts(None, NOW, None, 9).await.unwrap().len(),
        1
    );
}
