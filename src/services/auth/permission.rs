//! Roles, suspensions, and the log of what was done about accounts.

use super::{AuthService, SignedIn};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::text::{BadText, ChatText};
use crate::domain::user::AccountRole;
use crate::ports::audit::{AuditQuery, AuditRecord, AuditStoreError};
use crate::ports::login::LoginStoreError;
use crate::ports::permission::{RoleSet, Suspended, Suspension};
use crate::ports::user::UserStoreError;

/// Why nothing was changed about an account.
#[derive(Debug, thiserror::Error)]
pub enum PermissionError {
    /// Nobody has the handle.
    #[error("there is no such person")]
    NoSuchUser,
    /// It takes a higher role.
    #[error("it takes a higher role")]
    Forbidden,
    /// Nobody would be an admin any more.
    #[error("the last admin stays one")]
    LastAdmin,
    /// The reason cannot be shown.
    #[error(transparent)]
    BadReason(#[from] BadText),
    /// The end has passed.
    #[error("a suspension ends in the future")]
    BadEnd,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] LoginStoreError),
    /// Accounts cannot be looked up.
    #[error(transparent)]
    Users(#[from] UserStoreError),
}

impl AuthService {
    /// Gives an account a role.
    pub async fn set_role(
        &self,
        viewer: &SignedIn,
        handle: &str,
        role: AccountRole,
        trace: &Trace,
    ) -> Result<(), PermissionError> {
        let user = self.user_of(handle).await?;
        let trace = trace.clone().by(viewer.user.id, viewer.login_id);
        let now = self.clock.wall();
        match self.logins.set_role(user, role, &trace, now).await? {
            RoleSet::Set(_) => Ok(()),
            RoleSet::Forbidden => Err(PermissionError::Forbidden),
            RoleSet::LastAdmin => Err(PermissionError::LastAdmin),
            RoleSet::NoSuchUser => Err(PermissionError::NoSuchUser),
        }
    }

    /// Keeps an account out, and ends everything it is signed in with.
    pub async fn suspend(
        &self,
        viewer: &SignedIn,
        handle: &str,
        reason: &str,
        until: Option<WallMs>,
        trace: &Trace,
    ) -> Result<(), PermissionError> {
        let now = self.clock.wall();
        if until.is_some_and(|end| end <= now) {
            return Err(PermissionError::BadEnd);
        }
        let suspension = Suspension {
            reason: ChatText::parse(reason)?.as_str().to_owned(),
            user_id: self.user_of(handle).await?,
            until,
        };
        let trace = trace.clone().by(viewer.user.id, viewer.login_id);
        let suspended = self.logins.suspend(&suspension, &trace, now).await?;
        self.done(suspended)
    }

    /// Lets an account in again.
    pub async fn reinstate(
        &self,
        viewer: &SignedIn,
        handle: &str,
        trace: &Trace,
    ) -> Result<(), PermissionError> {
        let user = self.user_of(handle).await?;
        let trace = trace.clone().by(viewer.user.id, viewer.login_id);
        let now = self.clock.wall();
        let reinstated = self.logins.reinstate(user, &trace, now).await?;
        self.done(reinstated)
    }

    fn done(&self, suspended: Suspended) -> Result<(), PermissionError> {
        match suspended {
            Suspended::Done(ended) => {
                ended.into_iter().for_each(|login| self.tell(login));
                Ok(())
            }
            Suspended::Forbidden => Err(PermissionError::Forbidden),
            Suspended::NoSuchUser => Err(PermissionError::NoSuchUser),
        }
    }

    async fn user_of(&self, handle: &str) -> Result<UserId, PermissionError> {
        let user = self.users.by_handle(handle).await?;
        user.map(|user| user.id).ok_or(PermissionError::NoSuchUser)
    }

    /// The account with a handle, to look for in the log.
    pub async fn account(&self, handle: &str) -> Result<Option<UserId>, UserStoreError> {
        let user = self.users.by_handle(handle).await?;
        Ok(user.map(|user| user.id))
    }

    /// Lines of the log, the newest first.
    pub async fn audit(
        &self,
        query: &AuditQuery,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, AuditStoreError> {
        self.logins.audit(query, limit).await
    }
}
