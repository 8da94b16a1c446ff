//! The node that owns a room: the room itself, its saves, its edges, and the hand-over when the node stops.

use bytes::{Bytes, BytesMut};
use maru_protocol::{CloseCode, ServerFrame};

use super::remote::{Remote, is_far};
use super::{Action, At, Host, HostParts, State, StoreCall, close, send};
use crate::domain::clock::Tick;
use crate::domain::id::NodeId;
use crate::domain::room::Epoch;
use crate::domain::rules::Rule;
use crate::ports::room::{ClaimedRoom, SaveOutcome, StoreError};
use crate::realtime::relay::{Body, Message, Parcel};
use crate::realtime::room::{ConnId, Effect, Input, Now, Room};
use crate::realtime::saver::{Saver, Step};

/// How long a stopping owner waits for its last save before it sends its members away all the same.
const LAST_SAVE_MS: u64 = 5_000;

/// Each connection adds this to the time over which their return is spread.
const RETURN_MS_PER_CONNECTION: u64 = 5;

/// The shortest such time.
const RETURN_MS_MIN: u64 = 200;

/// What a stopping owner is at.
#[derive(Debug)]
enum Parting {
    /// Waiting for the last save, since then.
    Saving(Tick),
    /// Waiting for the hand-over.
    Releasing,
    /// Sending members away, some at a time.
    Sending {
        conns: Vec<ConnId>,
        sent: usize,
        next: Tick,
    },
}

/// A room this node owns.
#[derive(Debug)]
pub(super) struct Owner {
    pub room: Room,
    saver: Saver,
    remote: Remote,
    announce_at: Tick,
    lease_ms: u64,
    parting: Option<Parting>,
}

impl Owner {
    pub fn new(claimed: ClaimedRoom, parts: &HostParts, now: Now) -> Self {
        let room = Room::new(
            claimed,
            parts.node,
            parts.token_key.clone(),
            parts.limits.clone(),
            now,
        );
        Self {
            room,
            saver: Saver::default(),
            remote: Remote::default(),
            announce_at: now.tick,
            lease_ms: parts.limits.lease_ms,
            parting: None,
        }
    }

    pub fn deadline(&self, is_asking: bool) -> Option<Tick> {
        let announce = (!self.remote.is_empty()).then_some(self.announce_at);
        let parting = match &self.parting {
            None | Some(Parting::Releasing) => None,
            Some(Parting::Saving(since)) if is_asking => Some(since.plus_ms(LAST_SAVE_MS)),
            Some(Parting::Saving(_)) => Some(Tick(0)),
            Some(Parting::Sending { next, .. }) => Some(*next),
        };
        [
            self.room.deadline(),
            self.saver.deadline(),
            announce,
            self.remote.deadline(self.lease_ms),
            parting,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

impl Host {
    /// Gives the room an input and carries out what it wants.
    pub(super) fn feed(&mut self, input: Input, now: Now, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let mut effects = Vec::new();
        owner.room.handle(input, now, &mut effects);
        self.perform(effects, actions);
    }

    pub(super) fn settle_owner(&mut self, at: At, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let silent = owner.remote.give_up_silent(owner.lease_ms, at.now.tick);
        for conn in silent {
            self.feed(Input::Lost { conn }, at.now, actions);
        }
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let mut effects = Vec::new();
        owner.room.settle(at.now, &mut effects);
        self.perform(effects, actions);
        self.save_due(at, actions);
        self.announce_if_due(at, actions);
        self.part_if_due(at, actions);
        self.release_if_idle(at, actions);
    }

    fn save_due(&mut self, at: At, actions: &mut Vec<Action>) {
        if let State::Owner(owner) = &mut self.state {
            let step = owner.saver.due(at.now.tick);
            self.step(step, at.now, actions);
        }
    }

    pub(super) fn save_answered(
        &mut self,
        result: Result<SaveOutcome, StoreError>,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if let State::Owner(owner) = &mut self.state {
            let step = owner.saver.saved(result, at.now.tick);
            self.step(step, at.now, actions);
        }
    }

    pub(super) fn looked(
        &mut self,
        result: Result<Option<(Epoch, u64)>, StoreError>,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if let State::Owner(owner) = &mut self.state {
            let step = owner.saver.looked(result, at.now.tick);
            self.step(step, at.now, actions);
        }
    }

    fn step(&mut self, step: Step, now: Now, actions: &mut Vec<Action>) {
        match step {
            Step::Save(save) => self.ask(StoreCall::Save(save), actions),
            Step::LastSave => self.ask(StoreCall::LastSave, actions),
            Step::Done(outcome) => self.feed(Input::Saved(outcome), now, actions),
            Step::GiveUp(error) => {
                tracing::error!(%error, room = %self.room, "a room is given up: its store did not save");
                self.feed(Input::SaveFailed, now, actions);
            }
            Step::Wait => {}
        }
    }

    /// Carries out what the room wants: here, or over there.
    fn perform(&mut self, effects: Vec<Effect>, actions: &mut Vec<Action>) {
        let mut flushes = Vec::new();
        let mut parcel: Option<(ConnId, BytesMut)> = None;
        let mut abandoned = false;
        for effect in effects {
            // A flush is one for all its audiences, and a newcomer's frames are one for the newcomer.
            if !matches!(effect, Effect::Flush { .. }) {
                self.publish_flush(&mut flushes, actions);
            }
            if !matches!(&effect, Effect::Send { conn, .. } if parcel.as_ref().is_some_and(|(to, _)| to == conn))
            {
                self.send_parcel(&mut parcel, actions);
            }
            match effect {
                Effect::Send { conn, bytes } if is_far(conn) => {
                    let (_, collected) = parcel.get_or_insert_with(|| (conn, BytesMut::new()));
                    collected.extend_from_slice(&bytes);
                }
                Effect::Send { conn, bytes } => actions.push(Action::Send(conn, bytes)),
                Effect::Resync { conn, bytes } if is_far(conn) => {
                    self.down(conn, Parcel::Resync(bytes), actions);
                }
                Effect::Resync { conn, bytes } => actions.push(Action::Resync(conn, bytes)),
                Effect::Flush {
                    conns,
                    bytes,
                    reliable_bytes,
                } => {
                    let (far, near): (Vec<_>, Vec<_>) = conns.into_iter().partition(|c| is_far(*c));
                    if !near.is_empty() {
                        actions.push(Action::Flush(near, bytes.clone(), reliable_bytes));
                    }
                    flushes.push((far, bytes, reliable_bytes));
                }
                Effect::Close { conn, code } if is_far(conn) => {
                    self.down(conn, Parcel::Close(code.number()), actions);
                    if let State::Owner(owner) = &mut self.state {
                        owner.remote.forget(conn);
                    }
                }
                Effect::Close { conn, code } => close(conn, code, actions),
                Effect::Answer { reply, outcome } => actions.push(Action::Answer(reply, outcome)),
                Effect::Save(save) => {
                    if let State::Owner(owner) = &mut self.state {
                        let step = owner.saver.begin(save);
                        self.step(step, Now::default(), actions);
                    }
                }
                Effect::Abandon => abandoned = true,
            }
        }
        self.publish_flush(&mut flushes, actions);
        self.send_parcel(&mut parcel, actions);
        if abandoned {
            self.gone(actions);
        }
    }

    fn send_parcel(&mut self, parcel: &mut Option<(ConnId, BytesMut)>, actions: &mut Vec<Action>) {
        if let Some((conn, bytes)) = parcel.take() {
            self.down(conn, Parcel::Send(bytes.freeze()), actions);
        }
    }

    fn down(&mut self, conn: ConnId, parcel: Parcel, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let epoch = Some(owner.room.epoch());
        if let Some((node, body)) = owner.remote.down(conn, parcel) {
            let message = self.message(epoch, body);
            actions.push(Action::Tell(node, message));
        }
    }

    fn publish_flush(
        &mut self,
        flushes: &mut Vec<(Vec<ConnId>, Bytes, usize)>,
        actions: &mut Vec<Action>,
    ) {
        if flushes.is_empty() {
            return;
        }
        let flushes = std::mem::take(flushes);
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let epoch = Some(owner.room.epoch());
        if let Some(body) = owner.remote.flush(flushes) {
            let message = self.message(epoch, body);
            actions.push(Action::Publish(message));
        }
    }

    /// Tells the other nodes whose the room is and how far they should be.
    pub(super) fn announce(&self, actions: &mut Vec<Action>) {
        if let State::Owner(owner) = &self.state {
            let body = Body::Announce {
                flush: owner.remote.flush,
            };
            actions.push(Action::Publish(
                self.message(Some(owner.room.epoch()), body),
            ));
        }
    }

    fn announce_if_due(&mut self, at: At, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        if !owner.remote.is_empty() && owner.announce_at <= at.now.tick {
            owner.announce_at = at.now.tick.plus_ms(self.parts.limits.announce_ms);
            self.announce(actions);
        }
    }

    pub(super) fn from_edge(&mut self, message: Message, at: At, actions: &mut Vec<Action>) {
        let (State::Owner(owner), from) = (&mut self.state, message.from) else {
            return;
        };
        let epoch = owner.room.epoch();
        if message.epoch.is_some_and(|theirs| theirs > epoch) {
            // Someone has heard of a later owner: this node's claim no longer stands, whatever it believes.
            if matches!(message.body, Body::Announce { .. } | Body::Flush { .. }) {
                self.drop_room(actions);
            }
            return;
        }
        if Rule::Epoch.holds() && message.epoch.is_some_and(|theirs| theirs != epoch) {
            let flush = owner.remote.flush;
            let announce = self.message(Some(epoch), Body::Announce { flush });
            actions.push(Action::Tell(from, announce));
            return;
        }
        match message.body {
            Body::Up {
                link,
                number,
                input,
            } => self.up(from, link, number, input, at, actions),
            Body::Roll { link, conns } => self.roll(from, link, &conns, at, actions),
            Body::Lost { link } => self.bring_up_to_date(from, link, at, actions),
            _ => {}
        }
    }

    fn hear(&mut self, from: NodeId, link: u64, at: At, actions: &mut Vec<Action>) -> bool {
        let State::Owner(owner) = &mut self.state else {
            return false;
        };
        let Some(lost) = owner.remote.hear(from, link, at.now.tick) else {
            return false;
        };
        for conn in lost {
            self.feed(Input::Lost { conn }, at.now, actions);
        }
        true
    }

    fn up(
        &mut self,
        from: NodeId,
        link: u64,
        number: u32,
        input: Input,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if !self.hear(from, link, at, actions) {
            return;
        }
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        if let Some(input) = owner.remote.take(from, number, input, at.now.tick) {
            self.feed(input, at.now, actions);
        }
    }

    fn roll(
        &mut self,
        from: NodeId,
        link: u64,
        conns: &[ConnId],
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if !self.hear(from, link, at, actions) {
            return;
        }
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let epoch = Some(owner.room.epoch());
        let (gone, standing) = owner.remote.roll(from, conns, at.now.tick);
        for conn in gone {
            self.feed(Input::Lost { conn }, at.now, actions);
        }
        if let Some(standing) = standing {
            let message = self.message(epoch, standing);
            actions.push(Action::Tell(from, message));
        }
    }

    fn bring_up_to_date(&mut self, from: NodeId, link: u64, at: At, actions: &mut Vec<Action>) {
        if !self.hear(from, link, at, actions) {
            return;
        }
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        for conn in owner.remote.of_edge(from) {
            let stale = true;
            self.feed(Input::Drained { conn, stale }, at.now, actions);
        }
    }

    /// The room is not this node's any more: its members come back to whoever owns it next.
    pub(super) fn drop_room(&mut self, actions: &mut Vec<Action>) {
        let mut effects = Vec::new();
        if let State::Owner(owner) = &mut self.state {
            owner.room.abandon(&mut effects);
        }
        self.perform(effects, actions);
    }

    fn gone(&mut self, actions: &mut Vec<Action>) {
        if let State::Owner(owner) = &self.state {
            let message = self.message(Some(owner.room.epoch()), Body::Gone);
            actions.push(Action::Publish(message));
        }
        self.end(actions);
    }

    pub(super) fn drain_owner(&mut self, at: At, actions: &mut Vec<Action>) {
        self.feed(Input::Drain, at.now, actions);
        if let State::Owner(owner) = &mut self.state {
            owner.parting.get_or_insert(Parting::Saving(at.now.tick));
        }
    }

    fn part_if_due(&mut self, at: At, actions: &mut Vec<Action>) {
        let is_asking = self.call.is_some();
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        match &mut owner.parting {
            None | Some(Parting::Releasing) => {}
            Some(Parting::Saving(_)) if owner.room.is_saved() && !is_asking => {
                owner.parting = Some(Parting::Releasing);
                let epoch = owner.room.epoch();
                self.ask(StoreCall::Release(epoch), actions);
            }
            Some(Parting::Saving(since)) if at.now.tick.since_ms(*since) >= LAST_SAVE_MS => {
                tracing::error!(room = %self.room, "the last save did not come through in time");
                self.begin_sending(at.now.tick);
                self.part_if_due(at, actions);
            }
            Some(Parting::Saving(_)) => {}
            Some(Parting::Sending { .. }) => self.send_some_away(at.now.tick, actions),
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
            State::Opening(waiting) if !waiting.is_empty() => self.claim(at, actions),
            State::Opening(_) => self.end(actions),
            State::Edge(_) | State::Ended => {}
        }
    }

    fn begin_sending(&mut self, now: Tick) {
        if let State::Owner(owner) = &mut self.state {
            owner.parting = Some(Parting::Sending {
                conns: owner.room.connections().collect(),
                sent: 0,
                next: now,
            });
        }
    }

    /// Tells the next members to come back, each at a time of its own.
    fn send_some_away(&mut self, now: Tick, actions: &mut Vec<Action>) {
        let limits = self.parts.limits.clone();
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let Some(Parting::Sending { conns, sent, next }) = &mut owner.parting else {
            return;
        };
        if *next > now {
            return;
        }
        let all = conns.len();
        let batch: Vec<(usize, ConnId)> = conns.iter().copied().enumerate().skip(*sent).collect();
        let batch = batch.into_iter().take(limits.drain_batch);
        let batch: Vec<(usize, ConnId)> = batch.collect();
        *sent += batch.len();
        *next = now.plus_ms(limits.drain_batch_ms);
        let is_last = *sent >= all;
        for (place, conn) in batch {
            let frame = ServerFrame::GoAway {
                reconnect_after_ms: return_after_ms(place, all, limits.drain_spread_ms),
            };
            if is_far(conn) {
                let bytes = crate::realtime::frame::binary(&maru_protocol::encode_server(&frame));
                self.down(conn, Parcel::Send(bytes), actions);
                self.down(conn, Parcel::Close(CloseCode::Restart.number()), actions);
            } else {
                send(conn, &frame, actions);
                close(conn, CloseCode::Restart, actions);
            }
        }
        if is_last {
            self.gone(actions);
        }
    }

    /// Nobody has been here for a while and nothing is owed: others may have the room.
    fn release_if_idle(&mut self, at: At, actions: &mut Vec<Action>) {
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
pub(super) fn return_after_ms(place: usize, all: usize, spread_ms_max: u64) -> u32 {
    // A step without common factors with most spreads visits the whole of it.
    const STRIDE: u64 = 617;
    let spread = (all as u64 * RETURN_MS_PER_CONNECTION)
        .clamp(RETURN_MS_MIN, spread_ms_max.max(RETURN_MS_MIN));
    u32::try_from(place as u64 * STRIDE % spread).unwrap_or(u32::MAX)
}
