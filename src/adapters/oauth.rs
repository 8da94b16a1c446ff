//! Sign-in with OAuth 2.0 and OpenID Connect providers: authorization code with PKCE, then the ID token where there
//! is one, and the userinfo endpoint for what is still missing.

use std::time::Duration;

use async_trait::async_trait;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, TokenUrl,
};
use serde_json::{Map, Value};
use url::Url;

use crate::config::{ClientAuth, ProviderConfig, ProviderKind, PublicUrl, ResponseMode};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::email::Email;
use crate::ports::identity::{
    Departure, Homecoming, IdentityProvider, Profile, Proof, ProviderError, ProviderName, WayBack,
};

mod apple;
mod cached;
mod endpoints;
mod http;
mod id_token;
mod keys;
mod probe;
mod profile;
mod token;

pub use apple::BadKey;
pub use http::HttpClientError;
pub use probe::ProviderProbe;

use apple::AppleSecret;
use endpoints::{Directory, Endpoints};
use http::{HttpClient, HttpError};
use id_token::Expected;
use keys::Keys;
use profile::Said;
use token::{Answer, Client};

/// How far the provider's clock may be from ours when it says that a person has just proved who they are.
const AUTH_TIME_LEEWAY_MS: u64 = 60 * 1_000;

/// One configured provider.
pub struct OAuthProvider {
    config: ProviderConfig,
    name: ProviderName,
    redirect: RedirectUrl,
    apple: Option<AppleSecret>,
    directory: Directory,
    keys: Keys,
    http: HttpClient,
    clock: Clock,
}

impl std::fmt::Debug for OAuthProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OAuthProvider")
            .field(&self.config.id)
            .finish()
    }
}

/// Why a provider cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// The HTTP client cannot be made.
    #[error(transparent)]
    Http(#[from] HttpClientError),
    /// Our own public address makes no valid address.
    #[error("an address of the sign-in is not valid: {0}")]
    Address(#[from] url::ParseError),
    /// Apple's key signs nothing.
    #[error("auth.providers.{id}.private_key: {source}")]
    PrivateKey {
        /// Of which provider.
        id: String,
        /// What is wrong with it.
        source: BadKey,
    },
}

/// Where the browser comes back to after signing in with a provider.
pub fn callback_url(public: &PublicUrl, provider: &str) -> String {
    public.join(&format!("/v1/auth/{provider}/callback"))
}

impl OAuthProvider {
    /// The provider as configured, for a server known as `public`. Asks it nothing yet.
    pub fn new(
        config: &ProviderConfig,
        public: &PublicUrl,
        clock: Clock,
    ) -> Result<Self, OAuthError> {
        // Several questions make up a sign-in; none may take all its time.
        let http = HttpClient::new(Duration::from_millis(config.deadline_ms / 2))?;
        let apple = config.apple_key.as_ref();
        let apple = apple.map(|key| AppleSecret::new(key, config, clock));
        let apple = apple.transpose().map_err(|source| OAuthError::PrivateKey {
            id: config.id.clone(),
            source,
        })?;
        Ok(Self {
            name: ProviderName {
                ko: config.name_ko.clone(),
                en: config.name_en.clone(),
            },
            redirect: RedirectUrl::new(callback_url(public, &config.id))?,
            apple,
            directory: Directory::new(config, http.clone(), clock),
            keys: Keys::new(http.clone(), clock),
            http,
            clock,
            config: config.clone(),
        })
    }

    fn client(&self, endpoints: &Endpoints) -> Result<Client, ProviderError> {
        let mut client = Client::new(ClientId::new(self.config.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(endpoints.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(endpoints.token.clone()))
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(match self.config.client_auth {
                ClientAuth::Basic => AuthType::BasicAuth,
                ClientAuth::Post => AuthType::RequestBody,
            });
        let secret = match &self.apple {
            Some(apple) => Some(apple.get()?),
            None => {
                let secret = self.config.client_secret.as_ref();
                secret.map(|secret| secret.reveal().to_owned())
            }
        };
        if let Some(secret) = secret {
            client = client.set_client_secret(ClientSecret::new(secret));
        }
        Ok(client)
    }

    fn is_oidc(&self) -> bool {
        self.config.kind.is_oidc()
    }

    /// Whether it knows the parameters of OpenID Connect, also where its ID token is not looked at.
    fn speaks_openid(&self) -> bool {
        let mut scopes = self.config.scopes.split_whitespace();
        self.is_oidc() || scopes.any(|scope| scope == "openid")
    }

    async fn ask(&self, back: Homecoming<'_>) -> Result<Profile, ProviderError> {
        // A provider that says who it is and is another: a browser was sent on to the wrong one (RFC 9207).
        let other = |issuer: &str| self.is_oidc() && issuer != self.config.issuer;
        if back.issuer.is_some_and(other) {
            return Err(ProviderError::Refused(
                "the code is of another issuer".to_owned(),
            ));
        }
        let endpoints = self.directory.endpoints().await?;
        let answer = self.exchange(&endpoints, back).await?;
        let token = answer.access_token().secret();
        let mut authenticated = None;
        let mut said = if self.is_oidc() {
            let claims = self.identified(&endpoints, &answer, back).await?;
            authenticated = self.authenticated(&claims, back.proof)?;
            let said = profile::openid(&claims)?;
            self.completed(&endpoints, said, token).await?
        } else {
            let userinfo = endpoints.userinfo.as_ref();
            let userinfo = userinfo.ok_or_else(|| unavailable("has no userinfo endpoint"))?;
            self.userinfo(userinfo, token).await?
        };
        if let Some(emails) = &self.config.emails_url {
            said.email = self.emails(emails, token).await?.or(said.email);
        }
        if !self.config.trusts_email {
            let unsure = |email: Email| Email::Unverified(email.address().clone());
            said.email = said.email.map(unsure);
        }
        said.name = said.name.or_else(|| back.name.and_then(profile::form_name));
        let profile = said.by(&self.config.issuer);
        Ok(Profile {
            authenticated,
            ..profile
        })
    }

    /// When the person last proved who they are. Whoever was asked with `max_age` must say so (OpenID Connect Core,
    /// section 2) and, as it was zero, name a time since the departure.
    fn authenticated(
        &self,
        claims: &Map<String, Value>,
        proof: &Proof,
    ) -> Result<Option<WallMs>, ProviderError> {
        let at = profile::auth_time(claims);
        let refused = |why: &str| Err(ProviderError::Refused(format!("the ID token: {why}")));
        match (proof.afresh, at) {
            (None, at) => Ok(at),
            (Some(since), Some(at)) if at.0.saturating_add(AUTH_TIME_LEEWAY_MS) < since.0 => {
                refused("the person was not looked at anew")
            }
            (Some(_), None) if self.config.kind.says_auth_time() => {
                refused("it does not say when the person was looked at")
            }
            (Some(_), at) => Ok(at),
        }
    }

    async fn exchange(
        &self,
        endpoints: &Endpoints,
        back: Homecoming<'_>,
    ) -> Result<Answer, ProviderError> {
        let http = self.http.clone();
        let send = move |request| http.clone().send(request);
        let client = self.client(endpoints)?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(back.code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(back.proof.verifier.clone()));
        if self.config.kind == ProviderKind::Naver {
            request = request.add_extra_param("state", back.state.to_owned());
        }
        let answer = request.request_async(&send).await;
        answer.map_err(token::failure)
    }

    /// What the ID token says.
    async fn identified(
        &self,
        endpoints: &Endpoints,
        answer: &Answer,
        back: Homecoming<'_>,
    ) -> Result<Map<String, Value>, ProviderError> {
        let missing = || ProviderError::Refused("the provider gave no ID token".to_owned());
        let token = answer.id_token().ok_or_else(missing)?;
        let keys = endpoints.jwks.as_ref();
        let keys = keys.ok_or_else(|| unavailable("has no keys"))?;
        let expected = Expected {
            issuer: &self.config.issuer,
            audiences: &self.config.audiences,
            nonce: &back.proof.nonce,
            now: self.clock.wall(),
        };
        id_token::verify(token, &self.keys, keys, expected).await
    }

    /// What the ID token leaves out. At Kakao it never says whether an address is verified.
    async fn completed(
        &self,
        endpoints: &Endpoints,
        said: Said,
        token: &str,
    ) -> Result<Said, ProviderError> {
        let whole = said.name.is_some() && said.email.is_some();
        match &endpoints.userinfo {
            Some(userinfo) if !whole || self.config.kind == ProviderKind::Kakao => {
                said.or(self.userinfo(userinfo, token).await?)
            }
            _ => Ok(said),
        }
    }

    async fn userinfo(&self, url: &Url, token: &str) -> Result<Said, ProviderError> {
        let answer = self.http.get(url, Some(token)).await;
        let answer = answer.map_err(|error| unavailable(&format!("userinfo: {error}")))?;
        profile::read(self.config.kind, &answer)
    }

    /// The person may not have let us see them: then there are none.
    async fn emails(&self, url: &Url, token: &str) -> Result<Option<Email>, ProviderError> {
        match self.http.get(url, Some(token)).await {
            Ok(answer) => profile::primary_email(&answer),
            Err(HttpError::Status(status)) if status.is_client_error() => Ok(None),
            Err(error) => Err(unavailable(&format!("e-mails: {error}"))),
        }
    }
}

fn unavailable(why: &str) -> ProviderError {
    ProviderError::Unavailable(why.to_owned())
}

#[async_trait]
impl IdentityProvider for OAuthProvider {
    fn id(&self) -> &str {
        &self.config.id
    }

    fn issuer(&self) -> &str {
        &self.config.issuer
    }

    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn way_back(&self) -> WayBack {
        match self.config.response_mode {
            ResponseMode::Query => WayBack::Link,
            ResponseMode::FormPost => WayBack::Form,
        }
    }

    async fn depart(&self, afresh: bool) -> Result<Departure, ProviderError> {
        let endpoints = self.directory.endpoints().await?;
        let client = self.client(&endpoints)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random_len(32).into_secret();
        let scopes = self.config.scopes.split_whitespace();
        let mut request = client
            .authorize_url(|| CsrfToken::new_random_len(32))
            .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge);
        if self.is_oidc() {
            request = request.add_extra_param("nonce", nonce.clone());
        }
        if afresh && self.speaks_openid() {
            // OpenID Connect Core, section 3.1.2.1. OAuth alone has no word for it.
            request = request.add_extra_param("prompt", "login");
            request = request.add_extra_param("max_age", "0");
        }
        if self.way_back() == WayBack::Form {
            request = request.add_extra_param("response_mode", "form_post");
        }
        let (url, state) = request.url();
        Ok(Departure {
            url: url.into(),
            state: state.into_secret(),
            proof: Proof {
                verifier: verifier.into_secret(),
                nonce,
                afresh: afresh.then(|| self.clock.wall()),
            },
        })
    }

    async fn profile(&self, back: Homecoming<'_>) -> Result<Profile, ProviderError> {
        // A person is waiting, and so is their browser's connection.
        let deadline = Duration::from_millis(self.config.deadline_ms);
        let profile = tokio::time::timeout(deadline, self.ask(back)).await;
        profile.unwrap_or_else(|_| Err(unavailable("it took too long")))
    }
}
