//! How apps come by logins and keep them: sign-in codes, and refresh tokens that change with each use.

use std::fmt;

use async_trait::async_trait;

use super::{EndedLogin, LoginStoreError, Moment, SecretHash};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::domain::user::{AccountRole, User};

/// A sign-in code to be given to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// Of the code.
    pub hash: SecretHash,
    /// Who signed in.
    pub user_id: UserId,
    /// The app.
    pub client: String,
    /// Where it was sent.
    pub redirect_uri: String,
    /// What its verifier must hash to.
    pub challenge: String,
    /// What the login may be used for, as far as the role will allow.
    pub scopes: Scopes,
    /// When it was made.
    pub at: WallMs,
    /// When the person last proved who they are.
    pub authenticated: WallMs,
    /// Until when it is good.
    pub expires: WallMs,
}

/// A refresh token to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct NewRefresh {
    /// Of the token.
    pub hash: SecretHash,
    /// What, with the token before it, it was made of.
    pub salt: [u8; 16],
}

impl fmt::Debug for NewRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewRefresh(..)")
    }
}

/// An app that shows a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Of the code.
    pub hash: SecretHash,
    /// The app.
    pub client: String,
    /// Where it says the code was sent.
    pub redirect_uri: String,
    /// What its verifier hashes to.
    pub challenge: String,
    /// The login to be opened.
    pub login: LoginId,
    /// And its first refresh token, generation 0.
    pub refresh: NewRefresh,
    /// From where.
    pub trace: Trace,
    /// When.
    pub at: WallMs,
    /// When the login ends however much it is used.
    pub expires: WallMs,
}

/// What tokens are made out for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The login.
    pub login: LoginId,
    /// Whose.
    pub user: User,
    /// What the account may do.
    pub role: AccountRole,
    /// What the login may be used for.
    pub scopes: Scopes,
    /// When the person last proved who they are.
    pub authenticated: WallMs,
    /// The generation of the refresh token that is good now.
    pub generation: u32,
}

/// What showing a code came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// A login was opened; others gave way.
    Opened(Grant, Vec<EndedLogin>),
    /// No such code, overdue, or another app's, address's or verifier's; nothing was changed.
    Invalid,
    /// It was redeemed before; the login opened then is ended.
    Reused(Option<EndedLogin>),
    /// The account is suspended; nothing was changed.
    Suspended,
}

/// Which of a login's scopes an access token is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// These, if they are among them.
    These(Scopes),
    /// Some that there are not.
    Unknown,
}

impl Wanted {
    /// Whether a login with these scopes has what is wanted.
    pub fn is_within(self, granted: Scopes) -> bool {
        match self {
            Self::All => true,
            Self::These(scopes) => scopes.are_within(granted),
            Self::Unknown => false,
        }
    }
}

/// An app that shows a refresh token which is whole and ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotation {
    /// The login it is for.
    pub login: LoginId,
    /// The app that shows it.
    pub client: String,
    /// Its generation.
    pub generation: u32,
    /// Of the token.
    pub hash: SecretHash,
    /// Its successor.
    pub next: NewRefresh,
    /// For how long after a rotation the predecessor still leads to the same successor, whatever was used since.
    pub overlap_ms: u64,
    /// What is asked for.
    pub wanted: Wanted,
    /// From where.
    pub trace: Trace,
    /// When.
    pub moment: Moment,
}

/// What showing a refresh token came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// It is spent, and the successor offered is good now.
    Next(Grant),
    /// It was spent just before: the successor made then, by this salt, is still the one.
    Same(Grant, [u8; 16]),
    /// It was spent long ago, or shown again too often, or beside another of its generation: the login is ended.
    Reused(EndedLogin),
    /// It is good, but more is asked for than was granted; nothing was changed.
    TooWide,
    /// No such login any more, another app's, or a token of a time this store does not know; nothing was changed.
    Gone,
}

/// Where codes and refresh tokens are durable.
#[async_trait]
pub trait GrantStore: Send + Sync {
    /// Keeps a code, unless the account is suspended; whether it did. Codes a day past their end are forgotten.
    async fn keep_code(&self, code: &NewCode) -> Result<bool, LoginStoreError>;

    /// Uses a code up and opens a login, in one step: of any number that ask at once one opens one.
    ///
    /// A code that is shown again with the right proof ends what it had opened. The new login is subject to the
    /// same bounds as of [`LoginStore::open`](super::LoginStore::open), and so is the audit log.
    async fn redeem(&self, redemption: &Redemption) -> Result<Redeemed, LoginStoreError>;

    /// Changes a refresh token for its successor, in one step.
    ///
    /// The token that is good now is spent. Its predecessor leads to the same successor again for `overlap_ms`, and
    /// after that once, for an answer that was lost: as long as no access token of the successor was used, and if the
    /// token before was not given twice already. Whoever stole a token and is always the first to show it would
    /// otherwise share the login unnoticed. Anything else that was spent ends the login, whatever is asked for. The
    /// end of the login does not move.
    async fn rotate(&self, rotation: &Rotation) -> Result<Rotated, LoginStoreError>;

    /// Notes that an access token made with this generation of the refresh token was used.
    async fn note_use(&self, login: LoginId, generation: u32) -> Result<(), LoginStoreError>;
}
