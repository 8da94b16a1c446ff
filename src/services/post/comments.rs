//! Comments.

use super::{PostError, PostService};
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{CommentRevision, CommentText};
use crate::domain::version::Expected;
use crate::ports::once::{Done, Once};
use crate::ports::post::{CommentView, Commented, NewComment, Order, Refusal, Thread};
use crate::ports::spam::Marks;

impl PostService {
    /// Keeps a comment on a post, or an answer to one.
    pub async fn comment(
        &self,
        author: UserId,
        post: PostId,
        parent: Option<CommentId>,
        text: &str,
        once: Option<&Once>,
    ) -> Result<Done<CommentId>, PostError> {
        let text = CommentText::parse(text)?.into_string();
        let now = self.now();
        if let Some(done) = self.posts.commented(once, now).await? {
            return Ok(done);
        }
        let id = CommentId::generate();
        let marks = Marks::of(id.uuid(), once);
        let (text, hold) = self.judged(author, text, marks).await?;
        let new = NewComment {
            id,
            post,
            parent,
            author,
            text,
            standing: if hold {
                Standing::Held
            } else {
                Standing::Shown
            },
            at: now,
        };
        let commented = self.posts.comment(&new, once).await?;
        Ok(self.told(commented))
    }

    /// One comment, marked if it is not wanted.
    pub async fn one_comment(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
    ) -> Result<CommentView, PostError> {
        let mut view = self.posts.one_comment(id, viewer, self.now()).await?;
        self.spared(viewer).await?.mark_comment(&mut view);
        Ok(view)
    }

    /// Comments after a place, marked where they are not wanted; one more than asked for where there is more.
    pub async fn comments(
        &self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
        after: Option<Commented>,
        limit: u32,
    ) -> Result<Vec<CommentView>, PostError> {
        let now = self.now();
        let found = self
            .posts
            .comments(thread, order, viewer, now, after, limit + 1);
        let mut found = found.await?;
        let spared = self.spared(viewer).await?;
        found.iter_mut().for_each(|view| spared.mark_comment(view));
        Ok(found)
    }

    /// What a comment said before, the newest first; one more than asked for where there is more.
    pub async fn comment_revisions(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CommentRevision>, PostError> {
        let now = self.now();
        let found = self
            .posts
            .comment_revisions(id, viewer, now, before, limit + 1);
        Ok(found.await?)
    }

    /// Changes what one's own comment says.
    pub async fn change_comment(
        &self,
        author: UserId,
        id: CommentId,
        text: &str,
        expected: &Expected,
    ) -> Result<(), PostError> {
        let text = CommentText::parse(text)?.into_string();
        let now = self.now();
        // Nothing is remembered of what is not theirs to change.
        let view = self.posts.one_comment(id, Some(author), now).await?;
        if view.author.is_none_or(|user| user.id != author) {
            return Err(Refusal::NotYours.into());
        }
        let (text, hold) = match view.comment.text == text {
            true => self.screened(text)?,
            false => {
                let marks = Marks::of(id.uuid(), None);
                self.judged(author, text, marks).await?
            }
        };
        let changed = self
            .posts
            .change_comment(author, id, &text, hold, expected, now);
        let changed = changed.await?;
        self.told(changed);
        Ok(())
    }

    /// Deletes one's own comment, or one on one's own post.
    pub async fn delete_comment(&self, by: UserId, id: CommentId) -> Result<(), PostError> {
        Ok(self.posts.delete_comment(by, id, self.now()).await?)
    }
}
