//! When the owner last decided about each thing, so that a decision that was lost on the way and is sent again does
//! not undo a newer one.

use serde::{Deserialize, Serialize};

use super::{Seq, Stamp};

/// The most things remembered; what was decided longest ago goes first and moves the horizon.
pub const DECIDED_MAX: usize = 128;

/// What a decision settles until the next one about the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The room's name.
    Name,
    /// Who may come in.
    Visibility,
    /// Whether guests may.
    GuestsAllowed,
    /// Whether the door is shut.
    Locked,
    /// How many people it holds.
    PeopleMax,
    /// Whether this person furnishes.
    Role(String),
    /// Whether this person is kept out.
    Ban(String),
    /// Whether this person's chat is taken away.
    Mute(String),
    /// What is kept under this name.
    Layout(String),
}

/// The newest decision about each thing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Decided {
    /// Oldest first.
    stamps: Vec<(Subject, Stamp)>,
    /// Decisions at or below are forgotten.
    horizon: Seq,
}

impl Decided {
    /// Nothing decided yet.
    pub const fn new() -> Self {
        Self {
            stamps: Vec::new(),
            horizon: Seq(0),
        }
    }

    /// This was decided now.
    pub fn set(&mut self, subject: Subject, stamp: Stamp) {
        self.stamps.retain(|(known, _)| *known != subject);
        self.stamps.push((subject, stamp));
        let over = self.stamps.len().saturating_sub(DECIDED_MAX);
        for (_, forgotten) in self.stamps.drain(..over) {
            self.horizon = self.horizon.max(forgotten.seq);
        }
    }

    /// No longer names the person, if it did.
    pub fn forget(&mut self, person: &str) {
        self.stamps.retain(|(subject, _)| {
            !matches!(subject, Subject::Role(id) | Subject::Ban(id) | Subject::Mute(id) if id == person)
        });
    }

    /// Whom it names.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.stamps.iter().filter_map(|(subject, _)| match subject {
            Subject::Role(id) | Subject::Ban(id) | Subject::Mute(id) => Some(id.as_str()),
            _ => None,
        })
    }

    /// When this was last decided, and in which session; with nobody's session, when that may be forgotten.
    pub fn last(&self, subject: &Subject) -> Stamp {
        let known = self.stamps.iter().find(|(known, _)| known == subject);
        known.map_or_else(|| Stamp::nobodys(self.horizon), |(_, stamp)| *stamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SessionId;

    #[test]
    fn what_is_forgotten_counts_as_decided_by_others_as_late_as_can_be() {
        let by = SessionId::generate();
        let stamp = |seq| Stamp { seq: Seq(seq), by };
        let person = |n: u64| Subject::Ban(n.to_string());
        let mut decided = Decided::new();
        assert_eq!(decided.last(&person(1)), Stamp::nobodys(Seq(0)));
        for n in 1..=DECIDED_MAX as u64 {
            decided.set(person(n), stamp(n));
        }
        decided.set(person(1), stamp(900));
        assert_eq!(decided.last(&Subject::Mute("1".to_owned())).seq, Seq(0));
        decided.set(Subject::Locked, stamp(901));
        assert_eq!(decided.stamps.len(), DECIDED_MAX);
        assert_eq!(decided.last(&person(1)), stamp(900));
        assert_eq!(decided.last(&person(2)), Stamp::nobodys(Seq(2)));
        assert_eq!(decided.last(&person(3)), stamp(3));
    }
}
