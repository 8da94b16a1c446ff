//! The copy follows what is promised, and notices what is not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Answers, Replica};
use crate::{
    Ack, Avatar, Event, Op, OutcomeCode, Person, PersonKind, ReadPoint, Reason, Role, RoomInfo,
    ServerFrame, Standing, Status, Theme, Visibility,
};

fn person(member: u32, role: Role) -> Person {
    Person {
        member,
        id: format!("u{member}"),
        kind: PersonKind::User,
        name: format!("사람{member}"),
        handle: None,
        look: Vec::new(),
        role,
        away: false,
        avatar: Avatar {
            member,
            x: 0,
            y: 0,
            facing: 0,
            standing: Standing::Still,
        },
        idle: false,
        status: Status::Available,
        muted: false,
    }
}

fn snapshot(epoch: u64, seq: u64, parts: u32) -> ServerFrame {
    ServerFrame::Snapshot {
        epoch,
        seq,
        theme: Theme {
            wallpaper: "mint_heart".to_owned(),
            flooring: "oak".to_owned(),
            light: "day".to_owned(),
            seq: 0,
        },
        items: Vec::new(),
        chat: Vec::new(),
        people: vec![person(1, Role::Owner), person(2, Role::Visitor)],
        parts,
        room: RoomInfo {
            id: "r1".to_owned(),
            name: "마루".to_owned(),
            owner_id: "u1".to_owned(),
            visibility: Visibility::Public,
            guests_allowed: true,
            locked: false,
            people_max: 50,
        },
    }
}

fn part(seq: u64, part: u32) -> ServerFrame {
    ServerFrame::Part {
        epoch: 3,
        seq,
        part,
        items: Vec::new(),
        chat: Vec::new(),
        people: vec![person(part + 2, Role::Visitor)],
    }
}

fn events(flush: u64, seq: u64, events: Vec<Event>) -> ServerFrame {
    ServerFrame::Events {
        epoch: 3,
        flush,
        seq,
        events,
    }
}

fn says(seq: u64, member: u32) -> Event {
    let text = "안녕".to_owned();
    changed(seq, member, Op::Say { text })
}

fn changed(seq: u64, member: u32, op: Op) -> Event {
    Event::Changed {
        seq,
        member,
        session: 1,
        number: 1,
        at_ms: 1,
        ops: vec![op],
    }
}

/// A copy at epoch 3, seq 10, flush 5.
fn copy() -> Replica {
    let mut replica = Replica::default();
    replica.take(&snapshot(3, 10, 0));
    replica.take(&events(5, 10, Vec::new()));
    replica
}

#[test]
fn what_is_promised_is_followed() {
    let mut replica = copy();
    let joined = Event::Joined {
        person: person(7, Role::Editor),
    };
    let removed = Op::Remove {
        id: 1,
        if_seq: None,
    };
    let put = Op::Put {
        id: 1,
        kind: "mug".to_owned(),
        place: crate::Place::Floor,
        x: 1,
        y: 2,
        rotation: 0,
        color: String::new(),
    };
    let furnished = vec![joined, changed(11, 7, put), says(12, 2)];
    replica.take(&events(6, 12, furnished));
    assert_eq!(replica.contents.items[&1].seq, 11);
    assert_eq!(replica.contents.chat[0].author_id, "u2");
    let gone = vec![changed(13, 1, removed), Event::Left { member: 7 }];
    replica.take(&events(7, 13, gone));
    assert!(replica.contents.items.is_empty() && replica.named("사람7").is_none());
    // Someone out of sight furnishes; an owner who is not here decides.
    let light = Op::SetTheme {
        wallpaper: None,
        flooring: None,
        light: Some("night".to_owned()),
    };
    let from_afar = vec![changed(14, 99, light), Event::Left { member: 2 }];
    replica.take(&events(8, 14, from_afar));
    assert_eq!((replica.unseen, replica.people.len()), (1, 1));
}

#[test]
fn a_snapshot_cut_off_leaves_the_copy_before_it() {
    let mut replica = copy();
    replica.take(&snapshot(3, 12, 2));
    replica.take(&part(12, 1));
    assert!(!replica.is_whole());
    replica.cut_off();
    let before = ReadPoint { epoch: 3, seq: 10 };
    assert_eq!(replica.have(), Some(before));
    assert_eq!(replica.people.len(), 2);
    replica.take(&snapshot(3, 12, 1));
    replica.take(&part(12, 1));
    assert!(replica.is_whole());
    assert_eq!((replica.contents.seq, replica.people.len()), (12, 3));
}

#[test]
fn broken_promises_are_noticed() {
    let put = Op::Remove {
        id: 9,
        if_seq: None,
    };
    let joined = |member| Event::Joined {
        person: person(member, Role::Visitor),
    };
    let of_another_epoch = ServerFrame::Events {
        epoch: 2,
        flush: 6,
        seq: 10,
        events: Vec::new(),
    };
    let broken = [
        vec![events(7, 10, vec![])],
        vec![events(6, 11, vec![])],
        vec![events(6, 12, vec![says(12, 1)])],
        vec![events(6, 10, vec![says(10, 1)])],
        vec![events(6, 11, vec![says(11, 99)])],
        vec![events(6, 11, vec![changed(11, 2, put.clone())])],
        vec![events(6, 11, vec![changed(11, 1, put)])],
        vec![events(6, 10, vec![joined(2)])],
        vec![events(6, 10, vec![Event::Left { member: 3 }])],
        vec![events(6, 10, vec![Event::Left { member: 2 }, joined(2)])],
        vec![of_another_epoch],
        vec![snapshot(3, 9, 0)],
        vec![snapshot(2, 20, 0)],
        vec![part(10, 1)],
        vec![snapshot(3, 10, 2), part(10, 2)],
        vec![snapshot(3, 10, 2), part(11, 1)],
        vec![snapshot(3, 10, 1), events(6, 10, vec![])],
        vec![ServerFrame::Unknown { kind: 99 }],
    ];
    for frames in broken {
        let mut replica = copy();
        let taken = catch_unwind(AssertUnwindSafe(|| {
            for frame in &frames {
                replica.take(frame);
            }
        }));
        assert!(taken.is_err(), "unnoticed: {frames:?}");
    }
}

#[test]
fn an_answer_stays_what_it_was() {
    let ack = |outcome, seq, reason| Ack {
        number: 4,
        outcome,
        seq,
        reason,
    };
    let applied = ack(OutcomeCode::Applied, 12, None);
    let same = [
        applied.clone(),
        ack(OutcomeCode::Duplicate, 12, None),
        ack(OutcomeCode::Rejected, 0, Some(Reason::NumberReused)),
    ];
    let others = [
        ack(OutcomeCode::Duplicate, 13, None),
        ack(OutcomeCode::Superseded, 12, None),
        ack(OutcomeCode::Rejected, 0, Some(Reason::NoSuchItem)),
    ];
    let mut answers = Answers::default();
    answers.take(&applied);
    for again in &same {
        answers.take(again);
    }
    assert_eq!(answers.get(4), Some(&applied));
    answers.check_welcome(4);
    for other in &others {
        let taken = catch_unwind(AssertUnwindSafe(|| answers.clone().take(other)));
        assert!(taken.is_err(), "unnoticed: {other:?}");
    }
    assert!(catch_unwind(AssertUnwindSafe(|| answers.check_welcome(3))).is_err());
}
