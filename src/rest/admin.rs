//! `/v1/admin/live`: how this node and its rooms are, for accounts that may operate the platform.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRef, FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use futures_util::stream;
use http::header::CACHE_CONTROL;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::auth::Viewer;
use super::problem::{Code, Json, Path, Problem, Query};
use crate::domain::id::RoomId;
use crate::domain::user::AccountRole;
use crate::realtime::connection::LiveContext;
use crate::realtime::inspect::{Inspected, RoomFigures, RoomReport};
use crate::services::auth::AuthService;

/// Rooms asked at once; each answers within a second or counts as stuck.
const ASKED_AT_ONCE: usize = 64;

/// Rooms in a page unless the client asks otherwise, and at the most.
const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: usize = 100;

/// The longest cursor read, in bytes.
const CURSOR_BYTES_MAX: usize = 128;

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
pub fn router(state: AdminState) -> Router {
    Router::new()
        .route("/v1/admin/live", get(node))
        .route("/v1/admin/live/{room}", get(room))
        .with_state(state)
}

/// Whoever asks is an admin.
struct Admin;

impl FromRequestParts<AdminState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Problem> {
        let Viewer(viewer) = Viewer::from_request_parts(parts, state).await?;
        match viewer.ok_or(Code::SignInRequired)?.role {
            AccountRole::Admin => Ok(Self),
            AccountRole::User | AccountRole::Moderator => Err(Problem::new(Code::Forbidden)),
        }
    }
}

/// By what rooms are sorted, the most first.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    #[default]
    People,
    QueueBytes,
    Lag,
}

#[derive(Deserialize)]
struct NodeQuery {
    sort: Option<Sort>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// After which room the next page begins, and what it was sorted by. Rooms change between pages, so one that
/// climbs past the cursor meanwhile is not shown again.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    value: u64,
    room: RoomId,
}

impl Cursor {
    fn parse(text: &str, sort: Sort) -> Option<Self> {
        let bounded = text.len() <= CURSOR_BYTES_MAX;
        let bytes = bounded.then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        let cursor: Self = rmp_serde::from_slice(&bytes).ok()?;
        (cursor.sort == sort).then_some(cursor)
    }

    fn text(&self) -> Option<String> {
        let bytes = rmp_serde::to_vec(self).ok()?;
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Where a room stands in the order: the most first, then by id.
    fn place(value: u64, room: RoomId) -> (std::cmp::Reverse<u64>, RoomId) {
        (std::cmp::Reverse(value), room)
    }
}

type Asked = (RoomFigures, Inspected);

async fn ask(live: &LiveContext, rooms: Vec<RoomFigures>) -> Vec<Asked> {
    let asking = rooms.into_iter().map(async |figures| {
        let inspected = live.rooms.inspect(figures.id).await;
        (figures, inspected)
    });
    stream::iter(asking).buffered(ASKED_AT_ONCE).collect().await
}

async fn node(
    _: Admin,
    State(AdminState { live, .. }): State<AdminState>,
    Query(query): Query<NodeQuery>,
) -> Result<Response, Problem> {
    let sort = query.sort.unwrap_or_default();
    let cursor = query
        .cursor
        .map(|text| Cursor::parse(&text, sort).ok_or(Code::InvalidCursor));
    let cursor = cursor.transpose()?;
    let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
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
    order.sort_by_key(|(value, room)| Cursor::place(*value, *room));
    if let Some(after) = cursor {
        let place = Cursor::place(after.value, after.room);
        order.retain(|(value, room)| Cursor::place(*value, *room) > place);
    }
    let more = order.len() > limit;
    order.truncate(limit);
    let next = order.last().filter(|_| more);
    let next = next.map(|&(value, room)| Cursor { sort, value, room });
    let shown = |figures: &RoomFigures| order.iter().any(|(_, room)| *room == figures.id);
    unasked.retain(shown);
    asked.retain(|(figures, _)| shown(figures));
    asked.extend(ask(&live, unasked).await);
    let place = |id: RoomId| order.iter().position(|(_, room)| *room == id);
    asked.sort_by_key(|(figures, _)| place(figures.id));
    let rooms: Vec<Value> = asked.iter().filter_map(room_body).collect();
    let next_cursor = next.and_then(|cursor| cursor.text());
    let body = json!({ "node": summary, "rooms": rooms, "next_cursor": next_cursor });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn summary(live: &LiveContext, figures: &[RoomFigures]) -> Value {
    let sum = |what: fn(&RoomFigures) -> usize| figures.iter().map(what).sum::<usize>();
    json!({
        "uptime_ms": live.clock.tick().0,
        "connections": live.quotas.connections(),
        "rooms": figures.len(),
        "people": sum(|room| room.people),
        "sessions": sum(|room| room.sessions),
        "commands_waiting": sum(|room| room.commands_waiting),
        "unsaved_batches": sum(|room| room.unsaved_batches),
        "lag_ms_max": figures.iter().map(|room| room.lag_ms).max().unwrap_or(0),
    })
}

/// A room as it answered; none when it has gone meanwhile.
fn room_body((figures, inspected): &Asked) -> Option<Value> {
    let mut body = json!(figures);
    let more = match inspected {
        Inspected::NotLive => return None,
        Inspected::Stuck => json!({ "answers": false }),
        Inspected::Report(report) => report_body(report),
    };
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    Some(body)
}

fn report_body(report: &RoomReport) -> Value {
    let mut body = json!({
        "answers": true,
        "name": report.card.as_ref().map(|(name, _)| name),
        "owner_id": report.card.as_ref().map(|(_, owner)| owner),
        "owned_here": report.inspection.is_some(),
        "queue_bytes": report.queue_bytes,
        "queue_bytes_max": report.queue_bytes_max,
    });
    let inspection = json!(report.inspection);
    if let (Value::Object(body), Value::Object(inspection)) = (&mut body, inspection) {
        body.extend(inspection);
    }
    body
}

async fn room(
    _: Admin,
    State(AdminState { live, .. }): State<AdminState>,
    Path(room): Path<RoomId>,
) -> Result<Response, Problem> {
    let figures = live.rooms.figures().into_iter();
    let figures = figures.into_iter().find(|figures| figures.id == room);
    let figures = figures.ok_or(Code::RoomNotFound)?;
    let asked = (figures, live.rooms.inspect(room).await);
    let body = room_body(&asked).ok_or(Code::RoomNotFound)?;
    let members = match &asked.1 {
        Inspected::Report(report) => json!(report.members),
        Inspected::NotLive | Inspected::Stuck => Value::Null,
    };
    let body = json!({ "room": body, "members": members });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
