//! Finding rooms: by the pieces of their own names here, by their owners through the store of people.
//!
//! Blocks, suspensions and closed accounts are asked of that store for each page, and nothing of them is copied here: a
//! copy would show, for as long as it lags behind, somebody to those whom they have just blocked.

use std::collections::HashMap;

use mongodb::bson::{Document as Stored, doc};
use uuid::Uuid;

use super::super::failure::reading;
use super::super::value::{Fields, id};
use super::{MongoRooms, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::NameQuery;
use crate::domain::user::is_handle;
use crate::ports::room::{FoundOwner, FoundRooms, RoomFoundAfter, StoreError};

/// Names of a piece counted to find the rarest: more than this is as many as it gets.
const COUNTED_MAX: u64 = 1_000;

/// Names that have a piece of the query looked at for one page.
const LOOKED_AT_MAX: u32 = 2_000;

/// Owners looked at for one page.
const OWNERS_MAX: u32 = 500;

/// Owners of rooms found by their own name asked for at once, at least.
const OWNERS_AT_ONCE: usize = 64;

/// A room found, before it is read.
struct Hit {
    room: RoomId,
    owner: UserId,
    folded: String,
}

/// One search on its way through the kinds of fit, the best first.
struct Search<'a> {
    rooms: &'a MongoRooms,
    query: &'a NameQuery,
    viewer: Option<UserId>,
    after: Option<&'a RoomFoundAfter>,
    limit: usize,
    now: WallMs,
    by_handle: bool,
    found: Vec<(RoomId, RoomFoundAfter)>,
    unfinished: Option<RoomFoundAfter>,
}

impl MongoRooms {
    /// See [`crate::ports::room::RoomShelf::search`].
    pub(super) async fn searched(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&RoomFoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundRooms, StoreError> {
        let mut search = Search {
            rooms: self,
            query,
            viewer,
            after,
            limit: usize::try_from(limit).unwrap_or(usize::MAX),
            now,
            by_handle: query.as_str().len() < 2 || is_handle(query.as_str()),
            found: Vec::new(),
            unfinished: None,
        };
        if matches!(after, None | Some(RoomFoundAfter::Named(_))) {
            search.named().await?;
        }
        if search.by_handle && !matches!(after, Some(RoomFoundAfter::Owner(..))) {
            search.of_handles().await?;
        }
        search.of_owners().await?;
        self.read_found(search.found, search.unfinished).await
    }

    /// Those found, as saved. One that was shut or hidden meanwhile is left out.
    async fn read_found(
        &self,
        found: Vec<(RoomId, RoomFoundAfter)>,
        unfinished: Option<RoomFoundAfter>,
    ) -> Result<FoundRooms, StoreError> {
        let ids: Vec<_> = found.iter().map(|(room, _)| id(room.uuid())).collect();
        if ids.is_empty() {
            let rooms = Vec::new();
            return Ok(FoundRooms { rooms, unfinished });
        }
        let mut filter = open();
        filter.insert("_id", doc! { "$in": ids });
        let stored = self
            .all(filter, Stored::new(), None, form::saved_fields())
            .await?;
        let mut saved = HashMap::with_capacity(stored.len());
        for stored in &stored {
            let room = form::to_saved(stored)?;
            saved.insert(room.card.id, room);
        }
        // The way goes on after the last one found, whether it is still there or not.
        let last = found.last().map(|(_, place)| place.clone());
        let rooms: Vec<_> = found
            .into_iter()
            .filter_map(|(room, place)| Some((saved.remove(&room)?, place)))
            .collect();
        let unfinished = unfinished.or_else(|| {
            let is_last = rooms.last().map(|(_, place)| place) == last.as_ref();
            last.filter(|_| !is_last)
        });
        Ok(FoundRooms { rooms, unfinished })
    }
}

/// Rooms that anybody may see.
fn open() -> Stored {
    doc! { "state": form::ACTIVE, "visibility": "public" }
}

fn hits(stored: &[Stored]) -> Result<Vec<Hit>, StoreError> {
    let hits = stored.iter().map(|stored| {
        Ok(Hit {
            room: RoomId::from_uuid(stored.uuid("_id")?),
            owner: UserId::from_uuid(stored.uuid("owner")?),
            folded: stored.text("folded")?.to_owned(),
        })
    });
    hits.collect()
}

fn hit_fields() -> Stored {
    doc! { "owner": 1, "folded": 1 }
}

const AFTER_ALL: RoomId = RoomId::from_uuid(Uuid::max());

impl Search<'_> {
    /// How many more are wanted; none once it is known where to go on.
    fn left(&self) -> usize {
        if self.unfinished.is_some() {
            return 0;
        }
        self.limit.saturating_sub(self.found.len())
    }

    fn holds(&self, folded: &str) -> bool {
        self.query.words().all(|word| folded.contains(word))
    }

    /// The piece of the query that the fewest names of open rooms have.
    async fn rarest(&self) -> Result<Option<String>, StoreError> {
        let mut rarest: Option<(u64, String)> = None;
        for gram in self.query.grams() {
            let mut filter = open();
            filter.insert("grams", &gram);
            let counted = self.rooms.rooms().count_documents(filter);
            let count = reading(counted.limit(COUNTED_MAX)).await?;
            if rarest.as_ref().is_none_or(|(least, _)| count < *least) {
                rarest = Some((count, gram));
            }
        }
        Ok(rarest.map(|(_, gram)| gram))
    }

    /// Whose own name holds every word.
    async fn named(&mut self) -> Result<(), StoreError> {
        let Some(gram) = self.rarest().await? else {
            return Ok(());
        };
        let after = match self.after {
            Some(RoomFoundAfter::Named(room)) => room.uuid(),
            _ => Uuid::nil(),
        };
        let mut filter = open();
        filter.insert("grams", gram);
        filter.insert("_id", doc! { "$gt": id(after) });
        let sort = doc! { "_id": 1 };
        let looked_at = self
            .rooms
            .all(filter, sort, Some(LOOKED_AT_MAX), hit_fields())
            .await?;
        let hits = hits(&looked_at)?;
        let last = hits.last().map(|hit| hit.room);
        let fit: Vec<Hit> = hits
            .into_iter()
            .filter(|hit| self.holds(&hit.folded))
            .collect();
        // About as many owners at a time as rooms are wanted: most of them are there.
        for some in fit.chunks(self.limit.max(OWNERS_AT_ONCE)) {
            let owners: Vec<UserId> = some.iter().map(|hit| hit.owner).collect();
            let seen = self
                .rooms
                .owners
                .seen(&owners, self.viewer, self.now)
                .await?;
            let some = some
                .iter()
                .filter(|hit| seen.iter().any(|owner| owner.id == hit.owner));
            let some = some.map(|hit| (hit.room, RoomFoundAfter::Named(hit.room)));
            let left = self.left();
            self.found.extend(some.take(left));
            if self.left() == 0 {
                return Ok(());
            }
        }
        if looked_at.len() >= LOOKED_AT_MAX as usize {
            self.unfinished = last.map(RoomFoundAfter::Named);
        }
        Ok(())
    }

    /// The open rooms of these people, each with its owner.
    async fn of<'b>(
        &self,
        owners: &'b [FoundOwner],
    ) -> Result<Vec<(&'b FoundOwner, Hit)>, StoreError> {
        if owners.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = owners.iter().map(|owner| id(owner.id.uuid())).collect();
        let mut filter = open();
        filter.insert("owner", doc! { "$in": ids });
        let rooms = self
            .rooms
            .all(filter, Stored::new(), None, hit_fields())
            .await?;
        let by_id: HashMap<UserId, &FoundOwner> =
            owners.iter().map(|owner| (owner.id, owner)).collect();
        let hits = hits(&rooms)?.into_iter();
        let hits = hits.filter(|hit| !self.holds(&hit.folded));
        Ok(hits
            .filter_map(|hit| Some((*by_id.get(&hit.owner)?, hit)))
            .collect())
    }

    /// Whose owner's handle begins with it.
    async fn of_handles(&mut self) -> Result<(), StoreError> {
        if self.left() == 0 {
            return Ok(());
        }
        let after = match self.after {
            Some(RoomFoundAfter::Handle(handle, room)) => Some((handle.as_str(), *room)),
            _ => None,
        };
        let from = after.map(|(handle, _)| handle);
        let asked =
            self.rooms
                .owners
                .by_handle(self.query, self.viewer, from, OWNERS_MAX, self.now);
        let page = asked.await?;
        let mut rooms: Vec<(&str, RoomId)> = Vec::new();
        for (owner, hit) in self.of(&page.owners).await? {
            let place = (owner.handle.as_str(), hit.room);
            if after.is_none_or(|after| place > after) {
                rooms.push(place);
            }
        }
        rooms.sort_unstable();
        let rooms = rooms.into_iter().take(self.left());
        let rooms =
            rooms.map(|(handle, room)| (room, RoomFoundAfter::Handle(handle.to_owned(), room)));
        self.found.extend(rooms);
        if self.left() > 0 {
            let last = page.unfinished;
            self.unfinished = last.map(|handle| RoomFoundAfter::Handle(handle, AFTER_ALL));
        }
        Ok(())
    }

    /// Whose owner's name holds every word.
    async fn of_owners(&mut self) -> Result<(), StoreError> {
        if self.left() == 0 {
            return Ok(());
        }
        let after = match self.after {
            Some(RoomFoundAfter::Owner(owner, room)) => Some((*owner, *room)),
            _ => None,
        };
        let from = after.map(|(owner, _)| owner);
        let asked = self
            .rooms
            .owners
            .by_name(self.query, self.viewer, from, OWNERS_MAX, self.now);
        let mut page = asked.await?;
        if self.by_handle {
            // They were found by it.
            let prefix = self.query.as_str();
            page.owners
                .retain(|owner| !owner.handle.starts_with(prefix));
        }
        let rooms = self.of(&page.owners).await?.into_iter();
        let mut rooms: Vec<(UserId, RoomId)> =
            rooms.map(|(owner, hit)| (owner.id, hit.room)).collect();
        rooms.retain(|place| after.is_none_or(|after| *place > after));
        rooms.sort_unstable();
        let rooms = rooms.into_iter().take(self.left());
        let rooms = rooms.map(|(owner, room)| (room, RoomFoundAfter::Owner(owner, room)));
        self.found.extend(rooms);
        if self.left() > 0 {
            let last = page.unfinished;
            self.unfinished = last.map(|owner| RoomFoundAfter::Owner(owner, AFTER_ALL));
        }
        Ok(())
    }
}
