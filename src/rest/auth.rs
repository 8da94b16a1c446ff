//! `/v1/auth`: through a provider into a login, and out again; and who asks, for every other handler.

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum_extra::extract::CookieJar;
use http::header::{CACHE_CONTROL, LOCATION, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::problem::{Code, Json, Path, Problem, Query};
use crate::ports::identity::ProviderError;
use crate::services::auth::{Arrival, AuthService, OpaqueSecret, ReturnTo, SignInError, SignedIn};

mod cookie;

use cookie::Cookies;

/// The longest code or state a provider may send back, in bytes.
const CALLBACK_TEXT_BYTES_MAX: usize = 2_048;

/// The routes.
pub fn router(auth: AuthService) -> Router {
    Router::new()
        .route("/v1/auth/providers", get(providers))
        .route("/v1/auth/{provider}/start", get(start))
        .route("/v1/auth/{provider}/callback", get(callback))
        .route("/v1/auth/logout", post(logout))
        .with_state(auth)
}

/// Who asks: somebody signed in, or nobody. A handler with this refuses while logins cannot be looked up.
#[derive(Debug, Clone)]
pub struct Viewer(pub Option<SignedIn>);

impl<S> FromRequestParts<S> for Viewer
where
    S: Send + Sync,
    AuthService: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let auth = AuthService::from_ref(state);
        let jar = CookieJar::from_headers(&parts.headers);
        viewer(&auth, &jar).await.map(Self)
    }
}

async fn viewer(auth: &AuthService, jar: &CookieJar) -> Result<Option<SignedIn>, Problem> {
    let Some(secret) = Cookies::of(auth).login(jar) else {
        return Ok(None);
    };
    let found = auth.authenticate(&secret).await;
    found.map_err(|error| Problem::unavailable(&error))
}

#[derive(Serialize)]
struct ProviderBody {
    id: String,
    name: NameBody,
}

#[derive(Serialize)]
struct NameBody {
    ko: String,
    en: String,
}

async fn providers(State(auth): State<AuthService>) -> Response {
    let providers: Vec<ProviderBody> = auth
        .providers()
        .map(|provider| ProviderBody {
            id: provider.id().to_owned(),
            name: NameBody {
                ko: provider.name().ko.clone(),
                en: provider.name().en.clone(),
            },
        })
        .collect();
    Json(serde_json::json!({ "providers": providers })).into_response()
}

#[derive(Deserialize)]
struct StartQuery {
    return_to: Option<String>,
}

async fn start(
    State(auth): State<AuthService>,
    Path(provider): Path<String>,
    Query(query): Query<StartQuery>,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let return_to = match query.return_to {
        None => ReturnTo::default(),
        Some(text) => ReturnTo::parse(&text).ok_or_else(|| {
            Problem::new(Code::InvalidQuery).detail("return_to is no path of this site")
        })?,
    };
    let cookies = Cookies::of(&auth);
    // A second tab goes on with the first one's secret, so that both sign-ins can end.
    let browser = cookies.browser(&jar);
    let browser = browser.unwrap_or_else(OpaqueSecret::generate);
    Ok(match auth.start(&provider, return_to, &browser) {
        Ok(url) => (jar.add(cookies.of_browser(&browser)), found(&url)?).into_response(),
        Err(error) => to_sign_in_page(&error)?,
    })
}

#[derive(Deserialize)]
struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
}

async fn callback(
    State(auth): State<AuthService>,
    Path(provider): Path<String>,
    Query(query): Query<CallbackQuery>,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Response, Problem> {
    let bounded = |text: &Option<String>| {
        let text = text.as_deref().unwrap_or_default();
        text.len() <= CALLBACK_TEXT_BYTES_MAX
    };
    if !bounded(&query.code) || !bounded(&query.state) {
        return Err(Problem::new(Code::InvalidQuery).detail("code or state is too long"));
    }
    let cookies = Cookies::of(&auth);
    let browser = cookies.browser(&jar);
    let user_agent = headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
    let arrival = Arrival {
        provider: &provider,
        state: query.state.as_deref().unwrap_or_default(),
        code: query.code.as_deref(),
        browser: browser.as_ref(),
        user_agent: user_agent.unwrap_or_default(),
    };
    let welcome = match auth.finish(arrival).await {
        Ok(welcome) => welcome,
        Err(error) => return to_sign_in_page(&error),
    };
    // Whoever was signed in here before is not any more, on the server too.
    if let Some(before) = viewer(&auth, &jar).await? {
        let out = auth.sign_out(before.login_id).await;
        out.map_err(|error| Problem::unavailable(&error))?;
    }
    tracing::info!(user = %welcome.user.id, provider, "signed in");
    let jar = jar.add(cookies.of_login(&welcome.secret, welcome.seconds_max));
    Ok((jar, found(welcome.return_to.as_str())?).into_response())
}

async fn logout(
    State(auth): State<AuthService>,
    Viewer(viewer): Viewer,
    jar: CookieJar,
) -> Result<Response, Problem> {
    if let Some(SignedIn { login_id, .. }) = viewer {
        let out = auth.sign_out(login_id).await;
        out.map_err(|error| Problem::unavailable(&error))?;
    }
    let jar = jar.add(Cookies::of(&auth).no_login());
    Ok((StatusCode::NO_CONTENT, jar).into_response())
}

/// The page that says what went wrong in words, and offers to begin again.
fn to_sign_in_page(error: &SignInError) -> Result<Response, Problem> {
    let code = match error {
        SignInError::UnknownProvider => "unknown_provider",
        SignInError::NotUnderWay => "state_mismatch",
        SignInError::CalledOff => "access_denied",
        SignInError::Provider(ProviderError::Refused(_)) => "exchange_failed",
        SignInError::Provider(ProviderError::Unavailable(_)) => "provider_unavailable",
        SignInError::Users(_) | SignInError::Logins(_) | SignInError::NoHandleFree => "other",
    };
    match error {
        SignInError::Users(_) | SignInError::Logins(_) | SignInError::NoHandleFree => {
            Problem::unavailable(error);
        }
        _ => tracing::info!(%error, code, "a sign-in did not work"),
    }
    found(&format!("/login?error={code}"))
}

/// 302, never kept: the address may hold a code or a state.
pub(super) fn found(location: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(location).map_err(|_| Problem::new(Code::Internal))?;
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store)];
    Ok((StatusCode::FOUND, headers).into_response())
}
