//! The end of rooms beside which very much lies.

use mongodb::bson::{Document as Stored, doc};

use super::rooms_in;
use crate::adapters::mongo::Collections;
use crate::adapters::mongo::stage::Stage;
use crate::adapters::mongo::value::id;
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, NodeId, RoomId, UserId};
use crate::domain::room::Visibility;
use crate::ports::room::conformance::{claim, new_room};
use crate::ports::room::{Purging, RoomShelf, RoomStore};

/// More than goes in one step, or in two.
const MUCH: i64 = 600;

/// Where it is put.
const PLACES: [&str; 2] = [Collections::VISIT, Collections::GUESTBOOK_ENTRY];

/// Many come to a room, and write into its guestbook.
async fn frequented(stage: &Stage, room: RoomId, first: i64) {
    let visits = (first..first + MUCH).map(|number| {
        doc! {
            "_id": number, "room": id(room.uuid()), "day": 1,
            "user": id(UserId::generate().uuid()),
            "at_ms": number, "last_ms": number, "cleared": false,
        }
    });
    let entries = (0..MUCH).map(|number| {
        doc! {
            "_id": id(EntryId::generate().uuid()), "room": id(room.uuid()),
            "is_reply": false, "created_ms": number,
        }
    });
    let all: [Vec<Stored>; 2] = [visits.collect(), entries.collect()];
    for (place, stored) in PLACES.into_iter().zip(all) {
        let collection = stage.mongo.collection(place);
        collection.insert_many(stored).await.unwrap();
    }
    let counts = stage.mongo.collection(Collections::VISIT_COUNT);
    let count = doc! { "_id": id(room.uuid()), "total": MUCH };
    counts.insert_one(count).await.unwrap();
}

/// How much of it is left.
async fn left(stage: &Stage, room: RoomId) -> [u64; 3] {
    let mut left = [0; 3];
    for (count, place) in left.iter_mut().zip(PLACES) {
        let those = doc! { "room": id(room.uuid()) };
        let collection = stage.mongo.collection(place);
        *count = collection.count_documents(those).await.unwrap();
    }
    let counts = stage.mongo.collection(Collections::VISIT_COUNT);
    let found = counts.find_one(doc! { "_id": id(room.uuid()) }).await;
    left[2] = found.unwrap().map_or(0, |_| 1);
    left
}

#[tokio::test]
async fn a_room_ends_however_much_lies_beside_it() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    let [ends, stays] = [1, 2].map(|at| new_room(Visibility::Public, at));
    let (room, other) = (ends.card.id, stays.card.id);
    for (first, new) in [(1, ends), (10_000, stays)] {
        frequented(&stage, new.card.id, first).await;
        here.rooms.create(new).await.unwrap();
    }
    let claimed = claim(&here.rooms, room, NodeId::generate()).await;
    let epoch = here.rooms.delete(room).await.unwrap();
    assert!(epoch.is_some_and(|epoch| epoch > claimed.epoch));
    assert!(here.rooms.is_deleted(room).await.unwrap());
    assert_eq!(left(&stage, room).await, [0; 3]);
    assert_eq!(here.rooms.delete(room).await, Ok(None));
    assert!(!here.rooms.is_deleted(other).await.unwrap());
    let all = MUCH.unsigned_abs();
    assert_eq!(left(&stage, other).await, [all, all, 1]);
    stage.end().await;
}

#[tokio::test]
async fn an_end_that_was_begun_is_finished_by_an_erasure_or_a_purge() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = rooms_in(stage.mongo.clone()).await;
    for (is_purged, first) in [(false, 1), (true, 10_000)] {
        let new = new_room(Visibility::Public, 3);
        let (room, owner) = (new.card.id, new.card.owner_id);
        here.rooms.create(new).await.unwrap();
        frequented(&stage, room, first).await;
        let shut = here.rooms.shut_for_good(room).await.unwrap();
        assert!(shut.is_some());
        assert_eq!(here.rooms.shut_for_good(room).await, Ok(None), "once");
        // Nobody finds it but those who end it.
        assert_eq!(here.rooms.card(room).await, Ok(None));
        assert_eq!(here.rooms.own(owner, room).await, Ok(None));
        assert_eq!(here.rooms.of_owner(owner).await.unwrap().len(), 1);
        let due = here.rooms.binned(WallMs(0), 9).await.unwrap();
        assert!(due.contains(&room));
        if is_purged {
            while here.rooms.purge(room, WallMs(0)).await.unwrap() == Purging::Begun {}
        } else {
            assert!(here.rooms.delete(room).await.unwrap() > shut);
        }
        assert!(here.rooms.is_deleted(room).await.unwrap());
        assert_eq!(left(&stage, room).await, [0; 3]);
        assert!(here.rooms.of_owner(owner).await.unwrap().is_empty());
    }
    stage.end().await;
}
