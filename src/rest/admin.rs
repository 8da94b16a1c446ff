//! `/v1/admin/live`: how this node and its rooms are, for accounts that may operate the platform.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use futures_util::stream;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::Holder;
use super::cursor::{Page, Place};
use super::problem::{Code, Json, Path, Problem, Query};
use crate::domain::id::RoomId;
use crate::domain::scope::Scope;
use crate::realtime::connection::LiveContext;
use crate::realtime::inspect::Inspected;
use crate::realtime::report::RoomFigures;
use crate::services::auth::AuthService;

mod body;

use body::{LiveNode, LiveNodeBody, LiveRoom, LiveRoomBody};

/// Rooms asked at once; each answers within a second or counts as stuck.
const ASKED_AT_ONCE: usize = 64;

/// What these handlers need.
#[derive(Debug, Clone)]
pub struct AdminState {
    /// The live rooms and connections of this node.
    pub live: Arc<LiveContext>,
    /// Tells who asks.
    pub auth: AuthService,
}

impl FromRef<AdminState> for AuthService {
    fn from_ref(state: &AdminState) -> Self {
        state.auth.clone()
    }
}

/// The routes.
pub fn routes() -> OpenApiRouter<AdminState> {
    OpenApiRouter::default()
        .routes(routes!(node))
        .routes(routes!(room))
}

/// The routes, with what they need.
pub fn router(state: AdminState) -> OpenApiRouter {
    routes().with_state(state)
}

/// Whoever asks is an admin.
struct Admin;

impl FromRequestParts<AdminState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Problem> {
        let holder = Holder::from_request_parts(parts, state).await?;
        holder.require(Scope::Admin).map(|_| Self)
    }
}

/// By what rooms are sorted, the most first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    People,
    QueueBytes,
    Lag,
}

#[derive(Deserialize, IntoParams)]
struct NodeQuery {
    /// By what rooms are sorted; by people unless given.
    #[param(required = false, value_type = Sort, inline)]
    sort: Option<Sort>,
}

/// After which room the next page begins, and what it was sorted by. Rooms change between pages, so one that
/// climbs past the cursor meanwhile is not shown again.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Shown {
    sort: Sort,
    value: u64,
    room: RoomId,
}

impl Place for Shown {
    const LIST: &'static str = "live_rooms";
}

/// Where a room stands in the order: the most first, then by id.
fn place(value: u64, room: RoomId) -> (std::cmp::Reverse<u64>, RoomId) {
    (std::cmp::Reverse(value), room)
}

type Asked = (RoomFigures, Inspected);

async fn ask(live: &LiveContext, rooms: Vec<RoomFigures>) -> Vec<Asked> {
    let asking = rooms.into_iter().map(async |figures| {
        let inspected = live.rooms.inspect(figures.id).await;
        (figures, inspected)
    });
    stream::iter(asking).buffered(ASKED_AT_ONCE).collect().await
}

/// This node, and its live rooms.
#[utoipa::path(get, path = "/v1/admin/live", tag = "admin", params(NodeQuery, Page),
    responses(
        (status = 200, description = "A page of rooms, and the node as a whole.", body = LiveNodeBody),
        (status = 400, description = "invalid_cursor"),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
    ))]
async fn node(
    _: Admin,
    State(AdminState { live, .. }): State<AdminState>,
    Query(query): Query<NodeQuery>,
    page: Page,
) -> Result<Response, Problem> {
    let sort = query.sort.unwrap_or_default();
    let after = page.after::<Shown>()?;
    if after.is_some_and(|after| after.sort != sort) {
        return Err(Problem::new(Code::InvalidCursor));
    }
    let figures = live.rooms.figures();
    let summary = summary(&live, &figures);
    // Only what waits in the queues must be asked of each room before they can be put in order.
    let (mut asked, mut unasked) = (Vec::new(), figures);
    if sort == Sort::QueueBytes {
        asked = ask(&live, std::mem::take(&mut unasked)).await;
    }
    let queue_bytes = |inspected: &Inspected| match inspected {
        Inspected::Report(report) => report.queue_bytes as u64,
        Inspected::NotLive | Inspected::Stuck => 0,
    };
    let mut order: Vec<(u64, RoomId)> = asked
        .iter()
        .map(|(figures, inspected)| (queue_bytes(inspected), figures.id))
        .chain(unasked.iter().map(|figures| {
            let value = if sort == Sort::Lag {
                figures.lag_ms
            } else {
                figures.people as u64
            };
            (value, figures.id)
        }))
        .collect();
    order.sort_by_key(|(value, room)| place(*value, *room));
    if let Some(after) = after {
        let seen = place(after.value, after.room);
        order.retain(|(value, room)| place(*value, *room) > seen);
    }
    let next_cursor = page.cut(&mut order, |&(value, room)| Shown { sort, value, room });
    let shown = |figures: &RoomFigures| order.iter().any(|(_, room)| *room == figures.id);
    unasked.retain(shown);
    asked.retain(|(figures, _)| shown(figures));
    asked.extend(ask(&live, unasked).await);
    let position = |id: RoomId| order.iter().position(|(_, room)| *room == id);
    asked.sort_by_key(|(figures, _)| position(figures.id));
    let body = LiveNodeBody {
        node: summary,
        rooms: asked.iter().filter_map(LiveRoom::of).collect(),
        next_cursor,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn summary(live: &LiveContext, figures: &[RoomFigures]) -> LiveNode {
    let sum = |what: fn(&RoomFigures) -> usize| figures.iter().map(what).sum::<usize>();
    LiveNode {
        uptime_ms: live.clock.tick().0,
        connections: live.quotas.connections(),
        rooms: figures.len(),
        people: sum(|room| room.people),
        sessions: sum(|room| room.sessions),
        commands_waiting: sum(|room| room.commands_waiting),
        unsaved_batches: sum(|room| room.unsaved_batches),
        lag_ms_max: figures.iter().map(|room| room.lag_ms).max().unwrap_or(0),
    }
}

/// A live room, and who is in it.
#[utoipa::path(get, path = "/v1/admin/live/{room}", tag = "admin",
    params(("room" = RoomId, Path, description = "Which.")),
    responses(
        (status = 200, description = "The room.", body = LiveRoomBody),
        (status = 401, description = "sign_in_required"),
        (status = 403, description = "forbidden"),
        (status = 404, description = "room_not_found"),
    ))]
async fn room(
    _: Admin,
    State(AdminState { live, .. }): State<AdminState>,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let figures = live.rooms.figures().into_iter();
    let figures = figures.into_iter().find(|figures| figures.id == room);
    let figures = figures.ok_or(Code::RoomNotFound)?;
    let asked = (figures, live.rooms.inspect(room).await);
    let room = LiveRoom::of(&asked).ok_or(Code::RoomNotFound)?;
    let members = match asked.1 {
        Inspected::Report(report) => Some(report.members),
        Inspected::NotLive | Inspected::Stuck => None,
    };
    let body = LiveRoomBody { room, members };
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
