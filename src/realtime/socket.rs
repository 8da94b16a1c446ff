//! One upgraded socket: its two sides opened within bounds, how a failed read is answered, how it ends.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use maru_protocol::{CLIENT_FRAME_BYTES_MAX, ErrorCode};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::limits::{Limits, READ_BUFFER_BYTES};
use super::outbox::{Driven, Outbox, ReadSide};

/// What a peer gets after a close frame to read it and hang up by itself.
const CLOSE_LINGER: Duration = Duration::from_secs(2);

/// RFC 6455, section 7.4.1: a frame that breaks the protocol.
const CLOSE_PROTOCOL_ERROR: u16 = 1_002;

/// RFC 6455, section 7.4.1: text that is not UTF-8.
const CLOSE_INVALID_PAYLOAD: u16 = 1_007;

/// RFC 6455, section 7.4.1: a message too big to process.
const CLOSE_TOO_BIG: u16 = 1_009;

/// The side that reads, as the WebSocket library drives it.
pub type Socket = WebSocketStream<ReadSide>;

/// What one connection may hold.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The longest message read, in one frame or in fragments.
    pub message_bytes_max: usize,
    /// What may wait for a peer that does not read.
    pub backlog_bytes_max: usize,
    /// How long it may wait without any of it being taken.
    pub stall_ms_max: u64,
}

impl Bounds {
    /// A member's connection.
    pub const fn live_room(limits: &Limits) -> Self {
        Self {
            message_bytes_max: CLIENT_FRAME_BYTES_MAX,
            backlog_bytes_max: limits.backlog_bytes_max,
            stall_ms_max: limits.stall_ms_max,
        }
    }
}

/// Opens both sides. `read` is what came with the handshake.
pub async fn open(io: TcpStream, read: Bytes, bounds: Bounds) -> io::Result<(Arc<Outbox>, Socket)> {
    let stream = Arc::new(io);
    let outbox = Arc::new(Outbox::new(
        stream.clone(),
        bounds.backlog_bytes_max,
        Duration::from_millis(bounds.stall_ms_max),
    )?);
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(bounds.message_bytes_max))
        .max_frame_size(Some(bounds.message_bytes_max));
    let side = ReadSide::new(stream, outbox.clone());
    // However short, it keeps the 8 KiB that the HTTP side read into: not for the whole visit.
    let early = read.to_vec();
    drop(read);
    let socket =
        WebSocketStream::from_partially_read(side, early, Role::Server, Some(config)).await;
    Ok((outbox, socket))
}

/// What a peer did that ends its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// As a client of `maru.v1` is told.
    pub code: ErrorCode,
    /// For developers.
    pub message: &'static str,
    /// The close code of RFC 6455 that follows.
    pub close: u16,
}

/// What the WebSocket library could not read, unless the connection is just gone.
pub fn violation(error: &WsError) -> Option<Violation> {
    let (code, message, close) = match error {
        WsError::Capacity(CapacityError::MessageTooLong { .. }) => (
            ErrorCode::FrameTooLarge,
            "longer than a client frame may be",
            CLOSE_TOO_BIG,
        ),
        WsError::Protocol(ProtocolError::UnmaskedFrameFromClient) => (
            ErrorCode::UnmaskedFrame,
            "client frames must be masked",
            CLOSE_PROTOCOL_ERROR,
        ),
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return None,
        WsError::Utf8(_) => (
            ErrorCode::WebSocketProtocol,
            "text must be UTF-8",
            CLOSE_INVALID_PAYLOAD,
        ),
        WsError::Protocol(_) | WsError::Capacity(_) => (
            ErrorCode::WebSocketProtocol,
            "RFC 6455 was violated",
            CLOSE_PROTOCOL_ERROR,
        ),
        _ => return None,
    };
    Some(Violation {
        code,
        message,
        close,
    })
}

/// Lets the peer read the close frame, for a moment, without taking anything more from it.
pub async fn linger(outbox: &Outbox, mut socket: Socket) {
    let read_out = async {
        let mut is_readable = true;
        while is_readable || outbox.is_closing() {
            tokio::select! {
                driven = outbox.drive() => match driven {
                    Ok(Driven::Drained { .. }) => {}
                    Ok(Driven::Closed) => break,
                    Ok(Driven::Stalled) | Err(_) => return,
                },
                message = socket.next(), if is_readable => {
                    is_readable = matches!(message, Some(Ok(_)));
                }
            }
        }
        if outbox.hang_up().is_err() {
            return;
        }
        // Closing with unread bytes would reset the connection and take the close frame with it. Bare bytes:
        // after a violation of RFC 6455 the library reads no more.
        let mut unread = [0; READ_BUFFER_BYTES];
        while matches!(socket.get_mut().read(&mut unread).await, Ok(1..)) {}
    };
    let _ = tokio::time::timeout(CLOSE_LINGER, read_out).await;
}
