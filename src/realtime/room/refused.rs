//! What the room says no to: by the name of the limit that was reached, and with a wait where waiting can help.

use maru_protocol::{CloseCode, ErrorCode, ServerFrame};

use super::{ConnId, Effect, send};
use crate::domain::room::Refusal;

/// Why something is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Why {
    pub code: ErrorCode,
    pub message: &'static str,
    /// The limit that was reached.
    pub limit: Option<&'static str>,
    /// When trying again can help, and not before.
    pub retry_after_ms: Option<u32>,
}

impl Why {
    pub const fn new(code: ErrorCode, message: &'static str) -> Self {
        Self {
            code,
            message,
            limit: None,
            retry_after_ms: None,
        }
    }

    /// For a limit, which waiting may leave behind.
    pub const fn limit(self, limit: &'static str, retry_after_ms: u32) -> Self {
        let limit = Some(limit);
        Self { limit, ..self }.wait(retry_after_ms)
    }

    pub const fn wait(self, retry_after_ms: u32) -> Self {
        let retry_after_ms = Some(retry_after_ms);
        Self {
            retry_after_ms,
            ..self
        }
    }

    /// Says so, of a batch under its number; the session stays as it is.
    pub fn tell(&self, conn: ConnId, number: Option<u32>, effects: &mut Vec<Effect>) {
        count(self.limit, effects);
        let error = ServerFrame::Error {
            code: self.code,
            message: self.message.to_owned(),
            retry_after_ms: self.retry_after_ms,
            number,
            limit: self.limit.map(str::to_owned),
        };
        effects.push(send(conn, &error));
    }
}

/// Why someone stays outside, or has to go.
pub(super) struct Refused(pub Why, pub CloseCode);

impl Refused {
    pub const fn new(code: ErrorCode, message: &'static str, close: CloseCode) -> Self {
        Self(Why::new(code, message), close)
    }

    /// The last a connection hears.
    pub fn tell(&self, conn: ConnId, effects: &mut Vec<Effect>) {
        self.0.tell(conn, None, effects);
        effects.push(Effect::Close { conn, code: self.1 });
    }
}

/// Counts what was refused for a limit, if it was for one.
pub(super) fn count(limit: Option<&'static str>, effects: &mut Vec<Effect>) {
    effects.extend(limit.map(|limit| Effect::Refused { limit }));
}

/// The limit that a reason stands for, where it can stand for nothing else.
pub(super) const fn limit_of(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::TooManyItems => Some("live.items_max"),
        Refusal::TooManyLayouts => Some("live.layouts_max"),
        Refusal::ListFull => Some("live.access_list_max"),
        Refusal::TextTooLong => Some("chat_chars_max"),
        _ => None,
    }
}
