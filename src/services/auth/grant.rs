//! Tokens of apps: given for a code, changed for new ones, given back.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::app_request::AppRequest;
use super::lifetime::ACCESS_MS;
use super::refresh::{REFRESH_PREFIX, kept, salt};
use super::sign_in::Admitted;
use super::{AuthService, DAY_MS, OpaqueSecret, SignInError};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::Scopes;
use crate::ports::login::{
    Grant, LoginStoreError, NewCode, Redeemed, Redemption, Rotated, Rotation, Wanted,
};

/// How long a code is good: an app is called back at once.
const CODE_MS: u64 = 60 * 1_000;

/// As RFC 7636 section 4.1 bounds a verifier.
const VERIFIER_BYTES: std::ops::RangeInclusive<usize> = 43..=128;

/// How long after a rotation the token before it is still changed for the same successor although that is in use:
/// as long as a request of another tab can have been under way.
pub const ROTATION_OVERLAP_MS: u64 = 30 * 1_000;

/// What an app is given.
pub struct Tokens {
    /// The access token.
    pub access: String,
    /// How long it is good, in seconds.
    pub expires_in: u64,
    /// The refresh token.
    pub refresh: String,
    /// What the access token may be used for.
    pub scopes: Scopes,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(..)")
    }
}

/// An app with a code.
#[derive(Debug)]
pub struct CodeGrant<'a> {
    /// `client_id`.
    pub client: &'a str,
    /// `code`.
    pub code: &'a str,
    /// `redirect_uri`.
    pub redirect_uri: &'a str,
    /// `code_verifier`.
    pub verifier: &'a str,
}

/// An app with a refresh token.
#[derive(Debug)]
pub struct RefreshGrant<'a> {
    /// `client_id`.
    pub client: &'a str,
    /// `refresh_token`.
    pub token: &'a str,
    /// `scope`, to ask for less.
    pub scope: Option<&'a str>,
}

/// Why an app gets no tokens.
#[derive(Debug, thiserror::Error)]
pub enum GrantError {
    /// No app has this client id.
    #[error("there is no such app")]
    UnknownApp,
    /// The code or token is not good, or not for this app.
    #[error("the code or token is invalid, used, overdue, or another app's")]
    Invalid,
    /// Scopes that were not granted.
    #[error("more scopes than were granted")]
    Scope,
    /// The store failed: what was asked may have happened, and may be asked again.
    #[error(transparent)]
    Store(#[from] LoginStoreError),
}

impl AuthService {
    /// A code for the app a sign-in was begun by.
    pub(super) async fn code(
        &self,
        admitted: &Admitted,
        request: &AppRequest,
    ) -> Result<OpaqueSecret, SignInError> {
        let (code, at) = (OpaqueSecret::generate(), self.clock.wall());
        let new = NewCode {
            hash: code.hash(),
            user_id: admitted.user.id,
            client: request.client.clone(),
            redirect_uri: request.redirect_uri.clone(),
            challenge: request.challenge.clone(),
            scopes: request.scopes,
            at,
            authenticated: admitted.authenticated.min(at),
            expires: WallMs(at.0 + CODE_MS),
        };
        match self.logins.keep_code(&new).await? {
            true => Ok(code),
            false => Err(SignInError::Suspended),
        }
    }

    /// Changes a code for a login's first tokens.
    pub async fn redeem(&self, asked: &CodeGrant<'_>, trace: Trace) -> Result<Tokens, GrantError> {
        self.app(asked.client).ok_or(GrantError::UnknownApp)?;
        let code = OpaqueSecret::parse(asked.code).ok_or(GrantError::Invalid)?;
        if !VERIFIER_BYTES.contains(&asked.verifier.len()) {
            return Err(GrantError::Invalid);
        }
        let (login, at) = (LoginId::generate(), self.clock.wall());
        let refresh = self.refresh_key.first(login);
        let redemption = Redemption {
            hash: code.hash(),
            client: asked.client.to_owned(),
            redirect_uri: asked.redirect_uri.to_owned(),
            challenge: URL_SAFE_NO_PAD.encode(Sha256::digest(asked.verifier.as_bytes())),
            login,
            refresh: kept(&refresh, salt()),
            trace,
            at,
            expires: WallMs(at.0 + u64::from(self.policy.days_max) * DAY_MS),
        };
        match self.logins.redeem(&redemption).await? {
            Redeemed::Opened(grant, ended) => {
                ended.into_iter().for_each(|login| self.tell(login));
                let scopes = grant.scopes;
                self.tokens(&grant, asked.client, scopes, refresh).await
            }
            Redeemed::Reused(ended) => {
                ended.into_iter().for_each(|login| self.tell(login));
                tracing::warn!(client = asked.client, "a sign-in code was shown twice");
                Err(GrantError::Invalid)
            }
            Redeemed::Invalid | Redeemed::Suspended => Err(GrantError::Invalid),
        }
    }

    /// Changes a refresh token for its successor and a new access token. Asking for more than was granted spends
    /// nothing, and saves no token of the past from being recognised.
    pub async fn refresh(
        &self,
        asked: &RefreshGrant<'_>,
        trace: Trace,
    ) -> Result<Tokens, GrantError> {
        self.app(asked.client).ok_or(GrantError::UnknownApp)?;
        let shown = self
            .refresh_key
            .open(asked.token)
            .ok_or(GrantError::Invalid)?;
        let wanted = asked.scope.map(str::parse::<Scopes>);
        let wanted = wanted.map_or(Wanted::All, |read| {
            read.map_or(Wanted::Unknown, Wanted::These)
        });
        let salt = salt();
        let next = self.refresh_key.successor(&shown, &salt);
        let rotation = Rotation {
            login: shown.login,
            client: asked.client.to_owned(),
            generation: shown.generation,
            hash: shown.hash,
            next: kept(&next, salt),
            overlap_ms: ROTATION_OVERLAP_MS,
            wanted,
            trace,
            moment: self.moment(),
        };
        let (grant, refresh) = match self.logins.rotate(&rotation).await? {
            Rotated::Next(grant) => (grant, next),
            Rotated::Same(grant, salt) => (grant, self.refresh_key.successor(&shown, &salt)),
            Rotated::Reused(ended) => {
                self.tell(ended);
                tracing::warn!(login = %ended.id, "a refresh token of the past was shown");
                return Err(GrantError::Invalid);
            }
            Rotated::TooWide => return Err(GrantError::Scope),
            Rotated::Gone => return Err(GrantError::Invalid),
        };
        let scopes = match wanted {
            Wanted::These(scopes) => scopes,
            Wanted::All | Wanted::Unknown => grant.scopes,
        };
        self.tokens(&grant, asked.client, scopes, refresh).await
    }

    /// Ends the login a token belongs to. A token that is not good is none to give back, which is no error.
    pub async fn give_back(
        &self,
        client: &str,
        token: &str,
        trace: &Trace,
    ) -> Result<(), GrantError> {
        self.app(client).ok_or(GrantError::UnknownApp)?;
        let login = if token.starts_with(REFRESH_PREFIX) {
            self.refresh_key.open(token).map(|shown| shown.login)
        } else {
            let access = self.issuer.verify(&*self.logins, token).await?;
            access.map(|access| access.login)
        };
        let Some(login) = login else { return Ok(()) };
        let Some(found) = self.logins.find_app(login, self.moment()).await? else {
            return Ok(());
        };
        if found.client.as_deref() != Some(client) {
            return Err(GrantError::Invalid);
        }
        let trace = trace.clone().by(found.user.id, login);
        Ok(self
            .end(login, None, Act::SignedOut, &trace)
            .await
            .map(drop)?)
    }

    async fn tokens(
        &self,
        grant: &Grant,
        client: &str,
        scopes: Scopes,
        refresh: String,
    ) -> Result<Tokens, GrantError> {
        let scopes = scopes.and(Scopes::of_role(grant.role));
        let access = self.issuer.issue(&*self.logins, grant, client, scopes);
        Ok(Tokens {
            access: access.await?,
            expires_in: ACCESS_MS / 1_000,
            refresh,
            scopes,
        })
    }
}
