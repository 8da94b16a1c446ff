//! `/v1/rooms/{id}/visits`, `visitors` and `surf`, `/v1/me/visits`: who came, and where to go on to.

use std::sync::Arc;

use axum::extract::{FromRef, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;
use rand::RngCore;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Viewer;
use super::cursor::{self, Page};
use super::problem::{Code, Json, Path, Problem, Query};
use super::relation::PersonBody;
use super::room::{self, CardBody, VisitsBody, card, count_visits};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::ports::crowds::Crowds;
use crate::ports::visit::{OwnVisit, VisitPlace, VisitorPlace, VisitorSeen};
use crate::services::auth::AuthService;
use crate::services::room::{RoomError, RoomService};
use crate::services::visit::{Via, VisitError, VisitService};

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct VisitState {
    /// The visit service.
    pub visits: VisitService,
    /// Shows the rooms one is led to.
    pub rooms: RoomService,
    /// How many people are in them.
    pub crowds: Arc<dyn Crowds>,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<VisitState> for AuthService {
    fn from_ref(state: &VisitState) -> Self {
        state.auth.clone()
    }
}

impl FromRef<VisitState> for VisitService {
    fn from_ref(state: &VisitState) -> Self {
        state.visits.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<VisitState> {
    OpenApiRouter::default()
        .routes(routes!(counts))
        .routes(routes!(visitors))
        .routes(routes!(surf))
        .routes(routes!(own, clear))
}

/// The routes, with what they need.
pub fn router(state: VisitState) -> OpenApiRouter {
    routes().with_state(state)
}

/// A front room is made when it is first looked at, which whoever asks for something in it does.
pub(super) async fn made(
    visits: &VisitService,
    rooms: &RoomService,
    room: RoomId,
    viewer: Option<UserId>,
) -> Result<(), Problem> {
    if !visits.is_made(room).await.map_err(refused)? {
        let view = rooms.view(room, viewer).await;
        view.map_err(room::refused)?;
    }
    Ok(())
}

/// A room as a card with all its numbers; none where it is gone since.
pub(super) async fn shown(
    (visits, rooms, crowds): (&VisitService, &RoomService, &dyn Crowds),
    ids: impl IntoIterator<Item = RoomId>,
    viewer: Option<UserId>,
) -> Result<Vec<CardBody>, Problem> {
    let mut cards = Vec::new();
    for room in ids {
        match rooms.view(room, viewer).await {
            Ok(view) => cards.push(card(view, crowds.people(room))),
            Err(RoomError::NotFound) => {}
            Err(error) => return Err(room::refused(error)),
        }
    }
    count_visits(visits, &mut cards).await;
    Ok(cards)
}

pub(super) fn not_kept(body: impl Serialize) -> Response {
    let headers = [(CACHE_CONTROL, "no-store")];
    (headers, Json(body)).into_response()
}

#[derive(Serialize, ToSchema)]
#[schema(as = VisitCountsBody)]
struct CountsBody {
    visits: VisitsBody,
}

/// How many came to see a room.
#[utoipa::path(get, path = "/v1/rooms/{id}/visits", tag = "visits",
    params(("id" = RoomId, Path, description = "Which.")),
    responses(
        (status = 200, description = "Today, and ever.", body = CountsBody),
        (status = 404, description = "room_not_found"),
    ))]
async fn counts(
    State(state): State<VisitState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    made(&state.visits, &state.rooms, room, viewer).await?;
    let counts = state.visits.counts_of(room, viewer).await;
    let visits = counts.map_err(refused)?.into();
    Ok(not_kept(CountsBody { visits }))
}

/// Somebody who came.
#[derive(Serialize, ToSchema)]
struct VisitorBody {
    /// Null: they do not show you where they have been.
    #[schema(required)]
    visitor: Option<PersonBody>,
    /// The day, where the server is.
    #[schema(format = Date)]
    day: String,
    /// When they first came that day; null for whoever is not shown.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    visited_at: Option<OffsetDateTime>,
}

impl From<VisitorSeen> for VisitorBody {
    fn from(seen: VisitorSeen) -> Self {
        let visited_at = seen.place.at.map(WallMs::to_offset);
        Self {
            visitor: seen.visitor.map(PersonBody::from),
            day: seen.place.day.date(),
            visited_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct VisitorsBody {
    visitors: Vec<VisitorBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Which visit the last page ended with.
#[derive(Serialize, Deserialize)]
struct Visitors(VisitorPlace);

impl cursor::Place for Visitors {
    const LIST: &'static str = "visitors";
}

/// Who came to see one's room in the last half year, the latest first; guests are not among them. Whoever does not show
/// where they have been comes after the others of the day, in no order: nobody learns when they came.
#[utoipa::path(get, path = "/v1/rooms/{id}/visitors", tag = "visits",
    params(("id" = RoomId, Path, description = "Which."), Page),
    responses(
        (status = 200, description = "A page.", body = VisitorsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
    ))]
async fn visitors(
    State(state): State<VisitState>,
    viewer: Viewer,
    Path(room): Path<RoomId>,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    made(&state.visits, &state.rooms, room, Some(viewer)).await?;
    let after = page.after::<Visitors>()?.map(|Visitors(place)| place);
    let visitors = state.visits.visitors(room, viewer, after, page.limit() + 1);
    let mut found = visitors.await.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Visitors(last.place));
    let visitors = found.into_iter().map(VisitorBody::from).collect();
    Ok(not_kept(VisitorsBody {
        visitors,
        next_cursor,
    }))
}

/// A room one has been in.
#[derive(Serialize, ToSchema)]
struct VisitedRoomBody {
    id: RoomId,
    name: String,
    owner: PersonBody,
}

/// A visit of one's own.
#[derive(Serialize, ToSchema)]
struct VisitBody {
    room: VisitedRoomBody,
    /// The day, where the server is.
    #[schema(format = Date)]
    day: String,
    /// When one first came that day.
    #[serde(with = "time::serde::rfc3339")]
    visited_at: OffsetDateTime,
}

impl From<OwnVisit> for VisitBody {
    fn from(visit: OwnVisit) -> Self {
        Self {
            room: VisitedRoomBody {
                id: visit.room,
                name: visit.name,
                owner: visit.owner.into(),
            },
            day: visit.day.date(),
            visited_at: visit.place.at.to_offset(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct OwnVisitsBody {
    visits: Vec<VisitBody>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// Which of one's visits the last page ended with.
#[derive(Serialize, Deserialize)]
struct Own(VisitPlace);

impl cursor::Place for Own {
    const LIST: &'static str = "own_visits";
}

/// Where one has been in the last half year, the latest first. Without rooms that are no longer there for one.
#[utoipa::path(get, path = "/v1/me/visits", tag = "visits", params(Page),
    responses(
        (status = 200, description = "A page.", body = OwnVisitsBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
    ))]
async fn own(
    State(visits): State<VisitService>,
    viewer: Viewer,
    page: Page,
) -> Result<Response, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    let after = page.after::<Own>()?.map(|Own(place)| place);
    let found = visits.visited(viewer, after, page.limit() + 1).await;
    let mut found = found.map_err(refused)?;
    let next_cursor = page.cut(&mut found, |last| Own(last.place));
    let visits = found.into_iter().map(VisitBody::from).collect();
    Ok(not_kept(OwnVisitsBody {
        visits,
        next_cursor,
    }))
}

/// Takes all of one's visits out of every history, that of the rooms' owners among them. They still count.
#[utoipa::path(delete, path = "/v1/me/visits", tag = "visits",
    responses(
        (status = 204, description = "They are in no history."),
        (status = 401, description = "sign_in_required"),
    ))]
async fn clear(State(visits): State<VisitService>, viewer: Viewer) -> Result<StatusCode, Problem> {
    let viewer = viewer.signed_in()?.user.id;
    visits.clear(viewer).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// For whom the same is to come again.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Seed {
    /// The same among the same rooms for the same number; absent: any.
    #[param(required = false)]
    seed: Option<u64>,
}

impl Seed {
    pub(super) fn or_any(&self) -> u64 {
        self.seed.unwrap_or_else(|| rand::rng().next_u64())
    }
}

/// By whom one got to a room.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ViaBody {
    /// A tie of the owner.
    Tie,
    /// A follower of the owner, or one of theirs.
    Follower,
    /// Nobody: by chance.
    Anywhere,
}

#[derive(Serialize, ToSchema)]
struct SurfBody {
    /// Null: there is nowhere to go.
    #[schema(required)]
    room: Option<CardBody>,
    #[schema(required)]
    via: Option<ViaBody>,
}

/// Where to go on to from a room: to somebody around its owner or, where there is nobody, anywhere. Never to where one
/// was just now.
#[utoipa::path(get, path = "/v1/rooms/{id}/surf", tag = "visits",
    params(("id" = RoomId, Path, description = "From which."), Seed),
    responses(
        (status = 200, description = "A room, and by whom.", body = SurfBody),
        (status = 404, description = "room_not_found"),
    ))]
async fn surf(
    State(state): State<VisitState>,
    Viewer(viewer): Viewer,
    Path(room): Path<RoomId>,
    Query(seed): Query<Seed>,
) -> Result<Response, Problem> {
    let viewer = viewer.map(|viewer| viewer.user.id);
    made(&state.visits, &state.rooms, room, viewer).await?;
    let next = state.visits.surf(room, viewer, seed.or_any()).await;
    let next = next.map_err(refused)?;
    let services = (&state.visits, &state.rooms, &*state.crowds);
    let rooms = shown(services, next.map(|(room, _)| room), viewer).await?;
    let room = rooms.into_iter().next();
    let via = next.filter(|_| room.is_some()).map(|(_, via)| match via {
        Via::Tie => ViaBody::Tie,
        Via::Follower => ViaBody::Follower,
        Via::Anywhere => ViaBody::Anywhere,
    });
    Ok(not_kept(SurfBody { room, via }))
}

pub(super) fn refused(error: VisitError) -> Problem {
    match error {
        VisitError::NoRoom => Problem::new(Code::RoomNotFound),
        VisitError::Forbidden => Problem::new(Code::Forbidden),
        VisitError::Visits(error) => Problem::unavailable(&error),
        VisitError::Discovery(error) => Problem::unavailable(&error),
    }
}
