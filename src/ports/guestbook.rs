//! Guestbooks: what people write at each other's rooms, and what is written back.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::once::{Done, Once};
use super::visit::Met;
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::notification::Delivery;
use crate::domain::room::Denied;
use crate::domain::user::User;
use crate::domain::version::{Expected, Version};
use crate::domain::visit::EntryText;

#[cfg(test)]
pub(crate) mod conformance;

/// Guestbooks cannot be reached; all of it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("guestbooks cannot be reached: {0}")]
pub struct GuestbooksUnavailable(pub String);

/// Where something is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Into the guestbook of a room, for everybody or for the owner alone.
    Room {
        /// Which.
        room: RoomId,
        /// Whether for the owner alone.
        is_secret: bool,
    },
    /// Beneath an entry.
    Entry(EntryId),
}

/// Something to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Made for it.
    pub id: EntryId,
    /// Where.
    pub target: Target,
    /// Who writes.
    pub author: UserId,
    /// What.
    pub text: EntryText,
    /// Whether others may see it.
    pub standing: Standing,
    /// When.
    pub at: WallMs,
}

/// An entry or a reply, as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: EntryId,
    /// In whose room's book.
    pub room: RoomId,
    /// The entry it replies to.
    pub parent: Option<EntryId>,
    /// Who wrote it.
    pub author: User,
    /// What it says.
    pub text: String,
    /// For its author and the room's owner alone.
    pub is_secret: bool,
    /// Whether others may see it.
    pub standing: Standing,
    /// The room's owner has put it out of sight: only they and its author see it.
    pub is_hidden: bool,
    /// Grows with each change.
    pub version: Version,
    /// When it was written.
    pub created: WallMs,
    /// When its text was changed last.
    pub edited: Option<WallMs>,
    /// How many replies the viewer finds beneath it.
    pub replies: u32,
    /// The word for which the viewer would rather not see it. Stores know of none; the service looks for them.
    pub muted: Option<String>,
}

impl Entry {
    /// Where it is in its list.
    pub const fn place(&self) -> EntryPlace {
        EntryPlace {
            at: self.created,
            id: self.id,
        }
    }
}

/// An entry's place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryPlace {
    /// When it was written.
    pub at: WallMs,
    /// Which.
    pub id: EntryId,
}

/// What came of writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrote {
    /// There is no such room, as far as the author may know.
    NoRoom,
    /// There is no such entry to reply to, as far as the author may know.
    NoEntry,
    /// The room is not open to the author.
    Denied(Denied),
    /// There are as many as there may be.
    Full,
    /// It is written, and who is to be told of it.
    Done(Box<Done<Entry>>, Vec<Delivery>),
}

/// What came of changing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed<T> {
    /// There is no such entry, as far as whoever asks may know.
    NoEntry,
    /// It is not theirs to change.
    NotTheirs,
    /// It was written too long ago.
    TooLate,
    /// There is another version now.
    Stale,
    /// It is done.
    Done(T),
}

/// A page of a guestbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// How many the viewer finds on all pages.
    pub count: u32,
}

/// Guestbooks.
///
/// Whoever may come into a room, locked or not, may read its book; with an account also write. Nobody sees what is by
/// people hidden from them, closed or suspended, nor, but for the room's owner, by people they mute. What is held or
/// hidden by moderators is seen by its author alone; what the owner has hidden, by the two of them; what is secret, by
/// the two of them too, and others do not learn that it is there: it is in no list and in no count of theirs.
#[async_trait]
pub trait GuestbookStore: Send + Sync {
    /// Writes something, at most once for a key, with its event in the same step, and its notices in it or owed from it
    /// on ([`GuestbookStore::settle`]). What is held is told of only once it is let through.
    async fn write(
        &self,
        new: &NewEntry,
        once: Option<&Once>,
    ) -> Result<Wrote, GuestbooksUnavailable>;

    /// A page of entries, the newest first, after a place.
    async fn entries(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Met<Listed>, GuestbooksUnavailable>;

    /// A page of the replies to an entry, the oldest first, after a place; none where there is no such entry for the
    /// viewer.
    async fn replies(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Option<Vec<Entry>>, GuestbooksUnavailable>;

    /// An entry or a reply, if the viewer may see it.
    async fn entry(
        &self,
        id: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Entry>, GuestbooksUnavailable>;

    /// The author gives an entry another text, within the time for that. What is held or hidden stays so; with a held
    /// text what was shown is held from now on.
    async fn rewrite(
        &self,
        id: EntryId,
        author: UserId,
        (text, standing): (&EntryText, Standing),
        expected: &Expected,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable>;

    /// The author or the room's owner takes an entry away, with the replies to it. An author can also where the room
    /// is no longer open to them.
    async fn delete(
        &self,
        id: EntryId,
        by: UserId,
        is_reply: bool,
        now: WallMs,
    ) -> Result<Changed<()>, GuestbooksUnavailable>;

    /// The room's owner puts an entry or a reply out of sight, or back.
    async fn hide(
        &self,
        id: EntryId,
        owner: UserId,
        is_hidden: bool,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable>;

    /// Tells other stores some of what they could not be told when it happened: notices, and cases of what is held.
    /// Whether there may be more. Where all of it is in one store it is told in the step it is about.
    async fn settle(&self, now: WallMs) -> Result<bool, GuestbooksUnavailable>;
}
