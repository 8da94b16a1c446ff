//! A person's logins: which there are, what they are called, and their end.

use super::{AuthService, SignedIn};
use crate::domain::audit::{Act, Trace};
use crate::domain::id::LoginId;
use crate::domain::text::{BadText, Title};
use crate::ports::login::{EndedLogin, LoginCard, LoginStoreError};

/// Why something about a login or token was not done.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The person has none such.
    #[error("there is no such login")]
    NoSuchLogin,
    /// It cannot be called this.
    #[error(transparent)]
    BadName(#[from] BadText),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] LoginStoreError),
}

impl AuthService {
    /// Ends a login with itself, at once.
    pub async fn sign_out(&self, viewer: &SignedIn, trace: &Trace) -> Result<(), LoginStoreError> {
        let login = viewer.login_id;
        let trace = trace.clone().by(viewer.user.id, login);
        self.end(login, None, Act::SignedOut, &trace).await?;
        Ok(())
    }

    /// Ends a login or token of anybody's, or of one person's; whether it was not ended before.
    pub(super) async fn end(
        &self,
        login: LoginId,
        of: Option<crate::domain::id::UserId>,
        act: Act,
        trace: &Trace,
    ) -> Result<bool, LoginStoreError> {
        let at = self.clock.wall();
        let is_ended = self.logins.revoke(login, of, act, trace, at).await?;
        // Also when it had ended before, as far as one may end it: whoever ended it may have failed to tell.
        if is_ended || of.is_none() {
            self.tell(EndedLogin { id: login, at });
        }
        Ok(is_ended)
    }

    /// The logins of whoever asks, the last used first.
    pub async fn logins(&self, viewer: &SignedIn) -> Result<Vec<LoginCard>, LoginStoreError> {
        self.logins.logins_of(viewer.user.id, self.moment()).await
    }

    /// Gives one of them a name, or takes it away.
    pub async fn rename_login(
        &self,
        viewer: &SignedIn,
        login: LoginId,
        name: Option<&str>,
    ) -> Result<(), LoginError> {
        let name = name.map(Title::parse).transpose()?;
        let name = name.as_ref().map(Title::as_str);
        match self.logins.rename(viewer.user.id, login, name).await? {
            true => Ok(()),
            false => Err(LoginError::NoSuchLogin),
        }
    }

    /// Ends one of them.
    pub async fn revoke_login(
        &self,
        viewer: &SignedIn,
        login: LoginId,
        trace: &Trace,
    ) -> Result<(), LoginError> {
        let trace = trace.clone().by(viewer.user.id, viewer.login_id);
        let act = match login == viewer.login_id {
            true => Act::SignedOut,
            false => Act::LoginRevoked,
        };
        let is_listed = |card: &LoginCard| card.id == login;
        if !self.logins(viewer).await?.iter().any(is_listed) {
            return Err(LoginError::NoSuchLogin);
        }
        self.end(login, Some(viewer.user.id), act, &trace).await?;
        Ok(())
    }

    /// Ends all of them but the one that asks; how many.
    pub async fn revoke_other_logins(
        &self,
        viewer: &SignedIn,
        trace: &Trace,
    ) -> Result<usize, LoginStoreError> {
        let (user, keep) = (viewer.user.id, viewer.login_id);
        let trace = trace.clone().by(user, keep);
        let now = self.clock.wall();
        let ended = self.logins.revoke_others(user, keep, &trace, now).await?;
        for login in &ended {
            self.tell(*login);
        }
        Ok(ended.len())
    }
}
