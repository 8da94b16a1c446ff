//! The document of a room: one form, written and read here alone.
//!
//! ```text
//! _id, owner, state, epoch, node, save_no          whose it is, and who may save
//! name, folded, grams, visibility, ... lists       the card
//! archived_ms, binned_ms                           since when it is put away or deleted
//! moderated {standing, name, visibility}           what moderators took from it, while they keep it
//! seq, horizon, theme, items {id: piece}, tombs {id: {seq, by}}, chat [], history []
//! sessions {id: {person, seen, record}}, roster, past_epochs []
//! named {log [], lists [], editors [], roster []}  who is named where, for erasing people
//! outbox {changed, doors, deleted, told [], first, last}
//! ```
//!
//! What is changed in place is a map by id, so that a save touches, and the replica set carries, only what changed.
//! Decisions on record and layouts are collections of their own: there may be megabytes of them, and a save would have
//! the server write all of it anew.
//!
//! Its size is bounded: see the constants below and the test that fills a room.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use mongodb::bson::{Bson, Document as Stored, doc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::value::{Fields, Unfit, id, number, packed, packed_lean};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, SessionId, UserId};
use crate::domain::room::{
    Access, Ban, CHAT_LINES_MAX, ChatLine, Decided, Document, EDITS_MAX, Edit, Epoch, Item, ItemId,
    Layout, Mute, RoomCard, Seq, Shut, Stamp, TOMBSTONES_MAX, Theme, Visibility,
};
use crate::domain::search::{folded, grams};
use crate::domain::visitor::Bearer;
use crate::ports::room::{NewRoom, Present, SavedRoom, SessionRecord, StoreError};

/// Sessions in one room at once up to which its document certainly fits into the 16 MB MongoDB allows, with every list at
/// the most that can be configured: an installation on MongoDB should not set `live.people_max` higher. Beyond, it
/// depends on how much they do, and a save that no longer fits is refused and changes nothing.
pub const PRESENT_MAX: usize = 2_000;

/// The ids of hidden people kept with a roster as they are. Beyond, only those are kept who can meet: a blocked person
/// who comes in later brings the block along.
pub(super) const HIDDEN_MAX: usize = 4_096;

/// Lines, edits and tombstones that may lie beyond what is kept, until a save clears them away: so the others need not
/// write the whole list.
pub(super) const CHAT_STORED_MAX: usize = 2 * CHAT_LINES_MAX;
/// See [`CHAT_STORED_MAX`].
pub(super) const EDITS_STORED_MAX: usize = 2 * EDITS_MAX;
/// See [`CHAT_STORED_MAX`].
pub(super) const TOMBS_STORED_MAX: usize = 2 * TOMBSTONES_MAX;
/// People named in chat, history, sessions and events; beyond, those no longer named are cleared away.
pub(super) const NAMED_STORED_MAX: usize = 2_048;

/// A room as none has it: neither read nor claimed, and its id is never used again.
pub(in crate::adapters::mongo) const DELETED: &str = "deleted";

/// A room for whom it is open to.
pub(in crate::adapters::mongo) const ACTIVE: &str = "active";

/// A room that its owner alone enters, to look.
pub(in crate::adapters::mongo) const ARCHIVED: &str = "archived";

/// In which states somebody can hold a room.
pub(super) fn held() -> Stored {
    doc! { "$in": [ACTIVE, ARCHIVED] }
}

/// The lists of [`Access`], which are read and written whole.
#[derive(Serialize, Deserialize)]
struct AccessLists {
    editors: BTreeMap<String, String>,
    bans: BTreeMap<String, Ban>,
    mutes: BTreeMap<String, Mute>,
    decided: Decided,
}

/// What a new room's document holds.
pub(super) fn new(room: &NewRoom) -> Result<Stored, StoreError> {
    let NewRoom { card, document, at } = room;
    let mut stored = doc! {
        "_id": id(card.id.uuid()),
        "owner": id(card.owner_id.uuid()),
        "state": ACTIVE,
        "epoch": 0_i64,
        "node": Bson::Null,
        "save_no": 0_i64,
        "seq": number(document.seq.0),
        "horizon": number(document.horizon.0),
        "theme": packed(&document.theme)?,
        "tombs": {},
        "chat": [],
        "history": [],
        "sessions": {},
        "past_epochs": [],
        "created_ms": number(at.0),
        "changed_ms": number(at.0),
    };
    let mut items = Stored::new();
    for (item, body) in &document.items {
        items.insert(item.0.to_string(), packed(body)?);
    }
    stored.insert("items", items);
    let card = self::card(card)?;
    stored.extend(card.fields);
    let named = doc! { "log": [], "lists": card.named, "editors": card.editors, "roster": [] };
    stored.insert("named", named);
    stored.insert("outbox", doc! { "told": [], "last": 0_i64 });
    Ok(stored)
}

/// What a save may change of a card.
pub(super) struct CardForm {
    /// Its fields.
    pub fields: Stored,
    /// Whom its lists name, in `named.lists`.
    pub named: Vec<String>,
    /// Those of them who furnish, in `named.editors`.
    pub editors: Vec<String>,
}

/// A card as it is stored.
pub(super) fn card(card: &RoomCard) -> Result<CardForm, StoreError> {
    let Access {
        visibility,
        guests_allowed,
        locked,
        people_max,
        editors,
        bans,
        mutes,
        decided,
        // Decided elsewhere than in the room.
        shut: _,
    } = card.access.clone();
    let mut named: BTreeSet<String> = decided.people().map(str::to_owned).collect();
    named.extend(editors.keys().cloned());
    named.extend(bans.keys().cloned());
    named.extend(mutes.keys().cloned());
    let furnish = editors.keys().cloned().collect();
    let lists = AccessLists {
        editors,
        bans,
        mutes,
        decided,
    };
    let mut fields = name(&card.name);
    fields.extend(doc! {
        "visibility": visibility.as_str(),
        "guests_allowed": guests_allowed,
        "locked": locked,
        "people_max": people_max.map(|most| number(most.into())),
        "lists": packed(&lists)?,
    });
    Ok(CardForm {
        fields,
        named: named.into_iter().collect(),
        editors: furnish,
    })
}

/// What a room is called, and by what it is found.
pub(super) fn name(name: &str) -> Stored {
    let folded = folded(name);
    let grams: Vec<String> = grams(&folded).into_iter().collect();
    doc! { "name": name, "grams": grams, "folded": folded }
}

/// Which fields make a card.
pub(in crate::adapters::mongo) fn card_fields() -> Stored {
    doc! {
        "owner": 1, "name": 1, "visibility": 1, "guests_allowed": 1, "locked": 1, "people_max": 1, "lists": 1,
        "archived_ms": 1, "moderated.standing": 1,
    }
}

/// Which fields make a room as saved, and its place in lists.
pub(super) fn saved_fields() -> Stored {
    let mut fields = card_fields();
    fields.extend(doc! { "seq": 1, "theme": 1, "items": 1, "changed_ms": 1 });
    fields
}

/// The card of a stored room.
pub(in crate::adapters::mongo) fn to_card(stored: &Stored) -> Result<RoomCard, Unfit> {
    let AccessLists {
        editors,
        bans,
        mutes,
        decided,
    } = stored.unpacked("lists")?;
    let people_max = stored.maybe_number("people_max")?;
    Ok(RoomCard {
        id: RoomId::from_uuid(stored.uuid("_id")?),
        owner_id: UserId::from_uuid(stored.uuid("owner")?),
        name: stored.text("name")?.to_owned(),
        access: Access {
            // What is not known is not open.
            visibility: Visibility::from_name(stored.text("visibility")?)
                .unwrap_or(Visibility::Private),
            guests_allowed: stored.flag("guests_allowed")?,
            locked: stored.flag("locked")?,
            people_max: people_max.and_then(|most| u32::try_from(most).ok()),
            editors,
            bans,
            mutes,
            decided,
            shut: Shut {
                archived: is_archived(stored)?,
                moderated: stored.contains_key("moderated"),
            },
        },
    })
}

/// Whether a room is put away, or was when it was deleted.
pub(super) fn is_archived(stored: &Stored) -> Result<bool, Unfit> {
    Ok(stored.maybe_number("archived_ms")?.is_some())
}

/// A stored room, without a claim.
pub(super) fn to_saved(stored: &Stored) -> Result<SavedRoom, Unfit> {
    Ok(SavedRoom {
        card: to_card(stored)?,
        seq: Seq(stored.number("seq")?),
        theme: stored.unpacked("theme")?,
        items: items(stored)?.into_iter().collect(),
    })
}

fn key<T: std::str::FromStr>(name: &str, of: &str) -> Result<T, Unfit> {
    name.parse().map_err(|_| Unfit(format!("{of}.{name}")))
}

fn items(stored: &Stored) -> Result<BTreeMap<ItemId, Item>, Unfit> {
    let items = stored.within("items")?;
    let items = items.keys().map(|name| {
        let item = ItemId(key(name, "items")?);
        Ok((item, items.unpacked(name)?))
    });
    items.collect()
}

/// The document of a stored room, with the layouts that lie elsewhere.
pub(super) fn to_document(
    stored: &Stored,
    layouts: BTreeMap<String, Layout>,
) -> Result<Document, Unfit> {
    let horizon = Seq(stored.number("horizon")?);
    let theme: Theme = stored.unpacked("theme")?;
    let chat = last(stored, "chat", "line", CHAT_LINES_MAX)?;
    let history = last(stored, "history", "edit", EDITS_MAX)?;
    Ok(Document {
        seq: Seq(stored.number("seq")?),
        horizon,
        theme,
        items: items(stored)?,
        tombstones: tombstones(stored, horizon)?,
        chat,
        history,
        layouts,
    })
}

/// The last of a list; those before are not yet cleared away.
fn last<T: serde::de::DeserializeOwned>(
    stored: &Stored,
    list: &str,
    body: &str,
    most: usize,
) -> Result<VecDeque<T>, Unfit> {
    let entries = stored.list(list)?;
    let over = entries.len().saturating_sub(most);
    let entries = entries.into_iter().skip(over);
    entries.map(|entry| entry.unpacked(body)).collect()
}

/// Those above the horizon; those at or below are not yet cleared away.
fn tombstones(stored: &Stored, horizon: Seq) -> Result<BTreeMap<ItemId, Stamp>, Unfit> {
    let tombs = stored.within("tombs")?;
    let mut kept = BTreeMap::new();
    for name in tombs.keys() {
        let tomb = tombs.within(name)?;
        let stamp = Stamp {
            seq: Seq(tomb.number("seq")?),
            by: SessionId::from_uuid(tomb.uuid("by")?),
        };
        if stamp.seq > horizon {
            kept.insert(ItemId(key(name, "tombs")?), stamp);
        }
    }
    Ok(kept)
}

/// A tombstone.
pub(super) fn tomb(stamp: Stamp) -> Bson {
    doc! { "seq": number(stamp.seq.0), "by": id(stamp.by.uuid()) }.into()
}

/// A line of chat.
pub(super) fn line(line: &ChatLine) -> Result<Bson, StoreError> {
    Ok(line_fields(line)?.into())
}

/// The fields of a line of chat.
pub(super) fn line_fields(line: &ChatLine) -> Result<Stored, StoreError> {
    Ok(doc! { "by": &line.author_id, "line": packed(line)? })
}

/// An edit.
pub(super) fn edit(edit: &Edit) -> Result<Bson, StoreError> {
    Ok(doc! { "by": &edit.author_id, "edit": packed(edit)? }.into())
}

/// The name of a session's field.
pub(super) fn session_key(session: SessionId) -> String {
    session.uuid().simple().to_string()
}

/// The answers of a session.
pub(super) fn session(record: &SessionRecord) -> Result<Bson, StoreError> {
    let stored = doc! {
        "person": &record.person,
        "seen": number(record.seen.0),
        "record": packed_lean(record)?,
    };
    Ok(stored.into())
}

/// The answers of all sessions.
pub(super) fn to_sessions(stored: &Stored) -> Result<HashMap<SessionId, SessionRecord>, Unfit> {
    let sessions = stored.within("sessions")?;
    let sessions = sessions.keys().map(|name| {
        let session: Uuid = key(name, "sessions")?;
        let record = sessions.within(name)?.unpacked("record")?;
        Ok((SessionId::from_uuid(session), record))
    });
    sessions.collect()
}

/// Where past epochs ended, newest first.
pub(super) fn to_past_epochs(stored: &Stored) -> Result<Vec<(Epoch, Seq)>, Unfit> {
    let past = stored.list("past_epochs")?.into_iter();
    past.map(|past| Ok((Epoch(past.number("epoch")?), Seq(past.number("seq")?))))
        .collect()
}

/// Who was present, and whom the roster names.
pub(super) fn roster(roster: &[Present]) -> Result<(Bson, Vec<String>), StoreError> {
    let hidden: usize = roster.iter().map(|present| present.hidden.len()).sum();
    let mut named: BTreeSet<String> = roster.iter().filter_map(user_of).collect();
    if hidden <= HIDDEN_MAX {
        let bytes = packed_lean(&roster)?;
        named.extend(roster.iter().flat_map(|one| one.hidden.iter().cloned()));
        return Ok((bytes, named.into_iter().collect()));
    }
    let mut kept = roster.to_vec();
    for present in &mut kept {
        present.hidden.retain(|other| named.contains(other));
    }
    Ok((packed_lean(&kept)?, named.into_iter().collect()))
}

fn user_of(present: &Present) -> Option<String> {
    match present.bearer {
        Bearer::User { id, .. } => Some(id.to_string()),
        _ => None,
    }
}

/// Who was present when the last owner last said so.
pub(super) fn to_roster(stored: &Stored) -> Result<Vec<Present>, Unfit> {
    match stored.get("roster") {
        None | Some(Bson::Null) => Ok(Vec::new()),
        Some(_) => stored.unpacked("roster"),
    }
}

/// A time of a stored room.
pub(super) fn time(stored: &Stored, name: &str) -> Result<WallMs, Unfit> {
    stored.number(name).map(WallMs)
}
