//! The router of one process: every service's routes, the live upgrade, health, and the web client.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::metrics::{self, HttpMetrics, MetricsState};
use super::start_error::StartError;
use crate::adapters::oauth::OAuthProvider;
use crate::adapters::sqlite::Sqlite;
use crate::catalogue::catalogue;
use crate::config::{Config, PublicUrl};
use crate::domain::clock::Clock;
use crate::ports::identity::IdentityProvider;
use crate::realtime::connection::LiveContext;
use crate::realtime::upgrade::{LiveState, upgrade};
use crate::rest;
use crate::rest::dev_identity::DevIdentity;
use crate::rest::problem::{Code, Problem};
use crate::services::auth::{AuthService, LoginPolicy};
use crate::services::relation::RelationService;
use crate::services::room::RoomService;
use crate::services::user::UserService;

/// No handler takes longer; sign-in waits for a provider, which has its own, shorter deadlines.
const HANDLER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// How soon to try again after that.
const HANDLER_RETRY_MS: u64 = 5_000;

/// What the router is made of.
pub(super) struct RouterParts<'a> {
    pub config: &'a Config,
    pub public: PublicUrl,
    pub bound: std::net::SocketAddr,
    pub sqlite: Sqlite,
    pub rooms: RoomService,
    pub live: Arc<LiveContext>,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
    pub clock: Clock,
}

/// What is served: everything on the main address, and the page of metrics for an address of its own.
pub(super) struct Routers {
    pub router: Router,
    pub page: Router,
}

/// Puts everything together.
pub(super) fn router(parts: RouterParts<'_>) -> Result<Routers, StartError> {
    let RouterParts {
        config,
        public,
        bound,
        sqlite,
        rooms,
        live,
        tasks,
        stop,
        clock,
    } = parts;
    let store = Arc::new(sqlite.clone());
    let users = UserService::new(store.clone());
    let relations = RelationService::new(store.clone(), store, clock);
    let dev = if config.auth.dev_identity(&config.server) {
        let mode = config.server.mode;
        Some(DevIdentity::open(
            mode,
            bound,
            &public,
            users.clone(),
            clock,
        )?)
    } else {
        None
    };
    let auth = auth_service(config, &public, dev.as_ref(), &sqlite, clock)?;
    let auth = auth.telling(live.gate.clone());
    let mut router = Router::new()
        .merge(rest::auth::router(auth.clone()))
        .merge(rest::relation::router(rest::relation::RelationState {
            relations,
            auth: auth.clone(),
        }))
        .merge(rest::user::router(rest::user::UserState {
            users,
            auth: auth.clone(),
        }))
        .merge(rest::room::router(rest::room::RoomState {
            service: rooms,
            live: live.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::admin::router(rest::admin::AdminState {
            live: live.clone(),
            auth,
        }))
        .merge(live_router(live.clone(), tasks, public.clone()))
        .merge(health_router(sqlite, live.clone(), stop));
    if let Some(dev) = dev {
        router = router.merge(rest::dev_identity::router(dev));
    }
    let metrics = Arc::new(HttpMetrics::new(clock));
    let page = metrics::router(MetricsState {
        live,
        http: metrics.clone(),
    });
    if config.metrics.public {
        router = router.merge(page.clone());
    }
    let router = router.merge(rest::web::router(public.clone()));
    let router = rest::origin::guard(rest::problem::finish(router), public);
    let router = router.layer(from_fn_with_state(metrics, metrics::count));
    // Fonts and pictures are compressed already.
    let compressible = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    let router = router
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(from_fn(in_time))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid));
    Ok(Routers { router, page })
}

/// The path without its query: codes and states of sign-ins travel there, and stay out of logs.
fn span(request: &Request) -> tracing::Span {
    tracing::debug_span!("request", method = %request.method(), path = request.uri().path())
}

/// No answer is waited for without end.
async fn in_time(request: Request, next: Next) -> Response {
    match tokio::time::timeout(HANDLER_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            let late = Problem::new(Code::Unavailable).retry_after_ms(HANDLER_RETRY_MS);
            late.detail("no answer in time").into_response()
        }
    }
}

fn auth_service(
    config: &Config,
    public: &PublicUrl,
    dev: Option<&DevIdentity>,
    sqlite: &Sqlite,
    clock: Clock,
) -> Result<AuthService, StartError> {
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    if let Some(dev) = dev {
        let provider = OAuthProvider::new(&dev.provider()?, public)?;
        providers.push(Arc::new(provider.named(DevIdentity::name())));
    }
    for provider in &config.auth.providers {
        providers.push(Arc::new(OAuthProvider::new(provider, public)?));
    }
    let policy = LoginPolicy {
        days_max: config.auth.login_days_max,
        idle_days: config.auth.login_idle_days,
        encrypted_only: public.is_https(),
    };
    let store = Arc::new(sqlite.clone());
    let wardrobe = catalogue().slot_options();
    Ok(AuthService::new(
        providers,
        store.clone(),
        store,
        policy,
        wardrobe,
        clock,
    ))
}

/// The upgrade, for our own pages and for programs that are no browser.
fn live_router(context: Arc<LiveContext>, tasks: TaskTracker, public: PublicUrl) -> Router {
    Router::new()
        .route("/v1/rooms/{id}/live", get(upgrade))
        .layer(from_fn_with_state(Arc::new(public), own_pages_only))
        .with_state(LiveState { context, tasks })
}

/// A WebSocket handshake is a GET, yet it acts: pages of other sites are refused.
async fn own_pages_only(
    State(public): State<Arc<PublicUrl>>,
    request: Request,
    next: Next,
) -> Response {
    if rest::origin::origin_allowed(request.headers(), &public) {
        next.run(request).await
    } else {
        Problem::new(Code::OriginRefused).into_response()
    }
}

#[derive(Clone)]
struct Health {
    sqlite: Sqlite,
    live: Arc<LiveContext>,
    stop: CancellationToken,
}

fn health_router(sqlite: Sqlite, live: Arc<LiveContext>, stop: CancellationToken) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(Health { sqlite, live, stop })
}

/// Whether this process should get requests, and if not, what it waits for.
async fn ready(State(health): State<Health>) -> Response {
    let mut waiting_for = Vec::new();
    if health.stop.is_cancelled() {
        waiting_for.push("stopping");
    }
    if let Err(error) = health.sqlite.ping().await {
        tracing::warn!(%error, "the store does not answer");
        waiting_for.push("store");
    }
    if !health.live.gate.is_ready() {
        waiting_for.push("logins");
    }
    let ready = waiting_for.is_empty();
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = serde_json::json!({ "ready": ready, "waiting_for": waiting_for });
    (
        status,
        [(header::CACHE_CONTROL, "no-store")],
        axum::Json(body),
    )
        .into_response()
}
