//! Native apps: which there are, and the authorization requests they make through the system browser.

use super::app_request::{AppRequest, back};
use super::pending::Purpose;
use super::{AuthService, Browser, SignInError};
use crate::domain::redirect::RedirectUri;
use crate::domain::scope::Scopes;

/// The longest state an app may give us to keep, in bytes.
const STATE_BYTES_MAX: usize = 512;

/// SHA-256 in URL-safe base64, as RFC 7636 section 4.2 writes a challenge.
const CHALLENGE_BYTES: usize = 43;

/// A native app people may sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Its client id.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Where it may be called back.
    pub redirect_uris: Vec<RedirectUri>,
    /// What it may ask for.
    pub scopes: Scopes,
}

/// What an app asks for, as it stands in the address.
#[derive(Debug, Default)]
pub struct AuthorizeQuery<'a> {
    /// `response_type`; `code` when absent.
    pub response_type: Option<&'a str>,
    /// `client_id`.
    pub client: &'a str,
    /// `redirect_uri`.
    pub redirect_uri: &'a str,
    /// `state`.
    pub state: &'a str,
    /// `code_challenge`.
    pub challenge: Option<&'a str>,
    /// `code_challenge_method`.
    pub challenge_method: Option<&'a str>,
    /// `scope`.
    pub scope: Option<&'a str>,
    /// The provider to sign in with.
    pub provider: &'a str,
    /// Whether the provider is asked to look at the person anew.
    pub afresh: bool,
}

/// Why an app's request leads nowhere.
#[derive(Debug, thiserror::Error)]
pub enum NotAuthorized {
    /// No app has this client id.
    #[error("there is no such app")]
    UnknownApp,
    /// The app did not register this address: nobody is sent there.
    #[error("the app has no such redirect address")]
    UnknownRedirect,
}

impl AuthService {
    /// Begins an app's sign-in in a browser; where to send it, which is back to the app with an error where the
    /// request is not as it must be.
    pub async fn authorize(
        &self,
        query: &AuthorizeQuery<'_>,
        browser: Browser<'_>,
    ) -> Result<String, NotAuthorized> {
        let app = self.app(query.client).ok_or(NotAuthorized::UnknownApp)?;
        let mut registered = app.redirect_uris.iter();
        if !registered.any(|uri| uri.allows(query.redirect_uri)) {
            return Err(NotAuthorized::UnknownRedirect);
        }
        let issuer = self.issuer.name();
        let state = match is_state(query.state) {
            true => query.state,
            false => "",
        };
        let refused = |(error, why)| {
            let said = [("error", error), ("error_description", why)];
            Ok(back(query.redirect_uri, state, issuer, &said))
        };
        let request = match read(query, app.scopes) {
            Ok(request) => request,
            Err(wrong) => return refused(wrong),
        };
        let way_back = request.clone();
        let purpose = Purpose::App(request);
        match self
            .depart(query.provider, purpose, browser, query.afresh)
            .await
        {
            Ok(url) => Ok(url),
            Err(SignInError::UnknownProvider) => {
                refused(("invalid_request", "provider names none of ours"))
            }
            Err(error) => Ok(way_back.refusal(&error, issuer)),
        }
    }

    /// The app with this client id.
    pub fn app(&self, id: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.id == id)
    }
}

fn is_state(state: &str) -> bool {
    (1..=STATE_BYTES_MAX).contains(&state.len()) && state.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// An app's request, or which of RFC 6749's errors it is and why.
fn read(
    query: &AuthorizeQuery<'_>,
    open: Scopes,
) -> Result<AppRequest, (&'static str, &'static str)> {
    let invalid = |why| Err(("invalid_request", why));
    if query.response_type.is_some_and(|kind| kind != "code") {
        return Err(("unsupported_response_type", "response_type is code"));
    }
    if !is_state(query.state) {
        return invalid("state is 1 to 512 printable ASCII characters");
    }
    if query.challenge_method != Some("S256") {
        return invalid("code_challenge_method is S256");
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let challenge = query
        .challenge
        .filter(|challenge| challenge.len() == CHALLENGE_BYTES && challenge.bytes().all(plain));
    let Some(challenge) = challenge else {
        return invalid("code_challenge is SHA-256 in URL-safe base64");
    };
    let scopes: Scopes = match query.scope {
        None => Scopes::USUAL.and(open),
        Some(text) => text
            .parse()
            .map_err(|_| ("invalid_scope", "a scope is not one of ours"))?,
    };
    if !scopes.are_within(open) {
        return Err(("invalid_scope", "a scope is not open to this app"));
    }
    Ok(AppRequest {
        client: query.client.to_owned(),
        redirect_uri: query.redirect_uri.to_owned(),
        state: query.state.to_owned(),
        challenge: challenge.to_owned(),
        scopes,
    })
}
