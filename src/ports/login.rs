//! The login store: where people are signed in, and by what. It knows secrets by their hash only.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::limits::RESUME_TOKEN_MS;
use crate::domain::scope::Scopes;
use crate::domain::user::{AccountRole, User};

mod grant;
mod personal_token;
mod signing_key;

#[cfg(test)]
pub(crate) mod conformance;

pub use grant::{
    Grant, GrantStore, NewCode, NewRefresh, Redeemed, Redemption, Rotated, Rotation, Wanted,
};
pub use personal_token::{
    Added, NewToken, PersonalToken, PersonalTokenStore, TOKENS_PER_USER_MAX, TokenSecret,
};
pub use signing_key::{SigningKeyStore, StoredKey};

/// The most logins a person has at once, tokens apart; the one unused for longest gives way.
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

/// What a login is held by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LoginKind {
    /// A browser, with a cookie.
    Browser,
    /// An app, with refresh and access tokens.
    App,
    /// A program, with a personal access token. Not counted among a person's logins, nor listed with them.
    Token,
}

/// A login of a browser to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLogin {
    /// Which.
    pub id: LoginId,
    /// Whose.
    pub user_id: UserId,
    /// What its bearer will show.
    pub secret: SecretHash,
    /// From where it is opened.
    pub trace: Trace,
    /// When.
    pub at: WallMs,
    /// When the person last proved who they are.
    pub authenticated: WallMs,
    /// When it ends however much it is used.
    pub expires: WallMs,
}

/// What opening a login came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is open; these gave way.
    Open(Vec<EndedLogin>),
    /// The same for an account that is suspended now: see [`ActiveLogin::suspended`].
    Suspended(Vec<EndedLogin>),
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
    /// What it is held by.
    pub kind: LoginKind,
    /// The app, by its id in our configuration.
    pub client: Option<String>,
    /// What it may be used for, as far as the role allows.
    pub scopes: Scopes,
    /// When the person last proved who they are.
    pub authenticated: WallMs,
    /// When it was last noted to be used.
    pub seen: WallMs,
    /// Of an app: the generation of its refresh token whose access tokens were not yet seen in use.
    pub unused_generation: Option<u32>,
    /// Since when the account is closed, if it is.
    pub closed: Option<WallMs>,
    /// Whether the account is suspended now: then this is good for reading what was decided and for appealing.
    pub suspended: bool,
}

/// A login as its person sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginCard {
    /// Which.
    pub id: LoginId,
    /// A browser or an app.
    pub kind: LoginKind,
    /// The app, by its id in our configuration.
    pub client: Option<String>,
    /// What the person calls it.
    pub name: Option<String>,
    /// The program, as it named itself.
    pub user_agent: String,
    /// From where it was opened.
    pub address: Option<String>,
    /// When it was opened.
    pub created: WallMs,
    /// When it was last noted to be used.
    pub seen: WallMs,
}

/// A login that has ended.
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

/// When a login is good: asked at this moment, and unused for no longer than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: WallMs,
    /// Milliseconds without use after which a login ends. Tokens do not idle.
    pub idle_ms: u64,
}

/// Where logins are durable. What ends or opens one is written to the audit log in the same step.
#[async_trait]
pub trait LoginStore: Send + Sync {
    /// Opens a login of an existing account.
    ///
    /// In the same step the person's logins above [`LOGINS_PER_USER_MAX`] are ended, those unused for longest,
    /// never the new one; they are the answer. Logins that ended [`ENDED_KEPT_MS`] ago are forgotten.
    async fn open(&self, login: &NewLogin) -> Result<Opened, LoginStoreError>;

    /// The browser's login or the token with this secret, unless it is revoked, past its end, or idle.
    async fn find(
        &self,
        secret: &SecretHash,
        moment: Moment,
    ) -> Result<Option<ActiveLogin>, LoginStoreError>;

    /// The app's login with this id, under the same conditions.
    async fn find_app(
        &self,
        id: LoginId,
        moment: Moment,
    ) -> Result<Option<ActiveLogin>, LoginStoreError>;

    /// Notes that a login is used. The note never moves back.
    async fn touch(&self, id: LoginId, now: WallMs) -> Result<(), LoginStoreError>;

    /// Ends a login or token: every look-up that begins after this returns will not find it. With `of`, only
    /// that person's. Whether it was not ended before; only then it is written down, as `act`.
    async fn revoke(
        &self,
        id: LoginId,
        of: Option<UserId>,
        act: Act,
        trace: &Trace,
        now: WallMs,
    ) -> Result<bool, LoginStoreError>;

    /// Ends every login of a person but this one; tokens stay. Those it ended.
    async fn revoke_others(
        &self,
        user: UserId,
        keep: LoginId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Vec<EndedLogin>, LoginStoreError>;

    /// A person's logins that are good now, tokens apart, the last used first.
    async fn logins_of(
        &self,
        user: UserId,
        moment: Moment,
    ) -> Result<Vec<LoginCard>, LoginStoreError>;

    /// Gives a person's login a name, or takes it away. Whether it is there.
    async fn rename(
        &self,
        user: UserId,
        id: LoginId,
        name: Option<&str>,
    ) -> Result<bool, LoginStoreError>;

    /// Notes that the person of this login has just proved again who they are. Whether it is still good.
    async fn reauthenticated(
        &self,
        user: UserId,
        id: LoginId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<bool, LoginStoreError>;

    /// The logins and tokens that ended from one moment to another, before their time or at it, the newest
    /// `count_max` of them. Whoever idles too long is not among them: that shows when they come back.
    async fn ended_since(
        &self,
        since: WallMs,
        now: WallMs,
        count_max: usize,
    ) -> Result<Vec<EndedLogin>, LoginStoreError>;
}
