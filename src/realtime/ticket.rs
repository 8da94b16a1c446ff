//! Tickets: proof, good once and for a short while, of who asks to enter a room.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::{collections::HashMap, fmt};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;

use super::limits::{CREDENTIAL_BYTES_MAX, Limits, TICKETS_MAX};
use crate::domain::clock::Tick;
use crate::domain::id::RoomId;
use crate::domain::visitor::Bearer;

/// Why a ticket did not let its bearer in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketRefusal {
    /// Unknown, used, or for another room.
    Invalid,
    /// Too old.
    Expired,
}

struct Ticket {
    room: RoomId,
    bearer: Bearer,
    expires: Tick,
}

/// The tickets given out by this node and not used yet.
pub struct Tickets {
    life_ms: u64,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    tickets: HashMap<String, Ticket>,
    // All tickets live equally long, so the order of making is the order of expiry.
    by_expiry: VecDeque<(Tick, String)>,
}

impl fmt::Debug for Tickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tickets(..)")
    }
}

impl Default for Tickets {
    fn default() -> Self {
        Self::lasting(Limits::DEFAULT.ticket_ms)
    }
}

impl Tickets {
    /// None yet; each will be good for so many milliseconds.
    pub fn lasting(life_ms: u64) -> Self {
        Self {
            life_ms,
            inner: Mutex::default(),
        }
    }

    /// A new ticket, or `None` while too many are waiting to be used.
    pub fn issue(&self, room: RoomId, bearer: Bearer, now: Tick) -> Option<String> {
        let mut secret = [0; 24];
        rand::rng().fill_bytes(&mut secret);
        let ticket = URL_SAFE_NO_PAD.encode(secret);
        let expires = now.plus_ms(self.life_ms);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.forget_older(now, self.life_ms);
        if inner.by_expiry.len() >= TICKETS_MAX {
            return None;
        }
        inner.by_expiry.push_back((expires, ticket.clone()));
        inner.tickets.insert(
            ticket.clone(),
            Ticket {
                room,
                bearer,
                expires,
            },
        );
        Some(ticket)
    }

    /// Uses a ticket up and says whose it was.
    pub fn redeem(&self, ticket: &str, room: RoomId, now: Tick) -> Result<Bearer, TicketRefusal> {
        if ticket.len() > CREDENTIAL_BYTES_MAX {
            return Err(TicketRefusal::Invalid);
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let found = inner.tickets.remove(ticket).ok_or(TicketRefusal::Invalid)?;
        if found.room != room {
            return Err(TicketRefusal::Invalid);
        }
        if now > found.expires {
            return Err(TicketRefusal::Expired);
        }
        Ok(found.bearer)
    }
}

impl Inner {
    /// Expired tickets are kept as long again, so that their bearers are told the right reason.
    fn forget_older(&mut self, now: Tick, life_ms: u64) {
        while let Some((expires, _)) = self.by_expiry.front() {
            if now.since_ms(*expires) < life_ms {
                break;
            }
            if let Some((_, ticket)) = self.by_expiry.pop_front() {
                self.tickets.remove(&ticket);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::UserId;

    const TICKET_MS: u64 = Limits::DEFAULT.ticket_ms;

    #[test]
    fn good_once_for_one_room_and_for_a_while() {
        let tickets = Tickets::default();
        let (room, other) = (RoomId::generate(), RoomId::generate());
        let bearer = Bearer::User(UserId::generate());
        let issue = |now| {
            tickets
                .issue(room, bearer.clone(), now)
                .expect("there is room")
        };

        let ticket = issue(Tick(0));
        assert_eq!(tickets.redeem(&ticket, room, Tick(5)), Ok(bearer.clone()));
        assert_eq!(
            tickets.redeem(&ticket, room, Tick(5)),
            Err(TicketRefusal::Invalid)
        );

        let ticket = issue(Tick(0));
        assert_eq!(
            tickets.redeem(&ticket, other, Tick(5)),
            Err(TicketRefusal::Invalid)
        );

        let ticket = issue(Tick(0));
        let late = Tick(TICKET_MS + 1);
        assert_eq!(
            tickets.redeem(&ticket, room, late),
            Err(TicketRefusal::Expired)
        );
        assert_eq!(tickets.redeem("", room, late), Err(TicketRefusal::Invalid));
    }

    #[test]
    fn bounded_however_many_are_asked_for() {
        let tickets = Tickets::default();
        let room = RoomId::generate();
        let bearer = Bearer::User(UserId::generate());
        for _ in 0..TICKETS_MAX {
            assert!(tickets.issue(room, bearer.clone(), Tick(0)).is_some());
        }
        assert!(tickets.issue(room, bearer.clone(), Tick(0)).is_none());
        assert!(
            tickets
                .issue(room, bearer, Tick(TICKET_MS * 2 + 1))
                .is_some()
        );
    }
}
