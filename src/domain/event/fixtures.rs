//! Events as they were written once: each that any release has written is read for ever. A release that writes
//! something new or more adds a file of its own; none is ever changed.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Event, Subject, TOPICS};
use crate::domain::asset::AssetEvent;
use crate::domain::moderation::ModerationEvent;
use crate::domain::post::PostEvent;
use crate::domain::relation::RelationEvent;
use crate::domain::room::RoomEvent;
use crate::domain::user::AccountEvent;
use crate::domain::visit::VisitEvent;

/// Every file, the newest last.
const FILES: [(&str, &str); 1] = [("0.1", include_str!("fixtures/0.1.jsonl"))];

/// The kinds of events of today: one more does not compile until it has its line, and does not pass without a fixture.
macro_rules! kinds {
    ($($pattern:pat => $kind:literal,)+) => {
        const KINDS: &[&str] = &[$($kind,)+];

        const fn kind(event: &Event) -> &'static str {
            match event {
                $($pattern => $kind,)+
            }
        }
    };
}

kinds! {
    Event::Room(RoomEvent::Changed { .. }) => "maru.room.changed",
    Event::Room(RoomEvent::Decided { .. }) => "maru.room.decided",
    Event::Room(RoomEvent::Shut { .. }) => "maru.room.shut",
    Event::Room(RoomEvent::Opened { .. }) => "maru.room.opened",
    Event::Room(RoomEvent::Recalled { .. }) => "maru.room.recalled",
    Event::Room(RoomEvent::Deleted { .. }) => "maru.room.deleted",
    Event::Account(AccountEvent::Created { .. }) => "maru.user.created",
    Event::Account(AccountEvent::ProfileChanged { .. }) => "maru.user.profile_changed",
    Event::Account(AccountEvent::HandleChanged { .. }) => "maru.user.handle_changed",
    Event::Account(AccountEvent::SettingsChanged { .. }) => "maru.user.settings_changed",
    Event::Account(AccountEvent::Closed { .. }) => "maru.user.closed",
    Event::Account(AccountEvent::Restored { .. }) => "maru.user.restored",
    Event::Relation(RelationEvent::Followed { .. }) => "maru.user.followed",
    Event::Relation(RelationEvent::Unfollowed { .. }) => "maru.user.unfollowed",
    Event::Relation(RelationEvent::Blocked { .. }) => "maru.user.blocked",
    Event::Relation(RelationEvent::Unblocked { .. }) => "maru.user.unblocked",
    Event::Relation(RelationEvent::Muted { .. }) => "maru.user.muted",
    Event::Relation(RelationEvent::Unmuted { .. }) => "maru.user.unmuted",
    Event::Relation(RelationEvent::Tied { .. }) => "maru.user.tied",
    Event::Relation(RelationEvent::Untied { .. }) => "maru.user.untied",
    Event::Post(PostEvent::PostPublished { .. }) => "maru.post.post_published",
    Event::Post(PostEvent::PostChanged { .. }) => "maru.post.post_changed",
    Event::Post(PostEvent::PostDeleted { .. }) => "maru.post.post_deleted",
    Event::Post(PostEvent::PostCommented { .. }) => "maru.post.post_commented",
    Event::Post(PostEvent::PostReacted { .. }) => "maru.post.post_reacted",
    Event::Post(PostEvent::PostReposted { .. }) => "maru.post.post_reposted",
    Event::Asset(AssetEvent::AssetReady { .. }) => "maru.asset.asset_ready",
    Event::Asset(AssetEvent::AssetTakenDown { .. }) => "maru.asset.asset_taken_down",
    Event::Asset(AssetEvent::AssetRestored { .. }) => "maru.asset.asset_restored",
    Event::Asset(AssetEvent::AssetDeleted { .. }) => "maru.asset.asset_deleted",
    Event::Visit(VisitEvent::Visited { .. }) => "maru.visit.visited",
    Event::Visit(VisitEvent::EntryWritten { .. }) => "maru.visit.entry_written",
    Event::Moderation(ModerationEvent::Decided { .. }) => "maru.decision.decided",
    Event::Moderation(ModerationEvent::AppealDecided { .. }) => "maru.decision.appeal_decided",
}

/// An event of a release.
#[derive(Debug, Deserialize)]
pub(crate) struct Fixture {
    pub(crate) topic: String,
    pub(crate) key: Uuid,
    /// As the envelope names it.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) event: Value,
}

pub(crate) fn all() -> Vec<(&'static str, Fixture)> {
    let lines = FILES
        .iter()
        .flat_map(|(release, text)| text.lines().map(move |line| (*release, line)));
    lines
        .map(|(release, line)| (release, serde_json::from_str(line).unwrap()))
        .collect()
}

/// Whether all that was written then is there now, perhaps with more.
fn holds(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => then
            .iter()
            .all(|(key, then)| now.get(key).is_some_and(|now| holds(now, then))),
        (now, then) => now == then,
    }
}

#[test]
fn what_any_release_has_written_is_read_as_what_it_was() {
    let all = all();
    assert!(all.len() > KINDS.len());
    for (release, fixture) in &all {
        let event: Event = serde_json::from_value(fixture.event.clone()).unwrap();
        assert_eq!(kind(&event), fixture.kind, "{release}: {fixture:?}");
        assert_eq!(
            fixture.kind,
            format!("maru.{}.{}", fixture.topic, event.kind())
        );
        let subject = Subject::filed(&fixture.topic, fixture.key).unwrap();
        assert_eq!(subject.topic(), fixture.topic);
        let now = serde_json::to_value(&event).unwrap();
        assert!(
            holds(&now, &fixture.event),
            "{release}: {now} lacks something of {fixture:?}"
        );
    }
}

#[test]
fn every_kind_of_event_has_a_fixture_that_is_what_is_written_today() {
    let all = all();
    for known in KINDS {
        let of_it = all.iter().rev().find(|(_, fixture)| fixture.kind == *known);
        let (release, fixture) = of_it.unwrap_or_else(|| panic!("{known} has no fixture"));
        let event: Event = serde_json::from_value(fixture.event.clone()).unwrap();
        let now = serde_json::to_value(&event).unwrap();
        assert_eq!(
            now, fixture.event,
            "{known} is not as in {release}: add a file"
        );
    }
    for topic in TOPICS {
        assert!(
            all.iter().any(|(_, fixture)| fixture.topic == topic),
            "{topic}"
        );
    }
}

#[test]
fn what_later_releases_add_is_passed_over() {
    for (_, fixture) in all() {
        let event: Event = serde_json::from_value(fixture.event.clone()).unwrap();
        let mut later = fixture.event;
        later["added_later"] = Value::from("something");
        assert_eq!(serde_json::from_value::<Event>(later).unwrap(), event);
    }
}
