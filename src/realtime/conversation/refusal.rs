//! What a client is told when something is refused, and with which code a connection then ends.

use maru_protocol::{CloseCode, ErrorCode, ServerFrame};

use crate::realtime::admission::NotAdmitted;
use crate::realtime::limits::UNAVAILABLE_RETRY_MS;
use crate::realtime::meter::Excess;
use crate::realtime::socket::Violation;

/// Something refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// What went wrong.
    pub code: ErrorCode,
    /// For developers.
    pub message: &'static str,
    /// When trying again can help, and not before.
    pub retry_after_ms: Option<u32>,
    /// The number of the batch refused, when it was one.
    pub number: Option<u32>,
    /// The limit that was reached, by its name in the configuration.
    pub limit: Option<&'static str>,
    /// The close code, if the connection ends with it.
    pub close: u16,
}

impl Refusal {
    pub(super) const fn new(code: ErrorCode, message: &'static str, close: CloseCode) -> Self {
        Self {
            code,
            message,
            retry_after_ms: None,
            number: None,
            limit: None,
            close: close.number(),
        }
    }

    /// A breach of the protocol.
    pub(super) const fn protocol(code: ErrorCode, message: &'static str) -> Self {
        Self::new(code, message, CloseCode::Protocol)
    }

    /// A breach of RFC 6455.
    pub(super) const fn broken(broken: Violation) -> Self {
        let refusal = Self::protocol(broken.code, broken.message);
        let limit = match broken.code {
            ErrorCode::FrameTooLarge => Some("client_frame_bytes_max"),
            _ => None,
        };
        Self {
            close: broken.close,
            limit,
            ..refusal
        }
    }

    /// More than a limit allows.
    pub(super) const fn excess(excess: Excess) -> Self {
        let message = "more than this limit allows";
        let refusal = Self::new(ErrorCode::RateLimited, message, CloseCode::RateLimited);
        Self {
            retry_after_ms: excess.retry_after_ms,
            ..refusal.by(excess.limit)
        }
    }

    /// More connections of one person than allowed.
    pub(super) const fn too_many_connections(excess: Excess) -> Self {
        let code = ErrorCode::TooManyConnections;
        let refusal = Self::new(code, "too many connections", CloseCode::Overloaded);
        Self {
            retry_after_ms: excess.retry_after_ms,
            ..refusal.by(excess.limit)
        }
    }

    /// The same, as the last of too many.
    pub(super) const fn once_too_often(self) -> Self {
        let message = "too many refused frames within a minute";
        Self {
            message,
            number: None,
            ..self.by("live.refusals_per_minute_max")
        }
    }

    pub(super) const fn by(self, limit: &'static str) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    pub(super) const fn of_batch(self, number: Option<u32>) -> Self {
        Self { number, ..self }
    }

    /// Whether it is no fault of the client's and may be over soon.
    pub(super) fn is_passing(&self) -> bool {
        self.code == ErrorCode::Unavailable
    }

    /// As it travels.
    pub(super) fn frame(&self) -> Box<ServerFrame> {
        Box::new(ServerFrame::Error {
            code: self.code,
            message: self.message.to_owned(),
            retry_after_ms: self.retry_after_ms,
            number: self.number,
            limit: self.limit.map(str::to_owned),
        })
    }
}

/// No first frame came.
pub(super) const fn late() -> Refusal {
    let message = "the first frame did not come in time";
    Refusal::new(ErrorCode::JoinExpected, message, CloseCode::JoinTimeout).by("live.join_ms")
}

/// Nothing was heard for too long.
pub(super) const fn silent() -> Refusal {
    let message = "nothing was heard for too long";
    Refusal::new(ErrorCode::Silent, message, CloseCode::Silent).by("live.silence_ms_max")
}

/// What was shown does not let its bearer in.
pub const fn not_admitted(why: NotAdmitted) -> Refusal {
    match why {
        NotAdmitted::Waiting | NotAdmitted::Unavailable => unavailable(),
        NotAdmitted::Full => unavailable().by("tickets_max"),
        NotAdmitted::LoginEnded => login_ended(),
        NotAdmitted::TicketInvalid => Refusal::new(
            ErrorCode::TicketInvalid,
            "unknown or used ticket, or one for another room",
            CloseCode::TicketInvalid,
        ),
        NotAdmitted::TicketExpired => Refusal::new(
            ErrorCode::TicketExpired,
            "the ticket is too old",
            CloseCode::TicketExpired,
        ),
        NotAdmitted::TokenInvalid => Refusal::new(
            ErrorCode::ResumeRefused,
            "the resume token is not whole, too old, or another room's",
            CloseCode::ResumeRefused,
        ),
    }
}

/// Nothing was read for too long.
pub(super) const fn stalled() -> Refusal {
    let message = "nothing was read for too long";
    Refusal::new(ErrorCode::SlowConsumer, message, CloseCode::SlowConsumer).by("live.stall_ms_max")
}

/// The visitor's account is no longer there.
pub const fn account_gone() -> Refusal {
    let message = "the account is gone";
    Refusal::new(ErrorCode::Forbidden, message, CloseCode::Forbidden)
}

/// The login behind it has ended.
pub(super) const fn login_ended() -> Refusal {
    let message = "the login has ended";
    Refusal::new(ErrorCode::LoginEnded, message, CloseCode::LoginEnded)
}

/// There is no such room.
pub const fn room_gone() -> Refusal {
    let message = "the room is no longer there";
    Refusal::new(ErrorCode::RoomGone, message, CloseCode::RoomGone)
}

/// The node lets nobody in any more.
pub const fn stopping() -> Refusal {
    let message = "the server restarts";
    let refusal = Refusal::new(ErrorCode::Unavailable, message, CloseCode::Restart);
    Refusal {
        retry_after_ms: Some(UNAVAILABLE_RETRY_MS),
        ..refusal
    }
}

/// A store does not answer.
pub const fn unavailable() -> Refusal {
    let message = "this cannot be looked up now";
    let refusal = Refusal::new(ErrorCode::Unavailable, message, CloseCode::Unavailable);
    Refusal {
        retry_after_ms: Some(UNAVAILABLE_RETRY_MS),
        ..refusal
    }
}
