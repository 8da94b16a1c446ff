//! What owners decided, on record, and the layouts they kept: in collections beside the rooms.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Document as Stored, doc};

use super::super::Collections;
use super::super::failure::reading;
use super::super::value::{Fields, Unfit, id, json, number};
use super::MongoRooms;
use crate::domain::clock::WallMs;
use crate::domain::id::RoomId;
use crate::domain::room::{AuditEntry, Layout, PersonRef, Seq, layouts_version};
use crate::domain::version::Version;
use crate::ports::room::StoreError;

/// A decision as it is kept.
pub(super) fn entry(room: RoomId, entry: &AuditEntry) -> Result<Stored, StoreError> {
    Ok(doc! {
        "room": id(room.uuid()),
        "seq": number(entry.seq.0),
        "at_ms": number(entry.at.0),
        "actor": doc! { "id": &entry.actor.id, "name": &entry.actor.name },
        "decision": json(&entry.decision)?,
        "named": named(entry),
    })
}

fn named(entry: &AuditEntry) -> Vec<&str> {
    let about = entry.decision.person().map(|person| person.id.as_str());
    about.into_iter().chain([entry.actor.id.as_str()]).collect()
}

/// A decision read back.
pub(super) fn to_entry(stored: &Stored) -> Result<AuditEntry, Unfit> {
    let actor = stored.within("actor")?;
    Ok(AuditEntry {
        seq: Seq(stored.number("seq")?),
        at: WallMs(stored.number("at_ms")?),
        actor: PersonRef {
            id: actor.text("id")?.to_owned(),
            name: actor.text("name")?.to_owned(),
        },
        decision: stored.json("decision")?,
    })
}

impl MongoRooms {
    /// See [`crate::ports::room::RoomStore::audit`].
    pub(super) async fn decisions(
        &self,
        room: RoomId,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let mut filter = doc! { "room": id(room.uuid()) };
        if let Some(after) = after {
            filter.insert("seq", doc! { "$lt": number(after.0) });
        }
        let found = async {
            self.mongo
                .collection(Collections::ROOM_AUDIT)
                .find(filter)
                .sort(doc! { "seq": -1 })
                .limit(i64::from(limit))
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        Ok(found.iter().map(to_entry).collect::<Result<_, _>>()?)
    }

    /// The layouts of a room by name, after a name; all of them without a bound.
    pub(super) async fn layouts_of(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: Option<u32>,
    ) -> Result<BTreeMap<String, Layout>, StoreError> {
        let mut filter = doc! { "room": id(room.uuid()) };
        if let Some(after) = after {
            filter.insert("name", doc! { "$gt": after });
        }
        let found = async {
            self.mongo
                .collection(Collections::ROOM_LAYOUT)
                .find(filter)
                .sort(doc! { "name": 1 })
                .limit(limit.map_or(0, i64::from))
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        let layouts = found.iter().map(|layout| {
            let body = layout.unpacked("body")?;
            Ok::<_, StoreError>((layout.text("name")?.to_owned(), body))
        });
        layouts.collect()
    }

    /// See [`crate::ports::room::RoomShelf::layouts_version`].
    pub(super) async fn version_of_layouts(&self, room: RoomId) -> Result<Version, StoreError> {
        let found = async {
            self.mongo
                .collection(Collections::ROOM_LAYOUT)
                .find(doc! { "room": id(room.uuid()) })
                .sort(doc! { "name": 1 })
                .projection(doc! { "name": 1, "saved_ms": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        let saved = found
            .iter()
            .map(|layout| Ok((layout.text("name")?, WallMs(layout.number("saved_ms")?))));
        let saved = saved.collect::<Result<Vec<_>, Unfit>>()?;
        Ok(layouts_version(saved))
    }
}
