//! What people are to each other: read by rooms at their doors and by every service that shows people to people,
//! written by the relation service. The writing is in `follows`, `blocks` and `ties`, the lists in `lists`.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::Delivery;
use crate::domain::relation::Tie;

pub mod blocks;
#[cfg(test)]
pub(crate) mod conformance;
pub mod follows;
pub mod lists;
pub mod ties;
pub mod view;

pub use blocks::{BLOCKS_MAX, BlockStore, Blocked, MUTES_MAX, Muted};
pub use follows::{Approved, FOLLOW_REQUESTS_MAX, FOLLOWS_MAX, FollowStore, Followed};
pub use lists::{Entry, List, Place, RelationLists};
pub use ties::{TIE_REQUESTS_MAX, TIES_MAX, Testified, TieStore, Tied};
pub use view::RelationView;

/// The most people read into [`RelationReader::hidden_from`] of those who block somebody, the newest first. In a live
/// room those beyond are missed on this side alone: each brings along whom they block, which hides the two from each
/// other while both are there.
pub const HIDDEN_BY_MAX: u32 = 2_000;

/// Relations cannot be looked up or changed now. Whoever asks must refuse rather than guess.
#[derive(Debug, thiserror::Error)]
#[error("relations cannot be reached: {0}")]
pub struct RelationsUnavailable(pub String);

/// What a change came to, and the notices that were written with it in the same step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed<T> {
    /// What it came to.
    pub outcome: T,
    /// Who is to hear of it at once, where they are.
    pub told: Vec<Delivery>,
}

impl<T> Changed<T> {
    /// A change of which nobody is told.
    pub const fn quietly(outcome: T) -> Self {
        Self {
            outcome,
            told: Vec::new(),
        }
    }
}

/// What other services look up of relations. Answers may be a few seconds old.
#[async_trait]
pub trait RelationReader: Send + Sync {
    /// Whether `user` follows `owner`.
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable>;

    /// The ids, as text, of people whom `user` must not see and who must not see `user`: all they block, and the
    /// newest [`HIDDEN_BY_MAX`] who block them. It is cut: for live rooms only, where the other side brings its own.
    /// Everybody else asks [`RelationReader::is_hidden`], or the store leaves the hidden out itself.
    async fn hidden_from(&self, user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable>;

    /// Whether the two must not see each other: one of them blocks the other.
    async fn is_hidden(&self, one: UserId, other: UserId) -> Result<bool, RelationsUnavailable>;

    /// The people whose words `user` does not want at this time, each with the end of that, if it ends by itself.
    async fn muted_by(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable>;

    /// The tie between the two, as `user` sees it.
    async fn tie(&self, user: UserId, other: UserId) -> Result<Option<Tie>, RelationsUnavailable>;
}

/// Where relations are durable. Each change is one atomic step with its counts, its notices and what the rest of the
/// world is told of it, and may be repeated.
pub trait RelationStore:
    RelationReader + FollowStore + BlockStore + TieStore + RelationView + RelationLists
{
}

impl<T> RelationStore for T where
    T: RelationReader + FollowStore + BlockStore + TieStore + RelationView + RelationLists
{
}

/// Hears of each change that bears on who may see whom, or on who may be where, once it is durable.
pub trait RelationChanges: Send + Sync {
    /// What was looked up of this person before is out of date.
    fn changed(&self, user: UserId);
}
