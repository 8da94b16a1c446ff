//! Changes of a shelf, each one transaction.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;
use uuid::Uuid;

use super::super::super::Collections;
use super::super::super::failure::{is_duplicate, writing};
use super::super::super::once::{self, Begun};
use super::super::super::transaction::{Attempt, Halt, transact};
use super::super::super::value::{Fields, id, json, number};
use super::super::erasure::tell;
use super::super::outbox::into;
use super::super::{MongoRooms, form};
use super::{ANY, life_of, living, state_of};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, RoomEvent};
use crate::domain::version::Expected;
use crate::ports::once::{Done, Once};
use crate::ports::room::{DELETED_ROOMS_MAX, Life, NewRoom, ShelfError, StoreError};

/// How long a room stays noted whose store of people does not answer, in milliseconds: longer than it may still do as it
/// was asked.
const NOTED_MS: u64 = 60 * 1_000;

/// The most notes kept on a shelf; the oldest go first.
const NOTES_MAX: i64 = 64;

impl MongoRooms {
    /// The shelf's document is there before a transaction writes it.
    pub(super) async fn shelf_of(&self, owner: UserId) -> Result<(), StoreError> {
        let made = async {
            let shelves = self.mongo.collection(Collections::ROOM_SHELF);
            let made = shelves
                .update_one(
                    doc! { "_id": id(owner.uuid()) },
                    doc! { "$setOnInsert": { "turns": 0_i64 } },
                )
                .upsert(true)
                .await;
            match made {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        // Nothing of what was asked for was begun.
        writing(made).await.map_err(|error| match error {
            StoreError::Unknown(detail) | StoreError::Failed(detail) => StoreError::Failed(detail),
        })
    }

    /// Writes the shelf, which is to be there; the rooms noted on it as about to be the front one.
    async fn take_shelf(
        &self,
        session: &mut ClientSession,
        owner: UserId,
        note: Option<&FrontNote>,
    ) -> Result<Vec<RoomId>, Halt<ShelfError>> {
        let new: Vec<Bson> = note.iter().map(|note| note.stored()).collect();
        let all = doc! { "$concatArrays": [{ "$ifNull": ["$fronts", []] }, new] };
        let update = vec![doc! { "$set": {
            "turns": { "$add": ["$turns", 1_i64] },
            "fronts": { "$slice": [all, { "$literal": -NOTES_MAX }] },
            "turned": "$$NOW",
        } }];
        let shelves = self.mongo.collection(Collections::ROOM_SHELF);
        let shelf = shelves
            .find_one_and_update(doc! { "_id": id(owner.uuid()) }, update)
            .return_document(ReturnDocument::After)
            .session(session)
            .await?;
        let gone = || StoreError::Failed("the shelf is gone".to_owned());
        let shelf = shelf.ok_or_else(gone)?;
        let turned = shelf.get_datetime("turned").ok();
        let notes = shelf.list("fronts")?.into_iter();
        // Those that have not lapsed by the store's clock.
        let notes = notes.filter(|note| note.get_datetime("until").ok() > turned);
        let rooms = notes.map(|note| note.uuid("room").map(RoomId::from_uuid));
        Ok(rooms.collect::<Result<_, _>>()?)
    }

    /// Takes a note off the shelf again, once the store of people has answered.
    pub(super) async fn take_off(&self, owner: UserId, note: &FrontNote) {
        let gone = doc! { "$pull": { "fronts": { "by": id(note.by) } } };
        let shelves = self.mongo.collection(Collections::ROOM_SHELF);
        let shelf = shelves.update_one(doc! { "_id": id(owner.uuid()) }, gone);
        if let Err(error) = writing(shelf).await {
            // It lapses by itself; until then the room is neither archived nor deleted.
            tracing::debug!(%error, "a note of a front room is left on the shelf");
        }
    }

    /// Refuses one room more than there may be.
    async fn refuse_too_many(
        &self,
        session: &mut ClientSession,
        owner: UserId,
        most: u32,
    ) -> Result<(), Halt<ShelfError>> {
        let filter = living(owner, &[Life::Active, Life::Archived]);
        let count = self
            .rooms()
            .count_documents(filter)
            .session(session)
            .await?;
        if count >= u64::from(most) {
            return Err(Halt::Refused(ShelfError::TooMany));
        }
        Ok(())
    }

    /// Lets a room live so from a new epoch on, which fences off whoever has it in memory, and tells of it.
    async fn turn(
        &self,
        session: &mut ClientSession,
        stored: &Stored,
        life: Life,
        archived: Option<u64>,
        binned: Option<u64>,
    ) -> Result<Epoch, Halt<ShelfError>> {
        let epoch = Epoch(stored.number("epoch")? + 1);
        let set = doc! {
            "state": state_of(life), "epoch": number(epoch.0), "node": Bson::Null,
        };
        let mut update = doc! { "$set": set };
        for (name, time) in [("archived_ms", archived), ("binned_ms", binned)] {
            match time {
                Some(time) => into(&mut update, "$set").insert(name, number(time)),
                None => into(&mut update, "$unset").insert(name, ""),
            };
        }
        let event = match life {
            Life::Active => RoomEvent::Opened { epoch },
            Life::Archived | Life::Deleted => RoomEvent::Shut { epoch },
        };
        let last = stored.within("outbox")?.number("last")?;
        tell(self, last, event, &mut update).await?;
        let filter = doc! { "_id": stored.field("_id")?.clone() };
        self.rooms()
            .update_one(filter, update)
            .session(session)
            .await?;
        Ok(epoch)
    }

    pub(super) async fn change(
        &self,
        owner: UserId,
        change: &Change<'_>,
    ) -> Result<Turned, ShelfError> {
        self.shelf_of(owner).await?;
        let rooms = self;
        let attempt = Changing {
            rooms,
            owner,
            change,
        };
        transact(&self.mongo, &attempt).await
    }
}

impl Turned {
    pub const fn epoch(&self) -> Option<Epoch> {
        match self {
            Self::From(epoch) => Some(*epoch),
            Self::Already | Self::Done(_) => None,
        }
    }
}

/// A change of one room on the shelf.
pub(super) enum Change<'a> {
    Archive(RoomId, &'a Expected, WallMs),
    Unarchive(RoomId, &'a Expected),
    Bin(RoomId, WallMs),
    Restore {
        room: RoomId,
        since: WallMs,
        most: u32,
        once: Option<&'a Once>,
        at: WallMs,
    },
    Front(&'a FrontNote),
}

/// That a room is about to be the front one: until it is, or is not, it stays where it is.
pub(super) struct FrontNote {
    room: RoomId,
    by: Uuid,
}

impl FrontNote {
    pub fn new(room: RoomId) -> Self {
        let by = Uuid::new_v4();
        Self { room, by }
    }

    fn stored(&self) -> Bson {
        let until = doc! { "$add": ["$$NOW", number(NOTED_MS)] };
        doc! { "room": id(self.room.uuid()), "by": id(self.by), "until": until }.into()
    }
}

/// What became of it.
pub(super) enum Turned {
    Already,
    From(Epoch),
    Done(Done<RoomId>),
}

struct Changing<'a> {
    rooms: &'a MongoRooms,
    owner: UserId,
    change: &'a Change<'a>,
}

#[async_trait]
impl Attempt for Changing<'_> {
    type Outcome = Turned;
    type Refusal = ShelfError;

    async fn run(&self, session: &mut ClientSession) -> Result<Turned, Halt<ShelfError>> {
        let refuse = |refusal| Err(Halt::Refused(refusal));
        let rooms = self.rooms;
        let (room, note) = match self.change {
            Change::Front(note) => (note.room, Some(*note)),
            Change::Archive(room, ..)
            | Change::Unarchive(room, _)
            | Change::Bin(room, _)
            | Change::Restore { room, .. } => (*room, None),
        };
        let noted = rooms.take_shelf(session, self.owner, note).await?;
        let is_front = match self.change {
            // Whoever makes it the front room from here on notes it first, and so waits for this to end.
            Change::Archive(..) | Change::Bin(..) => {
                let front = rooms.owners.front_room(self.owner).await;
                noted.contains(&room) || front.map_err(StoreError::from)? == Some(room)
            }
            _ => false,
        };
        if let Change::Restore { once, at, .. } = self.change {
            match once::begin(&rooms.mongo, session, *once, *at).await? {
                Begun::Fresh => {}
                Begun::Replay(id) => return Ok(Turned::Done(Done::Before(id))),
                Begun::Mismatch => return Ok(Turned::Done(Done::KeyReused)),
            }
        }
        let mut filter = living(self.owner, &ANY);
        filter.insert("_id", id(room.uuid()));
        let mut fields = form::card_fields();
        fields.extend(
            doc! { "state": 1, "epoch": 1, "archived_ms": 1, "binned_ms": 1, "outbox.last": 1 },
        );
        let found = rooms.rooms().find_one(filter).projection(fields);
        let Some(found) = found.session(&mut *session).await? else {
            return refuse(ShelfError::NotFound);
        };
        let life = life_of(&found)?;
        let archived = found.maybe_number("archived_ms")?;
        let is_stale = |expected: &Expected| -> Result<bool, Halt<ShelfError>> {
            let rules = form::to_card(&found)?.rules_version();
            Ok(!expected.admits(rules))
        };
        match self.change {
            Change::Archive(_, expected, _) if is_stale(expected)? => refuse(ShelfError::Stale),
            Change::Unarchive(_, expected) if is_stale(expected)? => refuse(ShelfError::Stale),
            Change::Archive(..) | Change::Unarchive(..) if life == Life::Deleted => {
                refuse(ShelfError::NotFound)
            }
            Change::Archive(..) if life == Life::Archived => Ok(Turned::Already),
            Change::Unarchive(..) if life == Life::Active => Ok(Turned::Already),
            Change::Bin(..) if life == Life::Deleted => Ok(Turned::Already),
            Change::Archive(..) | Change::Bin(..) if is_front => refuse(ShelfError::FrontRoom),
            Change::Archive(_, _, at) => {
                let turned = rooms.turn(session, &found, Life::Archived, Some(at.0), None);
                Ok(Turned::From(turned.await?))
            }
            Change::Unarchive(..) => {
                let turned = rooms.turn(session, &found, Life::Active, None, None);
                Ok(Turned::From(turned.await?))
            }
            Change::Bin(_, at) => {
                // Zero says that it is too late to restore it.
                let binned = Some(at.0.max(1));
                let turned = rooms.turn(session, &found, Life::Deleted, archived, binned);
                let epoch = turned.await?;
                self.give_up_oldest(session).await?;
                Ok(Turned::From(epoch))
            }
            Change::Restore {
                since,
                most,
                once,
                at,
                ..
            } => {
                if life == Life::Deleted {
                    if found.number("binned_ms")? <= since.0 {
                        return refuse(ShelfError::NotFound);
                    }
                    rooms.refuse_too_many(session, self.owner, *most).await?;
                    let life = archived.map_or(Life::Active, |_| Life::Archived);
                    rooms.turn(session, &found, life, archived, None).await?;
                }
                once::record(&rooms.mongo, session, *once, &room, *at).await?;
                Ok(Turned::Done(Done::Now(room)))
            }
            Change::Front(_) => match life {
                Life::Active => Ok(Turned::Already),
                Life::Archived => refuse(ShelfError::Archived),
                Life::Deleted => refuse(ShelfError::NotFound),
            },
        }
    }
}

impl Changing<'_> {
    /// Of more deleted rooms than are kept, those deleted first can no longer be restored.
    async fn give_up_oldest(&self, session: &mut ClientSession) -> Result<(), Halt<ShelfError>> {
        let rooms = self.rooms.rooms();
        let mut over = rooms
            .find(living(self.owner, &[Life::Deleted]))
            .sort(doc! { "binned_ms": -1, "_id": -1 })
            .skip(DELETED_ROOMS_MAX.into())
            .projection(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        let mut gone = Vec::new();
        while let Some(room) = over.next(&mut *session).await {
            gone.push(room?.field("_id")?.clone());
        }
        if gone.is_empty() {
            return Ok(());
        }
        let given_up = doc! { "$set": { "binned_ms": 0_i64 } };
        rooms
            .update_many(doc! { "_id": { "$in": gone } }, given_up)
            .session(session)
            .await?;
        Ok(())
    }
}

/// Makes a room.
pub(super) struct Make<'a> {
    pub rooms: &'a MongoRooms,
    pub room: &'a NewRoom,
    pub most: u32,
    pub once: Option<&'a Once>,
}

#[async_trait]
impl Attempt for Make<'_> {
    type Outcome = Done<RoomId>;
    type Refusal = ShelfError;

    async fn run(&self, session: &mut ClientSession) -> Result<Done<RoomId>, Halt<ShelfError>> {
        let (rooms, at) = (self.rooms, self.room.at);
        let (room, owner) = (self.room.card.id, self.room.card.owner_id);
        rooms.take_shelf(session, owner, None).await?;
        match once::begin(&rooms.mongo, session, self.once, at).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => return Ok(Done::Before(id)),
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        rooms.refuse_too_many(session, owner, self.most).await?;
        let filter = doc! { "_id": id(room.uuid()) };
        let there = rooms
            .rooms()
            .find_one(filter)
            .projection(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        if there.is_none() {
            let place = rooms.places.take(1).await?;
            let version = self.room.document.seq;
            let event = json(&RoomEvent::Changed { version })?;
            let mut stored = form::new(self.room)?;
            let outbox = doc! {
                "changed": { "id": number(place), "event": event },
                "told": [], "first": number(place), "last": number(place),
            };
            stored.insert("outbox", outbox);
            rooms
                .rooms()
                .insert_one(stored)
                .session(&mut *session)
                .await?;
        }
        once::record(&rooms.mongo, session, self.once, &room, at).await?;
        Ok(Done::Now(room))
    }
}
