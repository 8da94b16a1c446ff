//! Taking arrivals down.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Bson, Document as Stored, doc};
use mongodb::options::ReturnDocument;
use rand::Rng;
use uuid::Uuid;

use super::super::Collections;
use super::super::door::faces;
use super::super::failure::{is_duplicate, reading, writing};
use super::super::room::form;
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{Fields, id, integer, number};
use super::MongoVisits;
use super::outbox::waiting;
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::domain::visit::{Day, UtcOffset, VisitEvent};
use crate::ports::room::StoreError;
use crate::ports::visit::{Arrival, Caller};

/// Who counts once a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    User(UserId),
    Guest(Vec<u8>),
}

impl Mark {
    fn of(who: Caller) -> Self {
        match who {
            Caller::User(user) => Self::User(user),
            Caller::Guest {
                origin: Some(origin),
                ..
            } => Self::Guest(origin.to_be_bytes().to_vec()),
            Caller::Guest { id, origin: None } => Self::Guest(id.uuid().as_bytes().to_vec()),
        }
    }

    const fn field(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Guest(_) => "guest",
        }
    }

    fn stored(&self) -> Bson {
        match self {
            Self::User(user) => id(user.uuid()),
            Self::Guest(mark) => Bson::Binary(Binary {
                subtype: BinarySubtype::Generic,
                bytes: mark.clone(),
            }),
        }
    }
}

/// When somebody came first, and last.
#[derive(Debug, Clone, Copy)]
struct Times {
    at: WallMs,
    last: WallMs,
}

/// The callers of a room, a day each.
type Callers = BTreeMap<(Day, Mark), Times>;

impl MongoVisits {
    /// See [`crate::ports::visit::VisitStore::record`].
    pub(super) async fn recorded(
        &self,
        arrivals: &[Arrival],
        offset: UtcOffset,
    ) -> Result<(), StoreError> {
        let calls = self.calls(arrivals, offset).await?;
        if calls.is_empty() {
            return Ok(());
        }
        // They would collide, again and again.
        let _alone = self.lanes.turn(Uuid::nil()).await?;
        for room in calls.keys() {
            self.counted_from_now(*room).await?;
        }
        let visits = self;
        transact(&self.mongo, &Recording { visits, calls }).await
    }

    /// Those that count if they come first: the room is there, is not theirs, and the two may see each other.
    async fn calls(
        &self,
        arrivals: &[Arrival],
        offset: UtcOffset,
    ) -> Result<BTreeMap<RoomId, Callers>, StoreError> {
        let mut by_room: BTreeMap<RoomId, Vec<&Arrival>> = BTreeMap::new();
        for arrival in arrivals {
            by_room.entry(arrival.room).or_default().push(arrival);
        }
        let owners = self.owners(by_room.keys()).await?;
        let mut calls = BTreeMap::new();
        for (room, arrivals) in by_room {
            let Some(owner) = owners.get(&room) else {
                continue;
            };
            let users = arrivals.iter().filter_map(|arrival| match arrival.who {
                Caller::User(user) => Some(user),
                Caller::Guest { .. } => None,
            });
            let now = arrivals.iter().map(|arrival| arrival.at).max();
            let now = now.unwrap_or_default();
            let known = faces(&*self.near.people, Some(*owner), users, now).await?;
            let mut callers = Callers::new();
            for arrival in arrivals {
                let counts = match arrival.who {
                    Caller::Guest { .. } => true,
                    Caller::User(user) if user == *owner => false,
                    Caller::User(user) => known.get(&user).is_some_and(|one| one.is_there()),
                };
                if !counts {
                    continue;
                }
                let (at, last) = (arrival.at, arrival.at);
                let key = (Day::of(at, offset), Mark::of(arrival.who));
                let times = callers.entry(key).or_insert(Times { at, last });
                times.last = times.last.max(last);
            }
            if !callers.is_empty() {
                calls.insert(room, callers);
            }
        }
        Ok(calls)
    }

    /// Whose rooms these are, of those that are there.
    async fn owners(
        &self,
        rooms: impl Iterator<Item = &RoomId>,
    ) -> Result<HashMap<RoomId, UserId>, StoreError> {
        let ids: Vec<Bson> = rooms.map(|room| id(room.uuid())).collect();
        let found = async {
            let mut found = self
                .mongo
                .collection(Collections::ROOM)
                .find(doc! { "_id": { "$in": ids }, "state": form::ACTIVE })
                .projection(doc! { "owner": 1 })
                .await?;
            let mut all = Vec::new();
            while found.advance().await? {
                all.push(Stored::try_from(found.current())?);
            }
            Ok(all)
        };
        let found = reading(found).await?;
        let owners = found.iter().map(|room| {
            let owner = UserId::from_uuid(room.uuid("owner")?);
            Ok((RoomId::from_uuid(room.uuid("_id")?), owner))
        });
        owners.collect()
    }

    /// The counts of a room are there before a transaction writes them.
    async fn counted_from_now(&self, room: RoomId) -> Result<(), StoreError> {
        let none = doc! { "total": 0_i64, "day": i64::MIN, "today": 0_i64, "turns": 0_i64 };
        let made = async {
            let counts = self.mongo.collection(Collections::VISIT_COUNT);
            let made = counts
                .update_one(
                    doc! { "_id": id(room.uuid()) },
                    doc! { "$setOnInsert": none },
                )
                .upsert(true)
                .await;
            match made {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        writing(made).await
    }
}

/// Takes them down, all or none.
struct Recording<'a> {
    visits: &'a MongoVisits,
    calls: BTreeMap<RoomId, Callers>,
}

#[async_trait]
impl Attempt for Recording<'_> {
    type Outcome = ();
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<(), Halt<StoreError>> {
        let mut told = Vec::new();
        for (room, callers) in &self.calls {
            self.of_room(session, *room, callers, &mut told).await?;
        }
        if told.is_empty() {
            return Ok(());
        }
        let first = self.visits.places.take(told.len() as u64).await?;
        let events: Result<Vec<Stored>, StoreError> = (first..)
            .zip(&told)
            .map(|(place, (room, event, by))| {
                let subject = Subject::Visit(*room);
                waiting(place, subject, &Event::Visit(event.clone()), *by)
            })
            .collect();
        let outbox = self.visits.mongo.collection(Collections::VISIT_OUTBOX);
        outbox.insert_many(events?).session(session).await?;
        Ok(())
    }
}

/// What is told of a room, and whom it names.
type Told = (RoomId, VisitEvent, UserId);

impl Recording<'_> {
    async fn of_room(
        &self,
        session: &mut ClientSession,
        room: RoomId,
        callers: &Callers,
        told: &mut Vec<Told>,
    ) -> Result<(), Halt<StoreError>> {
        let mongo = &self.visits.mongo;
        let by_room = doc! { "_id": id(room.uuid()) };
        let counts = mongo.collection(Collections::VISIT_COUNT);
        let counted = counts
            .find_one_and_update(by_room.clone(), doc! { "$inc": { "turns": 1_i64 } })
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await?;
        let rooms = mongo.collection(Collections::ROOM);
        let there = doc! { "_id": id(room.uuid()), "state": form::ACTIVE };
        let there = rooms
            .find_one(there)
            .projection(doc! { "_id": 1 })
            .session(&mut *session)
            .await?;
        // The room ended meanwhile, and its counts with it.
        let (Some(counted), Some(_)) = (counted, there) else {
            return Ok(());
        };
        let known = self.known(session, room, callers).await?;
        let visits = mongo.collection(Collections::VISIT);
        let mut new = Vec::new();
        let (mut day, mut today) = (integer(&counted, "day")?, counted.number("today")?);
        for ((on, mark), times) in callers {
            if let Some((visit, last)) = known.get(&(*on, mark.clone())) {
                if times.last.0 > *last {
                    let later = doc! { "$max": { "last_ms": number(times.last.0) } };
                    visits
                        .update_one(doc! { "_id": *visit }, later)
                        .session(&mut *session)
                        .await?;
                }
                continue;
            }
            let mut visit = doc! {
                "_id": rand::rng().random_range(1..=i64::MAX), "room": id(room.uuid()), "day": on.0,
                "at_ms": number(times.at.0), "last_ms": number(times.last.0), "cleared": false,
            };
            visit.insert(mark.field(), mark.stored());
            new.push(visit);
            match on.0.cmp(&day) {
                std::cmp::Ordering::Greater => (day, today) = (on.0, 1),
                std::cmp::Ordering::Equal => today += 1,
                std::cmp::Ordering::Less => {}
            }
            if let Mark::User(by) = mark {
                let (by, at) = (*by, times.at);
                told.push((room, VisitEvent::Visited { by, at }, by));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let total = counted.number("total")? + new.len() as u64;
        let set = doc! { "total": number(total), "day": day, "today": number(today) };
        visits.insert_many(new).session(&mut *session).await?;
        counts
            .update_one(by_room, doc! { "$set": set })
            .session(session)
            .await?;
        Ok(())
    }

    /// Those of the callers who came before, each with the visit and when they came last.
    async fn known(
        &self,
        session: &mut ClientSession,
        room: RoomId,
        callers: &Callers,
    ) -> Result<BTreeMap<(Day, Mark), (i64, u64)>, Halt<StoreError>> {
        let visits = self.visits.mongo.collection(Collections::VISIT);
        let days: BTreeSet<Day> = callers.keys().map(|(day, _)| *day).collect();
        let mut known = BTreeMap::new();
        for day in days {
            for field in ["user", "guest"] {
                let marks: BTreeMap<Vec<u8>, &Mark> = callers
                    .keys()
                    .filter(|(on, mark)| *on == day && mark.field() == field)
                    .map(|(_, mark)| (bytes(&mark.stored()).to_vec(), mark))
                    .collect();
                if marks.is_empty() {
                    continue;
                }
                let among: Vec<Bson> = marks.values().map(|mark| mark.stored()).collect();
                let filter = doc! {
                    "room": id(room.uuid()), "day": day.0,
                    field: { "$in": among, "$exists": true },
                };
                let mut found = visits.find(filter).session(&mut *session).await?;
                while let Some(visit) = found.next(&mut *session).await {
                    let visit = visit?;
                    if let Some(mark) = marks.get(bytes(visit.field(field)?)) {
                        let place = (integer(&visit, "_id")?, visit.number("last_ms")?);
                        known.insert((day, (*mark).clone()), place);
                    }
                }
            }
        }
        Ok(known)
    }
}

fn bytes(mark: &Bson) -> &[u8] {
    match mark {
        Bson::Binary(binary) => &binary.bytes,
        _ => &[],
    }
}
