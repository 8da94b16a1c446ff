//! What people see of their relations, and everybody of their number.

use async_trait::async_trait;

use super::RelationsUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Counts, Relation};

/// Looks up what people are told of relations.
#[async_trait]
pub trait RelationView: Send + Sync {
    /// What `other` is to `user` at this time; `None` when `other` is not there for them: no such account, or they
    /// block `user`.
    async fn relation(
        &self,
        user: UserId,
        other: UserId,
        now: WallMs,
    ) -> Result<Option<Relation>, RelationsUnavailable>;

    /// How many people are what to `user`, kept in the same step as each change.
    async fn counts(&self, user: UserId) -> Result<Counts, RelationsUnavailable>;

    /// Whether `user` has to approve who follows them.
    async fn is_private(&self, user: UserId) -> Result<bool, RelationsUnavailable>;
}
