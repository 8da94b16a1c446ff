//! `/v1/auth/{provider}/start`: off to a provider; and the same for a provider to be linked.

use std::collections::HashSet;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::IntoParams;

use super::cookie::Cookies;
use super::{Anyone, Traced, failed, found};
use crate::domain::audit::Trace;
use crate::ports::login::LoginKind;
use crate::rest::problem::{Code, Path, Problem, Query};
use crate::services::auth::{AuthService, Browser, OpaqueSecret, ReturnTo, SignInError, SignedIn};

/// What the provider is asked is ours to say: other parameters, `redirect_uri` or `scope` say, change nothing.
#[derive(Deserialize, IntoParams)]
pub(super) struct StartQuery {
    /// Where to go afterwards: a path of this site.
    #[param(required = false, value_type = String)]
    return_to: Option<String>,
    /// Whether whoever is signed in shows again who they are; it must be the same account.
    #[param(required = false, value_type = bool)]
    reauthenticate: Option<bool>,
}

#[derive(Deserialize, IntoParams)]
pub(in crate::rest) struct LinkQuery {
    /// Where to go afterwards: a path of this site.
    #[param(required = false, value_type = String)]
    return_to: Option<String>,
}

fn path(return_to: Option<&str>) -> Result<ReturnTo, Problem> {
    let Some(text) = return_to else {
        return Ok(ReturnTo::default());
    };
    ReturnTo::parse(text)
        .ok_or_else(|| Problem::new(Code::InvalidQuery).detail("return_to is no path of this site"))
}

/// Begins to sign in: for the browser to open.
#[utoipa::path(get, path = "/v1/auth/{provider}/start", tag = "auth",
    params(("provider" = String, Path, description = "With whom."), StartQuery),
    responses(
        (status = 302, description = "To the provider or, when it cannot be done, to a page that says so.",
            headers(("location" = String, description = "Where."))),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn start(
    State(auth): State<AuthService>,
    Path(provider): Path<String>,
    RawQuery(raw): RawQuery,
    Query(query): Query<StartQuery>,
    Anyone(viewer): Anyone,
    Traced(trace): Traced,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let raw = raw.unwrap_or_default();
    each_once(form_urlencoded::parse(raw.as_bytes()))?;
    let return_to = path(query.return_to.as_deref())?;
    let (jar, secret) = bound(&auth, jar);
    let browser = Browser {
        secret: &secret,
        from: trace.address,
    };
    let started = match query.reauthenticate {
        Some(true) => {
            // Only a browser's login can be proved in a browser.
            let viewer = viewer.filter(|viewer| viewer.via == LoginKind::Browser);
            let viewer = viewer.ok_or(Code::SignInRequired)?;
            auth.start_reauthentication(&provider, &viewer, return_to, browser)
                .await
        }
        _ => auth.start(&provider, return_to, browser).await,
    };
    match started {
        Ok(url) => Ok((jar, found(&url)?).into_response()),
        Err(error) => failed::to_page(&error.into()),
    }
}

/// Where to send the browser so that a provider is linked to the account, and the cookies to send it with.
pub(in crate::rest) async fn begin_link(
    auth: &AuthService,
    provider: &str,
    viewer: &SignedIn,
    query: &LinkQuery,
    trace: &Trace,
    jar: CookieJar,
) -> Result<(CookieJar, String), Problem> {
    let return_to = path(query.return_to.as_deref())?;
    let (jar, secret) = bound(auth, jar);
    let browser = Browser {
        secret: &secret,
        from: trace.address,
    };
    let url = auth.start_link(provider, viewer, return_to, browser).await;
    match url {
        Ok(url) => Ok((jar, url)),
        Err(SignInError::UnknownProvider) => Err(Problem::new(Code::ProviderNotFound)),
        Err(error) => Err(Problem::unavailable(&error)),
    }
}

// A second tab goes on with the first one's secret, so that both sign-ins can end.
fn bound(auth: &AuthService, jar: CookieJar) -> (CookieJar, OpaqueSecret) {
    let cookies = Cookies::of(auth);
    let browser = cookies.browser(&jar);
    let browser = browser.unwrap_or_else(OpaqueSecret::generate);
    (jar.add(cookies.of_browser(&browser)), browser)
}

/// Refuses parameters that are there twice: another reader might look at the other one.
pub(in crate::rest) fn each_once<N: AsRef<str>, V>(
    pairs: impl IntoIterator<Item = (N, V)>,
) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for (name, _) in pairs {
        if !seen.insert(name.as_ref().to_owned()) {
            return Err(Problem::new(Code::InvalidQuery).detail("a parameter is there twice"));
        }
    }
    Ok(())
}
