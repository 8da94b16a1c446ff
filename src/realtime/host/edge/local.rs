//! One of an edge's own connections, and what is said again of it where it was lost on the way to the owner.

use super::{FIRST, WAIT_MS_MAX};
use crate::domain::clock::Tick;
use crate::realtime::room::Input;

/// Of each kind of input of which only the newest counts: the newest, which must arrive, however often one is lost.
#[derive(Debug, Default)]
struct Newest {
    /// Who the person is, and whom they may see.
    refresh: Option<Input>,
    status: Option<Input>,
    drag: Option<Input>,
    step: Option<Input>,
    /// It has taken everything after it had fallen behind. Until it is brought up to date nothing else reaches it.
    drained: Option<Input>,
}

/// A member here of a room that is owned elsewhere.
#[derive(Debug)]
pub(super) struct Local {
    /// The last message sent up for it.
    pub number: u32,
    newest: Newest,
    /// It has everything up to this flush; `None` until it is welcomed or brought up to date.
    pub from: Option<u64>,
    pub welcomed: bool,
    /// What it came with, until it is welcomed: said again where it was lost.
    pub enter: Option<Box<Input>>,
    /// Whether a roll has named it, and the owner has not said that it knows nothing of it: its welcome is on its way
    /// or was lost.
    pub rolled: bool,
    pub known: bool,
    pub entered: Tick,
    /// When what brings it up to date was last asked for.
    pub since: Tick,
}

impl Local {
    /// It has just come, with this.
    pub fn new(enter: Input, now: Tick) -> Self {
        Self {
            number: FIRST - 1,
            newest: Newest::default(),
            from: None,
            welcomed: false,
            enter: Some(Box::new(enter)),
            rolled: false,
            known: false,
            entered: now,
            since: now,
        }
    }

    /// Whether something on its way to this member was lost, as it should be here by now. What is on its way from it is
    /// another matter.
    pub fn waits(&self, now: Tick) -> bool {
        let is_expected = self.welcomed || self.known;
        is_expected && self.from.is_none() && now.since_ms(self.since) >= WAIT_MS_MAX
    }

    /// Keeps in mind what it says.
    pub fn says(&mut self, input: &Input) {
        let newest = &mut self.newest;
        let kept = match input {
            Input::Refresh { .. } => &mut newest.refresh,
            Input::SetStatus { .. } => &mut newest.status,
            Input::Drag { .. } => &mut newest.drag,
            Input::Move { .. } => &mut newest.step,
            // What was lacking before is lacking still.
            Input::Drained { stale: false, .. } if newest.drained.is_some() => return,
            Input::Drained { .. } => &mut newest.drained,
            _ => return,
        };
        *kept = Some(input.clone());
    }

    /// It has been brought up to date.
    pub fn is_whole(&mut self) {
        self.newest.drained = None;
    }

    /// What is to be said again, after something of it was lost.
    pub fn again(&self) -> Vec<Input> {
        let Newest {
            refresh,
            status,
            drag,
            step,
            drained,
        } = &self.newest;
        [refresh, status, drag, step, drained]
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}
