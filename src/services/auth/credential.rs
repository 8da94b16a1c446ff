//! Who shows a cookie, an access token or a personal access token.

use super::{AuthService, DAY_MS, OpaqueSecret, TOUCH_EVERY_MS};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::domain::scope::{Scope, Scopes};
use crate::domain::user::{AccountRole, User};
use crate::ports::login::{ActiveLogin, LoginKind, LoginStoreError, Moment};

/// How long ago the person may have proved who they are for a sensitive act.
pub const RECENT_MS: u64 = 10 * 60 * 1_000;

/// Before each personal access token, for people and programs that look for leaked ones.
pub const PERSONAL_PREFIX: &str = "maru_pat_";

/// What a request shows of who it comes from.
#[derive(Debug, Clone, Copy)]
pub enum Credential<'a> {
    /// A browser's cookie.
    Cookie(&'a OpaqueSecret),
    /// A token in `Authorization: Bearer`.
    Bearer(&'a str),
}

/// Somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// What they may do on the platform.
    pub role: AccountRole,
    /// On which device, or with which token.
    pub login_id: LoginId,
    /// What this may be used for now: granted, and open to the role.
    pub scopes: Scopes,
    /// When the person last proved who they are; long ago for a personal access token.
    pub authenticated_at: WallMs,
    /// Whether that is so short a time ago that it will do for a sensitive act.
    pub is_recent: bool,
    /// By what.
    pub via: LoginKind,
    /// Since when the account is closed, if it is: it can be restored, and nothing else.
    pub closed: Option<WallMs>,
    /// Whether the account is suspended: what was decided can be read and appealed against, and nothing else.
    pub suspended: bool,
}

impl SignedIn {
    /// Whether this may be used for that.
    pub const fn may(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }
}

impl AuthService {
    /// Who shows this, if it is good now.
    pub async fn authenticate(
        &self,
        credential: Credential<'_>,
    ) -> Result<Option<SignedIn>, LoginStoreError> {
        let moment = self.moment();
        let found = match credential {
            Credential::Cookie(secret) => self.of_secret(secret, LoginKind::Browser).await?,
            Credential::Bearer(token) => match token.strip_prefix(PERSONAL_PREFIX) {
                Some(secret) => match OpaqueSecret::parse(secret) {
                    Some(secret) => self.of_secret(&secret, LoginKind::Token).await?,
                    None => None,
                },
                None => self.of_access_token(token).await?,
            },
        };
        let Some(login) = found else {
            return Ok(None);
        };
        if moment.now.0.saturating_sub(login.seen.0) >= TOUCH_EVERY_MS {
            self.logins.touch(login.id, moment.now).await?;
        }
        let proved_ms = moment.now.0.saturating_sub(login.authenticated.0);
        Ok(Some(SignedIn {
            user: login.user,
            role: login.role,
            login_id: login.id,
            // Whatever asks for a scope is closed to the suspended, also where nobody thinks of them.
            scopes: match login.suspended {
                true => Scopes::NONE,
                false => login.scopes.and(Scopes::of_role(login.role)),
            },
            authenticated_at: login.authenticated,
            is_recent: proved_ms <= RECENT_MS,
            via: login.kind,
            closed: login.closed,
            suspended: login.suspended,
        }))
    }

    async fn of_secret(
        &self,
        secret: &OpaqueSecret,
        kind: LoginKind,
    ) -> Result<Option<ActiveLogin>, LoginStoreError> {
        let found = self.logins.find(&secret.hash(), self.moment()).await?;
        // A token is no cookie, and a cookie no token.
        Ok(found.filter(|login| login.kind == kind))
    }

    async fn of_access_token(&self, token: &str) -> Result<Option<ActiveLogin>, LoginStoreError> {
        let Some(access) = self.issuer.verify(&*self.logins, token).await? else {
            return Ok(None);
        };
        let found = self.logins.find_app(access.login, self.moment()).await?;
        let is_theirs = |login: &ActiveLogin| login.user.id == access.user;
        let Some(mut login) = found.filter(is_theirs) else {
            return Ok(None);
        };
        if login.unused_generation == Some(access.generation) {
            self.logins.note_use(login.id, access.generation).await?;
        }
        login.scopes = login.scopes.and(access.scopes);
        Ok(Some(login))
    }

    /// Now, and how long a login may lie unused.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.clock.wall(),
            idle_ms: u64::from(self.policy.idle_days) * DAY_MS,
        }
    }
}
