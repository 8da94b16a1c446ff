//! `/v1/users/{handle}/block` and `mute`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::body::{MuteWish, RelationBody};
use super::{now, refused, signed_in};
use crate::domain::clock::WallMs;
use crate::rest::auth::Viewer;
use crate::rest::problem::{Json, Path, Problem};
use crate::services::relation::RelationService;

/// Blocks somebody: neither sees the other from now on, and all between the two is gone. May be repeated.
#[utoipa::path(put, path = "/v1/users/{handle}/block", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 200, description = "They are blocked.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
        (status = 409, description = "too_many_relations"),
        (status = 422, description = "relates_to_oneself"),
    ))]
pub(super) async fn block(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    let blocked = relations.block(viewer, &handle).await;
    blocked.map_err(refused)?;
    now(&relations, viewer, &handle).await
}

/// Takes a block back. May be repeated.
#[utoipa::path(delete, path = "/v1/users/{handle}/block", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 204, description = "They are not blocked."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn unblock(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let unblocked = relations.unblock(signed_in(viewer)?, &handle).await;
    unblocked.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Wants no notices of what somebody does, and not to read in rooms what they say. They are not told, and notice
/// nothing. May be repeated; the last end counts.
#[utoipa::path(put, path = "/v1/users/{handle}/mute", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    request_body = MuteWish,
    responses(
        (status = 200, description = "They are muted.", body = RelationBody),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
        (status = 409, description = "too_many_relations"),
        (status = 422, description = "invalid_time, relates_to_oneself"),
    ))]
pub(super) async fn mute(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
    Json(wish): Json<MuteWish>,
) -> Result<Response, Problem> {
    let viewer = signed_in(viewer)?;
    // A time before the epoch is before now as well.
    let until = wish.until.map(|until| {
        let ms = until.unix_timestamp_nanos() / 1_000_000;
        WallMs(u64::try_from(ms).unwrap_or(0))
    });
    let muted = relations.mute(viewer, &handle, until).await;
    muted.map_err(refused)?;
    now(&relations, viewer, &handle).await
}

/// Takes a mute back. May be repeated.
#[utoipa::path(delete, path = "/v1/users/{handle}/mute", tag = "relations",
    params(("handle" = String, Path, description = "Whom.")),
    responses(
        (status = 204, description = "They are not muted."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "user_not_found"),
    ))]
pub(super) async fn unmute(
    State(relations): State<RelationService>,
    viewer: Viewer,
    Path(handle): Path<String>,
) -> Result<StatusCode, Problem> {
    let unmuted = relations.unmute(signed_in(viewer)?, &handle).await;
    unmuted.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}
