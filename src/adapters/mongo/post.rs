//! The post service on MongoDB: posts, what people do with them, and comments in threads.
//!
//! **Documents.** A post is one document with its history, bounded, and its counts ([`form`]); so is a comment
//! ([`comment_form`]). What there may be any number of is a collection: responses (reactions, reposts, bookmarks; one
//! document a person and thing, whose `_id` says so, and which therefore is there once), the tags of what is out, who
//! was told of being named. Lists are led by one string a document, the place: a time and an id, fixed in width, so that
//! a page is one range of one index ([`Collections`](super::Collections) lists them).
//!
//! **Steps.** What changes one post together with its counts, its responses, its tags and its events is a transaction
//! that always writes the document of the post, or of the comment: two of them on one collide, the later is done anew,
//! and counts are exact. Within a process those on one thing queue up first ([`Lanes`]), so that a crowd on one post does
//! not collide at all. Sets with a bound (drafts, pins, bookmarks of a person) are counted in the transaction, which
//! writes the person's document of the collection `post_shelf`.
//!
//! **Other services.** People, relations, rooms and pictures are asked for by ports, one question a page. What other
//! stores must hear (notices, cases, which pictures are shown) is a debt: written in the transaction, paid at once after
//! it and, where that fails, by the upkeep until it is paid ([`debts`]). Events wait in `post_outbox` ([`outbox`]).
//!
//! **Who sees what** is decided by [`viewer`], on candidates read from an index in growing batches until the page is full.
//! Counts are stored for everybody; what those did who are gone for the viewer is subtracted ([`counts`]).

use std::sync::Arc;

use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::bson::{Bson, Document as Stored, doc};

use super::failure::reading;
use super::lanes::Lanes;
use super::place::Places;
use super::transaction::Halt;
use super::value::Unfit;
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::asset::{AssetsUnavailable, PictureUses};
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::notification::{NotificationSink, NotificationStore};
use crate::ports::people::{PeopleUnavailable, ShownPeople};
use crate::ports::post::{PostStoreError, Refusal};
use crate::ports::room::{RoomDoors, StoreError};
use viewer::Viewer;

mod announce;
mod comment_form;
mod comments;
mod counts;
mod debts;
mod feeds;
mod form;
mod moderated;
mod outbox;
mod personal;
mod responding;
mod response_form;
mod responses;
mod rooms;
mod saying;
mod step;
mod sweep;
mod tags;
#[cfg(test)]
mod tests;
mod threads;
mod upkeep;
mod viewer;
mod views;
mod write;
mod writing;
mod written;

pub use moderated::{MongoModeratedComments, MongoModeratedPosts};

/// Whom this store asks, and tells.
#[derive(Clone)]
pub struct PostNeighbours {
    /// People, and what they are to each other.
    pub people: Arc<dyn ShownPeople>,
    /// Rooms posts hang in.
    pub doors: Arc<dyn RoomDoors>,
    /// Pictures posts show.
    pub pictures: Arc<dyn PictureUses>,
    /// Where notices wait.
    pub notices: Arc<dyn NotificationStore>,
    /// Where cases are opened.
    pub cases: Arc<dyn ModerationStore>,
    /// Who hears of notices that were owed for a while.
    pub sink: Arc<dyn NotificationSink>,
}

impl std::fmt::Debug for PostNeighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostNeighbours(..)")
    }
}

/// Posts in MongoDB.
#[derive(Clone)]
pub struct MongoPosts {
    mongo: Mongo,
    near: Arc<PostNeighbours>,
    places: Arc<Places>,
    lanes: Arc<Lanes>,
}

impl std::fmt::Debug for MongoPosts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MongoPosts").field(&self.mongo).finish()
    }
}

impl From<StoreError> for PostStoreError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<Unfit> for PostStoreError {
    fn from(unfit: Unfit) -> Self {
        Self::Unavailable(unfit.to_string())
    }
}

impl From<PeopleUnavailable> for PostStoreError {
    fn from(error: PeopleUnavailable) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<AssetsUnavailable> for PostStoreError {
    fn from(error: AssetsUnavailable) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<PostStoreError> for Halt<PostStoreError> {
    fn from(error: PostStoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<Refusal> for Halt<PostStoreError> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

/// What comes of a part of a transaction.
type Attempted<T> = Result<T, Halt<PostStoreError>>;

impl MongoPosts {
    /// The store of posts.
    pub fn new(mongo: Mongo, near: PostNeighbours) -> Self {
        Self {
            places: Arc::new(Places::new(&mongo, "post")),
            near: Arc::new(near),
            lanes: Arc::new(Lanes::default()),
            mongo,
        }
    }

    fn posts(&self) -> Collection<Stored> {
        self.mongo.collection(Collections::POST)
    }

    fn comments_kept(&self) -> Collection<Stored> {
        self.mongo.collection(Collections::COMMENT)
    }

    fn responses_kept(&self) -> Collection<Stored> {
        self.mongo.collection(Collections::POST_RESPONSE)
    }

    fn mentions_kept(&self) -> Collection<Stored> {
        self.mongo.collection(Collections::POST_MENTION)
    }

    /// Somebody who looks, and has met nobody yet.
    fn viewer(&self, id: Option<UserId>, now: WallMs) -> Viewer<'_> {
        Viewer::new(&*self.near.people, id, now)
    }

    /// Documents in an order, as many as this.
    async fn some(
        &self,
        collection: &Collection<Stored>,
        filter: Stored,
        sort: Stored,
        limit: u32,
        fields: Stored,
    ) -> Result<Vec<Stored>, PostStoreError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let found = async {
            collection
                .find(filter)
                .sort(sort)
                .limit(i64::from(limit))
                .projection(fields)
                .await?
                .try_collect()
                .await
        };
        Ok(reading(found).await?)
    }

    /// All documents, which whoever asks knows to be few.
    async fn all(
        &self,
        collection: &Collection<Stored>,
        filter: Stored,
        fields: Stored,
    ) -> Result<Vec<Stored>, PostStoreError> {
        let found = async {
            collection
                .find(filter)
                .projection(fields)
                .await?
                .try_collect()
                .await
        };
        Ok(reading(found).await?)
    }
}

/// A condition on a field: beyond a place in a list, if any.
fn below(filter: &mut Stored, field: &str, place: Option<&str>) {
    let bound = match place {
        Some(place) => doc! { "$lt": place },
        // Whatever has a place at all.
        None => doc! { "$gt": "" },
    };
    filter.insert(field, bound);
}

/// One of these.
fn among(values: impl IntoIterator<Item = Bson>) -> Stored {
    doc! { "$in": values.into_iter().collect::<Vec<Bson>>() }
}
