//! A person's rooms as a set, in MongoDB. What changes the set is a transaction that writes the shelf's own document, so
//! that of two at once one waits for the other.
//!
//! Which room is the front one stands with the person, in another store. The shelf notes it first: from then on the room
//! can neither be archived nor deleted; then the store of people is told, and the note taken off again. A note whose
//! writer died lapses.

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};

use super::super::transaction::transact;
use super::super::value::{Fields, Unfit, id, number};
use super::{MongoRooms, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, Layout, Visibility};
use crate::domain::search::NameQuery;
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::people::PeopleUnavailable;
use crate::ports::relations::RelationsUnavailable;
use crate::ports::room::{
    FoundRooms, FrontSet, Life, NewRoom, OwnRoom, Purging, RoomAfter, RoomFoundAfter, RoomShelf,
    SavedRoom, ShelfError, StoreError,
};
use change::{Change, FrontNote, Make, Turned};

mod change;
mod edited;

impl From<PeopleUnavailable> for StoreError {
    fn from(error: PeopleUnavailable) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<RelationsUnavailable> for StoreError {
    fn from(error: RelationsUnavailable) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Unfit> for ShelfError {
    fn from(unfit: Unfit) -> Self {
        Self::Store(unfit.into())
    }
}

const fn state_of(life: Life) -> &'static str {
    match life {
        Life::Active => form::ACTIVE,
        Life::Archived => form::ARCHIVED,
        Life::Deleted => "binned",
    }
}

fn life_of(stored: &Stored) -> Result<Life, Unfit> {
    match stored.text("state")? {
        form::ACTIVE => Ok(Life::Active),
        form::ARCHIVED => Ok(Life::Archived),
        "binned" => Ok(Life::Deleted),
        _ => Err(Unfit("state".to_owned())),
    }
}

/// A person's rooms that live so; none of those that can no longer be restored.
fn living(owner: UserId, life: &[Life]) -> Stored {
    let states: Vec<&str> = life.iter().map(|life| state_of(*life)).collect();
    doc! { "owner": id(owner.uuid()), "state": { "$in": states }, "binned_ms": { "$ne": 0_i64 } }
}

const ANY: [Life; 3] = [Life::Active, Life::Archived, Life::Deleted];

/// What is read of each room here.
fn shelf_fields() -> Stored {
    let mut fields = form::saved_fields();
    fields.extend(doc! { "state": 1, "created_ms": 1, "archived_ms": 1, "binned_ms": 1 });
    fields
}

fn on_shelf(stored: &Stored, front: Option<RoomId>) -> Result<OwnRoom, Unfit> {
    let at = |name: &str| Ok(stored.maybe_number(name)?.map(WallMs));
    let room = form::to_saved(stored)?;
    Ok(OwnRoom {
        is_front: front == Some(room.card.id),
        room,
        life: life_of(stored)?,
        created: form::time(stored, "created_ms")?,
        changed: form::time(stored, "changed_ms")?,
        archived: at("archived_ms")?,
        deleted: at("binned_ms")?,
    })
}

impl MongoRooms {
    /// Rooms of one person on the shelf, oldest first.
    async fn shelved(
        &self,
        owner: UserId,
        mut filter: Stored,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        if let Some(RoomAfter(after)) = after {
            filter.insert("_id", doc! { "$gt": id(after.uuid()) });
        }
        let found = self
            .all(filter, doc! { "_id": 1 }, Some(limit), shelf_fields())
            .await?;
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let front = self.owners.front_room(owner).await?;
        let rooms = found.iter().map(|stored| on_shelf(stored, front));
        Ok(rooms.collect::<Result<_, _>>()?)
    }
}

#[async_trait]
impl RoomShelf for MongoRooms {
    async fn make(
        &self,
        room: NewRoom,
        most: u32,
        once: Option<&Once>,
    ) -> Result<Done<RoomId>, ShelfError> {
        self.shelf_of(room.card.owner_id).await?;
        let make = Make {
            rooms: self,
            room: &room,
            most,
            once,
        };
        transact(&self.mongo, &make).await
    }

    async fn own(&self, owner: UserId, room: RoomId) -> Result<Option<OwnRoom>, StoreError> {
        let mut filter = living(owner, &ANY);
        filter.insert("_id", id(room.uuid()));
        let found = self.shelved(owner, filter, None, 1).await?;
        Ok(found.into_iter().next())
    }

    async fn own_rooms(
        &self,
        owner: UserId,
        life: Life,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        self.shelved(owner, living(owner, &[life]), after, limit)
            .await
    }

    async fn shown_rooms(
        &self,
        owner: UserId,
        viewer: Option<UserId>,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        let mut filter = living(owner, &[Life::Active]);
        if viewer != Some(owner) {
            filter.insert("moderated", doc! { "$exists": false });
            let mut open = vec![doc! { "visibility": Visibility::Public.as_str() }];
            if let Some(viewer) = viewer {
                if self.relations.follows(viewer, owner).await? {
                    open.push(doc! { "visibility": Visibility::Followers.as_str() });
                }
                open.push(doc! { "named.editors": viewer.to_string() });
            }
            filter.insert("$or", open);
        }
        self.shelved(owner, filter, after, limit).await
    }

    async fn edited_rooms(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError> {
        self.edited(editor, after, limit, now).await
    }

    async fn archive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError> {
        let change = Change::Archive(room, expected, at);
        Ok(self.change(owner, &change).await?.epoch())
    }

    async fn unarchive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<Option<Epoch>, ShelfError> {
        let change = Change::Unarchive(room, expected);
        Ok(self.change(owner, &change).await?.epoch())
    }

    async fn bin(
        &self,
        owner: UserId,
        room: RoomId,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError> {
        let change = Change::Bin(room, at);
        Ok(self.change(owner, &change).await?.epoch())
    }

    async fn restore(
        &self,
        owner: UserId,
        room: RoomId,
        since: WallMs,
        most: u32,
        once: Option<&Once>,
        at: WallMs,
    ) -> Result<Done<RoomId>, ShelfError> {
        let restore = Change::Restore {
            room,
            since,
            most,
            once,
            at,
        };
        match self.change(owner, &restore).await? {
            Turned::Done(done) => Ok(done),
            Turned::Already | Turned::From(_) => Ok(Done::Now(room)),
        }
    }

    async fn set_front(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<(), ShelfError> {
        let note = FrontNote::new(room);
        self.change(owner, &Change::Front(&note)).await?;
        let set = self.owners.set_front_room(owner, room, expected).await;
        // Where it does not answer it may still do so: the note stays.
        let set = set.map_err(StoreError::from)?;
        self.take_off(owner, &note).await;
        match set {
            FrontSet::Done => Ok(()),
            FrontSet::Stale => Err(ShelfError::Stale),
            FrontSet::Nobody => Err(ShelfError::NotFound),
        }
    }

    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&RoomFoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundRooms, StoreError> {
        self.searched(query, viewer, after, limit, now).await
    }

    async fn layouts(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Layout)>, StoreError> {
        if limit == 0 || self.active(room, doc! { "_id": 1 }).await?.is_none() {
            return Ok(Vec::new());
        }
        let layouts = self.layouts_of(room, after, Some(limit)).await?;
        Ok(layouts.into_iter().collect())
    }

    async fn layouts_version(&self, room: RoomId) -> Result<Version, StoreError> {
        self.version_of_layouts(room).await
    }

    async fn binned(&self, until: WallMs, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let filter = doc! { "binned_ms": { "$gte": 0_i64, "$lte": number(until.0) } };
        let sort = doc! { "binned_ms": 1, "_id": 1 };
        let found = self
            .all(filter, sort, Some(limit), doc! { "_id": 1 })
            .await?;
        let rooms = found
            .iter()
            .map(|stored| stored.uuid("_id").map(RoomId::from_uuid));
        Ok(rooms.collect::<Result<_, _>>()?)
    }

    async fn purge(&self, room: RoomId, until: WallMs) -> Result<Purging, StoreError> {
        self.purged(room, until).await
    }
}
