//! Visits: who came to see a room, and where people go from there.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{GuestId, RoomId, UserId};
use crate::domain::room::Denied;
use crate::domain::user::User;
use crate::domain::visit::{Day, UtcOffset, VisitCounts};

mod arrivals;
#[cfg(test)]
pub(crate) mod conformance;
mod people;

pub use arrivals::{ARRIVALS_WAITING_MAX, Arrivals, Waiting, arrivals};
pub use people::{Around, VisitPeople};

/// The most rooms looked at to go on from one, of each kind of people: the newest relations first.
pub const WAYS_MAX: u32 = 2_000;

/// The most rooms whose counts are asked for at once.
pub const COUNTED_ROOMS_MAX: usize = 256;

/// Visits cannot be reached; all of it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("visits cannot be reached: {0}")]
pub struct VisitsUnavailable(pub String);

/// Who came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// An account.
    User(UserId),
    /// Somebody with a ticket for guests.
    Guest {
        /// Made with the ticket.
        id: GuestId,
        /// A keyed hash of where they are, if that is known: guests of one place count once.
        origin: Option<u64>,
    },
}

/// Somebody whom a room has let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub room: RoomId,
    /// Who.
    pub who: Caller,
    /// When.
    pub at: WallMs,
}

/// What came of looking for something that is in a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met<T> {
    /// There is no such room, as far as the viewer may know.
    NoRoom,
    /// The room is not open to the viewer.
    Denied(Denied),
    /// It is.
    Open(T),
}

/// A place in a history: the latest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitPlace {
    /// When they came.
    pub at: WallMs,
    /// Which visit.
    pub number: i64,
}

/// A place in the history of a room, which tells nothing of somebody who is not shown but the day: the latest days come
/// first, and of one day those who are shown, the latest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitorPlace {
    /// The day.
    pub day: Day,
    /// When they came, where they are shown.
    pub at: Option<WallMs>,
    /// Which of those, by chance.
    pub number: i64,
}

/// A visit as the room's owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitorSeen {
    /// Where it is in the history.
    pub place: VisitorPlace,
    /// Who; nobody where the visitor does not show it to the owner.
    pub visitor: Option<User>,
}

/// A visit as the visitor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnVisit {
    /// Where it is in the history.
    pub place: VisitPlace,
    /// On which day.
    pub day: Day,
    /// Which room.
    pub room: RoomId,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: User,
}

/// People to go on to from a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Circle {
    /// The owner's ties and followers.
    Near,
    /// Followers of the owner's followers.
    Far,
}

/// A room to go on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Which.
    pub room: RoomId,
    /// Whether it is a tie's.
    pub is_tie: bool,
}

/// Visits, counted and remembered.
///
/// A visit counts once a person, room and day. Owners, and people who must not see the owner, do not count. Guests
/// count once a day and address group, and are in no history. Counts are exact whatever happens at once, and never
/// less for what is forgotten of people.
#[async_trait]
pub trait VisitStore: Send + Sync {
    /// Takes arrivals down, durably, all or none, each with its event. One taken down again changes nothing but when
    /// the person came last.
    async fn record(
        &self,
        arrivals: &[Arrival],
        offset: UtcOffset,
    ) -> Result<(), VisitsUnavailable>;

    /// How many came; rooms nobody came to are left out. Of at most [`COUNTED_ROOMS_MAX`] rooms.
    async fn counts(
        &self,
        rooms: &[RoomId],
        today: Day,
    ) -> Result<Vec<(RoomId, VisitCounts)>, VisitsUnavailable>;

    /// Whether the room has been made.
    async fn is_made(&self, room: RoomId) -> Result<bool, VisitsUnavailable>;

    /// How many came to a room the viewer may look at. Nobody is denied: a room one may look at shows its counts.
    async fn counts_of(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        today: Day,
        now: WallMs,
    ) -> Result<Met<VisitCounts>, VisitsUnavailable>;

    /// Who came, for the room's owner; others are denied. Without those who are closed, suspended, or hidden from the
    /// owner, and without what visitors have cleared; in the order of [`VisitorPlace`]. Whether the owner may know who it was is asked of the visitor's
    /// settings as they are now.
    async fn visitors(
        &self,
        room: RoomId,
        owner: UserId,
        now: WallMs,
        after: Option<VisitorPlace>,
        limit: u32,
    ) -> Result<Met<Vec<VisitorSeen>>, VisitsUnavailable>;

    /// Where somebody has been, of rooms that are still there for them.
    async fn visited(
        &self,
        user: UserId,
        now: WallMs,
        after: Option<VisitPlace>,
        limit: u32,
    ) -> Result<Vec<OwnVisit>, VisitsUnavailable>;

    /// Takes all of somebody's visits out of every history. They still count.
    async fn clear(&self, user: UserId) -> Result<(), VisitsUnavailable>;

    /// Rooms of people around the owner of this room that the viewer may enter: none private or locked, none of the
    /// viewer or of the owner, none they were in within the time of `JUST_VISITED_MS`, none of people hidden from or
    /// muted by them. No way leads on from the lists of a private account that the viewer may not read.
    async fn ways(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Met<Vec<Way>>, VisitsUnavailable>;

    /// Lets go of a bounded part of what is kept no longer: marks of guests and names of cleared visits when the day
    /// is over, names of old ones after half a year. Whether there may be more.
    async fn sweep(&self, today: Day) -> Result<bool, VisitsUnavailable>;
}
