//! Where a provider is asked what: as configured, and the rest as its issuer publishes it.

use std::sync::Arc;

use serde::Deserialize;
use url::Url;

use super::cached::{Ages, Cached};
use super::http::HttpClient;
use crate::config::ProviderConfig;
use crate::domain::clock::Clock;
use crate::ports::identity::ProviderError;

/// Below the issuer, as OpenID Connect Discovery has it.
const DOCUMENT_PATH: &str = "/.well-known/openid-configuration";

/// Addresses hardly ever change, and a provider that is down for a day has other worries.
const AGES: Ages = Ages {
    fresh_ms: 60 * 60 * 1_000,
    kept_ms: 24 * 60 * 60 * 1_000,
    again_ms: 60 * 1_000,
    retry_ms: 2_000,
};

/// Where a provider is asked what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Endpoints {
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) userinfo: Option<Url>,
    pub(super) jwks: Option<Url>,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    jwks_uri: Url,
}

impl Document {
    /// Whoever publishes addresses must not lead secrets to where they can be read, nor us into our own network.
    fn is_safe(&self, own: &Url) -> bool {
        let safe = |url: &Url| {
            let encrypted = url.scheme() == "https" || url.origin() == own.origin();
            encrypted && url.host().is_some()
        };
        safe(&self.authorization_endpoint)
            && safe(&self.token_endpoint)
            && safe(&self.jwks_uri)
            && self.userinfo_endpoint.as_ref().is_none_or(safe)
    }
}

/// Knows the endpoints, or finds them when first needed.
pub(super) struct Directory {
    issuer: String,
    given: Given,
    found: Cached<Document>,
    http: HttpClient,
    clock: Clock,
}

struct Given {
    authorize: Option<Url>,
    token: Option<Url>,
    userinfo: Option<Url>,
    jwks: Option<Url>,
    /// Without it nobody can be signed in.
    needs_jwks: bool,
}

impl Directory {
    pub(super) fn new(config: &ProviderConfig, http: HttpClient, clock: Clock) -> Self {
        Self {
            issuer: config.issuer.clone(),
            given: Given {
                authorize: config.authorize_url.clone(),
                token: config.token_url.clone(),
                userinfo: config.userinfo_url.clone(),
                jwks: config.jwks_url.clone(),
                needs_jwks: config.kind.is_oidc(),
            },
            found: Cached::new(AGES),
            http,
            clock,
        }
    }

    pub(super) async fn endpoints(&self) -> Result<Endpoints, ProviderError> {
        let given = &self.given;
        if let (Some(authorize), Some(token)) = (&given.authorize, &given.token)
            && (given.jwks.is_some() || !given.needs_jwks)
        {
            return Ok(Endpoints {
                authorize: authorize.clone(),
                token: token.clone(),
                userinfo: given.userinfo.clone(),
                jwks: given.jwks.clone(),
            });
        }
        let found = self.found().await?;
        let or = |given: &Option<Url>, found: &Url| given.clone().unwrap_or_else(|| found.clone());
        Ok(Endpoints {
            authorize: or(&given.authorize, &found.authorization_endpoint),
            token: or(&given.token, &found.token_endpoint),
            userinfo: given.userinfo.clone().or(found.userinfo_endpoint.clone()),
            jwks: Some(or(&given.jwks, &found.jwks_uri)),
        })
    }

    async fn found(&self) -> Result<Arc<Document>, ProviderError> {
        let now = || self.clock.tick();
        self.found.get(now, |_| true, || self.fetch()).await
    }

    async fn fetch(&self) -> Result<Document, ProviderError> {
        let failed = |why: String| ProviderError::Unavailable(format!("discovery: {why}"));
        let address = format!("{}{DOCUMENT_PATH}", self.issuer.trim_end_matches('/'));
        let address: Url = address
            .parse()
            .map_err(|_| failed("the issuer is no address".to_owned()))?;
        let answer = self.http.get(&address, None).await;
        let answer = answer.map_err(|error| failed(error.to_string()))?;
        // The parser's error may quote the answer.
        let document: Document = serde_json::from_slice(&answer)
            .map_err(|_| failed("the document cannot be read".to_owned()))?;
        if document.issuer != self.issuer {
            return Err(failed("the document is of another issuer".to_owned()));
        }
        if !document.is_safe(&address) {
            return Err(failed(
                "the document names an address that is not encrypted".to_owned(),
            ));
        }
        Ok(document)
    }
}
