//! What the room store holds of a person: their rooms, and what they did in any. The files of the archive are those of
//! the embedded store.
//!
//! Rooms end and forget by [`crate::ports::room::RoomStore`]; what is erased here is what stands beside them.

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};
use serde_json::json;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, Unfit, id, rfc3339 as time};
use super::{MongoRooms, form, record};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{ChatLine, Edit, Layout};
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::room::StoreError;

impl From<StoreError> for PersonalDataError {
    fn from(error: StoreError) -> Self {
        Self(error.into())
    }
}

impl From<Unfit> for PersonalDataError {
    fn from(unfit: Unfit) -> Self {
        Self(unfit.into())
    }
}

fn room_of(stored: &Stored, name: &str) -> Result<RoomId, Unfit> {
    stored.uuid(name).map(RoomId::from_uuid)
}

/// The files, each a list of what one kind of document holds.
const FILES: [&str; 7] = [
    "rooms",
    "room_items",
    "room_layouts",
    "edits",
    "chat",
    "hidden_chat",
    "decisions",
];

/// Where the documents of a file are, and which.
fn looked_for(file: &str, person: UserId) -> (&'static str, Stored, Stored) {
    let (owner, text) = (doc! { "owner": id(person.uuid()) }, person.to_string());
    let mut rooms = form::saved_fields();
    rooms.extend(doc! { "created_ms": 1, "archived_ms": 1, "binned_ms": 1 });
    match file {
        "rooms" => {
            rooms.remove("items");
            rooms.insert("seq", 1);
            (Collections::ROOM, owner, rooms)
        }
        "room_items" => (Collections::ROOM, owner, form::saved_fields()),
        "room_layouts" => (Collections::ROOM, owner, doc! { "_id": 1 }),
        "edits" => (
            Collections::ROOM,
            doc! { "named.log": text },
            doc! { "history": 1 },
        ),
        "chat" => (
            Collections::ROOM,
            doc! { "named.log": text },
            doc! { "chat": 1 },
        ),
        "hidden_chat" => (
            Collections::ROOM_CHAT_OUT,
            doc! { "by": text },
            Stored::new(),
        ),
        _ => (
            Collections::ROOM_AUDIT,
            doc! { "named": text },
            Stored::new(),
        ),
    }
}

impl MongoRooms {
    /// What one document has for a file.
    async fn lines(
        &self,
        file: &str,
        person: UserId,
        stored: &Stored,
    ) -> Result<Vec<serde_json::Value>, PersonalDataError> {
        let author = person.to_string();
        let mut lines = Vec::new();
        match file {
            "rooms" => lines.push(room(stored)?),
            "room_items" => {
                let saved = form::to_saved(stored)?;
                let room = saved.card.id;
                let items = saved.items.into_iter();
                lines.extend(
                    items.map(
                        |(item, body)| json!({ "room_id": room, "item_id": item, "item": body }),
                    ),
                );
            }
            "room_layouts" => {
                let room = room_of(stored, "_id")?;
                let layouts: Vec<(String, Layout)> = self
                    .layouts_of(room, None, None)
                    .await?
                    .into_iter()
                    .collect();
                lines.extend(layouts.into_iter().map(|(name, layout)| {
                    let saved_at = time(layout.saved);
                    json!({ "room_id": room, "name": name, "saved_at": saved_at, "layout": layout })
                }));
            }
            "edits" => {
                let room = room_of(stored, "_id")?;
                let edits = stored.list("history")?.into_iter();
                for edit in edits.map(|edit| edit.unpacked::<Edit>("edit")) {
                    let Edit {
                        author_id,
                        at,
                        parts,
                        ..
                    } = edit?;
                    if author_id == author {
                        lines.push(json!({ "room_id": room, "at": time(at), "parts": parts }));
                    }
                }
            }
            "chat" => {
                let room = room_of(stored, "_id")?;
                let said = stored.list("chat")?.into_iter();
                for line in said.map(|line| line.unpacked::<ChatLine>("line")) {
                    let ChatLine {
                        author_id,
                        at,
                        text,
                        ..
                    } = line?;
                    if author_id == author {
                        lines.push(json!({ "room_id": room, "at": time(at), "text": text }));
                    }
                }
            }
            "hidden_chat" => {
                let room = room_of(stored, "room")?;
                let ChatLine { at, text, .. } = stored.unpacked("line")?;
                let standing = stored.text("standing")?;
                let at = time(at);
                lines
                    .push(json!({ "room_id": room, "at": at, "text": text, "standing": standing }));
            }
            _ => {
                let room = room_of(stored, "room")?;
                let entry = record::to_entry(stored)?;
                if entry.actor.id == author {
                    let (at, decision) = (time(entry.at), entry.decision);
                    lines.push(json!({ "room_id": room, "at": at, "decision": decision }));
                }
            }
        }
        Ok(lines)
    }
}

fn room(stored: &Stored) -> Result<serde_json::Value, PersonalDataError> {
    let card = form::to_card(stored)?;
    let at = |name: &str| stored.maybe_number(name);
    let maybe = |ms: Option<u64>| ms.map(|ms| time(WallMs(ms)));
    let theme: crate::domain::room::Theme = stored.unpacked("theme")?;
    let access = card.access;
    Ok(json!({
        "id": card.id, "name": card.name, "visibility": access.visibility.as_str(),
        "guests_allowed": access.guests_allowed, "locked": access.locked, "people_max": access.people_max,
        "theme": theme,
        "people": {
            "editors": access.editors, "bans": access.bans, "mutes": access.mutes, "decided": access.decided,
        },
        "created_at": maybe(at("created_ms")?), "changed_at": maybe(at("changed_ms")?),
        "archived_at": maybe(at("archived_ms")?), "deleted_at": maybe(at("binned_ms")?),
    }))
}

#[async_trait]
impl PersonalData for MongoRooms {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        for file in FILES {
            archive.begin(file).await?;
            let (collection, filter, fields) = looked_for(file, person);
            let collection = self.mongo.collection(collection);
            let found = collection
                .find(filter)
                .projection(fields)
                // One room's documents may be megabytes.
                .batch_size(4);
            let mut found = reading(found).await?;
            while reading(found.advance()).await? {
                let stored = Stored::try_from(found.current());
                let stored = stored.map_err(|error| StoreError::Failed(error.to_string()))?;
                for line in self.lines(file, person, &stored).await? {
                    archive.add(line.to_string()).await?;
                }
            }
        }
        Ok(())
    }

    async fn erase(&self, person: UserId, _: WallMs) -> Result<Erasing, PersonalDataError> {
        let (shelves, keys) = (
            self.mongo.collection(Collections::ROOM_SHELF),
            self.mongo.collection(Collections::ONCE),
        );
        writing(shelves.delete_one(doc! { "_id": id(person.uuid()) })).await?;
        // As many as there may be of one person, and no more.
        writing(keys.delete_many(doc! { "owner": id(person.uuid()) })).await?;
        Ok(Erasing::Done)
    }

    /// What was deleted lies in MongoDB's files and its log until it is written over there: that is the matter of
    /// whoever runs it.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}
