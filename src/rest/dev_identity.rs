//! The development identity provider: an OAuth 2.0 authorization server in miniature, for this machine only.
//!
//! Whoever can reach it signs in as anybody. So it answers loopback peers under loopback names only, and does
//! not start in production or where others can reach the server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use url::Url;

use crate::config::{
    DEV_ISSUER, DEV_PROVIDER, Mode, ProviderConfig, ProviderKind, PublicUrl, Secret,
};
use crate::domain::clock::Clock;
use crate::ports::identity::ProviderName;
use crate::services::auth::OpaqueSecret;
use crate::services::user::UserService;

mod authorize;
mod grants;
mod loopback;
mod page;
mod token;

use grants::Grants;

/// What the server calls itself at its own identity provider.
const CLIENT_ID: &str = "maru";

/// Why the development identity provider does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DevIdentityRefused {
    /// It would let anybody sign in as anybody.
    #[error("the development sign-in is refused in production mode")]
    Production,
    /// Others can reach it.
    #[error("the development sign-in is refused: {0} is not an address of this machine only")]
    Reachable(String),
}

/// The provider. Clones are the same provider.
#[derive(Clone)]
pub struct DevIdentity {
    client_secret: OpaqueSecret,
    redirect_uri: String,
    public: PublicUrl,
    grants: Arc<Mutex<Grants>>,
    people: UserService,
    clock: Clock,
}

impl std::fmt::Debug for DevIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DevIdentity(..)")
    }
}

impl DevIdentity {
    /// The provider for a server bound to `bound` and known as `public`, where that is allowed.
    ///
    /// The configuration was checked already; this is the second lock, on what is really so.
    pub fn open(
        mode: Mode,
        bound: SocketAddr,
        public: &PublicUrl,
        people: UserService,
        clock: Clock,
    ) -> Result<Self, DevIdentityRefused> {
        if mode == Mode::Production {
            return Err(DevIdentityRefused::Production);
        }
        if !bound.ip().is_loopback() {
            return Err(DevIdentityRefused::Reachable(bound.to_string()));
        }
        if !public.is_loopback() {
            return Err(DevIdentityRefused::Reachable(public.to_string()));
        }
        Ok(Self {
            client_secret: OpaqueSecret::generate(),
            redirect_uri: public.join(&format!("/v1/auth/{DEV_PROVIDER}/callback")),
            public: public.clone(),
            grants: Arc::default(),
            people,
            clock,
        })
    }

    /// How to sign in with it: a provider like any configured one.
    pub fn provider(&self) -> Result<ProviderConfig, url::ParseError> {
        let at = |path: &str| Url::parse(&self.public.join(path)).map(Some);
        let name = Self::name();
        Ok(ProviderConfig {
            name_ko: name.ko,
            name_en: name.en,
            client_secret: Some(Secret::new(self.client_secret.reveal())),
            issuer: DEV_ISSUER.to_owned(),
            authorize_url: at("/dev/identity/authorize")?,
            token_url: at("/dev/identity/token")?,
            userinfo_url: at("/dev/identity/userinfo")?,
            scopes: "profile".to_owned(),
            ..ProviderConfig::new(DEV_PROVIDER, ProviderKind::Oauth2, CLIENT_ID)
        })
    }

    fn name() -> ProviderName {
        ProviderName {
            ko: "개발용 로그인".to_owned(),
            en: "Development sign-in".to_owned(),
        }
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The routes, closed to everything but this machine.
pub fn router(identity: DevIdentity) -> Router {
    Router::new()
        .route(
            "/dev/identity/authorize",
            get(authorize::show).post(authorize::choose),
        )
        .route("/dev/identity/token", post(token::exchange))
        .route("/dev/identity/userinfo", get(token::userinfo))
        .with_state(identity)
        .layer(from_fn(loopback::only))
}
