//! The words people do not want to see.

use std::sync::Arc;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::filter::muted_words::{BadMutedWord, MutedWord, WORD_MS_MAX};
use crate::domain::id::{UserId, WordId};
use crate::ports::muted_words::{KeptWord, Muted, MutedWordStore, MutedWordsUnavailable};
use crate::ports::once::{Done, Once};

/// Why a word was not muted.
#[derive(Debug, thiserror::Error)]
pub enum MutedWordError {
    /// It is none, or there are too many.
    #[error(transparent)]
    Bad(#[from] BadMutedWord),
    /// It would end before it begins, or in another age.
    #[error("a word is muted for a year at the most, or until it is taken away")]
    BadTime,
    /// The key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The account is not there.
    #[error("no such person")]
    NoSuchUser,
    /// Words cannot be reached.
    #[error(transparent)]
    Words(#[from] MutedWordsUnavailable),
}

/// The muted words service.
#[derive(Clone)]
pub struct MutedWordService {
    store: Arc<dyn MutedWordStore>,
    clock: Clock,
}

impl std::fmt::Debug for MutedWordService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MutedWordService(..)")
    }
}

impl MutedWordService {
    /// The service over its store.
    pub fn new(store: Arc<dyn MutedWordStore>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// `viewer` does not want to see this word until then, or until it is taken away.
    pub async fn mute(
        &self,
        viewer: UserId,
        text: &str,
        until: Option<WallMs>,
        once: Option<&Once>,
    ) -> Result<KeptWord, MutedWordError> {
        let now = self.clock.wall();
        let in_time = |until: WallMs| now < until && until.0 - now.0 <= WORD_MS_MAX;
        if until.is_some_and(|until| !in_time(until)) {
            return Err(MutedWordError::BadTime);
        }
        let word = MutedWord::parse(text, until)?;
        let muted = self.store.mute_word(viewer, &word, once, now).await?;
        match muted {
            Done::Now(Muted::Word(kept)) | Done::Before(Muted::Word(kept)) => Ok(kept),
            Done::Now(Muted::TooMany) | Done::Before(Muted::TooMany) => {
                Err(BadMutedWord::TooMany.into())
            }
            Done::Now(Muted::NoSuchUser) | Done::Before(Muted::NoSuchUser) => {
                Err(MutedWordError::NoSuchUser)
            }
            Done::KeyReused => Err(MutedWordError::KeyReused),
        }
    }

    /// `viewer` sees the word again.
    pub async fn unmute(&self, viewer: UserId, id: WordId) -> Result<(), MutedWordsUnavailable> {
        self.store.unmute_word(viewer, id).await.map(drop)
    }

    /// Words that have not ended, the newest first, after this one: up to one more than asked for, which tells whether
    /// there are more.
    pub async fn list(
        &self,
        viewer: UserId,
        after: Option<(WallMs, WordId)>,
        limit: u32,
    ) -> Result<Vec<KeptWord>, MutedWordsUnavailable> {
        let now = self.clock.wall();
        self.store.list_words(viewer, after, limit + 1, now).await
    }
}
