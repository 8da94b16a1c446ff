//! People as far as showing what they wrote goes: for stores that keep what people write, and not people.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::PeopleUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;

/// The most people [`ShownPeople::gone`] names. Where more than these are gone at once, those beyond are counted as if
/// they were there; none of what they wrote is shown all the same.
pub const GONE_MAX: u32 = 10_000;

/// A person, and what they are to a viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The account.
    pub user: User,
    /// Whether they have neither closed their account nor are suspended.
    pub is_open: bool,
    /// Whether a block stands between the two.
    pub blocked: bool,
    /// Whether the viewer follows them.
    pub follows: bool,
    /// Whether the two are tied.
    pub tied: bool,
    /// Whether the viewer mutes them now.
    pub muted: bool,
    /// Whether what they write for everybody is for those who follow them.
    pub is_private: bool,
}

impl Shown {
    /// Whether they are there for the viewer.
    pub const fn is_there(&self) -> bool {
        self.is_open && !self.blocked
    }
}

/// Looks up, as it is then, whose words a viewer is shown.
#[async_trait]
pub trait ShownPeople: Send + Sync {
    /// Those of these people who have an account, closed or not. More than [`MET_MAX`](super::MET_MAX) at once are
    /// refused.
    async fn shown(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Shown>, PeopleUnavailable>;

    /// Whom somebody follows and does not mute, of those who are there for them: at most
    /// [`FOLLOWS_MAX`](crate::ports::relations::FOLLOWS_MAX).
    async fn followed(&self, by: UserId, now: WallMs) -> Result<Vec<UserId>, PeopleUnavailable>;

    /// Who is not there for the viewer: at most [`GONE_MAX`], those in a block with them before all others.
    async fn gone(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable>;

    /// Whose handles these are, or were a while ago: of those who have not closed their accounts, in the order of the
    /// handles. More than [`MET_MAX`](super::MET_MAX) at once are refused.
    async fn named(
        &self,
        handles: &[String],
        now: WallMs,
    ) -> Result<Vec<UserId>, PeopleUnavailable>;

    /// Of these rooms those that are somebody's front room, with who may come in where that was never opened. More than
    /// [`MET_MAX`](super::MET_MAX) at once are refused.
    async fn fronts(
        &self,
        rooms: &[RoomId],
    ) -> Result<BTreeMap<RoomId, (UserId, Visibility)>, PeopleUnavailable>;
}
