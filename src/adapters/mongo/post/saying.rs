//! The transactions that write comments. Each writes the comment and the counts of what it is on and below.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};
use mongodb::options::ReturnDocument;
use uuid::Uuid;

use super::super::once;
use super::super::transaction::Attempt;
use super::super::value::{Fields, id, number};
use super::comment_form::{self, Said};
use super::debts::{Debt, Owed};
use super::writing::{Made, before};
use super::{Attempted, MongoPosts};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::NoticeKind;
use crate::domain::post::{EDITS_MAX, Post, PostEvent};
use crate::ports::once::{Done, Once};
use crate::ports::post::{NewComment, PostStoreError, Refusal};

/// What there is to tell of a comment that is shown.
pub(super) struct CommentNews {
    post: PostId,
    by: UserId,
    comment: CommentId,
    at: WallMs,
    /// Who wrote the post and what it answers, as far as they see it.
    concerned: Vec<UserId>,
    named: Vec<UserId>,
}

impl MongoPosts {
    /// What there is to tell of a comment as it is going to be, once it is shown.
    pub(super) async fn comment_news(
        &self,
        post: &Post,
        (comment, by, at): (CommentId, UserId, WallMs),
        (text, parent): (&str, Option<CommentId>),
        now: WallMs,
    ) -> Result<CommentNews, PostStoreError> {
        let mut concerned = vec![post.author];
        if let Some(parent) = parent {
            let above = self.said(parent).await?;
            let author = above.and_then(|above| above.author);
            concerned.extend(author.filter(|author| *author != post.author));
        }
        concerned.retain(|person| *person != by);
        Ok(CommentNews {
            post: post.id,
            by,
            comment,
            at,
            concerned: self.seeing(post, concerned, now).await?,
            named: self.named_in(text, post, by, now).await?,
        })
    }

    /// A comment is shown: the world hears of it once, with whom it concerns, and whom it names at most once each.
    async fn announce_comment(
        &self,
        session: &mut ClientSession,
        news: &CommentNews,
        was_announced: bool,
        now: WallMs,
    ) -> Attempted<Vec<Debt>> {
        let CommentNews { post, by, .. } = *news;
        let mut debts = Vec::new();
        if !was_announced {
            let event = PostEvent::PostCommented {
                by,
                comment: news.comment,
                at: news.at,
            };
            self.tell(session, post, &event).await?;
            debts.extend(news.concerned.iter().map(|to| Debt::Notice {
                to: *to,
                kind: NoticeKind::Comment,
                from: by,
                post,
                at: now,
            }));
        }
        debts.extend(self.mention(session, post, by, &news.named, now).await?);
        Ok(debts)
    }

    /// One comment more, or less, is shown on a post and below something.
    async fn count_comment(
        &self,
        session: &mut ClientSession,
        post: PostId,
        under: Uuid,
        by: i64,
    ) -> Attempted<()> {
        if by == 0 {
            return Ok(());
        }
        let (posts, comments) = (self.posts(), self.comments_kept());
        posts
            .update_one(
                doc! { "_id": id(post.uuid()) },
                doc! { "$inc": { "counts.comments": by } },
            )
            .session(&mut *session)
            .await?;
        if under != post.uuid() {
            comments
                .update_one(
                    doc! { "_id": id(under) },
                    doc! { "$inc": { "counts.replies": by } },
                )
                .session(session)
                .await?;
        }
        Ok(())
    }
}

fn shown(standing: Standing) -> i64 {
    i64::from(standing == Standing::Shown)
}

/// A new comment.
pub(super) struct Saying<'a> {
    pub store: &'a MongoPosts,
    pub new: &'a NewComment,
    pub above: Option<&'a Said>,
    /// Where it is shown.
    pub news: Option<CommentNews>,
    pub once: Option<&'a Once>,
}

#[async_trait]
impl Attempt for Saying<'_> {
    type Outcome = Made<CommentId>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Made<CommentId>> {
        let Self { store, new, .. } = self;
        let begun = once::begin(&store.mongo, session, self.once, new.at).await?;
        if let Some(done) = before(begun) {
            return Ok((done, Vec::new()));
        }
        // Held or not, the post is written: it does not end meanwhile.
        let counted = doc! { "$inc": { "counts.comments": shown(new.standing) } };
        let posts = store.posts();
        let post = posts
            .update_one(doc! { "_id": id(new.post.uuid()), "gone": false }, counted)
            .session(&mut *session)
            .await?;
        if post.matched_count == 0 {
            return Err(Refusal::NoSuchPost.into());
        }
        let comments = store.comments_kept();
        let stored = comment_form::new(new, self.above, self.news.is_some());
        if let Some(above) = self.above {
            let under = stored.uuid("under")?;
            let is_below = under == above.comment.id.uuid();
            let count = |is_counted: bool| {
                let by = if is_counted { shown(new.standing) } else { 0 };
                doc! { "$inc": { "counts.replies": by } }
            };
            let answered = comments
                .update_one(
                    doc! { "_id": id(above.comment.id.uuid()), "gone": false },
                    count(is_below),
                )
                .session(&mut *session)
                .await?;
            if answered.matched_count == 0 {
                return Err(Refusal::NoSuchComment.into());
            }
            if !is_below {
                comments
                    .update_one(doc! { "_id": id(under) }, count(true))
                    .session(&mut *session)
                    .await?;
            }
        }
        comments.insert_one(stored).session(&mut *session).await?;
        let thing = (ContentKind::Comment, new.id);
        let case = Debt::case(new.standing, thing, (new.author, &new.text), new.at);
        let mut debts: Vec<Debt> = case.into_iter().collect();
        if let Some(news) = &self.news {
            debts.extend(store.announce_comment(session, news, false, new.at).await?);
        }
        let owed = store.owe(session, debts, new.at).await?;
        once::record(&store.mongo, session, self.once, &new.id, new.at).await?;
        Ok((Done::Now(new.id), owed))
    }
}

/// A comment says something else, or stands otherwise.
pub(super) struct Resaying<'a> {
    pub store: &'a MongoPosts,
    pub was: &'a Said,
    /// What it says from now on; none: what it said.
    pub text: Option<&'a str>,
    pub standing: Standing,
    /// Where it is shown from now on.
    pub news: Option<CommentNews>,
    pub now: WallMs,
}

impl Resaying<'_> {
    fn update(&self) -> Stored {
        let mut set = doc! { "standing": self.standing.as_str() };
        let mut update = doc! { "$inc": { "version": 1_i64 } };
        if let Some(text) = self.text {
            set.extend(doc! { "text": text, "edited_ms": number(self.now.0) });
            let kept = doc! {
                "$each": [comment_form::former(&self.was.comment)],
                "$slice": -i64::from(EDITS_MAX),
            };
            update.insert("$push", doc! { "edits": kept });
        } else if self.standing == Standing::Removed {
            set.extend(doc! { "text": "", "edits": [] });
        }
        if self.news.is_some() {
            set.insert("announced", true);
        }
        update.insert("$set", set);
        update
    }
}

#[async_trait]
impl Attempt for Resaying<'_> {
    type Outcome = Vec<Owed>;
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<Vec<Owed>> {
        let Self { store, was, .. } = self;
        let comment = &was.comment;
        let as_it_was = doc! {
            "_id": id(comment.id.uuid()), "version": number(comment.version), "gone": false,
        };
        let found = store
            .comments_kept()
            .find_one_and_update(as_it_was, self.update())
            .return_document(ReturnDocument::Before)
            .projection(doc! { "announced": 1 })
            .session(&mut *session)
            .await?;
        let was_announced = found.ok_or(Refusal::Stale)?.flag("announced")?;
        let by = shown(self.standing) - shown(comment.standing);
        store
            .count_comment(session, comment.post, was.under, by)
            .await?;
        let mut debts = Vec::new();
        if let (Some(text), Some(author)) = (self.text, was.author)
            && comment.standing != self.standing
        {
            let thing = (ContentKind::Comment, comment.id);
            debts.extend(Debt::case(self.standing, thing, (author, text), self.now));
        }
        if let Some(news) = &self.news {
            debts.extend(
                store
                    .announce_comment(session, news, was_announced, self.now)
                    .await?,
            );
        }
        store.owe(session, debts, self.now).await
    }
}

/// A comment is gone from now on; its place stays while there are answers to it.
pub(super) struct Silencing<'a> {
    pub store: &'a MongoPosts,
    pub comment: CommentId,
}

#[async_trait]
impl Attempt for Silencing<'_> {
    type Outcome = ();
    type Refusal = PostStoreError;

    async fn run(&self, session: &mut ClientSession) -> Attempted<()> {
        let set = doc! { "gone": true, "unswept": true, "text": "", "edits": [] };
        let found = self
            .store
            .comments_kept()
            .find_one_and_update(
                doc! { "_id": id(self.comment.uuid()), "gone": false },
                doc! { "$set": set, "$unset": { "author": "" } },
            )
            .return_document(ReturnDocument::Before)
            .projection(comment_form::fields())
            .session(&mut *session)
            .await?;
        let was = comment_form::to_said(&found.ok_or(Refusal::NoSuchComment)?)?;
        let by = -shown(was.comment.standing);
        self.store
            .count_comment(session, was.comment.post, was.under, by)
            .await
    }
}
