//! The front room stands with the person, in another store: what happens between the two.

use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;

use super::rooms_in;
use crate::adapters::mongo::room::MongoRooms;
use crate::adapters::mongo::stage::Stage;
use crate::adapters::sqlite::Sqlite;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, Visibility};
use crate::domain::search::NameQuery;
use crate::domain::version::Expected;
use crate::ports::people::PeopleUnavailable;
use crate::ports::room::conformance::new_room;
use crate::ports::room::{
    FoundOwner, FoundOwners, FrontSet, RoomOwners, RoomShelf, RoomStore, ShelfError,
};
use crate::ports::user::conformance::created;

const AT: WallMs = WallMs(1_000_000);

/// What archiving came to.
type Archived = Result<Option<Epoch>, ShelfError>;

/// People whose store takes its time: meanwhile another process archives the very room. Or it answers nothing.
struct Slow {
    people: Sqlite,
    elsewhere: OnceLock<MongoRooms>,
    archived: Mutex<Vec<Archived>>,
    is_away: Mutex<bool>,
}

#[async_trait]
impl RoomOwners for Slow {
    async fn front_room(&self, owner: UserId) -> Result<Option<RoomId>, PeopleUnavailable> {
        self.people.front_room(owner).await
    }

    async fn set_front_room(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<FrontSet, PeopleUnavailable> {
        if let Some(elsewhere) = self.elsewhere.get() {
            let archived = elsewhere.archive(owner, room, &Expected::Any, AT).await;
            self.archived.lock().unwrap().push(archived);
        }
        if *self.is_away.lock().unwrap() {
            return Err(PeopleUnavailable("away".to_owned()));
        }
        self.people.set_front_room(owner, room, expected).await
    }

    async fn seen(
        &self,
        people: &[UserId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<FoundOwner>, PeopleUnavailable> {
        self.people.seen(people, viewer, now).await
    }

    async fn by_handle(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<&str>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<String>, PeopleUnavailable> {
        RoomOwners::by_handle(&self.people, query, viewer, from, limit, now).await
    }

    async fn by_name(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<UserId>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<UserId>, PeopleUnavailable> {
        RoomOwners::by_name(&self.people, query, viewer, from, limit, now).await
    }
}

#[tokio::test]
async fn a_room_that_is_becoming_the_front_one_stays_where_it_is() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let elsewhere = rooms_in(stage.elsewhere()).await;
    let people = elsewhere.people.clone();
    let slow = Arc::new(Slow {
        people: people.clone(),
        elsewhere: OnceLock::new(),
        archived: Mutex::default(),
        is_away: Mutex::default(),
    });
    let rooms = MongoRooms::new(stage.mongo.clone(), slow.clone(), Arc::new(people.clone()));
    let user = created(&people, "front", "front").await;
    let any = Expected::Any;
    let mut made = Vec::new();
    for place in 0..3 {
        let mut new = new_room(Visibility::Public, place);
        new.card.owner_id = user.id;
        if place == 0 {
            new.card.id = user.front_room_id;
        }
        made.push(new.card.id);
        rooms.create(new).await.unwrap();
    }
    assert!(slow.elsewhere.set(elsewhere.rooms.clone()).is_ok());
    assert_eq!(rooms.set_front(user.id, made[1], &any).await, Ok(()));
    let refused = || vec![Err(ShelfError::FrontRoom)];
    assert_eq!(*slow.archived.lock().unwrap(), refused());
    // What was the front room until now, and is noted nowhere, is not held up.
    assert!(
        rooms
            .archive(user.id, made[0], &any, AT)
            .await
            .unwrap()
            .is_some()
    );

    slow.archived.lock().unwrap().clear();
    let stale = Expected::OneOf(Vec::new());
    let answer = rooms.set_front(user.id, made[2], &stale).await;
    assert_eq!(answer, Err(ShelfError::Stale));
    assert_eq!(*slow.archived.lock().unwrap(), refused());
    assert!(
        rooms
            .archive(user.id, made[2], &any, AT)
            .await
            .unwrap()
            .is_some()
    );
    rooms.unarchive(user.id, made[2], &any).await.unwrap();

    *slow.is_away.lock().unwrap() = true;
    let answer = rooms.set_front(user.id, made[2], &any).await;
    assert!(matches!(answer, Err(ShelfError::Store(_))), "{answer:?}");
    // It may still become the front room.
    let archived = rooms.archive(user.id, made[2], &any, AT).await;
    assert_eq!(archived, Err(ShelfError::FrontRoom));
    stage.end().await;
}
