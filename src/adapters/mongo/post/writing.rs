//! The transactions that write posts.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use mongodb::options::ReturnDocument;

use super::super::Collections;
use super::super::once::{self, Begun};
use super::super::transaction::Attempt;
use super::super::value::{Fields, id, number};
use super::announce::News;
use super::debts::{Debt, Owed};
use super::form::{self, Kept, Stand};
use super::{Attempted, MongoPosts};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::post::{Content, DRAFTS_MAX, EDITS_MAX, Post, PostEvent, PostState};
use crate::ports::once::{Done, Once};
use crate::ports::post::{NewPost, PostStoreError, Refusal};

/// Nothing more happens to a request that took effect before.
pub(super) fn before<T>(begun: Begun<T>) -> Option<Done<T>> {
    match begun {
        Begun::Fresh => None,
        Begun::Replay(result) => Some(Done::Before(result)),
        Begun::Mismatch => Some(Done::KeyReused),
    }
}

/// A step that a request asked for: what became of it, and what it owes.
pub(super) type Made<T> = (Done<T>, Vec<Owed>);

/// A post is begun, or written at once.
pub(super) struct Creating<'a> {
    pub store: &'a MongoPosts,
    pub new: &'a NewPost,
    /// As it is going to be.
    pub post: &'a Post,
    /// Where it is out and shown.
    pub news: Option<News>,
    pub once: Option<&'a Once>,
}

#[async_trait]
impl Attempt for Creating<'_> {
    type Outcome = Made<PostId>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Made<PostId>> {
        let Self {
            store, new, post, ..
        } = self;
        let begun = once::begin(&store.mongo, session, self.once, new.at).await?;
        if let Some(done) = before(begun) {
            return Ok((done, Vec::new()));
        }
        if new.state != PostState::Published {
            let drafts = doc! { "author": id(new.author.uuid()), "begun": { "$gt": "" } };
            let so_far = store
                .count_on_shelf(session, new.author, Collections::POST, drafts)
                .await?;
            if so_far >= u64::from(DRAFTS_MAX) {
                return Err(Refusal::TooManyDrafts.into());
            }
        }
        let mut stored = form::new(new, &post.tags)?;
        stored.insert("announced", self.news.is_some());
        store
            .posts()
            .insert_one(stored)
            .session(&mut *session)
            .await?;
        let mut debts = Vec::new();
        if !new.content.pictures.is_empty() {
            debts.push(Debt::Pictures { post: new.id });
        }
        if new.state == PostState::Published {
            let words = new.content.words();
            let thing = (ContentKind::Post, new.id);
            debts.extend(Debt::case(
                new.standing,
                thing,
                (new.author, &words),
                new.at,
            ));
            store
                .file(session, new.id, &post.tags, Some(new.at))
                .await?;
            let (of, news) = ((new.id, new.author), self.news.as_ref());
            debts.extend(
                store
                    .announce(session, of, (false, 1), news, new.at)
                    .await?,
            );
        }
        let owed = store.owe(session, debts, new.at).await?;
        once::record(&store.mongo, session, self.once, &new.id, new.at).await?;
        Ok((Done::Now(new.id), owed))
    }
}

/// A post is other than it was.
pub(super) struct Changing<'a> {
    pub store: &'a MongoPosts,
    pub was: &'a Kept,
    /// As it is going to be, of the next version.
    pub next: &'a Post,
    /// Where it is out and shown.
    pub news: Option<News>,
    /// Whether what it was is kept.
    pub keeps: bool,
    pub once: Option<&'a Once>,
    pub now: WallMs,
}

impl Changing<'_> {
    fn update(&self) -> Result<Stored, PostStoreError> {
        let Self { was, next, .. } = self;
        let stand = Stand {
            id: next.id,
            state: next.state,
            created: next.created,
            publish_at: next.publish_at,
            published: next.published,
        };
        let (mut set, mut unset) = stand.fields();
        set.extend(doc! {
            "state": next.state.as_str(),
            "audience": next.audience.as_str(),
            "standing": next.standing.as_str(),
            "body": form::body(&next.content)?,
            "tags": next.tags.clone(),
            "version": number(next.version),
            "changed_ms": number(self.now.0),
            "pictured": was.is_pictured || !next.content.pictures.is_empty(),
        });
        if self.news.is_some() {
            set.insert("announced", true);
        }
        if let Some(edited) = next.edited {
            set.insert("edited_ms", number(edited.0));
        }
        match next.room.map(RoomId::uuid) {
            Some(room) => set.insert("room", id(room)),
            None => unset.insert("room", ""),
        };
        match next.quote_of.map(PostId::uuid) {
            Some(quote) => set.insert("quote", id(quote)),
            None => unset.insert("quote", ""),
        };
        let mut update = doc! { "$set": set, "$unset": unset };
        if self.keeps {
            let kept = doc! {
                "$each": [form::former(was)?],
                "$slice": -i64::from(EDITS_MAX),
            };
            update.insert("$push", doc! { "edits": kept });
        }
        Ok(update)
    }
}

#[async_trait]
impl Attempt for Changing<'_> {
    type Outcome = Made<PostId>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Made<PostId>> {
        let Self {
            store, was, next, ..
        } = self;
        let begun = once::begin(&store.mongo, session, self.once, self.now).await?;
        if let Some(done) = before(begun) {
            return Ok((done, Vec::new()));
        }
        let as_it_was = doc! {
            "_id": id(next.id.uuid()), "version": number(was.post.version), "gone": false,
        };
        let found = store
            .posts()
            .find_one_and_update(as_it_was, self.update()?)
            .return_document(ReturnDocument::Before)
            .projection(doc! { "announced": 1 })
            .session(&mut *session)
            .await?;
        let found = found.ok_or(Refusal::Stale)?;
        let was_announced = found.flag("announced")?;
        let mut debts = Vec::new();
        if was.is_pictured || !next.content.pictures.is_empty() {
            debts.push(Debt::Pictures { post: next.id });
        }
        let is_out = next.state == PostState::Published;
        if is_out {
            store
                .file(session, next.id, &next.tags, next.published)
                .await?;
            if was.post.standing != next.standing || was.post.state != PostState::Published {
                let words = next.content.words();
                let thing = (ContentKind::Post, next.id);
                debts.extend(Debt::case(
                    next.standing,
                    thing,
                    (next.author, &words),
                    self.now,
                ));
            }
            let (of, as_of) = ((next.id, next.author), (was_announced, next.version));
            let news = self.news.as_ref();
            debts.extend(store.announce(session, of, as_of, news, self.now).await?);
        }
        let owed = store.owe(session, debts, self.now).await?;
        once::record(&store.mongo, session, self.once, &next.id, self.now).await?;
        Ok((Done::Now(next.id), owed))
    }
}

/// A post is gone for everybody in one small step; the rest is swept later in others.
pub(super) struct Burying<'a> {
    pub store: &'a MongoPosts,
    pub post: PostId,
    pub author: UserId,
    pub now: WallMs,
}

#[async_trait]
impl Attempt for Burying<'_> {
    type Outcome = Vec<Owed>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Vec<Owed>> {
        let Self { store, post, .. } = self;
        let set = doc! {
            "gone": true, "deleted_ms": number(self.now.0), "tags": [], "edits": [],
            "body": form::body(&Content::default())?,
        };
        // Every trace of it in lists.
        let unset = doc! {
            "out": "", "begun": "", "due_ms": "", "pinned_ms": "", "removed_ms": "", "room": "", "quote": "",
        };
        let found = store
            .posts()
            .find_one_and_update(
                doc! { "_id": id(post.uuid()), "gone": false },
                doc! { "$set": set, "$unset": unset, "$inc": { "version": 1_i64 } },
            )
            .projection(doc! { "pictured": 1 })
            .session(&mut *session)
            .await?;
        let found = found.ok_or(Refusal::NoSuchPost)?;
        store.file(session, *post, &[], None).await?;
        let mut debts = vec![Debt::Withdrawal {
            post: *post,
            author: self.author,
        }];
        if found.flag("pictured")? {
            debts.push(Debt::Pictures { post: *post });
        }
        store
            .tell(session, *post, &PostEvent::PostDeleted {})
            .await?;
        store.owe(session, debts, self.now).await
    }
}

/// A moderator changes whether a post may be shown.
pub(super) struct Standings<'a> {
    pub store: &'a MongoPosts,
    pub was: &'a Post,
    pub is_pictured: bool,
    pub standing: Standing,
    /// Where it is out and shown from now on.
    pub news: Option<News>,
    pub now: WallMs,
}

#[async_trait]
impl Attempt for Standings<'_> {
    type Outcome = Vec<Owed>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Vec<Owed>> {
        let Self { store, was, .. } = self;
        let mut set = doc! { "standing": self.standing.as_str() };
        let mut update = Stored::new();
        if self.standing == Standing::Removed {
            // Everything it says goes for good.
            set.extend(doc! {
                "body": form::body(&Content::default())?, "tags": [], "edits": [],
                "changed_ms": number(self.now.0), "removed_ms": number(self.now.0),
            });
            update.insert("$unset", doc! { "pinned_ms": "", "due_ms": "" });
        }
        if self.news.is_some() {
            set.insert("announced", true);
        }
        update.insert("$set", set);
        update.insert("$inc", doc! { "version": 1_i64 });
        let as_it_was = doc! {
            "_id": id(was.id.uuid()), "version": number(was.version), "gone": false,
        };
        let found = store
            .posts()
            .find_one_and_update(as_it_was, update)
            .return_document(ReturnDocument::Before)
            .projection(doc! { "announced": 1 })
            .session(&mut *session)
            .await?;
        let was_announced = found.ok_or(Refusal::Stale)?.flag("announced")?;
        if self.standing == Standing::Removed {
            store.file(session, was.id, &[], None).await?;
        }
        let mut debts = Vec::new();
        if self.is_pictured {
            debts.push(Debt::Pictures { post: was.id });
        }
        if was.state == PostState::Published {
            let of = (was.id, was.author);
            let as_of = (was_announced, was.version + 1);
            let news = self.news.as_ref();
            debts.extend(store.announce(session, of, as_of, news, self.now).await?);
        }
        store.owe(session, debts, self.now).await
    }
}
