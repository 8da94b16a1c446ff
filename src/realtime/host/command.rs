//! Decisions from elsewhere than a connection: whichever node takes them, the room's owner carries them out, and the
//! answer goes back the same way. When it is lost nobody is told, and whoever waits gives up.

use super::{Action, At, Host, State};
use crate::domain::id::NodeId;
use crate::domain::room::Seq;
use crate::domain::rules::Rule;
use crate::realtime::ask::Ask;
use crate::realtime::relay::Body;
use crate::realtime::room::{CommandNo, CommandOutcome, Input};

impl Host {
    /// Takes a decision: carried out here, handed to the owner, or kept until the room is open.
    pub(super) fn command(&mut self, ask: Ask, at: At, actions: &mut Vec<Action>) {
        match &mut self.state {
            State::Opening(_) => {
                self.asked.push(ask);
                if self.call.is_none() {
                    self.claim(at, actions);
                }
            }
            State::Owner(_) => self.carry_out(ask, at, actions),
            State::Edge(edge) if Rule::OneWriter.holds() => edge.ask(ask, at.now.tick, actions),
            State::Edge(_) => {
                let outcome = CommandOutcome::Done { seq: Seq(0) };
                actions.push(Action::Answer(ask.reply, outcome));
            }
            State::Ended => {}
        }
    }

    fn carry_out(&mut self, ask: Ask, at: At, actions: &mut Vec<Action>) {
        let input = Input::Command {
            by: ask.by,
            name: ask.name,
            decision: ask.decision,
            expected: ask.expected,
            reply: ask.reply,
        };
        self.feed(input, at.now, actions);
    }

    /// A decision that came in at an edge.
    pub(super) fn asked_by_edge(
        &mut self,
        from: NodeId,
        mut ask: Ask,
        at: At,
        actions: &mut Vec<Action>,
    ) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        if let Some(reply) = owner.remote.take_ask(from, ask.reply) {
            ask.reply = reply;
            self.carry_out(ask, at, actions);
        }
    }

    /// Gives an answer to whoever waits for it, here or over there.
    pub(super) fn answer(
        &mut self,
        reply: CommandNo,
        outcome: CommandOutcome,
        actions: &mut Vec<Action>,
    ) {
        let State::Owner(owner) = &mut self.state else {
            return;
        };
        let Some((node, theirs)) = owner.remote.take_answer(reply) else {
            actions.push(Action::Answer(reply, outcome));
            return;
        };
        let epoch = Some(owner.room.epoch());
        let answer = Body::Answer {
            reply: theirs,
            outcome,
        };
        let message = self.message(epoch, answer);
        actions.push(Action::Tell(node, message));
    }
}
