//! Visits: how many came, who, where one has been oneself, and where to go on to.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::{RoomId, UserId};
use crate::domain::visit::{Day, UtcOffset, VisitCounts, draw, room_weight};
use crate::ports::discovery::{DiscoveryStore, DiscoveryUnavailable};
use crate::ports::visit::{
    Circle, Met, OwnVisit, VisitPlace, VisitStore, VisitorPlace, VisitorSeen, VisitsUnavailable,
};

/// How much more often one goes on to a tie than to a follower.
const TIE_WEIGHT: f64 = 3.0;

/// By whom one got to a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A tie of the owner.
    Tie,
    /// A follower of the owner, or one of theirs.
    Follower,
    /// Nobody: by chance.
    Anywhere,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// There is no such room, as far as the viewer may know.
    #[error("no such room")]
    NoRoom,
    /// Only for the room's owner.
    #[error("for the owner only")]
    Forbidden,
    /// Visits cannot be reached.
    #[error(transparent)]
    Visits(#[from] VisitsUnavailable),
    /// Rooms elsewhere cannot be reached.
    #[error(transparent)]
    Discovery(#[from] DiscoveryUnavailable),
}

/// The visit service.
#[derive(Clone)]
pub struct VisitService {
    visits: Arc<dyn VisitStore>,
    discovery: Arc<dyn DiscoveryStore>,
    offset: UtcOffset,
    clock: Clock,
}

impl std::fmt::Debug for VisitService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitService(..)")
    }
}

impl VisitService {
    /// The service over its stores, in a house whose days begin at this offset's midnight.
    pub fn new(
        visits: Arc<dyn VisitStore>,
        discovery: Arc<dyn DiscoveryStore>,
        offset: UtcOffset,
        clock: Clock,
    ) -> Self {
        Self {
            visits,
            discovery,
            offset,
            clock,
        }
    }

    fn today(&self) -> Day {
        Day::of(self.clock.wall(), self.offset)
    }

    /// Whether the room has been made: a front room is when it is first looked at.
    pub async fn is_made(&self, room: RoomId) -> Result<bool, VisitError> {
        Ok(self.visits.is_made(room).await?)
    }

    /// How many came to these rooms; none to those that are left out.
    pub async fn counts(
        &self,
        rooms: &[RoomId],
    ) -> Result<HashMap<RoomId, VisitCounts>, VisitError> {
        let counts = self.visits.counts(rooms, self.today()).await?;
        Ok(counts.into_iter().collect())
    }

    /// How many came to a room the viewer may look at.
    pub async fn counts_of(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
    ) -> Result<VisitCounts, VisitError> {
        let now = self.clock.wall();
        open(
            self.visits
                .counts_of(room, viewer, self.today(), now)
                .await?,
        )
    }

    /// Who came to one's room.
    pub async fn visitors(
        &self,
        room: RoomId,
        owner: UserId,
        after: Option<VisitorPlace>,
        limit: u32,
    ) -> Result<Vec<VisitorSeen>, VisitError> {
        let now = self.clock.wall();
        open(self.visits.visitors(room, owner, now, after, limit).await?)
    }

    /// Where one has been.
    pub async fn visited(
        &self,
        user: UserId,
        after: Option<VisitPlace>,
        limit: u32,
    ) -> Result<Vec<OwnVisit>, VisitError> {
        let now = self.clock.wall();
        Ok(self.visits.visited(user, now, after, limit).await?)
    }

    /// Takes all of one's visits out of every history.
    pub async fn clear(&self, user: UserId) -> Result<(), VisitError> {
        Ok(self.visits.clear(user).await?)
    }

    /// Where to go on to from a room: to people around its owner, ties before followers, then to followers of these,
    /// then anywhere. None where there is nowhere to go.
    pub async fn surf(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        seed: u64,
    ) -> Result<Option<(RoomId, Via)>, VisitError> {
        let now = self.clock.wall();
        for circle in [Circle::Near, Circle::Far] {
            let ways = open(self.visits.ways(room, viewer, circle, now).await?)?;
            let weighed = ways.iter().map(|way| {
                let weight = if way.is_tie { TIE_WEIGHT } else { 1.0 };
                (way.room.uuid(), weight)
            });
            let Some(next) = draw(seed, weighed).map(RoomId::from_uuid) else {
                continue;
            };
            let is_tie = ways.iter().any(|way| way.room == next && way.is_tie);
            let via = if is_tie { Via::Tie } else { Via::Follower };
            return Ok(Some((next, via)));
        }
        let others = self.discovery.candidates(viewer, now, seed).await?;
        let others = others.iter().filter(|other| other.room != room);
        let weighed = others.map(|other| {
            let age_ms = now.0.saturating_sub(other.created.0);
            (other.room.uuid(), room_weight(age_ms, other.popularity))
        });
        let next = draw(seed, weighed).map(RoomId::from_uuid);
        Ok(next.map(|next| (next, Via::Anywhere)))
    }
}

fn open<T>(met: Met<T>) -> Result<T, VisitError> {
    match met {
        Met::Open(found) => Ok(found),
        Met::NoRoom => Err(VisitError::NoRoom),
        Met::Denied(_) => Err(VisitError::Forbidden),
    }
}
