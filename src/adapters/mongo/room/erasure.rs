//! The end of rooms, and rooms that forget a person. Forgetting is a transaction, for decisions on record lie beside the
//! room. So are the first and the last step of an end: there may be more beside a room than a transaction has time for,
//! so that goes in between, step by step. Each fences whoever has the room in memory, as a claim does.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::{ClientSession, Collection};

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{Fields, id, json, number};
use super::outbox::{self, Told, into};
use super::{MongoRooms, form, record};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, PersonRef, RoomEvent};
use crate::domain::visitor::Bearer;
use crate::ports::room::{Purging, StoreError};

/// Documents deleted in one step: bounds how long it takes.
const DELETED_PER_STEP: i64 = 256;

/// What hangs on a room, in collections of its own.
const BESIDE: [&str; 6] = [
    Collections::ROOM_AUDIT,
    Collections::ROOM_DEBT,
    Collections::ROOM_LAYOUT,
    Collections::ROOM_CHAT_OUT,
    Collections::VISIT,
    Collections::GUESTBOOK_ENTRY,
];

/// What there is one of, under the room's id.
const OF_ONE: [&str; 2] = [Collections::VISIT_COUNT, Collections::GUESTBOOK];

impl MongoRooms {
    /// See [`crate::ports::room::RoomStore::delete`]. Whatever is lost on the way, the room is one of its owner's until
    /// the last step, so that their erasure comes to it again; and it lies with those that are too late to restore, so
    /// that the next purge takes it as well. Either goes on from there.
    pub(super) async fn deleted(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        let shut = self.shut_for_good(room).await?;
        // Visits, entries, decisions and layouts are added to none that is shut.
        for name in BESIDE {
            while self.purge_beside(name, room).await? {}
        }
        let ended = self.ended(room).await?;
        // Where a purge came first with the last step, the room was ended all the same.
        Ok(ended.or(shut))
    }

    /// The first step of an end.
    pub(super) async fn shut_for_good(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        transact(&self.mongo, &ShutForGood { rooms: self, room }).await
    }

    /// The last step.
    async fn ended(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        transact(&self.mongo, &Delete { rooms: self, room }).await
    }

    /// See [`crate::ports::room::RoomStore::forget`].
    pub(super) async fn forgotten(
        &self,
        room: RoomId,
        person: UserId,
    ) -> Result<Option<Epoch>, StoreError> {
        let rooms = self;
        let forget = Forget {
            rooms,
            room,
            person,
        };
        transact(&self.mongo, &forget).await
    }

    /// See [`crate::ports::room::RoomStore::naming`]. A room may be among them in which the person is no longer named:
    /// it forgets that, too.
    pub(super) async fn rooms_naming(
        &self,
        person: UserId,
        limit: u32,
    ) -> Result<Vec<RoomId>, StoreError> {
        let person = person.to_string();
        let anywhere = doc! { "$or": [
            { "named.log": &person }, { "named.lists": &person }, { "named.roster": &person },
        ] };
        let fields = doc! { "_id": 1 };
        let found = self
            .all(anywhere, Stored::new(), Some(limit), fields)
            .await?;
        let mut rooms: Vec<RoomId> = Vec::new();
        for stored in &found {
            rooms.push(RoomId::from_uuid(stored.uuid("_id")?));
        }
        for (beside, names) in [
            (Collections::ROOM_AUDIT, doc! { "named": &person }),
            (Collections::ROOM_DEBT, doc! { "named": &person }),
            (Collections::ROOM_CHAT_OUT, doc! { "by": &person }),
        ] {
            let found = async {
                let groups = [
                    doc! { "$match": names },
                    doc! { "$group": { "_id": "$room" } },
                    doc! { "$limit": i64::from(limit.max(1)) },
                ];
                let beside = self.mongo.collection(beside);
                beside
                    .aggregate(groups)
                    .await?
                    .try_collect::<Vec<Stored>>()
                    .await
            };
            for stored in reading(found).await? {
                let room = RoomId::from_uuid(stored.uuid("_id")?);
                if !rooms.contains(&room) {
                    rooms.push(room);
                }
            }
        }
        rooms.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(rooms)
    }

    /// See [`crate::ports::room::RoomShelf::purge`]. First it is marked, from when on it cannot be restored, then what
    /// there may be much of goes, and the room last: whatever is lost on the way, the next call goes on.
    pub(super) async fn purged(&self, room: RoomId, until: WallMs) -> Result<Purging, StoreError> {
        let filter = doc! {
            "_id": id(room.uuid()), "state": "binned", "binned_ms": { "$gt": 0_i64, "$lte": number(until.0) },
        };
        let marked = doc! { "$set": { "binned_ms": 0_i64 } };
        let marked = writing(self.rooms().update_one(filter, marked)).await?;
        if marked.modified_count > 0 {
            return Ok(Purging::Begun);
        }
        let filter = doc! { "_id": id(room.uuid()), "state": "binned", "binned_ms": 0_i64 };
        let found = self.rooms().find_one(filter).projection(doc! { "_id": 1 });
        if reading(found).await?.is_none() {
            return Ok(Purging::Kept);
        }
        for name in BESIDE {
            if self.purge_beside(name, room).await? {
                return Ok(Purging::Begun);
            }
        }
        self.ended(room).await?;
        Ok(Purging::Done)
    }

    /// Deletes some of what hangs on a room; whether there was any.
    async fn purge_beside(&self, name: &str, room: RoomId) -> Result<bool, StoreError> {
        let collection = self.mongo.collection(name);
        let some = async {
            collection
                .find(doc! { "room": id(room.uuid()) })
                .limit(DELETED_PER_STEP)
                .projection(doc! { "_id": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let some: Vec<Bson> = reading(some)
            .await?
            .iter()
            .filter_map(|stored| stored.get("_id").cloned())
            .collect();
        if some.is_empty() {
            return Ok(false);
        }
        let gone = collection.delete_many(doc! { "_id": { "$in": some } });
        writing(gone).await?;
        Ok(true)
    }
}

/// Puts a room among those that are too late to restore; nothing where it is one, has ended, or was never made.
struct ShutForGood<'a> {
    rooms: &'a MongoRooms,
    room: RoomId,
}

#[async_trait]
impl Attempt for ShutForGood<'_> {
    type Outcome = Option<Epoch>;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Halt<Self::Refusal>> {
        let rooms = self.rooms.rooms();
        let filter = doc! {
            "_id": id(self.room.uuid()), "state": { "$ne": form::DELETED },
            "binned_ms": { "$ne": 0_i64 },
        };
        let found = rooms
            .find_one(filter.clone())
            .projection(doc! { "epoch": 1, "outbox.last": 1 })
            .session(&mut *session)
            .await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let epoch = Epoch(found.number("epoch")? + 1);
        let mut update = doc! { "$set": {
            "state": "binned", "binned_ms": 0_i64, "epoch": number(epoch.0), "node": Bson::Null,
        } };
        let last = found.within("outbox")?.number("last")?;
        tell(self.rooms, last, RoomEvent::Shut { epoch }, &mut update).await?;
        rooms.update_one(filter, update).session(session).await?;
        Ok(Some(epoch))
    }
}

/// Ends a room, and keeps its id from being used again. What there is much of beside it has gone before.
struct Delete<'a> {
    rooms: &'a MongoRooms,
    room: RoomId,
}

#[async_trait]
impl Attempt for Delete<'_> {
    type Outcome = Option<Epoch>;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Halt<Self::Refusal>> {
        let rooms = self.rooms.rooms();
        let filter = doc! { "_id": id(self.room.uuid()) };
        let fields = doc! { "state": 1, "epoch": 1, "last": "$outbox.last" };
        let found = rooms
            .find_one(filter.clone())
            .projection(fields)
            .session(&mut *session)
            .await?;
        let (epoch, last) = match &found {
            Some(found) if found.text("state")? == form::DELETED => return Ok(None),
            Some(found) => (found.number("epoch")?, found.number("last")?),
            None => (0, 0),
        };
        let epoch = Epoch(epoch + 1);
        self.rooms.places.rise_above(last).await?;
        let place = self.rooms.places.take(1).await?;
        let event = json(&RoomEvent::Deleted {})?;
        let ended = doc! {
            "_id": id(self.room.uuid()),
            "state": form::DELETED,
            "epoch": number(epoch.0),
            "outbox": {
                "deleted": { "id": number(place), "event": event },
                "told": [],
                "first": number(place),
                "last": number(place),
            },
        };
        if found.is_some() {
            let nothing_else = vec![doc! { "$replaceWith": { "$literal": ended } }];
            rooms
                .update_one(filter, nothing_else)
                .session(&mut *session)
                .await?;
        } else {
            rooms.insert_one(ended).session(&mut *session).await?;
        }
        for name in BESIDE {
            let beside = self.rooms.mongo.collection(name);
            beside
                .delete_many(doc! { "room": id(self.room.uuid()) })
                .session(&mut *session)
                .await?;
        }
        for name in OF_ONE {
            let beside = self.rooms.mongo.collection(name);
            beside
                .delete_one(doc! { "_id": id(self.room.uuid()) })
                .session(&mut *session)
                .await?;
        }
        Ok(Some(epoch))
    }
}

/// Takes a person out of a room.
struct Forget<'a> {
    rooms: &'a MongoRooms,
    room: RoomId,
    person: UserId,
}

#[async_trait]
impl Attempt for Forget<'_> {
    type Outcome = Option<Epoch>;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Halt<Self::Refusal>> {
        let rooms = self.rooms.rooms();
        let filter = doc! { "_id": id(self.room.uuid()), "state": { "$ne": form::DELETED } };
        let found = rooms
            .find_one(filter.clone())
            .session(&mut *session)
            .await?;
        let Some(found) = found else {
            return Ok(None);
        };
        let mut update = self.update_of(&found)?;
        // Whoever has the room in memory remembers, and would write it down again.
        let is_had = found.maybe_uuid("node")?.is_some();
        let epoch = Epoch(found.number("epoch")? + 1);
        if is_had {
            let set = into(&mut update, "$set");
            set.insert("epoch", number(epoch.0));
            set.insert("node", Bson::Null);
            let last = found.within("outbox")?.number("last")?;
            tell(self.rooms, last, RoomEvent::Recalled { epoch }, &mut update).await?;
        }
        rooms
            .update_one(filter, update)
            .session(&mut *session)
            .await?;
        let audit = self.rooms.mongo.collection(Collections::ROOM_AUDIT);
        self.in_audit(&audit, session).await?;
        let person = self.person.to_string();
        let debts = self.rooms.mongo.collection(Collections::ROOM_DEBT);
        let theirs = doc! { "named": &person, "room": id(self.room.uuid()) };
        debts.delete_many(theirs).session(&mut *session).await?;
        self.rooms.forget_out(session, self.room, &person).await?;
        Ok(is_had.then_some(epoch))
    }
}

impl Forget<'_> {
    fn update_of(&self, found: &Stored) -> Result<Stored, StoreError> {
        let person = self.person.to_string();
        let mut update = doc! { "$pull": {
            "chat": { "by": &person },
            "named.log": &person, "named.lists": &person, "named.editors": &person,
            "named.roster": &person,
        } };
        self.in_history(found, &person, &mut update)?;
        let sessions = found.within("sessions")?;
        for key in sessions.keys() {
            if sessions.within(key)?.text("person")? == person {
                into(&mut update, "$unset").insert(format!("sessions.{key}"), "");
            }
        }
        let mut card = form::to_card(found)?;
        let lists = &mut card.access;
        lists.editors.remove(&person);
        lists.bans.remove(&person);
        lists.mutes.remove(&person);
        lists.decided.forget(&person);
        let card = form::card(&card)?;
        into(&mut update, "$set").insert("lists", card.fields.field("lists")?.clone());
        let mut roster = form::to_roster(found)?;
        roster.retain(|one| !matches!(one.bearer, Bearer::User { id, .. } if id == self.person));
        for one in &mut roster {
            one.hidden.remove(&person);
        }
        if found.get("roster").is_some() {
            let (roster, _) = form::roster(&roster)?;
            into(&mut update, "$set").insert("roster", roster);
        }
        if let Some(told) = outbox::without(found, &person)? {
            into(&mut update, "$set").insert("outbox.told", told);
        }
        Ok(update)
    }

    /// What they did stays as done by nobody.
    fn in_history(
        &self,
        found: &Stored,
        person: &str,
        update: &mut Stored,
    ) -> Result<(), StoreError> {
        let edits = found.list("history")?;
        let mut named = false;
        let mut history: Vec<Bson> = Vec::new();
        for stored in edits {
            let mut edit: crate::domain::room::Edit = stored.unpacked("edit")?;
            if edit.author_id == person {
                named = true;
                let nobody = PersonRef::deleted();
                (edit.author_id, edit.author_name) = (nobody.id, nobody.name);
            }
            history.push(form::edit(&edit)?);
        }
        if named {
            into(update, "$set").insert("history", history);
        }
        Ok(())
    }

    async fn in_audit(
        &self,
        audit: &Collection<Stored>,
        session: &mut ClientSession,
    ) -> Result<(), Halt<StoreError>> {
        let person = self.person.to_string();
        let room = id(self.room.uuid());
        let mut found = audit
            .find(doc! { "named": &person, "room": room })
            .session(&mut *session)
            .await?;
        let mut naming = Vec::new();
        while let Some(stored) = found.next(&mut *session).await {
            naming.push(stored?);
        }
        for stored in naming {
            let mut entry = record::to_entry(&stored)?;
            entry.actor.forget(&person);
            entry.decision.forget(&person);
            let filter = doc! { "_id": stored.field("_id")?.clone() };
            let set = doc! { "$set": record::entry(self.room, &entry)? };
            audit.update_one(filter, set).session(&mut *session).await?;
        }
        Ok(())
    }
}

/// Adds to an update of a room that it tells of this, at places above all it had before.
pub(super) async fn tell(
    rooms: &MongoRooms,
    last: u64,
    event: RoomEvent,
    update: &mut Stored,
) -> Result<(), StoreError> {
    rooms.places.rise_above(last).await?;
    let place = rooms.places.take(1).await?;
    Told::new(&[event], place)?.add_to(update);
    Ok(())
}
