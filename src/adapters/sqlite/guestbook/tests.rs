//! The suite on SQLite, and what is told of entries.

use super::super::SqliteRooms;
use super::*;
use crate::domain::room::Visibility;
use crate::ports::guestbook::conformance::{Books, conformance};
use crate::ports::moderation::ModeratedContent;
use crate::ports::room::RoomStore;
use crate::ports::visit::conformance::{House, NOW};

async fn number(store: &Sqlite, query: &'static str) -> i64 {
    let number = sqlx::query_scalar(query).fetch_one(&store.read);
    number.await.unwrap()
}

#[tokio::test]
async fn keeps_what_a_guestbook_store_promises() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let (rooms, _) = SqliteRooms::new(store.clone());
    let content = GuestbookContent(store.clone());
    let house = House {
        users: &store,
        rooms: &rooms,
        relations: &store,
        settings: &store,
    };
    conformance(Books {
        store: &store,
        content: &content,
        house,
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_told_of_once_and_goes_with_its_room() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path()).await.unwrap();
    let (rooms, _) = SqliteRooms::new(store.clone());
    let content = GuestbookContent(store.clone());
    let house = House {
        users: &store,
        rooms: &rooms,
        relations: &store,
        settings: &store,
    };
    let [owner, author] = house.people("told").await;
    let room = house.room(owner, Visibility::Public).await;
    let new = NewEntry {
        id: EntryId::generate(),
        target: Target::Room {
            room,
            is_secret: false,
        },
        author,
        text: EntryText::parse("두고 볼 말").unwrap(),
        standing: Standing::Held,
        at: NOW,
    };
    store.write(&new, None).await.unwrap();
    let events = "SELECT count(*) FROM outbox";
    let notices = "SELECT count(*) FROM notification WHERE withdrawn = 0";
    assert_eq!(
        (number(&store, events).await, number(&store, notices).await),
        (0, 0)
    );
    let id = new.id.to_string();
    for (standing, told) in [
        (Standing::Shown, 1),
        (Standing::Hidden, 0),
        (Standing::Shown, 1),
        (Standing::Removed, 0),
    ] {
        content.stand(&id, standing, NOW).await.unwrap();
        assert_eq!(number(&store, events).await, 1);
        assert_eq!(number(&store, notices).await, told, "{standing:?}");
    }
    rooms.delete(room).await.unwrap();
    assert_eq!(
        number(&store, "SELECT count(*) FROM guestbook_entry").await,
        0
    );
}
