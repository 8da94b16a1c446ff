//! The transactions of what people do with posts and comments.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use uuid::Uuid;

use super::super::Collections;
use super::super::transaction::Attempt;
use super::super::value::{id, number};
use super::debts::{Debt, Owed};
use super::response_form::{BOOKMARK, OF_COMMENT, counted, key};
use super::{Attempted, MongoPosts, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{BOOKMARKS_MAX, PINS_MAX, PostEvent, ReactionKind};
use crate::ports::post::{PostStoreError, Refusal};

/// Something somebody does.
pub(super) struct Doing<'a> {
    pub store: &'a MongoPosts,
    pub what: &'static str,
    pub of: Uuid,
    pub by: UserId,
    pub kind: Option<ReactionKind>,
    /// What the world hears of the first time.
    pub event: Option<(PostId, PostEvent)>,
    /// Who hears of the first time.
    pub notice: Option<Debt>,
    pub now: WallMs,
}

impl Doing<'_> {
    fn things(&self) -> mongodb::Collection<Stored> {
        match self.what {
            OF_COMMENT => self.store.comments_kept(),
            _ => self.store.posts(),
        }
    }

    fn stored(&self) -> Stored {
        let mut stored = doc! {
            "_id": key(self.what, self.of, self.by),
            "what": self.what,
            "of": id(self.of),
            "user": id(self.by.uuid()),
            "at_ms": number(self.now.0),
            "by_of": form::place(self.now, self.by.uuid()),
            "by_user": form::place(self.now, self.of),
        };
        if let Some(kind) = self.kind {
            stored.insert("kind", kind.as_str());
        }
        stored
    }
}

#[async_trait]
impl Attempt for Doing<'_> {
    type Outcome = Vec<Owed>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Vec<Owed>> {
        let responses = self.store.responses_kept();
        let this = doc! { "_id": key(self.what, self.of, self.by) };
        let known = responses
            .find_one(this.clone())
            .session(&mut *session)
            .await?;
        let mut count = doc! { counted(self.what, self.kind): 1_i64 };
        if let Some(known) = &known {
            let was: Option<ReactionKind> = match known.contains_key("kind") {
                true => Some(form::known(known, "kind")?),
                false => None,
            };
            let Some(kind) = self.kind.filter(|kind| was != Some(*kind)) else {
                return Ok(Vec::new());
            };
            count.insert(counted(self.what, was), -1_i64);
            responses
                .update_one(this, doc! { "$set": { "kind": kind.as_str() } })
                .session(&mut *session)
                .await?;
        } else if self.what == BOOKMARK {
            let of_person = doc! { "user": id(self.by.uuid()), "what": BOOKMARK };
            let so_far = self
                .store
                .count_on_shelf(session, self.by, Collections::POST_RESPONSE, of_person)
                .await?;
            if so_far >= u64::from(BOOKMARKS_MAX) {
                return Err(Refusal::TooManyBookmarks.into());
            }
        }
        let there = doc! { "_id": id(self.of), "gone": false };
        let counted = self
            .things()
            .update_one(there, doc! { "$inc": count })
            .session(&mut *session)
            .await?;
        if counted.matched_count == 0 {
            return Err(match self.what {
                OF_COMMENT => Refusal::NoSuchComment,
                _ => Refusal::NoSuchPost,
            }
            .into());
        }
        if known.is_some() {
            return Ok(Vec::new());
        }
        responses
            .insert_one(self.stored())
            .session(&mut *session)
            .await?;
        if let Some((post, event)) = &self.event {
            self.store.tell(session, *post, event).await?;
        }
        let debts = self.notice.clone().into_iter().collect();
        self.store.owe(session, debts, self.now).await
    }
}

/// Something somebody does no longer.
pub(super) struct Undoing<'a> {
    pub store: &'a MongoPosts,
    pub what: &'a str,
    pub of: Uuid,
    pub by: UserId,
}

#[async_trait]
impl Attempt for Undoing<'_> {
    /// Whether they did.
    type Outcome = bool;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<bool> {
        let this = doc! { "_id": key(self.what, self.of, self.by) };
        let responses = self.store.responses_kept();
        let gone = responses
            .find_one_and_delete(this)
            .session(&mut *session)
            .await?;
        let Some(gone) = gone else {
            return Ok(false);
        };
        let kind = match gone.contains_key("kind") {
            true => Some(form::known(&gone, "kind")?),
            false => None,
        };
        let things = match self.what {
            OF_COMMENT => self.store.comments_kept(),
            _ => self.store.posts(),
        };
        things
            .update_one(
                doc! { "_id": id(self.of) },
                doc! { "$inc": { counted(self.what, kind): -1_i64 } },
            )
            .session(session)
            .await?;
        Ok(true)
    }
}

/// A post that is put on top, or not any more.
pub(super) struct Pinning<'a> {
    pub store: &'a MongoPosts,
    pub author: UserId,
    pub post: PostId,
    pub pin: bool,
    pub now: WallMs,
}

#[async_trait]
impl Attempt for Pinning<'_> {
    type Outcome = ();
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<()> {
        let this = doc! { "_id": id(self.post.uuid()), "gone": false };
        let update = match self.pin {
            true => doc! { "$set": { "pinned_ms": number(self.now.0) } },
            false => doc! { "$unset": { "pinned_ms": "" } },
        };
        if self.pin {
            let mine = id(self.author.uuid());
            let pinned = doc! {
                "author": mine, "pinned_ms": { "$gt": 0_i64 },
                "_id": { "$ne": id(self.post.uuid()) },
            };
            let so_far = self
                .store
                .count_on_shelf(session, self.author, Collections::POST, pinned)
                .await?;
            if so_far >= u64::from(PINS_MAX) {
                return Err(Refusal::TooManyPins.into());
            }
        }
        let posts = self.store.posts();
        let done = posts.update_one(this, update).session(session).await?;
        if done.matched_count == 0 {
            return Err(Refusal::NoSuchPost.into());
        }
        Ok(())
    }
}
