//! A room as one node has it: being opened, owned, or relayed from its owner. A pure state machine around
//! [`Room`]: it claims, saves, hands over and stops when the lease does; connections never notice which it is.

mod catch_up;
mod command;
mod edge;
mod figures;
mod io;
mod owner;
mod parting;
mod remote;
#[cfg(test)]
mod tests;

pub use catch_up::CATCH_UP_BYTES;
pub use io::{Action, HostInput, StoreAnswer, StoreCall};

use std::collections::VecDeque;
use std::sync::Arc;

use maru_protocol::{CloseCode, ErrorCode, ServerFrame, encode_server};

use super::ask::Ask;
use super::frame;
use super::limits::{Limits, UNAVAILABLE_RETRY_MS};
use super::relay::{Body, Message};
use super::room::{ConnId, Entry, Input, Now};
use super::token::TokenKey;
use crate::domain::clock::Tick;
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::Epoch;
use crate::domain::rules::Rule;
use crate::domain::visitor::Visitor;
use crate::ports::room::{ClaimOutcome, StoreError};
use crate::services::screen::Screen;
use edge::Edge;
use owner::Owner;

/// The time, and until when this node may act as an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct At {
    /// Both clocks.
    pub now: Now,
    /// The end of what [`super::lease::Lease`] allows.
    pub serves_until: Tick,
    /// How often that lease had ended before it was renewed.
    pub lapses: u64,
}

/// What a host is made with.
#[derive(Debug, Clone)]
pub struct HostParts {
    /// This run of this process.
    pub node: NodeId,
    /// Seals resume tokens.
    pub token_key: TokenKey,
    /// The bounds.
    pub limits: Arc<Limits>,
    /// Looks through what is said.
    pub screen: Screen,
    /// Tells this host from the node's earlier ones of the same room.
    pub link: u64,
    /// How much of what brings members of other nodes up to date is sent at once.
    pub catch_up_bytes: usize,
}

/// Someone who came before the room was open.
#[derive(Debug)]
struct Waiting {
    conn: ConnId,
    visitor: Box<Visitor>,
    entry: Entry,
}

#[derive(Debug)]
enum State {
    Opening(VecDeque<Waiting>),
    Owner(Box<Owner>),
    Edge(Box<Edge>),
    Ended,
}

/// A room on this node.
#[derive(Debug)]
pub struct Host {
    room: RoomId,
    parts: HostParts,
    state: State,
    /// The call whose answer is waited for.
    call: Option<u64>,
    next_call: u64,
    /// How often the lease had lapsed when the room was last asked for.
    lapses: u64,
    draining: bool,
    /// Decisions that wait until it is known who owns the room.
    asked: Vec<Ask>,
}

impl Host {
    /// A room nobody has asked for yet.
    pub fn new(room: RoomId, parts: HostParts) -> Self {
        Self {
            room,
            parts,
            state: State::Opening(VecDeque::new()),
            call: None,
            next_call: 1,
            lapses: 0,
            draining: false,
            asked: Vec::new(),
        }
    }

    /// Takes one input. Broadcasts, saves and what time brings wait for [`Host::settle`].
    pub fn handle(&mut self, input: HostInput, at: At, actions: &mut Vec<Action>) {
        self.suspend_if_due(at, actions);
        match input {
            HostInput::Local(input) => self.local(input, at, actions),
            HostInput::Store(call, answer) => {
                if self.call == Some(call) {
                    self.call = None;
                    self.answered(answer, at, actions);
                }
            }
            HostInput::Command(ask) => self.command(ask, at, actions),
            HostInput::Relay(message) => self.relayed(message, at, actions),
            HostInput::Drain => self.drain(at, actions),
            HostInput::Shut => self.shut(at, actions),
        }
    }

    /// What is due at this time. Call after the inputs of one turn and at [`Host::deadline`].
    pub fn settle(&mut self, at: At, actions: &mut Vec<Action>) {
        self.suspend_if_due(at, actions);
        match &mut self.state {
            State::Opening(_) | State::Ended => {}
            State::Owner(_) => self.settle_owner(at, actions),
            State::Edge(_) => self.settle_edge(at, actions),
        }
    }

    /// When [`Host::settle`] has something to do even if nothing happens until then.
    pub fn deadline(&self, at: At) -> Option<Tick> {
        match &self.state {
            State::Opening(_) | State::Ended => None,
            State::Owner(owner) => {
                let own = owner.deadline(self.call.is_some());
                Some(own.map_or(at.serves_until, |own| own.min(at.serves_until)))
            }
            State::Edge(edge) => Some(edge.deadline()),
        }
    }

    fn local(&mut self, input: Input, at: At, actions: &mut Vec<Action>) {
        match &mut self.state {
            State::Opening(_) => self.wait_outside(input, at, actions),
            State::Owner(_) => self.feed(input, at.now, actions),
            State::Edge(_) if self.draining && matches!(input, Input::Enter { .. }) => {
                if let Input::Enter { conn, .. } = input {
                    let message = "the server restarts";
                    send(conn, &refusal(ErrorCode::Unavailable, message), actions);
                    close(conn, CloseCode::Restart, actions);
                }
            }
            State::Edge(edge) => edge.up(input, at.now.tick, actions),
            State::Ended => {
                if let Input::Enter { conn, .. } = input {
                    close(conn, CloseCode::RoomMoved, actions);
                }
            }
        }
    }

    /// Who comes while the room is being opened waits; who goes again does not.
    fn wait_outside(&mut self, input: Input, at: At, actions: &mut Vec<Action>) {
        let State::Opening(waiting) = &mut self.state else {
            return;
        };
        match input {
            Input::Enter {
                conn,
                visitor,
                entry,
            } => {
                waiting.push_back(Waiting {
                    conn,
                    visitor,
                    entry,
                });
                if self.call.is_none() {
                    self.claim(at, actions);
                }
            }
            Input::Lost { conn } | Input::Leave { conn } => {
                waiting.retain(|one| one.conn != conn);
            }
            _ => {}
        }
    }

    /// Asks for the room, unless this node may own nothing at this time.
    fn claim(&mut self, at: At, actions: &mut Vec<Action>) {
        if Rule::Lease.holds() && at.now.tick >= at.serves_until {
            self.turn_away(
                ErrorCode::Unavailable,
                "the room's store does not answer; try again",
                CloseCode::Unavailable,
                actions,
            );
        } else {
            self.ask_for_room(at, actions);
        }
    }

    fn ask_for_room(&mut self, at: At, actions: &mut Vec<Action>) {
        self.lapses = at.lapses;
        self.ask(StoreCall::Claim, actions);
    }

    fn ask(&mut self, call: StoreCall, actions: &mut Vec<Action>) {
        let number = self.next_call;
        self.next_call += 1;
        self.call = Some(number);
        actions.push(Action::Call(number, call));
    }

    fn answered(&mut self, answer: StoreAnswer, at: At, actions: &mut Vec<Action>) {
        match answer {
            StoreAnswer::Claim(claim) => self.claimed(claim, at, actions),
            StoreAnswer::Save(result) => self.save_answered(result, at, actions),
            StoreAnswer::LastSave(result) => self.looked(result, at, actions),
            StoreAnswer::Release(result) => {
                if let Err(error) = result {
                    // The lease ends by itself.
                    tracing::warn!(%error, room = %self.room, "a room was perhaps not handed over");
                }
                self.released(at, actions);
            }
        }
    }

    fn claimed(
        &mut self,
        claim: Result<ClaimOutcome, StoreError>,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        match claim {
            Ok(ClaimOutcome::Claimed(claimed)) => {
                let waiting = self.take_waiting(actions);
                let owner = Owner::new(*claimed, &self.parts, self.lapses, at.now);
                self.state = State::Owner(Box::new(owner));
                self.announce(actions);
                self.let_in(waiting, at, actions);
            }
            Ok(ClaimOutcome::Held { node }) => {
                if let State::Edge(edge) = &self.state
                    && edge.owner == node
                {
                    self.part_if_given_up(at, actions);
                    return;
                }
                let waiting = self.take_waiting(actions);
                let edge = Edge::new(self.room, node, &self.parts, at.now.tick);
                self.state = State::Edge(Box::new(edge));
                self.let_in(waiting, at, actions);
            }
            Ok(ClaimOutcome::NotFound) => self.turn_away(
                ErrorCode::RoomGone,
                "the room is no longer there",
                CloseCode::RoomGone,
                actions,
            ),
            Err(error) => {
                tracing::error!(%error, room = %self.room, "a room could not be claimed");
                if let State::Edge(edge) = &self.state
                    && !edge.is_given_up(at.now.tick)
                {
                    return;
                }
                self.turn_away(
                    ErrorCode::Unavailable,
                    "the room's store does not answer; try again",
                    CloseCode::Unavailable,
                    actions,
                );
            }
        }
    }

    /// Whoever waited, out of the state that ends now; an edge's members come back to what follows it.
    fn take_waiting(&mut self, actions: &mut Vec<Action>) -> VecDeque<Waiting> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Opening(waiting) => waiting,
            State::Edge(edge) => {
                edge.send_away(CloseCode::RoomMoved, actions);
                VecDeque::new()
            }
            State::Owner(_) | State::Ended => VecDeque::new(),
        }
    }

    fn let_in(&mut self, waiting: VecDeque<Waiting>, at: At, actions: &mut Vec<Action>) {
        for one in waiting {
            let input = Input::Enter {
                conn: one.conn,
                visitor: one.visitor,
                entry: one.entry,
            };
            self.local(input, at, actions);
        }
        for ask in std::mem::take(&mut self.asked) {
            self.command(ask, at, actions);
        }
        if self.draining {
            self.drain(at, actions);
        }
    }

    /// Nobody can come in: they are told why, and the host ends.
    fn turn_away(
        &mut self,
        code: ErrorCode,
        message: &str,
        closing: CloseCode,
        actions: &mut Vec<Action>,
    ) {
        for one in self.take_waiting(actions) {
            send(one.conn, &refusal(code, message), actions);
            close(one.conn, closing, actions);
        }
        self.end(actions);
    }

    fn relayed(&mut self, message: Message, at: At, actions: &mut Vec<Action>) {
        if message.room != self.room || message.from == self.parts.node {
            return;
        }
        match &mut self.state {
            State::Owner(_) => self.edge_says(message, at, actions),
            State::Edge(edge) => {
                if edge.owner_says(message, at.now.tick, actions) {
                    edge.send_away(CloseCode::RoomMoved, actions);
                    self.end(actions);
                }
            }
            State::Opening(_) | State::Ended => {}
        }
    }

    fn settle_edge(&mut self, at: At, actions: &mut Vec<Action>) {
        let State::Edge(edge) = &mut self.state else {
            return;
        };
        edge.settle(at.now.tick, actions);
        if edge.is_empty(at.now.tick) || edge.has_parted() {
            self.end(actions);
        } else if edge.is_forsaken(at.now.tick) {
            // The owner is gone, or nothing of it gets here: the store knows which.
            edge.ask_again_later(at.now.tick);
            if self.call.is_some() {
                return;
            }
            if at.now.tick < at.serves_until {
                self.ask_for_room(at, actions);
            } else {
                self.part_if_given_up(at, actions);
            }
        }
    }

    /// The owner lives, for all that is known, yet nothing of it gets here.
    fn part_if_given_up(&mut self, at: At, actions: &mut Vec<Action>) {
        if let State::Edge(edge) = &self.state
            && edge.is_given_up(at.now.tick)
        {
            edge.owner_is_deaf(actions);
            self.end(actions);
        }
    }

    /// The node stops: nobody new, and everyone is sent to come back.
    fn drain(&mut self, at: At, actions: &mut Vec<Action>) {
        self.draining = true;
        match &mut self.state {
            // Whoever waits is let in or turned away first.
            State::Opening(_) if self.call.is_some() => {}
            State::Opening(_) => self.end(actions),
            State::Owner(_) => self.drain_owner(at, actions),
            State::Edge(edge) => edge.drain(at.now.tick),
            State::Ended => {}
        }
    }

    /// A node whose lease may have ended at the store owns nothing any more.
    fn suspend_if_due(&mut self, at: At, actions: &mut Vec<Action>) {
        let State::Owner(owner) = &self.state else {
            return;
        };
        let late = at.now.tick >= at.serves_until || owner.has_lapsed(at);
        if late && Rule::Lease.holds() {
            tracing::warn!(room = %self.room, "a room is given up: the lease of this node has ended");
            self.drop_room(actions);
        }
    }

    fn end(&mut self, actions: &mut Vec<Action>) {
        self.state = State::Ended;
        self.call = None;
        actions.push(Action::End);
    }

    fn message(&self, epoch: Option<Epoch>, body: Body) -> Message {
        Message::new(self.room, self.parts.node, epoch, body)
    }
}

fn refusal(code: ErrorCode, message: &str) -> ServerFrame {
    ServerFrame::Error {
        code,
        message: message.to_owned(),
        retry_after_ms: (code == ErrorCode::Unavailable).then_some(UNAVAILABLE_RETRY_MS),
        number: None,
        limit: None,
    }
}

fn send(conn: ConnId, server_frame: &ServerFrame, actions: &mut Vec<Action>) {
    let bytes = frame::binary(&encode_server(server_frame));
    actions.push(Action::Send(conn, bytes));
}

fn close(conn: ConnId, code: CloseCode, actions: &mut Vec<Action>) {
    actions.push(Action::Close(conn, code.number()));
}
