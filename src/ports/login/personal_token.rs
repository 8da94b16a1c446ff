//! Personal access tokens: logins of programs, made by hand, with a secret that is shown once.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{LoginStoreError, SecretHash};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::ports::once::{Done, Once};

/// The most tokens a person has at once.
pub const TOKENS_PER_USER_MAX: u32 = 50;

/// What the bearer of a token shows. It is kept nowhere but in the result of a request that may be repeated, sealed
/// under the client's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSecret(pub String);

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(..)")
    }
}

/// A token to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Which.
    pub id: LoginId,
    /// Whose.
    pub user_id: UserId,
    /// Its secret, to be given back to whoever asks again.
    pub secret: TokenSecret,
    /// By which it is found.
    pub hash: SecretHash,
    /// What the person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When.
    pub at: WallMs,
    /// When it ends, if ever.
    pub expires: Option<WallMs>,
}

/// A token as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalToken {
    /// Which.
    pub id: LoginId,
    /// What the person calls it.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created: WallMs,
    /// When it was last noted to be used, within an hour; never, when it is the moment of making.
    pub seen: WallMs,
    /// When it ends, if ever.
    pub expires: Option<WallMs>,
}

/// What making a token came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Added {
    /// It is there now, with this secret.
    Token(PersonalToken, TokenSecret),
    /// The person has [`TOKENS_PER_USER_MAX`]; nothing was changed.
    TooMany,
    /// Whoever acts is suspended, or the login they act with has ended; nothing was changed.
    SignedOut,
}

/// Where personal access tokens are durable. They are found, used and revoked as logins are.
#[async_trait]
pub trait PersonalTokenStore: Send + Sync {
    /// Makes a token, and writes that down, unless whoever acts has been suspended or signed out meanwhile: that is
    /// looked at in the same step. A request that is repeated gets the token made then, whatever became of it.
    async fn add_token(
        &self,
        token: &NewToken,
        once: Option<&Once>,
        trace: &Trace,
    ) -> Result<Done<Added>, LoginStoreError>;

    /// A person's tokens that are good now, the newest first.
    async fn tokens_of(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<Vec<PersonalToken>, LoginStoreError>;
}
