//! What people say of themselves and what their silence says; who sees whom when that changes.

use maru_protocol::{Avatar, Role, Standing, Status};

use super::behaviour::{say, two};
use super::world::World;
use crate::domain::id::SessionId;
use crate::realtime::limits::Limits;
use crate::realtime::room::{ConnId, Entry, Input};

fn tick(world: &mut World) {
    world.pass(100);
    for client in 0..world.clients.len() {
        world.deliver(client);
    }
}

fn shows(world: &World, reader: usize, about: usize) -> &maru_protocol::Person {
    &world.clients[reader].room.people[&world.clients[about].room.member]
}

fn moves(world: &mut World, client: usize) {
    let conn = world.conn(client).expect("inside");
    world.feed(Input::Move {
        conn,
        x: 500,
        y: 500,
        facing: 0,
        standing: Standing::Walking,
    });
}

#[test]
fn doing_nothing_for_long_is_idle_and_doing_anything_ends_it() {
    let mut world = two();
    world.pass(Limits::DEFAULT.idle_ms / 2);
    moves(&mut world, 1);
    let due = world.room.as_ref().and_then(|room| room.deadline());
    assert!(due.is_some(), "the room wakes by itself");
    world.pass(Limits::DEFAULT.idle_ms / 2);
    tick(&mut world);
    assert!(shows(&world, 1, 0).idle, "the owner has done nothing");
    assert!(!shows(&world, 1, 1).idle, "the visitor moved meanwhile");
    world.batch(0, vec![say("돌아왔어요")], true);
    tick(&mut world);
    assert!(!shows(&world, 1, 0).idle);
    world.pass(Limits::DEFAULT.idle_ms);
    tick(&mut world);
    assert!(shows(&world, 0, 0).idle && shows(&world, 0, 1).idle);
}

#[test]
fn nobody_is_idle_who_is_busy_on_another_device() {
    let mut world = World::new(3);
    world.same_person(1, 2);
    world.rest();
    for _ in 0..4 {
        world.pass(Limits::DEFAULT.idle_ms / 2);
        moves(&mut world, 2);
        tick(&mut world);
        assert!(!shows(&world, 0, 1).idle);
    }
    world.pass(Limits::DEFAULT.idle_ms);
    tick(&mut world);
    assert!(shows(&world, 0, 1).idle);
    // A connection that comes back by itself is nobody's doing.
    world.cut(1);
    world.connect(1);
    tick(&mut world);
    assert!(shows(&world, 0, 1).idle);
}

#[test]
fn the_status_is_the_last_one_set_on_any_device() {
    let mut world = World::new(3);
    world.same_person(1, 2);
    world.rest();
    for (client, status) in [(1, Status::Busy), (2, Status::Available), (2, Status::Busy)] {
        let conn = world.conn(client).expect("inside");
        world.feed(Input::SetStatus { conn, status });
        tick(&mut world);
        assert_eq!(shows(&world, 0, 1).status, status);
    }
    world.cut(0);
    world.connect(0);
    world.deliver(0);
    assert_eq!(
        shows(&world, 0, 1).status,
        Status::Busy,
        "a newcomer sees it"
    );
}

#[test]
fn a_new_name_or_look_is_seen_at_once_and_nobody_else_s_can_be_set() {
    let mut world = two();
    let conn = world.conn(1).expect("inside");
    let mut visitor = world.visitor(1).clone();
    visitor.name = "새 이름".to_owned();
    visitor.look.0[1] = 3;
    let refresh = Input::Refresh {
        conn,
        visitor: Box::new(visitor),
    };
    world.feed(refresh);
    tick(&mut world);
    assert_eq!(shows(&world, 0, 1).name, "새 이름");
    assert_eq!(shows(&world, 0, 1).look[1], 3);
    assert_eq!(shows(&world, 0, 1).role, Role::Visitor);
    let mut other = world.visitor(0).clone();
    other.name = "owner?".to_owned();
    let visitor = Box::new(other);
    world.feed(Input::Refresh { conn, visitor });
    tick(&mut world);
    assert_eq!(shows(&world, 0, 0).name, "사람0");
    assert_eq!(shows(&world, 0, 1).name, "새 이름");
}

#[test]
fn a_block_made_inside_works_at_once_and_both_ways() {
    let mut world = World::new(3);
    world.rest();
    let conn = world.conn(1).expect("inside");
    let blocked = world.person_id(2);
    let mut visitor = world.visitor(1).clone();
    visitor.hidden.insert(blocked);
    world.visitor(1).hidden = visitor.hidden.clone();
    let refresh = |visitor: crate::domain::visitor::Visitor| Input::Refresh {
        conn,
        visitor: Box::new(visitor),
    };
    world.feed(refresh(visitor.clone()));
    tick(&mut world);
    let sees = |world: &World, reader: usize, other: usize| {
        let member = world.clients[other].room.member;
        world.clients[reader].room.people.contains_key(&member)
    };
    assert!(!sees(&world, 1, 2) && !sees(&world, 2, 1));
    assert!(sees(&world, 0, 1) && sees(&world, 0, 2));
    world.batch(1, vec![say("조용한 말")], true);
    tick(&mut world);
    assert!(world.clients[2].room.contents.chat.is_empty());
    assert_eq!(world.clients[0].room.contents.chat.len(), 1);
    // The blocked one comes in anew, knowing nothing of it.
    world.cut(2);
    world.pass(Limits::DEFAULT.grace_ms);
    world.clients[2] = Default::default();
    world.connect(2);
    tick(&mut world);
    assert!(!sees(&world, 1, 2) && !sees(&world, 2, 1));
    assert!(world.clients[2].room.contents.chat.is_empty());
    visitor.hidden.clear();
    world.feed(refresh(visitor));
    tick(&mut world);
    assert!(sees(&world, 1, 2) && sees(&world, 2, 1));
    assert_eq!(world.clients[2].room.contents.chat.len(), 1);
}

#[test]
fn whom_one_mutes_one_does_not_hear_and_they_notice_nothing() {
    let mut world = World::new(3);
    world.rest();
    let conn = world.conn(1).expect("inside");
    let mut visitor = world.visitor(1).clone();
    let refresh = |visitor: &crate::domain::visitor::Visitor| Input::Refresh {
        conn,
        visitor: Box::new(visitor.clone()),
    };
    let lines = |world: &World| {
        let lines = |n: usize| world.clients[n].room.contents.chat.len();
        [lines(0), lines(1), lines(2)]
    };
    world.batch(2, vec![say("하나")], true);
    tick(&mut world);
    assert_eq!(lines(&world), [1, 1, 1]);
    visitor.unheard.insert(world.person_id(2));
    world.feed(refresh(&visitor));
    tick(&mut world);
    assert_eq!(lines(&world), [1, 0, 1], "nor what they said before");
    world.batch(2, vec![say("둘")], true);
    world.batch(1, vec![say("셋")], true);
    let typist = world.conn(2).expect("inside");
    world.feed(Input::Typing {
        conn: typist,
        active: true,
    });
    tick(&mut world);
    assert_eq!(lines(&world), [3, 1, 3], "the other hears and is heard");
    assert_eq!(world.clients[0].room.typing.len(), 1);
    assert!(world.clients[1].room.typing.is_empty());
    let member = world.clients[2].room.member;
    assert!(world.clients[1].room.people.contains_key(&member), "seen");
    // A reader that had fallen behind, or comes back, is spared them as well.
    world.feed(Input::Drained { conn, stale: true });
    tick(&mut world);
    assert_eq!(lines(&world), [3, 1, 3]);
    assert!(world.clients[1].room.typing.is_empty());
    visitor.unheard.clear();
    world.feed(refresh(&visitor));
    tick(&mut world);
    assert_eq!(lines(&world), [3, 3, 3]);
    assert_eq!(world.clients[1].room.typing.len(), 1);
}

#[test]
fn who_was_never_seen_is_not_seen_leaving() {
    let mut world = World::new(3);
    let hidden = world.person_id(1);
    world.visitor(2).hidden.insert(hidden);
    world.rest();
    // Leaves in the very turn in which others come: nothing remembered of who sees whom is left.
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Leave { conn });
    world.cut(0);
    world.connect(0);
    tick(&mut world);
    assert_eq!(world.clients[0].room.people.len(), 2);
    assert_eq!(world.clients[2].room.people.len(), 2);
}

#[test]
fn a_newcomer_is_not_told_of_its_own_arrival_nor_of_what_its_snapshot_holds() {
    let mut world = World::new(3);
    world.connect(0);
    world.deliver(0);
    world.pass(100);
    world.deliver(0);
    world.batch(0, vec![say("before")], true);
    world.flushes.clear();
    for client in [1, 2] {
        world.connect(client);
    }
    world.batch(0, vec![say("after")], true);
    assert!(
        world.flushes.is_empty(),
        "coming in makes no flush of its own"
    );
    tick(&mut world);
    assert_eq!(world.clients[0].room.people.len(), 3);
    for client in 0..3 {
        let lines = world.clients[client].room.contents.chat.iter();
        let lines: Vec<&str> = lines.map(|line| line.text.as_str()).collect();
        assert_eq!(lines, ["before", "after"]);
        assert_eq!(world.clients[client].room.people.len(), 3);
    }
}

#[test]
fn a_wish_outside_the_room_is_brought_into_it() {
    let mut world = two();
    let conn = ConnId(9_000);
    let mut visitor = world.visitor(1).clone();
    visitor.identity = crate::domain::visitor::Identity::Guest {
        id: crate::domain::id::GuestId::generate(),
    };
    let avatar = Avatar {
        member: 1,
        x: -40,
        y: i32::MAX,
        facing: 200,
        standing: Standing::Sitting,
    };
    world.feed(Input::Enter {
        conn,
        visitor: Box::new(visitor),
        entry: Entry::Join {
            session: SessionId::generate(),
            avatar: Some(avatar),
        },
    });
    tick(&mut world);
    let newest = world.clients[0]
        .room
        .people
        .values()
        .next_back()
        .expect("a newcomer");
    let Avatar { x, y, facing, .. } = newest.avatar;
    assert_eq!((x, y, facing), (0, 1_000, 3));
}
