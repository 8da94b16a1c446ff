//! `/v1/users/{handle}/follow`: whom one follows. Putting and deleting may be repeated.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::auth::Viewer;
use super::problem::{Code, Json, Path, Problem};
use crate::domain::id::UserId;
use crate::services::auth::AuthService;
use crate::services::relation::{RelationError, RelationService};

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct RelationState {
    /// The relation service.
    pub relations: RelationService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<RelationState> for RelationService {
    fn from_ref(state: &RelationState) -> Self {
        state.relations.clone()
    }
}

impl FromRef<RelationState> for AuthService {
    fn from_ref(state: &RelationState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn router(state: RelationState) -> Router {
    let follow_routes = get(show).put(follow).delete(unfollow);
    Router::new()
        .route("/v1/users/{handle}/follow", follow_routes)
        .with_state(state)
}

async fn show(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let following = relations.follows(signed_in(viewer)?, &handle).await;
    let following = following.map_err(refused)?;
    let headers = [(CACHE_CONTROL, "no-store")];
    Ok((headers, Json(serde_json::json!({ "following": following }))).into_response())
}

async fn follow(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let followed = relations.follow(signed_in(viewer)?, &handle).await;
    followed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn unfollow(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let unfollowed = relations.unfollow(signed_in(viewer)?, &handle).await;
    unfollowed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn signed_in(Viewer(viewer): Viewer) -> Result<UserId, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    Ok(viewer.user.id)
}

fn refused(error: RelationError) -> Problem {
    match error {
        RelationError::NoSuchUser => Problem::new(Code::UserNotFound),
        RelationError::Oneself => Problem::new(Code::FollowsOneself),
        RelationError::TooMany => Problem::new(Code::TooManyFollows),
        RelationError::Users(error) => Problem::unavailable(&error),
        RelationError::Relations(error) => Problem::unavailable(&error),
    }
}
