//! The first frame: what it may be, and whose it is.

use maru_protocol::{Avatar, ClientFrame, ErrorCode, ReadPoint, decode_client};

use super::refusal::not_admitted;
use super::{Heard, Refusal};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, SessionId};
use crate::domain::visitor::Bearer;
use crate::realtime::gate::Gate;
use crate::realtime::room::Entry;

/// A first frame that may be one.
#[derive(Debug, Clone, PartialEq)]
pub enum First {
    /// Of a new session.
    Join {
        /// What identifies its bearer, once.
        ticket: String,
        /// Where the avatar would like to stand.
        avatar: Option<Avatar>,
    },
    /// Of a returning session.
    Resume {
        /// The token of its last welcome.
        token: String,
        /// What the client still has.
        have: Option<ReadPoint>,
        /// Where the avatar would like to stand.
        avatar: Option<Avatar>,
    },
}

/// The first frame, once it comes.
pub(super) fn first(heard: &Heard) -> Result<Option<First>, Refusal> {
    let bytes = match heard {
        Heard::Binary(bytes) => bytes,
        Heard::Text => {
            return Err(Refusal::protocol(ErrorCode::TextFrame, "frames are binary"));
        }
        Heard::Control | Heard::Closed | Heard::Violation(_) => return Ok(None),
    };
    match decode_client(bytes) {
        Ok(ClientFrame::Join { ticket, avatar }) => Ok(Some(First::Join { ticket, avatar })),
        Ok(ClientFrame::Resume {
            token,
            have,
            avatar,
        }) => Ok(Some(First::Resume {
            token,
            have,
            avatar,
        })),
        Ok(_) => {
            let message = "send Join or Resume first";
            Err(Refusal::protocol(ErrorCode::JoinExpected, message))
        }
        Err(error) => {
            tracing::debug!(%error, "first frame refused");
            let message = "the first frame is no maru.v1 frame";
            Err(Refusal::protocol(ErrorCode::MalformedFrame, message))
        }
    }
}

/// Whose first frame it is, where several nodes share which tickets were used.
pub async fn identify_shared(
    first: First,
    room: RoomId,
    gate: &Gate,
    fresh: SessionId,
    now: WallMs,
) -> Result<(Bearer, Entry), Refusal> {
    match first {
        First::Join { ticket, avatar } => {
            let bearer = gate.admit(&ticket, room, now).await.map_err(not_admitted)?;
            let session = fresh;
            Ok((bearer, Entry::Join { session, avatar }))
        }
        resume @ First::Resume { .. } => identify(resume, room, gate, fresh, now),
    }
}

/// Whose first frame it is: redeems the ticket, or opens the token. `fresh` names the session if it is a new one.
pub fn identify(
    first: First,
    room: RoomId,
    gate: &Gate,
    fresh: SessionId,
    now: WallMs,
) -> Result<(Bearer, Entry), Refusal> {
    match first {
        First::Join { ticket, avatar } => {
            let bearer = gate.redeem(&ticket, room, now).map_err(not_admitted)?;
            let session = fresh;
            Ok((bearer, Entry::Join { session, avatar }))
        }
        First::Resume {
            token,
            have,
            avatar,
        } => {
            let claims = gate.take_up(&token, room).map_err(not_admitted)?;
            let entry = Entry::Resume {
                session: claims.session,
                generation: claims.generation,
                have,
                avatar,
                issued: claims.issued,
            };
            Ok((claims.bearer, entry))
        }
    }
}
