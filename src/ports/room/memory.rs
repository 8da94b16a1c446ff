//! The simplest room store that does what the port asks, for one room and without I/O: the reference that the
//! conformance suite and the simulation hold others against.

use std::collections::{HashMap, HashSet};

use super::{
    AUDIT_KEPT_MS, AUDIT_MAX, ClaimedRoom, PAST_EPOCHS_MAX, Present, RoomSave, SESSION_RECORDS_MAX,
    SaveOutcome, SessionRecord,
};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, SessionId};
use crate::domain::room::{
    AuditEntry, CHAT_LINES_MAX, Document, EDITS_MAX, Epoch, RoomCard, RoomEvent, Seq,
};

/// An event that waits in a room's outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its place.
    pub id: u64,
    /// What happened.
    pub event: RoomEvent,
}

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
    audit: Vec<AuditEntry>,
    outbox: Vec<Told>,
    last_entry: u64,
    is_shut: bool,
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
            audit: Vec::new(),
            outbox: Vec::new(),
            last_entry: 0,
            is_shut: false,
        }
    }

    /// Archives or deletes it, as the port describes it: whoever has it is fenced off.
    pub fn shut(&mut self) {
        self.is_shut = true;
        self.fence(|epoch| RoomEvent::Shut { epoch });
    }

    /// Brings it back, as the port describes it.
    pub fn open(&mut self) {
        self.is_shut = false;
        self.fence(|epoch| RoomEvent::Opened { epoch });
    }

    /// Whether nobody may claim it.
    pub const fn is_shut(&self) -> bool {
        self.is_shut
    }

    fn fence(&mut self, told: impl FnOnce(Epoch) -> RoomEvent) {
        self.epoch = Epoch(self.epoch.0 + 1);
        self.node = None;
        self.outbox.retain(|entry| !is_doors(entry));
        self.last_entry += 1;
        self.outbox.push(Told {
            id: self.last_entry,
            event: told(self.epoch),
        });
    }

    /// A claim, as the port describes it.
    pub fn claim(&mut self, node: NodeId) -> ClaimedRoom {
        self.past_epochs.insert(0, (self.epoch, self.document.seq));
        self.past_epochs.truncate(PAST_EPOCHS_MAX);
        self.epoch = Epoch(self.epoch.0 + 1);
        self.node = Some(node);
        self.forget_old_sessions();
        ClaimedRoom {
            card: self.card.clone(),
            epoch: self.epoch,
            save_no: self.save_no,
            document: self.document.clone(),
            sessions: self.sessions.clone(),
            past_epochs: self.past_epochs.clone(),
            roster: self.roster.clone(),
            pending_events: self.pending_events(),
        }
    }

    /// All but the last of those that have ended. Without a clock none of them is too old.
    fn forget_old_sessions(&mut self) {
        let present: HashSet<SessionId> =
            self.roster.iter().map(|present| present.session).collect();
        let ended = self.sessions.iter().filter(|(id, _)| !present.contains(id));
        let mut ended: Vec<(WallMs, SessionId)> =
            ended.map(|(id, record)| (record.seen, *id)).collect();
        ended.sort_unstable_by(|a, b| b.cmp(a));
        for (_, id) in ended.into_iter().skip(SESSION_RECORDS_MAX) {
            self.sessions.remove(&id);
        }
    }

    /// How many sessions it holds the answers of.
    pub fn session_count(&self) -> usize {
        self.sessions.len()
    }

    /// The claim that stands: its epoch and its owner.
    pub fn owner(&self) -> (Epoch, Option<NodeId>) {
        (self.epoch, self.node)
    }

    /// The answers a session was given.
    pub fn session(&self, id: SessionId) -> Option<&SessionRecord> {
        self.sessions.get(&id)
    }

    /// Who was present when the last owner last said so.
    pub fn roster(&self) -> &[Present] {
        &self.roster
    }

    /// A hand-over, as the port describes it.
    pub fn release(&mut self, epoch: Epoch, node: NodeId) {
        if (self.epoch, self.node) == (epoch, Some(node)) {
            self.node = None;
        }
    }

    /// A save, as the port describes it.
    pub fn save(&mut self, save: &RoomSave) -> SaveOutcome {
        let stands = !self.is_shut
            && save.epoch == self.epoch
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
        for (id, stamp) in &save.removed {
            self.document.items.remove(id);
            self.document.tombstones.insert(*id, *stamp);
        }
        self.document
            .tombstones
            .retain(|_, stamp| stamp.seq > save.horizon);
        self.document.chat.extend(save.chat.iter().cloned());
        while self.document.chat.len() > CHAT_LINES_MAX {
            self.document.chat.pop_front();
        }
        self.save_decided(save);
        for id in &save.sessions_removed {
            self.sessions.remove(id);
        }
        self.sessions.extend(save.sessions.iter().cloned());
        if let Some(roster) = &save.roster {
            self.roster.clone_from(roster);
        }
        self.save_events(save);
        SaveOutcome::Saved {
            pending_events: Some(self.pending_events()),
        }
    }

    fn save_events(&mut self, save: &RoomSave) {
        let mut events = save.events.clone();
        if save.changed {
            self.outbox.retain(|entry| !is_change(entry));
            events.push(RoomEvent::Changed { version: save.seq });
        }
        for event in events {
            self.last_entry += 1;
            self.outbox.push(Told {
                id: self.last_entry,
                event,
            });
        }
    }

    /// Events that wait to be published, as the port describes it.
    pub fn waiting(&self, after: u64, limit: usize) -> Vec<Told> {
        let entries = self.outbox.iter().filter(|entry| entry.id > after);
        entries.take(limit).cloned().collect()
    }

    /// Forgets published ones, as the port describes it.
    pub fn clear(&mut self, published: &[u64]) {
        self.outbox.retain(|entry| !published.contains(&entry.id));
    }

    /// How many events beside the coalesced one wait.
    pub fn pending_events(&self) -> usize {
        let waiting = self.outbox.iter();
        waiting
            .filter(|entry| !is_change(entry) && !is_doors(entry))
            .count()
    }

    fn save_decided(&mut self, save: &RoomSave) {
        if let Some(card) = &save.card {
            self.card.clone_from(card);
        }
        self.document.layouts.extend(save.layouts.iter().cloned());
        for name in &save.layouts_removed {
            self.document.layouts.remove(name);
        }
        self.document.history.extend(save.history.iter().cloned());
        while self.document.history.len() > EDITS_MAX {
            self.document.history.pop_front();
        }
        self.audit.extend(save.audit.iter().cloned());
        let kept_from = save.at.0.saturating_sub(AUDIT_KEPT_MS);
        let over = self.audit.len().saturating_sub(AUDIT_MAX);
        self.audit.drain(..over);
        self.audit.retain(|entry| entry.at.0 >= kept_from);
    }

    /// The record of decisions, as the port describes it.
    pub fn audit(&self, after: Option<Seq>, limit: usize) -> Vec<AuditEntry> {
        let entries = self.audit.iter().rev();
        let entries = entries.filter(|entry| after.is_none_or(|after| entry.seq < after));
        entries.take(limit).cloned().collect()
    }
}

const fn is_change(entry: &Told) -> bool {
    matches!(entry.event, RoomEvent::Changed { .. })
}

const fn is_doors(entry: &Told) -> bool {
    matches!(
        entry.event,
        RoomEvent::Shut { .. } | RoomEvent::Opened { .. }
    )
}
