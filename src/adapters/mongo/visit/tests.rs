//! The suites of visits on a real server.

use std::sync::Arc;

use super::{MongoVisitOutbox, MongoVisits, VisitNeighbours};
use crate::adapters::mongo::Collections;
use crate::adapters::mongo::room::MongoRooms;
use crate::adapters::mongo::stage::{Files, Stage};
use crate::adapters::sqlite::Sqlite;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::visit::{UtcOffset, VisitEvent};
use crate::ports::discovery::conformance as discovery;
use crate::ports::events::Outbox;
use crate::ports::personal_data::{Erasing, PersonalData};
use crate::ports::room::RoomStore;
use crate::ports::visit::conformance::{House, NOW, conformance};
use crate::ports::visit::{Arrival, Caller, VisitStore};

/// Visits, rooms, and the people they are about in a store of their own.
struct Here {
    visits: MongoVisits,
    outbox: MongoVisitOutbox,
    rooms: MongoRooms,
    people: Sqlite,
    _folder: tempfile::TempDir,
}

impl Here {
    async fn of(stage: &Stage) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let people = Sqlite::open(folder.path()).await.unwrap();
        let all = Arc::new(people.clone());
        let near = VisitNeighbours {
            people: all.clone(),
            around: all.clone(),
        };
        let outbox = MongoVisitOutbox::new(stage.mongo.clone());
        Self {
            visits: MongoVisits::new(stage.mongo.clone(), near, &outbox),
            outbox,
            rooms: MongoRooms::new(stage.mongo.clone(), all.clone(), all),
            people,
            _folder: folder,
        }
    }

    fn house(&self) -> House<'_> {
        House {
            users: &self.people,
            rooms: &self.rooms,
            relations: &self.people,
            settings: &self.people,
        }
    }
}

#[tokio::test]
async fn keeps_what_a_visit_store_promises() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    conformance(&here.visits, here.house()).await;
    stage.end().await;
}

#[tokio::test]
async fn says_of_visits_what_discovery_asks() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    discovery::around::visits(&here.visits, &here.visits, here.house()).await;
    stage.end().await;
}

#[tokio::test]
async fn each_visit_is_told_of_once_and_goes_with_its_room_or_visitor() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    let [owner, one, two] = here.house().people("told").await;
    let room = here.house().room(owner, Visibility::Public).await;
    let other = here.house().room(owner, Visibility::Public).await;
    let came = |room, who: UserId| Arrival {
        room,
        who: Caller::User(who),
        at: NOW,
    };
    let arrivals = [came(room, one), came(room, two), came(other, one)];
    for _ in 0..2 {
        let recorded = here.visits.record(&arrivals, UtcOffset::SEOUL).await;
        recorded.unwrap();
    }
    let waiting = here.outbox.waiting(0, 9).await.unwrap();
    let told: Vec<_> = waiting.iter().map(|entry| entry.event.clone()).collect();
    let visited = |by| Event::Visit(VisitEvent::Visited { by, at: NOW });
    assert_eq!(told.len(), 3);
    assert!(told.contains(&visited(one)) && told.contains(&visited(two)));
    let after = here.outbox.waiting(waiting[0].id, 9).await.unwrap();
    assert_eq!(after, waiting[1..]);
    here.outbox.clear(&[waiting[0].id]).await.unwrap();
    assert_eq!(here.outbox.waiting(0, 9).await.unwrap(), waiting[1..]);
    let files = Files::of(&here.visits, one).await;
    assert_eq!(files.sizes(), [("visits", 2)]);
    let seen = files.file("visits").iter();
    let seen: Vec<&serde_json::Value> = seen.map(|visit| &visit["room_id"]).collect();
    assert!(seen.contains(&&serde_json::json!(other)));
    let mut steps = 0;
    while here.visits.erase(one, NOW).await.unwrap() == Erasing::Begun {
        steps += 1;
    }
    assert!(steps > 0);
    let left = here.outbox.waiting(0, 9).await.unwrap();
    assert!(left.iter().all(|entry| entry.event == visited(two)));
    assert_eq!(here.visits.visited(one, NOW, None, 9).await.unwrap(), []);
    let today = crate::domain::visit::Day::of(NOW, UtcOffset::SEOUL);
    let counts = here.visits.counts(&[room, other], today).await.unwrap();
    let totals: Vec<u64> = counts.iter().map(|(_, counts)| counts.total).collect();
    assert_eq!(totals.iter().sum::<u64>(), 3, "they still count");
    here.rooms.delete(room).await.unwrap();
    assert_eq!(here.visits.visited(two, NOW, None, 9).await.unwrap(), []);
    let counts = here.visits.counts(&[room], today).await.unwrap();
    assert_eq!(counts, []);
    stage.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_holds_up_its_own_room_alone() {
    let Some(stage) = Stage::set().await else {
        return;
    };
    let here = Here::of(&stage).await;
    let (sick, well, by) = (RoomId::generate(), RoomId::generate(), UserId::generate());
    let event = Event::Visit(VisitEvent::Visited { by, at: NOW });
    let entry = |place, room| {
        let subject = Subject::Visit(room);
        super::outbox::waiting(place, subject, &event, by).unwrap()
    };
    let mut of_a_later_release = entry(1, sick);
    of_a_later_release.insert("event", r#"{"type":"dreamt"}"#);
    let entries = [of_a_later_release, entry(2, sick), entry(3, well)];
    let outbox = stage.mongo.collection(Collections::VISIT_OUTBOX);
    outbox.insert_many(entries).await.unwrap();
    for limit in [1, 9] {
        let waiting = here.outbox.waiting(0, limit).await.unwrap();
        let told: Vec<_> = waiting.iter().map(|it| (it.id, it.subject)).collect();
        assert_eq!(told, [(3, Subject::Visit(well))]);
    }
    stage.end().await;
}
