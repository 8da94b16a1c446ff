//! The login store: where people are signed in. It knows secrets by their hash only.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::limits::RESUME_TOKEN_MS;
use crate::domain::user::{AccountRole, User};

#[cfg(test)]
pub(crate) mod conformance;

/// The most logins a person has at once; the one unused for longest gives way.
pub const LOGINS_PER_USER_MAX: u32 = 50;

/// How long a login that was ended is remembered: its sessions ended with it, and their resume tokens live no longer,
/// nor do tickets asked for with an access token of the last ten minutes.
pub const ENDED_KEPT_MS: u64 = RESUME_TOKEN_MS + 10 * 60 * 1_000;

/// SHA-256 of a login's secret. The secret has 256 random bits, so there is nothing to stretch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(..)")
    }
}

/// A login to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    /// Which.
    pub id: LoginId,
    /// Whose.
    pub user_id: UserId,
    /// What its bearer will show.
    pub secret: SecretHash,
    /// The browser, as it names itself.
    pub user_agent: String,
    /// When.
    pub at: WallMs,
    /// When it ends however much it is used.
    pub expires: WallMs,
}

/// A login that is good now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveLogin {
    /// Which.
    pub id: LoginId,
    /// Whose.
    pub user: User,
    /// What the account may do now.
    pub role: AccountRole,
    /// When it was last noted to be used.
    pub seen: WallMs,
}

/// A login that was ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedLogin {
    /// Which.
    pub id: LoginId,
    /// When.
    pub at: WallMs,
}

/// Hears of each login that was ended, once it is durable.
pub trait LoginEnds: Send + Sync {
    /// What the login let in is to be sent away, and not to be let in again.
    fn ended(&self, login: EndedLogin);
}

/// The store failed; what was asked may or may not have happened.
#[derive(Debug, thiserror::Error)]
#[error("the login store failed")]
pub struct LoginStoreError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where logins are durable.
#[async_trait]
pub trait LoginStore: Send + Sync {
    /// Opens a login of an existing account.
    ///
    /// In the same step the person's logins above [`LOGINS_PER_USER_MAX`] are ended, those unused for longest,
    /// never the new one; they are the answer. Logins that ended [`ENDED_KEPT_MS`] ago are forgotten.
    async fn open(&self, login: &NewLogin) -> Result<Vec<EndedLogin>, LoginStoreError>;

    /// The login with this secret, unless it is revoked, past its end, or unused for `idle_ms` by `now`.
    async fn find(
        &self,
        secret: &SecretHash,
        now: WallMs,
        idle_ms: u64,
    ) -> Result<Option<ActiveLogin>, LoginStoreError>;

    /// Notes that a login is used. The note never moves back.
    async fn touch(&self, id: LoginId, now: WallMs) -> Result<(), LoginStoreError>;

    /// Ends a login: every `find` that begins after this returns will not find it. Whether it was not ended before.
    async fn revoke(&self, id: LoginId, now: WallMs) -> Result<bool, LoginStoreError>;

    /// The logins ended before their time since a moment, the newest `count_max` of them.
    async fn ended_since(
        &self,
        since: WallMs,
        count_max: usize,
    ) -> Result<Vec<EndedLogin>, LoginStoreError>;
}
