//! Signing in and out: sign-ins on their way through a provider, and the logins they end in.

use std::sync::Arc;

use crate::domain::audit::Trace;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::LoginId;
use crate::domain::user::{LOOK_SLOTS, User};
use crate::ports::audit::AuditStore;
use crate::ports::identity::IdentityProvider;
use crate::ports::login::{
    EndedLogin, GrantStore, LoginEnds, LoginStore, LoginStoreError, NewLogin, Opened,
    PersonalTokenStore, SigningKeyStore,
};
use crate::ports::pending::PendingSignIns;
use crate::ports::permission::PermissionStore;
use crate::ports::user::UserStore;
use crate::services::screen::Screen;

mod access;
mod app;
mod app_request;
mod credential;
mod crowd;
mod expiring;
mod grant;
mod handle;
mod key;
mod lifetime;
mod login;
mod newcomer;
mod pending;
mod permission;
mod personal_token;
mod refresh;
mod return_to;
mod secret;
mod sign_in;
mod sign_in_error;

pub use app::{App, AuthorizeQuery, NotAuthorized};
pub use credential::{Credential, PERSONAL_PREFIX, RECENT_MS, SignedIn};
pub use expiring::Expiring;
pub use grant::{CodeGrant, GrantError, ROTATION_OVERLAP_MS, RefreshGrant, Tokens};
pub use key::{KeyState, PublicKey, new_key, states};
pub use lifetime::{ACCESS_MS, KEY_AHEAD_MS, KEY_OVERLAP_MS, KEYS_CACHED_SECONDS, LEEWAY_MS};
pub use login::LoginError;
pub use pending::LocalPending;
pub use permission::PermissionError;
pub use personal_token::{MadeToken, TOKEN_DAYS_MAX, TokenDraft, TokenError};
pub use refresh::REFRESH_PREFIX;
pub use return_to::ReturnTo;
pub use secret::OpaqueSecret;
pub use sign_in::{Arrival, Browser, Failed, Outcome, PENDING_MS, pending_bounds};
pub use sign_in_error::SignInError;

use access::Issuer;
use refresh::RefreshKey;
use sign_in::Admitted;

/// How stale the note of a login's last use may be: one write an hour, not one a request.
const TOUCH_EVERY_MS: u64 = 60 * 60 * 1_000;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How logins are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginPolicy {
    /// Days until a login ends however much it is used.
    pub days_max: u32,
    /// Days without use after which it ends.
    pub idle_days: u32,
    /// Whether its secret may travel encrypted only.
    pub encrypted_only: bool,
}

/// How tokens are given out.
#[derive(Clone)]
pub struct Issuance {
    /// Our public address, which tokens name as their maker and as whom they are for.
    pub issuer: String,
    /// The installation's secret that refresh tokens are derived with.
    pub secret: [u8; 32],
    /// The native apps people may sign in with.
    pub apps: Vec<App>,
}

impl std::fmt::Debug for Issuance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Issuance({})", self.issuer)
    }
}

/// Everything the auth service keeps beside accounts, in one store: its steps span them.
pub trait AuthStore:
    LoginStore + GrantStore + PersonalTokenStore + SigningKeyStore + PermissionStore + AuditStore
{
}

impl<S> AuthStore for S where
    S: LoginStore
        + GrantStore
        + PersonalTokenStore
        + SigningKeyStore
        + PermissionStore
        + AuditStore
{
}

/// A sign-in that worked.
#[derive(Debug)]
pub struct Welcome {
    /// What the browser shows from now on.
    pub secret: OpaqueSecret,
    /// How long it is good at most, in seconds.
    pub seconds_max: u64,
    /// Where the person wanted to go.
    pub return_to: ReturnTo,
    /// Who it is.
    pub user: User,
    /// Whether they are suspended.
    pub suspended: bool,
}

/// The auth service. Clones are the same service.
#[derive(Clone)]
pub struct AuthService {
    providers: Arc<[Arc<dyn IdentityProvider>]>,
    users: Arc<dyn UserStore>,
    logins: Arc<dyn AuthStore>,
    ends: Option<Arc<dyn LoginEnds>>,
    pending: Arc<dyn PendingSignIns>,
    policy: LoginPolicy,
    issuer: Arc<Issuer>,
    refresh_key: RefreshKey,
    apps: Arc<[App]>,
    wardrobe: [usize; LOOK_SLOTS],
    clock: Clock,
    screen: Screen,
}

impl std::fmt::Debug for AuthService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthService(..)")
    }
}

impl AuthService {
    /// The service over its stores; `wardrobe` is the number of options in each slot, for newcomers' looks.
    pub fn new(
        providers: Vec<Arc<dyn IdentityProvider>>,
        users: Arc<dyn UserStore>,
        logins: Arc<dyn AuthStore>,
        policy: LoginPolicy,
        issuance: Issuance,
        wardrobe: [usize; LOOK_SLOTS],
        clock: Clock,
    ) -> Self {
        Self {
            providers: providers.into(),
            users,
            logins,
            ends: None,
            pending: Arc::new(LocalPending::new(pending_bounds(PENDING_MS), clock)),
            policy,
            issuer: Arc::new(Issuer::new(&issuance.issuer, clock)),
            refresh_key: RefreshKey::new(&issuance.secret),
            apps: issuance.apps.into(),
            wardrobe,
            clock,
            screen: Screen::off(),
        }
    }

    /// The same service, which looks through what newcomers are called elsewhere.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// The public keys that access tokens of now may be signed with.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, LoginStoreError> {
        self.issuer.public_keys(&*self.logins).await
    }

    /// The same service, which tells of each login it ends.
    #[must_use]
    pub fn telling(self, ends: Arc<dyn LoginEnds>) -> Self {
        let ends = Some(ends);
        Self { ends, ..self }
    }

    /// The same service, which waits so long for browsers to come back.
    #[must_use]
    pub fn waiting(self, pending_ms: u64) -> Self {
        let pending = LocalPending::new(pending_bounds(pending_ms), self.clock);
        self.keeping(Arc::new(pending))
    }

    /// The same service, which keeps sign-ins under way there.
    #[must_use]
    pub fn keeping(self, pending: Arc<dyn PendingSignIns>) -> Self {
        Self { pending, ..self }
    }

    /// Whether a login's secret may travel encrypted only.
    pub fn encrypted_only(&self) -> bool {
        self.policy.encrypted_only
    }

    /// The ways to sign in.
    pub fn providers(&self) -> impl Iterator<Item = &dyn IdentityProvider> {
        self.providers.iter().map(AsRef::as_ref)
    }

    async fn open(
        &self,
        Admitted {
            user,
            authenticated,
        }: Admitted,
        trace: Trace,
        return_to: ReturnTo,
    ) -> Result<Welcome, SignInError> {
        let secret = OpaqueSecret::generate();
        let lifetime_ms = u64::from(self.policy.days_max) * DAY_MS;
        let at = self.clock.wall();
        let login = NewLogin {
            id: LoginId::generate(),
            user_id: user.id,
            secret: secret.hash(),
            trace,
            at,
            authenticated: authenticated.min(at),
            expires: WallMs(at.0 + lifetime_ms),
        };
        let (ended, suspended) = match self.logins.open(&login).await? {
            Opened::Open(ended) => (ended, false),
            Opened::Suspended(ended) => (ended, true),
        };
        ended.into_iter().for_each(|login| self.tell(login));
        Ok(Welcome {
            secret,
            seconds_max: lifetime_ms / 1_000,
            return_to,
            user,
            suspended,
        })
    }

    fn tell(&self, login: EndedLogin) {
        if let Some(ends) = &self.ends {
            ends.ended(login);
        }
    }
}
