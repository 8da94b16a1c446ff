//! A person's rooms as a set: how many there are, which is the front one, those put away or deleted, and finding
//! rooms by name.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{NewRoom, SavedRoom, StoreError};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, Layout};
use crate::domain::search::NameQuery;
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};

/// The most rooms of one person, archived ones among them, deleted ones not.
pub const ROOMS_PER_USER_MAX: u32 = 12;

/// The most deleted rooms of one person that can be restored: with one more, the one deleted first is purged.
pub const DELETED_ROOMS_MAX: u32 = 12;

/// How long a deleted room can be restored, in milliseconds: 7 days.
pub const DELETED_KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// How a room lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Life {
    /// There for whom it is open to.
    Active,
    /// Put away: its owner alone comes in, to look.
    Archived,
    /// Deleted, and can be restored for a while.
    Deleted,
}

/// A room as its owner finds it on the shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnRoom {
    /// The room as saved.
    pub room: SavedRoom,
    /// How it lives.
    pub life: Life,
    /// Whether it is the one its owner's links lead to.
    pub is_front: bool,
    /// When it was made.
    pub created: WallMs,
    /// When it was changed last.
    pub changed: WallMs,
    /// Since when it is archived.
    pub archived: Option<WallMs>,
    /// When it was deleted; zero where it is too late to restore it.
    pub deleted: Option<WallMs>,
}

/// A place in a list of one person's rooms: oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomAfter(pub RoomId);

/// A place in the list of those found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RoomFoundAfter {
    /// After this room among those whose name holds every word.
    Named(RoomId),
    /// After this room of whoever has this handle, among those whose owner's handle begins with it.
    Handle(String, RoomId),
    /// After this room of this person, among those whose owner's name holds every word.
    Owner(UserId, RoomId),
}

/// A room that was found, and the place after it.
pub type FoundRoom = (SavedRoom, RoomFoundAfter);

/// Some of those found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FoundRooms {
    /// Those who fit best first.
    pub rooms: Vec<FoundRoom>,
    /// Where to go on when the search ended before it had looked at everything: there may be more.
    pub unfinished: Option<RoomFoundAfter>,
}

/// How far purging a room has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purging {
    /// There is more to purge.
    Begun,
    /// Nothing but its id is left.
    Done,
    /// It was restored, or never deleted: nothing was done.
    Kept,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShelfError {
    /// The person has no such room, or it is too late to restore it.
    #[error("no such room")]
    NotFound,
    /// The front room stays until there is another.
    #[error("the front room stays until there is another")]
    FrontRoom,
    /// There are as many as may be.
    #[error("there are as many rooms as may be")]
    TooMany,
    /// The room is archived.
    #[error("the room is archived")]
    Archived,
    /// It, or the profile, is not the version the change was made for.
    #[error("changed meanwhile")]
    Stale,
    /// The store did not do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A person's rooms as a set. Each change is one atomic step.
///
/// Whatever shuts a room or brings it back fences whoever has it in memory, as a claim does: a save made before is in
/// what is brought back, and one that comes later changes nothing. With it goes the room's one event that says
/// whether it is there for others; [`crate::domain::room::RoomEvent::Deleted`] is told when it is purged, not before.
#[async_trait]
pub trait RoomShelf: Send + Sync {
    /// Makes a room, if its owner has fewer than `most`, however many are made at once.
    async fn make(
        &self,
        room: NewRoom,
        most: u32,
        once: Option<&Once>,
    ) -> Result<Done<RoomId>, ShelfError>;

    /// A room of this person that has not ended, archived and deleted ones too.
    async fn own(&self, owner: UserId, room: RoomId) -> Result<Option<OwnRoom>, StoreError>;

    /// A person's rooms that live so, oldest first.
    async fn own_rooms(
        &self,
        owner: UserId,
        life: Life,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError>;

    /// The active rooms of a person that are open to the viewer by their visibility, oldest first. Whoever asks has
    /// seen to it that no block stands between the two.
    async fn shown_rooms(
        &self,
        owner: UserId,
        viewer: Option<UserId>,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError>;

    /// The active rooms of others that somebody is an editor of and may hang things in, oldest first: of no one who is
    /// closed, suspended or hidden from them by a block, and none that moderators have shut.
    async fn edited_rooms(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError>;

    /// Puts a room away. The epoch that fences it off; none where it was put away before. Not the front room.
    async fn archive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError>;

    /// Takes an archived room out again. The epoch that fences off its owner, who may be looking at it; none where it was
    /// there already.
    async fn unarchive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<Option<Epoch>, ShelfError>;

    /// Deletes a room, to be restored or purged. The epoch that fences it off; none where it was deleted before. Not
    /// the front room. Beyond [`DELETED_ROOMS_MAX`] the one deleted first can no longer be restored.
    async fn bin(
        &self,
        owner: UserId,
        room: RoomId,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError>;

    /// Brings a room back that was deleted after `since`, active or archived as it was, if its owner has fewer than
    /// `most`. What is there is left alone.
    async fn restore(
        &self,
        owner: UserId,
        room: RoomId,
        since: WallMs,
        most: u32,
        once: Option<&Once>,
        at: WallMs,
    ) -> Result<Done<RoomId>, ShelfError>;

    /// Makes an active room the front one. May be repeated. The change is one of the owner's profile, and meant for a
    /// version of that.
    async fn set_front(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<(), ShelfError>;

    /// Public rooms whose name holds every word, then those whose owner's handle begins with it, then those whose
    /// owner's name holds every word. None of whoever is closed, suspended, or hidden from the viewer by a block, and
    /// none twice on the way through the pages.
    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&RoomFoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundRooms, StoreError>;

    /// The layouts of an active room, by name, after a name.
    async fn layouts(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Layout)>, StoreError>;

    /// The version of all the layouts of an active room, by [`layouts_version`](crate::domain::room::layouts_version).
    async fn layouts_version(&self, room: RoomId) -> Result<Version, StoreError>;

    /// Some rooms deleted at `until` or before.
    async fn binned(&self, until: WallMs, limit: u32) -> Result<Vec<RoomId>, StoreError>;

    /// Purges a bounded part of a room deleted at `until` or before; to be repeated until it is done. From the first
    /// step on it cannot be restored. The last step is as [`super::RoomStore::delete`].
    async fn purge(&self, room: RoomId, until: WallMs) -> Result<Purging, StoreError>;
}
