//! What a store of visits must know of people where those are kept in another store.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::Circle;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::people::PeopleUnavailable;

/// Somebody to whose rooms a way may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around {
    /// Who.
    pub id: UserId,
    /// Whether they are tied to the one they are around.
    pub is_tie: bool,
    /// Whether the viewer follows them.
    pub follows: bool,
}

/// Looks up, as it is then, whom visits lead on to, and who shows them.
#[async_trait]
pub trait VisitPeople: Send + Sync {
    /// People around somebody, by id, who are there for the viewer and not muted by them: neither of the two
    /// themselves, and nobody where the viewer may not read the lists that lead to them. Of each kind at most
    /// [`WAYS_MAX`](super::WAYS_MAX), the newest relations first.
    async fn around(
        &self,
        center: UserId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Vec<Around>, PeopleUnavailable>;

    /// Those of these people who show a room's owner that they were there. More than
    /// [`MET_MAX`](crate::ports::people::MET_MAX) at once are refused.
    async fn showing_visits(
        &self,
        owner: UserId,
        visitors: &[UserId],
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable>;
}
