//! `/media`: the bytes of pictures, for browsers and for caches before us.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{AssetState, refused};
use crate::domain::asset::VariantName;
use crate::domain::asset::limits::LINK_MS_MIN;
use crate::domain::id::AssetId;
use crate::rest::problem::{Code, Path, Problem, Query};
use crate::rest::range::{self, RESOURCE_POLICY};
use crate::services::asset::{AssetError, Opened};

/// How long a public picture is kept that was asked for by another address than the one it is given out under, such as
/// a signed link of before it was public: as long as those are good at least.
const OTHER_NAME_SECONDS: u64 = LINK_MS_MIN / 1_000;

/// What signs a link to a picture that is not public.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Signed {
    /// When it ends, in seconds since 1970.
    #[param(required = false)]
    expires: Option<u64>,
    /// As it was given out.
    #[param(required = false, value_type = String, max_length = 64)]
    signature: Option<String>,
}

/// The bytes of a picture in a size, by a link that was given out: plain to public ones, signed and ending to others.
/// What an address leads to never changes.
#[utoipa::path(get, path = "/media/{asset}/{variant}/{file}", tag = "assets",
    params(
        ("asset" = AssetId, Path, description = "Which."),
        ("variant" = String, Path, description = "In which size: `thumb`, `small` or `large`."),
        ("file" = String, Path, description = "The SHA-256 of the bytes in hexadecimal digits, and `.webp`."),
        Signed,
        ("range" = Option<String>, Header, description = "One range of bytes."),
    ),
    responses(
        (status = 200, description = "The picture.", body = Vec<u8>, content_type = "image/webp",
            headers(("etag" = String, description = "The SHA-256 of the bytes."))),
        (status = 206, description = "Some of its bytes.", body = Vec<u8>, content_type = "image/webp",
            headers(("content-range" = String, description = "Which."))),
        (status = 304, description = "The client has it."),
        (status = 403, description = "link_refused"),
        (status = 404, description = "not_found"),
        (status = 416, description = "range_not_satisfiable"),
    ),
    security(()))]
pub(super) async fn media(
    State(state): State<AssetState>,
    method: Method,
    uri: Uri,
    Path((id, name, file)): Path<(AssetId, VariantName, String)>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sha256 = file.strip_suffix(".webp").ok_or(Code::NotFound)?;
    let signed = match (&signed.expires, &signed.signature) {
        (Some(expires), Some(signature)) => Some((*expires, signature.as_str())),
        _ => None,
    };
    let opened = state.assets.open(id, name, sha256, signed).await;
    let opened = opened.map_err(not_given_out)?;
    let is_plain = uri.query().is_none() && uri.path() == opened.path;
    let mut response = head(&state, &opened, sha256, is_plain)?;
    let tag = format!("\"{sha256}\"");
    if range::is_known(&headers, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let length = opened.variant.bytes;
    let part = range::asked(&method, &headers, length, &tag);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("image/webp"));
    let Some(bytes) = range::head(&part, length, &mut response) else {
        return Ok(range::refused(length));
    };
    if method != Method::HEAD {
        let part = (bytes != (0..length)).then_some(bytes);
        let read = state.assets.read(&opened.variant, part).await;
        *response.body_mut() = Body::from_stream(read.map_err(refused)?.into_stream());
    }
    Ok(response)
}

fn not_given_out(error: AssetError) -> Problem {
    match error {
        AssetError::NotThere => Problem::new(Code::NotFound),
        other => refused(other),
    }
}

/// What is said with the bytes, and without them: nothing may come of a picture but a picture.
fn head(
    state: &AssetState,
    opened: &Opened,
    sha256: &str,
    is_plain: bool,
) -> Result<Response, Problem> {
    let cache = match opened.kept_seconds {
        None if is_plain => "public, max-age=31536000, immutable".to_owned(),
        // Shared caches are told to drop a picture by its address: they may not have it under another spelling of it,
        // nor with a query.
        None => format!("private, max-age={OTHER_NAME_SECONDS}, immutable"),
        Some(seconds) => format!("private, max-age={seconds}, immutable"),
    };
    let text = |text: String| HeaderValue::try_from(text).map_err(|_| Problem::new(Code::Internal));
    // Of a host of its own a picture is for pages of ours, which are on another.
    let policy = match state.links.lead_elsewhere() {
        true => "cross-origin",
        false => "same-origin",
    };
    let headers = [
        (CACHE_CONTROL, text(cache)?),
        (ETAG, text(format!("\"{sha256}\""))?),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    let mut response = headers.into_response();
    let headers = response.headers_mut();
    headers.insert(RESOURCE_POLICY.clone(), HeaderValue::from_static(policy));
    Ok(response)
}
