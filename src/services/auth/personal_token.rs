//! Personal access tokens: made, listed, revoked.

use std::fmt;

use super::credential::PERSONAL_PREFIX;
use super::login::LoginError;
use super::{AuthService, DAY_MS, OpaqueSecret, SignedIn};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::text::{BadText, Title};
use crate::ports::login::{Added, LoginStoreError, NewToken, PersonalToken, TokenSecret};
use crate::ports::once::Once;

/// The longest a token that ends may last, in days.
pub const TOKEN_DAYS_MAX: u64 = 10 * 366;

/// A token to be made.
#[derive(Debug)]
pub struct TokenDraft<'a> {
    /// What the person calls it.
    pub name: &'a str,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends, if ever.
    pub expires: Option<WallMs>,
    /// The request, where it may be repeated.
    pub once: Option<&'a Once>,
}

/// A token that was made.
pub struct MadeToken {
    /// What is known of it from now on.
    pub token: PersonalToken,
    /// What its holder shows; not to be had again.
    pub secret: String,
}

impl fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MadeToken({})", self.token.id)
    }
}

/// Why no token was made.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// It cannot be called this.
    #[error(transparent)]
    BadName(#[from] BadText),
    /// None, `account`, or some that are not open to the person.
    #[error("a token has scopes its maker has, and never account")]
    BadScopes,
    /// In the past, or too far away.
    #[error("a token ends in the future, within ten years")]
    BadEnd,
    /// The person has as many as may be.
    #[error("too many tokens")]
    TooMany,
    /// Whoever asks was suspended or signed out meanwhile.
    #[error("whoever wanted a token is not signed in any more")]
    SignedOut,
    /// The request's key came with another request before.
    #[error("the key was used for another request")]
    KeyReused,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] LoginStoreError),
}

impl AuthService {
    /// Makes a token. A request with a key that is repeated gets the token made the first time: its secret is random,
    /// and kept with the answer under the client's key.
    pub async fn make_token(
        &self,
        viewer: &SignedIn,
        draft: &TokenDraft<'_>,
        trace: &Trace,
    ) -> Result<MadeToken, TokenError> {
        let name = Title::parse(draft.name)?.as_str().to_owned();
        let open = Scopes::of_role(viewer.role);
        if draft.scopes.is_empty()
            || draft.scopes.has(Scope::Account)
            || !draft.scopes.are_within(open)
        {
            return Err(TokenError::BadScopes);
        }
        let (user_id, at) = (viewer.user.id, self.clock.wall());
        let latest = WallMs(at.0 + TOKEN_DAYS_MAX * DAY_MS);
        if draft.expires.is_some_and(|end| end <= at || end > latest) {
            return Err(TokenError::BadEnd);
        }
        let secret = OpaqueSecret::generate();
        let new = NewToken {
            id: LoginId::generate(),
            user_id,
            hash: secret.hash(),
            secret: TokenSecret(format!("{PERSONAL_PREFIX}{}", secret.reveal())),
            name,
            scopes: draft.scopes,
            at,
            expires: draft.expires,
        };
        let trace = trace.clone().by(user_id, viewer.login_id);
        let added = self.logins.add_token(&new, draft.once, &trace).await?;
        match added.result().ok_or(TokenError::KeyReused)? {
            Added::Token(token, TokenSecret(secret)) => Ok(MadeToken { token, secret }),
            Added::TooMany => Err(TokenError::TooMany),
            Added::SignedOut => Err(TokenError::SignedOut),
        }
    }

    /// The tokens of whoever asks, the newest first.
    pub async fn personal_tokens(
        &self,
        viewer: &SignedIn,
    ) -> Result<Vec<PersonalToken>, LoginStoreError> {
        let now = self.clock.wall();
        self.logins.tokens_of(viewer.user.id, now).await
    }

    /// Revokes one of them.
    pub async fn revoke_token(
        &self,
        viewer: &SignedIn,
        id: LoginId,
        trace: &Trace,
    ) -> Result<(), LoginError> {
        let is_listed = |token: &PersonalToken| token.id == id;
        if !self.personal_tokens(viewer).await?.iter().any(is_listed) {
            return Err(LoginError::NoSuchLogin);
        }
        let trace = trace.clone().by(viewer.user.id, viewer.login_id);
        self.end(id, Some(viewer.user.id), Act::TokenRevoked, &trace)
            .await?;
        Ok(())
    }
}
