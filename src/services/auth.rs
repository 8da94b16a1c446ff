//! Signing in and out: sign-ins on their way through a provider, and the logins they end in.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::LoginId;
use crate::domain::user::{AccountRole, LOOK_SLOTS, User};
use crate::ports::identity::{IdentityProvider, ProviderError};
use crate::ports::login::{
    EndedLogin, LoginEnds, LoginStore, LoginStoreError, NewLogin, SecretHash,
};
use crate::ports::user::{Admission, Identity, UserStore, UserStoreError};

mod expiring;
mod handle;
mod newcomer;
mod return_to;
mod secret;

pub use expiring::Expiring;
pub use return_to::ReturnTo;
pub use secret::OpaqueSecret;

/// How stale the note of a login's last use may be: one write an hour, not one a request.
const TOUCH_EVERY_MS: u64 = 60 * 60 * 1_000;

/// What is kept of a browser's name for itself, in characters.
const USER_AGENT_CHARS_MAX: usize = 200;

/// How long a person may take at the provider.
const PENDING_MS: u64 = 10 * 60 * 1_000;

/// How many sign-ins may be under way at once; beyond, the oldest gives way. About 8 MB at the worst.
const PENDING_MAX: usize = 10_000;

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

/// Somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// What they may do on the platform.
    pub role: AccountRole,
    /// On which device.
    pub login_id: LoginId,
}

/// A browser back from a provider.
#[derive(Debug)]
pub struct Arrival<'a> {
    /// The provider it says it comes from.
    pub provider: &'a str,
    /// What it brings back of our state.
    pub state: &'a str,
    /// The code, or none when the provider or the person said no.
    pub code: Option<&'a str>,
    /// The secret that ties a sign-in to the browser it began in.
    pub browser: Option<&'a OpaqueSecret>,
    /// How the browser names itself.
    pub user_agent: &'a str,
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
}

/// Why a sign-in did not work.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// No such provider.
    #[error("there is no such sign-in provider")]
    UnknownProvider,
    /// Unknown, used or overdue state, or of another browser or provider: begin again.
    #[error("the sign-in is not under way in this browser")]
    NotUnderWay,
    /// The person, or the provider before it knew the person, said no.
    #[error("the sign-in was called off")]
    CalledOff,
    /// The provider does not confirm who it was, or does not answer.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Logins cannot be reached.
    #[error(transparent)]
    Logins(#[from] LoginStoreError),
    /// Not one of several random handles was free, which does not happen by chance.
    #[error("no handle is free")]
    NoHandleFree,
}

/// A sign-in on its way through a provider.
struct Pending {
    provider: String,
    verifier: String,
    browser: SecretHash,
    return_to: ReturnTo,
}

/// The auth service. Clones are the same service.
#[derive(Clone)]
pub struct AuthService {
    providers: Arc<[Arc<dyn IdentityProvider>]>,
    users: Arc<dyn UserStore>,
    logins: Arc<dyn LoginStore>,
    ends: Option<Arc<dyn LoginEnds>>,
    pending: Arc<Mutex<Expiring<Pending>>>,
    policy: LoginPolicy,
    wardrobe: [usize; LOOK_SLOTS],
    clock: Clock,
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
        logins: Arc<dyn LoginStore>,
        policy: LoginPolicy,
        wardrobe: [usize; LOOK_SLOTS],
        clock: Clock,
    ) -> Self {
        Self {
            providers: providers.into(),
            users,
            logins,
            ends: None,
            pending: Arc::new(Mutex::new(Expiring::new(PENDING_MS, PENDING_MAX))),
            policy,
            wardrobe,
            clock,
        }
    }

    /// The same service, which tells of each login it ends.
    #[must_use]
    pub fn telling(self, ends: Arc<dyn LoginEnds>) -> Self {
        let ends = Some(ends);
        Self { ends, ..self }
    }

    /// Whether a login's secret may travel encrypted only.
    pub fn encrypted_only(&self) -> bool {
        self.policy.encrypted_only
    }

    /// The ways to sign in.
    pub fn providers(&self) -> impl Iterator<Item = &dyn IdentityProvider> {
        self.providers.iter().map(AsRef::as_ref)
    }

    /// Begins a sign-in in a browser; where to send it.
    pub fn start(
        &self,
        provider: &str,
        return_to: ReturnTo,
        browser: &OpaqueSecret,
    ) -> Result<String, SignInError> {
        let departure = self.provider(provider)?.depart();
        let pending = Pending {
            provider: provider.to_owned(),
            verifier: departure.verifier,
            browser: browser.hash(),
            return_to,
        };
        let now = self.clock.tick();
        self.pending().insert(&departure.state, pending, now);
        Ok(departure.url)
    }

    /// Ends a sign-in: asks the provider who it was, finds or makes the account, opens a login.
    pub async fn finish(&self, arrival: Arrival<'_>) -> Result<Welcome, SignInError> {
        let now = self.clock.tick();
        // Taken whatever comes next: a state is good once.
        let pending = self.pending().take(arrival.state, now);
        let pending = pending.ok_or(SignInError::NotUnderWay)?;
        let browser = arrival.browser.ok_or(SignInError::NotUnderWay)?;
        if !browser.matches(&pending.browser) || pending.provider != arrival.provider {
            return Err(SignInError::NotUnderWay);
        }
        let code = arrival.code.ok_or(SignInError::CalledOff)?;
        let provider = self.provider(&pending.provider)?;
        let profile = provider.profile(code, &pending.verifier).await?;
        let identity = Identity {
            provider: pending.provider,
            subject: profile.subject.clone(),
        };
        let newcomer = newcomer::draft(&profile, self.wardrobe, self.clock.wall());
        let user = match self.users.admit(&identity, &newcomer).await? {
            Admission::Existing(user) | Admission::Created(user) => user,
            Admission::HandlesTaken => return Err(SignInError::NoHandleFree),
        };
        self.open(user, arrival.user_agent, pending.return_to).await
    }

    async fn open(
        &self,
        user: User,
        user_agent: &str,
        return_to: ReturnTo,
    ) -> Result<Welcome, SignInError> {
        let secret = OpaqueSecret::generate();
        let lifetime_ms = u64::from(self.policy.days_max) * DAY_MS;
        let at = self.clock.wall();
        let readable = user_agent.chars().filter(|c| !c.is_control());
        let login = NewLogin {
            id: LoginId::generate(),
            user_id: user.id,
            secret: secret.hash(),
            user_agent: readable.take(USER_AGENT_CHARS_MAX).collect(),
            at,
            expires: WallMs(at.0 + lifetime_ms),
        };
        for ended in self.logins.open(&login).await? {
            self.tell(ended);
        }
        Ok(Welcome {
            secret,
            seconds_max: lifetime_ms / 1_000,
            return_to,
            user,
        })
    }

    /// Who shows this secret, if its login is good now.
    pub async fn authenticate(
        &self,
        secret: &OpaqueSecret,
    ) -> Result<Option<SignedIn>, LoginStoreError> {
        let now = self.clock.wall();
        let idle_ms = u64::from(self.policy.idle_days) * DAY_MS;
        let login = self.logins.find(&secret.hash(), now, idle_ms).await?;
        let Some(login) = login else {
            return Ok(None);
        };
        if now.0.saturating_sub(login.seen.0) >= TOUCH_EVERY_MS {
            self.logins.touch(login.id, now).await?;
        }
        Ok(Some(SignedIn {
            user: login.user,
            role: login.role,
            login_id: login.id,
        }))
    }

    /// Ends a login at once.
    pub async fn sign_out(&self, login: LoginId) -> Result<(), LoginStoreError> {
        let at = self.clock.wall();
        self.logins.revoke(login, at).await?;
        // Also when it had ended before: whoever ended it may have failed to tell.
        self.tell(EndedLogin { id: login, at });
        Ok(())
    }

    fn tell(&self, login: EndedLogin) {
        if let Some(ends) = &self.ends {
            ends.ended(login);
        }
    }

    fn provider(&self, id: &str) -> Result<&dyn IdentityProvider, SignInError> {
        let mut providers = self.providers();
        let found = providers.find(|provider| provider.id() == id);
        found.ok_or(SignInError::UnknownProvider)
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Expiring<Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
