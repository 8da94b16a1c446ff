//! The gate of one node: gives tickets out, lets people in by them, and tells connections when their login ends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::RngCore;
use tokio_util::sync::CancellationToken;

use super::admission::{Admission, NotAdmitted};
use super::limits::{LOGINS_ENDED_MAX, LOGINS_FOLLOWED_EVERY, LOGINS_FOLLOWED_MS};
use super::ticket::{Generation, Ticket, TicketNo};
use super::token::{Claims, TokenKey};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{LoginId, RoomId};
use crate::domain::visitor::Bearer;
use crate::ports::login::{ENDED_KEPT_MS, EndedLogin, LoginEnds, LoginStore, LoginStoreError};

/// Who comes in at this node.
pub struct Gate {
    key: TokenKey,
    clock: Clock,
    admission: Mutex<Admission>,
    /// The logins with connections here. Locked before the admission where both are.
    visits: Mutex<HashMap<LoginId, Visits>>,
}

/// The connections of one login.
struct Visits {
    ended: CancellationToken,
    connections: usize,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate(..)")
    }
}

impl Gate {
    /// A gate nobody comes in by until [`Gate::reload`]; each of its tickets is good for so many milliseconds.
    pub fn new(key: TokenKey, ticket_ms: u64, clock: Clock) -> Self {
        let generation = Generation(rand::rng().next_u64());
        Self {
            key,
            clock,
            admission: Mutex::new(Admission::new(generation, ticket_ms)),
            visits: Mutex::default(),
        }
    }

    /// Reads which logins ended lately; from then on people come in.
    pub async fn reload(&self, logins: &dyn LoginStore) -> Result<(), LoginStoreError> {
        let generation = self.admission().generation();
        let now = self.clock.wall();
        let since = WallMs(now.0.saturating_sub(ENDED_KEPT_MS));
        // One more than are kept shows that there were too many.
        let ended = logins.ended_since(since, now, LOGINS_ENDED_MAX + 1).await?;
        self.admission().reload(generation, ended, now);
        Ok(())
    }

    /// Hears of the ends of logins again and again, for those nobody told of: a request whose client went away is
    /// given up wherever it is, also between the end and the telling, and nobody tells of an end that comes by itself.
    pub async fn follow(self: Arc<Self>, logins: Arc<dyn LoginStore>) {
        loop {
            tokio::time::sleep(LOGINS_FOLLOWED_EVERY).await;
            let now = self.clock.wall();
            let since = WallMs(now.0.saturating_sub(LOGINS_FOLLOWED_MS));
            match logins.ended_since(since, now, LOGINS_ENDED_MAX).await {
                Ok(ended) => ended.into_iter().for_each(|login| self.ended(login)),
                Err(error) => tracing::warn!(%error, "the ends of logins cannot be read"),
            }
        }
    }

    /// Whether anybody may come in.
    pub fn is_ready(&self) -> bool {
        self.admission().is_ready()
    }

    /// A new ticket.
    pub fn issue(&self, room: RoomId, bearer: Bearer, now: WallMs) -> Result<String, NotAdmitted> {
        let admission = self.admission();
        admission.check(&bearer)?;
        let generation = admission.generation();
        drop(admission);
        let ticket = Ticket {
            number: TicketNo::generate(),
            room,
            bearer,
            generation,
            issued: now,
        };
        Ok(ticket.seal(&self.key))
    }

    /// Uses a ticket up and says whose it was.
    pub fn redeem(&self, ticket: &str, room: RoomId, now: WallMs) -> Result<Bearer, NotAdmitted> {
        let ticket = Ticket::open(ticket, &self.key).ok_or(NotAdmitted::TicketInvalid)?;
        self.admission().redeem(&ticket, room, now)?;
        Ok(ticket.bearer)
    }

    /// What a resume token says that is good as far as can be known outside of its room.
    pub fn take_up(&self, token: &str, room: RoomId) -> Result<Claims, NotAdmitted> {
        let claims = self.key.open(token);
        let claims = claims.ok_or(NotAdmitted::TokenInvalid)?;
        self.admission().take_up(&claims, room)?;
        Ok(claims)
    }

    /// Registers a connection that came in, to be told when its login ends. Guests have none.
    pub fn visit(self: &Arc<Self>, bearer: &Bearer) -> Result<Option<Visit>, NotAdmitted> {
        let Some(login) = bearer.login() else {
            return Ok(None);
        };
        let mut visits = self.visits();
        // It may have ended since the ticket was looked at; if it ends now, it finds this visit.
        self.admission().check(bearer)?;
        let of_login = visits.entry(login).or_insert_with(|| Visits {
            ended: CancellationToken::new(),
            connections: 0,
        });
        of_login.connections += 1;
        Ok(Some(Visit {
            gate: self.clone(),
            login,
            ended: of_login.ended.clone(),
        }))
    }

    /// Its cache.
    pub fn admission(&self) -> MutexGuard<'_, Admission> {
        self.admission
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn visits(&self) -> MutexGuard<'_, HashMap<LoginId, Visits>> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LoginEnds for Gate {
    fn ended(&self, login: EndedLogin) {
        self.admission().end(login, self.clock.wall());
        if let Some(visits) = self.visits().get(&login.id) {
            visits.ended.cancel();
        }
    }
}

/// One connection of a login, while it lasts.
#[derive(Debug)]
pub struct Visit {
    gate: Arc<Gate>,
    login: LoginId,
    ended: CancellationToken,
}

impl Visit {
    /// Cancelled when the login ends.
    pub const fn ended(&self) -> &CancellationToken {
        &self.ended
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut visits = self.gate.visits();
        if let Some(of_login) = visits.get_mut(&self.login) {
            of_login.connections -= 1;
            if of_login.connections == 0 {
                visits.remove(&self.login);
            }
        }
    }
}
