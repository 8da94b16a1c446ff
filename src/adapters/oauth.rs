//! Sign-in with OAuth 2.0 providers: authorization code with PKCE, then the userinfo endpoint.

use async_trait::async_trait;
use oauth2::basic::{BasicClient, BasicErrorResponseType};
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, TokenResponse,
    TokenUrl,
};
use url::Url;

use crate::config::{ProviderConfig, PublicUrl, Secret};
use crate::ports::identity::{Departure, IdentityProvider, Profile, ProviderError, ProviderName};

mod http;
mod userinfo;

pub use http::HttpClientError;

use http::HttpClient;

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// One configured provider.
pub struct OAuthProvider {
    id: String,
    name: ProviderName,
    client: Client,
    scopes: Vec<Scope>,
    userinfo_url: Url,
    http: HttpClient,
}

impl std::fmt::Debug for OAuthProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OAuthProvider").field(&self.id).finish()
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
}

/// Where the browser comes back to after signing in with a provider.
pub fn callback_url(public: &PublicUrl, provider: &str) -> String {
    public.join(&format!("/v1/auth/{provider}/callback"))
}

impl OAuthProvider {
    /// The provider as configured, for a server known as `public`.
    pub fn new(config: &ProviderConfig, public: &PublicUrl) -> Result<Self, OAuthError> {
        let mut client = BasicClient::new(ClientId::new(config.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(config.authorize_url.clone()))
            .set_token_uri(TokenUrl::from_url(config.token_url.clone()))
            .set_redirect_uri(RedirectUrl::new(callback_url(public, &config.id))?);
        if let Some(secret) = config.client_secret.as_ref().map(Secret::reveal) {
            client = client.set_client_secret(ClientSecret::new(secret.to_owned()));
        }
        Ok(Self {
            id: config.id.clone(),
            name: ProviderName {
                ko: config.name.clone(),
                en: config.name.clone(),
            },
            client,
            scopes: config
                .scopes
                .split_whitespace()
                .map(|scope| Scope::new(scope.to_owned()))
                .collect(),
            userinfo_url: config.userinfo_url.clone(),
            http: HttpClient::new()?,
        })
    }

    /// With a name in both languages.
    #[must_use]
    pub fn named(mut self, name: ProviderName) -> Self {
        self.name = name;
        self
    }
}

#[async_trait]
impl IdentityProvider for OAuthProvider {
    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &ProviderName {
        &self.name
    }

    fn depart(&self) -> Departure {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .client
            .authorize_url(|| CsrfToken::new_random_len(32))
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        Departure {
            url: url.into(),
            state: state.into_secret(),
            verifier: verifier.into_secret(),
        }
    }

    async fn profile(&self, code: &str, verifier: &str) -> Result<Profile, ProviderError> {
        let http = self.http.clone();
        let send = move |request| http.clone().send(request);
        let token = self
            .client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request_async(&send)
            .await
            .map_err(token_error)?;
        let token = token.access_token().secret();
        let answer = self.http.get(&self.userinfo_url, token).await;
        let answer = answer.map_err(|error| ProviderError::Unavailable(error.to_string()))?;
        userinfo::read(&answer)
    }
}

type TokenError =
    RequestTokenError<http::HttpError, oauth2::StandardErrorResponse<BasicErrorResponseType>>;

// Only the kind of the failure: an answer that does not parse may hold a token.
fn token_error(error: TokenError) -> ProviderError {
    match error {
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            BasicErrorResponseType::InvalidGrant => {
                ProviderError::Refused("invalid_grant".to_owned())
            }
            other => ProviderError::Unavailable(format!("the token endpoint said {other}")),
        },
        RequestTokenError::Request(error) => ProviderError::Unavailable(error.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            ProviderError::Unavailable("the token endpoint gave no token".to_owned())
        }
    }
}
