//! Deleted rooms are purged when their grace has passed, whatever happens in between; and an index that is missing is
//! made at the start.

use http::Method;
use maru::adapters::sqlite::{Sqlite, SqliteRooms};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::{NodeId, RoomId, UserId};
use maru::domain::room::{Access, RoomCard, RoomEvent, Visibility};
use maru::domain::text::Title;
use maru::ports::events::Outbox;
use maru::ports::room::{
    ClaimOutcome, DELETED_KEPT_MS, NewRoom, Purging, ROOMS_PER_USER_MAX, RoomShelf, RoomStore,
};
use maru::services::room::furnished;
use maru::workers::purge;
use serde_json::Value;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use super::{Host, names};
use crate::site::Site;

async fn count(data: &std::path::Path, room: RoomId) -> i64 {
    let file = SqliteConnectOptions::new().filename(data.join("maru.sqlite3"));
    let mut store = file.connect().await.unwrap();
    let parts = ["room_item", "room_gram", "room_epoch", "room_chat"];
    let parts = parts.map(|part| format!("SELECT count(*) AS n FROM {part} WHERE room_id = ?1"));
    let all = format!("SELECT sum(n) FROM ({})", parts.join(" UNION ALL "));
    sqlx::query_scalar(sqlx::AssertSqlSafe(all))
        .bind(room.uuid())
        .fetch_one(&mut store)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_purge_that_is_killed_goes_on_and_leaves_nothing_but_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let now = Clock::start().wall();
    let owner = UserId::generate();
    let template = &maru::catalogue::templates()[1];
    let mut rooms = Vec::new();
    // Deleted longer ago than the grace, and a moment less long.
    let due = WallMs(now.0 - DELETED_KEPT_MS);
    for deleted in [due, WallMs(due.0 + 1)] {
        let sqlite = Sqlite::open(folder.path()).await.unwrap();
        let (store, _) = SqliteRooms::new(sqlite);
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: owner,
            name: Title::parse("지울 방").unwrap().as_str().to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let id = card.id;
        let document = furnished(template.theme.clone(), template.pieces.clone());
        let room = NewRoom {
            card,
            document,
            at: WallMs(1),
        };
        store.make(room, ROOMS_PER_USER_MAX, None).await.unwrap();
        let claimed = store.claim(id, NodeId::generate()).await.unwrap();
        assert!(matches!(claimed, ClaimOutcome::Claimed(_)));
        assert!(store.bin(owner, id, deleted).await.unwrap().is_some());
        rooms.push(id);
    }
    let before = count(folder.path(), rooms[1]).await;
    assert!(before > template.pieces.len() as i64);
    {
        let sqlite = Sqlite::open(folder.path()).await.unwrap();
        let (store, _) = SqliteRooms::new(sqlite);
        let step = store.purge(rooms[0], due).await.unwrap();
        assert_eq!(step, Purging::Begun);
    }
    // In its next life it knows of nothing but what the store says.
    let sqlite = Sqlite::open(folder.path()).await.unwrap();
    let (store, _) = SqliteRooms::new(sqlite.clone());
    assert_eq!(purge::pass(&store, now).await.unwrap(), 1);
    assert_eq!(purge::pass(&store, now).await.unwrap(), 0);
    assert_eq!(count(folder.path(), rooms[0]).await, 0);
    assert_eq!(count(folder.path(), rooms[1]).await, before);
    assert!(store.is_deleted(rooms[0]).await.unwrap());
    let waiting = sqlite.waiting(0, 99).await.unwrap();
    let told = waiting.iter().filter(|entry| {
        let event = maru::domain::event::Event::Room(RoomEvent::Deleted {});
        entry.event == event
    });
    assert_eq!(told.count(), 1);
    assert_eq!(purge::pass(&store, WallMs(now.0 + 1)).await.unwrap(), 1);
    assert_eq!(count(folder.path(), rooms[1]).await, 0);
}

#[tokio::test]
async fn rooms_from_before_there_was_an_index_are_found() {
    let mut site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let path = host.named("오래된 다락").await;
    let file = SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let mut store = file.connect().await.unwrap();
    for forget in [
        "UPDATE room SET name_folded = NULL",
        "DELETE FROM room_gram",
    ] {
        sqlx::query(forget).execute(&mut store).await.unwrap();
    }
    drop(store);
    let search = "/v1/rooms?query=다락";
    assert!(names(&host.get(search).await).is_empty());
    site = site.restart().await;
    let browser = host.browser.moved_to(&site.origin());
    let host = Host { browser, ..host };
    assert_eq!(names(&host.get(search).await), ["오래된 다락"]);
    let deleted = host.ask(Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted.status, 200);
}
