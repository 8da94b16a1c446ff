//! How connections end, and what the client is told about it.

use std::time::Duration;

use futures_util::StreamExt;
use maru_protocol::{CloseCode, ErrorCode};
use tokio::io::AsyncReadExt;
use tokio_tungstenite::tungstenite::error::{CapacityError, Error as WsError, ProtocolError};

use super::Socket;
use crate::realtime::limits::READ_BUFFER_BYTES;
use crate::realtime::outbox::{Driven, Outbox};
use crate::realtime::rooms::OpenError;
use crate::services::room::VisitorError;

/// What a peer gets after a close frame to read it and hang up by itself.
const CLOSE_LINGER: Duration = Duration::from_secs(2);

/// RFC 6455, section 7.4.1: a frame that breaks the protocol.
const CLOSE_PROTOCOL_ERROR: u16 = 1_002;

/// RFC 6455, section 7.4.1: a message too big to process.
const CLOSE_TOO_BIG: u16 = 1_009;

/// Why a connection ends, as far as this side decides.
pub(super) enum End {
    /// The peer went, or the room closed the connection.
    Over,
    /// Say this and close.
    Refuse(ErrorCode, &'static str, u16),
}

impl End {
    pub(super) fn refuse(code: ErrorCode, message: &'static str, close: CloseCode) -> Self {
        Self::Refuse(code, message, close.number())
    }
}

/// What the WebSocket library could not read, as the client is told.
pub(super) fn read_failed(error: &WsError) -> End {
    match error {
        WsError::Capacity(CapacityError::MessageTooLong { .. }) => {
            let message = "longer than a client frame may be";
            End::Refuse(ErrorCode::FrameTooLarge, message, CLOSE_TOO_BIG)
        }
        WsError::Protocol(ProtocolError::UnmaskedFrameFromClient) => {
            let message = "client frames must be masked";
            End::Refuse(ErrorCode::UnmaskedFrame, message, CLOSE_PROTOCOL_ERROR)
        }
        WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Over,
        WsError::Protocol(_) | WsError::Utf8(_) | WsError::Capacity(_) => {
            let message = "RFC 6455 was violated";
            End::Refuse(ErrorCode::WebSocketProtocol, message, CLOSE_PROTOCOL_ERROR)
        }
        _ => End::Over,
    }
}

/// Who could not be looked up.
pub(super) fn visitor_refused(error: VisitorError) -> End {
    match error {
        VisitorError::Gone => End::refuse(
            ErrorCode::Forbidden,
            "the account is gone",
            CloseCode::Forbidden,
        ),
        VisitorError::Store(error) => {
            tracing::error!(%error, "a visitor could not be looked up");
            End::refuse(ErrorCode::Unavailable, "try again", CloseCode::Unavailable)
        }
    }
}

/// What could not be opened.
pub(super) fn open_refused(error: OpenError) -> End {
    match error {
        OpenError::NotFound => End::refuse(
            ErrorCode::RoomGone,
            "the room is no longer there",
            CloseCode::RoomGone,
        ),
        OpenError::Stopping => End::refuse(
            ErrorCode::Unavailable,
            "the server restarts",
            CloseCode::Restart,
        ),
        OpenError::Store(error) => {
            tracing::error!(%error, "a room could not be opened");
            End::refuse(ErrorCode::Unavailable, "try again", CloseCode::Unavailable)
        }
    }
}

/// Lets the peer read the close frame, for a moment, without taking anything more from it.
pub(super) async fn linger(outbox: &Outbox, mut socket: Socket) {
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
