//! How pictures are sent: in one request, or announced and then sent to a signed address.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::{AnnounceWish, AnnouncedBody, AnnouncedHeaders, AssetBody, new_upload};
use super::form::{CHUNK_PATIENCE, Form, type_of, unreadable};
use super::{AssetState, refused, text};
use crate::domain::asset::{Asset, Purpose};
use crate::domain::id::AssetId;
use crate::rest::auth::Viewer;
use crate::rest::idempotency::Idempotency;
use crate::rest::problem::{Code, Json, Path, Problem, Query};
use crate::services::asset::Upload;

/// A picture and what is said of it.
#[derive(ToSchema)]
#[allow(
    dead_code,
    reason = "for the document alone: the form is read as it comes"
)]
struct UploadForm {
    /// PNG, JPEG, WebP or GIF, by its own content type.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    purpose: Purpose,
    /// What it shows, at most 500 characters.
    #[schema(required = false)]
    alt: String,
    /// Who made it and how it may be used, at most 200 characters.
    #[schema(required = false)]
    license_note: String,
}

/// Sends a picture. It is looked at afterwards: ask for the asset until its state is `ready` or `refused`.
#[utoipa::path(post, path = "/v1/assets", tag = "assets",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "It is there, and being looked at.", body = AssetBody,
            headers(("location" = String, description = "The asset."))),
        (status = 401, description = "sign_in_required"),
        (status = 409, description = "storage_full"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn upload(
    State(state): State<AssetState>,
    viewer: Viewer,
    idempotency: Idempotency,
    request: Request,
) -> Result<Response, Problem> {
    let owner = viewer.signed_in()?.user.id;
    let place = state.assets.place(owner).map_err(refused)?;
    let mut form = Form::default();
    let read = form.read(&state, place, request).await;
    let Some((content_type, received)) = form.file else {
        read?;
        return Err(Problem::new(Code::InvalidBody).detail("file is missing"));
    };
    let said = read.and_then(|()| {
        let purpose = form.purpose.unwrap_or_default().parse::<Purpose>();
        let purpose = purpose.map_err(|_| {
            Problem::new(Code::InvalidBody).detail("purpose is picture, avatar or texture")
        })?;
        let alt = form.alt.unwrap_or_default();
        new_upload(
            content_type,
            purpose,
            &alt,
            &form.license_note.unwrap_or_default(),
        )
    });
    let new = match said {
        Ok(new) => new,
        Err(problem) => {
            received.give_up().await;
            return Err(problem);
        }
    };
    let once = idempotency.once_saying(
        owner,
        &[
            new.purpose.as_str().as_bytes(),
            new.alt.as_str().as_bytes(),
            new.license_note.as_str().as_bytes(),
            new.content_type.as_str().as_bytes(),
            &received.sha256,
        ],
    );
    let kept = state.assets.keep(owner, new, received, once.as_ref()).await;
    accepted(&state, kept.map_err(refused)?)
}

fn accepted(state: &AssetState, asset: Asset) -> Result<Response, Problem> {
    let location = HeaderValue::try_from(format!("/v1/assets/{}", asset.id));
    let location = location.map_err(|_| Problem::new(Code::Internal))?;
    let no_store = HeaderValue::from_static("no-store");
    let headers = [(LOCATION, location), (CACHE_CONTROL, no_store)];
    let body = Json(AssetBody::new(asset, &state.links));
    Ok((StatusCode::ACCEPTED, headers, body).into_response())
}

fn digest(hex: &str) -> Option<[u8; 32]> {
    let pair = |at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
    let plain = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bytes: Option<Vec<u8>> = (0..hex.len()).step_by(2).map(pair).collect();
    bytes.filter(|_| plain)?.try_into().ok()
}

/// Announces a picture, and says where it is to be sent: to an address that is good for it alone, for a while.
#[utoipa::path(post, path = "/v1/assets/uploads", tag = "assets", request_body = AnnounceWish,
    responses(
        (status = 201, description = "Where to send it.", body = AnnouncedBody),
        (status = 401, description = "sign_in_required"),
        (status = 409, description = "storage_full"),
        (status = 422, description = "invalid_text, content_refused"),
    ))]
pub(super) async fn announce(
    State(state): State<AssetState>,
    viewer: Viewer,
    idempotency: Idempotency,
    Json(wish): Json<AnnounceWish>,
) -> Result<Response, Problem> {
    let owner = viewer.signed_in()?.user.id;
    let new = new_upload(
        wish.content_type,
        wish.purpose,
        &wish.alt,
        &wish.license_note,
    )?;
    let sha256 = digest(&wish.sha256).filter(|_| wish.bytes > 0);
    let sha256 = sha256.ok_or_else(|| {
        Problem::new(Code::InvalidBody).detail("bytes is above 0, sha256 has 64 hexadecimal digits")
    })?;
    let once = idempotency.once(owner);
    let announced = state
        .assets
        .announce(owner, new, (wish.bytes, sha256), once.as_ref());
    let announced = announced.await.map_err(refused)?;
    let asset = announced.asset;
    let path = format!(
        "/v1/assets/{}/bytes?signature={}",
        asset.id, announced.signature
    );
    let body = AnnouncedBody {
        asset_id: asset.id,
        method: "PUT",
        url: state.public.join(&path),
        headers: AnnouncedHeaders {
            content_type: asset.source.content_type,
        },
        expires_at: asset.until.to_offset(),
    };
    Ok((StatusCode::CREATED, super::not_kept(body)).into_response())
}

/// What signs the address.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Signed {
    /// As it was given out.
    #[param(max_length = 64)]
    signature: String,
}

/// Sends an announced picture, to the address that was given out for it; whoever has that may.
#[utoipa::path(put, path = "/v1/assets/{id}/bytes", tag = "assets",
    params(("id" = AssetId, Path, description = "Which."), Signed),
    request_body(content = Vec<u8>, content_type = "image/*"),
    responses(
        (status = 202, description = "It is there, and being looked at.", body = AssetBody,
            headers(("location" = String, description = "The asset."))),
        (status = 403, description = "link_refused"),
        (status = 404, description = "asset_not_found"),
        (status = 422, description = "upload_mismatch"),
    ),
    security(()))]
pub(super) async fn send(
    State(state): State<AssetState>,
    Path(id): Path<AssetId>,
    Query(signed): Query<Signed>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let content_type = type_of(text(&parts.headers, &CONTENT_TYPE)).ok();
    let length = text(&parts.headers, &CONTENT_LENGTH).and_then(|length| length.parse().ok());
    let begun = state
        .assets
        .begin_announced(id, &signed.signature, (content_type, length));
    let mut upload = begun.await.map_err(refused)?;
    if let Err(problem) = read_body(&mut upload, body).await {
        upload.give_up().await;
        return Err(problem);
    }
    let kept = state.assets.keep_announced(upload.end()).await;
    accepted(&state, kept.map_err(refused)?)
}

async fn read_body(upload: &mut Upload, body: Body) -> Result<(), Problem> {
    let mut chunks = body.into_data_stream();
    loop {
        let chunk = tokio::time::timeout(CHUNK_PATIENCE, chunks.next()).await;
        match chunk.map_err(|_| unreadable())? {
            None => return Ok(()),
            Some(chunk) => {
                let chunk = chunk.map_err(|_| unreadable())?;
                upload.write(chunk).await.map_err(refused)?;
            }
        }
    }
}
