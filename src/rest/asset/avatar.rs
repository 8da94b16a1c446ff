//! `/v1/me/avatar`: the picture one has chosen for one's profile.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::ETAG;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AssetState, PictureBody, not_kept, refused};
use crate::domain::id::AssetId;
use crate::rest::auth::Viewer;
use crate::rest::etag::{IfMatch, etag};
use crate::rest::problem::{Json, Problem};

/// Which picture.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AvatarWish {
    /// One's own, and ready.
    asset: AssetId,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AvatarBody {
    #[schema(required)]
    avatar: Option<PictureBody>,
}

/// Chooses a picture of one's own for one's profile. It is public from then on.
#[utoipa::path(put, path = "/v1/me/avatar", tag = "assets", request_body = AvatarWish, params(IfMatch),
    responses(
        (status = 200, description = "It is chosen.", body = AvatarBody,
            headers(("etag" = String, description = "The version of the profile."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "asset_not_found"),
        (status = 409, description = "asset_not_ready"),
    ))]
pub(super) async fn choose(
    State(state): State<AssetState>,
    viewer: Viewer,
    IfMatch(expected): IfMatch,
    Json(wish): Json<AvatarWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let chosen = state
        .assets
        .choose(viewer, Some(wish.asset), &expected)
        .await;
    let version = chosen.map_err(refused)?;
    let avatar = state.assets.avatar(viewer).await.map_err(refused)?;
    let avatar = avatar.map(|picture| PictureBody::new(&picture, &state.links));
    let mut response = not_kept(AvatarBody { avatar });
    response.headers_mut().insert(ETAG, etag(version));
    Ok(response)
}

/// Goes without a picture again.
#[utoipa::path(delete, path = "/v1/me/avatar", tag = "assets", params(IfMatch),
    responses(
        (status = 204, description = "There is none.",
            headers(("etag" = String, description = "The version of the profile."))),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn clear(
    State(state): State<AssetState>,
    viewer: Viewer,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let version = state.assets.choose(viewer, None, &expected).await;
    let tag = etag(version.map_err(refused)?);
    Ok((StatusCode::NO_CONTENT, [(ETAG, tag)]).into_response())
}
