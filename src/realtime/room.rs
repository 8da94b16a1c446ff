//! One live room as a pure state machine: inputs and the time go in, effects come out. No I/O, no clock,
//! no randomness; the actor around it and the simulation drive the same code.

mod access;
mod audience;
mod batch;
mod catch_up;
mod debt;
mod decisions;
mod entrance;
mod entry;
mod flush;
mod inspection;
mod io;
mod layouts;
mod lists;
mod member;
mod nearby;
mod outgoing;
mod parts;
mod presence;
mod refused;
mod roster;
mod schedule;
mod signals;
mod telling;

#[cfg(test)]
mod tests;

pub use inspection::{MemberInspection, RoomInspection};
pub use io::{CommandNo, CommandOutcome, ConnId, Effect, Entry, Input, Now};

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use maru_protocol::{CloseCode, LimitsInfo, ServerFrame, encode_server};

use super::limits::{self, Limits};
use super::token::TokenKey;
use super::{frame, wire};
use crate::catalogue::Catalogue;
use crate::domain::clock::Tick;
use crate::domain::id::{NodeId, SessionId};
use crate::domain::room::{Document, Epoch, RoomCard, Seq};
use crate::ports::room::{ClaimedRoom, SaveOutcome};
use crate::services::screen::Screen;
use audience::Audience;
use debt::Debt;
use inspection::Statistics;
use member::{Kept, Member, MemberNo, Session, SessionNo};
use outgoing::Outgoing;
use schedule::Schedule;
use signals::Signals;

/// A live room.
#[derive(Debug)]
pub struct Room {
    limits: Arc<Limits>,
    catalogue: &'static Catalogue,
    screen: Screen,
    token_key: TokenKey,
    node: NodeId,
    card: RoomCard,
    epoch: Epoch,
    document: Document,
    records: HashMap<SessionId, Kept>,
    past_epochs: Vec<(Epoch, Seq)>,
    sessions: BTreeMap<SessionNo, Session>,
    by_conn: BTreeMap<ConnId, SessionNo>,
    by_id: HashMap<SessionId, SessionNo>,
    members: BTreeMap<MemberNo, Member>,
    by_person: HashMap<String, MemberNo>,
    next_session: u32,
    next_member: u32,
    outgoing: Outgoing,
    signals: Signals,
    schedule: Schedule,
    /// Who may see whom, until someone comes, goes or is lost.
    audiences: Option<Vec<Audience>>,
    statistics: Statistics,
    debt: Debt,
    empty_since: Option<Tick>,
    draining: bool,
    /// Others may have it from now on: nothing more is saved.
    handed_over: bool,
}

impl Room {
    /// A room just claimed, with the people of its last owner away.
    pub fn new(
        claimed: ClaimedRoom,
        node: NodeId,
        token_key: TokenKey,
        limits: Arc<Limits>,
        now: Now,
    ) -> Self {
        let mut room = Self {
            limits,
            catalogue: crate::catalogue::catalogue(),
            screen: Screen::off(),
            token_key,
            node,
            debt: Debt::new(
                claimed.save_no,
                claimed.document.seq,
                claimed.pending_events,
                now.tick,
            ),
            card: claimed.card,
            epoch: claimed.epoch,
            document: claimed.document,
            records: claimed
                .sessions
                .into_iter()
                .map(|(id, record)| (id, Kept::saved(record)))
                .collect(),
            past_epochs: claimed.past_epochs,
            sessions: BTreeMap::new(),
            by_conn: BTreeMap::new(),
            by_id: HashMap::new(),
            members: BTreeMap::new(),
            by_person: HashMap::new(),
            next_session: 1,
            next_member: 1,
            outgoing: Outgoing::default(),
            signals: Signals::default(),
            schedule: Schedule::default(),
            audiences: None,
            statistics: Statistics::default(),
            empty_since: Some(now.tick),
            draining: false,
            handed_over: false,
        };
        room.restore(claimed.roster, now);
        // The policy may have changed since: nobody here has a connection to hear of it.
        room.enforce(now, &mut Vec::new());
        room
    }

    /// The same, which looks through what is said, and what the room and its layouts are called.
    #[must_use]
    pub fn screened_by(self, screen: Screen) -> Self {
        Self { screen, ..self }
    }

    /// Takes one input. Broadcasts and saves wait for [`Room::settle`].
    pub fn handle(&mut self, input: Input, now: Now, effects: &mut Vec<Effect>) {
        if let Some(conn) = input.activity() {
            self.touch(conn, now);
        }
        match input {
            Input::Enter {
                conn,
                visitor,
                entry,
            } => self.enter(conn, *visitor, &entry, now, effects),
            Input::Heard { conn } => self.heard(conn),
            Input::Batch {
                conn,
                number,
                base_seq,
                resend,
                ops,
            } => {
                self.batch(
                    conn,
                    batch::Batch {
                        number,
                        base_seq,
                        resend,
                        ops,
                    },
                    now,
                    effects,
                );
            }
            Input::Move {
                conn,
                x,
                y,
                facing,
                standing,
            } => {
                self.step(
                    conn,
                    member::Pose {
                        x,
                        y,
                        facing,
                        standing,
                    },
                    now,
                    effects,
                );
            }
            Input::Typing { conn, active } => self.typing(conn, active, now),
            Input::Drag { conn, preview } => self.drag(conn, preview, effects),
            Input::SetStatus { conn, status } => self.set_status(conn, status),
            Input::Refresh { conn, visitor } => {
                self.refresh(conn, *visitor, now, effects);
                self.enforce(now, effects);
            }
            Input::Read { conn, topic } => self.read(conn, topic, now, effects),
            Input::Command {
                by,
                name,
                decision,
                expected,
                reply,
            } => {
                let decision = (*decision, &expected);
                self.command((by, name), decision, reply, now, effects);
            }
            Input::Leave { conn } => self.leave(conn, now, effects),
            Input::Lost { conn } => self.lost(conn, now),
            Input::Missed { conn } => self.missed(conn, effects),
            Input::Drained { conn, stale } => self.drained(conn, stale, effects),
            Input::Saved(SaveOutcome::Saved { pending_events }) => {
                self.saved(pending_events, effects);
            }
            Input::Saved(SaveOutcome::Fenced) | Input::SaveFailed => self.abandon(effects),
            Input::Drain => self.drain(),
        }
        self.flush_if_full(now, effects);
    }

    /// Takes in how late the last turn ran: a short processor gets fewer, larger flushes.
    pub fn set_lateness(&mut self, ms: u64) {
        let members = self.members.len();
        self.outgoing.set_lateness(&self.limits, members, ms);
    }

    /// What is due at this time: leaves after the grace, the flush, the next save. Call after the inputs of
    /// one turn and at [`Room::deadline`].
    pub fn settle(&mut self, now: Now, effects: &mut Vec<Effect>) {
        self.expire(now, effects);
        self.debt.date_roster(now.tick);
        self.flush_if_due(now, effects);
        self.save_if_due(now, effects);
        self.empty_since = match (self.sessions.is_empty(), self.empty_since) {
            (true, None) => Some(now.tick),
            (true, since) => since,
            (false, _) => None,
        };
    }

    /// When [`Room::settle`] has something to do even if nothing happens until then.
    pub fn deadline(&self) -> Option<Tick> {
        let flush = self.outgoing.due(&self.limits, self.members.len());
        // While something is owed the answer to the save wakes the room, not the clock.
        let idle = self.empty_since.filter(|_| self.debt.is_paid());
        let idle = idle.map(|since| since.plus_ms(self.limits.idle_room_ms));
        [flush, self.schedule.next(), idle, self.roster_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the room may be dropped from memory: nobody in it for a while and nothing owed.
    pub fn is_idle(&self, now: Tick) -> bool {
        let empty = self
            .empty_since
            .is_some_and(|since| now.since_ms(since) >= self.limits.idle_room_ms);
        empty && self.debt.is_paid()
    }

    /// Whether everything applied is saved.
    pub fn is_saved(&self) -> bool {
        self.debt.is_paid()
    }

    /// How many people are here.
    pub fn people(&self) -> usize {
        self.members.len()
    }

    /// What it holds.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The number of this ownership.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Everyone goes: the room is not this node's any more.
    pub fn abandon(&mut self, effects: &mut Vec<Effect>) {
        for conn in self.by_conn.keys() {
            effects.push(Effect::Close {
                conn: *conn,
                code: CloseCode::RoomMoved,
            });
        }
        self.by_conn.clear();
        self.audiences = None;
        effects.push(Effect::Abandon);
    }

    /// The node stops: nothing new is taken, and what is present is saved for the next owner.
    fn drain(&mut self) {
        self.draining = true;
        self.debt.owe_roster();
    }

    /// The store is told that anyone may claim the room. A save after that would be fenced, and those who wait for their
    /// turn to go would be thrown out with it.
    pub const fn hand_over(&mut self) {
        self.handed_over = true;
    }

    /// What it is.
    pub const fn card(&self) -> &RoomCard {
        &self.card
    }

    /// Everyone's connections.
    pub fn connections(&self) -> impl Iterator<Item = ConnId> {
        self.by_conn.keys().copied()
    }

    fn limits_info(&self) -> LimitsInfo {
        let ms = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let limits = &self.limits;
        LimitsInfo {
            heartbeat_ms: ms(limits.heartbeat_ms),
            silence_ms_max: ms(limits.silence_ms_max),
            grace_ms: ms(limits.grace_ms),
            unacked_max: count(limits::UNACKED_MAX),
            items_max: count(limits.items_max),
            chat_chars_max: count(crate::domain::text::CHAT_CHARS_MAX),
            move_interval_ms: ms(limits.move_interval_ms),
            ops_per_second: limits.connection_ops.per_second,
            ops_burst: limits.connection_ops.burst,
            chat_per_second: limits.connection_chat.per_second,
            chat_burst: limits.connection_chat.burst,
            idle_ms: ms(limits.idle_ms),
            typing_ms: ms(limits.typing_ms),
            layouts_max: count(limits.layouts_max),
        }
    }
}

/// One frame for one connection.
fn send(conn: ConnId, server_frame: &ServerFrame) -> Effect {
    Effect::Send {
        conn,
        bytes: frame::binary(&encode_server(server_frame)),
    }
}
