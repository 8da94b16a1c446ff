//! Who follows whom: read by rooms at their doors, written by the relation service.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

#[cfg(test)]
pub(crate) mod conformance;

/// The most people one may follow.
pub const FOLLOWS_MAX: u32 = 10_000;

/// Relations cannot be looked up or changed now. Whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("relations cannot be reached: {0}")]
pub struct RelationsUnavailable(pub String);

/// What following somebody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// They are followed now.
    Now,
    /// They were followed already; nothing was changed.
    Already,
    /// One follows [`FOLLOWS_MAX`] people; nothing was changed.
    TooMany,
    /// One of the two accounts is not there; nothing was changed.
    NoSuchUser,
}

/// Looks relations up. Answers may be a few seconds old.
#[async_trait]
pub trait RelationReader: Send + Sync {
    /// Whether `user` follows `owner`.
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable>;

    /// The ids, as text, of people whom `user` must not see and who must not see `user`.
    async fn hidden_from(&self, user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable>;
}

/// Where relations are durable. Each change is one atomic step, and may be repeated.
#[async_trait]
pub trait RelationStore: RelationReader {
    /// `follower` follows `followee` from now on.
    ///
    /// However many ask at once, one is told `Now`, and nobody follows more than [`FOLLOWS_MAX`].
    async fn follow(
        &self,
        follower: UserId,
        followee: UserId,
        at: WallMs,
    ) -> Result<Followed, RelationsUnavailable>;

    /// `follower` no longer follows `followee`. Whether they did.
    async fn unfollow(
        &self,
        follower: UserId,
        followee: UserId,
    ) -> Result<bool, RelationsUnavailable>;
}
