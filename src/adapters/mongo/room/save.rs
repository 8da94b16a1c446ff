//! A save: one update of the room's document, which only the claim it is made under and the save before it let happen.
//!
//! With it go into other collections what owners decided, on record, who is to be told of it, and the layouts they kept:
//! then it is a transaction. Decisions are rare; edits, chat and presence never need one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::failure::writing;
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{Fields, id, number, packed};
use super::outbox::{Told, into};
use super::{MongoRooms, form, record, telling};
use crate::domain::room::RoomEvent;
use crate::ports::room::{AUDIT_KEPT_MS, AUDIT_MAX, RoomSave, SaveOutcome, StoreError};

impl MongoRooms {
    /// See [`crate::ports::room::RoomStore::save`].
    pub(super) async fn saved(&self, save: &RoomSave) -> Result<SaveOutcome, StoreError> {
        let update = self.update_of(save).await?;
        let needs_more =
            !(save.audit.is_empty() && save.layouts.is_empty() && save.layouts_removed.is_empty());
        let sizes = if needs_more {
            let rooms = self;
            let attempt = Recorded {
                rooms,
                save,
                update,
            };
            transact(&self.mongo, &attempt).await?
        } else {
            let update = self
                .rooms()
                .find_one_and_update(stands(save), update)
                .projection(sizes())
                .return_document(ReturnDocument::After);
            writing(update).await?
        };
        let Some(sizes) = sizes else {
            return Ok(SaveOutcome::Fenced);
        };
        if is_untidy(&sizes)? {
            self.tidy(save).await;
        }
        if telling::brings_news(save) {
            self.owed.notify_one();
        }
        let pending = usize::try_from(sizes.number("told")?).unwrap_or(usize::MAX);
        Ok(SaveOutcome::Saved {
            pending_events: Some(pending),
        })
    }

    async fn update_of(&self, save: &RoomSave) -> Result<Stored, StoreError> {
        let mut events = save.events.clone();
        if save.changed {
            events.push(RoomEvent::Changed { version: save.seq });
        }
        let first = match events.len() as u64 {
            0 => 0,
            count => self.places.take(count).await?,
        };
        update_of(save, Told::new(&events, first)?)
    }

    /// Clears away what lies beyond what is kept. It may be lost, or come at any later time: what it clears away nobody
    /// reads, and the next save that finds too much does it again.
    async fn tidy(&self, save: &RoomSave) {
        let filter = doc! { "_id": id(save.room.uuid()) };
        if let Err(error) = writing(self.rooms().update_one(filter, tidied())).await {
            tracing::warn!(room = %save.room, %error, "a room is not tidied up");
        }
    }
}

/// The room, if the claim still stands and the save before this one is the last.
fn stands(save: &RoomSave) -> Stored {
    doc! {
        "_id": id(save.room.uuid()),
        "epoch": number(save.epoch.0),
        "node": id(save.node.uuid()),
        "save_no": number(save.save_no.saturating_sub(1)),
        "state": form::held(),
    }
}

/// What is asked of the room after a save: how many events wait, and how much there is to clear away.
fn sizes() -> Stored {
    doc! {
        "_id": 0,
        "told": { "$size": "$outbox.told" },
        "chat": { "$size": "$chat" },
        "history": { "$size": "$history" },
        "tombs": { "$size": { "$objectToArray": "$tombs" } },
        "named": { "$size": "$named.log" },
    }
}

fn is_untidy(sizes: &Stored) -> Result<bool, StoreError> {
    for (name, most) in [
        ("chat", form::CHAT_STORED_MAX),
        ("history", form::EDITS_STORED_MAX),
        ("tombs", form::TOMBS_STORED_MAX),
        ("named", form::NAMED_STORED_MAX),
    ] {
        if sizes.number(name)? > most as u64 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A room without what lies beyond what is kept.
pub(super) fn tidied() -> Vec<Stored> {
    let last = |list: &str, most: usize| -> Bson {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        doc! { "$slice": [list, { "$literal": -most }] }.into()
    };
    let tombs = doc! { "$arrayToObject": { "$filter": {
        "input": { "$objectToArray": "$tombs" }, "as": "tomb",
        "cond": { "$gt": ["$$tomb.v.seq", "$horizon"] },
    } } };
    let of = |list: &str, person: &str| -> Bson {
        doc! { "$map": { "input": list, "as": "one", "in": person } }.into()
    };
    let named = doc! { "$setUnion": [
        of("$chat", "$$one.by"),
        of("$history", "$$one.by"),
        { "$map": { "input": { "$objectToArray": "$sessions" }, "as": "one", "in": "$$one.v.person" } },
        { "$reduce": {
            "input": "$outbox.told", "initialValue": [],
            "in": { "$concatArrays": ["$$value", { "$ifNull": ["$$this.named", []] }] },
        } },
    ] };
    vec![
        doc! { "$set": {
            "chat": last("$chat", crate::domain::room::CHAT_LINES_MAX),
            "history": last("$history", crate::domain::room::EDITS_MAX),
            "tombs": tombs,
        } },
        doc! { "$set": { "named.log": named } },
    ]
}

pub(super) fn update_of(save: &RoomSave, told: Told) -> Result<Stored, StoreError> {
    let mut set = doc! {
        "save_no": number(save.save_no),
        "seq": number(save.seq.0),
        "horizon": number(save.horizon.0),
    };
    let mut named: Vec<String> = told.named.clone();
    if save.changed {
        set.insert("changed_ms", number(save.at.0));
    }
    if let Some(theme) = &save.theme {
        set.insert("theme", packed(theme)?);
    }
    if let Some(card) = &save.card {
        let card = form::card(card)?;
        set.extend(card.fields);
        set.insert("named.lists", card.named);
        set.insert("named.editors", card.editors);
    }
    if let Some(roster) = &save.roster {
        let (bytes, people) = form::roster(roster)?;
        set.insert("roster", bytes);
        set.insert("named.roster", people);
    }
    let mut unset = Stored::new();
    for (path, value) in parts(save)? {
        match value {
            Some(value) => set.insert(path, value),
            None => unset.insert(path, ""),
        };
    }
    let mut update = doc! { "$set": set };
    if !unset.is_empty() {
        update.insert("$unset", unset);
    }
    let mut push = |list: &str, entries: Vec<Bson>| {
        if !entries.is_empty() {
            into(&mut update, "$push").insert(list, doc! { "$each": entries });
        }
    };
    let lines: Result<_, _> = save.chat.iter().map(form::line).collect();
    push("chat", lines?);
    let edits: Result<_, _> = save.history.iter().map(form::edit).collect();
    push("history", edits?);
    told.add_to(&mut update);
    let said = save.chat.iter().filter(|line| line.guest.is_none());
    named.extend(said.map(|line| line.author_id.clone()));
    named.extend(save.history.iter().map(|edit| edit.author_id.clone()));
    let sessions = save.sessions.iter();
    named.extend(sessions.map(|(_, record)| record.person.clone()));
    named.sort_unstable();
    named.dedup();
    named.retain(|person| !person.is_empty());
    if !named.is_empty() {
        into(&mut update, "$addToSet").insert("named.log", doc! { "$each": named });
    }
    Ok(update)
}

/// What is kept by id and put, changed or removed: of two for the same id the later counts, as the port has it.
fn parts(save: &RoomSave) -> Result<BTreeMap<String, Option<Bson>>, StoreError> {
    let mut parts = BTreeMap::new();
    for (item, body) in &save.items {
        parts.insert(format!("items.{}", item.0), Some(packed(body)?));
        parts.insert(format!("tombs.{}", item.0), None);
    }
    for (item, stamp) in &save.removed {
        parts.insert(format!("items.{}", item.0), None);
        // Below the horizon it would mean nothing.
        let tomb = (stamp.seq > save.horizon).then(|| form::tomb(*stamp));
        parts.insert(format!("tombs.{}", item.0), tomb);
    }
    for session in &save.sessions_removed {
        parts.insert(format!("sessions.{}", form::session_key(*session)), None);
    }
    for (session, record) in &save.sessions {
        let path = format!("sessions.{}", form::session_key(*session));
        parts.insert(path, Some(form::session(record)?));
    }
    Ok(parts)
}

/// A save with decisions or layouts.
struct Recorded<'a> {
    rooms: &'a MongoRooms,
    save: &'a RoomSave,
    update: Stored,
}

#[async_trait]
impl Attempt for Recorded<'_> {
    type Outcome = Option<Stored>;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Self::Outcome, Halt<Self::Refusal>> {
        let sizes = self
            .rooms
            .rooms()
            .find_one_and_update(stands(self.save), self.update.clone())
            .projection(sizes())
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await?;
        if sizes.is_some() {
            self.layouts(session).await?;
            self.audit(session).await?;
            telling::owe(self.rooms, session, self.save).await?;
        }
        Ok(sizes)
    }
}

impl Recorded<'_> {
    async fn layouts(&self, session: &mut ClientSession) -> Result<(), Halt<StoreError>> {
        let layouts = self.rooms.mongo.collection(Collections::ROOM_LAYOUT);
        let room = id(self.save.room.uuid());
        for (name, layout) in &self.save.layouts {
            let set = doc! { "saved_ms": number(layout.saved.0), "body": packed(layout)? };
            layouts
                .update_one(
                    doc! { "room": room.clone(), "name": name },
                    doc! { "$set": set },
                )
                .upsert(true)
                .session(&mut *session)
                .await?;
        }
        if !self.save.layouts_removed.is_empty() {
            let names = self.save.layouts_removed.clone();
            let gone = doc! { "room": room, "name": { "$in": names } };
            layouts.delete_many(gone).session(session).await?;
        }
        Ok(())
    }

    async fn audit(&self, session: &mut ClientSession) -> Result<(), Halt<StoreError>> {
        if self.save.audit.is_empty() {
            return Ok(());
        }
        let audit = self.rooms.mongo.collection(Collections::ROOM_AUDIT);
        let room = id(self.save.room.uuid());
        let entries: Result<Vec<Stored>, StoreError> = self
            .save
            .audit
            .iter()
            .map(|entry| record::entry(self.save.room, entry))
            .collect();
        audit.insert_many(entries?).session(&mut *session).await?;
        let over = audit
            .find_one(doc! { "room": room.clone() })
            .sort(doc! { "seq": -1 })
            .skip(AUDIT_MAX as u64)
            .session(&mut *session)
            .await?;
        if let Some(over) = over {
            let seq = over.field("seq")?.clone();
            let gone = doc! { "room": room.clone(), "seq": { "$lte": seq } };
            audit.delete_many(gone).session(&mut *session).await?;
        }
        let kept_from = number(self.save.at.0.saturating_sub(AUDIT_KEPT_MS));
        let gone = doc! { "room": room, "at_ms": { "$lt": kept_from } };
        audit.delete_many(gone).session(session).await?;
        Ok(())
    }
}
