//! Whom owners let furnish their rooms is told of it, whatever happens between the two stores.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mongodb::bson::doc;

use super::{Here, rooms_in};
use crate::adapters::mongo::Collections;
use crate::adapters::mongo::room::telling::PAYING_MS;
use crate::adapters::mongo::room::{MongoRooms, RoomNotices};
use crate::adapters::mongo::stage::{Notices, Stage};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::notification::{Delivery, NewNotice, Notice, NoticeId, NoticeKind};
use crate::domain::room::{AuditEntry, Decision, PersonRef, Role, Seq, Visibility};
use crate::ports::notification::{NoticesUnavailable, NotificationStore};
use crate::ports::once::{Done, Once};
use crate::ports::room::conformance::{claim, new_room, save_of};
use crate::ports::room::{ClaimedRoom, RoomStore, SaveOutcome};
use crate::ports::user::conformance::created;

const AT: WallMs = WallMs(1_000_000);

fn later(ms: u64) -> WallMs {
    WallMs(AT.0 + ms)
}

/// A room somebody decides about.
struct Decider {
    rooms: MongoRooms,
    claimed: ClaimedRoom,
    node: NodeId,
    owner: UserId,
    number: Mutex<u64>,
}

impl Decider {
    async fn of(here: &Here, owner: UserId) -> Self {
        let mut new = new_room(Visibility::Public, AT.0);
        new.card.owner_id = owner;
        let (room, node) = (new.card.id, NodeId::generate());
        here.rooms.create(new).await.unwrap();
        Self {
            rooms: here.rooms.clone(),
            claimed: claim(&here.rooms, room, node).await,
            node,
            owner,
            number: Mutex::default(),
        }
    }

    fn room(&self) -> RoomId {
        self.claimed.card.id
    }

    async fn decide(&self, decision: Decision) {
        let number = {
            let mut number = self.number.lock().unwrap();
            *number += 1;
            *number
        };
        let mut save = save_of(&self.claimed, self.node, number);
        save.audit = vec![AuditEntry {
            seq: Seq(number),
            at: AT,
            actor: named(self.owner.to_string()),
            decision,
        }];
        let saved = self.rooms.save(save).await.unwrap();
        assert!(matches!(saved, SaveOutcome::Saved { .. }));
    }

    async fn make(&self, person: UserId, role: Role) {
        let person = named(person.to_string());
        self.decide(Decision::SetRole { person, role }).await;
    }
}

fn named(id: String) -> PersonRef {
    let name = "누구".to_owned();
    PersonRef { id, name }
}

struct Scene {
    stage: Stage,
    here: Here,
    notices: Arc<Notices>,
    telling: RoomNotices,
    decider: Arc<Decider>,
    fan: UserId,
}

async fn scene() -> Option<Scene> {
    let stage = Stage::set().await?;
    let here = rooms_in(stage.mongo.clone()).await;
    let owner = created(&here.people, "tells", "tells").await.id;
    let fan = created(&here.people, "hears", "hears").await.id;
    let notices = Arc::new(Notices::new(here.people.clone()));
    let telling = RoomNotices {
        rooms: here.rooms.clone(),
        notices: notices.clone(),
        sink: notices.clone(),
    };
    let decider = Arc::new(Decider::of(&here, owner).await);
    Some(Scene {
        stage,
        here,
        notices,
        telling,
        decider,
        fan,
    })
}

impl Scene {
    /// The subjects of what the fan was told.
    async fn told(&self) -> Vec<String> {
        let told = self.here.people.list(self.fan, None, 9).await.unwrap();
        let told = told.into_iter();
        told.map(|notice| {
            assert_eq!(notice.kind, NoticeKind::RoomEditor);
            assert_eq!(notice.from.unwrap().id, self.decider.owner);
            notice.subject
        })
        .collect()
    }

    async fn owed(&self) -> u64 {
        let debts = self.stage.mongo.collection(Collections::ROOM_DEBT);
        let theirs = doc! { "named": self.fan.to_string() };
        debts.count_documents(theirs).await.unwrap()
    }

    fn room(&self) -> String {
        self.decider.room().to_string()
    }
}

#[tokio::test]
async fn whoever_is_made_an_editor_hears_of_it_once_and_of_nothing_when_they_are_none() {
    let Some(scene) = scene().await else { return };
    let (decider, telling) = (&scene.decider, &scene.telling);
    decider.make(scene.fan, Role::Editor).await;
    assert_eq!(scene.told().await, Vec::<String>::new());
    for _ in 0..2 {
        telling.pay(AT).await.unwrap();
        assert_eq!(scene.told().await, [scene.room()]);
    }
    assert_eq!(scene.notices.heard(), [scene.fan]);
    decider.make(scene.fan, Role::Visitor).await;
    telling.pay(AT).await.unwrap();
    assert_eq!(scene.told().await, Vec::<String>::new());
    decider.make(scene.fan, Role::Editor).await;
    telling.pay(AT).await.unwrap();
    assert_eq!(scene.told().await, [scene.room()]);
    assert_eq!(scene.notices.heard(), [scene.fan], "within the day");
    let person = named(scene.fan.to_string());
    decider.decide(Decision::Ban { person }).await;
    telling.pay(AT).await.unwrap();
    assert_eq!(scene.told().await, Vec::<String>::new());
    // Nobody else is owed anything.
    let guest = named("guest".to_owned());
    decider.decide(Decision::Ban { person: guest }).await;
    let person = named(scene.fan.to_string());
    decider.decide(Decision::Kick { person }).await;
    assert_eq!(scene.owed().await, 0);
    scene.stage.end().await;
}

#[tokio::test]
async fn what_cannot_be_told_is_told_later_and_by_another_process() {
    let Some(scene) = scene().await else { return };
    scene.decider.make(scene.fan, Role::Editor).await;
    scene.notices.are_away(true);
    assert!(scene.telling.pay(AT).await.is_err());
    assert_eq!(scene.owed().await, 1);
    scene.notices.are_away(false);
    // Whoever took it may still be telling it.
    let elsewhere = RoomNotices {
        rooms: rooms_in(scene.stage.elsewhere()).await.rooms,
        ..scene.telling.clone()
    };
    elsewhere.pay(later(PAYING_MS - 1)).await.unwrap();
    assert_eq!(scene.told().await, Vec::<String>::new());
    elsewhere.pay(later(PAYING_MS)).await.unwrap();
    assert_eq!(scene.told().await, [scene.room()]);
    assert_eq!(
        (scene.owed().await, scene.notices.heard()),
        (0, vec![scene.fan])
    );
    scene.stage.end().await;
}

/// While somebody is told, the owner decides otherwise.
struct Crossed {
    store: Arc<Notices>,
    decider: Arc<Decider>,
    fan: UserId,
    begun: Mutex<bool>,
}

#[async_trait]
impl NotificationStore for Crossed {
    async fn notify(&self, notice: &NewNotice) -> Result<Option<Delivery>, NoticesUnavailable> {
        let is_first = !std::mem::replace(&mut *self.begun.lock().unwrap(), true);
        if is_first {
            self.decider.make(self.fan, Role::Visitor).await;
        }
        self.store.notify(notice).await
    }

    async fn withdraw(&self, subject: &str, from: &[UserId]) -> Result<(), NoticesUnavailable> {
        self.store.withdraw(subject, from).await
    }

    async fn list(
        &self,
        user: UserId,
        before: Option<NoticeId>,
        limit: u32,
    ) -> Result<Vec<Notice>, NoticesUnavailable> {
        self.store.list(user, before, limit).await
    }

    async fn unread(&self, user: UserId) -> Result<u32, NoticesUnavailable> {
        self.store.unread(user).await
    }

    async fn read(
        &self,
        user: UserId,
        up_to: NoticeId,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Done<u32>, NoticesUnavailable> {
        self.store.read(user, up_to, once, now).await
    }

    async fn show(&self, notice: &NewNotice, shown: bool) -> Result<(), NoticesUnavailable> {
        self.store.show(notice, shown).await
    }
}

#[tokio::test]
async fn what_is_decided_while_an_earlier_decision_is_told_is_told_after_it() {
    let Some(scene) = scene().await else { return };
    scene.decider.make(scene.fan, Role::Editor).await;
    let crossed = RoomNotices {
        notices: Arc::new(Crossed {
            store: scene.notices.clone(),
            decider: scene.decider.clone(),
            fan: scene.fan,
            begun: Mutex::default(),
        }),
        ..scene.telling.clone()
    };
    crossed.pay(AT).await.unwrap();
    assert_eq!(scene.notices.heard(), [scene.fan]);
    assert_eq!(scene.told().await, Vec::<String>::new());
    assert_eq!(scene.owed().await, 0);
    scene.stage.end().await;
}

#[tokio::test]
async fn it_is_told_soon_after_it_was_decided_without_anybody_asking() {
    let Some(scene) = scene().await else { return };
    let telling = scene.telling.clone().run(Clock::start());
    let decided = async {
        scene.decider.make(scene.fan, Role::Editor).await;
        while scene.notices.heard().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    let patience = std::time::Duration::from_secs(30);
    let told = async {
        tokio::select! {
            () = telling => {}
            () = decided => {}
        }
    };
    tokio::time::timeout(patience, told).await.unwrap();
    assert_eq!(scene.told().await, [scene.room()]);
    scene.stage.end().await;
}

#[tokio::test]
async fn nobody_is_told_by_somebody_who_is_erased_or_of_a_room_that_is_gone() {
    let Some(scene) = scene().await else { return };
    let (rooms, room) = (&scene.here.rooms, scene.decider.room());
    scene.decider.make(scene.fan, Role::Editor).await;
    assert_eq!(rooms.naming(scene.fan, 9).await.unwrap(), [room]);
    rooms.forget(room, scene.fan).await.unwrap();
    assert_eq!(scene.owed().await, 0);
    let other = Decider::of(&scene.here, scene.decider.owner).await;
    other.make(scene.fan, Role::Editor).await;
    assert_eq!(scene.owed().await, 1);
    rooms.delete(other.room()).await.unwrap();
    assert_eq!(scene.owed().await, 0);
    scene.telling.pay(AT).await.unwrap();
    assert_eq!(scene.told().await, Vec::<String>::new());
    scene.stage.end().await;
}
