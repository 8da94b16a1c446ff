//! The end of accounts: closed at once, to be erased after a grace.

use async_trait::async_trait;

use super::login::EndedLogin;
use super::user::UserStoreError;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;

#[cfg(test)]
pub(crate) mod conformance;

/// What closing an account came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// It is closed now; these logins and tokens were ended by it.
    Now(Vec<EndedLogin>),
    /// It was closed then, and stays so.
    Already(WallMs),
    /// Nobody would be an admin any more; nothing was changed.
    LastAdmin,
    /// No such account.
    NoSuchUser,
}

/// Where the end of accounts is durable. What is done is written to the audit log in the step that does it.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Closes an account: in the same step every login and token of it ends, and from then on it is nobody to others.
    ///
    /// However many ask at once, one is told `Now`. The last admin who is neither closed nor suspended stays.
    async fn close(&self, id: UserId, trace: &Trace, at: WallMs) -> Result<Closed, UserStoreError>;

    /// Opens a closed account again, with all that it had but its logins. Whether it was closed.
    ///
    /// Once its erasure has begun it is too late, and it is not.
    async fn restore(&self, id: UserId, trace: &Trace, at: WallMs) -> Result<bool, UserStoreError>;

    /// Notes that the person begins to take along all that is held of them.
    async fn note_export(
        &self,
        id: UserId,
        trace: &Trace,
        at: WallMs,
    ) -> Result<(), UserStoreError>;

    /// Since when an account is closed; none for one that is open, or not there.
    async fn closed_at(&self, id: UserId) -> Result<Option<WallMs>, UserStoreError>;

    /// Takes accounts closed up to a moment for erasure, and those taken before: they cannot be restored any more. In
    /// the order of their ids, those after one of them.
    async fn take_closed(
        &self,
        until: WallMs,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserId>, UserStoreError>;
}
