//! How connections end, and what the client is told about it.

use maru_protocol::{CloseCode, ErrorCode};
use tokio_tungstenite::tungstenite::error::Error as WsError;

use crate::realtime::rooms::OpenError;
use crate::realtime::socket::violation;
use crate::services::room::VisitorError;

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
    violation(error).map_or(End::Over, |broken| {
        End::Refuse(broken.code, broken.message, broken.close)
    })
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
