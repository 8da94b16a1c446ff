//! Parts of transactions on posts.

use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};

use super::super::Collections;
use super::super::failure::{is_duplicate, writing};
use super::super::value::id;
use super::{Attempted, MongoPosts, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::ports::post::PostStoreError;

impl MongoPosts {
    /// Sees to it that somebody has a shelf, before a transaction on it: two that make one at once would be in each
    /// other's way.
    pub(super) async fn make_shelf(&self, person: UserId) -> Result<(), PostStoreError> {
        let shelves = self.mongo.collection(Collections::POST_SHELF);
        let made = async {
            let made = shelves
                .update_one(
                    doc! { "_id": id(person.uuid()) },
                    doc! { "$setOnInsert": { "turn": 0_i64 } },
                )
                .upsert(true)
                .await;
            match made {
                Err(error) if is_duplicate(&error) => Ok(()),
                made => made.map(drop),
            }
        };
        Ok(writing(made).await?)
    }

    /// How many documents there are in a set of somebody's to which one is to be added: whoever else adds to any of
    /// theirs at the same time does so before or after.
    pub(super) async fn count_on_shelf(
        &self,
        session: &mut ClientSession,
        person: UserId,
        collection: &'static str,
        filter: Stored,
    ) -> Attempted<u64> {
        let shelves = self.mongo.collection(Collections::POST_SHELF);
        shelves
            .update_one(
                doc! { "_id": id(person.uuid()) },
                doc! { "$inc": { "turn": 1_i64 } },
            )
            .session(&mut *session)
            .await?;
        let collection = self.mongo.collection(collection);
        let count = collection.count_documents(filter).session(session).await?;
        Ok(count)
    }

    /// Files a post that is out under its tags, and under no others.
    pub(super) async fn file(
        &self,
        session: &mut ClientSession,
        post: PostId,
        tags: &[String],
        out: Option<WallMs>,
    ) -> Attempted<()> {
        let filed = self.mongo.collection(Collections::POST_TAG);
        filed
            .delete_many(doc! { "post": id(post.uuid()) })
            .session(&mut *session)
            .await?;
        let Some(out) = out.filter(|_| !tags.is_empty()) else {
            return Ok(());
        };
        let place = form::place(out, post.uuid());
        let mut tags = tags.to_vec();
        tags.sort_unstable();
        tags.dedup();
        let stored = tags.iter().map(|tag| {
            let key = format!("{}:{tag}", post.uuid().as_simple());
            doc! { "_id": key, "tag": tag, "post": id(post.uuid()), "out": &place }
        });
        filed.insert_many(stored).session(session).await?;
        Ok(())
    }
}
