//! The suite on SQLite, and counts recomputed from the rows after much at once.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::task::JoinSet;

use super::super::SqliteRooms;
use super::*;
use crate::domain::room::Visibility;
use crate::ports::room::RoomStore;
use crate::ports::visit::conformance::{DAY_MS, House, NOW, conformance, people};

async fn opened() -> (tempfile::TempDir, Sqlite, SqliteRooms) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    // Rooms are made and ended here, never saved.
    let (rooms, _) = SqliteRooms::new(store.clone());
    (folder, store, rooms)
}

const fn house<'a>(store: &'a Sqlite, rooms: &'a SqliteRooms) -> House<'a> {
    House {
        users: store,
        rooms,
        relations: store,
        settings: store,
    }
}

#[tokio::test]
async fn keeps_what_a_visit_store_promises() {
    let (_folder, store, rooms) = opened().await;
    conformance(&store, house(&store, &rooms)).await;
}

#[tokio::test]
async fn keeps_what_visits_elsewhere_ask_for_people() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    people::conformance(&store, &store, &store, &store).await;
}

/// Counts that are not what the rows say.
const FLAWS: &str = "
SELECT count(*) FROM visit_count AS counted
WHERE total <> swept + (SELECT count(*) FROM visit WHERE visit.room_id = counted.room_id)
   OR today <> (SELECT count(*) FROM visit WHERE visit.room_id = counted.room_id
                AND visit.day = counted.day)";

#[tokio::test]
async fn counts_are_what_the_rows_say_whatever_happens_at_once() {
    let (_folder, store, rooms) = opened().await;
    let house = house(&store, &rooms);
    let people: [UserId; 12] = house.people("person").await;
    let mut doors = Vec::new();
    for owner in &people[..4] {
        doors.push(house.room(*owner, Visibility::Public).await);
    }
    let mut tasks = JoinSet::new();
    for seed in 0..8 {
        let (store, doors) = (store.clone(), doors.clone());
        tasks.spawn(async move {
            let mut random = StdRng::seed_from_u64(seed);
            for _ in 0..40 {
                let who = people[random.random_range(0..12)];
                let at = WallMs(NOW.0 + random.random_range(0..4 * DAY_MS));
                let offset = UtcOffset::SEOUL;
                match random.random_range(0..10) {
                    0 => store.clear(who).await.unwrap(),
                    1 => drop(store.sweep(Day::of(at, offset)).await.unwrap()),
                    _ => {
                        let who = match random.random_range(0..4) {
                            0 => Caller::Guest {
                                id: crate::domain::id::GuestId::generate(),
                                origin: Some(random.random_range(0..5)),
                            },
                            _ => Caller::User(who),
                        };
                        let room = doors[random.random_range(0..4)];
                        let arrival = Arrival { room, who, at };
                        store.record(&[arrival], offset).await.unwrap();
                    }
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let number = async |query| -> i64 {
        let number = sqlx::query_scalar(query).fetch_one(&store.read);
        number.await.unwrap()
    };
    assert_eq!(number(FLAWS).await, 0);
    assert!(number("SELECT sum(total) FROM visit_count").await > 20);
    assert!(number("SELECT sum(swept) FROM visit_count").await > 0);
    // Each named visit was told of once.
    assert_eq!(
        number("SELECT count(*) - count(DISTINCT event) FROM outbox").await,
        0
    );
    // A room takes its visits along.
    rooms.delete(doors[0]).await.unwrap();
    let left = "SELECT (SELECT count(*) FROM visit JOIN room ON room.id = room_id
                        WHERE state = 'deleted') +
                       (SELECT count(*) FROM visit_count JOIN room ON room.id = room_id
                        WHERE state = 'deleted')";
    assert_eq!(number(left).await, 0);
    assert_eq!(number(FLAWS).await, 0);
}
