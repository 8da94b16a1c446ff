//! `/v1/openapi.json` and, for people, `/docs`: the document, and the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, serve};

use super::problem::{Code, Path, Problem};

/// Where the document is.
const DOCUMENT: &str = "/v1/openapi.json";

/// The document, written out once.
#[derive(Debug, Clone)]
pub struct Document(Bytes);

impl Document {
    /// The document as it is sent, printed and kept in `docs/openapi.json`.
    pub fn of(openapi: &OpenApi) -> Self {
        // Maps have texts as keys, so this cannot fail; the empty text is for the compiler.
        let mut text = serde_json::to_string_pretty(openapi).unwrap_or_default();
        text.push('\n');
        Self(text.into())
    }

    /// Its text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The route that is part of the document itself.
pub fn routes() -> OpenApiRouter<Document> {
    OpenApiRouter::default().routes(routes!(document))
}

/// The page, beside the document.
pub fn page() -> Router {
    // Nobody else is asked what they think of the document.
    let config = Config::from(DOCUMENT).validator_url("none");
    Router::new()
        .route("/docs", get(async || Redirect::permanent("/docs/")))
        .route("/docs/", get(index))
        .route("/docs/{*file}", get(file))
        .with_state(Arc::new(config))
}

/// What this server answers, as OpenAPI 3.1.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "system",
    responses((status = 200, description = "This document.", body = serde_json::Value)))]
async fn document(State(Document(text)): State<Document>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, text).into_response()
}

async fn index(config: State<Arc<Config<'static>>>) -> Result<Response, Problem> {
    file(config, Path("index.html".to_owned())).await
}

async fn file(
    State(config): State<Arc<Config<'static>>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let found = serve(&name, config).map_err(|_| Code::Internal)?;
    let found = found.ok_or(Code::NotFound)?;
    let kind = HeaderValue::try_from(found.content_type).map_err(|_| Code::Internal)?;
    let no_cache = HeaderValue::from_static("no-cache");
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, no_cache)];
    let mut response = (StatusCode::OK, headers, found.bytes.into_owned()).into_response();
    if found.gzpipped {
        let gzip = HeaderValue::from_static("gzip");
        response.headers_mut().insert(CONTENT_ENCODING, gzip);
    }
    Ok(response)
}
