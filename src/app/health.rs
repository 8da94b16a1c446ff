//! `/healthz` and `/readyz`: whether this process is alive, and whether it should get requests.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ports::installation::Installation;
use crate::realtime::connection::LiveContext;

/// What these handlers look at.
#[derive(Clone)]
pub(super) struct Health {
    pub installation: Arc<dyn Installation>,
    pub live: Arc<LiveContext>,
    pub stop: CancellationToken,
}

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Health> {
    OpenApiRouter::default()
        .routes(routes!(alive))
        .routes(routes!(ready))
}

/// The routes, with what they look at.
pub(super) fn router(health: Health) -> OpenApiRouter {
    routes().with_state(health)
}

#[derive(Serialize, ToSchema)]
struct ReadyBody {
    ready: bool,
    /// `stopping`, `store`, `logins`, `relay`: empty when ready.
    waiting_for: Vec<&'static str>,
}

/// Whether this process is alive.
#[utoipa::path(get, path = "/healthz", tag = "system",
    responses((status = 200, description = "It is.", body = String, content_type = "text/plain")))]
async fn alive() -> &'static str {
    "ok\n"
}

/// Whether this process should get requests, and if not, what it waits for.
#[utoipa::path(get, path = "/readyz", tag = "system",
    responses(
        (status = 200, description = "It should.", body = ReadyBody),
        (status = 503, description = "It should not.", body = ReadyBody),
    ))]
async fn ready(State(health): State<Health>) -> Response {
    let mut waiting_for = Vec::new();
    if health.stop.is_cancelled() {
        waiting_for.push("stopping");
    }
    if let Err(error) = health.installation.ping().await {
        tracing::warn!(%error, "the store does not answer");
        waiting_for.push("store");
    }
    if !health.live.gate.is_ready() {
        waiting_for.push("logins");
    }
    if !health.live.rooms.hears() {
        waiting_for.push("relay");
    }
    let ready = waiting_for.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = ReadyBody { ready, waiting_for };
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        axum::Json(body),
    )
        .into_response()
}
