//! The outbox of rooms: in the document of the room, written by the update that brings about what it tells.
//!
//! What a room tells most is that it changed, and whether it is there: of each there is one slot, which says the
//! newest. Decisions wait in a list. `first` is at or below the smallest place there is, and absent where nothing
//! waits; `last` is the greatest there ever was.

use async_trait::async_trait;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::failure::reading;
use super::super::value::{Fields, Unfit, json, number};
use super::MongoRooms;
use crate::domain::event::{Event, Subject};
use crate::domain::id::RoomId;
use crate::domain::room::RoomEvent;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};
use crate::ports::room::StoreError;

/// The slots of one event each.
const SLOTS: [&str; 4] = ["changed", "doors", "deleted", "recalled"];

/// Events on their way into a room's outbox.
#[derive(Debug, Default)]
pub(super) struct Told {
    slots: Stored,
    list: Vec<Bson>,
    first: u64,
    last: u64,
    /// Whom those in the list name.
    pub named: Vec<String>,
}

impl Told {
    /// These events at these places, from `first` on.
    pub fn new(events: &[RoomEvent], first: u64) -> Result<Self, StoreError> {
        let mut told = Self {
            first,
            last: first,
            ..Self::default()
        };
        for (place, event) in (first..).zip(events) {
            told.last = place;
            let named = people(event);
            told.named.extend(named.iter().cloned());
            let mut entry = doc! { "id": number(place), "event": json(event)? };
            match slot(event) {
                Some(slot) => {
                    told.slots.insert(format!("outbox.{slot}"), entry);
                }
                None => {
                    entry.insert("named", named);
                    told.list.push(entry.into());
                }
            }
        }
        Ok(told)
    }

    /// Adds them to an update.
    pub fn add_to(self, update: &mut Stored) {
        if self.slots.is_empty() && self.list.is_empty() {
            return;
        }
        into(update, "$set").extend(self.slots);
        into(update, "$set").insert("outbox.last", number(self.last));
        // Sets it where there is none.
        into(update, "$min").insert("outbox.first", number(self.first));
        if !self.list.is_empty() {
            into(update, "$push").insert("outbox.told", doc! { "$each": self.list });
        }
    }
}

/// The part of an update under an operator.
pub(super) fn into<'a>(update: &'a mut Stored, operator: &str) -> &'a mut Stored {
    if !update.contains_key(operator) {
        update.insert(operator, Stored::new());
    }
    let part = update.get_document_mut(operator);
    #[expect(
        clippy::expect_used,
        reason = "it was put there above, and nothing else is"
    )]
    part.expect("a document")
}

const fn slot(event: &RoomEvent) -> Option<&'static str> {
    match event {
        RoomEvent::Changed { .. } => Some(SLOTS[0]),
        RoomEvent::Shut { .. } | RoomEvent::Opened { .. } => Some(SLOTS[1]),
        RoomEvent::Deleted {} => Some(SLOTS[2]),
        RoomEvent::Recalled { .. } => Some(SLOTS[3]),
        RoomEvent::Decided { .. } => None,
    }
}

/// Whom an event names.
pub(super) fn people(event: &RoomEvent) -> Vec<String> {
    match event {
        RoomEvent::Decided { by, what, .. } => {
            let about = what.person().map(|person| person.id.clone());
            about.into_iter().chain([by.id.clone()]).collect()
        }
        _ => Vec::new(),
    }
}

/// The list of a room's outbox without a person; none where it did not name them.
pub(super) fn without(stored: &Stored, person: &str) -> Result<Option<Bson>, StoreError> {
    let outbox = stored.within("outbox")?;
    let mut list = Vec::new();
    let mut named = false;
    for entry in outbox.list("told")? {
        let mut event: RoomEvent = entry.json("event")?;
        named |= people(&event).iter().any(|one| one == person);
        event.forget(person);
        let mut entry = entry.clone();
        entry.insert("named", people(&event));
        entry.insert("event", json(&event)?);
        list.push(entry.into());
    }
    Ok(named.then_some(Bson::Array(list)))
}

fn entries(stored: &Stored) -> Result<Vec<&Stored>, Unfit> {
    let outbox = stored.within("outbox")?;
    let slots = SLOTS.iter().filter(|slot| outbox.contains_key(**slot));
    let mut all: Vec<&Stored> = Vec::new();
    for slot in slots {
        all.push(outbox.within(slot)?);
    }
    all.extend(outbox.list("told")?);
    Ok(all)
}

/// What a room has to tell, in its order. What says no place comes before all others, so that they wait with it.
fn rows_of(stored: &Stored) -> Vec<Row> {
    let room = stored.uuid("_id").ok();
    let subject = room.map(|room| Subject::Room(RoomId::from_uuid(room)));
    let row = |id: Option<u64>, event| Row {
        id: id.unwrap_or(0),
        subject,
        event: id.and(event),
    };
    let Ok(entries) = entries(stored) else {
        return vec![row(None, None)];
    };
    let rows = entries.into_iter().map(|entry| {
        let event = entry.json("event").ok().map(Event::Room);
        row(entry.number("id").ok(), event)
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_unstable_by_key(|row| row.id);
    rows
}

impl From<StoreError> for EventsUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<Unfit> for EventsUnavailable {
    fn from(unfit: Unfit) -> Self {
        Self(unfit.to_string())
    }
}

#[async_trait]
impl Outbox for MongoRooms {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let rooms = self.rooms();
        // Each of these rooms has at least one that waits, and `first` is not above it: with as many rooms as entries
        // asked for, those that wait longest are among them. After a place there may be rooms whose entries all lie
        // before it, so there all are read, one after the other. Rooms of which nothing can be read are passed over, by
        // their `first`.
        let mut readable = Readable::new("rooms", 0, limit);
        while let Some(behind) = readable.next_page() {
            let found = async {
                let filter = doc! {
                    "outbox.first": { "$gt": number(behind) },
                    "outbox.last": { "$gt": number(after) },
                };
                let find = rooms
                    .find(filter)
                    .sort(doc! { "outbox.first": 1 })
                    .projection(doc! { "outbox": 1 });
                let mut found = if after == 0 {
                    find.limit(i64::from(limit)).await?
                } else {
                    find.await?
                };
                let mut all = Vec::new();
                while found.advance().await? {
                    let stored = Stored::try_from(found.current())?;
                    all.push(stored);
                }
                Ok(all)
            };
            let found = reading(found).await?;
            let is_full = after == 0 && found.len() >= limit as usize;
            let behind = match found.last().filter(|_| is_full) {
                Some(last) => Some(last.within("outbox")?.number("first")?),
                None => None,
            };
            // What cannot be read holds up what follows, wherever it lies.
            let rows = found.iter().flat_map(rows_of);
            let rows = rows.filter(|row| row.id > after || row.event.is_none());
            readable.add(rows.collect(), behind);
        }
        Ok(readable.entries())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let Some(greatest) = published.iter().copied().max() else {
            return Ok(());
        };
        let ids: Vec<Bson> = published.iter().copied().map(number).collect();
        let mut any: Vec<Stored> = vec![doc! { "outbox.told.id": { "$in": ids.clone() } }];
        any.extend(SLOTS.map(|slot| doc! { format!("outbox.{slot}.id"): { "$in": ids.clone() } }));
        let filter =
            doc! { "outbox.first": { "$gt": 0_i64, "$lte": number(greatest) }, "$or": any };
        let update = cleared(&ids);
        reading(self.rooms().update_many(filter, update)).await?;
        Ok(())
    }
}

/// What is left of an outbox without these places. Done twice it is the same.
fn cleared(ids: &[Bson]) -> Vec<Stored> {
    let is_gone = |place: &str| doc! { "$in": [place, { "$literal": ids.to_vec() }] };
    let slots = SLOTS.map(|slot| {
        let place = format!("$outbox.{slot}.id");
        let kept = doc! { "$cond": [is_gone(&place), "$$REMOVE", format!("$outbox.{slot}")] };
        (format!("outbox.{slot}"), Bson::from(kept))
    });
    let mut set: Stored = slots.into_iter().collect();
    let told = doc! { "$filter": {
        "input": "$outbox.told", "as": "entry", "cond": { "$not": is_gone("$$entry.id") },
    } };
    set.insert("outbox.told", told);
    // The smallest of those left; `$min` overlooks what is not there, and is null where nothing is.
    let mut places: Vec<Bson> = SLOTS.map(|slot| format!("$outbox.{slot}.id").into()).into();
    let listed = doc! { "$map": { "input": "$outbox.told", "as": "entry", "in": "$$entry.id" } };
    places.push(doc! { "$min": listed }.into());
    let first = doc! { "$ifNull": [{ "$min": places }, "$$REMOVE"] };
    vec![
        doc! { "$set": set },
        doc! { "$set": { "outbox.first": first } },
    ]
}
