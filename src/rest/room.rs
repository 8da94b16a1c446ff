//! `/v1/rooms`: look at rooms, change their rules, and ask for a ticket to walk in.

mod body;
mod card;
mod edited;
mod editors;
mod layouts;
mod picture;
mod rules;
mod search;
mod shelf;

use std::sync::Arc;

use axum::extract::{Extension, FromRef, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::{Holder, Viewer};
use super::cursor::{self, Page};
use super::etag::{IfNoneMatch, described};
use super::idempotency::Replayable;
use super::problem::{Code, Json, Path, Problem, Query};
use crate::catalogue::{CATALOGUE_JSON, WARDROBE_JSON};
use crate::domain::address::ClientAddress;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Role, Visibility};
use crate::domain::scope::Scope;
use crate::domain::user::Look;
use crate::ports::crowds::Crowds;
use crate::ports::room::ListedAfter;
use crate::realtime::admission::NotAdmitted;
use crate::realtime::connection::LiveContext;
use crate::realtime::meter::Excess;
use crate::realtime::quota::Asker;
use crate::services::auth::AuthService;
use crate::services::picture::PictureService;
use crate::services::profile::ProfileService;
use crate::services::room::{RoomError, RoomService, RoomView};
use crate::services::visit::VisitService;
pub(super) use card::{CardBody, VisitsBody, card, count_visits};
pub(super) use picture::card_url;
use search::RoomQuery;

/// Rooms with people in them that are put before the others.
const LIVELY_FIRST_MAX: usize = 12;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct RoomState {
    /// The room service.
    pub service: RoomService,
    /// Tickets, and what owners are asked to do.
    pub live: Arc<LiveContext>,
    /// How many people are where.
    pub crowds: Arc<dyn Crowds>,
    /// Paints rooms.
    pub pictures: PictureService,
    /// How many came.
    pub visits: VisitService,
    /// Finds people by their handles.
    pub profiles: ProfileService,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<RoomState> for AuthService {
    fn from_ref(state: &RoomState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<RoomState> {
    OpenApiRouter::default()
        .routes(routes!(list, shelf::make))
        .routes(routes!(show, rules::change, shelf::delete))
        .routes(routes!(shelf::restore))
        .routes(routes!(shelf::mine))
        .routes(routes!(edited::edited))
        .routes(routes!(shelf::of_user))
        .routes(routes!(shelf::set_front))
        .routes(routes!(shelf::templates))
        .routes(routes!(rules::audit))
        .routes(routes!(editors::editors))
        .routes(routes!(editors::add_editor, editors::remove_editor))
        .routes(routes!(layouts::layouts))
        .routes(routes!(layouts::save_layout, layouts::remove_layout))
        .routes(routes!(layouts::apply_layout))
        .routes(routes!(picture::thumbnail))
        .routes(routes!(picture::card))
        .routes(routes!(ticket))
        .routes(routes!(furniture))
        .routes(routes!(wardrobe))
}

/// The routes, with what they need.
pub fn router(state: RoomState) -> OpenApiRouter {
    routes().with_state(state)
}

/// The kinds of furniture, what they look like and where they may stand.
#[utoipa::path(get, path = "/v1/catalogue", tag = "rooms",
    responses((status = 200, description = "The same until the server is replaced.", body = serde_json::Value)))]
async fn furniture() -> impl IntoResponse {
    document(CATALOGUE_JSON)
}

/// What a look is made of.
#[utoipa::path(get, path = "/v1/wardrobe", tag = "rooms",
    responses((status = 200, description = "The same until the server is replaced.", body = serde_json::Value)))]
async fn wardrobe() -> impl IntoResponse {
    document(WARDROBE_JSON)
}

fn document(json: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, json)
}

#[derive(Serialize, ToSchema)]
struct RoomListBody {
    rooms: Vec<CardBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct RoomBody {
    room: RoomInFull,
}

#[derive(Serialize, ToSchema)]
struct RoomInFull {
    #[serde(flatten)]
    card: CardBody,
    visibility: Visibility,
    guests_allowed: bool,
    locked: bool,
    /// Put away: only its owner sees it.
    archived: bool,
    /// People it holds beside the owner.
    people_max: usize,
    seq: u64,
    /// What the viewer may do in it.
    role: Role,
}

/// Where a reader of the list is: after which room, and which lively ones they saw at its top.
#[derive(Default, Serialize, Deserialize)]
struct Listed {
    after: Option<ListedAfter>,
    shown: Vec<RoomId>,
}

impl cursor::Place for Listed {
    const LIST: &'static str = "rooms";
}

/// Public rooms: those with people in them first, the liveliest on top, then the last changed. With `query`, those
/// whose name holds its words, then those of people whose handle or name fits. Where very many names are alike, or very
/// many rooms in a row are not for the viewer, a page may hold fewer than asked for, or none, and yet have a next.
#[utoipa::path(get, path = "/v1/rooms", tag = "rooms", params(RoomQuery, Page),
    responses(
        (status = 200, description = "A page. The first may be longer than asked for by those with people in them.",
            body = RoomListBody),
        (status = 400, description = "invalid_cursor"),
    ))]
async fn list(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Query(RoomQuery { query }): Query<RoomQuery>,
    page: Page,
) -> Result<Json<RoomListBody>, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    if let Some(query) = query {
        return search::search(&state, viewer, &query, &page)
            .await
            .map(Json);
    }
    let begun = page.after::<Listed>()?;
    let is_first = begun.is_none();
    let mut place = begun.unwrap_or_default();
    let mut rooms = Vec::new();
    if is_first {
        let mut lively = state.crowds.lively();
        lively.sort_by_key(|(room, people)| (std::cmp::Reverse(*people), *room));
        for (room, people) in lively {
            if rooms.len() == LIVELY_FIRST_MAX {
                break;
            }
            match state.service.view(room, viewer).await {
                Ok(view) if view.room.card.access.visibility == Visibility::Public => {
                    place.shown.push(room);
                    rooms.push(card(view, people));
                }
                // Not for everybody, or gone since.
                Ok(_) | Err(RoomError::NotFound) => {}
                Err(error) => return Err(refused(error)),
            }
        }
    }
    let found = state.service.list(viewer, place.after, page.limit()).await;
    let found = found.map_err(refused)?;
    for view in found.rooms {
        let id = view.room.card.id;
        if !place.shown.contains(&id) {
            rooms.push(card(view, state.crowds.people(id)));
        }
    }
    count_visits(&state.visits, &mut rooms).await;
    place.after = found.next;
    let next_cursor = found.next.and_then(|_| page.cursor(&place));
    Ok(Json(RoomListBody { rooms, next_cursor }))
}

/// A room.
#[utoipa::path(get, path = "/v1/rooms/{id}", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which."), IfNoneMatch),
    security((), ("cookie" = [])),
    responses(
        (status = 304, description = "The client has it."),
        (status = 200, description = "The room, as the viewer may see it.", body = RoomBody,
            headers(("etag" = String, description = "The version of the rules, and a digest of the answer."))),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
    ))]
async fn show(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let view = state.service.look(room, viewer).await.map_err(refused)?;
    Ok(body(&state, view, viewer, &known).await)
}

/// A room with its rules, as this viewer sees it.
async fn body(
    state: &RoomState,
    view: RoomView,
    viewer: Option<UserId>,
    known: &IfNoneMatch,
) -> Response {
    let what = &view.room.card;
    let version = what.rules_version();
    let role = what.role_of(viewer);
    let people_max = what
        .access
        .people_max
        .map_or(usize::MAX, |chosen| chosen as usize);
    let (visibility, guests_allowed) = (what.access.visibility, what.access.guests_allowed);
    let (seq, locked) = (view.room.seq.0, what.access.locked);
    let people_now = state.crowds.people(what.id);
    let archived = view.is_archived;
    let mut card = card(view, people_now);
    count_visits(&state.visits, std::slice::from_mut(&mut card)).await;
    let room = RoomInFull {
        card,
        visibility,
        guests_allowed,
        locked,
        archived,
        people_max: people_max.min(state.live.limits.people_max),
        seq,
        role,
    };
    described(version, known, &RoomBody { room })
}

/// How a visitor without an account appears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GuestBody {
    /// As shown to everybody: trimmed, no control characters.
    #[schema(max_length = 20)]
    name: String,
    look: Look,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TicketRequest {
    /// For whoever is not signed in.
    guest: Option<GuestBody>,
}

#[derive(Serialize, ToSchema)]
struct TicketBody {
    /// Shown in the first frame of a live connection.
    ticket: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
    /// Where to open the connection.
    live_url: String,
}

/// A ticket to walk in: one use, half a minute, this room only. Into an archived room for its owner alone, who looks at it
/// and changes nothing.
#[utoipa::path(post, path = "/v1/rooms/{id}/tickets", tag = "rooms",
    params(("id" = RoomId, Path, description = "Which.")),
    security((), ("cookie" = [])),
    responses(
        (status = 201, description = "It is good now.", body = TicketBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden, banned, room_locked"),
        (status = 404, description = "room_not_found"),
        (status = 422, description = "invalid_name, invalid_look"),
        (status = 429, description = "rate_limited"),
    ))]
async fn ticket(
    State(state): State<RoomState>,
    holder: Holder,
    Path(room): Path<RoomId>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Json(body): Json<TicketRequest>,
) -> Result<Response, Problem> {
    let viewer = holder.permit(Scope::Live)?;
    let account = viewer.map(|viewer| (viewer.user.id, viewer.login_id));
    let asker = account.map_or(Asker::Address(address), |(user, _)| Asker::User(user));
    let allowed = state.live.quotas.ticket(asker, state.live.clock.tick());
    allowed.map_err(|excess| {
        state.live.rooms.metrics().refused(excess.limit);
        limited(excess)
    })?;
    let guest = body
        .guest
        .as_ref()
        .map(|guest| (guest.name.as_str(), guest.look.0.as_slice()));
    let bearer = state
        .service
        .admit(room, account, guest, address)
        .await
        .map_err(refused)?;
    let (clock, life_ms) = (state.live.clock, state.live.limits.ticket_ms);
    let now = clock.wall();
    let ticket = state.live.gate.ticket(room, bearer, now).await;
    let ticket = ticket.map_err(not_admitted)?;
    let body = TicketBody {
        ticket,
        expires_at: WallMs(now.0 + life_ms).to_offset(),
        live_url: format!("/v1/rooms/{room}/live"),
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, Replayable, headers, Json(body)).into_response())
}

fn not_admitted(why: NotAdmitted) -> Problem {
    match why {
        NotAdmitted::LoginEnded => Problem::new(Code::SignInRequired),
        NotAdmitted::Full => Problem::unavailable(&why).limit("tickets_max"),
        _ => Problem::unavailable(&why),
    }
}

fn limited(excess: Excess) -> Problem {
    let problem = Problem::new(Code::RateLimited).limit(excess.limit);
    match excess.retry_after_ms {
        Some(ms) => problem.retry_after_ms(ms.into()),
        None => problem,
    }
}

pub(super) fn refused(error: RoomError) -> Problem {
    match error {
        RoomError::NotFound => Problem::new(Code::RoomNotFound),
        RoomError::Forbidden => Problem::new(Code::Forbidden),
        RoomError::SignInRequired => Problem::new(Code::SignInRequired),
        RoomError::Banned => Problem::new(Code::Banned),
        RoomError::Locked => Problem::new(Code::RoomLocked),
        RoomError::BadName(bad) => Problem::new(Code::InvalidName).detail(bad.to_string()),
        RoomError::BadLook => Problem::new(Code::InvalidLook),
        RoomError::FrontRoom => Problem::new(Code::FrontRoom),
        RoomError::TooMany => Problem::new(Code::TooManyRooms),
        RoomError::Archived => Problem::new(Code::RoomArchived),
        RoomError::Stale => Problem::new(Code::PreconditionFailed),
        RoomError::NoTemplate => Problem::new(Code::TemplateNotFound),
        RoomError::NotSaid(_) => Problem::new(Code::ContentRefused),
        RoomError::Store(error) => Problem::unavailable(&error),
        RoomError::People(error) => Problem::unavailable(&error),
        RoomError::Relations(error) => Problem::unavailable(&error),
        RoomError::Users(error) => Problem::unavailable(&error),
    }
}
