//! What the post service holds of a person: what they wrote, and what they did with what others wrote. The files of the
//! archive are those of the embedded store.

use async_trait::async_trait;
use mongodb::bson::{Bson, Document as Stored, doc};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::super::Collections;
use super::super::failure::{reading, writing};
use super::super::value::{Fields, Unfit, id};
use super::response_form::{BOOKMARK, OF_COMMENT, REACTION, REPOST};
use super::{MongoPosts, among, comment_form, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::ports::personal_data::{Archive, Erasing, PersonalData, PersonalDataError};
use crate::ports::post::{PostStoreError, Refusal};
use crate::ports::room::StoreError;

/// Posts gone at once: each takes its revisions, its tags and its pictures along.
const POSTS_AT_ONCE: u32 = 16;

/// Steps of one document each in one go.
const STEPS_AT_ONCE: u32 = 64;

/// Documents gone at once.
const GONE_AT_ONCE: u32 = 256;

impl From<PostStoreError> for PersonalDataError {
    fn from(error: PostStoreError) -> Self {
        Self(error.into())
    }
}

fn time(at: WallMs) -> String {
    at.to_offset().format(&Rfc3339).unwrap_or_default()
}

fn maybe_time(at: Option<WallMs>) -> Option<String> {
    at.map(time)
}

/// The files, each a list of what one kind of document holds.
const FILES: [&str; 9] = [
    "posts",
    "post_edits",
    "comments",
    "comment_edits",
    "reactions",
    "comment_reactions",
    "reposts",
    "bookmarks",
    "mentions",
];

/// Where the documents of a file are, and which.
fn looked_for(file: &str, person: UserId) -> (&'static str, Stored) {
    let person = id(person.uuid());
    let done = |what: &str| doc! { "user": person.clone(), "what": what };
    match file {
        "posts" | "post_edits" => (
            Collections::POST,
            doc! { "author": person.clone(), "gone": false },
        ),
        "comments" | "comment_edits" => (
            Collections::COMMENT,
            doc! { "author": person.clone(), "gone": false },
        ),
        "reactions" => (Collections::POST_RESPONSE, done(REACTION)),
        "comment_reactions" => (Collections::POST_RESPONSE, done(OF_COMMENT)),
        "reposts" => (Collections::POST_RESPONSE, done(REPOST)),
        "bookmarks" => (Collections::POST_RESPONSE, done(BOOKMARK)),
        _ => (Collections::POST_MENTION, doc! { "user": person.clone() }),
    }
}

/// What one document has for a file.
fn lines(file: &str, stored: &Stored) -> Result<Vec<Value>, Unfit> {
    let at = || -> Result<String, Unfit> { Ok(time(WallMs(stored.number("at_ms")?))) };
    let of = |name: &str| -> Result<PostId, Unfit> { Ok(PostId::from_uuid(stored.uuid(name)?)) };
    Ok(match file {
        "posts" => vec![post(stored)?],
        "post_edits" => {
            let post = of("_id")?;
            let formers = form::formers(stored)?.into_iter().map(|former| {
                let was = former.revision;
                json!({
                    "post_id": post, "version": was.version, "text": was.content.text,
                    "content_warning": was.content.warning, "pictures": was.content.pictures,
                    "tags": was.tags, "since": time(was.since),
                })
            });
            formers.collect()
        }
        "comments" => {
            let comment = comment_form::to_said(stored)?.comment;
            vec![json!({
                "id": comment.id, "post_id": comment.post, "answers": comment.parent,
                "standing": comment.standing, "text": comment.text, "written_at": time(comment.at),
                "edited_at": maybe_time(comment.edited),
            })]
        }
        "comment_edits" => {
            let comment = CommentId::from_uuid(stored.uuid("_id")?);
            let formers = comment_form::formers(stored)?.into_iter();
            let formers = formers.map(|(was, _)| {
                json!({
                    "comment_id": comment, "version": was.version, "text": was.text,
                    "since": time(was.since),
                })
            });
            formers.collect()
        }
        "reactions" => {
            let kind = stored.text("kind")?;
            vec![json!({ "post_id": of("of")?, "kind": kind, "at": at()? })]
        }
        "comment_reactions" => {
            let comment = CommentId::from_uuid(stored.uuid("of")?);
            let kind = stored.text("kind")?;
            vec![json!({ "comment_id": comment, "kind": kind, "at": at()? })]
        }
        "reposts" | "bookmarks" => vec![json!({ "post_id": of("of")?, "at": at()? })],
        _ => vec![json!({ "post_id": of("post")? })],
    })
}

fn post(stored: &Stored) -> Result<Value, Unfit> {
    let post = form::to_kept(stored)?.post;
    Ok(json!({
        "id": post.id, "state": post.state, "visibility": post.audience, "standing": post.standing,
        "text": post.content.text, "content_warning": post.content.warning,
        "sensitive": post.content.sensitive, "pictures": post.content.pictures, "tags": post.tags,
        "room_id": post.room, "quote_of": post.quote_of, "created_at": time(post.created),
        "publish_at": maybe_time(post.publish_at), "published_at": maybe_time(post.published),
        "edited_at": maybe_time(post.edited),
    }))
}

/// Whatever is gone already need not go.
fn or_gone<T>(done: Result<T, PostStoreError>) -> Result<(), PostStoreError> {
    match done {
        Err(PostStoreError::Refused(Refusal::NoSuchPost | Refusal::NoSuchComment)) => Ok(()),
        done => done.map(drop),
    }
}

impl MongoPosts {
    /// Takes away some documents; whether there were any.
    async fn forget_some(
        &self,
        collection: &'static str,
        filter: Stored,
    ) -> Result<bool, PostStoreError> {
        let collection = self.mongo.collection(collection);
        let fields = doc! { "_id": 1 };
        let some = self
            .some(&collection, filter, Stored::new(), GONE_AT_ONCE, fields)
            .await?;
        if some.is_empty() {
            return Ok(false);
        }
        let keys = some.iter().map(|stored| Ok(stored.field("_id")?.clone()));
        let keys = keys.collect::<Result<Vec<Bson>, Unfit>>()?;
        writing(collection.delete_many(doc! { "_id": among(keys) })).await?;
        Ok(true)
    }

    async fn erase_written(&self, person: UserId, now: WallMs) -> Result<bool, PostStoreError> {
        let mine = || doc! { "author": id(person.uuid()) };
        let there = || doc! { "author": id(person.uuid()), "gone": false };
        let (posts, any) = (self.posts(), Stored::new);
        let some = self
            .some(&posts, there(), any(), POSTS_AT_ONCE, form::fields())
            .await?;
        for stored in &some {
            or_gone(self.bury(&form::to_kept(stored)?.post, now).await)?;
        }
        if !some.is_empty() {
            return Ok(true);
        }
        let fields = doc! { "_id": 1 };
        let left = self.some(&posts, mine(), any(), 1, fields.clone()).await?;
        if let Some(left) = left.first() {
            self.sweep_post(PostId::from_uuid(left.uuid("_id")?))
                .await?;
            return Ok(true);
        }
        let comments = self.comments_kept();
        let some = self
            .some(&comments, mine(), any(), STEPS_AT_ONCE, fields)
            .await?;
        for stored in &some {
            let comment = CommentId::from_uuid(stored.uuid("_id")?);
            or_gone(self.silence(comment).await)?;
        }
        if some.is_empty() {
            return Ok(false);
        }
        self.sweep_comments().await?;
        Ok(true)
    }

    async fn erase_done(&self, person: UserId) -> Result<bool, PostStoreError> {
        let responses = self.responses_kept();
        let filter = doc! { "user": id(person.uuid()) };
        let fields = doc! { "what": 1, "of": 1 };
        let some = self
            .some(&responses, filter, Stored::new(), STEPS_AT_ONCE, fields)
            .await?;
        for response in &some {
            self.undo(response.text("what")?, response.uuid("of")?, person)
                .await?;
        }
        Ok(!some.is_empty())
    }
}

#[async_trait]
impl PersonalData for MongoPosts {
    async fn export(
        &self,
        person: UserId,
        archive: &mut dyn Archive,
    ) -> Result<(), PersonalDataError> {
        for file in FILES {
            archive.begin(file).await?;
            let (collection, filter) = looked_for(file, person);
            let collection = self.mongo.collection(collection);
            // One post's former versions may be hundreds of kilobytes.
            let found = collection.find(filter).batch_size(16);
            let mut found = reading(found).await?;
            while reading(found.advance()).await? {
                let stored = Stored::try_from(found.current());
                let stored = stored.map_err(|error| StoreError::Failed(error.to_string()))?;
                for line in lines(file, &stored)? {
                    archive.add(line.to_string()).await?;
                }
            }
        }
        Ok(())
    }

    async fn erase(&self, person: UserId, now: WallMs) -> Result<Erasing, PersonalDataError> {
        let named = || doc! { "named": person.to_string() };
        let told = || doc! { "user": id(person.uuid()) };
        // What happened to the person, what they wrote and did, tells nobody anything any more.
        let more = self.forget_some(Collections::POST_OUTBOX, named()).await?
            || self.forget_some(Collections::POST_DEBT, named()).await?
            || self.erase_written(person, now).await?
            || self.erase_done(person).await?
            || self.forget_some(Collections::POST_MENTION, told()).await?;
        if more {
            return Ok(Erasing::Begun);
        }
        let (shelves, keys) = (
            self.mongo.collection(Collections::POST_SHELF),
            self.mongo.collection(Collections::ONCE),
        );
        writing(shelves.delete_one(doc! { "_id": id(person.uuid()) })).await?;
        // As many as there may be of one person, and no more.
        writing(keys.delete_many(doc! { "owner": id(person.uuid()) })).await?;
        Ok(Erasing::Done)
    }

    /// What was deleted lies in MongoDB's files and its log until it is written over there: that is the matter of
    /// whoever runs it.
    async fn settle(&self) -> Result<(), PersonalDataError> {
        Ok(())
    }
}
