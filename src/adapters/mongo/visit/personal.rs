//! What the store of visits holds of a person: where they were.

use async_trait::async_trait;
use mongodb::bson::{Document as Stored, doc};
use serde_json::json;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, id, rfc3339};
use super::MongoVisits;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::room::StoreError;

#[async_trait]
impl PersonalData for MongoVisits {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        archive.begin("visits").await?;
        let visits = self.mongo.collection(Collections::VISIT);
        let found = visits
            .find(doc! { "user": id(person.uuid()) })
            .sort(doc! { "at_ms": 1, "_id": 1 });
        let mut found = reading(found).await?;
        while reading(found.advance()).await? {
            let visit = Stored::try_from(found.current());
            let visit = visit.map_err(|error| StoreError::Failed(error.to_string()))?;
            let line = json!({
                "room_id": RoomId::from_uuid(visit.uuid("room")?),
                "first_at": rfc3339(WallMs(visit.number("at_ms")?)),
                "last_at": rfc3339(WallMs(visit.number("last_ms")?)),
                "cleared": visit.flag("cleared")?,
            });
            archive.add(line.to_string()).await?;
        }
        Ok(())
    }

    async fn erase(&self, person: UserId, _: WallMs) -> Result<Erasing, PersonalDataError> {
        let outbox = self.mongo.collection(Collections::VISIT_OUTBOX);
        writing(outbox.delete_many(doc! { "named": id(person.uuid()) })).await?;
        let theirs = doc! { "user": id(person.uuid()) };
        Ok(match self.let_go(theirs).await? {
            true => Erasing::Begun,
            false => Erasing::Done,
        })
    }

    /// As with rooms: what was deleted lies in MongoDB's files until it is written over there.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}
