//! Visits in MongoDB: one document a visitor, room and day, and one a room with its counts.
//!
//! ```text
//! visit        _id: by chance, room, day, user | guest, at_ms, last_ms, cleared
//! visit_count  _id: the room, total, day, today, turns
//! ```
//!
//! What is taken down is a transaction that writes the counts of each room first: of two about one room the later one is
//! done anew, and sees what the earlier one counted. A document that nobody is to know any more is deleted: what it
//! counted stays counted. Its number is drawn by chance, so that no place in a history tells when somebody came.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::door::{Door, door};
use super::failure::{reading, writing};
use super::lanes::Lanes;
use super::place::Places;
use super::room::form;
use super::value::{Fields, Unfit, id, integer, number};
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Denied, Role, Visibility};
use crate::domain::visit::{Day, NAMED_DAYS, UtcOffset, VisitCounts};
use crate::ports::people::{Shown, ShownPeople};
use crate::ports::room::StoreError;
use crate::ports::visit::{
    Arrival, COUNTED_ROOMS_MAX, Circle, Met, OwnVisit, VisitPeople, VisitPlace, VisitStore,
    VisitorPlace, VisitorSeen, VisitsUnavailable, Way,
};

mod discovered;
mod history;
pub(super) mod outbox;
mod personal;
mod record;
#[cfg(test)]
mod tests;
mod ways;

pub use outbox::MongoVisitOutbox;

/// Documents let go of in one step.
const SWEPT_AT_ONCE: i64 = 256;

/// Visits looked at for a page in one go: of most visitors nothing is hidden.
const LOOKED_AT: i64 = 64;

/// Whom this store asks.
#[derive(Clone)]
pub struct VisitNeighbours {
    /// People, and what they are to each other.
    pub people: Arc<dyn ShownPeople>,
    /// Whom visits lead on to, and who shows them.
    pub around: Arc<dyn VisitPeople>,
}

impl std::fmt::Debug for VisitNeighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitNeighbours(..)")
    }
}

/// Visits in MongoDB.
#[derive(Clone)]
pub struct MongoVisits {
    mongo: Mongo,
    near: VisitNeighbours,
    places: Arc<Places>,
    lanes: Arc<Lanes>,
}

impl std::fmt::Debug for MongoVisits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MongoVisits").field(&self.mongo).finish()
    }
}

impl From<StoreError> for VisitsUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<Unfit> for VisitsUnavailable {
    fn from(unfit: Unfit) -> Self {
        Self(unfit.to_string())
    }
}

impl MongoVisits {
    /// The store of visits; its events wait with those of guestbooks.
    pub fn new(mongo: Mongo, near: VisitNeighbours, outbox: &MongoVisitOutbox) -> Self {
        Self {
            mongo,
            near,
            places: outbox.places(),
            lanes: Arc::default(),
        }
    }

    async fn door(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Door>, StoreError> {
        door(&self.mongo, &*self.near.people, room, viewer, now).await
    }

    /// Some visits, in an order.
    async fn some(
        &self,
        filter: Stored,
        sort: Stored,
        limit: i64,
    ) -> Result<Vec<Stored>, StoreError> {
        let found = async {
            self.mongo
                .collection(Collections::VISIT)
                .find(filter)
                .sort(sort)
                .limit(limit)
                .await?
                .try_collect()
                .await
        };
        reading(found).await
    }

    /// Lets go of some of these; whether there were any.
    async fn let_go(&self, filter: Stored) -> Result<bool, StoreError> {
        let some = self.some(filter, Stored::new(), SWEPT_AT_ONCE).await?;
        let ids = some.iter().map(|visit| visit.field("_id").cloned());
        let ids = ids.collect::<Result<Vec<Bson>, _>>()?;
        if ids.is_empty() {
            return Ok(false);
        }
        let visits = self.mongo.collection(Collections::VISIT);
        writing(visits.delete_many(doc! { "_id": { "$in": ids } })).await?;
        Ok(true)
    }
}

#[async_trait]
impl VisitStore for MongoVisits {
    async fn record(
        &self,
        arrivals: &[Arrival],
        offset: UtcOffset,
    ) -> Result<(), VisitsUnavailable> {
        Ok(self.recorded(arrivals, offset).await?)
    }

    async fn counts(
        &self,
        rooms: &[RoomId],
        today: Day,
    ) -> Result<Vec<(RoomId, VisitCounts)>, VisitsUnavailable> {
        let ids: Vec<Bson> = rooms
            .iter()
            .take(COUNTED_ROOMS_MAX)
            .map(|room| id(room.uuid()))
            .collect();
        let found = async {
            self.mongo
                .collection(Collections::VISIT_COUNT)
                .find(doc! { "_id": { "$in": ids }, "total": { "$gt": 0_i64 } })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let mut counts = Vec::new();
        for counted in reading(found).await? {
            let is_today = integer(&counted, "day")? == today.0;
            let count = VisitCounts {
                today: if is_today {
                    counted.number("today")?
                } else {
                    0
                },
                total: counted.number("total")?,
            };
            counts.push((RoomId::from_uuid(counted.uuid("_id")?), count));
        }
        Ok(counts)
    }

    async fn is_made(&self, room: RoomId) -> Result<bool, VisitsUnavailable> {
        let rooms = self.mongo.collection(Collections::ROOM);
        let found = rooms.find_one(doc! { "_id": id(room.uuid()) });
        Ok(reading(found.projection(doc! { "_id": 1 }))
            .await?
            .is_some())
    }

    async fn counts_of(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        today: Day,
        now: WallMs,
    ) -> Result<Met<VisitCounts>, VisitsUnavailable> {
        if self.door(room, viewer, now).await?.is_none() {
            return Ok(Met::NoRoom);
        }
        let counts = self.counts(&[room], today).await?;
        let counts = counts.first().map(|(_, counts)| *counts);
        Ok(Met::Open(counts.unwrap_or_default()))
    }

    async fn visitors(
        &self,
        room: RoomId,
        owner: UserId,
        now: WallMs,
        after: Option<VisitorPlace>,
        limit: u32,
    ) -> Result<Met<Vec<VisitorSeen>>, VisitsUnavailable> {
        let Some(door) = self.door(room, Some(owner), now).await? else {
            return Ok(Met::NoRoom);
        };
        if door.role != Ok(Role::Owner) {
            return Ok(Met::Denied(Denied::NotOpen));
        }
        let seen = self.history(room, owner, now, after, limit).await?;
        Ok(Met::Open(seen))
    }

    async fn visited(
        &self,
        user: UserId,
        now: WallMs,
        after: Option<VisitPlace>,
        limit: u32,
    ) -> Result<Vec<OwnVisit>, VisitsUnavailable> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut after, mut seen) = (after, Vec::new());
        while seen.len() < wanted {
            let mut filter = doc! { "user": id(user.uuid()), "cleared": false };
            if let Some(VisitPlace { at, number: place }) = after {
                filter.insert(
                    "$or",
                    [
                        doc! { "at_ms": { "$lt": number(at.0) } },
                        doc! { "at_ms": number(at.0), "_id": { "$lt": place } },
                    ]
                    .to_vec(),
                );
            }
            let sort = doc! { "at_ms": -1, "_id": -1 };
            let visits = self.some(filter, sort, LOOKED_AT).await?;
            for visit in &visits {
                after = Some(VisitPlace {
                    at: WallMs(visit.number("at_ms")?),
                    number: integer(visit, "_id")?,
                });
            }
            seen.extend(self.still_there(user, now, &visits).await?);
            if i64::try_from(visits.len()).is_ok_and(|looked_at| looked_at < LOOKED_AT) {
                break;
            }
        }
        seen.truncate(wanted);
        Ok(seen)
    }

    async fn clear(&self, user: UserId) -> Result<(), VisitsUnavailable> {
        let visits = self.mongo.collection(Collections::VISIT);
        let named = doc! { "user": id(user.uuid()), "cleared": false };
        let cleared = visits.update_many(named, doc! { "$set": { "cleared": true } });
        writing(cleared).await?;
        Ok(())
    }

    async fn ways(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Met<Vec<Way>>, VisitsUnavailable> {
        Ok(self.ways_on(room, viewer, circle, now).await?)
    }

    async fn sweep(&self, today: Day) -> Result<bool, VisitsUnavailable> {
        let over = doc! { "$lt": today.0 };
        let mut more = false;
        for gone in [
            doc! { "guest": { "$exists": true }, "day": over.clone() },
            doc! { "cleared": true, "day": over },
            doc! { "day": { "$lt": today.0 - NAMED_DAYS } },
        ] {
            more |= self.let_go(gone).await?;
        }
        Ok(more)
    }
}

impl MongoVisits {
    /// Those of somebody's visits whose rooms are still there for them.
    async fn still_there(
        &self,
        user: UserId,
        now: WallMs,
        visits: &[Stored],
    ) -> Result<Vec<OwnVisit>, StoreError> {
        let rooms: BTreeSet<uuid::Uuid> = visits
            .iter()
            .map(|visit| visit.uuid("room"))
            .collect::<Result<_, _>>()?;
        let rooms: Vec<Bson> = rooms.into_iter().map(id).collect();
        let found = async {
            self.mongo
                .collection(Collections::ROOM)
                .find(doc! { "_id": { "$in": rooms }, "state": form::ACTIVE })
                .projection(form::card_fields())
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let mut cards = BTreeMap::new();
        for stored in reading(found).await? {
            let card = form::to_card(&stored)?;
            // Private rooms that took the visitor out of their editors are gone for them.
            let is_open = card.access.visibility != Visibility::Private
                || card.access.editors.contains_key(&user.to_string());
            if is_open {
                cards.insert(card.id, card);
            }
        }
        let owners = cards.values().map(|card| card.owner_id);
        let owners = super::door::faces(&*self.near.people, Some(user), owners, now).await?;
        let mut seen = Vec::new();
        for visit in visits {
            let room = RoomId::from_uuid(visit.uuid("room")?);
            let Some(card) = cards.get(&room) else {
                continue;
            };
            let owner = owners
                .get(&card.owner_id)
                .filter(|one| Shown::is_there(one));
            let Some(owner) = owner else { continue };
            seen.push(OwnVisit {
                place: VisitPlace {
                    at: WallMs(visit.number("at_ms")?),
                    number: integer(visit, "_id")?,
                },
                day: Day(integer(visit, "day")?),
                room,
                name: card.name.clone(),
                owner: owner.user.clone(),
            });
        }
        Ok(seen)
    }
}
