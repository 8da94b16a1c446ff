//! Who follows whom, and who asks to.

use async_trait::async_trait;

use super::{Changed, RelationsUnavailable};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// The most people one may follow and ask to follow, together.
pub const FOLLOWS_MAX: u32 = 10_000;

/// The most people who may wait for one person's approval.
pub const FOLLOW_REQUESTS_MAX: u32 = 1_000;

/// What following somebody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// They are followed now.
    Now,
    /// They were followed already; nothing was changed.
    Already,
    /// Theirs is a private account: they are asked, or were asked before.
    Requested,
    /// One follows and asks [`FOLLOWS_MAX`] people; nothing was changed.
    TooMany,
    /// [`FOLLOW_REQUESTS_MAX`] people wait for them already; nothing was changed.
    TooManyWait,
    /// One of the two accounts is not there, or one blocks the other; nothing was changed.
    NoSuchUser,
}

/// What approving a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// They follow now.
    Now,
    /// They did before; nothing was changed.
    Already,
    /// They do not ask, or not any more.
    NoRequest,
}

/// Follows, and requests to follow. Each change is one atomic step, and may be repeated.
#[async_trait]
pub trait FollowStore: Send + Sync {
    /// `follower` follows `followee` from now on, or asks to where that is a private account.
    ///
    /// However many ask at once, one is told `Now`, and nobody follows more than [`FOLLOWS_MAX`].
    async fn follow(
        &self,
        follower: UserId,
        followee: UserId,
        at: WallMs,
    ) -> Result<Changed<Followed>, RelationsUnavailable>;

    /// `follower` no longer follows `followee`, nor asks to. Whether they did either.
    async fn unfollow(
        &self,
        follower: UserId,
        followee: UserId,
    ) -> Result<bool, RelationsUnavailable>;

    /// `asker` follows `asked` from now on, as they wished.
    async fn approve(
        &self,
        asked: UserId,
        asker: UserId,
        at: WallMs,
    ) -> Result<Changed<Approved>, RelationsUnavailable>;

    /// The request is taken away, and may be made anew. Whether there was one.
    async fn reject(&self, asked: UserId, asker: UserId) -> Result<bool, RelationsUnavailable>;
}
