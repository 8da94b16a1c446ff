//! The words viewers do not want to see: where they are kept, and as every service that shows people's texts looks
//! them up.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::once::{Done, Once};
use crate::domain::clock::WallMs;
use crate::domain::filter::muted_words::{MutedWord, MutedWords};
use crate::domain::id::{UserId, WordId};

#[cfg(test)]
pub(crate) mod conformance;

/// The words cannot be looked up now.
#[derive(Debug, thiserror::Error)]
#[error("muted words cannot be reached: {0}")]
pub struct MutedWordsUnavailable(pub String);

/// Looks up the words of viewers. Answers may be a few seconds old.
#[async_trait]
pub trait MutedWordReader: Send + Sync {
    /// The viewer's words, those that have ended among them: whoever asks compares with the time of reading.
    async fn muted_words(&self, viewer: UserId) -> Result<MutedWords, MutedWordsUnavailable>;
}

/// A word as its list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWord {
    /// Which.
    pub id: WordId,
    /// What, and until when.
    pub word: MutedWord,
    /// Since when.
    pub at: WallMs,
}

/// What adding a word came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Muted {
    /// It is there now. One that was there, in whatever spelling, has kept its id and changed its end.
    Word(KeptWord),
    /// There are [`WORDS_MAX`](crate::domain::filter::muted_words::WORDS_MAX) that have not ended; nothing was changed.
    TooMany,
    /// The account is not there.
    NoSuchUser,
}

/// Where muted words are durable. Nobody reads those of others.
#[async_trait]
pub trait MutedWordStore: MutedWordReader {
    /// Adds a word, or changes until when it is muted. Words that have ended make room. However many are added at once,
    /// there are never too many.
    async fn mute_word(
        &self,
        viewer: UserId,
        word: &MutedWord,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<Muted>, MutedWordsUnavailable>;

    /// Takes a word away; whether it was there and theirs.
    async fn unmute_word(&self, viewer: UserId, id: WordId) -> Result<bool, MutedWordsUnavailable>;

    /// Words that have not ended, the newest first, after this one.
    async fn list_words(
        &self,
        viewer: UserId,
        after: Option<(WallMs, WordId)>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<KeptWord>, MutedWordsUnavailable>;
}
