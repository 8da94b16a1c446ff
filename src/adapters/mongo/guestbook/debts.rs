//! What other stores are to hear of entries: cases and notices. Owed by the entry's own document from the update on that
//! brings it about, and paid by what the entry is when it is paid: paying twice, or late, comes to the same.

use mongodb::bson::{Bson, doc};

use super::super::failure::{reading, writing};
use super::super::value::{id, number};
use super::MongoGuestbooks;
use super::form::{self, Kept, Owed};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, UserId};
use crate::domain::moderation::{ContentKind, Standing, case_text};
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::ports::moderation::desk::Thing;
use crate::ports::room::StoreError;

/// Debts paid in one step.
const PAID_AT_ONCE: i64 = 32;

/// How long whoever made a debt has to pay it before somebody else does, in milliseconds.
const GRACE_MS: u64 = 10_000;

impl MongoGuestbooks {
    /// Pays what was owed just now; where that fails it stays owed.
    pub(super) async fn pay_soon(&self, entry: EntryId, now: WallMs) -> Vec<Delivery> {
        match self.pay(entry, now).await {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!(%entry, %error, "what is to be told of an entry waits");
                Vec::new()
            }
        }
    }

    /// See [`crate::ports::guestbook::GuestbookStore::settle`].
    pub(super) async fn settled(&self, now: WallMs) -> Result<bool, StoreError> {
        let before = now.0.saturating_sub(GRACE_MS);
        let owing = doc! { "owed_ms": { "$gt": 0_i64, "$lte": number(before) } };
        let owing = self
            .some(owing, doc! { "owed_ms": 1 }, PAID_AT_ONCE)
            .await?;
        let (mut paid, mut failed) = (0, None);
        for entry in &owing {
            match self.pay(entry.id, now).await {
                Ok(told) => {
                    paid += 1;
                    told.iter().for_each(|told| self.near.sink.notified(told));
                }
                Err(error) => {
                    // In nobody's way: it waits its turn again.
                    let later = doc! { "$set": { "owed_ms": number(now.0.max(1)) } };
                    let of = doc! { "_id": id(entry.id.uuid()), "owed_ms": { "$gt": 0_i64 } };
                    writing(self.kept().update_one(of, later)).await?;
                    failed = Some(error);
                }
            }
        }
        match failed {
            Some(error) if paid == 0 => Err(error),
            _ => Ok(i64::try_from(owing.len()).is_ok_and(|count| count >= PAID_AT_ONCE)),
        }
    }

    /// Pays what an entry owes.
    async fn pay(&self, entry: EntryId, now: WallMs) -> Result<Vec<Delivery>, StoreError> {
        let by_id = doc! { "_id": id(entry.uuid()) };
        let found = reading(self.kept().find_one(by_id)).await?;
        let Some(entry) = found.as_ref().map(form::to_kept).transpose()? else {
            return Ok(Vec::new());
        };
        let told = match self.owner_of(&entry).await? {
            Some(owner) => self.pay_of(&entry, owner, now).await?,
            // The room is gone, and what hangs on it goes.
            None => Vec::new(),
        };
        if entry.is_gone {
            self.gone(&entry).await?;
            return Ok(told);
        }
        // What is held is told of when it is let through.
        let left: Vec<Bson> = match entry.owes(Owed::Tell) && entry.standing != Standing::Shown {
            true => vec![Owed::Tell.as_str().into()],
            false => Vec::new(),
        };
        let as_it_was = doc! {
            "_id": id(entry.id.uuid()), "gone": false, "version": number(entry.version.0),
        };
        let paid = doc! { "$set": { "owes": left }, "$unset": { "owed_ms": "" } };
        // What was changed meanwhile is owed anew, and paid by whoever changed it.
        writing(self.kept().update_one(as_it_was, paid)).await?;
        Ok(told)
    }

    async fn pay_of(
        &self,
        entry: &Kept,
        owner: UserId,
        now: WallMs,
    ) -> Result<Vec<Delivery>, StoreError> {
        let failed = |error: &dyn std::fmt::Display| StoreError::Failed(error.to_string());
        if entry.owes(Owed::Hold) && !entry.is_gone && entry.standing == Standing::Held {
            let thing = Thing {
                kind: ContentKind::GuestbookEntry,
                subject: entry.id.to_string(),
                author: Some(entry.author),
                text: case_text(&entry.text),
            };
            let held = self.near.cases.hold(&thing, now).await;
            held.map_err(|error| failed(&error))?;
        }
        let is_shown = !entry.is_gone && entry.standing == Standing::Shown;
        let mut told = Vec::new();
        for to in entry.receivers(owner) {
            let notice = NewNotice {
                to,
                kind: NoticeKind::Guestbook,
                from: Some(entry.author),
                subject: entry.thread().to_string(),
                at: now,
            };
            if entry.owes(Owed::Notices) {
                let shown = self.near.notices.show(&notice, is_shown).await;
                shown.map_err(|error| failed(&error))?;
            }
            if entry.owes(Owed::Tell) && is_shown {
                let notified = self.near.notices.notify(&notice).await;
                told.extend(notified.map_err(|error| failed(&error))?);
            }
        }
        Ok(told)
    }

    /// Nothing is owed for it any more: it goes, with the replies to it.
    async fn gone(&self, entry: &Kept) -> Result<(), StoreError> {
        if entry.parent.is_none() {
            let replies = doc! { "parent": id(entry.id.uuid()), "is_reply": true };
            writing(self.kept().delete_many(replies)).await?;
        }
        let gone = doc! { "_id": id(entry.id.uuid()), "gone": true };
        writing(self.kept().delete_one(gone)).await?;
        Ok(())
    }
}
