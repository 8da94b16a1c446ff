//! What discovery asks of rooms.

use async_trait::async_trait;
use mongodb::bson::{Bson, doc};

use super::super::value::id;
use super::{MongoRooms, form};
use crate::domain::id::RoomId;
use crate::ports::discovery::{
    DiscoveredRoom, DiscoveryUnavailable, ROOMS_AT_ONCE_MAX, RoomsForDiscovery,
};
use crate::ports::room::StoreError;

impl From<StoreError> for DiscoveryUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl RoomsForDiscovery for MongoRooms {
    async fn discovered(
        &self,
        rooms: &[RoomId],
    ) -> Result<Vec<DiscoveredRoom>, DiscoveryUnavailable> {
        if rooms.len() > ROOMS_AT_ONCE_MAX {
            return Err(DiscoveryUnavailable::too_many());
        }
        let ids: Vec<Bson> = rooms.iter().map(|room| id(room.uuid())).collect();
        let filter = doc! { "_id": { "$in": ids }, "state": form::ACTIVE };
        let mut fields = form::card_fields();
        fields.insert("created_ms", 1);
        let found = self.all(filter, doc! { "_id": 1 }, None, fields).await?;
        let found = found.iter().map(|stored| {
            let card = form::to_card(stored)?;
            let created = form::time(stored, "created_ms")?;
            Ok(DiscoveredRoom { card, created })
        });
        Ok(found.collect::<Result<_, StoreError>>()?)
    }
}
