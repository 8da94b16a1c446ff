//! Echoes WebSocket messages through the very code that live rooms open, read, write and close sockets with.

use std::convert::Infallible;
use std::io;
use std::pin::pin;

use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use bytes::Bytes;
use futures_util::StreamExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use maru::realtime::limits::Limits;
use maru::realtime::outbox::{Driven, Outbox};
use maru::realtime::socket::{self, Bounds, Socket, linger, violation};
use maru::realtime::{frame, upgrade};
use maru_protocol::CloseCode;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::task::TaskTracker;

/// The longest message echoed: the longest that conformance suites send.
pub const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A client that sends the next message while it reads the echo of the last is not behind.
const BOUNDS: Bounds = Bounds {
    message_bytes_max: MESSAGE_BYTES_MAX,
    backlog_bytes_max: 2 * (MESSAGE_BYTES_MAX + frame::HEADER_BYTES_MAX),
    ..Bounds::live_room(&Limits::DEFAULT)
};

/// Serves until no connection can be accepted.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await?;
        tasks.spawn(shake_hands(stream, tasks.clone()));
    }
}

async fn shake_hands(stream: TcpStream, tasks: TaskTracker) {
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        let answer = upgrade::switch(&mut request, None, &tasks, echo).into_response();
        async { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = connection.with_upgrades().await {
        tracing::debug!(%error, "a connection ended badly");
    }
}

async fn echo(io: TcpStream, read: Bytes) {
    let Ok((outbox, mut socket)) = socket::open(io, read, BOUNDS).await else {
        return;
    };
    if let Some(close) = converse(&outbox, &mut socket).await {
        outbox.close_with(close);
    }
    linger(&outbox, socket).await;
}

/// Echoes until the connection ends; the code to close it with, if that is for this side to do.
async fn converse(outbox: &Outbox, socket: &mut Socket) -> Option<u16> {
    let mut driving = pin!(outbox.drive());
    loop {
        tokio::select! {
            biased;
            driven = &mut driving => return match driven {
                Ok(Driven::Closed) | Err(_) => None,
                Ok(Driven::Drained { .. } | Driven::Stalled) => Some(CloseCode::SlowConsumer.number()),
            },
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    outbox.send(frame::text(text.as_str()));
                }
                Some(Ok(Message::Binary(bytes))) => {
                    outbox.send(frame::binary(&bytes));
                }
                // The library has answered a ping, and will have answered a close.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_))) | None => return None,
                Some(Err(error)) => return violation(&error).map(|broken| broken.close),
            },
        }
    }
}
