//! `GET /v1/rooms/{id}/live`: the WebSocket handshake, and the hand-over of the bare socket.

use std::sync::Arc;

use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use maru_protocol::SUBPROTOCOL;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::task::TaskTracker;

use super::connection::{LiveContext, serve};
use super::meter::Excess;
use super::quota::{CONNECTIONS_RETRY_MS, NODE_CONNECTS};
use crate::domain::address::ClientAddress;
use crate::domain::id::RoomId;

/// What the upgrade needs beside the request.
#[derive(Debug, Clone)]
pub struct LiveState {
    /// Shared by every connection.
    pub context: Arc<LiveContext>,
    /// Where connection tasks are attached.
    pub tasks: TaskTracker,
}

/// Why a request does not become a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotUpgraded {
    /// The path holds no room id.
    BadRoomId,
    /// A header of RFC 6455, section 4.2.1 is missing or wrong.
    BadHandshake,
    /// The client does not speak `maru.v1`.
    BadSubprotocol,
    /// Too many connections, or too many at once.
    TooMany(Excess),
}

impl NotUpgraded {
    const fn message(self) -> &'static str {
        match self {
            Self::BadRoomId => "the path holds no room id\n",
            Self::BadHandshake => "this address is for WebSocket upgrades (RFC 6455, version 13)\n",
            Self::BadSubprotocol => "offer the subprotocol maru.v1\n",
            Self::TooMany(_) => "too many connections\n",
        }
    }
}

impl IntoResponse for NotUpgraded {
    fn into_response(self) -> Response {
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        match self {
            Self::BadRoomId => (StatusCode::NOT_FOUND, plain, self.message()).into_response(),
            Self::BadSubprotocol => {
                (StatusCode::BAD_REQUEST, plain, self.message()).into_response()
            }
            Self::BadHandshake => {
                let headers = [
                    (header::UPGRADE, "websocket"),
                    (header::SEC_WEBSOCKET_VERSION, "13"),
                ];
                (StatusCode::UPGRADE_REQUIRED, headers, plain, self.message()).into_response()
            }
            Self::TooMany(excess) => too_many(excess),
        }
    }
}

/// The node as a whole is busy, or this address asks too much. The same document as of any REST refusal.
fn too_many(excess: Excess) -> Response {
    let limit = excess.limit;
    let retry_after_ms = excess.retry_after_ms.unwrap_or(CONNECTIONS_RETRY_MS);
    let (status, code, title) = if limit == NODE_CONNECTS {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        (status, "unavailable", "The server cannot do this now.")
    } else {
        let status = StatusCode::TOO_MANY_REQUESTS;
        (status, "rate_limited", "Too many requests; slow down.")
    };
    let body = serde_json::json!({
        "type": format!("urn:maru:problem:{code}"),
        "title": title,
        "status": status.as_u16(),
        "code": code,
        "limit": limit,
        "retry_after_ms": retry_after_ms,
    });
    let seconds = retry_after_ms.div_ceil(1_000);
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::RETRY_AFTER, HeaderValue::from(seconds)),
    ];
    (status, headers, body.to_string()).into_response()
}

/// Answers the handshake. The caller has checked `Origin`.
pub async fn upgrade(
    State(state): State<LiveState>,
    Path(room): Path<String>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    mut request: Request,
) -> Result<Response, NotUpgraded> {
    let room: RoomId = room.parse().map_err(|_| NotUpgraded::BadRoomId)?;
    // Only what would become a connection is counted as one.
    check_handshake(request.headers(), Some(SUBPROTOCOL))?;
    let context = state.context;
    let guard = context.quotas.connect(address, context.clock.tick());
    let guard = guard.map_err(|excess| {
        context.rooms.metrics().refused(excess.limit);
        NotUpgraded::TooMany(excess)
    })?;
    let serve = move |io, read| serve(context, room, guard, io, read);
    switch(&mut request, Some(SUBPROTOCOL), &state.tasks, serve)
}

/// Answers a handshake that asks for this subprotocol, or any, and hands over the bare socket with what was
/// read from it already.
pub fn switch<F>(
    request: &mut Request,
    subprotocol: Option<&'static str>,
    tasks: &TaskTracker,
    serve: impl FnOnce(TcpStream, Bytes) -> F + Send + 'static,
) -> Result<Response, NotUpgraded>
where
    F: Future<Output = ()> + Send + 'static,
{
    let accept = check_handshake(request.headers(), subprotocol)?;
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let upgrade = upgrade.ok_or(NotUpgraded::BadHandshake)?;
    tasks.spawn(async move {
        let upgraded = match upgrade.await {
            Ok(upgraded) => upgraded,
            Err(error) => {
                tracing::debug!(%error, "an upgrade was not completed");
                return;
            }
        };
        match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => serve(parts.io.into_inner(), parts.read_buf).await,
            Err(_) => tracing::error!("an upgraded connection is not a bare TCP socket"),
        }
    });
    let headers = [
        (header::CONNECTION, HeaderValue::from_static("Upgrade")),
        (header::UPGRADE, HeaderValue::from_static("websocket")),
        (header::SEC_WEBSOCKET_ACCEPT, accept),
    ];
    let chosen = subprotocol.map(|name| {
        let name = HeaderValue::from_static(name);
        [(header::SEC_WEBSOCKET_PROTOCOL, name)]
    });
    let chosen = chosen.into_iter().flatten().collect::<HeaderMap>();
    Ok((StatusCode::SWITCHING_PROTOCOLS, headers, chosen).into_response())
}

fn check_handshake(
    headers: &HeaderMap,
    subprotocol: Option<&str>,
) -> Result<HeaderValue, NotUpgraded> {
    let lists = |name: header::HeaderName, wanted: &str| {
        let values = headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        values
            .flat_map(|value| value.split(','))
            .any(|item| item.trim().eq_ignore_ascii_case(wanted))
    };
    let is_upgrade = lists(header::CONNECTION, "upgrade") && lists(header::UPGRADE, "websocket");
    if !is_upgrade || !lists(header::SEC_WEBSOCKET_VERSION, "13") {
        return Err(NotUpgraded::BadHandshake);
    }
    let key = headers
        .get(header::SEC_WEBSOCKET_KEY)
        .ok_or(NotUpgraded::BadHandshake)?;
    // 16 bytes in base64.
    if key.len() != 24 {
        return Err(NotUpgraded::BadHandshake);
    }
    if subprotocol.is_some_and(|name| !lists(header::SEC_WEBSOCKET_PROTOCOL, name)) {
        return Err(NotUpgraded::BadSubprotocol);
    }
    HeaderValue::from_str(&derive_accept_key(key.as_bytes())).map_err(|_| NotUpgraded::BadHandshake)
}
