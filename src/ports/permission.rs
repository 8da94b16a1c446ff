//! What accounts may do on the platform: their role, and whether they are suspended.

use async_trait::async_trait;

use super::login::{EndedLogin, LoginStoreError};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;

#[cfg(test)]
pub(crate) mod conformance;

/// What changing a role came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleSet {
    /// It has the role; before it had this one.
    Set(AccountRole),
    /// Whoever acts is no admin any more; nothing was changed.
    Forbidden,
    /// Nobody would be an admin any more; nothing was changed.
    LastAdmin,
    /// No such account.
    NoSuchUser,
}

/// A suspension to be laid on an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspension {
    /// Whose.
    pub user_id: UserId,
    /// Why, for the log and for whoever looks after it next.
    pub reason: String,
    /// Until when, or until it is lifted.
    pub until: Option<WallMs>,
}

/// What suspending or reinstating somebody came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspended {
    /// Done, or so already; these logins and tokens were ended by it.
    Done(Vec<EndedLogin>),
    /// The account is of an equal or a higher role than whoever acts; nothing was changed.
    Forbidden,
    /// No such account.
    NoSuchUser,
}

/// Where roles and suspensions are durable. Whether whoever acts (the trace's actor) may do so is decided by the
/// roles of the very step that does it, and what is done is written to the audit log in it.
#[async_trait]
pub trait PermissionStore: Send + Sync {
    /// Gives an account a role. Only admins may, and the last of them stays one.
    async fn set_role(
        &self,
        user: UserId,
        role: AccountRole,
        trace: &Trace,
        now: WallMs,
    ) -> Result<RoleSet, LoginStoreError>;

    /// Suspends an account and ends everything it is signed in with: what is opened beside it is good for reading what
    /// was decided and for appealing. It is a decision as others of moderators are. Asked again, nothing happens.
    async fn suspend(
        &self,
        suspension: &Suspension,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError>;

    /// Whose suspension began since then and lasts, the latest first: so many at most.
    async fn suspended_since(
        &self,
        since: WallMs,
        now: WallMs,
        limit: u32,
    ) -> Result<Vec<UserId>, LoginStoreError>;

    /// Lifts a suspension.
    async fn reinstate(
        &self,
        user: UserId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError>;
}
