//! Who came to a room, as its owner reads it: day by day, of each first those who show it, the latest first, then the
//! others in an order that tells nothing.

use mongodb::bson::{Document as Stored, doc};

use super::super::door::faces;
use super::super::value::{Fields, id, integer, number};
use super::{LOOKED_AT, MongoVisits};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::user::User;
use crate::domain::visit::Day;
use crate::ports::people::{MET_MAX, Shown};
use crate::ports::room::StoreError;
use crate::ports::visit::{VisitorPlace, VisitorSeen};

/// A day's visits are read twice: those that are shown, then those that are not.
#[derive(Debug, Clone, Copy)]
enum Part {
    /// After this time and number, where there is one.
    Shown(Option<(WallMs, i64)>),
    /// After this number, where there is one.
    Unshown(Option<i64>),
}

/// A visit by somebody who is there for the owner.
struct Call {
    number: i64,
    at: WallMs,
    visitor: User,
    is_shown: bool,
}

impl MongoVisits {
    pub(super) async fn history(
        &self,
        room: RoomId,
        owner: UserId,
        now: WallMs,
        after: Option<VisitorPlace>,
        limit: u32,
    ) -> Result<Vec<VisitorSeen>, StoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut seen = Vec::new();
        let mut next = match after {
            Some(VisitorPlace { day, at, number }) => {
                let part = match at {
                    Some(at) => Part::Shown(Some((at, number))),
                    None => Part::Unshown(Some(number)),
                };
                Some((day, part))
            }
            None => self.day_before(room, None).await?,
        };
        while let Some((day, part)) = next
            && seen.len() < wanted
        {
            let visits = self.part_of(room, day, part).await?;
            let is_last = i64::try_from(visits.len()).is_ok_and(|count| count < LOOKED_AT);
            let mut part = part;
            if let Some(last) = visits.last() {
                let (at, number) = (WallMs(last.number("at_ms")?), integer(last, "_id")?);
                part = match part {
                    Part::Shown(_) => Part::Shown(Some((at, number))),
                    Part::Unshown(_) => Part::Unshown(Some(number)),
                };
            }
            let is_shown = matches!(part, Part::Shown(_));
            let calls = self.calls_of(&visits, owner, now).await?.into_iter();
            let calls = calls.filter(|call| call.is_shown == is_shown);
            seen.extend(calls.map(|call| VisitorSeen {
                place: VisitorPlace {
                    day,
                    at: is_shown.then_some(call.at),
                    number: call.number,
                },
                visitor: is_shown.then_some(call.visitor),
            }));
            next = match part {
                _ if !is_last => Some((day, part)),
                Part::Shown(_) => Some((day, Part::Unshown(None))),
                Part::Unshown(_) => self.day_before(room, Some(day)).await?,
            };
        }
        seen.truncate(wanted);
        Ok(seen)
    }

    /// The last day before this one on which somebody came who may be in a history.
    async fn day_before(
        &self,
        room: RoomId,
        day: Option<Day>,
    ) -> Result<Option<(Day, Part)>, StoreError> {
        let mut filter = named(room);
        if let Some(day) = day {
            filter.insert("day", doc! { "$lt": day.0 });
        }
        let last = self.some(filter, doc! { "day": -1 }, 1).await?;
        let day = last
            .first()
            .map(|visit| integer(visit, "day"))
            .transpose()?;
        Ok(day.map(|day| (Day(day), Part::Shown(None))))
    }

    /// Some visits of a day, after a place.
    async fn part_of(&self, room: RoomId, day: Day, part: Part) -> Result<Vec<Stored>, StoreError> {
        let mut filter = named(room);
        filter.insert("day", day.0);
        let sort = match part {
            Part::Shown(after) => {
                if let Some((at, place)) = after {
                    let later = [
                        doc! { "at_ms": { "$lt": number(at.0) } },
                        doc! { "at_ms": number(at.0), "_id": { "$lt": place } },
                    ];
                    filter.insert("$or", later.to_vec());
                }
                doc! { "at_ms": -1, "_id": -1 }
            }
            Part::Unshown(after) => {
                if let Some(place) = after {
                    filter.insert("_id", doc! { "$lt": place });
                }
                doc! { "_id": -1 }
            }
        };
        self.some(filter, sort, LOOKED_AT).await
    }

    /// Those by people who are there for the owner.
    async fn calls_of(
        &self,
        visits: &[Stored],
        owner: UserId,
        now: WallMs,
    ) -> Result<Vec<Call>, StoreError> {
        const { assert!(LOOKED_AT <= MET_MAX as i64) };
        let visitors = visits
            .iter()
            .map(|visit| visit.uuid("user").map(UserId::from_uuid));
        let visitors = visitors.collect::<Result<Vec<UserId>, _>>()?;
        if visitors.is_empty() {
            return Ok(Vec::new());
        }
        let known = faces(&*self.near.people, Some(owner), visitors.clone(), now).await?;
        let showing = self.near.around.showing_visits(owner, &visitors).await?;
        let mut calls = Vec::new();
        for (visit, visitor) in visits.iter().zip(visitors) {
            let Some(known) = known.get(&visitor).filter(|one| Shown::is_there(one)) else {
                continue;
            };
            calls.push(Call {
                number: integer(visit, "_id")?,
                at: WallMs(visit.number("at_ms")?),
                visitor: known.user.clone(),
                is_shown: showing.contains(&visitor),
            });
        }
        Ok(calls)
    }
}

/// The visits to a room that may be in its history.
fn named(room: RoomId) -> Stored {
    doc! { "room": id(room.uuid()), "user": { "$exists": true }, "cleared": false }
}
