//! What guestbooks hold of a person: what they wrote, and what was written to them.

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document as Stored, doc};
use serde_json::json;

use super::super::Collections;
use super::super::door::faces;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, id, rfc3339};
use super::MongoGuestbooks;
use super::form::Kept;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::ports::people::Shown;
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::room::StoreError;

/// Entries erased in one step, and handed over at once.
const AT_ONCE: i64 = 128;

/// Whoever is suspended for a while is there in an archive.
const IN_THE_END: WallMs = WallMs(i64::MAX.unsigned_abs());

impl MongoGuestbooks {
    /// All of these, in the order of their time, some at a time.
    async fn next(&self, mut of: Stored, after: Option<&Kept>) -> Result<Vec<Kept>, StoreError> {
        of.insert("gone", false);
        if let Some(after) = after {
            let at = super::super::value::number(after.created.0);
            let further = [
                doc! { "created_ms": { "$gt": at.clone() } },
                doc! { "created_ms": at, "_id": { "$gt": id(after.id.uuid()) } },
            ];
            of.insert("$or", further.to_vec());
        }
        self.some(of, doc! { "created_ms": 1, "_id": 1 }, AT_ONCE)
            .await
    }

    async fn rooms_of(&self, owner: UserId) -> Result<Vec<RoomId>, StoreError> {
        let found = async {
            self.mongo
                .collection(Collections::ROOM)
                .find(doc! { "owner": id(owner.uuid()) })
                .projection(doc! { "_id": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        let rooms = found.iter().map(|room| room.uuid("_id"));
        let rooms = rooms.map(|room| Ok(RoomId::from_uuid(room?)));
        rooms.collect()
    }

    async fn export_written(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        archive.begin("guestbook").await?;
        let mut last = None;
        loop {
            let of = doc! { "author": id(person.uuid()) };
            let some = self.next(of, last.as_ref()).await?;
            for entry in &some {
                let line = json!({
                    "id": entry.id, "room_id": entry.room, "reply_to": entry.parent,
                    "text": entry.text, "secret": entry.is_secret,
                    "standing": entry.standing.as_str(),
                    "written_at": rfc3339(entry.created), "edited_at": entry.edited.map(rfc3339),
                });
                archive.add(line.to_string()).await?;
            }
            last = some.into_iter().last();
            if last.is_none() {
                return Ok(());
            }
        }
    }

    /// Without what is by people who are gone, or in a block with them.
    async fn export_received(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        archive.begin("guestbook_received").await?;
        for room in self.rooms_of(person).await? {
            let mut last = None;
            loop {
                let of = doc! { "room": id(room.uuid()) };
                let some = self.next(of, last.as_ref()).await?;
                let authors = some.iter().map(|entry| entry.author);
                let people = &*self.near.people;
                let authors = faces(people, Some(person), authors, IN_THE_END).await?;
                for entry in &some {
                    let author = authors
                        .get(&entry.author)
                        .filter(|one| Shown::is_there(one));
                    let is_shown = entry.standing == Standing::Shown && entry.author != person;
                    let Some(author) = author.filter(|_| is_shown) else {
                        continue;
                    };
                    let line = json!({
                        "id": entry.id, "room_id": entry.room, "author": author.user.handle,
                        "text": entry.text, "secret": entry.is_secret, "hidden": entry.is_hidden,
                        "written_at": rfc3339(entry.created),
                    });
                    archive.add(line.to_string()).await?;
                }
                last = some.into_iter().last();
                if last.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl PersonalData for MongoGuestbooks {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        self.export_written(person, archive).await?;
        self.export_received(person, archive).await
    }

    /// Their entries go with the replies to them. The notices of those are erased where notices are.
    async fn erase(&self, person: UserId, _: WallMs) -> Result<Erasing, PersonalDataError> {
        let outbox = self.mongo.collection(Collections::VISIT_OUTBOX);
        writing(outbox.delete_many(doc! { "named": id(person.uuid()) })).await?;
        let of = doc! { "author": id(person.uuid()) };
        let some = self.some(of, doc! { "created_ms": 1, "_id": 1 }, AT_ONCE);
        let some: Vec<Bson> = some
            .await?
            .iter()
            .map(|entry| id(entry.id.uuid()))
            .collect();
        if some.is_empty() {
            let keys = self.mongo.collection(Collections::ONCE);
            writing(keys.delete_many(doc! { "owner": id(person.uuid()) })).await?;
            return Ok(Erasing::Done);
        }
        let replies = doc! { "parent": { "$in": some.clone() }, "is_reply": true };
        writing(self.kept().delete_many(replies)).await?;
        writing(self.kept().delete_many(doc! { "_id": { "$in": some } })).await?;
        Ok(Erasing::Begun)
    }

    /// As with rooms: what was deleted lies in MongoDB's files until it is written over there.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}
