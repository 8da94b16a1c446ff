//! What a room tells the rest of the world: feeds, notifications, search.

use serde::{Deserialize, Serialize};

use super::{AuditEntry, Decision, Epoch, PersonRef, Seq};
use crate::domain::clock::WallMs;
use crate::domain::id::RoomId;

/// Something that happened in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RoomEvent {
    /// The room is other than it was. One that comes later says all that one before said.
    Changed {
        /// The document's seq; consumers ignore a version they have seen.
        version: Seq,
    },
    /// The owner decided something.
    Decided {
        /// The decision's place in the room; no other decision has it.
        seq: Seq,
        /// When.
        at: WallMs,
        /// Who decided.
        by: PersonRef,
        /// What.
        what: Decision,
    },
    /// The room is there for its owner alone: archived, or deleted and still to be restored. What comes later of
    /// this and [`RoomEvent::Opened`] says all that the one before said.
    Shut {
        /// The epoch from which on it is so; consumers ignore one they have seen.
        epoch: Epoch,
    },
    /// The room is there again, with all that was in it.
    Opened {
        /// The epoch from which on it is so.
        epoch: Epoch,
    },
    /// The room was changed beside whoever had it in memory: they give it up, and all in it find it as it is now.
    Recalled {
        /// The epoch from which on it is so; consumers ignore one they have seen.
        epoch: Epoch,
    },
    /// The room is gone for good, with all that was in it.
    Deleted {},
}

impl RoomEvent {
    /// The event's identity: delivered twice, it has the same one.
    pub fn id(&self, room: RoomId) -> String {
        match self {
            Self::Changed { version } => format!("{room}/changed/{}", version.0),
            Self::Decided { seq, .. } => format!("{room}/decided/{}", seq.0),
            Self::Shut { epoch } => format!("{room}/shut/{}", epoch.0),
            Self::Opened { epoch } => format!("{room}/opened/{}", epoch.0),
            Self::Recalled { epoch } => format!("{room}/recalled/{}", epoch.0),
            Self::Deleted {} => format!("{room}/deleted"),
        }
    }

    /// No longer names the person, if it did.
    pub fn forget(&mut self, person: &str) {
        if let Self::Decided { by, what, .. } = self {
            by.forget(person);
            what.forget(person);
        }
    }
}

impl From<&AuditEntry> for RoomEvent {
    fn from(entry: &AuditEntry) -> Self {
        Self::Decided {
            seq: entry.seq,
            at: entry.at,
            by: entry.actor.clone(),
            what: entry.decision.clone(),
        }
    }
}
