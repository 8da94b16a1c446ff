//! What nobody waits for.

use async_trait::async_trait;

use super::{PostStoreError, Told};
use crate::domain::clock::WallMs;

/// Rows that go in one step: bounds how long others wait to write.
pub const SWEPT_AT_ONCE: u32 = 256;

/// How long what a moderator removed is kept as a record, in milliseconds.
pub const REMOVED_KEPT_MS: u64 = 30 * 24 * 60 * 60 * 1_000;

/// Posts whose time has come, and what is left of those that are gone.
#[async_trait]
pub trait PostUpkeep: Send + Sync {
    /// Publishes the post put off whose time has come first, if its author is there: at most once, however many ask at
    /// once. None when no more are due. A room its author may not hang it in any more is left out.
    async fn publish_due(&self, now: WallMs) -> Result<Option<Told<()>>, PostStoreError>;

    /// Takes away some of what is left of deleted posts and comments, at most [`SWEPT_AT_ONCE`] rows of a kind;
    /// whether there was any. What a moderator removed longer than [`REMOVED_KEPT_MS`] ago is deleted.
    async fn sweep(&self, now: WallMs) -> Result<bool, PostStoreError>;
}
