//! Who may come in by a ticket or a resume token: which logins have ended and which tickets were used, in a cache
//! that may lose everything at once. Pure; a lone process keeps it in memory, several nodes share it.

use std::collections::{BTreeSet, HashMap};

use super::limits::{LOGINS_ENDED_MAX, TICKETS_MAX};
use super::ticket::{Generation, Ticket};
use super::token::Claims;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, RoomId};
use crate::domain::rules::Rule;
use crate::domain::visitor::Bearer;
use crate::ports::login::{ENDED_KEPT_MS, EndedLogin};
use crate::ports::spent::{Spending, SpentHere};

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The cache is empty, and what it must know is on its way.
    #[error("the logins that ended lately are not reloaded yet")]
    Waiting,
    /// Whether one more was used could not be kept in mind.
    #[error("too many tickets are in use")]
    Full,
    /// Whether it was used cannot be said now.
    #[error("which tickets were used cannot be looked up")]
    Unavailable,
    /// Not ours, used, for another room, or made before the cache lost its contents.
    #[error("unknown or used ticket, or one for another room")]
    TicketInvalid,
    /// Too old.
    #[error("the ticket is too old")]
    TicketExpired,
    /// Not ours, or for another room.
    #[error("the resume token is not whole, or another room's")]
    TokenInvalid,
    /// The login behind it has ended.
    #[error("the login has ended")]
    LoginEnded,
}

/// The cache, and what follows from it.
#[derive(Debug)]
pub struct Admission {
    generation: Generation,
    is_reloaded: bool,
    ticket_ms: u64,
    ended: HashMap<LoginId, WallMs>,
    by_end: BTreeSet<(WallMs, LoginId)>,
    /// When the last login ended that had to give way; resume tokens up to then prove nothing.
    horizon: Option<WallMs>,
    used: SpentHere,
}

impl Admission {
    /// An empty cache: nobody comes in before [`Admission::reload`].
    pub fn new(generation: Generation, ticket_ms: u64) -> Self {
        Self {
            generation,
            is_reloaded: false,
            ticket_ms,
            ended: HashMap::new(),
            by_end: BTreeSet::new(),
            horizon: None,
            used: SpentHere::new(generation.0, TICKETS_MAX),
        }
    }

    /// Which life of the cache it is.
    pub const fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether anybody may come in.
    pub const fn is_ready(&self) -> bool {
        self.is_reloaded
    }

    /// The cache has lost its contents.
    pub fn flushed(&mut self, generation: Generation) {
        if generation != self.generation {
            *self = Self::new(generation, self.ticket_ms);
            // Without the rule what is lost is lost.
            self.is_reloaded = !Rule::Generation.holds();
        }
    }

    /// The logins that ended lately, read from the relational store after this generation began. Logins end
    /// there first, so what ended before the reading is among them and what ended since was told.
    pub fn reload(
        &mut self,
        generation: Generation,
        ended: impl IntoIterator<Item = EndedLogin>,
        now: WallMs,
    ) {
        // One asked for before another flush knows nothing of what was lost in that.
        if generation == self.generation {
            for login in ended {
                self.end(login, now);
            }
            self.is_reloaded = true;
        }
    }

    /// A login has ended.
    pub fn end(&mut self, login: EndedLogin, now: WallMs) {
        let EndedLogin { id, at } = login;
        if now.0.saturating_sub(at.0) >= ENDED_KEPT_MS {
            return;
        }
        if let Some(before) = self.ended.insert(id, at) {
            self.by_end.remove(&(before, id));
        }
        self.by_end.insert((at, id));
        while let Some(oldest) = self.by_end.first().copied() {
            let is_past = now.0.saturating_sub(oldest.0.0) >= ENDED_KEPT_MS;
            if !is_past && self.by_end.len() <= LOGINS_ENDED_MAX {
                break;
            }
            self.by_end.remove(&oldest);
            self.ended.remove(&oldest.1);
            if !is_past {
                self.horizon = self.horizon.max(Some(oldest.0));
            }
        }
    }

    /// Whether this bearer may have a ticket, or stay.
    pub fn check(&self, bearer: &Bearer) -> Result<(), NotAdmitted> {
        if !self.is_reloaded {
            return Err(NotAdmitted::Waiting);
        }
        match bearer.login() {
            Some(login) if self.ended.contains_key(&login) => Err(NotAdmitted::LoginEnded),
            _ => Ok(()),
        }
    }

    /// Uses a ticket up, if it is good.
    pub fn redeem(
        &mut self,
        ticket: &Ticket,
        room: RoomId,
        now: WallMs,
    ) -> Result<(), NotAdmitted> {
        self.look_at(ticket, now)?;
        let (number, life) = (ticket.number.0, ticket.generation.0);
        let spent = self.used.spend(number, life, self.kept_ms(), now);
        used_up(spent, ticket, room)
    }

    /// Whether a ticket is good, as far as can be said without using it up.
    pub fn look_at(&self, ticket: &Ticket, now: WallMs) -> Result<(), NotAdmitted> {
        self.check(&ticket.bearer)?;
        if now.0.saturating_sub(ticket.issued.0) > self.ticket_ms {
            return Err(NotAdmitted::TicketExpired);
        }
        Ok(())
    }

    /// How long it is kept in mind that a ticket was used: the clocks of two nodes differ by less than a ticket's life.
    pub const fn kept_ms(&self) -> u64 {
        2 * self.ticket_ms
    }

    /// Whether the bearer of a resume token may come in by it.
    pub fn take_up(&self, claims: &Claims, room: RoomId) -> Result<(), NotAdmitted> {
        self.check(&claims.bearer)?;
        let is_user = claims.bearer.login().is_some();
        let is_doubtful = is_user && self.horizon.is_some_and(|end| claims.issued <= end);
        if claims.room != room || is_doubtful {
            return Err(NotAdmitted::TokenInvalid);
        }
        Ok(())
    }
}

/// Whether a ticket lets somebody in once it is used up.
pub(super) fn used_up(spent: Spending, ticket: &Ticket, room: RoomId) -> Result<(), NotAdmitted> {
    match spent {
        // Shown at the wrong door it is used up too: whoever does so has no business with it.
        Spending::First if ticket.room == room => Ok(()),
        Spending::First | Spending::Again | Spending::Forgotten => Err(NotAdmitted::TicketInvalid),
        Spending::Full => Err(NotAdmitted::Full),
    }
}

#[cfg(test)]
mod tests;
