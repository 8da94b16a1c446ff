//! How connections end, and what the client is told about it.

use maru_protocol::{CloseCode, ErrorCode, ServerFrame};
use tokio_tungstenite::tungstenite::error::Error as WsError;

use crate::realtime::meter::Excess;
use crate::realtime::rooms::OpenError;
use crate::realtime::socket::violation;
use crate::services::room::VisitorError;

/// Why a connection ends, as far as this side decides.
pub(super) enum End {
    /// The peer went, or the room closed the connection.
    Over,
    /// Say this and close.
    Refuse(ErrorCode, &'static str, u16),
    /// More connections of this person than allowed.
    TooMany(Excess),
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
        VisitorError::NoRoom => End::refuse(
            ErrorCode::RoomGone,
            "the room is no longer there",
            CloseCode::RoomGone,
        ),
        unreachable => {
            tracing::error!(error = %unreachable, "a visitor could not be looked up");
            End::refuse(ErrorCode::Unavailable, "try again", CloseCode::Unavailable)
        }
    }
}

/// What could not be opened.
pub(super) fn open_refused(error: OpenError) -> End {
    match error {
        OpenError::Stopping => End::refuse(
            ErrorCode::Unavailable,
            "the server restarts",
            CloseCode::Restart,
        ),
    }
}

/// What a refused frame is answered with.
pub(super) fn refusal(code: ErrorCode, message: &str) -> ServerFrame {
    ServerFrame::Error {
        code,
        message: message.to_owned(),
        retry_after_ms: None,
        number: None,
        limit: None,
    }
}

/// What something above a limit is answered with.
pub(super) fn limited(code: ErrorCode, excess: Excess, number: Option<u32>) -> ServerFrame {
    ServerFrame::Error {
        code,
        message: format!("above the limit {}", excess.limit),
        retry_after_ms: excess.retry_after_ms,
        number,
        limit: Some(excess.limit.to_owned()),
    }
}
