//! Guestbooks, as people read and write them.

use std::sync::Arc;

use super::screen::{Said, Screen, Screened};
use super::telling::Telling;
use crate::domain::clock::Clock;
use crate::domain::filter::Place;
use crate::domain::filter::muted_words::FoldedText;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::room::Denied;
use crate::domain::text::BadText;
use crate::domain::version::Expected;
use crate::domain::visit::EntryText;
use crate::ports::guestbook::{
    Changed, Entry, EntryPlace, GuestbookStore, GuestbooksUnavailable, Listed, NewEntry, Target,
    Wrote,
};
use crate::ports::muted_words::{MutedWordReader, MutedWordsUnavailable};
use crate::ports::once::{Done, Once};
use crate::ports::spam::{Marks, SpamFactsUnavailable};
use crate::ports::visit::Met;

/// Why nothing was read or written.
#[derive(Debug, thiserror::Error)]
pub enum GuestbookError {
    /// There is no such room, as far as the viewer may know.
    #[error("no such room")]
    NoRoom,
    /// There is no such entry, as far as the viewer may know.
    #[error("no such entry")]
    NoEntry,
    /// The room is not open to the viewer.
    #[error("the room is not open")]
    Denied(Denied),
    /// It is not theirs to change.
    #[error("not theirs")]
    NotTheirs,
    /// It was written too long ago to be changed.
    #[error("too late")]
    TooLate,
    /// There is another version now.
    #[error("changed meanwhile")]
    Stale,
    /// There are as many as there may be.
    #[error("the book is full")]
    Full,
    /// The text cannot be one.
    #[error(transparent)]
    BadText(#[from] BadText),
    /// The text may not be said here.
    #[error("not to be said here")]
    Refused,
    /// What else the author wrote cannot be reached.
    #[error(transparent)]
    Facts(#[from] SpamFactsUnavailable),
    /// The viewer's muted words cannot be reached.
    #[error(transparent)]
    Words(#[from] MutedWordsUnavailable),
    /// Guestbooks cannot be reached.
    #[error(transparent)]
    Store(#[from] GuestbooksUnavailable),
}

/// The guestbook service.
#[derive(Clone)]
pub struct GuestbookService {
    store: Arc<dyn GuestbookStore>,
    screen: Screen,
    telling: Telling,
    words: Option<Arc<dyn MutedWordReader>>,
    clock: Clock,
}

impl std::fmt::Debug for GuestbookService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GuestbookService(..)")
    }
}

impl GuestbookService {
    /// The service over its store.
    pub fn new(store: Arc<dyn GuestbookStore>, screen: Screen, clock: Clock) -> Self {
        Self {
            store,
            screen,
            telling: Telling::default(),
            words: None,
            clock,
        }
    }

    /// The same, which tells of its notices.
    #[must_use]
    pub fn telling(self, telling: Telling) -> Self {
        Self { telling, ..self }
    }

    /// The same, which marks what viewers would rather not see.
    #[must_use]
    pub fn sparing(self, words: Arc<dyn MutedWordReader>) -> Self {
        let words = Some(words);
        Self { words, ..self }
    }

    /// Marks what holds one of the viewer's muted words, as posts and comments are marked: the room's owner, who keeps
    /// order in the book, can still look at it.
    async fn spare(
        &self,
        viewer: Option<UserId>,
        entries: &mut [Entry],
    ) -> Result<(), GuestbookError> {
        let (Some(reader), Some(viewer)) = (&self.words, viewer) else {
            return Ok(());
        };
        let words = reader.muted_words(viewer).await?;
        let others = entries.iter_mut();
        let others = others.filter(|entry| entry.author.id != viewer);
        let now = self.clock.wall();
        for entry in others {
            let found = words.find(&FoldedText::of(&entry.text), now);
            entry.muted = found.map(|word| word.as_str().to_owned());
        }
        Ok(())
    }

    /// A page of a guestbook.
    pub async fn entries(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Listed, GuestbookError> {
        let now = self.clock.wall();
        match self.store.entries(room, viewer, now, after, limit).await? {
            Met::Open(mut listed) => {
                self.spare(viewer, &mut listed.entries).await?;
                Ok(listed)
            }
            Met::NoRoom => Err(GuestbookError::NoRoom),
            Met::Denied(denied) => Err(GuestbookError::Denied(denied)),
        }
    }

    /// A page of the replies to an entry.
    pub async fn replies(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Vec<Entry>, GuestbookError> {
        let now = self.clock.wall();
        let replies = self.store.replies(entry, viewer, now, after, limit).await?;
        let mut replies = replies.ok_or(GuestbookError::NoEntry)?;
        self.spare(viewer, &mut replies).await?;
        Ok(replies)
    }

    /// An entry or a reply.
    pub async fn entry(
        &self,
        id: EntryId,
        viewer: Option<UserId>,
    ) -> Result<Entry, GuestbookError> {
        let entry = self.store.entry(id, viewer, self.clock.wall()).await?;
        let mut entry = entry.ok_or(GuestbookError::NoEntry)?;
        self.spare(viewer, std::slice::from_mut(&mut entry)).await?;
        Ok(entry)
    }

    /// Writes into a book or beneath an entry.
    pub async fn write(
        &self,
        target: Target,
        author: UserId,
        text: &str,
        once: Option<&Once>,
    ) -> Result<Done<Entry>, GuestbookError> {
        let text = EntryText::parse(text)?;
        let id = EntryId::generate();
        let marks = Marks::of(id.uuid(), once);
        let (text, standing) = self.judged(author, text, marks).await?;
        let new = NewEntry {
            id,
            target,
            author,
            text,
            standing,
            at: self.clock.wall(),
        };
        match self.store.write(&new, once).await? {
            Wrote::Done(done, told) => {
                self.telling.told(&told);
                Ok(*done)
            }
            Wrote::NoRoom => Err(GuestbookError::NoRoom),
            Wrote::NoEntry => Err(GuestbookError::NoEntry),
            Wrote::Denied(denied) => Err(GuestbookError::Denied(denied)),
            Wrote::Full => Err(GuestbookError::Full),
        }
    }

    /// Gives one's entry another text.
    pub async fn rewrite(
        &self,
        id: EntryId,
        author: UserId,
        text: &str,
        expected: &Expected,
    ) -> Result<Entry, GuestbookError> {
        let text = EntryText::parse(text)?;
        let now = self.clock.wall();
        // Nothing is remembered of what is not theirs to change.
        let entry = self.store.entry(id, Some(author), now).await?;
        let entry = entry.ok_or(GuestbookError::NoEntry)?;
        if entry.author.id != author {
            return Err(GuestbookError::NotTheirs);
        }
        let (text, standing) = match entry.text == text.as_str() {
            true => self.screened(text)?,
            false => {
                let marks = Marks::of(id.uuid(), None);
                self.judged(author, text, marks).await?
            }
        };
        let changed = self
            .store
            .rewrite(id, author, (&text, standing), expected, now);
        done(changed.await?)
    }

    /// Takes an entry or a reply away.
    pub async fn delete(
        &self,
        id: EntryId,
        by: UserId,
        is_reply: bool,
    ) -> Result<(), GuestbookError> {
        let now = self.clock.wall();
        done(self.store.delete(id, by, is_reply, now).await?)
    }

    /// Puts an entry in one's own book out of sight, or back.
    pub async fn hide(
        &self,
        id: EntryId,
        owner: UserId,
        is_hidden: bool,
    ) -> Result<Entry, GuestbookError> {
        let now = self.clock.wall();
        let mut entry = done(self.store.hide(id, owner, is_hidden, now).await?)?;
        self.spare(Some(owner), std::slice::from_mut(&mut entry))
            .await?;
        Ok(entry)
    }

    /// A text that is new, or other than it was, as it may be kept, and whether others may see it at once.
    async fn judged(
        &self,
        author: UserId,
        text: EntryText,
        marks: Marks,
    ) -> Result<(EntryText, Standing), GuestbookError> {
        let said = Said {
            author,
            text: text.as_str(),
            mentioned: &[],
            marks,
            at: self.clock.wall(),
        };
        let judged = self.screen.judge(Place::Guestbook, &said).await?;
        kept(text, judged)
    }

    /// The same for what it says already.
    fn screened(&self, text: EntryText) -> Result<(EntryText, Standing), GuestbookError> {
        let screened = self.screen.text(Place::Guestbook, text.as_str());
        kept(text, screened)
    }
}

fn kept(text: EntryText, screened: Screened) -> Result<(EntryText, Standing), GuestbookError> {
    match screened {
        Screened::Clean => Ok((text, Standing::Shown)),
        Screened::Masked(masked) => Ok((text.reworded(masked), Standing::Shown)),
        Screened::Held(_) => Ok((text, Standing::Held)),
        Screened::Refused(_) => Err(GuestbookError::Refused),
    }
}

fn done<T>(changed: Changed<T>) -> Result<T, GuestbookError> {
    match changed {
        Changed::Done(done) => Ok(done),
        Changed::NoEntry => Err(GuestbookError::NoEntry),
        Changed::NotTheirs => Err(GuestbookError::NotTheirs),
        Changed::TooLate => Err(GuestbookError::TooLate),
        Changed::Stale => Err(GuestbookError::Stale),
    }
}
