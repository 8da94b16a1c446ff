//! The gate of one node: gives tickets out, lets people in by them, and tells connections when their login ends.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::RngCore;
use tokio_util::sync::CancellationToken;

use super::admission::{Admission, NotAdmitted, used_up};
use super::limits::{LOGINS_ENDED_MAX, LOGINS_FOLLOWED_EVERY, LOGINS_FOLLOWED_MS};
use super::ticket::{Generation, Ticket, TicketNo};
use super::token::{Claims, TokenKey};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{LoginId, RoomId};
use crate::domain::visitor::Bearer;
use crate::ports::login::{ENDED_KEPT_MS, EndedLogin, LoginEnds, LoginStore, LoginStoreError};
use crate::ports::spent::{Spent, SpentUnavailable};

/// Who comes in at this node.
pub struct Gate {
    key: TokenKey,
    clock: Clock,
    admission: Mutex<Admission>,
    /// Which tickets were used, where several nodes take them; a lone one keeps that itself.
    spent: Option<Arc<dyn Spent>>,
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
            spent: None,
            visits: Mutex::default(),
        }
    }

    /// The same gate, whose tickets are good at every gate with this key and this memory of used ones.
    #[must_use]
    pub fn sharing(self, spent: Arc<dyn Spent>) -> Self {
        let spent = Some(spent);
        Self { spent, ..self }
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

    /// A new ticket, good wherever tickets of this gate are.
    pub async fn ticket(
        &self,
        room: RoomId,
        bearer: Bearer,
        now: WallMs,
    ) -> Result<String, NotAdmitted> {
        let Some(spent) = &self.spent else {
            return self.issue(room, bearer, now);
        };
        self.admission().check(&bearer)?;
        let number = TicketNo::generate();
        let life = spent.life(number.0).await.map_err(unavailable)?;
        let ticket = Ticket {
            number,
            room,
            bearer,
            generation: Generation(life),
            issued: now,
        };
        Ok(ticket.seal(&self.key))
    }

    /// Uses a ticket up, wherever it is from, and says whose it was.
    pub async fn admit(
        &self,
        ticket: &str,
        room: RoomId,
        now: WallMs,
    ) -> Result<Bearer, NotAdmitted> {
        let Some(spent) = &self.spent else {
            return self.redeem(ticket, room, now);
        };
        let ticket = Ticket::open(ticket, &self.key).ok_or(NotAdmitted::TicketInvalid)?;
        let kept_ms = {
            let admission = self.admission();
            admission.look_at(&ticket, now)?;
            admission.kept_ms()
        };
        let (number, life) = (ticket.number.0, ticket.generation.0);
        let spending = spent.spend(number, life, kept_ms).await;
        used_up(spending.map_err(unavailable)?, &ticket, room)?;
        Ok(ticket.bearer)
    }

    /// A new ticket of a lone gate.
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

    /// Uses a ticket of a lone gate up and says whose it was.
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

#[allow(clippy::needless_pass_by_value, reason = "as the argument of map_err")]
fn unavailable(error: SpentUnavailable) -> NotAdmitted {
    tracing::warn!(%error, "nobody can be let in by a ticket for now");
    NotAdmitted::Unavailable
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::UserId;
    use crate::ports::spent::{LocalSpent, SpentHere};

    const TICKET_MS: u64 = 30_000;

    fn gate(key: &TokenKey) -> Gate {
        let gate = Gate::new(key.clone(), TICKET_MS, Clock::start());
        let generation = gate.admission().generation();
        gate.admission().reload(generation, [], WallMs(0));
        gate
    }

    #[tokio::test]
    async fn a_ticket_of_one_node_is_good_at_another_once() {
        let key = TokenKey::new(&[7; 32]);
        let memory = SpentHere::new(1, 10);
        let memory = Arc::new(LocalSpent::new(memory, Clock::start()));
        let [one, other] = [(), ()].map(|()| gate(&key).sharing(memory.clone()));
        let room = RoomId::generate();
        let bearer = Bearer::User {
            id: UserId::generate(),
            login: LoginId::generate(),
        };
        let now = WallMs(1_000);
        let ticket = one.ticket(room, bearer.clone(), now).await.unwrap();
        assert_eq!(other.admit(&ticket, room, now).await, Ok(bearer.clone()));
        for gate in [&one, &other] {
            let again = gate.admit(&ticket, room, now).await;
            assert_eq!(again, Err(NotAdmitted::TicketInvalid));
        }
        // A node that shares nothing knows nothing of it.
        let alone = gate(&key);
        let fresh = one.ticket(room, bearer.clone(), now).await.unwrap();
        let refused = alone.admit(&fresh, room, now).await;
        assert_eq!(refused, Err(NotAdmitted::TicketInvalid));
        let late = WallMs(now.0 + TICKET_MS + 1);
        let refused = other.admit(&fresh, room, late).await;
        assert_eq!(refused, Err(NotAdmitted::TicketExpired));
        let elsewhere = other.admit(&fresh, RoomId::generate(), now).await;
        assert_eq!(elsewhere, Err(NotAdmitted::TicketInvalid));
        let too_late = other.admit(&fresh, room, now).await;
        assert_eq!(too_late, Err(NotAdmitted::TicketInvalid), "used up");
        // Whose login has ended asks in vain, also with one of before.
        let last = one.ticket(room, bearer.clone(), now).await.unwrap();
        let login = bearer.login().unwrap();
        other.ended(EndedLogin {
            id: login,
            at: other.clock.wall(),
        });
        let refused = other.admit(&last, room, now).await;
        assert_eq!(refused, Err(NotAdmitted::LoginEnded));
    }
}
