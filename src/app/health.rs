//! `/healthz` and `/readyz`: whether this process is alive, and whether it should get requests.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::join_all;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::ports::backend::{Backend, NoAnswer};
use crate::realtime::connection::LiveContext;
use crate::rest::problem::{Code, Problem};

/// How long a backend may take to answer: whoever asks whether a process is ready waits little longer.
const ANSWER_WITHIN: Duration = Duration::from_millis(800);

/// When to ask again whoever is starting.
const START_RETRY_MS: u64 = 1_000;

/// What these handlers look at.
#[derive(Clone)]
pub(super) struct Health {
    pub backends: Vec<Arc<dyn Backend>>,
    /// Whether rooms are entered here.
    pub has_rooms: bool,
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
    /// `start`, `stopping`, `store` or `postgres` and `mongodb`, `logins`, `relay`: empty when ready.
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
    waiting_for.extend(silent(&health.backends).await);
    if health.has_rooms && !health.live.gate.is_ready() {
        waiting_for.push("logins");
    }
    if health.has_rooms && !health.live.rooms.hears() {
        waiting_for.push("relay");
    }
    readiness(waiting_for)
}

/// Those that do not answer.
async fn silent(backends: &[Arc<dyn Backend>]) -> Vec<&'static str> {
    let asked = backends.iter().map(|backend| async {
        let answer = match tokio::time::timeout(ANSWER_WITHIN, backend.answers()).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer("no answer in time".to_owned())),
        };
        let name = backend.name();
        let failed = answer.err()?;
        tracing::warn!(%failed, name, "a backend does not answer");
        Some(name)
    });
    join_all(asked).await.into_iter().flatten().collect()
}

fn readiness(waiting_for: Vec<&'static str>) -> Response {
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

/// What a process waits for while it starts.
#[derive(Debug, Clone)]
pub(super) struct Waiting(Arc<watch::Sender<&'static str>>);

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new("start")))
    }
}

impl Waiting {
    /// It waits for this now.
    pub(super) fn wait_for(&self, what: &'static str) {
        self.0.send_replace(what);
    }
}

/// What is answered until there is something to serve: alive, not ready, and everything else later. Connections end with
/// the answer, for they would lead nowhere else.
pub(super) fn starting(waiting: Waiting) -> Router {
    let close = [("connection", "close")];
    Router::new()
        .route("/healthz", get(async move || (close, "ok\n")))
        .route(
            "/readyz",
            get(async move || (close, readiness(vec![*waiting.0.borrow()]))),
        )
        .fallback(async move || {
            let early = Problem::new(Code::Unavailable).retry_after_ms(START_RETRY_MS);
            (close, early.detail("it is starting").into_response())
        })
}
