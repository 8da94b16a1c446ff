//! What is left of deleted posts and comments, taken away in small steps: each leads on from wherever the last one ended.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document as Stored, doc};
use uuid::Uuid;

use super::super::failure::writing;
use super::super::transaction::{Attempt, transact};
use super::super::value::{Fields, id, number};
use super::form;
use super::response_form::OF_COMMENT;
use super::{Attempted, MongoPosts, among};
use crate::domain::clock::WallMs;
use crate::domain::id::PostId;
use crate::domain::post::ReactionKind;
use crate::ports::post::{PostStoreError, REMOVED_KEPT_MS, SWEPT_AT_ONCE};

/// The place of a deleted comment goes, if nothing answers it.
struct Vacating<'a> {
    store: &'a MongoPosts,
    comment: Uuid,
}

#[async_trait]
impl Attempt for Vacating<'_> {
    type Outcome = ();
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<()> {
        let comments = self.store.comments_kept();
        let this = doc! { "_id": id(self.comment), "gone": true };
        for answers in ["under", "parent"] {
            let answer = comments
                .find_one(doc! { answers: id(self.comment) })
                .projection(doc! { "_id": 1 })
                .session(&mut *session)
                .await?;
            if answer.is_some() {
                // It stays, and is not looked at again before an answer to it goes. Reactions to it are gone by now,
                // and come no more.
                let mut nothing = doc! { "unswept": "" };
                for kind in ReactionKind::ALL {
                    nothing.insert(format!("counts.{}", kind.as_str()), "");
                }
                comments
                    .update_one(this, doc! { "$unset": nothing })
                    .session(session)
                    .await?;
                return Ok(());
            }
        }
        let gone = comments
            .find_one_and_delete(this)
            .projection(doc! { "under": 1, "parent": 1 })
            .session(&mut *session)
            .await?;
        let Some(gone) = gone else {
            return Ok(());
        };
        let above = [gone.maybe_uuid("under")?, gone.maybe_uuid("parent")?];
        let above = above.into_iter().flatten().map(id);
        let above = doc! { "_id": among(above), "gone": true };
        comments
            .update_many(above, doc! { "$set": { "unswept": true } })
            .session(session)
            .await?;
        Ok(())
    }
}

impl MongoPosts {
    /// The keys of some documents.
    async fn keys(
        &self,
        collection: &mongodb::Collection<Stored>,
        filter: Stored,
    ) -> Result<Vec<Bson>, PostStoreError> {
        let fields = doc! { "_id": 1 };
        let some = self
            .some(collection, filter, Stored::new(), SWEPT_AT_ONCE, fields)
            .await?;
        let keys = some.iter().map(|stored| Ok(stored.field("_id")?.clone()));
        keys.collect()
    }

    /// Takes some documents away; whether there were any.
    async fn take_away(
        &self,
        collection: &mongodb::Collection<Stored>,
        filter: Stored,
    ) -> Result<bool, PostStoreError> {
        let keys = self.keys(collection, filter).await?;
        if keys.is_empty() {
            return Ok(false);
        }
        writing(collection.delete_many(doc! { "_id": among(keys) })).await?;
        Ok(true)
    }

    /// Takes away some of what is left of a deleted post, from the leaves on, and in the end the post.
    pub(super) async fn sweep_post(&self, post: PostId) -> Result<(), PostStoreError> {
        let (comments, responses) = (self.comments_kept(), self.responses_kept());
        let of_post = doc! { "post": id(post.uuid()) };
        let some = self.keys(&comments, of_post.clone()).await?;
        if !some.is_empty() {
            let reactions = doc! { "of": among(some.clone()), "what": OF_COMMENT };
            if !self.take_away(&responses, reactions).await? {
                writing(comments.delete_many(doc! { "_id": among(some) })).await?;
            }
            return Ok(());
        }
        let done = doc! { "of": id(post.uuid()) };
        if self.take_away(&responses, done).await? || self.withdraw_some(post).await? {
            return Ok(());
        }
        let this = doc! { "_id": id(post.uuid()), "gone": true };
        writing(self.posts().delete_one(this)).await?;
        Ok(())
    }

    /// Takes away some of what is left of deleted comments; whether there was any.
    pub(super) async fn sweep_comments(&self) -> Result<bool, PostStoreError> {
        let comments = self.comments_kept();
        let some = self.keys(&comments, doc! { "unswept": true }).await?;
        if some.is_empty() {
            return Ok(false);
        }
        let reactions = doc! { "of": among(some.clone()), "what": OF_COMMENT };
        if self.take_away(&self.responses_kept(), reactions).await? {
            return Ok(true);
        }
        for comment in some {
            let comment = super::super::value::to_uuid(&comment);
            let unfit = || super::Unfit("_id".to_owned());
            let vacating = Vacating {
                store: self,
                comment: comment.ok_or_else(unfit)?,
            };
            transact(&self.mongo, &vacating).await?;
        }
        Ok(true)
    }

    /// As [`PostUpkeep::sweep`](crate::ports::post::PostUpkeep::sweep).
    pub(super) async fn swept(&self, now: WallMs) -> Result<bool, PostStoreError> {
        let paid = self.pay_overdue(now).await?;
        let posts = self.posts();
        let overdue = number(now.0.saturating_sub(REMOVED_KEPT_MS));
        let removed = doc! { "removed_ms": { "$gt": 0_i64, "$lt": overdue } };
        let sort = doc! { "removed_ms": 1 };
        let removed = self.some(&posts, removed, sort, 1, form::fields()).await?;
        if let Some(removed) = removed.first() {
            self.bury(&form::to_kept(removed)?.post, now).await?;
        }
        let deleted = doc! { "deleted_ms": { "$gt": 0_i64 } };
        let sort = doc! { "deleted_ms": 1 };
        let deleted = self
            .some(&posts, deleted, sort, 1, doc! { "_id": 1 })
            .await?;
        match deleted.first() {
            Some(post) => {
                let post = PostId::from_uuid(post.uuid("_id")?);
                self.sweep_post(post).await?;
                Ok(true)
            }
            None => Ok(self.sweep_comments().await? || paid),
        }
    }
}
