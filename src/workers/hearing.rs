//! What other nodes change bears on the connections of this one: each node that has rooms follows the event log from
//! now on, and acts on what it hears as its own services do at once on what they change.
//!
//! What a node brought about itself comes back to it this way, and changes nothing: who is looked up again is as they
//! were, and a room is given up only as of an earlier epoch. The rooms of the suspended are not among it, nor logins that
//! ended: both are followed in the store by every node, within half a second.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::event::{Event, Subject};
use crate::domain::id::UserId;
use crate::domain::moderation::{ModerationEvent, RulingAction};
use crate::domain::relation::RelationEvent;
use crate::domain::room::RoomEvent;
use crate::domain::user::AccountEvent;
use crate::ports::events::{EventConsumer, EventConsumers, EventsUnavailable, LoggedEvent};
use crate::ports::people::PeopleChanges;
use crate::ports::relations::RelationChanges;
use crate::ports::room::{RoomRecall, RoomStore, StoreError};

/// Events taken at once.
const BATCH_MAX: u32 = 256;

/// Between two looks at a log with nothing new, in milliseconds.
const LOOK_MS: u64 = 50;

/// Before the log is followed anew, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// What the worker works on.
#[derive(Clone)]
pub struct Hearing {
    /// Where to hear of changes.
    pub events: Arc<dyn EventConsumers>,
    /// Who is told of relations, in this order: whoever remembers them before whoever looks them up again.
    pub relations: Vec<Arc<dyn RelationChanges>>,
    /// Who is told of people, in this order: whoever remembers them before whoever looks them up again.
    pub people: Vec<Arc<dyn PeopleChanges>>,
    /// Which rooms are whose.
    pub rooms: Arc<dyn RoomStore>,
    /// Whoever has them in memory.
    pub recall: Arc<dyn RoomRecall>,
}

impl std::fmt::Debug for Hearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hearing(..)")
    }
}

impl Hearing {
    /// Hears until it is dropped.
    pub async fn run(self, clock: Clock) {
        loop {
            let Err(error) = self.follow(clock).await;
            tracing::warn!(%error, "what other nodes change is not heard for now");
            tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
        }
    }

    /// Follows the log as long as it can be.
    async fn follow(&self, clock: Clock) -> Result<Infallible, EventsUnavailable> {
        let mut consumer = self.events.since_now().await?;
        // Until just now nobody listened.
        for watcher in &self.people {
            watcher.all_changed();
        }
        loop {
            if self.pass(&mut *consumer, clock.wall()).await? == 0 {
                tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
            }
        }
    }

    /// Acts on what has happened since the last pass; how many events there were.
    pub async fn pass(
        &self,
        consumer: &mut dyn EventConsumer,
        now: WallMs,
    ) -> Result<usize, EventsUnavailable> {
        let events = consumer.next(BATCH_MAX, now).await?;
        for event in &events {
            if let Err(error) = self.hear(event).await {
                let aside = consumer.set_aside(event, &error.to_string(), now).await?;
                tracing::warn!(%error, event = event.id, ?aside, "a change by another node waits");
            }
        }
        if !events.is_empty() {
            consumer.finish().await?;
        }
        Ok(events.len())
    }

    async fn hear(&self, heard: &LoggedEvent) -> Result<(), StoreError> {
        match (heard.subject, &heard.event) {
            (_, Event::Relation(event)) => self.hear_of_two(*event),
            (Subject::User(user), Event::Account(event)) => match event {
                AccountEvent::ProfileChanged { .. }
                | AccountEvent::HandleChanged { .. }
                | AccountEvent::Restored { .. } => self.person_changed(user),
                AccountEvent::Closed { .. } => {
                    self.person_changed(user);
                    for card in self.rooms.of_owner(user).await? {
                        self.recall.recall(card.id, None);
                    }
                }
                AccountEvent::Created { .. } | AccountEvent::SettingsChanged { .. } => {}
            },
            // Nobody is there who is suspended.
            (_, Event::Moderation(ModerationEvent::Decided { action, author, .. })) => {
                if let (RulingAction::Suspend, Some(author)) = (action, author) {
                    self.person_changed(*author);
                }
            }
            (Subject::Room(room), Event::Room(event)) => match event {
                RoomEvent::Shut { epoch }
                | RoomEvent::Opened { epoch }
                | RoomEvent::Recalled { epoch } => self.recall.superseded(room, *epoch),
                RoomEvent::Deleted {} => self.recall.recall(room, None),
                // By whoever owns it, who told everybody in it.
                RoomEvent::Changed { .. } | RoomEvent::Decided { .. } => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn hear_of_two(&self, event: RelationEvent) {
        match event {
            RelationEvent::Blocked { by, whom } | RelationEvent::Unblocked { by, whom } => {
                self.changed(&[by, whom]);
            }
            RelationEvent::Followed { by, .. }
            | RelationEvent::Unfollowed { by, .. }
            | RelationEvent::Muted { by, .. }
            | RelationEvent::Unmuted { by, .. } => self.changed(&[by]),
            // They open no door and hide nothing.
            RelationEvent::Tied { .. } | RelationEvent::Untied { .. } => {}
        }
    }

    fn person_changed(&self, user: UserId) {
        for watcher in &self.people {
            watcher.changed(user);
        }
    }

    fn changed(&self, people: &[UserId]) {
        for watcher in &self.relations {
            for person in people {
                watcher.changed(*person);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::adapters::sqlite::{Sqlite, SqliteRooms};
    use crate::domain::id::{RoomId, RulingId};
    use crate::domain::moderation::{ContentKind, ReportReason};
    use crate::domain::room::{Epoch, Seq};
    use crate::ports::events::{EventLog, OutboxEntry};

    /// Writes down what it is told.
    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl Told {
        fn note(&self, what: String) {
            self.0.lock().unwrap().push(what);
        }
    }

    impl RelationChanges for Told {
        fn changed(&self, user: UserId) {
            self.note(format!("relations of {user}"));
        }
    }

    impl PeopleChanges for Told {
        fn changed(&self, user: UserId) {
            self.note(format!("look of {user}"));
        }

        fn all_changed(&self) {
            self.note("everybody".to_owned());
        }
    }

    impl RoomRecall for Told {
        fn recall(&self, room: RoomId, epoch: Option<Epoch>) {
            self.note(format!("recall {room} {epoch:?}"));
        }

        fn superseded(&self, room: RoomId, epoch: Epoch) {
            self.note(format!("superseded {room} {}", epoch.0));
        }
    }

    #[tokio::test]
    async fn what_others_change_is_acted_on_as_what_was_changed_here() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let (rooms, _) = SqliteRooms::new(store.clone());
        let told = Arc::new(Told::default());
        let hearing = Hearing {
            events: Arc::new(store.clone()),
            relations: vec![told.clone()],
            people: vec![told.clone()],
            rooms: Arc::new(rooms),
            recall: told.clone(),
        };
        let (by, whom, room) = (UserId::generate(), UserId::generate(), RoomId::generate());
        let of_user = |event| (Subject::User(by), event);
        let of_room = |event| (Subject::Room(room), Event::Room(event));
        let relation = |event| of_user(Event::Relation(event));
        let account = |event| of_user(Event::Account(event));
        let decided = |action| {
            let event = ModerationEvent::Decided {
                kind: ContentKind::Post,
                thing: "thing".to_owned(),
                author: Some(whom),
                action,
                rule: ReportReason::Spam,
                until: None,
                at: WallMs(9),
            };
            (
                Subject::Decision(RulingId::generate()),
                Event::Moderation(event),
            )
        };
        let events = [
            relation(RelationEvent::Blocked { by, whom }),
            relation(RelationEvent::Muted { by, whom }),
            relation(RelationEvent::Tied { by, whom }),
            account(AccountEvent::ProfileChanged { version: 2 }),
            account(AccountEvent::Closed { at: WallMs(9) }),
            account(AccountEvent::Restored { at: WallMs(10) }),
            account(AccountEvent::SettingsChanged { version: 3 }),
            decided(RulingAction::Suspend),
            decided(RulingAction::Hide),
            of_room(RoomEvent::Changed { version: Seq(4) }),
            of_room(RoomEvent::Shut { epoch: Epoch(7) }),
            of_room(RoomEvent::Recalled { epoch: Epoch(8) }),
            of_room(RoomEvent::Deleted {}),
        ];
        let mut consumer = hearing.events.since_now().await.unwrap();
        let entries = (1..).zip(events);
        let entries: Vec<OutboxEntry> = entries
            .map(|(id, (subject, event))| OutboxEntry { id, subject, event })
            .collect();
        store.publish(&entries, WallMs(10)).await.unwrap();
        let mut heard = 0;
        while heard < entries.len() {
            let count = hearing.pass(&mut *consumer, WallMs(10)).await.unwrap();
            assert!(count > 0, "{heard} of {}", entries.len());
            heard += count;
        }
        let mut told = told.0.lock().unwrap().clone();
        let mut wanted = [
            format!("relations of {by}"),
            format!("relations of {whom}"),
            format!("relations of {by}"),
            format!("look of {by}"),
            format!("look of {by}"),
            format!("look of {by}"),
            format!("look of {whom}"),
            format!("superseded {room} 7"),
            format!("superseded {room} 8"),
            format!("recall {room} None"),
        ];
        told.sort();
        wanted.sort();
        assert_eq!(told, wanted);
    }
}
