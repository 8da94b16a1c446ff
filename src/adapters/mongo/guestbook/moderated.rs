//! Entries and replies as moderators act on them: one kind of thing, by id.

use async_trait::async_trait;
use mongodb::ClientSession;
use mongodb::bson::doc;

use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{id, number};
use super::MongoGuestbooks;
use super::form::{self, Owed};
use super::write::tell;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{EntryId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::room::StoreError;

/// What people wrote into guestbooks.
#[derive(Debug, Clone)]
pub struct MongoGuestbookContent {
    /// Where it is.
    pub books: MongoGuestbooks,
    /// What somebody sees is asked about now.
    pub clock: Clock,
}

impl From<StoreError> for ContentUnavailable {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

#[async_trait]
impl ModeratedContent for MongoGuestbookContent {
    fn kind(&self) -> ContentKind {
        ContentKind::GuestbookEntry
    }

    async fn content(&self, entry: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(entry) = entry.parse::<EntryId>() else {
            return Ok(None);
        };
        let Some(entry) = self.books.raw(entry).await? else {
            return Ok(None);
        };
        // In a room that has ended nothing is left.
        let owner = self.books.owner_of(&entry).await?;
        Ok(owner.map(|_| Content {
            id: entry.id.to_string(),
            author: Some(entry.author),
            text: entry.text,
            pictures: Vec::new(),
            standing: entry.standing,
            at: entry.created,
        }))
    }

    async fn stand(
        &self,
        entry: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(entry) = entry.parse::<EntryId>() else {
            return Ok(false);
        };
        let books = &self.books;
        let standing = Stand {
            books,
            entry,
            standing,
            now,
        };
        let stood = transact(&books.mongo, &standing).await?;
        if stood == Stood::Otherwise {
            let told = books.pay_soon(entry, now).await;
            told.iter().for_each(|told| books.near.sink.notified(told));
        }
        Ok(stood != Stood::Gone)
    }

    async fn is_seen_by(&self, entry: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(entry) = entry.parse::<EntryId>() else {
            return Ok(false);
        };
        let now = self.clock.wall();
        Ok(self.books.found(entry, viewer, now).await?.is_some())
    }
}

/// What became of an entry that was to stand otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stood {
    Gone,
    /// What was removed is gone for good.
    Already,
    Otherwise,
}

struct Stand<'a> {
    books: &'a MongoGuestbooks,
    entry: EntryId,
    standing: Standing,
    now: WallMs,
}

#[async_trait]
impl Attempt for Stand<'_> {
    type Outcome = Stood;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Stood, Halt<StoreError>> {
        let filter = doc! { "_id": id(self.entry.uuid()), "gone": false };
        let kept = self.books.kept();
        let found = kept.find_one(filter.clone()).session(&mut *session).await?;
        let Some(found) = found else {
            return Ok(Stood::Gone);
        };
        let entry = form::to_kept(&found)?;
        if entry.standing == Standing::Removed {
            return Ok(Stood::Already);
        }
        let mut set = doc! {
            "standing": self.standing.as_str(), "version": number(entry.version.0 + 1),
        };
        if self.standing == Standing::Removed {
            set.insert("text", "");
            set.insert("edited_ms", mongodb::bson::Bson::Null);
        }
        let is_news = self.standing == Standing::Shown && !entry.is_announced;
        if is_news {
            set.insert("is_announced", true);
        }
        let owed = if is_news { Owed::Tell } else { Owed::Notices };
        let update = form::owing(set, &[owed], self.now);
        kept.update_one(filter, update)
            .session(&mut *session)
            .await?;
        if is_news && entry.parent.is_none() {
            let by = (entry.author, entry.created);
            tell(self.books, session, entry.room, entry.id, by).await?;
        }
        Ok(Stood::Otherwise)
    }
}
