//! Who may come in by a ticket or a resume token: which logins have ended and which tickets were used, in a cache
//! that may lose everything at once. Pure; a lone process keeps it in memory, several nodes share it.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use super::limits::{LOGINS_ENDED_MAX, TICKETS_MAX};
use super::ticket::{Generation, Ticket, TicketNo};
use super::token::Claims;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, RoomId};
use crate::domain::rules::Rule;
use crate::domain::visitor::Bearer;
use crate::ports::login::{ENDED_KEPT_MS, EndedLogin};

/// Why somebody is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The cache is empty, and what it must know is on its way.
    #[error("the logins that ended lately are not reloaded yet")]
    Waiting,
    /// Whether one more was used could not be kept in mind.
    #[error("too many tickets are in use")]
    Full,
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
    used: HashSet<TicketNo>,
    by_use: VecDeque<(WallMs, TicketNo)>,
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
            used: HashSet::new(),
            by_use: VecDeque::new(),
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
        self.check(&ticket.bearer)?;
        if now.0.saturating_sub(ticket.issued.0) > self.ticket_ms {
            return Err(NotAdmitted::TicketExpired);
        }
        // Whether it was used is forgotten.
        if ticket.generation != self.generation && Rule::Generation.holds() {
            return Err(NotAdmitted::TicketInvalid);
        }
        // The clocks of two nodes differ by less than a ticket's life.
        while let Some((at, number)) = self.by_use.front().copied() {
            if now.0.saturating_sub(at.0) <= 2 * self.ticket_ms {
                break;
            }
            self.by_use.pop_front();
            self.used.remove(&number);
        }
        if self.used.contains(&ticket.number) {
            return Err(NotAdmitted::TicketInvalid);
        }
        if self.used.len() >= TICKETS_MAX {
            return Err(NotAdmitted::Full);
        }
        self.used.insert(ticket.number);
        self.by_use.push_back((now, ticket.number));
        // Shown at the wrong door it is used up too: whoever does so has no business with it.
        if ticket.room != room {
            return Err(NotAdmitted::TicketInvalid);
        }
        Ok(())
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

#[cfg(test)]
mod tests;
