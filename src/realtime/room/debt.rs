//! What a room owes its store, and the answers that wait for it to be paid.

use std::collections::BTreeSet;

use maru_protocol::ServerFrame;

use super::telling::Telling;
use super::{CommandNo, CommandOutcome, Effect, Now, Room, send, wire};
use crate::domain::clock::Tick;
use crate::domain::id::SessionId;
use crate::domain::room::{AuditEntry, ItemId, Op, RoomEvent, Seq, Stamp};
use crate::ports::room::RoomSave;
use crate::realtime::limits::Limits;

/// One save under way: what it makes durable.
#[derive(Debug)]
struct InFlight {
    /// Sessions and the number of their last answer in it.
    answers: Vec<(SessionId, u32)>,
    /// When the batches in it arrived.
    arrived: Vec<Tick>,
    /// Commands it answers, with their seqs.
    commands: Vec<(CommandNo, Seq)>,
    batches: usize,
    oldest: Option<Tick>,
    /// The last batch in it.
    seq: Seq,
}

/// What the store has not confirmed.
#[derive(Debug)]
pub(super) struct Unsaved {
    pub batches: usize,
    pub oldest: Option<Tick>,
    /// Everything up to here is durable.
    pub durable_seq: Seq,
}

/// The unsaved part of a room.
#[derive(Debug)]
pub(super) struct Debt {
    save_no: u64,
    /// Chat above this is not in any save yet.
    saved_seq: Seq,
    durable_seq: Seq,
    items: BTreeSet<ItemId>,
    theme: bool,
    /// Name or policy.
    card: bool,
    layouts: BTreeSet<String>,
    audit: Vec<AuditEntry>,
    sessions: BTreeSet<SessionId>,
    /// Sessions of which nothing is kept any more.
    forgotten: BTreeSet<SessionId>,
    commands: Vec<(CommandNo, Seq)>,
    batches: usize,
    /// When the batches with an answer arrived that are in no save yet.
    arrived: Vec<Tick>,
    oldest: Option<Tick>,
    /// The roster has changed since the last settling.
    roster_changed: bool,
    /// Since when a changed roster waits.
    roster: Option<Tick>,
    /// When it was last put into a save, or read.
    roster_saved: Tick,
    /// What the rest of the world is to hear.
    pub telling: Telling,
    in_flight: Option<InFlight>,
}

impl Debt {
    pub fn new(save_no: u64, saved_seq: Seq, pending_events: usize, now: Tick) -> Self {
        Self {
            save_no,
            saved_seq,
            durable_seq: saved_seq,
            items: BTreeSet::new(),
            theme: false,
            card: false,
            layouts: BTreeSet::new(),
            audit: Vec::new(),
            sessions: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            commands: Vec::new(),
            batches: 0,
            arrived: Vec::new(),
            oldest: None,
            roster_changed: false,
            roster: None,
            roster_saved: now,
            telling: Telling::new(pending_events),
            in_flight: None,
        }
    }

    pub fn is_paid(&self) -> bool {
        self.in_flight.is_none()
            && self.batches == 0
            && self.roster.is_none()
            && !self.roster_changed
    }

    pub fn owe_roster(&mut self) {
        self.roster_changed = true;
    }

    /// Counts from now on what changed in this turn.
    pub fn date_roster(&mut self, now: Tick) {
        if std::mem::take(&mut self.roster_changed) {
            self.roster.get_or_insert(now);
        }
    }

    /// Since when a change of the roster waits to be saved; none while a save is under way.
    pub fn roster_owed(&self) -> Option<Tick> {
        self.roster.filter(|_| self.in_flight.is_none())
    }

    /// When the roster was last put into a save; none while a save is under way.
    pub fn roster_saved(&self) -> Option<Tick> {
        self.in_flight.is_none().then_some(self.roster_saved)
    }

    pub fn owe_ops(&mut self, ops: &[Op]) {
        for op in ops {
            match op {
                Op::Put { id, .. } | Op::Patch { id, .. } | Op::Remove { id, .. } => {
                    self.items.insert(*id);
                }
                Op::SetTheme { .. } => self.theme = true,
                Op::Say { .. } | Op::Duplicate { .. } => {}
            }
        }
    }

    pub fn owe_card(&mut self) {
        self.card = true;
    }

    pub fn owe_layout(&mut self, name: &str) {
        self.layouts.insert(name.to_owned());
    }

    pub fn owe_audit(&mut self, entry: AuditEntry) {
        self.telling.owe(RoomEvent::from(&entry));
        self.audit.push(entry);
    }

    /// Saves what is kept of a session with whatever is saved next.
    pub fn owe_record(&mut self, session: SessionId) {
        self.sessions.insert(session);
    }

    /// Has what was saved of a session forgotten with whatever is saved next.
    pub fn forget_record(&mut self, session: SessionId) {
        self.forgotten.insert(session);
    }

    pub fn owe_command(&mut self, command: CommandNo, seq: Seq, now: Tick) {
        self.commands.push((command, seq));
        self.batches += 1;
        self.oldest.get_or_insert(now);
    }

    pub fn owe_answer(&mut self, session: SessionId, now: Tick) {
        self.sessions.insert(session);
        self.arrived.push(now);
        self.batches += 1;
        self.oldest.get_or_insert(now);
    }

    pub fn unsaved(&self) -> Unsaved {
        let in_flight = self.in_flight.as_ref();
        Unsaved {
            batches: self.batches + in_flight.map_or(0, |save| save.batches),
            oldest: in_flight.and_then(|save| save.oldest).or(self.oldest),
            durable_seq: self.durable_seq,
        }
    }

    /// The limit for whose sake more batches must wait until some are saved.
    pub fn limit_reached(&self, limits: &Limits, now: Tick) -> Option<&'static str> {
        let Unsaved {
            batches, oldest, ..
        } = self.unsaved();
        let age_ms = oldest.map_or(0, |oldest| now.since_ms(oldest));
        if batches >= limits.unsaved_batches_max {
            Some("live.unsaved_batches_max")
        } else {
            (age_ms >= limits.unsaved_age_ms_max).then_some("live.unsaved_age_ms_max")
        }
    }
}

impl Room {
    /// Starts a save of everything owed, unless one is under way: the next collects meanwhile.
    pub(super) fn save_if_due(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let roster_due = self.roster_due().is_some_and(|due| due <= now.tick);
        let is_due = self.debt.batches > 0 || roster_due || self.debt.telling.wants_recount();
        if self.debt.in_flight.is_some() || !is_due || self.handed_over {
            return;
        }
        // Never along with batches before it is due: in a busy room it is most of every save.
        let roster = roster_due.then(|| {
            self.debt.roster = None;
            self.debt.roster_saved = now.tick;
            self.roster(now)
        });
        let debt = &mut self.debt;
        let items = std::mem::take(&mut debt.items);
        let sessions = std::mem::take(&mut debt.sessions);
        let document = &self.document;
        let mut save = RoomSave {
            room: self.card.id,
            epoch: self.epoch,
            node: self.node,
            save_no: debt.save_no + 1,
            seq: document.seq,
            horizon: document.horizon,
            theme: std::mem::take(&mut debt.theme).then(|| document.theme.clone()),
            items: Vec::new(),
            removed: Vec::new(),
            chat: document
                .chat
                .iter()
                .filter(|line| line.seq > debt.saved_seq)
                .cloned()
                .collect(),
            card: std::mem::take(&mut debt.card).then(|| self.card.clone()),
            layouts: Vec::new(),
            layouts_removed: Vec::new(),
            history: document
                .history
                .iter()
                .filter(|edit| edit.seq > debt.saved_seq)
                .cloned()
                .collect(),
            audit: std::mem::take(&mut debt.audit),
            sessions: Vec::new(),
            sessions_removed: std::mem::take(&mut debt.forgotten).into_iter().collect(),
            roster,
            changed: document.seq > debt.saved_seq,
            events: debt.telling.take(),
            at: now.wall,
        };
        for id in items {
            if let Some(item) = document.items.get(&id) {
                save.items.push((id, item.clone()));
            } else {
                // An item put and pruned from memory within one save never reached the store.
                let stamp = document.tombstones.get(&id).copied();
                let stamp = stamp.unwrap_or(Stamp {
                    seq: document.seq,
                    by: SessionId::from_uuid(uuid::Uuid::nil()),
                });
                save.removed.push((id, stamp));
            }
        }
        for name in std::mem::take(&mut debt.layouts) {
            match document.layouts.get(&name) {
                Some(layout) => save.layouts.push((name, layout.clone())),
                None => save.layouts_removed.push(name),
            }
        }
        let mut answers = Vec::new();
        for id in sessions {
            let live = self.by_id.get(&id).and_then(|no| self.sessions.get(no));
            let record = live.map(|session| &session.record);
            let record = record.or_else(|| self.records.get(&id).map(|kept| &kept.record));
            if let Some(record) = record {
                save.sessions.push((id, record.clone()));
                answers.push((id, record.last_number()));
            }
        }
        debt.saved_seq = document.seq;
        debt.in_flight = Some(InFlight {
            answers,
            arrived: std::mem::take(&mut debt.arrived),
            commands: std::mem::take(&mut debt.commands),
            batches: std::mem::take(&mut debt.batches),
            oldest: debt.oldest.take(),
            seq: document.seq,
        });
        effects.push(Effect::Save(Box::new(save)));
    }

    /// The save under way is durable: its authors learn so.
    pub(super) fn saved(&mut self, pending_events: Option<usize>, effects: &mut Vec<Effect>) {
        let Some(save) = self.debt.in_flight.take() else {
            return;
        };
        self.debt.save_no += 1;
        self.debt.durable_seq = save.seq;
        self.debt.telling.saved(pending_events);
        self.statistics.acknowledged(save.arrived);
        for (reply, seq) in save.commands {
            let outcome = CommandOutcome::Done { seq };
            effects.push(Effect::Answer { reply, outcome });
        }
        for (id, last) in save.answers {
            let live = self.by_id.get(&id).and_then(|no| self.sessions.get_mut(no));
            let Some(session) = live else {
                if let Some(kept) = self.records.get_mut(&id) {
                    kept.saved_number = last;
                }
                continue;
            };
            let fresh = session.saved_number + 1..=last;
            session.saved_number = last;
            let Some(conn) = session.conn else {
                continue;
            };
            let answers = session.record.answers.iter();
            let fresh = answers.filter(|answer| fresh.contains(&answer.number));
            let acks: Vec<_> = fresh.map(|answer| wire::ack(answer, false)).collect();
            if acks.is_empty() {
                continue;
            }
            effects.push(send(
                conn,
                &ServerFrame::Acks {
                    epoch: self.epoch.0,
                    acks,
                },
            ));
        }
    }
}
