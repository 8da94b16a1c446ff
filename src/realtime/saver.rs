//! One save at a time, surely: when its outcome is unknown the store is asked what it holds before anything is
//! answered or tried again.

use crate::domain::clock::Tick;
use crate::domain::room::Epoch;
use crate::domain::rules::Rule;
use crate::ports::room::{RoomSave, SaveOutcome, StoreError};

/// Between two tries of a save whose outcome is not known.
const RETRY_MS_FIRST: u64 = 50;

/// The longest wait between two tries.
const RETRY_MS_MAX: u64 = 2_000;

/// Tries of one save before the room is given up; about 20 seconds.
const TRIES_MAX: u32 = 14;

/// What is known of a save without the store's answer to it.
const SAVED: SaveOutcome = SaveOutcome::Saved {
    pending_events: None,
};

/// What is to be done next.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// Save this.
    Save(Box<RoomSave>),
    /// Read the epoch and number of the last save.
    LastSave,
    /// The outcome is known.
    Done(SaveOutcome),
    /// A definite failure, or no answer for too long: the room must be claimed and read anew.
    GiveUp(StoreError),
    /// Nothing before [`Saver::deadline`].
    Wait,
}

#[derive(Debug)]
enum State {
    Idle,
    Saving(Box<RoomSave>),
    Asking(Box<RoomSave>),
    Waiting(Box<RoomSave>, Tick),
}

/// The save under way.
#[derive(Debug)]
pub struct Saver {
    state: State,
    tries: u32,
}

impl Default for Saver {
    fn default() -> Self {
        Self {
            state: State::Idle,
            tries: 0,
        }
    }
}

impl Saver {
    /// Begins a save; the one before is done.
    pub fn begin(&mut self, save: Box<RoomSave>) -> Step {
        self.tries = 1;
        self.state = State::Saving(save.clone());
        Step::Save(save)
    }

    /// What the store said to the save.
    pub fn saved(&mut self, result: Result<SaveOutcome, StoreError>, now: Tick) -> Step {
        let State::Saving(save) = std::mem::replace(&mut self.state, State::Idle) else {
            return Step::Wait;
        };
        match result {
            Err(StoreError::Unknown(_)) if !Rule::Saves.holds() => Step::Done(SAVED),
            Err(StoreError::Unknown(detail)) => self.wait(save, detail, now),
            // A first try that landed late may have taken this number for us.
            Ok(SaveOutcome::Fenced) if self.tries > 1 => self.look(save),
            Ok(outcome) => Step::Done(outcome),
            Err(error) => Step::GiveUp(error),
        }
    }

    /// What the store holds.
    pub fn looked(&mut self, result: Result<Option<(Epoch, u64)>, StoreError>, now: Tick) -> Step {
        let State::Asking(save) = std::mem::replace(&mut self.state, State::Idle) else {
            return Step::Wait;
        };
        match result {
            Ok(Some(held)) if held == (save.epoch, save.save_no) => Step::Done(SAVED),
            Ok(Some((epoch, save_no))) if epoch == save.epoch && save_no < save.save_no => {
                self.tries += 1;
                self.state = State::Saving(save.clone());
                Step::Save(save)
            }
            Ok(_) => Step::Done(SaveOutcome::Fenced),
            Err(error) => self.wait(save, error.to_string(), now),
        }
    }

    /// The wait is over.
    pub fn due(&mut self, now: Tick) -> Step {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Waiting(save, until) if until <= now => self.look(save),
            other => {
                self.state = other;
                Step::Wait
            }
        }
    }

    /// When [`Saver::due`] has something to do.
    pub const fn deadline(&self) -> Option<Tick> {
        match &self.state {
            State::Waiting(_, until) => Some(*until),
            _ => None,
        }
    }

    fn look(&mut self, save: Box<RoomSave>) -> Step {
        self.state = State::Asking(save);
        Step::LastSave
    }

    fn wait(&mut self, save: Box<RoomSave>, detail: String, now: Tick) -> Step {
        if self.tries >= TRIES_MAX {
            return Step::GiveUp(StoreError::Unknown(detail));
        }
        self.tries += 1;
        let wait = RETRY_MS_FIRST << (self.tries - 2).min(6);
        self.state = State::Waiting(save, now.plus_ms(wait.min(RETRY_MS_MAX)));
        Step::Wait
    }
}
