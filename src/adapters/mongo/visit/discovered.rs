//! What discovery asks of visits.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::Collections;
use super::super::failure::reading;
use super::super::value::{Fields, id, number};
use super::MongoVisits;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::ports::discovery::{DiscoveryUnavailable, ROOMS_AT_ONCE_MAX, VisitsForDiscovery};
use crate::ports::room::StoreError;

#[async_trait]
impl VisitsForDiscovery for MongoVisits {
    async fn lately(
        &self,
        viewer: UserId,
        rooms: &[RoomId],
        since: WallMs,
    ) -> Result<Vec<RoomId>, DiscoveryUnavailable> {
        if rooms.len() > ROOMS_AT_ONCE_MAX {
            return Err(DiscoveryUnavailable::too_many());
        }
        let among: Vec<Bson> = rooms.iter().map(|room| id(room.uuid())).collect();
        let filter = doc! {
            "user": id(viewer.uuid()), "last_ms": { "$gt": number(since.0) }, "room": { "$in": among },
        };
        let found = async {
            self.mongo
                .collection(Collections::VISIT)
                .find(filter)
                .projection(doc! { "room": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        // On each day there was another visit.
        let rooms = found.iter().map(|visit| visit.uuid("room"));
        let rooms: BTreeSet<_> = rooms.collect::<Result<_, _>>().map_err(StoreError::from)?;
        Ok(rooms.into_iter().map(RoomId::from_uuid).collect())
    }
}
