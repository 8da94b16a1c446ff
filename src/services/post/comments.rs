//! Comments.

use super::{PostError, PostService};
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{CommentText, ReactionKind};
use crate::domain::version::Expected;
use crate::ports::once::{Done, Once};
use crate::ports::post::{CommentView, Commented, NewComment, Order, Thread};

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
        let (text, hold) = self.judged(author, text).await?;
        let new = NewComment {
            id: CommentId::generate(),
            post,
            parent,
            author,
            text,
            standing: if hold {
                Standing::Held
            } else {
                Standing::Shown
            },
            at: self.now(),
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

    /// Changes what one's own comment says.
    pub async fn change_comment(
        &self,
        author: UserId,
        id: CommentId,
        text: &str,
        expected: &Expected,
    ) -> Result<(), PostError> {
        let text = CommentText::parse(text)?.into_string();
        let (text, hold) = self.screened(text)?;
        let now = self.now();
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

    /// The viewer reacts so to a comment, or not any more.
    pub async fn react_to_comment(
        &self,
        viewer: UserId,
        id: CommentId,
        kind: Option<ReactionKind>,
    ) -> Result<(), PostError> {
        let now = self.now();
        let reacted = self.posts.react_to_comment(viewer, id, kind, now).await?;
        self.told(reacted);
        Ok(())
    }
}
