//! A node with members of a room that another node owns: it hands their commands up and the owner's bytes down,
//! notices what was lost on the way, and asks to be brought up to date.

mod deliver;
mod gap;
mod local;

use std::collections::BTreeMap;

use maru_protocol::CloseCode;

use super::parting::Farewell;
use super::{Action, HostParts, close, send};
use crate::domain::clock::Tick;
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::Epoch;
use crate::domain::rules::Rule;
use crate::realtime::ask::Ask;
use crate::realtime::relay::{Audience, Body, Message, Parcel};
use crate::realtime::room::{ConnId, Input};
use local::Local;

/// How long a missing message may still come by a slower way.
const REORDER_MS: u64 = 150;

/// How long a connection waits for its first bytes before more are asked for.
const WAIT_MS_MAX: u64 = 1_000;

/// How long everyone here waits, as long as one after the other is brought up to date.
const TURN_MS_MAX: u64 = 10_000;

/// So many announcements that do not come are no chance.
const SILENT_ANNOUNCES: u64 = 3;

/// The store is asked again after so many more.
const ASK_ANNOUNCES: u64 = 2;

/// How long an edge waits for the answer to a decision.
const ASK_MS_MAX: u64 = 10_000;

/// Messages held back until the ones before them come.
const HELD_MAX: usize = 1_024;

/// The number of what a connection comes with.
const FIRST: u32 = 1;

#[derive(Debug)]
struct Held {
    flush: u64,
    conn: ConnId,
    parcel: Parcel,
}

/// A room owned elsewhere.
#[derive(Debug)]
pub(super) struct Edge {
    room: RoomId,
    pub owner: NodeId,
    parts: HostParts,
    epoch: Option<Epoch>,
    conns: BTreeMap<ConnId, Local>,
    flush: Option<u64>,
    /// Flushes that wait for what comes before them: the `Down` each comes after, and what it brings.
    early: BTreeMap<u64, (u64, Vec<Audience>)>,
    down: u64,
    held: BTreeMap<u64, Held>,
    /// Since when something is known to be missing.
    gap: Option<Tick>,
    /// How far the owner says this edge should be.
    flush_told: u64,
    down_told: u64,
    heard: Tick,
    /// When to ask the store whose the room is, unless something is heard before.
    ask_at: Tick,
    roll_at: Tick,
    lost_at: Tick,
    /// When somebody here who was behind was last brought up to date.
    fresh_at: Tick,
    /// When a decision was last handed to the owner.
    asked: Option<Tick>,
    /// The node stops.
    farewell: Option<Farewell>,
}

impl Edge {
    pub fn new(room: RoomId, owner: NodeId, parts: &HostParts, now: Tick) -> Self {
        Self {
            room,
            owner,
            parts: parts.clone(),
            epoch: None,
            conns: BTreeMap::new(),
            flush: None,
            early: BTreeMap::new(),
            down: 0,
            held: BTreeMap::new(),
            gap: None,
            flush_told: 0,
            down_told: 0,
            heard: now,
            ask_at: now.plus_ms(parts.limits.announce_ms * SILENT_ANNOUNCES),
            roll_at: now.plus_ms(parts.limits.announce_ms),
            lost_at: now,
            fresh_at: now,
            asked: None,
            farewell: None,
        }
    }

    /// Whether nobody here waits for anything.
    pub fn is_empty(&self, now: Tick) -> bool {
        let asks = self
            .asked
            .is_some_and(|since| now.since_ms(since) < ASK_MS_MAX);
        self.conns.is_empty() && !asks
    }

    /// Whether nothing has come from the owner for so long that it may be gone, and the store was not asked lately.
    pub fn is_forsaken(&self, now: Tick) -> bool {
        now >= self.ask_at
    }

    /// Whether nothing has come for so long that the owner has given up this edge as well. Until then members stay:
    /// what is between the nodes may carry again any moment, and nobody is then seen to have been away.
    pub fn is_given_up(&self, now: Tick) -> bool {
        now >= self.given_up_at()
    }

    fn given_up_at(&self) -> Tick {
        self.heard.plus_ms(self.parts.limits.lease_ms)
    }

    pub fn ask_again_later(&mut self, now: Tick) {
        let later = now.plus_ms(self.parts.limits.announce_ms * ASK_ANNOUNCES);
        let end = self.given_up_at();
        self.ask_at = if now < end { later.min(end) } else { later };
    }

    pub fn deadline(&self) -> Tick {
        let gap = self.gap.map(|since| since.plus_ms(REORDER_MS));
        let farewell = self.farewell.as_ref().map(Farewell::next);
        let own = self.roll_at.min(self.ask_at);
        [gap, farewell].into_iter().flatten().fold(own, Tick::min)
    }

    /// What a member does, handed up.
    pub fn up(&mut self, mut input: Input, now: Tick, actions: &mut Vec<Action>) {
        let Some(conn) = input.conn_mut().map(|conn| *conn) else {
            return;
        };
        if matches!(input, Input::Enter { .. }) {
            let fresh = Local::new(input.clone(), now);
            self.conns.insert(conn, fresh);
        }
        let Some(local) = self.conns.get_mut(&conn) else {
            return;
        };
        local.number += 1;
        let number = local.number;
        local.says(&input);
        if matches!(input, Input::Lost { .. }) {
            self.conns.remove(&conn);
        }
        let link = self.parts.link;
        self.tell(
            Body::Up {
                link,
                number,
                input,
            },
            actions,
        );
    }

    /// Takes a message; true when there is another owner now, or none.
    pub fn owner_says(&mut self, message: Message, now: Tick, actions: &mut Vec<Action>) -> bool {
        let newer = |mine: Option<Epoch>| message.epoch > mine && mine.is_some();
        if message.from != self.owner {
            if matches!(
                message.body,
                Body::Up { .. } | Body::Roll { .. } | Body::Lost { .. } | Body::Ask { .. }
            ) {
                let gone = Message::new(self.room, self.parts.node, message.epoch, Body::Gone);
                actions.push(Action::Tell(message.from, gone));
                return false;
            }
            if Rule::Epoch.holds() {
                return newer(self.epoch);
            }
        }
        if message.epoch < self.epoch && Rule::Epoch.holds() {
            return matches!(message.body, Body::Gone) && message.epoch.is_none();
        }
        if newer(self.epoch) && Rule::Epoch.holds() {
            return true;
        }
        self.epoch = self.epoch.max(message.epoch);
        self.heard = now;
        self.ask_at = now.plus_ms(self.parts.limits.announce_ms * SILENT_ANNOUNCES);
        match message.body {
            Body::Gone => return true,
            Body::Flush {
                flush,
                edges,
                audiences,
            } => {
                let own = (self.parts.node, self.parts.link);
                let mine = edges.iter().find(|(node, life, _)| (*node, *life) == own);
                let is_inside = self.conns.values().any(|local| local.welcomed);
                if mine.is_none() && is_inside && Rule::Epoch.holds() {
                    return true;
                }
                let after = mine.map_or(0, |(_, _, down)| *down);
                if self.flush.is_none_or(|last| flush > last) {
                    self.early.insert(flush, (after, audiences));
                    self.advance(now, actions);
                }
            }
            Body::Announce { flush } => {
                self.flush_told = self.flush_told.max(flush);
                self.mark_gap(now);
            }
            Body::Down {
                link,
                number,
                flush,
                conn,
                parcel,
            } if link == self.parts.link && number > self.down => {
                let held = Held {
                    flush,
                    conn,
                    parcel,
                };
                self.held.insert(number, held);
                self.advance(now, actions);
            }
            Body::Standing {
                link,
                number,
                unknown,
                behind,
            } if link == self.parts.link => {
                self.down_told = self.down_told.max(number);
                self.step_again(&behind, now, actions);
                self.answer_unknown(&unknown, now, actions);
                self.mark_gap(now);
            }
            Body::Answer { reply, outcome } => actions.push(Action::Answer(reply, outcome)),
            _ => {}
        }
        false
    }

    /// A decision, handed to the owner.
    pub fn ask(&mut self, ask: Ask, now: Tick, actions: &mut Vec<Action>) {
        self.asked = Some(now);
        let link = self.parts.link;
        self.tell(Body::Ask { link, ask }, actions);
    }

    pub fn settle(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let overdue = self
            .gap
            .is_some_and(|since| now.since_ms(since) >= REORDER_MS);
        if overdue || self.held.len() > HELD_MAX || self.early.len() > HELD_MAX {
            self.give_up_gap(now, actions);
        }
        self.turn_away_unheard(now, actions);
        let waits = self.conns.values().any(|local| local.waits(now));
        // While some are brought up to date the others have their turn soon.
        let turn = self.fresh_at.min(self.lost_at.plus_ms(TURN_MS_MAX));
        if waits && now.since_ms(self.lost_at.max(turn)) >= WAIT_MS_MAX {
            self.ask_again(now, actions);
        }
        if self.roll_at <= now {
            self.roll_at = now.plus_ms(self.parts.limits.announce_ms);
            self.roll(actions);
        }
        self.part_if_due(now, actions);
    }

    /// Everyone is closed with this code.
    pub fn send_away(&self, code: CloseCode, actions: &mut Vec<Action>) {
        for conn in self.conns.keys() {
            close(*conn, code, actions);
        }
    }

    /// The owner lives, yet nothing of it gets here: members had better try another node.
    pub fn owner_is_deaf(&self, actions: &mut Vec<Action>) {
        tracing::error!(room = %self.room, owner = %self.owner, "nothing comes from a room's owner");
        self.send_away(CloseCode::Unavailable, actions);
    }

    /// The node stops: members are sent away some at a time, and the rest go on until it is their turn.
    pub fn drain(&mut self, now: Tick) {
        let conns = self.conns.keys().copied().collect();
        self.farewell
            .get_or_insert_with(|| Farewell::new(conns, now));
    }

    /// Whether everyone has been sent away.
    pub fn has_parted(&self) -> bool {
        self.farewell.as_ref().is_some_and(Farewell::is_over)
    }

    fn part_if_due(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let Some(farewell) = &mut self.farewell else {
            return;
        };
        let leaving = farewell.take_due(&self.parts.limits, now);
        if leaving.is_empty() {
            return;
        }
        for (conn, frame) in leaving {
            if self.conns.remove(&conn).is_some() {
                send(conn, &frame, actions);
                close(conn, CloseCode::Restart, actions);
            }
        }
        self.roll(actions);
    }

    fn roll(&mut self, actions: &mut Vec<Action>) {
        for local in self.conns.values_mut() {
            local.rolled = true;
        }
        let body = Body::Roll {
            link: self.parts.link,
            conns: self
                .conns
                .iter()
                .map(|(conn, local)| (*conn, local.number))
                .collect(),
        };
        self.tell(body, actions);
    }

    /// Hands on what has come, in the order in which the owner sent it, as far as nothing before it is missing.
    fn advance(&mut self, now: Tick, actions: &mut Vec<Action>) {
        loop {
            if let Some(audiences) = self.next_flush() {
                self.deliver(&audiences, actions);
            } else if let Some(held) = self.next_down() {
                self.unpack(held, now, actions);
            } else {
                break;
            }
        }
        self.mark_gap(now);
    }

    fn next_flush(&mut self) -> Option<Vec<Audience>> {
        let (flush, (after, _)) = self.early.first_key_value()?;
        let is_next = self.flush.is_none_or(|last| *flush == last + 1);
        if Rule::Stale.holds() && (!is_next || *after > self.down) {
            return None;
        }
        let (flush, (_, audiences)) = self.early.pop_first()?;
        self.flush = Some(flush);
        Some(audiences)
    }

    fn next_down(&mut self) -> Option<Held> {
        let held = self.held.get(&(self.down + 1))?;
        let local = self.conns.get(&held.conn);
        let is_known = local.is_some_and(|local| local.from.is_some());
        // Answers follow the edits they answer; what brings someone up to date stands for itself.
        let stands = matches!(held.parcel, Parcel::Welcome(_) | Parcel::Resync(_));
        let must_wait = is_known && !stands && held.flush > self.flush.unwrap_or(0);
        if must_wait && Rule::Stale.holds() {
            return None;
        }
        self.down += 1;
        self.held.remove(&self.down)
    }

    fn unpack(&mut self, held: Held, now: Tick, actions: &mut Vec<Action>) {
        let Held {
            flush,
            conn,
            parcel,
        } = held;
        let Some(local) = self.conns.get_mut(&conn) else {
            return;
        };
        if matches!(parcel, Parcel::Welcome(_)) {
            (local.welcomed, local.enter) = (true, None);
        }
        let is_fresh = matches!(parcel, Parcel::Welcome(_) | Parcel::Resync(_));
        if !local.welcomed && !matches!(parcel, Parcel::Close(..)) {
            // Its welcome was lost: nothing stands for that, and it is sent away soon.
            return;
        }
        if is_fresh {
            if local.from.replace(flush).is_none() && matches!(parcel, Parcel::Resync(_)) {
                self.fresh_at = now;
            }
            local.is_whole();
            // What is between this and the first flush to come is missing, not never sent.
            self.flush.get_or_insert(flush);
        }
        match parcel {
            Parcel::Welcome(bytes) | Parcel::Send(bytes) => {
                actions.push(Action::Send(conn, bytes));
            }
            Parcel::Resync(bytes) => actions.push(Action::Resync(conn, bytes)),
            Parcel::Close(words, code) => {
                self.conns.remove(&conn);
                if !words.is_empty() {
                    actions.push(Action::Send(conn, words));
                }
                actions.push(Action::Close(conn, code));
            }
        }
    }

    fn tell(&self, body: Body, actions: &mut Vec<Action>) {
        let message = Message::new(self.room, self.parts.node, self.epoch, body);
        actions.push(Action::Tell(self.owner, message));
    }
}
