//! What people do with posts.

use async_trait::async_trait;

use super::{PostStoreError, Told};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Reactable, ReactionKind};
use crate::domain::user::User;

/// Somebody who reacted or passed a post on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reacted {
    /// Who.
    pub user: User,
    /// How; none for passing on.
    pub kind: Option<ReactionKind>,
    /// When.
    pub at: WallMs,
}

/// Reactions, bookmarks, pins and reposts: to what the viewer may see, each at most once a person and thing, and each
/// may be repeated. What they did is theirs to take back when they do not see the thing any more.
#[async_trait]
pub trait ResponseStore: Send + Sync {
    /// The viewer reacts to a post or a comment so, instead of as before; or not any more. Its author hears of the
    /// first time.
    async fn react(
        &self,
        viewer: UserId,
        to: Reactable,
        kind: Option<ReactionKind>,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError>;

    /// The viewer keeps the post for later, or not any more.
    async fn bookmark(
        &self,
        viewer: UserId,
        post: PostId,
        keep: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError>;

    /// The author puts a published post on top of theirs, or not any more; at most
    /// [`PINS_MAX`](crate::domain::post::PINS_MAX).
    async fn pin(
        &self,
        author: UserId,
        post: PostId,
        pin: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError>;

    /// The viewer passes a public post of a public account on, or not any more.
    async fn repost(
        &self,
        viewer: UserId,
        post: PostId,
        pass_on: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError>;

    /// Who reacted, the latest first, after a place: only so, where a kind is named. Without people who are not there
    /// for the viewer.
    async fn reactions(
        &self,
        post: PostId,
        kind: Option<ReactionKind>,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError>;

    /// Who passed the post on, likewise.
    async fn reposts(
        &self,
        post: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError>;
}
