//! The routes of each service, as many as a process runs.

use std::sync::Arc;

use axum::extract::{Extension, Path, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tokio_util::task::TaskTracker;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::services::Services;
use crate::config::PublicUrl;
use crate::domain::address::ClientAddress;
use crate::domain::id::RoomId;
use crate::domain::service::{Service, ServiceSet};
use crate::ports::crowds::Crowds;
use crate::realtime::connection::LiveContext;
use crate::realtime::upgrade::{LiveState, NotUpgraded, upgrade};
use crate::rest;
use crate::rest::asset::MediaLinks;
use crate::rest::post::PostsState;
use crate::rest::problem::{Code, Problem};
use crate::services::asset::AssetService;
use crate::services::auth::AuthService;
use crate::services::picture::PictureService;

/// What answers.
pub(super) struct ApiParts {
    pub services: Services,
    pub posts: PostsState,
    pub assets: AssetService,
    pub links: MediaLinks,
    pub live: Arc<LiveContext>,
    pub crowds: Arc<dyn Crowds>,
    pub public: PublicUrl,
    pub auth: AuthService,
    pub tasks: TaskTracker,
}

/// The routes of these services.
pub(super) fn api(running: ServiceSet, parts: &ApiParts) -> OpenApiRouter {
    running
        .iter()
        .fold(OpenApiRouter::default(), |api, service| {
            api.merge(match service {
                Service::Auth => of_auth(parts),
                Service::User => of_user(parts),
                Service::Room => of_room(parts),
                Service::Post => rest::post::router(parts.posts.clone()),
                Service::Asset => of_asset(parts),
                Service::Recommend => of_recommend(parts),
            })
        })
}

fn of_auth(parts: &ApiParts) -> OpenApiRouter {
    let auth = &parts.auth;
    OpenApiRouter::default()
        .merge(rest::auth::router(auth.clone()))
        .merge(rest::login::router(auth.clone()))
        .merge(rest::personal_token::router(auth.clone()))
        .merge(rest::audit::router(auth.clone()))
        .merge(rest::permission::router(auth.clone()))
        .merge(rest::identity::router(auth.clone()))
}

fn of_user(parts: &ApiParts) -> OpenApiRouter {
    let (services, auth) = (&parts.services, &parts.auth);
    OpenApiRouter::default()
        .merge(rest::relation::router(rest::relation::RelationState {
            relations: services.relations.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::notification::router(
            rest::notification::NotificationState {
                notifications: services.notifications.clone(),
                auth: auth.clone(),
            },
        ))
        .merge(rest::moderation::router(
            rest::moderation::ModerationState {
                moderation: services.moderation.clone(),
                auth: auth.clone(),
            },
        ))
        .merge(rest::muted_word::router(rest::muted_word::MutedWordState {
            words: services.muted_words.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::user::router(rest::user::UserState {
            profiles: services.profiles.clone(),
            accounts: services.accounts.clone(),
            settings: services.settings.clone(),
            relations: services.relations.clone(),
            rooms: services.rooms.clone(),
            assets: parts.assets.clone(),
            links: parts.links.clone(),
            public: parts.public.clone(),
            auth: auth.clone(),
        }))
}

fn of_room(parts: &ApiParts) -> OpenApiRouter {
    let (services, live, auth) = (&parts.services, &parts.live, &parts.auth);
    OpenApiRouter::default()
        .merge(rest::visit::router(rest::visit::VisitState {
            visits: services.visits.clone(),
            rooms: services.rooms.clone(),
            crowds: parts.crowds.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::guestbook::router(rest::guestbook::GuestbookState {
            guestbooks: services.guestbooks.clone(),
            visits: services.visits.clone(),
            rooms: services.rooms.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::room::router(rest::room::RoomState {
            service: services.rooms.clone(),
            live: live.clone(),
            crowds: parts.crowds.clone(),
            pictures: PictureService::default(),
            visits: services.visits.clone(),
            profiles: services.profiles.clone(),
            auth: auth.clone(),
        }))
        .merge(rest::admin::router(rest::admin::AdminState {
            live: live.clone(),
            auth: auth.clone(),
        }))
        .merge(live_router(parts))
}

fn of_asset(parts: &ApiParts) -> OpenApiRouter {
    rest::asset::router(rest::asset::AssetState {
        assets: parts.assets.clone(),
        links: parts.links.clone(),
        public: parts.public.clone(),
        auth: parts.auth.clone(),
    })
}

fn of_recommend(parts: &ApiParts) -> OpenApiRouter {
    let services = &parts.services;
    rest::discovery::router(rest::discovery::DiscoveryState {
        discovery: services.discovery.clone(),
        posts: parts.posts.clone(),
        visits: services.visits.clone(),
        rooms: services.rooms.clone(),
        crowds: parts.crowds.clone(),
        auth: parts.auth.clone(),
    })
}

pub(super) fn live_routes() -> OpenApiRouter<LiveState> {
    OpenApiRouter::default().routes(routes!(live))
}

/// Walks in: the live connection of `protocol/PROTOCOL.md`.
#[utoipa::path(get, path = "/v1/rooms/{id}/live", tag = "rooms",
    params(
        ("id" = RoomId, Path, description = "Which."),
        ("sec-websocket-protocol" = String, Header, description = "`maru.v1`."),
    ),
    responses(
        (status = 101, description = "A WebSocket from here on."),
        (status = 400, description = "Not `maru.v1`.", body = String, content_type = "text/plain"),
        (status = 403, description = "origin_refused"),
        (status = 404, description = "No room id.", body = String, content_type = "text/plain"),
        (status = 426, description = "No handshake of RFC 6455.", body = String, content_type = "text/plain"),
        (status = 429, description = "rate_limited"),
    ))]
async fn live(
    state: State<LiveState>,
    path: Path<String>,
    address: Extension<ClientAddress>,
    request: Request,
) -> Result<Response, NotUpgraded> {
    upgrade(state, path, address, request).await
}

/// The upgrade, for our own pages and for programs that are no browser.
fn live_router(parts: &ApiParts) -> OpenApiRouter {
    let public = Arc::new(parts.public.clone());
    live_routes()
        .layer(from_fn_with_state(public, own_pages_only))
        .with_state(LiveState {
            context: parts.live.clone(),
            tasks: parts.tasks.clone(),
        })
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
