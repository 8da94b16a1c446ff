//! What a room has to tell the rest of the world: the coalesced word that it changed, and a bounded number of other
//! events, which wait in the store until they are published.

use super::Room;
use crate::domain::room::RoomEvent;
use crate::domain::rules::Rule;

/// The events that are no plain changes: those not saved yet, and how many saved ones may still wait.
#[derive(Debug)]
pub(super) struct Telling {
    /// Waiting in the store when it last said so, and all saved since: others only ever take some away.
    stored: usize,
    in_flight: usize,
    owed: Vec<RoomEvent>,
    /// Something was refused for want of space: the next save is made for its answer's sake.
    recount: bool,
}

impl Telling {
    pub const fn new(stored: usize) -> Self {
        Self {
            stored,
            in_flight: 0,
            owed: Vec::new(),
            recount: false,
        }
    }

    pub fn owe(&mut self, event: RoomEvent) {
        self.owed.push(event);
    }

    /// What the save that begins makes durable.
    pub fn take(&mut self) -> Vec<RoomEvent> {
        self.in_flight = self.owed.len();
        self.recount = false;
        std::mem::take(&mut self.owed)
    }

    /// The save is durable; how many wait now, if the store could say.
    pub fn saved(&mut self, waiting: Option<usize>) {
        let known = self.stored + std::mem::take(&mut self.in_flight);
        self.stored = waiting.unwrap_or(known);
    }

    /// Whether a save is wanted though nothing else is owed.
    pub const fn wants_recount(&self) -> bool {
        self.recount
    }
}

impl Room {
    /// Whether one more event must wait until some are published. The room then finds out whether they are.
    pub(super) fn is_told_too_little(&mut self) -> bool {
        let telling = &mut self.debt.telling;
        let waiting = telling.stored + telling.in_flight + telling.owed.len();
        let full = waiting >= self.limits.outbox_events_max && Rule::Outbox.holds();
        telling.recount |= full;
        full
    }
}
