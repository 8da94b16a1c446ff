//! `/v1/me` and `/v1/users`: profiles.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CACHE_CONTROL;
use serde::Serialize;

use super::auth::Viewer;
use super::problem::{Code, Json, Path, Problem};
use crate::domain::user::{AccountRole, User};
use crate::services::auth::AuthService;
use crate::services::user::UserService;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct UserState {
    /// The user service.
    pub users: UserService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<UserState> for UserService {
    fn from_ref(state: &UserState) -> Self {
        state.users.clone()
    }
}

impl FromRef<UserState> for AuthService {
    fn from_ref(state: &UserState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn router(state: UserState) -> Router {
    Router::new()
        .route("/v1/me", get(me))
        .route("/v1/users/{handle}", get(show))
        .with_state(state)
}

#[derive(Serialize)]
struct MeBody<'a> {
    #[serde(flatten)]
    user: &'a User,
    role: AccountRole,
}

async fn me(Viewer(viewer): Viewer) -> Response {
    let me = viewer.as_ref().map(|viewer| MeBody {
        user: &viewer.user,
        role: viewer.role,
    });
    profile(me.as_ref())
}

async fn show(
    State(users): State<UserService>,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let user = users.by_handle(&handle).await;
    let user = user.map_err(|error| Problem::unavailable(&error))?;
    let user = user.ok_or(Code::UserNotFound)?;
    Ok(profile(Some(&user)))
}

// People change their looks, and sign out: what was true a moment ago is not kept.
fn profile(user: Option<&impl Serialize>) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(serde_json::json!({ "user": user }))).into_response()
}
