//! `/v1/assets` and `/media`: pictures people upload, and their bytes.

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, Method};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::{Code, Json, Problem};
use crate::config::PublicUrl;
use crate::services::asset::{AssetError, AssetService};
use crate::services::auth::AuthService;

mod avatar;
mod body;
mod form;
mod host;
mod manage;
mod media;
mod picture;
mod upload;

pub use host::only_media_on;
pub use picture::MediaLinks;
pub(in crate::rest) use picture::PictureBody;

/// How soon to come back while as many uploads are under way as may be.
const BUSY_RETRY_MS: u64 = 2_000;

/// Where pictures are sent to.
const UPLOADS: [(Method, &str); 3] = [
    (Method::POST, "/v1/assets"),
    (Method::POST, "/v1/assets/uploads"),
    (Method::PUT, "/v1/assets/{id}/bytes"),
];

/// Whether a request sends or announces a picture: it may take longer than others, and is counted by itself.
pub fn is_upload(method: &Method, route: &str) -> bool {
    let mut uploads = UPLOADS.iter();
    uploads.any(|(known, path)| known == method && *path == route)
}

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct AssetState {
    /// The asset service.
    pub assets: AssetService,
    /// Where links to pictures lead.
    pub links: MediaLinks,
    /// Where people reach us, for addresses that others are given.
    pub public: PublicUrl,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<AssetState> for AuthService {
    fn from_ref(state: &AssetState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<AssetState> {
    let uploads = OpenApiRouter::default()
        .routes(routes!(upload::upload))
        .routes(routes!(upload::send))
        // They count themselves what comes.
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::default()
        .merge(uploads)
        .routes(routes!(upload::announce))
        .routes(routes!(manage::show, manage::describe, manage::remove))
        .routes(routes!(manage::take_down))
        .routes(routes!(manage::own))
        .routes(routes!(avatar::choose, avatar::clear))
        .routes(routes!(media::media))
}

/// The routes, with what they need.
pub fn router(state: AssetState) -> OpenApiRouter {
    routes().with_state(state)
}

fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

/// What a header says, if it is there once and is text.
fn text<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

pub(super) fn refused(error: AssetError) -> Problem {
    match error {
        AssetError::NotThere => Problem::new(Code::AssetNotFound),
        AssetError::NotReady => Problem::new(Code::AssetNotReady),
        AssetError::Stale => Problem::new(Code::PreconditionFailed),
        AssetError::Full => Problem::new(Code::StorageFull),
        AssetError::KeyReused => Problem::new(Code::IdempotencyKeyReused),
        AssetError::TooLarge(_) => {
            let problem = Problem::new(Code::BodyTooLarge).detail(error.to_string());
            problem.limit("media.upload_bytes_max")
        }
        AssetError::Mismatch(_) => Problem::new(Code::UploadMismatch).detail(error.to_string()),
        AssetError::Link(_) => Problem::new(Code::LinkRefused),
        AssetError::NotSaid(_) => Problem::new(Code::ContentRefused),
        AssetError::Busy => Problem::new(Code::Unavailable).retry_after_ms(BUSY_RETRY_MS),
        AssetError::Store(error) => Problem::unavailable(&error),
        AssetError::Bytes(error) => Problem::unavailable(&error),
    }
}
