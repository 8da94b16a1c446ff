//! The room store on MongoDB.
//!
//! A room is one document ([`form`]), and each claim, save and hand-over one update of it, which happens only if the
//! room is as whoever asks believes: that is all the fencing there is. Rooms wait for nothing of each other: each has
//! one save under way, and MongoDB itself brings the many that are under way at once to its journal together.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Document as Stored, doc};
use mongodb::options::ReadConcern;
use tokio::sync::Notify;

use super::failure::{ANSWER_WITHIN, is_duplicate, reading, writing};
use super::place::Places;
use super::value::{Fields, id, number};
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{AuditEntry, Epoch, RoomCard, Seq};
use crate::ports::relations::RelationReader;
use crate::ports::room::{
    ClaimOutcome, ListedAfter, NewRoom, RoomOwners, RoomSave, RoomStore, SaveOutcome, SavedRoom,
    StoreError,
};
pub use form::PRESENT_MAX;
pub use moderated::MongoModeratedRooms;
pub use moderated_chat::MongoModeratedChat;
pub use telling::RoomNotices;

mod claim;
mod discovered;
mod doors;
mod erasure;
pub(super) mod form;
mod moderated;
mod moderated_chat;
mod outbox;
mod personal;
mod record;
mod save;
mod search;
mod shelf;
mod telling;
#[cfg(test)]
mod tests;

/// Rooms in MongoDB.
#[derive(Clone)]
pub struct MongoRooms {
    mongo: Mongo,
    rooms: Collection<Stored>,
    owners: Arc<dyn RoomOwners>,
    relations: Arc<dyn RelationReader>,
    places: Arc<Places>,
    /// Somebody is to be told of what was decided just now.
    owed: Arc<Notify>,
}

impl std::fmt::Debug for MongoRooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MongoRooms").field(&self.mongo).finish()
    }
}

impl MongoRooms {
    /// The store of rooms, whose owners are kept elsewhere. What owners decide about others is told by [`RoomNotices`].
    pub fn new(
        mongo: Mongo,
        owners: Arc<dyn RoomOwners>,
        relations: Arc<dyn RelationReader>,
    ) -> Self {
        let places = Arc::new(Places::new(&mongo, "room"));
        Self {
            rooms: mongo.collection(Collections::ROOM),
            mongo,
            owners,
            relations,
            places,
            owed: Arc::default(),
        }
    }

    const fn rooms(&self) -> &Collection<Stored> {
        &self.rooms
    }

    /// The fields of an active room.
    async fn active(&self, room: RoomId, fields: Stored) -> Result<Option<Stored>, StoreError> {
        let filter = doc! { "_id": id(room.uuid()), "state": form::ACTIVE };
        reading(self.rooms().find_one(filter).projection(fields)).await
    }

    /// Rooms, in an order.
    async fn all(
        &self,
        filter: Stored,
        sort: Stored,
        limit: Option<u32>,
        fields: Stored,
    ) -> Result<Vec<Stored>, StoreError> {
        if limit == Some(0) {
            return Ok(Vec::new());
        }
        let rooms = async {
            self.rooms()
                .find(filter)
                .sort(sort)
                .limit(limit.map_or(0, i64::from))
                .projection(fields)
                .await?
                .try_collect()
                .await
        };
        reading(rooms).await
    }
}

#[async_trait]
impl RoomStore for MongoRooms {
    async fn claim(&self, room: RoomId, node: NodeId) -> Result<ClaimOutcome, StoreError> {
        self.claimed(room, node).await
    }

    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<(), StoreError> {
        self.renewed(node, lease_ms).await
    }

    async fn release(&self, room: RoomId, epoch: Epoch, node: NodeId) -> Result<(), StoreError> {
        self.released(room, epoch, node).await
    }

    async fn save(&self, save: RoomSave) -> Result<SaveOutcome, StoreError> {
        self.saved(&save).await
    }

    async fn last_save(&self, room: RoomId) -> Result<Option<(Epoch, u64)>, StoreError> {
        let filter = doc! { "_id": id(room.uuid()), "state": form::held() };
        // By what it says a save is acked or repeated: a primary that has been replaced, and does not know it yet, must
        // not answer.
        let found = self
            .rooms()
            .find_one(filter)
            .projection(doc! { "epoch": 1, "save_no": 1 })
            .read_concern(ReadConcern::linearizable())
            .max_time(ANSWER_WITHIN);
        let Some(found) = reading(found).await? else {
            return Ok(None);
        };
        let epoch = Epoch(found.number("epoch")?);
        Ok(Some((epoch, found.number("save_no")?)))
    }

    async fn create(&self, room: NewRoom) -> Result<(), StoreError> {
        let stored = form::new(&room)?;
        let insert = async {
            match self.rooms().insert_one(stored).await {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        writing(insert).await
    }

    async fn card(&self, room: RoomId) -> Result<Option<RoomCard>, StoreError> {
        let filter = doc! { "_id": id(room.uuid()), "state": form::held() };
        let card = self
            .rooms()
            .find_one(filter)
            .projection(form::card_fields());
        let found = reading(card).await?;
        Ok(found.as_ref().map(form::to_card).transpose()?)
    }

    async fn read(&self, room: RoomId) -> Result<Option<SavedRoom>, StoreError> {
        let found = self.active(room, form::saved_fields()).await?;
        Ok(found.as_ref().map(form::to_saved).transpose()?)
    }

    async fn list_public(
        &self,
        after: Option<ListedAfter>,
        limit: u32,
    ) -> Result<Vec<(SavedRoom, ListedAfter)>, StoreError> {
        let mut filter = doc! { "state": form::ACTIVE, "visibility": "public" };
        if let Some(after) = after {
            let changed = number(after.changed.0);
            filter.insert("changed_ms", doc! { "$lte": changed.clone() });
            let next = [
                doc! { "changed_ms": { "$lt": changed.clone() } },
                doc! { "changed_ms": changed, "_id": { "$lt": id(after.room.uuid()) } },
            ];
            filter.insert("$or", next.to_vec());
        }
        let sort = doc! { "changed_ms": -1, "_id": -1 };
        let found = self
            .all(filter, sort, Some(limit), form::saved_fields())
            .await?;
        let found = found.iter().map(|stored| {
            let saved = form::to_saved(stored)?;
            let place = ListedAfter {
                changed: WallMs(stored.number("changed_ms")?),
                room: saved.card.id,
            };
            Ok((saved, place))
        });
        found.collect()
    }

    async fn audit(
        &self,
        room: RoomId,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.decisions(room, after, limit).await
    }

    async fn of_owner(&self, owner: UserId) -> Result<Vec<RoomCard>, StoreError> {
        // What is deleted for good has no owner.
        let filter = doc! { "owner": id(owner.uuid()) };
        let found = self
            .all(filter, doc! { "_id": 1 }, None, form::card_fields())
            .await?;
        Ok(found.iter().map(form::to_card).collect::<Result<_, _>>()?)
    }

    async fn delete(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        self.deleted(room).await
    }

    async fn is_deleted(&self, room: RoomId) -> Result<bool, StoreError> {
        let filter = doc! { "_id": id(room.uuid()), "state": form::DELETED };
        let found = self.rooms().find_one(filter).projection(doc! { "_id": 1 });
        Ok(reading(found).await?.is_some())
    }

    async fn naming(&self, person: UserId, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        self.rooms_naming(person, limit).await
    }

    async fn forget(&self, room: RoomId, person: UserId) -> Result<Option<Epoch>, StoreError> {
        self.forgotten(room, person).await
    }
}
