//! `/v1/users/{handle}/follow` and `relation`, `/v1/me/followers` and `follow-requests`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::body::{FollowBody, RelationBody};
use super::{not_kept, now, refused, signed_in};
use crate::rest::auth::Viewer;
use crate::rest::problem::{Path, Problem};
use crate::services::relation::RelationService;

/// What somebody is to one.
#[utoipa::path(get, path = "/v1/users/{handle}/relation", tag = "relations",
    params(("handle" = String, Path, description = "Who.")),
    responses(
        (status = 200, description = "Both ways, as far as one may know.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
        (status = 422, description = "relates_to_oneself"),
    ))]
pub(super) async fn relation(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    now(&relations, signed_in(viewer)?, &handle).await
}

/// Whether one follows somebody.
#[utoipa::path(get, path = "/v1/users/{handle}/follow", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 200, description = "Whether.", body = FollowBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn show(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let following = relations.follows(signed_in(viewer)?, &handle).await;
    let following = following.map_err(refused)?;
    Ok(not_kept(FollowBody { following }))
}

/// Follows somebody, or asks to where that is a private account. May be repeated.
#[utoipa::path(put, path = "/v1/users/{handle}/follow", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 200, description = "They are followed, or asked.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
        (status = 409, description = "too_many_follows, too_many_relations"),
        (status = 422, description = "follows_oneself"),
    ))]
pub(super) async fn follow(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let followed = relations.follow(viewer, &handle).await;
    followed.map_err(refused)?;
    now(&relations, viewer, &handle).await
}

/// Follows somebody no longer, nor asks to. May be repeated.
#[utoipa::path(delete, path = "/v1/users/{handle}/follow", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 204, description = "They are not followed."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn unfollow(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let unfollowed = relations.unfollow(signed_in(viewer)?, &handle).await;
    unfollowed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes somebody from one's followers. They are not told. May be repeated.
#[utoipa::path(delete, path = "/v1/me/followers/{handle}", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 204, description = "They do not follow."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn remove_follower(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let removed = relations.remove_follower(signed_in(viewer)?, &handle).await;
    removed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets somebody follow who has asked. May be repeated.
#[utoipa::path(put, path = "/v1/me/follow-requests/{handle}", tag = "relations",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 200, description = "They follow.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found, request_not_found"),
        (status = 422, description = "relates_to_oneself"),
    ))]
pub(super) async fn approve(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let approved = relations.approve(viewer, &handle).await;
    approved.map_err(refused)?;
    now(&relations, viewer, &handle).await
}

/// Turns down who has asked to follow. They are not told, and may ask again. May be repeated.
#[utoipa::path(delete, path = "/v1/me/follow-requests/{handle}", tag = "relations",
    params(("handle" = String, Path, description = "Whose.")),
    responses(
        (status = 204, description = "They do not ask."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn reject(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let rejected = relations.reject(signed_in(viewer)?, &handle).await;
    rejected.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
