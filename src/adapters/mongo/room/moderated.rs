//! Rooms as moderators act on them: by their names, archived ones and those that can be restored too. A room that is
//! hidden or removed is called after its owner, and its door is shut to others, until it is shown again.

use std::sync::Arc;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::failure::reading;
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{Fields, id, number};
use super::erasure::tell;
use super::outbox::into;
use super::{MongoRooms, form};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::room::{Epoch, RoomCard, RoomEvent, Visibility};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::people::{Shown, ShownPeople};
use crate::ports::room::{RoomRecall, StoreError};

/// What moderators act on in rooms: the rooms themselves, and what is said in them.
#[derive(Clone)]
pub struct MongoModeratedRooms {
    /// Where rooms are durable.
    pub rooms: MongoRooms,
    /// People, and what they are to each other.
    pub people: Arc<dyn ShownPeople>,
    /// Hears which rooms are to be read anew.
    pub recall: Arc<dyn RoomRecall>,
    /// What somebody sees is asked about now.
    pub clock: Clock,
}

impl std::fmt::Debug for MongoModeratedRooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MongoModeratedRooms(..)")
    }
}

/// What takes a room from whoever has it in memory, so that they and everyone in it find it as the store has it: nobody
/// is told what changed since, all get the whole room anew. Whoever has it on another node hears of it by the event.
pub(super) async fn fence(
    rooms: &MongoRooms,
    found: &Stored,
    update: &mut Stored,
) -> Result<Epoch, StoreError> {
    let epoch = Epoch(found.number("epoch")? + 1);
    into(update, "$set").extend(doc! {
        "epoch": number(epoch.0), "node": Bson::Null, "past_epochs": [],
    });
    let last = found.within("outbox")?.number("last")?;
    tell(rooms, last, RoomEvent::Recalled { epoch }, update).await?;
    Ok(epoch)
}

impl MongoModeratedRooms {
    /// Whether somebody is there for a viewer.
    pub(super) async fn sees(
        &self,
        viewer: UserId,
        person: UserId,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let shown = self.people.shown(Some(viewer), &[person], now).await?;
        Ok(shown.get(&person).is_some_and(Shown::is_there))
    }

    /// Whether a viewer may come into a room, as far as the store knows: its owner is there for them, it is public or for
    /// followers of whom they are one, or they are at home in it; and they are not kept out.
    pub(super) async fn may_enter(
        &self,
        viewer: UserId,
        room: RoomId,
        now: WallMs,
    ) -> Result<bool, StoreError> {
        let found = self.rooms.active(room, form::card_fields()).await?;
        let Some(RoomCard {
            owner_id, access, ..
        }) = found.as_ref().map(form::to_card).transpose()?
        else {
            return Ok(false);
        };
        let person = viewer.to_string();
        if access.bans.contains_key(&person) {
            return Ok(false);
        }
        if owner_id == viewer {
            return Ok(true);
        }
        let shown = self.people.shown(Some(viewer), &[owner_id], now).await?;
        let Some(owner) = shown.get(&owner_id).filter(|one| Shown::is_there(one)) else {
            return Ok(false);
        };
        Ok(access.editors.contains_key(&person)
            || match access.visibility {
                Visibility::Public => true,
                Visibility::Followers => owner.follows,
                Visibility::Private => false,
            })
    }

    /// A room that has not ended.
    async fn found(&self, room: RoomId, fields: Stored) -> Result<Option<Stored>, StoreError> {
        let filter = doc! { "_id": id(room.uuid()), "state": { "$ne": form::DELETED } };
        reading(self.rooms.rooms().find_one(filter).projection(fields)).await
    }

    /// What a room is called whose own name nobody is to read.
    async fn name_for(&self, owner: UserId, now: WallMs) -> Result<String, StoreError> {
        let mut shown = self.people.shown(None, &[owner], now).await?;
        let owner = shown.remove(&owner);
        Ok(owner.map_or_else(String::new, |owner| owner.user.display_name))
    }
}

#[async_trait]
impl ModeratedContent for MongoModeratedRooms {
    fn kind(&self) -> ContentKind {
        ContentKind::Room
    }

    async fn content(&self, room: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(room) = room.parse::<RoomId>() else {
            return Ok(None);
        };
        let fields = doc! { "owner": 1, "name": 1, "created_ms": 1, "moderated": 1 };
        let found = self.found(room, fields).await?;
        let content = found.map(|found| {
            let taken = found.within("moderated")?;
            let (name, standing) = match taken.is_empty() {
                true => (found.text("name")?, Standing::Shown),
                false => (taken.text("name")?, standing_of(taken)?),
            };
            Ok::<_, StoreError>(Content {
                id: room.to_string(),
                author: Some(UserId::from_uuid(found.uuid("owner")?)),
                text: name.to_owned(),
                pictures: Vec::new(),
                standing,
                at: form::time(&found, "created_ms")?,
            })
        });
        Ok(content.transpose()?)
    }

    async fn stand(
        &self,
        room: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(room) = room.parse::<RoomId>() else {
            return Ok(false);
        };
        let Some(found) = self.found(room, doc! { "owner": 1 }).await? else {
            return Ok(false);
        };
        let owner = UserId::from_uuid(found.uuid("owner").map_err(StoreError::from)?);
        let called = self.name_for(owner, now).await?;
        let stand = Stand {
            rooms: &self.rooms,
            room,
            standing,
            called,
            now,
        };
        match transact(&self.rooms.mongo, &stand).await? {
            Stood::Gone => return Ok(false),
            Stood::Already => {}
            Stood::From(epoch) => self.recall.recall(room, Some(epoch)),
        }
        Ok(true)
    }

    async fn is_seen_by(&self, room: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(room) = room.parse::<RoomId>() else {
            return Ok(false);
        };
        Ok(self.may_enter(viewer, room, self.clock.wall()).await?)
    }
}

/// A standing that was stored.
pub(super) fn standing_of(stored: &Stored) -> Result<Standing, StoreError> {
    let standing = stored.text("standing")?.parse();
    standing.map_err(|_| StoreError::Failed("no such standing".to_owned()))
}

/// What became of a thing that was to stand otherwise.
pub(super) enum Stood {
    Gone,
    Already,
    /// The room is to be read anew.
    From(Epoch),
}

/// Takes a room's name away and shuts its door, or gives both back.
struct Stand<'a> {
    rooms: &'a MongoRooms,
    room: RoomId,
    standing: Standing,
    /// What it is called meanwhile.
    called: String,
    now: WallMs,
}

#[async_trait]
impl Attempt for Stand<'_> {
    type Outcome = Stood;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Stood, Halt<StoreError>> {
        let rooms = self.rooms.rooms();
        let filter = doc! { "_id": id(self.room.uuid()), "state": { "$ne": form::DELETED } };
        let fields = doc! {
            "epoch": 1, "name": 1, "visibility": 1, "moderated": 1, "outbox.last": 1,
        };
        let found = rooms
            .find_one(filter.clone())
            .projection(fields)
            .session(&mut *session)
            .await?;
        let Some(found) = found else {
            return Ok(Stood::Gone);
        };
        let taken = found.within("moderated")?;
        let (mut set, mut update) = (Stored::new(), Stored::new());
        if self.standing == Standing::Shown {
            if taken.is_empty() {
                return Ok(Stood::Already);
            }
            let name = taken.text("name")?;
            // What was removed does not come back.
            if !name.is_empty() {
                set.extend(form::name(name));
            }
            set.insert("visibility", taken.text("visibility")?);
            update.insert("$unset", doc! { "moderated": "" });
        } else {
            let was = if taken.is_empty() { &found } else { taken };
            let name = match self.standing {
                Standing::Removed => "",
                _ => was.text("name")?,
            };
            let moderated = doc! {
                "standing": self.standing.as_str(), "name": name, "visibility": was.text("visibility")?,
            };
            set.extend(form::name(&self.called));
            set.insert("moderated", moderated);
            set.insert("visibility", Visibility::Private.as_str());
            set.insert("changed_ms", number(self.now.0));
        }
        update.insert("$set", set);
        let epoch = fence(self.rooms, &found, &mut update).await?;
        rooms.update_one(filter, update).session(session).await?;
        Ok(Stood::From(epoch))
    }
}
