//! The profile store: what people show of themselves, the handles they have and had, and finding them by name.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::user::UserStoreError;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::profile::{Profile, ProfileChange};
use crate::domain::search::NameQuery;
use crate::domain::user::User;
use crate::domain::version::Expected;

#[cfg(test)]
pub(crate) mod conformance;

/// How long a handle that was given up leads to the person, and is nobody else's, in milliseconds: 90 days.
pub const HANDLE_KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1_000;

/// What a change came to that may be made to one version only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<T> {
    /// It is so now.
    Done(T),
    /// It is not at the version the change was made for; nothing was changed.
    Stale,
    /// No such account; nothing was changed.
    NoSuchUser,
}

/// Who is found under a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Somebody who has it.
    Here(Profile),
    /// Somebody who had it, under the handle they have now.
    Moved(Profile),
}

/// How handles may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandleRules {
    /// The time between two changes of one person.
    pub pause_ms: u64,
    /// How long a handle that was given up leads to the person, and is nobody else's.
    pub kept_ms: u64,
}

/// What asking for a handle came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Renamed {
    /// It is theirs now, or was already.
    Done(Profile),
    /// The profile is not at the version the change was made for; nothing was changed.
    Stale,
    /// Somebody has it, or had it until lately; nothing was changed.
    Taken,
    /// The last change is too short ago; nothing was changed.
    TooSoon {
        /// When it may change again.
        again: WallMs,
    },
    /// No such account; nothing was changed.
    NoSuchUser,
}

/// A place in the list of those found: how well they fit, and whose place it is among those that fit as well.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FoundAfter {
    /// After the one whose handle it is.
    Exact,
    /// After this handle among those that begin with it.
    Handle(String),
    /// After this folded name among those that begin with it.
    Name(String, UserId),
    /// After this person among those whose name holds it somewhere.
    Within(UserId),
}

/// Some of those found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundPage {
    /// Those who fit best first, each with the place after them.
    pub people: Vec<(User, FoundAfter)>,
    /// Where to go on when the search ended before it had looked at everybody: fewer than asked for are here, perhaps
    /// none, and there may be more.
    pub unfinished: Option<FoundAfter>,
}

/// Where profiles are durable. Each change is one atomic step that also writes down the event of it.
///
/// Who has closed their account, or is suspended, is found by [`ProfileStore::profile`] alone.
#[async_trait]
pub trait ProfileStore: Send + Sync {
    /// The profile of an account, also of a closed or suspended one.
    async fn profile(&self, id: UserId) -> Result<Option<Profile>, UserStoreError>;

    /// Who has this handle, or had it until `now` and not longer ago than it is kept.
    async fn find(&self, handle: &str, now: WallMs) -> Result<Option<Found>, UserStoreError>;

    /// Changes a profile, if it is at an expected version. The version grows by one.
    async fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        expected: &Expected,
    ) -> Result<Changed<Profile>, UserStoreError>;

    /// Gives somebody another handle, if nobody has it and the profile is at an expected version.
    ///
    /// However many ask at once, a handle has one owner. The one given up is kept from the same step on, and nobody
    /// but the person gets it while it is. A person's own is theirs to take back. The same handle again is no change.
    async fn rename(
        &self,
        id: UserId,
        handle: &str,
        rules: HandleRules,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Renamed, UserStoreError>;

    /// People found by the beginning of their handle or by words of their name: the one whose handle it is, then
    /// those whose handle begins with it, whose name begins with it, whose name holds every word of it. Nobody who
    /// blocks the viewer or is blocked by them, and nobody twice on the way through the pages.
    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&FoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundPage, UserStoreError>;
}
