//! `/v1/users/{handle}/...` and `/v1/me/...`: what people are to each other. Putting and deleting may be repeated. To
//! whom they block people are not there: the answers are those of an unknown handle.

mod blocks;
mod body;
mod follows;
mod lists;
mod ties;

use axum::extract::FromRef;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::problem::{Code, Json, Problem};
use crate::domain::id::UserId;
use crate::services::auth::AuthService;
use crate::services::relation::{RelationError, RelationService};
pub(super) use body::PersonBody;
use body::RelationBody;

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
pub fn routes() -> OpenApiRouter<RelationState> {
    OpenApiRouter::default()
        .routes(routes!(follows::show, follows::follow, follows::unfollow))
        .routes(routes!(follows::relation))
        .routes(routes!(follows::remove_follower))
        .routes(routes!(follows::approve, follows::reject))
        .routes(routes!(blocks::block, blocks::unblock))
        .routes(routes!(blocks::mute, blocks::unmute))
        .routes(routes!(ties::tie, ties::untie))
        .routes(routes!(ties::testify, ties::retract))
        .routes(routes!(ties::remove))
        .routes(routes!(lists::followers))
        .routes(routes!(lists::following))
        .routes(routes!(lists::familiar_followers))
        .routes(routes!(lists::testimonials))
        .routes(routes!(lists::follow_requests))
        .routes(routes!(lists::blocks))
        .routes(routes!(lists::mutes))
        .routes(routes!(lists::ties))
        .routes(routes!(lists::tie_requests))
}

/// The routes, with what they need.
pub fn router(state: RelationState) -> OpenApiRouter {
    routes().with_state(state)
}

fn signed_in(Viewer(viewer): Viewer) -> Result<UserId, Problem> {
    let viewer = viewer.ok_or(Code::SignInRequired)?;
    Ok(viewer.user.id)
}

// What people are to each other changes: what was true a moment ago is not kept.
fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

/// What somebody is to the viewer now, after it was changed.
async fn now(
    relations: &RelationService,
    viewer: UserId,
    handle: &str,
) -> Result<Response, Problem> {
    let relation = relations.relation(viewer, handle).await;
    let relation = relation.map_err(refused)?.into();
    Ok(not_kept(RelationBody { relation }))
}

pub(super) fn refused(error: RelationError) -> Problem {
    match error {
        RelationError::NoSuchUser => Problem::new(Code::UserNotFound),
        RelationError::FollowsOneself => Problem::new(Code::FollowsOneself),
        RelationError::Oneself => Problem::new(Code::RelatesToOneself),
        RelationError::TooManyFollows => Problem::new(Code::TooManyFollows),
        RelationError::TooMany(_) => Problem::new(Code::TooManyRelations).detail(error.to_string()),
        RelationError::NoRequest => Problem::new(Code::RequestNotFound),
        RelationError::NotTied => Problem::new(Code::NotTied),
        RelationError::FollowersOnly => Problem::new(Code::FollowersOnly),
        RelationError::BadTime => Problem::new(Code::InvalidTime).detail(error.to_string()),
        RelationError::BadNickname(bad) => Problem::new(Code::InvalidName).detail(bad.to_string()),
        RelationError::BadLine(bad) => Problem::new(Code::InvalidText).detail(bad.to_string()),
        RelationError::NotSaid(_) => Problem::new(Code::ContentRefused),
        RelationError::Users(error) => Problem::unavailable(&error),
        RelationError::Relations(error) => Problem::unavailable(&error),
    }
}
