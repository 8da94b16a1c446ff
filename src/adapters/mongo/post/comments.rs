//! Comments, written and looked up.

use async_trait::async_trait;

use super::super::transaction::transact;
use super::MongoPosts;
use super::comment_form;
use super::saying::{Resaying, Saying, Silencing};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::CommentRevision;
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::post::{
    CommentStore, CommentView, Commented, NewComment, Order, PostStoreError, Refusal, Thread, Told,
};

/// How often a change whose comment was changed meanwhile is made anew, for whoever does not care what it was.
const TRIES_MAX: u32 = 8;

impl MongoPosts {
    /// A comment is gone from now on.
    pub(super) async fn silence(&self, comment: CommentId) -> Result<(), PostStoreError> {
        let said = self.said(comment).await?.ok_or(Refusal::NoSuchComment)?;
        let silencing = Silencing {
            store: self,
            comment,
        };
        let _turn = self.lanes.turn(said.comment.post.uuid()).await?;
        transact(&self.mongo, &silencing).await
    }

    async fn changed(
        &self,
        (author, id): (UserId, CommentId),
        (text, hold): (&str, bool),
        expected: &Expected,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let mut viewer = self.viewer(Some(author), now);
        let (view, post) = self.heard(id, &mut viewer).await?;
        let is_own = view.author.is_some_and(|user| user.id == author);
        let was = self.said(id).await?.ok_or(Refusal::NoSuchComment)?;
        let comment = &was.comment;
        if !is_own || comment.standing == Standing::Removed {
            return Err(Refusal::NotYours.into());
        }
        if !expected.admits(Version(comment.version)) {
            return Err(Refusal::Stale.into());
        }
        let standing = match comment.standing {
            Standing::Shown if hold => Standing::Held,
            standing => standing,
        };
        let news = match standing {
            Standing::Shown => {
                let what = (id, author, comment.at);
                let said = (text, comment.parent);
                Some(self.comment_news(&post.post, what, said, now).await?)
            }
            _ => None,
        };
        let resaying = Resaying {
            store: self,
            was: &was,
            text: Some(text),
            standing,
            news,
            now,
        };
        let owed = {
            let _turn = self.lanes.turn(comment.post.uuid()).await?;
            transact(&self.mongo, &resaying).await?
        };
        let (outcome, told) = ((), self.pay(owed).await);
        Ok(Told { outcome, told })
    }
}

#[async_trait]
impl CommentStore for MongoPosts {
    async fn comment(
        &self,
        new: &NewComment,
        once: Option<&Once>,
    ) -> Result<Told<Done<CommentId>>, PostStoreError> {
        if let Some(done) = self.done_before(once, new.at).await? {
            return Ok(self.told((done, Vec::new())).await);
        }
        let mut viewer = self.viewer(Some(new.author), new.at);
        let post = self.seen_post(new.post, &mut viewer).await?.post;
        let above = match new.parent {
            None => None,
            Some(parent) => {
                let (answered, _) = self.heard(parent, &mut viewer).await?;
                if answered.comment.post != new.post {
                    return Err(Refusal::NoSuchComment.into());
                }
                let above = self.said(parent).await?;
                Some(above.ok_or(Refusal::NoSuchComment)?)
            }
        };
        let news = match new.standing {
            Standing::Shown => {
                let what = (new.id, new.author, new.at);
                let said = (new.text.as_str(), new.parent);
                Some(self.comment_news(&post, what, said, new.at).await?)
            }
            _ => None,
        };
        let saying = Saying {
            store: self,
            new,
            above: above.as_ref(),
            news,
            once,
        };
        let made = {
            let _turn = self.lanes.turn(new.post.uuid()).await?;
            transact(&self.mongo, &saying).await?
        };
        Ok(self.told(made).await)
    }

    async fn commented(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<CommentId>>, PostStoreError> {
        self.done_before(once, now).await
    }

    async fn one_comment(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<CommentView, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        Ok(self.heard(id, &mut viewer).await?.0)
    }

    async fn comments(
        &self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Commented>,
        limit: u32,
    ) -> Result<Vec<CommentView>, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let under = match thread {
            Thread::Of(post) => {
                self.seen_post(post, &mut viewer).await?;
                post.uuid()
            }
            Thread::Below(comment) => {
                let found = self.one(comment, &mut viewer).await?;
                found.ok_or(Refusal::NoSuchComment)?;
                comment.uuid()
            }
        };
        self.thread(under, order, after, limit, &mut viewer).await
    }

    async fn comment_revisions(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CommentRevision>, PostStoreError> {
        let mut viewer = self.viewer(viewer, now);
        let (view, _) = self.heard(id, &mut viewer).await?;
        let is_own = view.author.is_some_and(|author| viewer.is(author.id));
        let stored = self.said_before(id).await?.ok_or(Refusal::NoSuchComment)?;
        let mut formers = comment_form::formers(&stored)?;
        formers.sort_unstable_by_key(|(revision, _)| std::cmp::Reverse(revision.version));
        let formers = formers.into_iter().filter(|(revision, was_shown)| {
            let is_before = before.is_none_or(|before| revision.version < before);
            is_before && (is_own || *was_shown)
        });
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(formers.map(|(revision, _)| revision).take(limit).collect())
    }

    async fn change_comment(
        &self,
        author: UserId,
        id: CommentId,
        text: &str,
        hold: bool,
        expected: &Expected,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let changed = self
                .changed((author, id), (text, hold), expected, now)
                .await;
            match changed {
                // It was changed while it was looked at, and whoever asks takes it as it is.
                Err(PostStoreError::Refused(Refusal::Stale))
                    if matches!(expected, Expected::Any) && tried < TRIES_MAX => {}
                changed => return changed,
            }
        }
    }

    async fn delete_comment(
        &self,
        by: UserId,
        id: CommentId,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let said = self.said(id).await?.filter(|said| !said.is_gone);
        let said = said.ok_or(Refusal::NoSuchComment)?;
        let post = self.stored_post(said.comment.post).await?;
        let post = post.ok_or(Refusal::NoSuchComment)?.post;
        // One's own words one may take back wherever they are.
        if said.author != Some(by) {
            let mut viewer = self.viewer(Some(by), now);
            self.heard(id, &mut viewer).await?;
            if post.author != by {
                return Err(Refusal::NotYours.into());
            }
        }
        self.silence(id).await
    }
}
