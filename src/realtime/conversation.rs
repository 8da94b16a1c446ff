//! One connection as a pure state machine: what is heard and the time go in, what to do comes out. It decides all
//! there is to decide about a connection; the task around it and the simulation move the bytes.

mod entry;
mod frames;
mod refusal;

#[cfg(test)]
mod tests;

pub use entry::{First, identify, identify_shared};
pub use refusal::{Refusal, account_gone, not_admitted, room_gone, stopping, unavailable};

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use maru_protocol::{CloseCode, ServerFrame};

use super::limits::Limits;
use super::meter::Meter;
use super::quota::ConnectionGuard;
use super::room::{ConnId, Entry, Input};
use super::socket::Violation;
use crate::domain::clock::Tick;
use crate::domain::id::{LoginId, UserId};
use crate::domain::visitor::{Bearer, Identity, Visitor};

/// What came from the peer.
#[derive(Debug, Clone)]
pub enum Heard {
    /// A binary message.
    Binary(Bytes),
    /// A text message.
    Text,
    /// A ping or pong of RFC 6455.
    Control,
    /// A close, or the end of the stream; or all that the room had to say is said.
    Closed,
    /// A breach of RFC 6455.
    Violation(Violation),
}

/// What a conversation wants done, in this order.
#[derive(Debug)]
pub enum Output {
    /// Send this.
    Send(Box<ServerFrame>),
    /// Say the last words, if any, and close with this code.
    Close {
        /// Goes right before the close, also to a peer that is behind.
        saying: Option<Box<ServerFrame>>,
        /// Of this protocol or of RFC 6455.
        code: u16,
    },
    /// Tell the room.
    Tell(Input),
    /// Find out who it is, and answer with [`Conversation::identified`]. Nothing more is read until then.
    Identify(First),
    /// Look the visitor up again, and answer with [`Conversation::looked_up`].
    Lookup(Bearer),
    /// The conversation is over. Nothing follows.
    Over,
}

/// How soon a visitor who must be looked up again is, where it did not work.
const LOOK_AGAIN_MS: u64 = 1_000;

/// One connection.
#[derive(Debug)]
pub struct Conversation {
    conn: ConnId,
    limits: Arc<Limits>,
    guard: ConnectionGuard,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The first frame is to come by then.
    Awaiting(Tick),
    Identifying,
    Inside(Box<Visit>),
    Over,
}

/// The time inside.
#[derive(Debug)]
struct Visit {
    meter: Meter,
    account: Option<(UserId, LoginId)>,
    heard: Tick,
    pinged: Tick,
    /// Whether nothing has been heard since the welcome.
    is_first: bool,
    /// What is known of the visitor is out of date: when they are looked up again unless they are before.
    look_at: Option<Tick>,
    /// When it is out of date by itself.
    known_until: Option<Tick>,
}

impl Conversation {
    /// A connection that has said nothing yet.
    pub fn new(conn: ConnId, limits: Arc<Limits>, guard: ConnectionGuard, now: Tick) -> Self {
        let stage = Stage::Awaiting(now.plus_ms(limits.join_ms));
        Self {
            conn,
            limits,
            guard,
            stage,
        }
    }

    /// Where the peer is.
    pub const fn client(&self) -> IpAddr {
        self.guard.client()
    }

    /// Something came from the peer.
    pub fn hear(&mut self, heard: Heard, now: Tick, outputs: &mut Vec<Output>) {
        match (&mut self.stage, heard) {
            (Stage::Over, _) => {}
            (_, Heard::Closed) => self.end(None, outputs),
            (_, Heard::Violation(broken)) => {
                self.end(Some(Refusal::broken(broken)), outputs);
            }
            (Stage::Awaiting(_), heard) => match entry::first(&heard) {
                Ok(Some(first)) => {
                    self.stage = Stage::Identifying;
                    outputs.push(Output::Identify(first));
                }
                Ok(None) => {}
                Err(refusal) => self.end(Some(refusal), outputs),
            },
            (Stage::Identifying, _) => {}
            (Stage::Inside(visit), heard) => {
                visit.heard = now;
                if std::mem::take(&mut visit.is_first) {
                    outputs.push(Output::Tell(Input::Heard { conn: self.conn }));
                }
                let taken = visit.take(&heard, &self.guard, self.conn, now, outputs);
                if let Err(refusal) = taken {
                    self.end(Some(refusal), outputs);
                }
            }
        }
    }

    /// Whether the connection may be this person's. To be asked before looking them up.
    pub fn admit(&mut self, bearer: &Bearer, now: Tick) -> Result<(), Refusal> {
        let admitted = self.guard.identified(bearer, now);
        admitted.map_err(Refusal::too_many_connections)
    }

    /// Who it is, or why they may not come in.
    pub fn identified(
        &mut self,
        found: Result<(Box<Visitor>, Entry), Refusal>,
        now: Tick,
        outputs: &mut Vec<Output>,
    ) {
        if !matches!(self.stage, Stage::Identifying) {
            return;
        }
        let (visitor, entry) = match found {
            Ok(found) => found,
            Err(refusal) => return self.end(Some(refusal), outputs),
        };
        let account = match visitor.identity {
            Identity::User { id, login, .. } => Some((id, login)),
            Identity::Guest { .. } => None,
        };
        let visit = Visit {
            meter: Meter::new(&self.limits, now),
            account,
            heard: now,
            pinged: now,
            is_first: true,
            look_at: None,
            known_until: known_until(&visitor, now),
        };
        self.stage = Stage::Inside(Box::new(visit));
        outputs.push(Output::Tell(Input::Enter {
            conn: self.conn,
            visitor,
            entry,
        }));
    }

    /// Who the visitor is now, or why that is not known.
    pub fn looked_up(
        &mut self,
        found: Result<Box<Visitor>, Refusal>,
        now: Tick,
        outputs: &mut Vec<Output>,
    ) {
        let Stage::Inside(visit) = &mut self.stage else {
            return;
        };
        let conn = self.conn;
        match found {
            Ok(visitor) => {
                visit.look_at = None;
                visit.known_until = known_until(&visitor, now);
                outputs.push(Output::Tell(Input::Refresh { conn, visitor }));
            }
            // It was not them who asked, and it is done again until it works.
            Err(refusal) if refusal.is_passing() && visit.look_at.is_some() => {}
            // They stay who they were, and may ask again.
            Err(refusal) if refusal.is_passing() => outputs.push(Output::Send(refusal.frame())),
            Err(refusal) => self.end(Some(refusal), outputs),
        }
    }

    /// What was looked up of the visitor is out of date: whom they may see, whether they follow. The room is told
    /// anew, and it is tried until that has worked.
    pub fn relations_changed(&mut self, now: Tick, outputs: &mut Vec<Output>) {
        if let Stage::Inside(visit) = &mut self.stage {
            visit.look_again(now, outputs);
        }
    }

    /// Nobody may come in any more. Whoever is inside hears it from the room.
    pub fn stopping(&mut self, outputs: &mut Vec<Output>) {
        if matches!(self.stage, Stage::Awaiting(_) | Stage::Identifying) {
            self.end(Some(stopping()), outputs);
        }
    }

    /// The login it came in with has ended.
    pub fn login_ended(&mut self, outputs: &mut Vec<Output>) {
        self.end(Some(refusal::login_ended()), outputs);
    }

    /// The room does not take what it is told: the next try opens it anew.
    pub fn room_gone(&mut self, outputs: &mut Vec<Output>) {
        if !matches!(self.stage, Stage::Over) {
            self.stage = Stage::Over;
            let (saying, code) = (None, CloseCode::RoomMoved.number());
            outputs.push(Output::Close { saying, code });
            outputs.push(Output::Over);
        }
    }

    /// A peer that was behind has taken everything that waited.
    pub fn drained(&mut self, stale: bool, outputs: &mut Vec<Output>) {
        if matches!(self.stage, Stage::Inside(_)) {
            let conn = self.conn;
            outputs.push(Output::Tell(Input::Drained { conn, stale }));
        }
    }

    /// The peer took nothing for too long.
    pub fn stalled(&mut self, outputs: &mut Vec<Output>) {
        self.end(Some(refusal::stalled()), outputs);
    }

    /// It is so late now.
    pub fn tick(&mut self, now: Tick, outputs: &mut Vec<Output>) {
        match &mut self.stage {
            Stage::Awaiting(until) if now >= *until => {
                self.end(Some(refusal::late()), outputs);
            }
            Stage::Inside(visit) => {
                if now >= visit.silent_at(&self.limits) {
                    self.end(Some(refusal::silent()), outputs);
                } else if now >= visit.ping_at(&self.limits) {
                    visit.pinged = now;
                    let nonce = (now.0 & 0xffff_ffff) as u32;
                    outputs.push(send(ServerFrame::Ping { nonce }));
                }
                if let Stage::Inside(visit) = &mut self.stage
                    && visit.look_due().is_some_and(|due| now >= due)
                {
                    visit.known_until = None;
                    visit.look_again(now, outputs);
                }
            }
            Stage::Awaiting(_) | Stage::Identifying | Stage::Over => {}
        }
    }

    /// When [`Conversation::tick`] has something to do even if nothing happens until then.
    pub fn deadline(&self) -> Option<Tick> {
        match &self.stage {
            Stage::Awaiting(until) => Some(*until),
            Stage::Inside(visit) => {
                let (ping, silent) = (visit.ping_at(&self.limits), visit.silent_at(&self.limits));
                let next = ping.min(silent);
                Some(visit.look_due().map_or(next, |look| next.min(look)))
            }
            Stage::Identifying | Stage::Over => None,
        }
    }

    /// Whether its first frame is still to come.
    pub const fn is_awaited(&self) -> bool {
        matches!(self.stage, Stage::Awaiting(_))
    }

    /// Whether there is nothing more to come.
    pub const fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    fn end(&mut self, refusal: Option<Refusal>, outputs: &mut Vec<Output>) {
        let stage = std::mem::replace(&mut self.stage, Stage::Over);
        if matches!(stage, Stage::Over) {
            return;
        }
        if let Some(refusal) = refusal {
            let saying = Some(refusal.frame());
            let code = refusal.close;
            outputs.push(Output::Close { saying, code });
        }
        if matches!(stage, Stage::Inside(_)) {
            outputs.push(Output::Tell(Input::Lost { conn: self.conn }));
        }
        outputs.push(Output::Over);
    }
}

impl Visit {
    /// Guests are who they were when they came.
    fn look_again(&mut self, now: Tick, outputs: &mut Vec<Output>) {
        if let Some((id, login)) = self.account {
            self.look_at = Some(now.plus_ms(LOOK_AGAIN_MS));
            outputs.push(Output::Lookup(Bearer::User { id, login }));
        }
    }

    fn look_due(&self) -> Option<Tick> {
        self.look_at.into_iter().chain(self.known_until).min()
    }

    fn ping_at(&self, limits: &Limits) -> Tick {
        self.heard.max(self.pinged).plus_ms(limits.heartbeat_ms)
    }

    fn silent_at(&self, limits: &Limits) -> Tick {
        self.heard.plus_ms(limits.silence_ms_max)
    }
}

/// When what is known of a visitor is out of date by itself.
fn known_until(visitor: &Visitor, now: Tick) -> Option<Tick> {
    visitor.unheard_ms.map(|ms| now.plus_ms(ms))
}

fn send(server_frame: ServerFrame) -> Output {
    Output::Send(Box::new(server_frame))
}
