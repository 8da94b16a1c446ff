//! Coming, going, and who sees whom.

use maru_protocol::{CloseCode, ErrorCode, OutcomeCode, Standing};

use super::behaviour::{outcome, put, say, two};
use super::world::World;
use crate::domain::id::SessionId;
use crate::domain::room::Visibility;
use crate::domain::visitor::Identity;
use crate::realtime::limits::{Limits, SESSION_RECORDS_MAX};
use crate::realtime::room::{ConnId, Entry, Input};

#[test]
fn a_reload_is_not_seen_and_a_long_loss_is_away_then_gone() {
    let mut world = two();
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Move {
        conn,
        x: 321,
        y: 654,
        facing: 3,
        standing: Standing::Sitting,
    });
    world.rest();
    world.cut(1);
    world.pass(Limits::DEFAULT.away_after_ms - 1);
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[0].inbox.is_empty(), "nobody notices a reload");
    let me = &world.clients[1].room.people[&world.clients[1].room.member];
    assert_eq!(
        (me.avatar.x, me.avatar.y, me.avatar.facing),
        (321, 654, 3),
        "back in place"
    );

    world.cut(1);
    world.pass(Limits::DEFAULT.away_after_ms);
    world.pass(100);
    world.deliver(0);
    let member = world.clients[1].room.member;
    assert!(world.clients[0].room.people[&member].away);
    world.pass(Limits::DEFAULT.grace_ms);
    world.pass(100);
    world.deliver(0);
    assert!(!world.clients[0].room.people.contains_key(&member));
}

#[test]
fn a_person_on_two_devices_joins_once_and_leaves_once() {
    let mut world = World::new(3);
    world.same_person(1, 2);
    world.rest();
    assert_eq!(world.clients[0].room.people.len(), 2);
    for client in [1, 2] {
        let conn = world.conn(client).expect("inside");
        world.feed(Input::Leave { conn });
        world.pass(100);
        world.deliver(0);
        assert_eq!(
            world.clients[0].room.people.len(),
            if client == 1 { 2 } else { 1 }
        );
    }
}

#[test]
fn a_token_works_once_and_a_copied_tab_is_refused() {
    let mut world = two();
    let old = world.clients[1].token.clone();
    world.cut(1);
    world.connect(1);
    world.deliver(1);
    assert_ne!(world.clients[1].token, old, "the token has changed");
    let newer = std::mem::replace(&mut world.clients[1].token, old);
    world.cut(1);
    world.connect(1);
    assert_eq!(world.closes.last(), Some(&(1, CloseCode::ResumeRefused)));
    world.clients[1].inbox.clear();
    world.clients[1].token = newer;
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[1].inside);
}

/// A busy room: a batch and a save every step, and someone who comes and goes.
#[test]
fn the_roster_is_saved_when_it_is_due_and_not_with_every_batch() {
    let mut world = World::new(3);
    world.rest();
    let (mut saves, mut rosters) = (0, 0);
    for step in 0..100 {
        world.batch(0, vec![say("또 한 줄")], true);
        if step % 2 == 0 {
            world.connect(2);
            world.deliver(2);
        } else if let Some(conn) = world.conn(2) {
            world.feed(Input::Leave { conn });
            world.clients[2].start_over();
        }
        world.pass(20);
        saves += usize::from(world.saving.is_some());
        rosters += usize::from(world.saving.as_ref().is_some_and(|s| s.0.roster.is_some()));
        world.save_answers();
        world.deliver(0);
    }
    assert!(saves >= 100, "{saves}");
    assert!((10..=20).contains(&rosters), "{rosters} in two seconds");
    // An owner that stops writes down at once who is here, and nobody is seen leaving.
    world.connect(2);
    world.deliver(2);
    world.feed(Input::Drain);
    world.settle();
    world.save_answers();
    assert_eq!(world.store.roster().len(), 3);
}

#[test]
fn a_token_is_good_for_as_long_as_its_session_is_here_and_a_day_after() {
    const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
    let grace_ms = Limits::DEFAULT.grace_ms;
    let refused = |world: &mut World| {
        world.connect(1);
        let refused = world.closes.pop() == Some((1, CloseCode::ResumeRefused));
        world.deliver(1);
        refused
    };
    let mut world = two();
    let first = world.clients[1].token.clone();
    for _ in 0..25 {
        world.pass(DAY_MS / 24);
        world.save_answers();
    }
    // The process dies without a word: what it wrote down of who is here is not older than an hour.
    let member = world.clients[0].room.people.len();
    world.crash();
    assert!(!refused(&mut world), "it was here until now");
    assert_eq!(world.clients[1].room.people.len(), member);
    let newest = world.clients[1].token.clone();
    world.clients[1].token = first;
    world.cut(1);
    assert!(refused(&mut world), "a replaced one is none, however old");
    // The connection is lost: from now on a day is left.
    world.clients[1].token = newest;
    assert!(!refused(&mut world));
    world.pass(2 * DAY_MS);
    world.cut(1);
    world.pass(grace_ms);
    world.pass(DAY_MS - grace_ms);
    assert!(!refused(&mut world), "a day after it was last seen");
    world.cut(1);
    world.pass(grace_ms);
    world.pass(DAY_MS - grace_ms + 1);
    assert!(refused(&mut world));
}

#[test]
fn spent_tokens_stay_spent_when_the_session_has_ended_and_the_room_is_opened_anew() {
    for leaves in [true, false] {
        let mut world = two();
        let copied = world.clients[1].token.clone();
        for _ in 0..5 {
            world.cut(1);
            world.connect(1);
            world.deliver(1);
        }
        let newest = world.clients[1].token.clone();
        if leaves {
            let conn = world.conn(1).expect("inside");
            world.feed(Input::Leave { conn });
        } else {
            world.cut(1);
            world.pass(Limits::DEFAULT.grace_ms);
        }
        for _ in 0..2 {
            world.pass(1_000);
            world.save_answers();
        }
        world.crash();
        world.closes.clear();
        world.clients[1].token = copied;
        world.connect(1);
        assert_eq!(world.closes, [(1, CloseCode::ResumeRefused)], "{leaves}");
        world.clients[1].inbox.clear();
        world.clients[1].token = newest;
        world.connect(1);
        world.deliver(1);
        assert!(world.clients[1].inside, "the newest is still good");
        let mut records = world.store.clone();
        let claimed = records.claim(crate::domain::id::NodeId::generate());
        let seen = claimed.sessions.values().map(|record| record.seen);
        assert!(seen.min() >= Some(crate::domain::clock::WallMs(1_000_000)));
    }
}

#[test]
fn the_newest_connection_of_a_session_wins() {
    let mut world = two();
    let half_open = world.conn(1).expect("inside");
    // The phone changed networks: a new connection while the old one still looks alive.
    let token = world.clients[1].token.clone().expect("a token");
    let claims = crate::realtime::token::TokenKey::new(&[5; 32]).open(&token);
    let claims = claims.expect("opens");
    let visitor = Box::new(world.visitor(1).clone());
    let (session, generation) = (claims.session, claims.generation);
    let entry = Entry::Resume {
        session,
        generation,
        have: None,
        avatar: None,
        issued: claims.issued,
    };
    let conn = ConnId(half_open.0 + 1_000);
    world.feed(Input::Enter {
        conn,
        visitor,
        entry,
    });
    assert_eq!(world.closes, [(1, CloseCode::Replaced)]);
    world.feed(Input::Lost { conn: half_open });
    world.pass(Limits::DEFAULT.grace_ms * 2);
    world.deliver(0);
    assert_eq!(
        world.clients[0].room.people.len(),
        2,
        "the late loss of the old one means nothing"
    );
}

/// Between nodes what somebody came with is said again until they are welcomed, and may come late.
#[test]
fn who_comes_twice_with_one_session_has_one() {
    let mut world = two();
    let came = |world: &mut World, conn: ConnId, session: SessionId| {
        let visitor = Box::new(world.visitor(1).clone());
        let avatar = None;
        world.feed(Input::Enter {
            conn,
            visitor,
            entry: Entry::Join { session, avatar },
        });
    };
    // Its welcome was lost: nothing was heard of it.
    let (first, second, late) = (ConnId(901), ConnId(902), ConnId(903));
    let session = SessionId::generate();
    came(&mut world, first, session);
    let sessions = |world: &World| {
        let room = world.room.as_ref().expect("the room is open");
        (room.sessions.len(), room.by_id.len(), room.by_conn.len())
    };
    assert_eq!(sessions(&world), (3, 3, 3));
    came(&mut world, first, session);
    assert_eq!(sessions(&world), (3, 3, 3));
    came(&mut world, second, session);
    assert_eq!(sessions(&world), (3, 3, 3));
    // It has heard: whoever says the same now says what is over.
    world.feed(Input::Heard { conn: second });
    came(&mut world, late, session);
    assert_eq!(sessions(&world), (3, 3, 3));
    let room = world.room.as_ref().expect("the room is open");
    assert!(room.by_conn.contains_key(&second));
    // Nor does it begin anew when it has left.
    world.feed(Input::Leave { conn: second });
    world.settle();
    assert_eq!(sessions(&world), (2, 2, 2));
    came(&mut world, late, session);
    assert_eq!(sessions(&world), (2, 2, 2));
    // And nobody else has it.
    let session = SessionId::generate();
    came(&mut world, first, session);
    let visitor = Box::new(world.visitor(0).clone());
    let avatar = None;
    let entry = Entry::Join { session, avatar };
    world.feed(Input::Enter {
        conn: late,
        visitor,
        entry,
    });
    assert_eq!(sessions(&world), (3, 3, 3));
}

#[test]
fn the_policy_of_the_moment_decides_at_the_door() {
    let mut world = World::new(2);
    world.card().access.visibility = Visibility::Private;
    world.crash();
    world.connect(1);
    assert_eq!(world.closes, [(1, CloseCode::Forbidden)]);
    world.clients[1].inbox.clear();
    world.connect(0);
    world.deliver(0);
    assert!(world.clients[0].inside, "the owner is always let in");

    let mut world = World::new(2);
    world.card().access.guests_allowed = false;
    world.crash();
    let id = crate::domain::id::GuestId::generate();
    world.visitor(1).identity = Identity::Guest { id };
    world.connect(1);
    assert_eq!(world.closes, [(1, CloseCode::Forbidden)]);
}

#[test]
fn a_full_room_takes_its_owner_and_nobody_else() {
    let mut world = World::new(3);
    world.set_limits(Limits {
        people_max: 1,
        ..Limits::DEFAULT
    });
    world.connect(1);
    world.connect(2);
    assert_eq!(world.closes, [(2, CloseCode::RoomFull)]);
    world.connect(0);
    world.deliver(0);
    assert!(world.clients[0].inside);
}

#[test]
fn the_hidden_neither_appear_nor_are_heard_but_their_furniture_moves() {
    let mut world = World::new(3);
    let hidden = world.person_id(1);
    let editors = &mut world.card().access.editors;
    editors.insert(hidden.clone(), "편집자".to_owned());
    world.crash();
    world.visitor(2).hidden.insert(hidden);
    world.rest();
    assert_eq!(
        world.clients[2].room.people.len(),
        2,
        "everyone but the hidden one"
    );
    world.batch(1, vec![say("들리니?"), put(1, "sofa", 4, 4)], true);
    world.rest();
    assert_eq!(world.clients[0].room.contents.chat.len(), 1);
    assert!(world.clients[2].room.contents.chat.is_empty());
    assert!(world.clients[2].room.contents.items.contains_key(&1));
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Move {
        conn,
        x: 5,
        y: 5,
        facing: 0,
        standing: Standing::Walking,
    });
    world.pass(100);
    world.deliver(0);
    assert_eq!(
        world.clients[0].room.people[&world.clients[1].room.member]
            .avatar
            .x,
        5
    );
    assert!(world.clients[2].inbox.is_empty());
}

#[test]
fn places_outside_the_room_are_refused() {
    let mut world = two();
    let conn = world.conn(1).expect("inside");
    for (x, y, facing) in [(-1, 0, 0), (0, 1_001, 0), (i32::MAX, 0, 0), (0, 0, 4)] {
        world.feed(Input::Move {
            conn,
            x,
            y,
            facing,
            standing: Standing::Still,
        });
    }
    world.deliver(1);
    assert_eq!(world.clients[1].errors, [ErrorCode::BadPosition; 4]);
}

#[test]
fn what_is_kept_of_ended_sessions_is_bounded_while_the_room_stays_open() {
    let mut world = two();
    world.batch(0, vec![say("먼저")], true).expect("inside");
    for _ in 0..SESSION_RECORDS_MAX + 10 {
        let conn = world.conn(1).expect("inside");
        world.feed(Input::Leave { conn });
        world.clients[1].start_over();
        world.clients[1].inbox.clear();
        world.connect(1);
        world.pass(200);
        world.save_answers();
        world.deliver(1);
    }
    world.rest();
    assert_eq!(outcome(&world, 0, 1), Some(OutcomeCode::Applied));
    // Those of the two who are here come on top.
    let kept = SESSION_RECORDS_MAX..=SESSION_RECORDS_MAX + 2;
    assert!(kept.contains(&world.store.session_count()));
    world.crash();
    world.clients[0].batches.answers.clear();
    world.connect(0);
    world.deliver(0);
    assert_eq!(outcome(&world, 0, 1), Some(OutcomeCode::Applied));
}
