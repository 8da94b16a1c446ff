//! Rooms as far as other services hang things in them.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, doc};

use super::super::failure::reading;
use super::super::value::{Fields, id};
use super::{MongoRooms, form};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::ports::room::{DOORS_MAX, Door, RoomDoors, StoreError};

#[async_trait]
impl RoomDoors for MongoRooms {
    async fn doors(&self, rooms: &[RoomId]) -> Result<Vec<Door>, StoreError> {
        if rooms.len() > DOORS_MAX {
            return Err(StoreError::Failed("too many at once".to_owned()));
        }
        let ids: Vec<Bson> = rooms.iter().map(|room| id(room.uuid())).collect();
        let found = async {
            self.rooms()
                .find(doc! { "_id": { "$in": ids } })
                .projection(doc! { "state": 1, "owner": 1, "visibility": 1, "named.editors": 1 })
                .await?
                .try_collect::<Vec<_>>()
                .await
        };
        let doors = reading(found).await?.into_iter().map(|stored| {
            let editors = stored.within("named")?.get_array("editors").ok();
            let editors = editors.into_iter().flatten().filter_map(Bson::as_str);
            // Of what is deleted for good nothing is left but its id.
            let visibility = stored.get_str("visibility").ok();
            let visibility = visibility.and_then(Visibility::from_name);
            Ok(Door {
                room: RoomId::from_uuid(stored.uuid("_id")?),
                is_active: stored.text("state")? == form::ACTIVE,
                owner: stored.maybe_uuid("owner")?.map(UserId::from_uuid),
                visibility: visibility.unwrap_or(Visibility::Private),
                editors: editors.filter_map(|id| id.parse().ok()).collect(),
            })
        });
        doors.collect()
    }
}
