//! `/dev/identity/authorize`: the page to choose a person on, and the way back with a code.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;
use url::Url;

use super::grants::{Binding, Person};
use super::page::{self, Locale, Mistake};
use super::{CLIENT_ID, DevIdentity};
use crate::config::DEV_PROVIDER;
use crate::domain::text::PersonName;
use crate::domain::user::User;
use crate::rest::auth::found;
use crate::rest::problem::Problem;

/// As many people as the page lists; a neighbourhood has a dozen.
const PEOPLE_MAX: u32 = 60;

const STATE_BYTES_MAX: usize = 512;

/// The base64 of a SHA-256 digest.
const CHALLENGE_BYTES: usize = 43;

/// What the page of the choice may do. Not `form-action`: browsers hold it against redirects too, and the form leads on
/// to wherever the sign-in began, which is an app's own scheme at times. The page runs no scripts, nor ever elsewhere
/// than on this machine.
const POLICY: [(HeaderName, &str); 1] = [(
    CONTENT_SECURITY_POLICY,
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
)];

#[derive(Deserialize)]
pub(super) struct Request {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
}

/// A request that may be answered with a code.
struct Asked {
    binding: Binding,
    state: String,
}

/// Why a request gets no code.
enum Refusal {
    /// Who asks is not known: the browser stays here.
    Stay(Mistake),
    /// The browser goes back with the reason.
    Back(&'static str, Option<String>),
}

impl DevIdentity {
    fn check(&self, request: Request) -> Result<Asked, Refusal> {
        if request.client_id.as_deref() != Some(CLIENT_ID) {
            return Err(Refusal::Stay(Mistake::UnknownClient));
        }
        let redirect_uri = request.redirect_uri.filter(|uri| *uri == self.redirect_uri);
        let redirect_uri = redirect_uri.ok_or(Refusal::Stay(Mistake::UnknownAddress))?;
        let state = request.state.filter(|state| {
            let printable = state.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
            (1..=STATE_BYTES_MAX).contains(&state.len()) && printable
        });
        let state = state.ok_or(Refusal::Back("invalid_request", None))?;
        if request.response_type.as_deref() != Some("code") {
            return Err(Refusal::Back("unsupported_response_type", Some(state)));
        }
        let challenge = request.code_challenge.filter(|challenge| {
            let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            challenge.len() == CHALLENGE_BYTES && challenge.bytes().all(plain)
        });
        match (challenge, request.code_challenge_method.as_deref()) {
            (Some(challenge), Some("S256")) => Ok(Asked {
                binding: Binding {
                    redirect_uri,
                    challenge,
                },
                state,
            }),
            _ => Err(Refusal::Back("invalid_request", Some(state))),
        }
    }

    fn refuse(&self, refusal: Refusal, locale: Locale) -> Result<Response, Problem> {
        match refusal {
            Refusal::Stay(mistake) => Ok(mistaken(locale, mistake)),
            Refusal::Back(error, state) => {
                let state = state.as_deref().map(|state| ("state", state));
                self.back(state.into_iter().chain([("error", error)]))
            }
        }
    }

    fn back<'a>(
        &self,
        answer: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Response, Problem> {
        let url = Url::parse_with_params(&self.redirect_uri, answer);
        let url = url.map_err(|error| Problem::unavailable(&error))?;
        found(url.as_str())
    }

    async fn listed(&self) -> Result<Vec<(String, User)>, Problem> {
        let people = self.people.of_provider(DEV_PROVIDER, PEOPLE_MAX).await;
        people.map_err(|error| Problem::unavailable(&error))
    }
}

fn mistaken(locale: Locale, mistake: Mistake) -> Response {
    (StatusCode::BAD_REQUEST, page::mistake(locale, mistake)).into_response()
}

/// The people to sign in as.
pub(super) async fn show(
    State(identity): State<DevIdentity>,
    headers: HeaderMap,
    request: Result<Query<Request>, QueryRejection>,
) -> Result<Response, Problem> {
    let locale = Locale::of(&headers);
    let Ok(Query(request)) = request else {
        return Ok(mistaken(locale, Mistake::Unreadable));
    };
    match identity.check(request) {
        Ok(_) => {
            let page = page::choice(locale, &identity.listed().await?, None);
            Ok((POLICY, page).into_response())
        }
        Err(refusal) => identity.refuse(refusal, locale),
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    person: Option<String>,
    name: Option<String>,
}

/// Back with a code for the person chosen, listed or new.
pub(super) async fn choose(
    State(identity): State<DevIdentity>,
    headers: HeaderMap,
    request: Result<Query<Request>, QueryRejection>,
    choice: Result<Form<Choice>, FormRejection>,
) -> Result<Response, Problem> {
    let locale = Locale::of(&headers);
    let (Ok(Query(request)), Ok(Form(choice))) = (request, choice) else {
        return Ok(mistaken(locale, Mistake::Unreadable));
    };
    let asked = match identity.check(request) {
        Ok(asked) => asked,
        Err(refusal) => return identity.refuse(refusal, locale),
    };
    let people = identity.listed().await?;
    let person = match choice {
        Choice {
            person: Some(subject),
            ..
        } => {
            let listed = people.iter().find(|(listed, _)| *listed == subject);
            let listed = listed.map(|(subject, user)| Person {
                subject: subject.clone(),
                name: user.display_name.clone(),
                preferred_name: Some(user.handle.clone()),
            });
            listed.ok_or(Mistake::NobodyChosen)
        }
        Choice { name, .. } => newcomer(name.as_deref().unwrap_or_default()),
    };
    let person = match person {
        Ok(person) => person,
        Err(mistake) => {
            let page = page::choice(locale, &people, Some(mistake));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, POLICY, page).into_response());
        }
    };
    let now = identity.clock.tick();
    let code = identity.grants().code(person, asked.binding, now);
    identity.back([("code", code.reveal()), ("state", &asked.state)])
}

// The same name is the same person each time, and no name collides with a listed subject.
fn newcomer(name: &str) -> Result<Person, Mistake> {
    let name = PersonName::parse(name).map_err(Mistake::BadName)?;
    Ok(Person {
        subject: format!("name:{}", name.as_str()),
        name: name.as_str().to_owned(),
        preferred_name: None,
    })
}
