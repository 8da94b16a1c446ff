//! The first frame: what it may be, and whose it is.

use maru_protocol::{Avatar, ClientFrame, CloseCode, ErrorCode, ReadPoint, decode_client};

use super::{Heard, Refusal};
use crate::domain::id::{RoomId, SessionId};
use crate::domain::visitor::Bearer;
use crate::realtime::room::{Entry, Now};
use crate::realtime::ticket::{TicketRefusal, Tickets};
use crate::realtime::token::TokenKey;

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

/// Whose first frame it is: redeems the ticket, or opens the token. `fresh` names the session if it is a new one.
pub fn identify(
    first: First,
    room: RoomId,
    tickets: &Tickets,
    token_key: &TokenKey,
    fresh: SessionId,
    now: Now,
) -> Result<(Bearer, Entry), Refusal> {
    match first {
        First::Join { ticket, avatar } => {
            let bearer = tickets.redeem(&ticket, room, now.tick);
            let bearer = bearer.map_err(ticket_refused)?;
            let session = fresh;
            Ok((bearer, Entry::Join { session, avatar }))
        }
        First::Resume {
            token,
            have,
            avatar,
        } => {
            let claims = token_key.open(&token, now.wall);
            let claims = claims.filter(|claims| claims.room == room).ok_or_else(|| {
                let message = "the resume token is not whole, too old, or another room's";
                Refusal::new(ErrorCode::ResumeRefused, message, CloseCode::ResumeRefused)
            })?;
            let entry = Entry::Resume {
                session: claims.session,
                generation: claims.generation,
                have,
                avatar,
            };
            Ok((claims.bearer, entry))
        }
    }
}

const fn ticket_refused(refusal: TicketRefusal) -> Refusal {
    match refusal {
        TicketRefusal::Invalid => Refusal::new(
            ErrorCode::TicketInvalid,
            "unknown or used ticket, or one for another room",
            CloseCode::TicketInvalid,
        ),
        TicketRefusal::Expired => Refusal::new(
            ErrorCode::TicketExpired,
            "the ticket is too old",
            CloseCode::TicketExpired,
        ),
    }
}
