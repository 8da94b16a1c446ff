//! `/v1/auth/{provider}/callback`: where a provider sends the browser back to.
//!
//! A form of the provider's page (`response_mode=form_post`) arrives without our cookies, which are `SameSite=Lax`.
//! It is not answered with a login but with a redirect to the same address, by which the browser comes as by any
//! link, and shows them. So no cookie of ours has to travel with requests of other sites' pages.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use http::StatusCode;
use serde::Deserialize;
use url::form_urlencoded;
use utoipa::{IntoParams, ToSchema};

use super::cookie::Cookies;
use super::start::each_once;
use super::{Anyone, Traced, failed, found, leading};
use crate::ports::identity::WayBack;
use crate::rest::problem::{Code, Path, Problem, Query};
use crate::services::auth::{Arrival, AuthService, Outcome, SignInError};

/// The longest code or state a provider may send back, in bytes.
const TEXT_BYTES_MAX: usize = 2_048;

/// Other parameters are the provider's own affair: Google, for one, sends several.
#[derive(Deserialize, IntoParams)]
pub(super) struct CallbackQuery {
    /// What the provider answers with, if it lets the person in.
    #[param(required = false, value_type = String)]
    code: Option<String>,
    /// Which sign-in it is about.
    #[param(required = false, value_type = String)]
    state: Option<String>,
    /// Who answers.
    #[param(required = false, value_type = String)]
    iss: Option<String>,
}

impl CallbackQuery {
    fn is_bounded(&self) -> bool {
        let texts = [&self.code, &self.state, &self.iss];
        let mut texts = texts.into_iter().flatten();
        texts.all(|text| text.len() <= TEXT_BYTES_MAX)
    }
}

/// Ends a sign-in: where a provider sends the browser back to.
#[utoipa::path(get, path = "/v1/auth/{provider}/callback", tag = "auth",
    params(("provider" = String, Path, description = "With whom."), CallbackQuery),
    responses((status = 302, description = "To where the person wanted to go or, when it did not work, to a page that says so.",
        headers(("location" = String, description = "Where.")))))]
pub(super) async fn arrive(
    State(auth): State<AuthService>,
    Path(provider): Path<String>,
    RawQuery(raw): RawQuery,
    Query(query): Query<CallbackQuery>,
    Anyone(before): Anyone,
    Traced(trace): Traced,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let raw = raw.unwrap_or_default();
    each_once(form_urlencoded::parse(raw.as_bytes()))?;
    if !query.is_bounded() {
        return Err(too_long());
    }
    let cookies = Cookies::of(&auth);
    let browser = cookies.browser(&jar);
    let arrival = Arrival {
        provider: &provider,
        state: query.state.as_deref().unwrap_or_default(),
        code: query.code.as_deref(),
        issuer: query.iss.as_deref(),
        browser: browser.as_ref(),
        viewer: before.as_ref(),
        trace: trace.clone(),
    };
    let welcome = match auth.finish(arrival).await {
        Ok(Outcome::SignedIn(welcome)) => welcome,
        Ok(Outcome::Linked(return_to) | Outcome::Reauthenticated(return_to)) => {
            return found(return_to.as_str());
        }
        Ok(Outcome::App(back)) => return found(&back),
        Err(failed) => return failed::to_page(&failed),
    };
    // Whoever was signed in here before is not any more, on the server too. If that cannot be had, the browser forgets
    // them all the same, and whoever has just signed in stays so.
    if let Some(before) = before
        && let Err(error) = auth.sign_out(&before, &trace).await
    {
        tracing::warn!(%error, login = %before.login_id, "the login before could not be ended");
    }
    tracing::info!(user = %welcome.user.id, provider, "signed in");
    let jar = jar.add(cookies.of_login(&welcome.secret, welcome.seconds_max));
    // They are told where others are told that they cannot sign in; from there they may read why, and appeal.
    let answer = match welcome.suspended {
        true => failed::to_page(&SignInError::Suspended.into())?,
        false => found(welcome.return_to.as_str())?,
    };
    Ok((jar, answer).into_response())
}

/// As a provider may have it: code, state, and Apple's `user`.
#[derive(ToSchema)]
#[allow(dead_code)]
struct CallbackForm {
    /// What the provider answers with, if it lets the person in.
    code: Option<String>,
    /// Which sign-in it is about.
    state: Option<String>,
    /// Who answers.
    iss: Option<String>,
    /// Why it does not let the person in.
    error: Option<String>,
    /// What the person is called, as JSON, the first time.
    user: Option<String>,
}

/// Sends a browser that comes by a form on to come by a link, for providers that send forms.
#[utoipa::path(post, path = "/v1/auth/{provider}/callback", tag = "auth",
    params(("provider" = String, Path, description = "With whom.")),
    request_body(content = CallbackForm, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 302, description = "To a page that says that there is no such provider.",
            headers(("location" = String, description = "Where."))),
        (status = 303, description = "To the same address, by a link.",
            headers(("location" = String, description = "Where."))),
        (status = 400, description = "invalid_query, bad_request"),
        (status = 405, description = "method_not_allowed"),
    ))]
pub(super) async fn arrive_by_form(
    State(auth): State<AuthService>,
    Path(provider): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, Problem> {
    match auth.way_back(&provider) {
        None => return failed::to_page(&SignInError::UnknownProvider.into()),
        Some(WayBack::Link) => return Err(Problem::new(Code::MethodNotAllowed)),
        Some(WayBack::Form) => {}
    }
    let Form(form) = form.map_err(|rejection| refused(&rejection))?;
    each_once(form.iter().map(|(name, value)| (name, value)))?;
    let field = |wanted: &str| {
        let found = form.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    };
    let on = ["code", "state", "iss", "error"].map(|name| (name, field(name)));
    if on
        .iter()
        .any(|(_, value)| value.is_some_and(|value| value.len() > TEXT_BYTES_MAX))
    {
        return Err(too_long());
    }
    if let (Some(state), Some(user)) = (field("state"), field("user")) {
        let noted = auth.note_name(&provider, state, user).await;
        noted.map_err(|error| Problem::unavailable(&error))?;
    }
    let given = on
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(given)
        .finish();
    let address = format!("/v1/auth/{provider}/callback?{query}");
    leading(StatusCode::SEE_OTHER, &address)
}

fn too_long() -> Problem {
    Problem::new(Code::InvalidQuery).detail("code, state or iss is too long")
}

fn refused(rejection: &FormRejection) -> Problem {
    Problem::new(match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Code::BodyTooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        _ => Code::BadRequest,
    })
}
