//! What happened, as it is published to the rest of the world: feeds, notifications, search, recommendations.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::asset::AssetEvent;
use super::id::{AssetId, PostId, RoomId, RulingId, UserId};
use super::moderation::ModerationEvent;
use super::post::PostEvent;
use super::relation::RelationEvent;
use super::room::RoomEvent;
use super::user::AccountEvent;
use super::visit::VisitEvent;

/// The kinds of subjects, as logs file them.
pub const TOPICS: [&str; 6] = ["room", "user", "post", "asset", "visit", "decision"];

/// What an event is about. Events of one subject keep their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A room.
    Room(RoomId),
    /// A person: of two, the one who brought it about.
    User(UserId),
    /// A post.
    Post(PostId),
    /// An uploaded picture.
    Asset(AssetId),
    /// A room, by those who came to see it.
    Visit(RoomId),
    /// A moderator's decision.
    Decision(RulingId),
}

impl Subject {
    /// The kind of subject, as logs file it.
    pub const fn topic(self) -> &'static str {
        match self {
            Self::Room(_) => "room",
            Self::User(_) => "user",
            Self::Post(_) => "post",
            Self::Asset(_) => "asset",
            Self::Visit(_) => "visit",
            Self::Decision(_) => "decision",
        }
    }

    /// Its id.
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Room(id) | Self::Visit(id) => id.uuid(),
            Self::User(id) => id.uuid(),
            Self::Post(id) => id.uuid(),
            Self::Asset(id) => id.uuid(),
            Self::Decision(id) => id.uuid(),
        }
    }

    /// As it was filed.
    pub fn filed(topic: &str, id: Uuid) -> Option<Self> {
        match topic {
            "room" => Some(Self::Room(RoomId::from_uuid(id))),
            "user" => Some(Self::User(UserId::from_uuid(id))),
            "post" => Some(Self::Post(PostId::from_uuid(id))),
            "asset" => Some(Self::Asset(AssetId::from_uuid(id))),
            "visit" => Some(Self::Visit(RoomId::from_uuid(id))),
            "decision" => Some(Self::Decision(RulingId::from_uuid(id))),
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
    /// To a post.
    Post(PostEvent),
    /// To an uploaded picture.
    Asset(AssetEvent),
    /// At a room's door or in its guestbook.
    Visit(VisitEvent),
    /// At the moderators' desk.
    Moderation(ModerationEvent),
}

impl Event {
    /// What happened, by its name: the `type` it is written with.
    pub fn kind(&self) -> String {
        let written = serde_json::to_value(self).ok();
        let kind = written.as_ref().and_then(|event| event["type"].as_str());
        kind.unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod fixtures;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::WallMs;
    use crate::domain::moderation::{AppealState, ContentKind, ReportReason, RulingAction};
    use crate::domain::room::{Epoch, Seq};

    #[test]
    fn each_is_read_as_what_it_was_written_as() {
        let (by, whom) = (UserId::generate(), UserId::generate());
        let at = WallMs(5);
        for event in [
            Event::Room(RoomEvent::Changed { version: Seq(3) }),
            Event::Room(RoomEvent::Shut { epoch: Epoch(2) }),
            Event::Room(RoomEvent::Opened { epoch: Epoch(3) }),
            Event::Room(RoomEvent::Deleted {}),
            Event::Account(AccountEvent::Created { at }),
            Event::Account(AccountEvent::ProfileChanged { version: 3 }),
            Event::Account(AccountEvent::SettingsChanged { version: 3 }),
            Event::Account(AccountEvent::Closed { at }),
            Event::Account(AccountEvent::Restored { at }),
            Event::Relation(RelationEvent::Followed { by, whom }),
            Event::Relation(RelationEvent::Untied { by, whom }),
            Event::Post(PostEvent::PostChanged { version: 3 }),
            Event::Post(PostEvent::PostDeleted {}),
            Event::Asset(AssetEvent::AssetReady { owner: by }),
            Event::Asset(AssetEvent::AssetRestored { owner: by }),
            Event::Asset(AssetEvent::AssetDeleted {}),
            Event::Visit(VisitEvent::Visited { by, at }),
            Event::Moderation(ModerationEvent::Decided {
                kind: ContentKind::Post,
                thing: "1".to_owned(),
                author: Some(by),
                action: RulingAction::Suspend,
                rule: ReportReason::Hate,
                until: Some(WallMs(9)),
                at,
            }),
            Event::Moderation(ModerationEvent::AppealDecided {
                kind: ContentKind::ChatLine,
                thing: "1/2/3".to_owned(),
                author: None,
                outcome: AppealState::Overturned,
                at,
            }),
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
        for subject in [
            Subject::Room(room),
            Subject::User(user),
            Subject::Post(PostId::generate()),
            Subject::Asset(AssetId::generate()),
            Subject::Visit(room),
            Subject::Decision(RulingId::generate()),
        ] {
            let found = Subject::filed(subject.topic(), subject.uuid());
            assert_eq!(found, Some(subject));
        }
        assert_eq!(Subject::filed("nothing", room.uuid()), None);
    }
}
