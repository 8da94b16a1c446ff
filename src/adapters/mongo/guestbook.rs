//! Guestbooks in MongoDB: one document an entry or reply ([`form`]), and one a room whose only use is that all that add
//! entries write it.
//!
//! Writing is a transaction, because of the bounds, the key and the event. What changes one entry is an update of its
//! document that happens only if the version is the one it was decided on. What other stores must hear, notices and
//! cases, is owed by the document from that same update on, and paid at once after it or, where that fails, later
//! ([`debts`]).
//!
//! Who sees what of the entry itself is asked of the database; people are asked of theirs, on entries read in batches.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::bson::{Document as Stored, doc};

use self::form::{Kept, Owed};
use self::sight::Sight;
use super::door::door;
use super::failure::{reading, writing};
use super::lanes::Lanes;
use super::place::Places;
use super::value::{Unfit, id, number};
use super::visit::MongoVisitOutbox;
use super::{Collections, Mongo};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::room::Role;
use crate::domain::version::Expected;
use crate::domain::visit::{EDIT_WITHIN_MS, EntryText};
use crate::ports::guestbook::{
    Changed, Entry, EntryPlace, GuestbookStore, GuestbooksUnavailable, Listed, NewEntry, Wrote,
};
use crate::ports::moderation::desk::ModerationStore;
use crate::ports::notification::{NotificationSink, NotificationStore};
use crate::ports::once::Once;
use crate::ports::people::ShownPeople;
use crate::ports::room::StoreError;
use crate::ports::visit::Met;

mod debts;
mod form;
mod moderated;
mod personal;
mod sight;
#[cfg(test)]
mod tests;
mod write;

pub use moderated::MongoGuestbookContent;

/// How often a change is decided anew because the entry was changed meanwhile.
const TRIES_MAX: u32 = 8;

/// Whom this store asks, and tells.
#[derive(Clone)]
pub struct GuestbookNeighbours {
    /// People, and what they are to each other.
    pub people: Arc<dyn ShownPeople>,
    /// Where notices wait.
    pub notices: Arc<dyn NotificationStore>,
    /// Where cases are opened.
    pub cases: Arc<dyn ModerationStore>,
    /// Who hears of notices that were owed for a while.
    pub sink: Arc<dyn NotificationSink>,
}

impl std::fmt::Debug for GuestbookNeighbours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuestbookNeighbours(..)")
    }
}

/// Guestbooks in MongoDB.
#[derive(Clone)]
pub struct MongoGuestbooks {
    mongo: Mongo,
    near: GuestbookNeighbours,
    places: Arc<Places>,
    lanes: Arc<Lanes>,
}

impl std::fmt::Debug for MongoGuestbooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MongoGuestbooks").field(&self.mongo).finish()
    }
}

impl From<StoreError> for GuestbooksUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<Unfit> for GuestbooksUnavailable {
    fn from(unfit: Unfit) -> Self {
        Self(unfit.to_string())
    }
}

/// What is to become of an entry, decided on what it is.
enum Turn {
    /// This, and what is owed for it.
    To(Stored, &'static [Owed]),
    /// Nothing: it is so already.
    Stays,
}

/// Why an entry stays as it is.
enum No {
    Entry,
    NotTheirs,
    TooLate,
    Stale,
}

impl<T> From<No> for Changed<T> {
    fn from(no: No) -> Self {
        match no {
            No::Entry => Self::NoEntry,
            No::NotTheirs => Self::NotTheirs,
            No::TooLate => Self::TooLate,
            No::Stale => Self::Stale,
        }
    }
}

impl MongoGuestbooks {
    /// The store of guestbooks; their events wait with those of visits.
    pub fn new(mongo: Mongo, near: GuestbookNeighbours, outbox: &MongoVisitOutbox) -> Self {
        Self {
            mongo,
            near,
            places: outbox.places(),
            lanes: Arc::default(),
        }
    }

    fn kept(&self) -> mongodb::Collection<Stored> {
        self.mongo.collection(Collections::GUESTBOOK_ENTRY)
    }

    /// An entry as it is, whoever may see it.
    async fn raw(&self, entry: EntryId) -> Result<Option<Kept>, StoreError> {
        let filter = doc! { "_id": id(entry.uuid()), "gone": false };
        let found = reading(self.kept().find_one(filter)).await?;
        Ok(found.as_ref().map(form::to_kept).transpose()?)
    }

    /// Some entries or replies, in an order.
    async fn some(
        &self,
        filter: Stored,
        sort: Stored,
        limit: i64,
    ) -> Result<Vec<Kept>, StoreError> {
        let found = async {
            self.kept()
                .find(filter)
                .sort(sort)
                .limit(limit)
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let found = reading(found).await?;
        Ok(found.iter().map(form::to_kept).collect::<Result<_, _>>()?)
    }

    /// What the viewer may do in a room; nothing where it is not open to them.
    async fn role(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Role>, StoreError> {
        let door = door(&self.mongo, &*self.near.people, room, viewer, now).await?;
        Ok(door.and_then(|door| door.role.ok()))
    }

    /// An entry that this person sees, in a room that is open to them.
    async fn found(
        &self,
        entry: EntryId,
        by: UserId,
        now: WallMs,
    ) -> Result<Option<(Kept, Role)>, StoreError> {
        let Some((entry, _)) = self.seen(entry, Some(by), now).await? else {
            return Ok(None);
        };
        let role = self.role(entry.room, Some(by), now).await?;
        Ok(role.map(|role| (entry, role)))
    }

    /// Changes an entry if it is still as it was when that was decided; whether it was.
    async fn turn(
        &self,
        entry: &Kept,
        mut set: Stored,
        owed: &[Owed],
        now: WallMs,
    ) -> Result<bool, StoreError> {
        set.insert("version", number(entry.version.0 + 1));
        let update = form::owing(set, owed, now);
        let as_it_was = doc! {
            "_id": id(entry.id.uuid()), "gone": false, "version": number(entry.version.0),
        };
        let turned = writing(self.kept().update_one(as_it_was, update)).await?;
        Ok(turned.modified_count > 0)
    }

    /// Changes an entry that whoever asks may change, by what it is.
    async fn change(
        &self,
        entry: EntryId,
        by: UserId,
        now: WallMs,
        decide: impl Fn(&Kept, Role) -> Result<Turn, No> + Send + Sync,
    ) -> Result<Result<(), No>, StoreError> {
        for _ in 0..TRIES_MAX {
            let Some((kept, role)) = self.found(entry, by, now).await? else {
                return Ok(Err(No::Entry));
            };
            let (set, owed) = match decide(&kept, role) {
                Ok(Turn::To(set, owed)) => (set, owed),
                Ok(Turn::Stays) => return Ok(Ok(())),
                Err(refused) => return Ok(Err(refused)),
            };
            if self.turn(&kept, set, owed, now).await? {
                if !owed.is_empty() {
                    self.pay_soon(entry, now).await;
                }
                return Ok(Ok(()));
            }
        }
        Err(StoreError::Failed("the entry is being changed".to_owned()))
    }

    /// An entry as somebody sees it after a change.
    async fn changed(
        &self,
        entry: EntryId,
        by: UserId,
        now: WallMs,
    ) -> Result<Changed<Entry>, StoreError> {
        let entry = self.shown(entry, Some(by), now).await?;
        Ok(entry.map_or(Changed::NoEntry, Changed::Done))
    }

    /// An entry as the viewer sees it, wherever it is.
    async fn shown(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Entry>, StoreError> {
        let Some((entry, owner)) = self.seen(entry, viewer, now).await? else {
            return Ok(None);
        };
        let mut sight = Sight::new(viewer, owner, now);
        let views = self.views(vec![entry], &mut sight).await?;
        Ok(views.into_iter().next())
    }
}

#[async_trait]
impl GuestbookStore for MongoGuestbooks {
    async fn write(
        &self,
        new: &NewEntry,
        once: Option<&Once>,
    ) -> Result<Wrote, GuestbooksUnavailable> {
        Ok(self.written(new, once).await?)
    }

    async fn entries(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Met<Listed>, GuestbooksUnavailable> {
        let door = door(&self.mongo, &*self.near.people, room, viewer, now).await?;
        let Some(door) = door else {
            return Ok(Met::NoRoom);
        };
        if let Err(denied) = door.role {
            return Ok(Met::Denied(denied));
        }
        let mut sight = Sight::new(viewer, door.card.owner_id, now);
        let of = doc! { "room": id(room.uuid()), "is_reply": false };
        let count = self.count(of.clone(), &mut sight).await?;
        let entries = self.page(of, -1, &mut sight, after, limit).await?;
        Ok(Met::Open(Listed { entries, count }))
    }

    async fn replies(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Option<Vec<Entry>>, GuestbooksUnavailable> {
        let seen = self.seen(entry, viewer, now).await?;
        let Some((above, owner)) = seen.filter(|(seen, _)| seen.parent.is_none()) else {
            return Ok(None);
        };
        if self.role(above.room, viewer, now).await?.is_none() {
            return Ok(None);
        }
        let mut sight = Sight::new(viewer, owner, now);
        let of = doc! { "parent": id(entry.uuid()), "is_reply": true };
        let replies = self.page(of, 1, &mut sight, after, limit).await?;
        Ok(Some(replies))
    }

    async fn entry(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Entry>, GuestbooksUnavailable> {
        let Some(entry) = self.shown(entry, viewer, now).await? else {
            return Ok(None);
        };
        let role = self.role(entry.room, viewer, now).await?;
        Ok(role.map(|_| entry))
    }

    async fn rewrite(
        &self,
        entry: EntryId,
        author: UserId,
        (text, standing): (&EntryText, Standing),
        expected: &Expected,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable> {
        let decide = |kept: &Kept, _: Role| {
            if kept.author != author {
                return Err(No::NotTheirs);
            }
            if now.0.saturating_sub(kept.created.0) > EDIT_WITHIN_MS {
                return Err(No::TooLate);
            }
            if !expected.admits(kept.version) {
                return Err(No::Stale);
            }
            let stands = match kept.standing {
                Standing::Shown => standing,
                // A moderator decides, whatever it says now.
                other => other,
            };
            let set = doc! {
                "text": text.as_str(), "standing": stands.as_str(), "edited_ms": number(now.0),
            };
            let is_held = kept.standing == Standing::Shown && stands != Standing::Shown;
            let owed: &[Owed] = match is_held {
                true => &[Owed::Hold, Owed::Notices],
                false => &[],
            };
            Ok(Turn::To(set, owed))
        };
        match self.change(entry, author, now, decide).await? {
            Ok(()) => Ok(self.changed(entry, author, now).await?),
            Err(refused) => Ok(refused.into()),
        }
    }

    async fn delete(
        &self,
        entry: EntryId,
        by: UserId,
        is_reply: bool,
        now: WallMs,
    ) -> Result<Changed<()>, GuestbooksUnavailable> {
        let Some(kept) = self.raw(entry).await? else {
            return Ok(Changed::NoEntry);
        };
        if kept.parent.is_some() != is_reply {
            return Ok(Changed::NoEntry);
        }
        if kept.author != by {
            match self.found(entry, by, now).await? {
                Some((_, Role::Owner)) => {}
                Some(_) => return Ok(Changed::NotTheirs),
                None => return Ok(Changed::NoEntry),
            }
        }
        let gone = doc! { "gone": true, "text": "" };
        let gone = form::owing(gone, &[Owed::Notices], now);
        let there = doc! { "_id": id(entry.uuid()), "gone": false };
        let taken = writing(self.kept().update_one(there, gone)).await?;
        if taken.modified_count == 0 {
            return Ok(Changed::NoEntry);
        }
        self.pay_soon(entry, now).await;
        Ok(Changed::Done(()))
    }

    async fn hide(
        &self,
        entry: EntryId,
        owner: UserId,
        is_hidden: bool,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable> {
        let decide = |kept: &Kept, role: Role| match role {
            Role::Owner if kept.is_hidden == is_hidden => Ok(Turn::Stays),
            Role::Owner => Ok(Turn::To(doc! { "is_hidden": is_hidden }, &[])),
            _ => Err(No::NotTheirs),
        };
        match self.change(entry, owner, now, decide).await? {
            Ok(()) => Ok(self.changed(entry, owner, now).await?),
            Err(refused) => Ok(refused.into()),
        }
    }

    async fn settle(&self, now: WallMs) -> Result<bool, GuestbooksUnavailable> {
        Ok(self.settled(now).await?)
    }
}
