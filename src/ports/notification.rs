//! Where notices wait for people, and who hears of them at once.

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{Delivery, NewNotice, Notice, NoticeId};
use crate::ports::once::{Done, Once};

#[cfg(test)]
pub(crate) mod conformance;

/// The most people notices are withdrawn from at once.
pub const WITHDRAWN_AT_ONCE: usize = 256;

/// Notices cannot be reached now.
#[derive(Debug, thiserror::Error)]
#[error("notices cannot be reached: {0}")]
pub struct NoticesUnavailable(pub String);

/// Hears of each notice that was written, once it is durable. It may reach nobody: the notice waits in its list.
pub trait NotificationSink: Send + Sync {
    /// Whoever it is for is to hear of it where they are.
    fn notified(&self, delivery: &Delivery);
}

/// Where notices are durable: for each person the newest
/// [`NOTICES_MAX`](crate::domain::notification::NOTICES_MAX). Stores of other services that share a transaction with
/// this one write theirs in it, by the same rules.
#[async_trait]
pub trait NotificationStore: Send + Sync {
    /// Writes a notice, unless it is not wanted: the receiver does not want the kind, mutes or blocks the person or is
    /// blocked by them, did it themselves, or was told the same within
    /// [`COALESCE_MS`](crate::domain::notification::COALESCE_MS).
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable>;

    /// What a thing told these people of is over: they are not shown any more what happened to it. At most
    /// [`WITHDRAWN_AT_ONCE`] people; more are refused.
    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable>;

    /// Notices before a place, newest first. Those by people who are hidden from the receiver or have closed their
    /// account are left out, here and of the count.
    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable>;

    /// How many are unread.
    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable>;

    /// All up to this one are read. What was read stays read, whatever comes later; what is still to come is not. How
    /// many are unread then.
    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable>;

    /// What a receiver was told of a thing by a person is not shown to them any more, or again, whenever it was told.
    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable>;
}
