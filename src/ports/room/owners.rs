//! What a store of rooms must know of their owners where people are kept in another store: which is the front room of
//! whom, and who is found by a search. Read and written in the store of people, by the user service.

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::search::NameQuery;
use crate::domain::version::Expected;
use crate::ports::people::PeopleUnavailable;

/// A person as far as finding their rooms goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOwner {
    /// Who.
    pub id: UserId,
    /// Their handle.
    pub handle: String,
    /// Their name as searching compares it ([`crate::domain::search::folded`]).
    pub name_folded: String,
}

/// Some of those found, in order, and whether everybody was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOwners<P> {
    /// Those who are there for the viewer.
    pub owners: Vec<FoundOwner>,
    /// The last one looked at, shown or not, when there may be more after it.
    pub unfinished: Option<P>,
}

/// What became of a new front room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontSet {
    /// It is the front room.
    Done,
    /// The profile is not of a version the change was meant for.
    Stale,
    /// There is no such account.
    Nobody,
}

/// What the store of people says of owners.
///
/// Of those found, nobody has closed their account, is suspended, or is hidden from the viewer by a block.
#[async_trait]
pub trait RoomOwners: Send + Sync {
    /// The front room of an account, closed or not, as it is now: no answer from a moment ago.
    async fn front_room(&self, owner: UserId) -> Result<Option<RoomId>, PeopleUnavailable>;

    /// Makes a room the front one, with the event of the changed profile in the same step. Meant for a version of the
    /// profile; for any, the same room again changes nothing.
    async fn set_front_room(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<FrontSet, PeopleUnavailable>;

    /// Those of these people who are there for the viewer.
    async fn seen(
        &self,
        people: &[UserId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<FoundOwner>, PeopleUnavailable>;

    /// Whose handle begins with the query, by handle, from this handle on and with it.
    async fn by_handle(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<&str>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<String>, PeopleUnavailable>;

    /// Whose name holds every word, by id, from this id on and with it. Looks at a bounded number of names, more than
    /// `limit` where many have to be passed over.
    async fn by_name(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        from: Option<UserId>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundOwners<UserId>, PeopleUnavailable>;
}
