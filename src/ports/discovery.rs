//! Discovery: what is talked about, what is new, and where chance leads.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::room::RoomCard;
use crate::domain::visit::{Day, UtcOffset};

#[cfg(test)]
pub(crate) mod conformance;

/// The most rooms that chance chooses among at once; of more, a stretch that begins anywhere among them.
pub const CANDIDATES_MAX: u32 = 5_000;

/// The most rooms looked up at once.
pub const ROOMS_AT_ONCE_MAX: usize = 500;

/// Discovery cannot be reached; all of it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("discovery cannot be reached: {0}")]
pub struct DiscoveryUnavailable(pub String);

/// A place in a ranking. Scores only grow while their unit stays the same, and the place says which it was: nothing
/// comes twice to whoever reads on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankPlace {
    /// The score.
    pub score: f64,
    /// Since when a count is worth one.
    pub origin: WallMs,
    /// Of those with one score, the greater comes first.
    pub thing: Vec<u8>,
}

/// A place among the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewestPlace<Id> {
    /// Since when it is there.
    pub at: WallMs,
    /// Which.
    pub id: Id,
}

/// How far reading the log has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Advanced {
    /// Events that were read.
    pub read: u32,
    /// Of these, how many could not be understood.
    pub skipped: u32,
}

/// A room that chance may lead to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Which.
    pub room: RoomId,
    /// Since when it is there.
    pub created: WallMs,
    /// How much it is talked about, in counts of now.
    pub popularity: f64,
}

/// What is talked about. Rooms are only ever public ones that are open to the viewer, of people who are there for them
/// and whom they do not mute; posts only of such people.
#[async_trait]
pub trait DiscoveryStore: Send + Sync {
    /// Reads the next events of the log and counts them: what comes of an event and the place in the log are one step,
    /// so that each counts once whenever the process dies. An event that cannot be understood is passed over.
    async fn advance(
        &self,
        limit: u32,
        offset: UtcOffset,
    ) -> Result<Advanced, DiscoveryUnavailable>;

    /// Forgets all counts and reads the log from its beginning: of what it still holds the same comes again.
    async fn restart(&self) -> Result<(), DiscoveryUnavailable>;

    /// Lets go of a bounded part of who counted on days long past, and of scores that have faded; whether there may be
    /// more.
    async fn sweep(&self, today: Day, now: WallMs) -> Result<bool, DiscoveryUnavailable>;

    /// Rooms by how much they are talked about, without the viewer's own.
    async fn popular_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(RoomId, RankPlace)>, DiscoveryUnavailable>;

    /// Rooms by when they were made, the viewer's own among them.
    async fn newest_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<NewestPlace<RoomId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<RoomId>>, DiscoveryUnavailable>;

    /// Posts by how much they are talked about, without the viewer's own. Whether the viewer may see a post, whoever keeps
    /// posts says.
    async fn popular_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(PostId, RankPlace)>, DiscoveryUnavailable>;

    /// Posts by when they were published, the viewer's own among them; whoever keeps posts says the same.
    async fn newest_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<NewestPlace<PostId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<PostId>>, DiscoveryUnavailable>;

    /// Tags by how many used them lately.
    async fn popular_tags(
        &self,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(String, RankPlace)>, DiscoveryUnavailable>;

    /// Rooms that chance may lead the viewer to: none of their own, none they were in just now, none that is locked.
    /// At most [`CANDIDATES_MAX`], or fewer where a store says so; of more, the seed says which.
    async fn candidates(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        seed: u64,
    ) -> Result<Vec<Candidate>, DiscoveryUnavailable>;
}

/// What discovery asks of whoever keeps posts.
#[async_trait]
pub trait PostsForDiscovery: Send + Sync {
    /// Which of these posts the viewer may see now, in the order they were given in.
    async fn visible(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostId>, DiscoveryUnavailable>;
}

/// A room as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveredRoom {
    /// What it is.
    pub card: RoomCard,
    /// Since when it is there.
    pub created: WallMs,
}

/// What discovery in a store of its own asks of whoever keeps rooms.
#[async_trait]
pub trait RoomsForDiscovery: Send + Sync {
    /// Those of these rooms that are there, in any order: none that is archived, or deleted and still to be restored. More
    /// than [`ROOMS_AT_ONCE_MAX`] at once are refused.
    async fn discovered(
        &self,
        rooms: &[RoomId],
    ) -> Result<Vec<DiscoveredRoom>, DiscoveryUnavailable>;
}

/// What discovery in a store of its own asks of whoever keeps visits.
#[async_trait]
pub trait VisitsForDiscovery: Send + Sync {
    /// Those of these rooms the viewer was in after this time. More than [`ROOMS_AT_ONCE_MAX`] at once are refused.
    async fn lately(
        &self,
        viewer: UserId,
        rooms: &[RoomId],
        since: WallMs,
    ) -> Result<Vec<RoomId>, DiscoveryUnavailable>;
}

impl DiscoveryUnavailable {
    /// What a store answers that is asked for so many.
    pub(crate) fn too_many() -> Self {
        Self(format!("more than {ROOMS_AT_ONCE_MAX} at once"))
    }
}
