//! The words viewers do not want to see, as every service that shows people's texts looks them up.

use async_trait::async_trait;

use crate::domain::filter::muted_words::MutedWords;
use crate::domain::id::UserId;

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
