//! What those who live behind doors are to whoever stands at them: for stores that keep what lies behind, and not people.

use async_trait::async_trait;

use super::PeopleUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// The most people looked up at once.
pub const MET_MAX: usize = 500;

/// A person as far as a door, or a list behind it, goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Who.
    pub id: UserId,
    /// Whether the viewer follows them.
    pub follows: bool,
    /// Whether the two are tied.
    pub tied: bool,
    /// Whether the viewer mutes them now.
    pub muted: bool,
}

/// Looks up at one moment, and as it is then, what people are to a viewer.
#[async_trait]
pub trait DoorPeople: Send + Sync {
    /// Those of these people who are there for the viewer, by id: who have not closed their account, are not suspended
    /// at this time, and stand in no block with the viewer. Everybody is there for themselves, closed or not. More than
    /// [`MET_MAX`] at once are refused.
    async fn met(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<Vec<Met>, PeopleUnavailable>;
}

impl PeopleUnavailable {
    /// What a store answers that is asked for so many.
    pub(crate) fn too_many() -> Self {
        Self(format!("more than {MET_MAX} at once"))
    }
}
