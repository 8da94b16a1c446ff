//! The router of one process: every service's routes, the live upgrade, health, and the web client.

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use super::api::{ApiParts, api};
use super::health::{self, Health};
use super::metrics::{self, HttpMetrics, MetricsState};
use super::nodes::Nodes;
#[cfg(feature = "distributed")]
use super::nodes::Shared;
use super::openapi::document;
use super::services::Services;
use super::start_error::StartError;
use super::stores::Stores;
use crate::adapters::oauth::OAuthProvider;
use crate::catalogue::catalogue;
use crate::config::{Config, PublicUrl};
use crate::domain::clock::Clock;
use crate::domain::service::Service;
use crate::ports::crowds::Crowds;
use crate::ports::identity::IdentityProvider;
use crate::realtime::connection::LiveContext;
use crate::rest;
use crate::rest::asset::MediaLinks;
use crate::rest::cursor::CursorKey;
use crate::rest::dev_identity::DevIdentity;
use crate::rest::problem::{Code, Problem};
use crate::services::asset::AssetService;
use crate::services::auth::{App, AuthService, Issuance, LoginPolicy};
use crate::services::screen::Screen;

/// No handler takes longer; sign-in waits for a provider, which has its own, shorter deadlines.
const HANDLER_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);

/// A picture is sent by somebody's telephone.
const UPLOAD_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(300);

/// How soon to try again after that.
const HANDLER_RETRY_MS: u64 = 5_000;

/// What the router is made of.
pub(super) struct RouterParts<'a> {
    pub config: &'a Config,
    pub public: PublicUrl,
    pub bound: std::net::SocketAddr,
    pub stores: Stores,
    pub services: Services,
    pub assets: AssetService,
    pub links: MediaLinks,
    pub live: Arc<LiveContext>,
    /// How many people are where.
    pub crowds: Arc<dyn Crowds>,
    /// What is shared with other nodes.
    pub nodes: &'a Nodes,
    /// Looks through what people write.
    pub screen: Screen,
    pub tasks: TaskTracker,
    pub stop: CancellationToken,
    pub clock: Clock,
    /// What refresh tokens are derived with.
    pub token_secret: [u8; 32],
    /// What cursors of lists are sealed with.
    pub cursor_key: CursorKey,
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
        stores,
        services,
        assets,
        links,
        live,
        crowds,
        nodes,
        screen,
        tasks,
        stop,
        clock,
        token_secret,
        cursor_key,
    } = parts;
    let sharing = rest::web::Sharing {
        profiles: services.profiles.clone(),
        rooms: services.rooms.clone(),
        posts: services.posts.clone(),
        links: links.clone(),
    };
    let dev = if config.auth.dev_identity(&config.server) {
        let mode = config.server.mode;
        Some(DevIdentity::open(
            mode,
            bound,
            &public,
            services.users.clone(),
            clock,
        )?)
    } else {
        None
    };
    let auth = auth_service(config, &public, dev.as_ref(), &stores, token_secret, clock)?;
    let auth = nodes.auth(auth.telling(live.gate.clone()).screened_by(screen));
    let posts = rest::post::PostsState {
        posts: services.posts.clone(),
        links: links.clone(),
        auth: auth.clone(),
    };
    let api = api(
        config.server.services,
        &ApiParts {
            services,
            posts,
            assets,
            links,
            live: live.clone(),
            crowds,
            public: public.clone(),
            auth: auth.clone(),
            tasks,
        },
    );
    let api = api.merge(health::router(Health {
        backends: stores.backends,
        has_rooms: config.server.services.has(Service::Room),
        live: live.clone(),
        stop,
    }));
    // All of it, whatever part this process answers.
    let api = api.merge(rest::docs::routes().with_state(document()));
    let mut router = Router::from(api).merge(rest::docs::page());
    if let Some(dev) = dev {
        router = router.merge(rest::dev_identity::router(dev));
    }
    let metrics = Arc::new(HttpMetrics::new(clock));
    let page = metrics::router(MetricsState {
        live,
        http: metrics.clone(),
        #[cfg(feature = "distributed")]
        shared: nodes.shared().map(Shared::figures),
    });
    if config.metrics.public {
        router = router.merge(page.clone());
    }
    let router = router.merge(rest::web::router(public.clone(), Some(sharing)));
    let router = rest::cursor::sealing(router, cursor_key);
    let router = rest::idempotency::guard(router, Some(auth.clone()), clock);
    let router = rest::problem::finish(router);
    let pictures = config.cdn.base_url.as_ref();
    let router = rest::origin::guard_showing(router, public, pictures);
    let rates = nodes.rates(&config.rest, clock);
    let router = rest::rate::guard(router, config.rest.clone(), rates, auth);
    let router = match &config.media.host {
        Some(host) => rest::asset::only_media_on(router, host),
        None => router,
    };
    let router = router.layer(from_fn_with_state(metrics, metrics::count));
    // Fonts, pictures and archives are compressed already.
    let compressible = DefaultPredicate::new()
        .and(NotForContentType::const_new("font/"))
        .and(NotForContentType::const_new("application/zip"));
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
    let route = request.extensions().get::<MatchedPath>();
    let uploads =
        route.is_some_and(|route| rest::asset::is_upload(request.method(), route.as_str()));
    let patience = match uploads {
        true => UPLOAD_TIMEOUT,
        false => HANDLER_TIMEOUT,
    };
    match tokio::time::timeout(patience, next.run(request)).await {
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
    stores: &Stores,
    secret: [u8; 32],
    clock: Clock,
) -> Result<AuthService, StartError> {
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    if let Some(dev) = dev {
        let provider = OAuthProvider::new(&dev.provider()?, public, clock)?;
        providers.push(Arc::new(provider));
    }
    for provider in &config.auth.providers {
        providers.push(Arc::new(OAuthProvider::new(provider, public, clock)?));
    }
    let policy = LoginPolicy {
        days_max: config.auth.login_days_max,
        idle_days: config.auth.login_idle_days,
        encrypted_only: public.is_https(),
    };
    let apps = config.auth.apps.iter().map(|app| App {
        id: app.id.clone(),
        name: app.name.clone(),
        redirect_uris: app.redirect_uris.clone(),
        scopes: app.scopes,
    });
    let issuance = Issuance {
        issuer: public.origin().to_owned(),
        secret,
        apps: apps.collect(),
    };
    let wardrobe = catalogue().slot_options();
    Ok(AuthService::new(
        providers,
        stores.users.clone(),
        stores.logins.clone(),
        policy,
        issuance,
        wardrobe,
        clock,
    ))
}
