//! Decisions without a connection, as a REST handler on any node makes them: one writer, the room's owner.

use maru::domain::room::{Decision, PolicyChange};
use maru::domain::text::Title;
use maru::domain::version::Expected;
use maru::realtime::ask::Ask;
use maru::realtime::host::HostInput;
use maru::realtime::room::{CommandNo, CommandOutcome};

use crate::world::{Event, World};

/// How long a handler waits for its answer.
const HANDLER_MS: u64 = 12_000;

/// Renames of the room, one after the other.
#[derive(Default)]
pub struct Renames {
    pub last: u64,
    /// The one under way, and since when.
    waiting: Option<(u64, u64)>,
    pub done: u64,
}

impl World {
    /// Renames the room on some node, unless the last rename has no answer yet.
    pub fn rename(&mut self) {
        if !self.is_rough {
            return;
        }
        let wait = self.random.between(500, 4_000);
        self.after(wait, Event::Rename);
        let now = self.now;
        let waiting = self.renames.waiting;
        if waiting.is_some_and(|(_, since)| now < since + HANDLER_MS) {
            return;
        }
        let place = usize::try_from(self.random.below(self.nodes.len() as u64)).unwrap();
        let is_well = |node: &crate::node::Node| node.frozen_until <= now && !node.draining;
        if !self.nodes[place].as_ref().is_some_and(is_well) {
            return;
        }
        self.renames.last += 1;
        let number = self.renames.last;
        self.renames.waiting = Some((number, now));
        let change = PolicyChange {
            name: Some(Title::parse(&format!("room {number}")).expect("a short name")),
            ..PolicyChange::default()
        };
        let owner = &self.players[0].visitor;
        let ask = Ask {
            by: owner.user().expect("the owner has an account"),
            name: owner.name.clone(),
            decision: Box::new(Decision::SetPolicy(change)),
            expected: Expected::Any,
            reply: CommandNo(number),
        };
        self.tell_host(place, HostInput::Command(ask));
        self.settle(place);
    }

    /// The handler has its answer: what it says is done is on the disk, whoever wrote it.
    pub fn commanded(&mut self, reply: CommandNo, outcome: CommandOutcome) {
        let waiting = self.renames.waiting;
        let Some((number, _)) = waiting.filter(|(number, _)| *number == reply.0) else {
            return;
        };
        self.renames.waiting = None;
        if let CommandOutcome::Done { .. } = outcome {
            self.renames.done += 1;
            let name = &self.store.durable.card.name;
            let kept = name.strip_prefix("room ");
            let kept = kept.and_then(|text| text.parse::<u64>().ok());
            assert!(
                kept.is_some_and(|kept| kept >= number),
                "one writer: the room was to be called \"room {number}\" and is {name:?}"
            );
        }
    }
}
