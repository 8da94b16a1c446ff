//! Rooms of the people around a room's owner.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::reading;
use super::super::room::form;
use super::super::value::{Fields, id, number};
use super::MongoVisits;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::visit::JUST_VISITED_MS;
use crate::ports::room::StoreError;
use crate::ports::visit::{Around, Circle, Met, WAYS_MAX, Way};

impl MongoVisits {
    /// See [`crate::ports::visit::VisitStore::ways`].
    pub(super) async fn ways_on(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Met<Vec<Way>>, StoreError> {
        let Some(door) = self.door(room, viewer, now).await? else {
            return Ok(Met::NoRoom);
        };
        let owner = door.card.owner_id;
        let around = self.near.around.around(owner, viewer, circle, now).await?;
        let around: BTreeMap<UserId, Around> =
            around.into_iter().map(|one| (one.id, one)).collect();
        if around.is_empty() {
            return Ok(Met::Open(Vec::new()));
        }
        let owners: Vec<Bson> = around.keys().map(|owner| id(owner.uuid())).collect();
        let open = doc! {
            "owner": { "$in": owners }, "state": form::ACTIVE, "locked": false,
            "visibility": { "$in": [Visibility::Public.as_str(), Visibility::Followers.as_str()] },
        };
        let fields = doc! { "owner": 1, "visibility": 1, "guests_allowed": 1 };
        let rooms = self.rooms(open.clone(), fields).await?;
        let mut shut = self.banned_from(open, viewer).await?;
        shut.extend(self.just_visited(viewer, now).await?);
        shut.insert(room);
        let mut ways = Vec::new();
        for stored in &rooms {
            let room = RoomId::from_uuid(stored.uuid("_id")?);
            let owner = around.get(&UserId::from_uuid(stored.uuid("owner")?));
            let Some(owner) = owner.filter(|_| !shut.contains(&room)) else {
                continue;
            };
            let is_open = match Visibility::from_name(stored.text("visibility")?) {
                Some(Visibility::Public) => viewer.is_some() || stored.flag("guests_allowed")?,
                Some(Visibility::Followers) => owner.follows,
                _ => false,
            };
            if is_open {
                let is_tie = owner.is_tie;
                ways.push(Way { room, is_tie });
            }
        }
        ways.truncate(WAYS_MAX as usize);
        Ok(Met::Open(ways))
    }

    async fn rooms(&self, filter: Stored, fields: Stored) -> Result<Vec<Stored>, StoreError> {
        let rooms = async {
            self.mongo
                .collection(Collections::ROOM)
                .find(filter)
                .projection(fields)
                .await?
                .try_collect()
                .await
        };
        reading(rooms).await
    }

    /// Of these rooms those the viewer is kept out of: only the lists that name them are read.
    async fn banned_from(
        &self,
        mut of: Stored,
        viewer: Option<UserId>,
    ) -> Result<BTreeSet<RoomId>, StoreError> {
        let Some(viewer) = viewer.map(|viewer| viewer.to_string()) else {
            return Ok(BTreeSet::new());
        };
        of.insert("named.lists", &viewer);
        let mut banned = BTreeSet::new();
        for stored in self.rooms(of, form::card_fields()).await? {
            let card = form::to_card(&stored)?;
            if card.access.bans.contains_key(&viewer) {
                banned.insert(card.id);
            }
        }
        Ok(banned)
    }

    /// Where the viewer was just now.
    async fn just_visited(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeSet<RoomId>, StoreError> {
        let Some(viewer) = viewer else {
            return Ok(BTreeSet::new());
        };
        let since = now.0.saturating_sub(JUST_VISITED_MS);
        let filter = doc! { "user": id(viewer.uuid()), "last_ms": { "$gt": number(since) } };
        let sort = doc! { "last_ms": -1 };
        let visits = self.some(filter, sort, i64::from(WAYS_MAX)).await?;
        let rooms = visits.iter().map(|visit| visit.uuid("room"));
        let rooms = rooms.map(|room| Ok(RoomId::from_uuid(room?)));
        rooms.collect()
    }
}
