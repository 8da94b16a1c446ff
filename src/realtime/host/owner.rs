//! The node that owns a room: the room itself, its saves, its edges, and the hand-over when the node stops.

use super::parting::Parting;
use super::remote::{Remote, is_far};
use super::{Action, At, Host, HostParts, State, StoreCall, close};
use crate::domain::clock::Tick;
use crate::domain::id::NodeId;
use crate::domain::room::Epoch;
use crate::domain::rules::Rule;
use crate::ports::room::{ClaimedRoom, SaveOutcome, StoreError};
use crate::realtime::relay::{Body, Message, Parcel};
use crate::realtime::room::{ConnId, Effect, Input, Now, Room};
use crate::realtime::saver::{Saver, Step};
use bytes::{Bytes, BytesMut};

/// A room this node owns.
#[derive(Debug)]
pub(super) struct Owner {
    pub room: Room,
    saver: Saver,
    pub remote: Remote,
    announce_at: Tick,
    /// When the next members of edges may be brought up to date.
    pub catch_up_at: Tick,
    lease_ms: u64,
    /// How often the lease of this node had lapsed when it asked for the room.
    lapses: u64,
    pub parting: Option<Parting>,
}

impl Owner {
    pub fn new(claimed: ClaimedRoom, parts: &HostParts, lapses: u64, now: Now) -> Self {
        let room = Room::new(
            claimed,
            parts.node,
            parts.token_key.clone(),
            parts.limits.clone(),
            now,
        );
        Self {
            room: room.screened_by(parts.screen.clone()),
            saver: Saver::default(),
            remote: Remote::default(),
            announce_at: now.tick,
            catch_up_at: now.tick,
            lease_ms: parts.limits.lease_ms,
            lapses,
            parting: None,
        }
    }

    /// Whether the node's lease has ended since it asked for the room: another may own it now, even if this node has a
    /// lease again.
    pub const fn has_lapsed(&self, at: At) -> bool {
        self.lapses != at.lapses
    }

    pub fn deadline(&self, is_asking: bool) -> Option<Tick> {
        let announce = (!self.remote.is_empty()).then_some(self.announce_at);
        let catch_up = self.remote.has_stale().then_some(self.catch_up_at);
        let parting = self.parting.as_ref();
        let parting = parting.and_then(|parting| parting.deadline(is_asking));
        [
            self.room.deadline(),
            self.saver.deadline(),
            announce,
            catch_up,
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
        self.catch_up_if_due(at, actions);
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
            // Parts nothing that belongs together.
            if let Effect::Refused { limit } = effect {
                actions.push(Action::Refused(limit));
                continue;
            }
            // A flush is one for all its audiences, and a newcomer's frames are one for the newcomer.
            if !matches!(effect, Effect::Flush { .. }) {
                self.publish_flush(&mut flushes, actions);
            }
            // Last words and the end are one: a refusal must not be taken for a welcome.
            if !matches!(&effect, Effect::Send { conn, .. } | Effect::Close { conn, .. } if parcel.as_ref().is_some_and(|(to, _)| to == conn))
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
                    let words = parcel.take().map(|(_, words)| words.freeze());
                    let farewell = Parcel::Close(words.unwrap_or_default(), code.number());
                    self.down(conn, farewell, actions);
                    if let State::Owner(owner) = &mut self.state {
                        owner.remote.forget(conn);
                    }
                }
                Effect::Close { conn, code } => close(conn, code, actions),
                Effect::Answer { reply, outcome } => self.answer(reply, outcome, actions),
                Effect::Save(save) => {
                    if let State::Owner(owner) = &mut self.state {
                        let step = owner.saver.begin(save);
                        self.step(step, Now::default(), actions);
                    }
                }
                Effect::Refused { .. } => {}
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

    pub(super) fn down(&mut self, conn: ConnId, parcel: Parcel, actions: &mut Vec<Action>) {
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

    pub(super) fn edge_says(&mut self, message: Message, at: At, actions: &mut Vec<Action>) {
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
            Body::Ask { link, ask } if self.hear(from, link, at, actions) => {
                self.asked_by_edge(from, ask, at, actions);
            }
            _ => {}
        }
    }

    pub(super) fn hear(
        &mut self,
        from: NodeId,
        link: u64,
        at: At,
        actions: &mut Vec<Action>,
    ) -> bool {
        let State::Owner(owner) = &mut self.state else {
            return false;
        };
        let epoch = Some(owner.room.epoch());
        let Some(lost) = owner.remote.hear(from, link, at.now.tick) else {
            // A life that was given up, and does not know it yet.
            let gone = self.message(epoch, Body::Gone);
            actions.push(Action::Tell(from, gone));
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
        let Some((mut input, missed)) = owner.remote.take(from, number, input, at.now.tick) else {
            return;
        };
        if let Some(conn) = input.conn_mut().map(|conn| *conn).filter(|_| missed) {
            self.feed(Input::Missed { conn }, at.now, actions);
        }
        self.feed(input, at.now, actions);
    }

    fn roll(
        &mut self,
        from: NodeId,
        link: u64,
        conns: &[(ConnId, u32)],
        at: At,
        actions: &mut Vec<Action>,
    ) {
        if !self.hear(from, link, at, actions) {
            return;
        }
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let (epoch, flush) = (Some(owner.room.epoch()), owner.remote.flush);
        let Some(roll) = owner.remote.roll(from, conns, at.now.tick) else {
            return;
        };
        for conn in roll.gone {
            self.feed(Input::Lost { conn }, at.now, actions);
        }
        for conn in roll.missed {
            self.feed(Input::Missed { conn }, at.now, actions);
        }
        let message = self.message(epoch, roll.answer);
        actions.push(Action::Tell(from, message));
        // On the edge's own channel as well: that of the room may have been lost to it alone, and it would take the room
        // for a quiet one.
        let message = self.message(epoch, Body::Announce { flush });
        actions.push(Action::Tell(from, message));
    }

    /// The room is not this node's any more: its members come back to whoever owns it next.
    pub(super) fn drop_room(&mut self, actions: &mut Vec<Action>) {
        let mut effects = Vec::new();
        if let State::Owner(owner) = &mut self.state {
            owner.room.abandon(&mut effects);
        }
        self.perform(effects, actions);
    }

    pub(super) fn gone(&mut self, actions: &mut Vec<Action>) {
        if let State::Owner(owner) = &self.state {
            let message = self.message(Some(owner.room.epoch()), Body::Gone);
            actions.push(Action::Publish(message));
        }
        self.end(actions);
    }
}
