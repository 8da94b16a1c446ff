//! What every event log must do, as one suite for all of them.

use super::{EventLog, LOG_EVENTS_MAX, LOG_KEPT_MS, OutboxEntry};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::domain::relation::RelationEvent;
use crate::domain::room::{Decision, PersonRef, RoomEvent, Seq};

fn person(id: &str) -> PersonRef {
    PersonRef {
        id: id.to_owned(),
        name: "누구".to_owned(),
    }
}

fn entry(id: u64, room: RoomId, event: RoomEvent) -> OutboxEntry {
    OutboxEntry {
        id,
        subject: Subject::Room(room),
        event: Event::Room(event),
    }
}

/// Runs the suite on an empty log.
pub(crate) async fn log_suite(log: &dyn EventLog) {
    let (one, other) = (RoomId::generate(), RoomId::generate());
    let changed = |version| RoomEvent::Changed {
        version: Seq(version),
    };
    let kicked = RoomEvent::Decided {
        seq: Seq(7),
        at: WallMs(5),
        by: person("owner"),
        what: Decision::Kick {
            person: person("p"),
        },
    };
    let batch = [
        entry(1, one, kicked.clone()),
        entry(2, one, changed(7)),
        entry(3, other, changed(7)),
    ];
    for _ in 0..2 {
        log.publish(&batch, WallMs(10)).await.expect("published");
    }
    let more = [batch[1].clone(), entry(4, one, changed(8))];
    log.publish(&more, WallMs(11)).await.expect("published");
    let events = log.read(0, 50).await.expect("read");
    let told: Vec<_> = events
        .iter()
        .map(|e| (e.subject, e.event.clone()))
        .collect();
    let expected = [
        (one, kicked),
        (one, changed(7)),
        (other, changed(7)),
        (one, changed(8)),
    ]
    .map(|(room, event)| (Subject::Room(room), Event::Room(event)));
    assert_eq!(told, expected, "in order, each once");
    assert!(events.is_sorted_by(|a, b| a.offset < b.offset));
    let page = log.read(events[1].offset, 1).await.expect("read");
    assert_eq!(page, events[2..3]);

    let later = WallMs(11 + LOG_KEPT_MS);
    let last = [entry(5, one, changed(9))];
    log.publish(&last, later).await.expect("published");
    let kept = log.read(0, 50).await.expect("read");
    let versions: Vec<_> = kept.iter().map(|event| event.event.clone()).collect();
    let expected = [changed(8), changed(9)].map(Event::Room);
    assert_eq!(versions, expected, "the old are forgotten");
    events_of_people_are_there_once(log, later).await;

    let many = 100..100 + LOG_EVENTS_MAX;
    let many: Vec<_> = many.map(|n| entry(n, one, changed(n))).collect();
    log.publish(&many, later).await.expect("published");
    let kept = log.read(0, u32::MAX).await.expect("read");
    assert_eq!(kept.len() as u64, LOG_EVENTS_MAX);
    assert_eq!(kept[0].event, Event::Room(changed(100)));
}

async fn events_of_people_are_there_once(log: &dyn EventLog, at: WallMs) {
    let (by, whom) = (UserId::generate(), UserId::generate());
    let followed = |id| OutboxEntry {
        id,
        subject: Subject::User(by),
        event: Event::Relation(RelationEvent::Followed { by, whom }),
    };
    for batch in [&[followed(1), followed(2)][..], &[followed(2)]] {
        log.publish(batch, at).await.expect("published");
    }
    let events = log.read(0, 50).await.expect("read");
    let about = events
        .iter()
        .filter(|event| event.subject == Subject::User(by));
    assert_eq!(
        about.count(),
        2,
        "the same happened twice, and each is told once"
    );
}
