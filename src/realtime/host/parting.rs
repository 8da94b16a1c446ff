//! The end of an ownership: the last save, the hand-over, and members sent away some at a time.

use maru_protocol::{CloseCode, ErrorCode, ServerFrame, encode_server};

use super::remote::is_far;
use super::{Action, At, Host, State, StoreCall, close, refusal, send};
use crate::domain::clock::Tick;
use crate::domain::rules::Rule;
use crate::realtime::frame;
use crate::realtime::limits::{Limits, RETURN_MS_MIN};
use crate::realtime::relay::Parcel;
use crate::realtime::room::{ConnId, Input};

/// How long a stopping owner waits for its last save before it sends its members away all the same.
const LAST_SAVE_MS: u64 = 5_000;

/// The same for its hand-over: without it, the room is free when the lease of this node has ended.
const RELEASE_MS: u64 = 5_000;

/// Each connection adds this to the time over which their return is spread.
const RETURN_MS_PER_CONNECTION: u64 = 5;

/// What members of a room are told that was archived or deleted.
const GONE: &str = "the room is no longer there";

/// What a stopping owner is at.
#[derive(Debug)]
pub(super) enum Parting {
    /// Waiting for the last save, since then.
    Saving(Tick),
    /// Waiting for the hand-over, since then.
    Releasing(Tick),
    /// Sending members away, some at a time.
    Sending(Farewell),
}

/// Members sent away, some at a time, each to come back at a time of its own.
#[derive(Debug)]
pub(super) struct Farewell {
    conns: Vec<ConnId>,
    sent: usize,
    next: Tick,
}

impl Farewell {
    /// To all of these, from now on.
    pub const fn new(conns: Vec<ConnId>, now: Tick) -> Self {
        Self {
            conns,
            sent: 0,
            next: now,
        }
    }

    /// Those whose turn it is, and what they are told.
    pub fn take_due(&mut self, limits: &Limits, now: Tick) -> Vec<(ConnId, ServerFrame)> {
        if self.next > now {
            return Vec::new();
        }
        let (all, from) = (self.conns.len(), self.sent);
        self.sent = (from + limits.drain_batch).min(all);
        self.next = now.plus_ms(limits.drain_batch_ms);
        let due = self.conns.iter().enumerate().take(self.sent).skip(from);
        let due = due.map(|(place, conn)| {
            let reconnect_after_ms = return_after_ms(place, all, limits.drain_spread_ms);
            (*conn, ServerFrame::GoAway { reconnect_after_ms })
        });
        due.collect()
    }

    pub const fn is_over(&self) -> bool {
        self.sent >= self.conns.len()
    }

    /// When the next are due.
    pub const fn next(&self) -> Tick {
        self.next
    }
}

impl Parting {
    /// When there is something to do about it.
    pub const fn deadline(&self, is_asking: bool) -> Option<Tick> {
        match self {
            Self::Releasing(since) => Some(since.plus_ms(RELEASE_MS)),
            Self::Saving(since) if is_asking => Some(since.plus_ms(LAST_SAVE_MS)),
            Self::Saving(_) => Some(Tick(0)),
            Self::Sending(farewell) => Some(farewell.next()),
        }
    }
}

impl Host {
    pub(super) fn drain_owner(&mut self, at: At, actions: &mut Vec<Action>) {
        self.feed(Input::Drain, at.now, actions);
        if let State::Owner(owner) = &mut self.state {
            owner.parting.get_or_insert(Parting::Saving(at.now.tick));
        }
    }

    pub(super) fn part_if_due(&mut self, at: At, actions: &mut Vec<Action>) {
        let is_asking = self.call.is_some();
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        match &mut owner.parting {
            None => {}
            Some(Parting::Saving(_)) if owner.room.is_saved() && !is_asking => {
                owner.parting = Some(Parting::Releasing(at.now.tick));
                owner.room.hand_over();
                let epoch = owner.room.epoch();
                self.ask(StoreCall::Release(epoch), actions);
            }
            Some(Parting::Saving(since)) if at.now.tick.since_ms(*since) >= LAST_SAVE_MS => {
                tracing::error!(room = %self.room, "the last save did not come through in time");
                self.begin_sending(at.now.tick);
                self.part_if_due(at, actions);
            }
            Some(Parting::Releasing(since)) if at.now.tick.since_ms(*since) >= RELEASE_MS => {
                tracing::error!(room = %self.room, "a room was not handed over in time");
                // An answer that comes now changes nothing.
                self.call = None;
                self.begin_sending(at.now.tick);
                self.part_if_due(at, actions);
            }
            Some(Parting::Saving(_) | Parting::Releasing(_)) => {}
            Some(Parting::Sending(_)) => self.send_some_away(at.now.tick, actions),
        }
    }

    /// The store has been told that anyone may claim the room.
    pub(super) fn released(&mut self, at: At, actions: &mut Vec<Action>) {
        match &self.state {
            State::Owner(_) => {
                self.begin_sending(at.now.tick);
                self.part_if_due(at, actions);
            }
            // Someone came while an idle room was handed over.
            State::Opening(waiting) if !waiting.is_empty() || !self.asked.is_empty() => {
                self.claim(at, actions);
            }
            State::Opening(_) => self.end(actions),
            State::Edge(_) | State::Ended => {}
        }
    }

    fn begin_sending(&mut self, now: Tick) {
        if let State::Owner(owner) = &mut self.state {
            let conns = owner.room.connections().collect();
            owner.parting = Some(Parting::Sending(Farewell::new(conns, now)));
        }
    }

    /// Tells the next members to come back, each at a time of its own.
    fn send_some_away(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let limits = self.parts.limits.clone();
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let Some(Parting::Sending(farewell)) = &mut owner.parting else {
            return;
        };
        let leaving = farewell.take_due(&limits, now);
        let is_last = farewell.is_over();
        for (conn, frame) in leaving {
            if is_far(conn) {
                let bytes = frame::binary(&encode_server(&frame));
                let farewell = Parcel::Close(bytes, CloseCode::Restart.number());
                self.down(conn, farewell, actions);
            } else {
                send(conn, &frame, actions);
                close(conn, CloseCode::Restart, actions);
            }
        }
        if is_last {
            self.gone(actions);
        }
    }

    /// The room is shut: everyone inside is told that it is no longer there. What is not saved by now is not
    /// acknowledged either, and the store takes it no more.
    pub(super) fn shut(&mut self, at: At, actions: &mut Vec<Action>) {
        if !Rule::Shut.holds() {
            return;
        }
        match &self.state {
            // The claim may have been given before: whoever waits is let in, sent to come back, and finds no room.
            State::Opening(_) if self.call.is_some() => self.drain(at, actions),
            State::Opening(_) => self.end(actions),
            State::Owner(owner) => {
                let conns: Vec<ConnId> = owner.room.connections().collect();
                let (words, code) = (refusal(ErrorCode::RoomGone, GONE), CloseCode::RoomGone);
                for conn in conns {
                    if is_far(conn) {
                        let bytes = frame::binary(&encode_server(&words));
                        let farewell = Parcel::Close(bytes, code.number());
                        self.down(conn, farewell, actions);
                    } else {
                        send(conn, &words, actions);
                        close(conn, code, actions);
                    }
                }
                self.gone(actions);
            }
            State::Edge(edge) => {
                edge.send_away(CloseCode::RoomGone, actions);
                self.end(actions);
            }
            State::Ended => {}
        }
    }

    /// Nobody has been here for a while and nothing is owed: others may have the room.
    pub(super) fn release_if_idle(&mut self, at: At, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &self.state else {
            return;
        };
        let idle = owner.room.is_idle(at.now.tick) && self.call.is_none();
        if idle && owner.parting.is_none() {
            let epoch = owner.room.epoch();
            self.state = State::Opening(std::collections::VecDeque::new());
            self.ask(StoreCall::Release(epoch), actions);
        }
    }
}

/// When the member at this place of so many is to come back: spread evenly, neighbours far apart.
fn return_after_ms(place: usize, all: usize, spread_ms_max: u64) -> u32 {
    // A step without common factors with most spreads visits the whole of it.
    const STRIDE: u64 = 617;
    let spread = (all as u64 * RETURN_MS_PER_CONNECTION)
        .clamp(RETURN_MS_MIN, spread_ms_max.max(RETURN_MS_MIN));
    u32::try_from(place as u64 * STRIDE % spread).unwrap_or(u32::MAX)
}
