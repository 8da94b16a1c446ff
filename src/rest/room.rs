//! `/v1/rooms`: look at rooms, change their rules, and ask for a ticket to walk in.

mod rules;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, FromRef, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;

use super::auth::Viewer;
use super::problem::{Code, Json, Path, Problem, Query};
use crate::catalogue::{CATALOGUE_JSON, WARDROBE_JSON};
use crate::domain::address::ClientAddress;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Place, Role, Visibility};
use crate::domain::user::{LOOK_SLOTS, Look};
use crate::ports::room::ListedAfter;
use crate::realtime::admission::NotAdmitted;
use crate::realtime::connection::LiveContext;
use crate::realtime::meter::Excess;
use crate::realtime::quota::Asker;
use crate::services::auth::AuthService;
use crate::services::room::{RoomError, RoomService, RoomView};

/// Rooms with people in them that are put before the others.
const LIVELY_FIRST_MAX: usize = 12;

/// Rooms in a page unless the client asks otherwise.
const PAGE_DEFAULT: u32 = 20;

/// The longest cursor read, in bytes: [`LIVELY_FIRST_MAX`] ids and a place, in base64.
const CURSOR_BYTES_MAX: usize = 1_024;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct RoomState {
    /// The room service.
    pub service: RoomService,
    /// Tickets and who is in which room.
    pub live: Arc<LiveContext>,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<RoomState> for AuthService {
    fn from_ref(state: &RoomState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn router(state: RoomState) -> Router {
    Router::new()
        .route("/v1/rooms", get(list))
        .route("/v1/rooms/{id}", get(show).patch(rules::change))
        .route("/v1/rooms/{id}/audit", get(rules::audit))
        .route("/v1/rooms/{id}/tickets", post(ticket))
        .route("/v1/catalogue", get(|| async { document(CATALOGUE_JSON) }))
        .route("/v1/wardrobe", get(|| async { document(WARDROBE_JSON) }))
        .with_state(state)
}

fn document(json: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, json)
}

#[derive(Serialize)]
struct ThemeBody {
    wallpaper: String,
    flooring: String,
    light: &'static str,
}

#[derive(Serialize)]
struct ItemBody {
    id: u64,
    kind: String,
    place: u8,
    x: i32,
    y: i32,
    rotation: u8,
    color: String,
}

#[derive(Serialize)]
struct OwnerBody {
    id: UserId,
    handle: String,
    display_name: String,
    look: Look,
    mood: String,
}

#[derive(Serialize)]
struct CardBody {
    id: RoomId,
    name: String,
    theme: ThemeBody,
    people_now: usize,
    items: Vec<ItemBody>,
    owner: OwnerBody,
}

#[derive(Serialize)]
struct RoomBody {
    #[serde(flatten)]
    card: CardBody,
    visibility: Visibility,
    guests_allowed: bool,
    locked: bool,
    /// People it holds beside the owner.
    people_max: usize,
    seq: u64,
    role: &'static str,
}

fn card(view: RoomView, people_now: usize) -> CardBody {
    let RoomView { room, owner } = view;
    let items = room.items.into_iter().map(|(id, item)| ItemBody {
        id: id.0,
        kind: item.piece.kind,
        place: match item.piece.standpoint.place {
            Place::Floor => 0,
            Place::LeftWall => 1,
            Place::RightWall => 2,
        },
        x: item.piece.standpoint.x,
        y: item.piece.standpoint.y,
        rotation: item.piece.rotation,
        color: item.piece.color,
    });
    CardBody {
        id: room.card.id,
        name: room.card.name,
        theme: ThemeBody {
            wallpaper: room.theme.wallpaper,
            flooring: room.theme.flooring,
            light: room.theme.light.as_str(),
        },
        people_now,
        items: items.collect(),
        owner: OwnerBody {
            id: owner.id,
            handle: owner.handle,
            display_name: owner.display_name,
            look: owner.look,
            mood: owner.mood,
        },
    }
}

#[derive(Deserialize)]
struct ListQuery {
    limit: Option<u32>,
    cursor: Option<String>,
}

/// Where a reader of the list is: after which room, and which lively ones they saw at its top.
#[derive(Default, Serialize, Deserialize)]
struct Cursor {
    after: Option<ListedAfter>,
    shown: Vec<RoomId>,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > CURSOR_BYTES_MAX {
            return None;
        }
        rmp_serde::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    fn text(&self) -> Option<String> {
        rmp_serde::to_vec(self)
            .ok()
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// Public rooms: those with people in them first, the liveliest on top, then the last changed.
async fn list(
    State(state): State<RoomState>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let mut cursor = match &query.cursor {
        Some(text) => Cursor::parse(text).ok_or(Problem::new(Code::InvalidCursor))?,
        None => Cursor::default(),
    };
    let mut rooms = Vec::new();
    if query.cursor.is_none() {
        let mut lively = state.live.rooms.lively();
        lively.sort_by_key(|(room, people)| (std::cmp::Reverse(*people), *room));
        for (room, people) in lively {
            if rooms.len() == LIVELY_FIRST_MAX {
                break;
            }
            match state.service.view(room, None).await {
                Ok(view) if view.room.card.access.visibility == Visibility::Public => {
                    cursor.shown.push(room);
                    rooms.push(card(view, people));
                }
                // Not for everybody, or gone since.
                Ok(_) | Err(RoomError::NotFound) => {}
                Err(error) => return Err(refused(error)),
            }
        }
    }
    let limit = query.limit.unwrap_or(PAGE_DEFAULT);
    let page = state
        .service
        .list(cursor.after, limit)
        .await
        .map_err(refused)?;
    for view in page.rooms {
        let id = view.room.card.id;
        if !cursor.shown.contains(&id) {
            rooms.push(card(view, state.live.rooms.people(id)));
        }
    }
    cursor.after = page.next;
    let next_cursor = page.next.and_then(|_| cursor.text());
    Ok(Json(serde_json::json!({ "rooms": rooms, "next_cursor": next_cursor })).into_response())
}

async fn show(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    let view = state.service.view(room, viewer).await.map_err(refused)?;
    Ok(body(&state, view, viewer))
}

/// A room with its rules, as this viewer sees it.
fn body(state: &RoomState, view: RoomView, viewer: Option<UserId>) -> Response {
    let what = &view.room.card;
    let role = match what.role_of(viewer) {
        Role::Owner => "owner",
        Role::Editor => "editor",
        Role::Visitor => "visitor",
    };
    let people_max = what
        .access
        .people_max
        .map_or(usize::MAX, |chosen| chosen as usize);
    let (visibility, guests_allowed) = (what.access.visibility, what.access.guests_allowed);
    let (seq, locked) = (view.room.seq.0, what.access.locked);
    let people_now = state.live.rooms.people(what.id);
    let body = RoomBody {
        card: card(view, people_now),
        visibility,
        guests_allowed,
        locked,
        people_max: people_max.min(state.live.limits.people_max),
        seq,
        role,
    };
    Json(serde_json::json!({ "room": body })).into_response()
}

#[derive(Deserialize)]
struct GuestBody {
    name: String,
    look: [u8; LOOK_SLOTS],
}

#[derive(Deserialize)]
struct TicketBody {
    guest: Option<GuestBody>,
}

/// One use, half a minute, this room only.
async fn ticket(
    State(state): State<RoomState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    Json(body): Json<TicketBody>,
) -> Result<Response, Problem> {
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
        .map(|guest| (guest.name.as_str(), guest.look.as_slice()));
    let bearer = state
        .service
        .admit(room, account, guest, address)
        .await
        .map_err(refused)?;
    let (clock, life_ms) = (state.live.clock, state.live.limits.ticket_ms);
    let now = clock.wall();
    let ticket = state.live.gate.issue(room, bearer, now);
    let ticket = ticket.map_err(not_admitted)?;
    let expires_at = crate::domain::clock::WallMs(now.0 + life_ms).to_offset();
    let body = serde_json::json!({
        "ticket": ticket,
        "expires_at": expires_at.format(&Rfc3339).unwrap_or_default(),
        "live_url": format!("/v1/rooms/{room}/live"),
    });
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((StatusCode::CREATED, headers, Json(body)).into_response())
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

fn refused(error: RoomError) -> Problem {
    match error {
        RoomError::NotFound => Problem::new(Code::RoomNotFound),
        RoomError::Forbidden => Problem::new(Code::Forbidden),
        RoomError::SignInRequired => Problem::new(Code::SignInRequired),
        RoomError::Banned => Problem::new(Code::Banned),
        RoomError::Locked => Problem::new(Code::RoomLocked),
        RoomError::BadName(bad) => Problem::new(Code::InvalidName).detail(bad.to_string()),
        RoomError::BadLook => Problem::new(Code::InvalidLook),
        RoomError::Store(error) => Problem::unavailable(&error),
        RoomError::People(error) => Problem::unavailable(&error),
        RoomError::Relations(error) => Problem::unavailable(&error),
    }
}
