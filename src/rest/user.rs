//! `/v1/me` and `/v1/users`: profiles, settings, and finding people.

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::problem::{Code, Json, Path, Problem};
use crate::domain::profile::{Link, Profile};
use crate::domain::user::User;
use crate::ports::profile::Found;
use crate::services::account::AccountService;
use crate::services::auth::AuthService;
use crate::services::profile::{ProfileError, ProfileService};
use crate::services::settings::SettingsService;

mod account;
mod archive;
mod me;
mod search;
mod settings;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct UserState {
    /// The profile service.
    pub profiles: ProfileService,
    /// The account service.
    pub accounts: AccountService,
    /// The settings service.
    pub settings: SettingsService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<UserState> for ProfileService {
    fn from_ref(state: &UserState) -> Self {
        state.profiles.clone()
    }
}

impl FromRef<UserState> for AccountService {
    fn from_ref(state: &UserState) -> Self {
        state.accounts.clone()
    }
}

impl FromRef<UserState> for SettingsService {
    fn from_ref(state: &UserState) -> Self {
        state.settings.clone()
    }
}

impl FromRef<UserState> for AuthService {
    fn from_ref(state: &UserState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<UserState> {
    OpenApiRouter::default()
        .routes(routes!(me::me, me::change_me, account::close_account))
        .routes(routes!(me::change_handle))
        .routes(routes!(account::restore_account))
        .routes(routes!(account::export))
        .routes(routes!(settings::settings, settings::change_settings))
        .routes(routes!(search::search))
        .routes(routes!(show))
}

/// The routes, with what they need.
pub fn router(state: UserState) -> OpenApiRouter {
    routes().with_state(state)
}

/// A profile, as everybody sees it.
#[derive(Serialize, ToSchema)]
struct Shown {
    #[serde(flatten)]
    user: User,
    links: Vec<Link>,
}

impl From<Profile> for Shown {
    fn from(profile: Profile) -> Self {
        Self {
            user: profile.user,
            links: profile.links,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct UserBody {
    user: Shown,
}

/// Somebody's profile. A handle the person gave up in the last 90 days leads to the one they have.
#[utoipa::path(get, path = "/v1/users/{handle}", tag = "users",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 200, description = "The profile.", body = UserBody),
        (status = 308, description = "The person has another handle now.",
            headers(("location" = String, description = "The profile under that handle."))),
        (status = 404, description = "user_not_found"),
    ))]
async fn show(
    State(profiles): State<ProfileService>,
    Viewer(viewer): Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    match profiles.find(&handle, viewer).await.map_err(refused)? {
        Found::Here(profile) => {
            let user = profile.into();
            Ok(not_kept(UserBody { user }))
        }
        Found::Moved(profile) => moved(&profile.user.handle),
    }
}

/// To the profile under another handle, which may be another one tomorrow.
fn moved(handle: &str) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(&format!("/v1/users/{handle}"));
    let location = location.map_err(|_| Problem::new(Code::Internal))?;
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store)];
    Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}

// People change their looks, and sign out: what was true a moment ago is not kept.
fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

fn refused(error: ProfileError) -> Problem {
    match error {
        ProfileError::NoSuchUser => Problem::new(Code::UserNotFound),
        ProfileError::Stale => Problem::new(Code::PreconditionFailed),
        ProfileError::BadHandle => Problem::new(Code::InvalidHandle).detail(error.to_string()),
        ProfileError::HandleTaken => Problem::new(Code::HandleTaken),
        ProfileError::TooSoon { wait_ms } => {
            Problem::new(Code::HandleChangedLately).retry_after_ms(wait_ms)
        }
        ProfileError::Users(error) => Problem::unavailable(&error),
        ProfileError::Relations(error) => Problem::unavailable(&error),
    }
}
