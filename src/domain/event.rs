//! What happened, as it is published to the rest of the world: feeds, notifications, search, recommendations.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::id::{RoomId, UserId};
use super::relation::RelationEvent;
use super::room::RoomEvent;
use super::user::AccountEvent;

/// What an event is about. Events of one subject keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A room.
    Room(RoomId),
    /// A person: of two, the one who brought it about.
    User(UserId),
}

impl Subject {
    /// The kind of subject, as logs file it.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Room(_) => "room",
            Self::User(_) => "user",
        }
    }

    /// Its id.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Room(id) => id.uuid(),
            Self::User(id) => id.uuid(),
        }
    }

    /// As it was filed.
    pub fn filed(topic: &str, id: Uuid) -> Option<Self> {
        match topic {
            "room" => Some(Self::Room(RoomId::from_uuid(id))),
            "user" => Some(Self::User(UserId::from_uuid(id))),
            _ => None,
        }
    }
}

/// Something that happened. Each says by its `type` what it is; no two kinds share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// In a room.
    Room(RoomEvent),
    /// To an account.
    Account(AccountEvent),
    /// Between two people.
    Relation(RelationEvent),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::WallMs;
    use crate::domain::room::Seq;

    #[test]
    fn each_is_read_as_what_it_was_written_as() {
        let (by, whom) = (UserId::generate(), UserId::generate());
        let at = WallMs(5);
        for event in [
            Event::Room(RoomEvent::Changed { version: Seq(3) }),
            Event::Room(RoomEvent::Deleted {}),
            Event::Account(AccountEvent::Created { at }),
            Event::Account(AccountEvent::ProfileChanged { version: 3 }),
            Event::Account(AccountEvent::SettingsChanged { version: 3 }),
            Event::Account(AccountEvent::Closed { at }),
            Event::Account(AccountEvent::Restored { at }),
            Event::Relation(RelationEvent::Followed { by, whom }),
            Event::Relation(RelationEvent::Untied { by, whom }),
        ] {
            let text = serde_json::to_string(&event).unwrap();
            assert_eq!(
                serde_json::from_str::<Event>(&text).unwrap(),
                event,
                "{text}"
            );
        }
    }

    #[test]
    fn subjects_are_filed_and_found() {
        let (room, user) = (RoomId::generate(), UserId::generate());
        for subject in [Subject::Room(room), Subject::User(user)] {
            let found = Subject::filed(subject.topic(), subject.uuid());
            assert_eq!(found, Some(subject));
        }
        assert_eq!(Subject::filed("post", room.uuid()), None);
    }
}
