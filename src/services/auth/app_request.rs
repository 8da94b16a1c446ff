//! What an app asked for when it sent somebody to sign in, and how its answer is written.

use std::fmt;

use url::form_urlencoded::Serializer;

use super::OpaqueSecret;
use super::sign_in_error::SignInError;
use crate::domain::scope::Scopes;
use crate::ports::identity::ProviderError;

/// A sign-in that ends in an app.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct AppRequest {
    pub(super) client: String,
    pub(super) redirect_uri: String,
    pub(super) state: String,
    pub(super) challenge: String,
    pub(super) scopes: Scopes,
}

impl fmt::Debug for AppRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppRequest({})", self.client)
    }
}

impl AppRequest {
    /// The way back with a code.
    pub(super) fn answer(&self, code: &OpaqueSecret, issuer: &str) -> String {
        back(
            &self.redirect_uri,
            &self.state,
            issuer,
            &[("code", code.reveal())],
        )
    }

    /// The way back without, in the words of RFC 6749 section 4.1.2.1.
    pub(super) fn refusal(&self, error: &SignInError, issuer: &str) -> String {
        let code = match error {
            SignInError::CalledOff
            | SignInError::Suspended
            | SignInError::Provider(ProviderError::Refused(_)) => "access_denied",
            SignInError::Provider(ProviderError::Unavailable(_))
            | SignInError::Pending(_)
            | SignInError::Users(_)
            | SignInError::Logins(_) => "temporarily_unavailable",
            SignInError::UnknownProvider => "invalid_request",
            _ => "server_error",
        };
        let mut said = vec![("error", code)];
        if matches!(error, SignInError::Suspended) {
            said.push(("error_description", "account_suspended"));
        }
        back(&self.redirect_uri, &self.state, issuer, &said)
    }
}

/// An app's address with what it is told; registered addresses have no query of their own.
pub(super) fn back(redirect_uri: &str, state: &str, issuer: &str, said: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(said).append_pair("state", state);
    // RFC 9207: an app that signs in with several servers knows whose answer it is.
    query.append_pair("iss", issuer);
    format!("{redirect_uri}?{}", query.finish())
}
