//! A guest's visit: a ticket over REST, the WebSocket handshake, the join, and then only heartbeats or steps.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use maru::domain::id::RoomId;
use maru::realtime::limits::Limits;
use maru_protocol::{
    ClientFrame, SUBPROTOCOL, ServerFrame, Standing, decode_server, encode_client,
};
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::Failure;

/// Read buffer of a visitor's socket, in bytes.
const READ_BUFFER_BYTES: usize = 1_024;

/// Frames that are no larger may be heartbeats.
const HEARTBEAT_BYTES_MAX: usize = 16;

/// The side of a room, in hundredths of a tile.
const ROOM_SIDE: i32 = 1_000;

/// How far a walker gets between two frames, in hundredths of a tile.
const STEP: i32 = 30;

/// Asks for tickets over one connection that is kept.
#[derive(Debug)]
pub struct TicketDesk {
    address: SocketAddr,
    requests: SendRequest<Full<Bytes>>,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    live_url: String,
}

impl TicketDesk {
    /// Connects; the connection is driven by a task of `tasks`.
    pub async fn open(address: SocketAddr, tasks: &mut JoinSet<()>) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        let (requests, connection) = handshake(TokioIo::new(stream)).await?;
        tasks.spawn(async move {
            // Its requests fail when it does.
            drop(connection.await);
        });
        Ok(Self { address, requests })
    }

    /// Walks one guest into a room.
    pub async fn visit(&mut self, room: RoomId, name: &str) -> Result<Visit, Failure> {
        let Ticket { ticket, live_url } = self.ticket(room, name).await?;
        let mut request = format!("ws://{}{live_url}", self.address).into_client_request()?;
        request
            .headers_mut()
            .insert(SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL.parse()?);
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0);
        let (mut socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        let join = ClientFrame::Join {
            ticket,
            avatar: None,
        };
        socket
            .send(Message::Binary(encode_client(&join).into()))
            .await?;
        let mut visit = Visit { socket };
        loop {
            match visit.next().await? {
                ServerFrame::Snapshot { .. } => return Ok(visit),
                ServerFrame::Error { code, message, .. } => {
                    return Err(format!("{code:?}: {message}").into());
                }
                _ => {}
            }
        }
    }

    async fn ticket(&mut self, room: RoomId, name: &str) -> Result<Ticket, Failure> {
        self.requests.ready().await?;
        let look = [0; maru::domain::user::LOOK_SLOTS];
        let body = serde_json::json!({ "guest": { "name": name, "look": look } });
        let request = hyper::Request::post(format!("/v1/rooms/{room}/tickets"))
            .header("host", self.address.to_string())
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))?;
        let response = self.requests.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status != hyper::StatusCode::CREATED {
            return Err(format!("no ticket: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(serde_json::from_slice(&body)?)
    }
}

/// One guest inside.
#[derive(Debug)]
pub struct Visit {
    socket: WebSocketStream<TcpStream>,
}

impl Visit {
    async fn message(&mut self) -> Result<Bytes, Failure> {
        match self.socket.next().await {
            Some(Ok(Message::Binary(bytes))) => Ok(bytes),
            Some(Ok(other)) => Err(format!("not a frame of the protocol: {other:?}").into()),
            Some(Err(error)) => Err(error.into()),
            None => Err("the server closed the connection".into()),
        }
    }

    async fn next(&mut self) -> Result<ServerFrame, Failure> {
        Ok(decode_server(&self.message().await?)?)
    }

    /// Answers heartbeats, and walks or does nothing else. Comes back only when the connection ends.
    pub async fn stay(mut self, walk: bool) -> Failure {
        let mut steps =
            tokio::time::interval(Duration::from_millis(Limits::DEFAULT.move_interval_ms));
        let mut x = 0;
        loop {
            let turn = tokio::select! {
                _ = steps.tick(), if walk => {
                    x = (x + STEP) % ROOM_SIDE;
                    self.step(x).await
                }
                bytes = self.message() => match bytes {
                    Ok(bytes) => self.answer(&bytes).await,
                    Err(error) => Err(error),
                },
            };
            if let Err(error) = turn {
                return error;
            }
        }
    }

    async fn step(&mut self, x: i32) -> Result<(), Failure> {
        let standing = Standing::Walking;
        self.send(&ClientFrame::Move {
            x,
            y: ROOM_SIDE / 2,
            facing: 0,
            standing,
        })
        .await
    }

    async fn answer(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if bytes.len() > HEARTBEAT_BYTES_MAX {
            return Ok(());
        }
        match decode_server(bytes)? {
            ServerFrame::Ping { nonce } => self.send(&ClientFrame::Pong { nonce }).await,
            _ => Ok(()),
        }
    }

    async fn send(&mut self, frame: &ClientFrame) -> Result<(), Failure> {
        let bytes = encode_client(frame);
        Ok(self.socket.send(Message::Binary(bytes.into())).await?)
    }
}
