//! What becomes of uploads: looked at, described, deleted, taken down.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::body::{AssetBody, AssetFields, AssetsBody, TakedownWish, WordsWish};
use super::{AssetState, not_kept, refused};
use crate::domain::id::AssetId;
use crate::domain::scope::Scope;
use crate::domain::user::AccountRole;
use crate::rest::auth::{Holder, Traced, Viewer};
use crate::rest::cursor::{self, Page};
use crate::rest::etag::{IfMatch, IfNoneMatch, described, etag};
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Json, Path, Problem};

/// The upload the last page ended with.
#[derive(Serialize, Deserialize)]
struct Before(AssetId);

impl cursor::Place for Before {
    const LIST: &'static str = "assets";
}

/// An upload of one's own; any, for moderators.
#[utoipa::path(get, path = "/v1/assets/{id}", tag = "assets",
    params(("id" = AssetId, Path, description = "Which."), IfNoneMatch),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The upload.", body = AssetBody,
            headers(("etag" = String, description = "The version of its words, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "asset_not_found"),
    ))]
pub(super) async fn show(
    State(state): State<AssetState>,
    viewer: Viewer,
    Path(id): Path<AssetId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?;
    let is_staff = viewer.role >= AccountRole::Moderator && viewer.may(Scope::Moderate);
    let asset = state.assets.show(id, viewer.user.id, is_staff).await;
    let asset = asset.map_err(refused)?;
    let version = asset.version;
    Ok(described(
        version,
        &known,
        &AssetBody::new(asset, &state.links),
    ))
}

/// Says something else about a picture of one's own.
#[utoipa::path(patch, path = "/v1/assets/{id}", tag = "assets", request_body = WordsWish,
    params(("id" = AssetId, Path, description = "Which."), IfMatch),
    responses(
        (status = 200, description = "The upload as it is now.", body = AssetBody,
            headers(("etag" = String, description = "The version of its words, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "asset_not_found"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn describe(
    State(state): State<AssetState>,
    viewer: Viewer,
    Path(id): Path<AssetId>,
    IfMatch(expected): IfMatch,
    Json(wish): Json<WordsWish>,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?;
    let words = wish.words()?;
    let asset = state.assets.describe(id, viewer.user.id, &words, &expected);
    let asset = asset.await.map_err(refused)?;
    let version = asset.version;
    let body = AssetBody::new(asset, &state.links);
    Ok(described(version, &IfNoneMatch::default(), &body))
}

/// Deletes an upload of one's own, everywhere it is shown as well.
#[utoipa::path(delete, path = "/v1/assets/{id}", tag = "assets",
    params(("id" = AssetId, Path, description = "Which.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 401, description = "sign_in_required"),
        (status = 404, description = "asset_not_found"),
    ))]
pub(super) async fn remove(
    State(state): State<AssetState>,
    viewer: Viewer,
    Path(id): Path<AssetId>,
) -> Result<StatusCode, Problem> {
    let viewer = viewer.signed_in()?;
    let removed = state.assets.remove(id, viewer.user.id).await;
    removed.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a picture down, for moderators: it is shown nowhere any more, and nobody can send the same again, unless its
/// owner appeals and the decision is overturned. One that is down already is decided about once more where the rule is
/// another than it was removed by: what is `illegal` is destroyed at once, with all that was kept of the same.
#[utoipa::path(post, path = "/v1/assets/{id}/takedown", tag = "assets", request_body = Option<TakedownWish>,
    params(("id" = AssetId, Path, description = "Which.")),
    responses(
        (status = 200, description = "It is down.", body = AssetBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "asset_not_found"),
        (status = 422, description = "invalid_body"),
    ))]
pub(super) async fn take_down(
    State(state): State<AssetState>,
    holder: Holder,
    Traced(trace): Traced,
    Path(id): Path<AssetId>,
    idempotency: Idempotency,
    wish: Option<Json<TakedownWish>>,
) -> Result<Response, Problem> {
    let viewer = holder.require(Scope::Moderate)?;
    let once = idempotency.once(viewer.user.id);
    let trace = trace.by(viewer.user.id, viewer.login_id);
    let rule = wish.and_then(|Json(wish)| wish.rule);
    let down = state.assets.take_down(id, rule, &trace, once.as_ref());
    let down = down.await.map_err(refused)?;
    let tag = etag(down.version);
    let mut response = not_kept(AssetBody::new(down, &state.links));
    response.headers_mut().insert(http::header::ETAG, tag);
    Ok(response)
}

/// One's own uploads, the newest first.
#[utoipa::path(get, path = "/v1/me/assets", tag = "assets", params(Page),
    responses(
        (status = 200, description = "A page.", body = AssetsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
pub(super) async fn own(
    State(state): State<AssetState>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?;
    let before = page.after::<Before>()?.map(|Before(id)| id);
    let found = state.assets.own(viewer.user.id, before, page.limit()).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Before(last.id));
    let assets = found
        .into_iter()
        .map(|asset| AssetFields::new(asset, &state.links));
    Ok(not_kept(AssetsBody {
        assets: assets.collect(),
        next_cursor,
    }))
}
