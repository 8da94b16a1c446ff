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

    /// How many people are what to `user`, as many as `viewer` finds in the lists: without those hidden from the
    /// viewer, whose number would tell of a block, and without those who have closed their accounts.
    async fn counts(
        &self,
        user: UserId,
        viewer: Option<UserId>,
    ) -> Result<Counts, RelationsUnavailable>;

    /// Whether `user` has to approve who follows them.
    async fn is_private(&self, user: UserId) -> Result<bool, RelationsUnavailable>;
}
