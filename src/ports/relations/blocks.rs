//! Who blocks whom, and whose notices one does not want.

use async_trait::async_trait;

use super::RelationsUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

/// The most people one may block: all of them stand at each door with the person.
pub const BLOCKS_MAX: u32 = 2_000;

/// The most people one may mute at once.
pub const MUTES_MAX: u32 = 2_000;

/// What blocking somebody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked {
    /// They are blocked now.
    Now,
    /// They were blocked already; nothing was changed.
    Already,
    /// One blocks [`BLOCKS_MAX`] people; nothing was changed.
    TooMany,
    /// There is no such account, or they block one themselves, so that two never block each other; nothing was
    /// changed.
    NoSuchUser,
}

/// What muting somebody came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Muted {
    /// They are muted until then.
    Done,
    /// One mutes [`MUTES_MAX`] people; nothing was changed.
    TooMany,
    /// There is no such account, or one of the two blocks the other; nothing was changed.
    NoSuchUser,
}

/// Blocks and mutes. Each change is one atomic step, and may be repeated.
#[async_trait]
pub trait BlockStore: Send + Sync {
    /// The two are nothing to each other from now on: in the same step follows, requests, ties, testimonials and what
    /// either was told of the other go, both ways. Whoever asks for any of them later finds nobody.
    async fn block(
        &self,
        blocker: UserId,
        blocked: UserId,
        at: WallMs,
    ) -> Result<Blocked, RelationsUnavailable>;

    /// The two may see each other again. What was between them does not come back. Whether there was a block.
    async fn unblock(&self, blocker: UserId, blocked: UserId)
    -> Result<bool, RelationsUnavailable>;

    /// No more notices of what `muted` does, and none of their words in rooms, until then or until unmuted; a mute in force gets the new end.
    async fn mute(
        &self,
        muter: UserId,
        muted: UserId,
        until: Option<WallMs>,
        at: WallMs,
    ) -> Result<Muted, RelationsUnavailable>;

    /// Takes a mute back. Whether one was in force or over.
    async fn unmute(&self, muter: UserId, muted: UserId) -> Result<bool, RelationsUnavailable>;
}
