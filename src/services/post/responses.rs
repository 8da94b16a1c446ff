//! Reactions, bookmarks, pins and reposts.

use super::{PostError, PostService};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Reactable, ReactionKind};
use crate::ports::post::Reacted;

impl PostService {
    /// The viewer reacts to a post or a comment so, or not any more.
    pub async fn react(
        &self,
        viewer: UserId,
        to: Reactable,
        kind: Option<ReactionKind>,
    ) -> Result<(), PostError> {
        let reacted = self.posts.react(viewer, to, kind, self.now()).await?;
        self.told(reacted);
        Ok(())
    }

    /// The viewer keeps a post for later, or not any more.
    pub async fn bookmark(
        &self,
        viewer: UserId,
        post: PostId,
        keep: bool,
    ) -> Result<(), PostError> {
        let now = self.now();
        Ok(self.posts.bookmark(viewer, post, keep, now).await?)
    }

    /// The author puts a post on top of theirs, or not any more.
    pub async fn pin(&self, author: UserId, post: PostId, pin: bool) -> Result<(), PostError> {
        Ok(self.posts.pin(author, post, pin, self.now()).await?)
    }

    /// The viewer passes a post on, or not any more.
    pub async fn repost(
        &self,
        viewer: UserId,
        post: PostId,
        pass_on: bool,
    ) -> Result<(), PostError> {
        let now = self.now();
        Ok(self.posts.repost(viewer, post, pass_on, now).await?)
    }

    /// Who reacted; one more than asked for where there is more.
    pub async fn reactions(
        &self,
        post: PostId,
        kind: Option<ReactionKind>,
        viewer: Option<UserId>,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostError> {
        let now = self.now();
        let found = self
            .posts
            .reactions(post, kind, viewer, now, after, limit + 1);
        Ok(found.await?)
    }

    /// Who passed a post on, likewise.
    pub async fn reposts(
        &self,
        post: PostId,
        viewer: Option<UserId>,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostError> {
        let now = self.now();
        let found = self.posts.reposts(post, viewer, now, after, limit + 1);
        Ok(found.await?)
    }
}
