//! Sign-ins on their way through a provider, and what they are for.

use super::app_request::AppRequest;
use super::pending::{Pending, Purpose};
use super::sign_in_error::SignInError;
use super::{AuthService, OpaqueSecret, ReturnTo, SignedIn, Welcome, newcomer};
use crate::domain::address::AddressGroup;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::user::User;
use crate::ports::identity::{Homecoming, IdentityProvider, Profile, Proof, WayBack};
use crate::ports::pending::{PendingBounds, PendingUnavailable};
use crate::ports::user::{
    Admission, Identity, LinkedIdentity, Linking, Unlinking, UserStoreError, WayIn,
};

/// How long a person may take at the provider.
pub const PENDING_MS: u64 = 10 * 60 * 1_000;

/// How many sign-ins may be under way at once; beyond, the oldest of the network that has most gives way. About 10 MB
/// at the worst.
const PENDING_MAX: usize = 10_000;

/// And of one address: its own oldest gives way.
const PENDING_OF_GROUP_MAX: usize = 256;

/// The bounds of sign-ins under way, which wait so long.
pub const fn pending_bounds(pending_ms: u64) -> PendingBounds {
    PendingBounds {
        lifetime_ms: pending_ms,
        entries_max: PENDING_MAX,
        of_group_max: PENDING_OF_GROUP_MAX,
    }
}

/// What a form may say of a person's name, in bytes.
const FORM_NAME_BYTES_MAX: usize = 1_024;

/// A browser about to leave for a provider.
#[derive(Debug, Clone, Copy)]
pub struct Browser<'a> {
    /// The secret that ties the sign-in to it.
    pub secret: &'a OpaqueSecret,
    /// From where it comes.
    pub from: Option<AddressGroup>,
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
    /// Who it says sent it, where providers have it say so.
    pub issuer: Option<&'a str>,
    /// The secret that ties a sign-in to the browser it began in.
    pub browser: Option<&'a OpaqueSecret>,
    /// Who is signed in there so far.
    pub viewer: Option<&'a SignedIn>,
    /// From where it comes.
    pub trace: Trace,
}

/// What a sign-in that worked came to.
#[derive(Debug)]
pub enum Outcome {
    /// Somebody is signed in.
    SignedIn(Welcome),
    /// Back to the app that asked, with a code or with what went wrong.
    App(String),
    /// Whoever was signed in has proved again who they are.
    Reauthenticated(ReturnTo),
    /// The provider leads to the account of whoever was signed in already.
    Linked(ReturnTo),
}

/// A sign-in that did not work, and where the person is told.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub error: SignInError,
    /// The page it was asked for on, where that is not the sign-in page.
    pub return_to: Option<ReturnTo>,
}

impl From<SignInError> for Failed {
    fn from(error: SignInError) -> Self {
        Self {
            error,
            return_to: None,
        }
    }
}

/// Somebody whom a provider has let in.
pub(super) struct Admitted {
    pub(super) user: User,
    /// When they last proved to it who they are; where it does not say, that is taken to be now.
    pub(super) authenticated: WallMs,
}

/// What is known of a sign-in when its browser is back, beside what it was for.
struct Way<'a> {
    provider: String,
    proof: Proof,
    name: Option<String>,
    arrival: &'a Arrival<'a>,
}

impl AuthService {
    /// Begins a sign-in in a browser; where to send it.
    pub async fn start(
        &self,
        provider: &str,
        return_to: ReturnTo,
        browser: Browser<'_>,
    ) -> Result<String, SignInError> {
        let purpose = Purpose::SignIn(return_to);
        self.depart(provider, purpose, browser, false).await
    }

    /// Has whoever is signed in prove again who they are; where to send their browser.
    pub async fn start_reauthentication(
        &self,
        provider: &str,
        viewer: &SignedIn,
        return_to: ReturnTo,
        browser: Browser<'_>,
    ) -> Result<String, SignInError> {
        let purpose = Purpose::Reauthenticate(viewer.user.id, viewer.login_id, return_to);
        self.depart(provider, purpose, browser, true).await
    }

    /// Begins to link a provider to the account of whoever is signed in; where to send their browser.
    pub async fn start_link(
        &self,
        provider: &str,
        viewer: &SignedIn,
        return_to: ReturnTo,
        browser: Browser<'_>,
    ) -> Result<String, SignInError> {
        let purpose = Purpose::Link(viewer.user.id, viewer.login_id, return_to);
        self.depart(provider, purpose, browser, false).await
    }

    /// Keeps what a sign-in is for until its browser is back; where to send it. `afresh`: the provider is asked to
    /// look at the person anew.
    pub(super) async fn depart(
        &self,
        provider: &str,
        purpose: Purpose,
        browser: Browser<'_>,
        afresh: bool,
    ) -> Result<String, SignInError> {
        let departure = self.provider(provider)?.depart(afresh).await?;
        let pending = Pending {
            provider: provider.to_owned(),
            proof: departure.proof,
            browser: browser.secret.hash(),
            purpose,
        };
        let body = pending.write()?;
        self.pending
            .keep(&departure.state, provider, body, browser.from)
            .await?;
        Ok(departure.url)
    }

    /// How a provider sends browsers back; none where there is no such provider.
    pub fn way_back(&self, provider: &str) -> Option<WayBack> {
        Some(self.provider(provider).ok()?.way_back())
    }

    /// Keeps what a form said of the person's name until the browser itself arrives.
    pub async fn note_name(
        &self,
        provider: &str,
        state: &str,
        name: &str,
    ) -> Result<(), PendingUnavailable> {
        if name.len() > FORM_NAME_BYTES_MAX {
            return Ok(());
        }
        self.pending.note_name(state, provider, name).await
    }

    /// Ends a sign-in: asks the provider who it was, then does what the sign-in was for.
    pub async fn finish(&self, arrival: Arrival<'_>) -> Result<Outcome, Failed> {
        // Taken whatever comes next: a state is good once.
        let kept = self.pending.take(arrival.state).await;
        let kept = kept.map_err(SignInError::from)?;
        let kept = kept.ok_or(SignInError::NotUnderWay)?;
        let pending = Pending::read(&kept.body).ok_or(SignInError::NotUnderWay)?;
        let browser = arrival.browser.ok_or(SignInError::NotUnderWay)?;
        if !pending.is_of(browser, arrival.provider) {
            return Err(SignInError::NotUnderWay.into());
        }
        let way = Way {
            provider: pending.provider,
            proof: pending.proof,
            name: kept.name,
            arrival: &arrival,
        };
        match pending.purpose {
            Purpose::SignIn(return_to) => {
                let admitted = self.admit(&way).await?;
                let welcome = self
                    .open(admitted, arrival.trace.clone(), return_to)
                    .await?;
                Ok(Outcome::SignedIn(welcome))
            }
            Purpose::App(request) => Ok(Outcome::App(self.app_answer(&way, &request).await)),
            Purpose::Reauthenticate(user, login, return_to) => {
                self.prove_again(&way, user, login).await?;
                Ok(Outcome::Reauthenticated(return_to))
            }
            Purpose::Link(user, login, return_to) => match self.link(&way, user, login).await {
                Ok(()) => Ok(Outcome::Linked(return_to)),
                Err(error) => Err(Failed {
                    error,
                    return_to: Some(return_to),
                }),
            },
        }
    }

    /// The account of who it was, made if there was none.
    async fn admit(&self, way: &Way<'_>) -> Result<Admitted, SignInError> {
        let (identity, profile) = self.identify(way).await?;
        let mut newcomer =
            newcomer::draft(&profile, &self.screen, self.wardrobe, self.clock.wall());
        newcomer.trace = way.arrival.trace.clone();
        let user = match self.users.admit(&identity, &newcomer).await? {
            Admission::Existing(user) | Admission::Created(user) => user,
            Admission::Linked(user) => {
                let provider = &identity.provider;
                tracing::info!(user = %user.id, provider, "linked by a verified e-mail address");
                user
            }
            Admission::HandlesTaken => return Err(SignInError::NoHandleFree),
        };
        let authenticated = profile.authenticated.unwrap_or(newcomer.at);
        Ok(Admitted {
            user,
            authenticated,
        })
    }

    /// Where to send the browser back to the app.
    async fn app_answer(&self, way: &Way<'_>, request: &AppRequest) -> String {
        let code = match self.admit(way).await {
            Ok(admitted) => self.code(&admitted, request).await,
            Err(error) => Err(error),
        };
        let issuer = self.issuer.name();
        match code {
            Ok(code) => request.answer(&code, issuer),
            Err(error) => {
                tracing::info!(%error, client = request.client, "an app's sign-in did not work");
                request.refusal(&error, issuer)
            }
        }
    }

    async fn prove_again(
        &self,
        way: &Way<'_>,
        user: UserId,
        login: LoginId,
    ) -> Result<(), SignInError> {
        let (identity, _) = self.identify(way).await?;
        let found = self.users.by_identity(&identity).await?;
        if found.is_none_or(|found| found.id != user) || !way.is_still(user, login) {
            return Err(SignInError::OtherAccount);
        }
        let trace = way.arrival.trace.clone().by(user, login);
        let now = self.clock.wall();
        let proved = self
            .logins
            .reauthenticated(user, login, &trace, now)
            .await?;
        proved.then_some(()).ok_or(SignInError::OtherAccount)
    }

    async fn link(&self, way: &Way<'_>, user: UserId, login: LoginId) -> Result<(), SignInError> {
        if !way.is_still(user, login) {
            return Err(SignInError::SignedOut);
        }
        let (identity, _) = self.identify(way).await?;
        let trace = way.arrival.trace.clone().by(user, login);
        let at = self.clock.wall();
        match self.users.link(user, &identity, &trace, at).await? {
            Linking::Linked => {
                tracing::info!(%user, provider = identity.provider, "linked");
                Ok(())
            }
            Linking::SignedOut => Err(SignInError::SignedOut),
            Linking::Elsewhere => Err(SignInError::LinkedElsewhere),
            Linking::ProviderTaken => Err(SignInError::ProviderTaken),
        }
    }

    /// Who the provider says it was.
    async fn identify(&self, way: &Way<'_>) -> Result<(Identity, Profile), SignInError> {
        let arrival = way.arrival;
        let back = Homecoming {
            code: arrival.code.ok_or(SignInError::CalledOff)?,
            state: arrival.state,
            issuer: arrival.issuer,
            proof: &way.proof,
            name: way.name.as_deref(),
        };
        let profile = self.provider(&way.provider)?.profile(back).await?;
        let identity = Identity {
            provider: way.provider.clone(),
            issuer: profile.issuer.clone(),
            subject: profile.subject.clone(),
            email: profile.email.clone(),
        };
        Ok((identity, profile))
    }

    /// The ways into an account, oldest first.
    pub async fn identities(&self, user: UserId) -> Result<Vec<LinkedIdentity>, UserStoreError> {
        self.users.identities(user).await
    }

    /// Takes a way into an account away, unless it is the last that works.
    pub async fn unlink(
        &self,
        viewer: &SignedIn,
        provider: &str,
        trace: &Trace,
    ) -> Result<Unlinking, UserStoreError> {
        let user = viewer.user.id;
        let trace = trace.clone().by(user, viewer.login_id);
        let at = self.clock.wall();
        let others = self.providers().filter(|other| other.id() != provider);
        let others: Vec<WayIn> = others.map(way_in).collect();
        let unlinked = self
            .users
            .unlink(user, provider, &others, &trace, at)
            .await?;
        if unlinked == Unlinking::Unlinked {
            tracing::info!(%user, provider, "unlinked");
        }
        Ok(unlinked)
    }

    fn provider(&self, id: &str) -> Result<&dyn IdentityProvider, SignInError> {
        let mut providers = self.providers();
        let found = providers.find(|provider| provider.id() == id);
        found.ok_or(SignInError::UnknownProvider)
    }
}

fn way_in(provider: &dyn IdentityProvider) -> WayIn {
    WayIn {
        provider: provider.id().to_owned(),
        issuer: provider.issuer().to_owned(),
    }
}

impl Way<'_> {
    /// Whether the browser still shows the login the sign-in began with.
    fn is_still(&self, user: UserId, login: LoginId) -> bool {
        let viewer = self.arrival.viewer;
        viewer.is_some_and(|viewer| viewer.user.id == user && viewer.login_id == login)
    }
}
