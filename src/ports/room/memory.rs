//! The simplest room store that does what the port asks, for one room and without I/O: the reference that the
//! conformance suite and the simulation hold others against.

use std::collections::HashMap;

use super::{ClaimedRoom, PAST_EPOCHS_MAX, Present, RoomSave, SaveOutcome, SessionRecord};
use crate::domain::id::{NodeId, SessionId};
use crate::domain::room::{CHAT_LINES_MAX, Document, Epoch, RoomCard, Seq};

/// One room as a store holds it, without I/O: for properties of the live room.
#[derive(Debug, Clone)]
pub struct MemoryRoom {
    /// What it is.
    pub card: RoomCard,
    /// What it holds.
    pub document: Document,
    epoch: Epoch,
    node: Option<NodeId>,
    /// The number of the last save.
    pub save_no: u64,
    sessions: HashMap<SessionId, SessionRecord>,
    past_epochs: Vec<(Epoch, Seq)>,
    roster: Vec<Present>,
}

impl MemoryRoom {
    /// The room as made, never claimed.
    pub fn new(card: RoomCard, document: Document) -> Self {
        Self {
            card,
            document,
            epoch: Epoch(0),
            node: None,
            save_no: 0,
            sessions: HashMap::new(),
            past_epochs: Vec::new(),
            roster: Vec::new(),
        }
    }

    /// A claim, as the port describes it.
    pub fn claim(&mut self, node: NodeId) -> ClaimedRoom {
        self.past_epochs.insert(0, (self.epoch, self.document.seq));
        self.past_epochs.truncate(PAST_EPOCHS_MAX);
        self.epoch = Epoch(self.epoch.0 + 1);
        self.node = Some(node);
        ClaimedRoom {
            card: self.card.clone(),
            epoch: self.epoch,
            save_no: self.save_no,
            document: self.document.clone(),
            sessions: self.sessions.clone(),
            past_epochs: self.past_epochs.clone(),
            roster: self.roster.clone(),
        }
    }

    /// The claim that stands: its epoch and its owner.
    pub fn owner(&self) -> (Epoch, Option<NodeId>) {
        (self.epoch, self.node)
    }

    /// A hand-over, as the port describes it.
    pub fn release(&mut self, epoch: Epoch, node: NodeId) {
        if (self.epoch, self.node) == (epoch, Some(node)) {
            self.node = None;
        }
    }

    /// A save, as the port describes it.
    pub fn save(&mut self, save: &RoomSave) -> SaveOutcome {
        let stands = save.epoch == self.epoch
            && Some(save.node) == self.node
            && save.save_no == self.save_no + 1;
        if !stands {
            return SaveOutcome::Fenced;
        }
        self.save_no = save.save_no;
        self.document.seq = save.seq;
        self.document.horizon = save.horizon;
        if let Some(theme) = &save.theme {
            self.document.theme = theme.clone();
        }
        for (id, item) in &save.items {
            self.document.tombstones.remove(id);
            self.document.items.insert(*id, item.clone());
        }
        for (id, seq) in &save.removed {
            self.document.items.remove(id);
            self.document.tombstones.insert(*id, *seq);
        }
        self.document
            .tombstones
            .retain(|_, seq| *seq > save.horizon);
        self.document.chat.extend(save.chat.iter().cloned());
        while self.document.chat.len() > CHAT_LINES_MAX {
            self.document.chat.pop_front();
        }
        self.sessions.extend(save.sessions.iter().cloned());
        if let Some(roster) = &save.roster {
            self.roster.clone_from(roster);
        }
        SaveOutcome::Saved
    }
}
