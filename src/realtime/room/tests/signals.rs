//! Who writes and who drags: the newest value reaches everyone, however slow, and nothing stays on for ever.

use maru_protocol::{ErrorCode, ITEM_ID_MAX, Place, Preview, Standing, Standpoint};

use super::behaviour::two;
use super::world::World;
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;

fn preview(place: Place, x: i32, y: i32, rotation: u8) -> Preview {
    Preview {
        item: 1,
        standpoint: Standpoint { place, x, y },
        rotation,
    }
}

fn types(world: &mut World, client: usize, active: bool) {
    let conn = world.conn(client).expect("inside");
    world.feed(Input::Typing { conn, active });
}

fn drags(world: &mut World, client: usize, preview: Option<Preview>) {
    let conn = world.conn(client).expect("inside");
    world.feed(Input::Drag { conn, preview });
}

/// Time passes and everyone takes what has come.
fn tick(world: &mut World) {
    world.pass(100);
    for client in 0..world.clients.len() {
        world.deliver(client);
    }
}

#[test]
fn many_values_within_one_tick_are_one() {
    let mut world = two();
    let owner = world.clients[0].room.member;
    types(&mut world, 0, true);
    world.settle();
    world.deliver(1);
    assert_eq!(
        world.clients[1].room.signals, 1,
        "the first goes out at once after a rest"
    );
    for x in 0..10 {
        drags(&mut world, 0, Some(preview(Place::Floor, x, 3, 0)));
        types(&mut world, 0, x % 2 == 0);
    }
    world.settle();
    world.deliver(1);
    assert_eq!(
        world.clients[1].room.signals, 1,
        "the next waits for the tick"
    );
    tick(&mut world);
    assert_eq!(world.clients[1].room.signals, 3, "one value of each");
    assert!(world.clients[1].room.typing.is_empty());
    assert_eq!(world.clients[1].room.drags[&owner].standpoint.x, 9);
    drags(&mut world, 0, None);
    tick(&mut world);
    assert!(world.clients[1].room.drags.is_empty());
}

#[test]
fn signals_follow_the_reliable_bytes_of_the_same_flush() {
    let mut world = two();
    types(&mut world, 0, true);
    world.batch(0, vec![super::behaviour::say("안녕")], true);
    world.flushes.clear();
    world.pass(100);
    let [(reliable, all)] = world.flushes[..] else {
        panic!("not one flush: {:?}", world.flushes);
    };
    assert!(0 < reliable && reliable < all);
    world.deliver(1);
    assert_eq!(world.clients[1].room.contents.chat.len(), 1);
    assert_eq!(world.clients[1].room.typing.len(), 1);
}

#[test]
fn typing_is_forgotten_unless_it_is_repeated() {
    let mut world = two();
    types(&mut world, 1, true);
    for _ in 0..4 {
        world.pass(Limits::DEFAULT.typing_ms / 2);
        types(&mut world, 1, true);
        world.deliver(0);
        assert_eq!(world.clients[0].room.typing.len(), 1);
    }
    let due = world.room.as_ref().and_then(|room| room.deadline());
    assert!(due.is_some(), "the room wakes by itself");
    world.pass(Limits::DEFAULT.typing_ms);
    tick(&mut world);
    assert!(world.clients[0].room.typing.is_empty());
}

#[test]
fn what_a_lost_session_was_showing_ends_and_what_another_device_shows_stays() {
    let mut world = World::new(3);
    world.same_person(0, 1);
    world.rest();
    drags(&mut world, 0, Some(preview(Place::LeftWall, 4, 3, 0)));
    types(&mut world, 1, true);
    tick(&mut world);
    assert_eq!(world.clients[2].room.drags.len(), 1);
    world.cut(0);
    tick(&mut world);
    assert!(world.clients[2].room.drags.is_empty());
    assert_eq!(world.clients[2].room.typing.len(), 1);
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Leave { conn });
    tick(&mut world);
    assert!(world.clients[2].room.typing.is_empty());
}

#[test]
fn only_those_who_furnish_drag_and_only_within_the_room() {
    let mut world = two();
    drags(&mut world, 1, Some(preview(Place::Floor, 3, 3, 0)));
    world.deliver(1);
    assert_eq!(world.clients[1].errors, [ErrorCode::Forbidden]);
    let mut no_item = preview(Place::Floor, 3, 3, 0);
    no_item.item = 0;
    let mut beyond = no_item.clone();
    beyond.item = ITEM_ID_MAX + 1;
    let outside = [
        preview(Place::Floor, -1, 3, 0),
        preview(Place::Floor, 3, 21, 0),
        preview(Place::Floor, i32::MIN, i32::MAX, 0),
        preview(Place::Floor, 3, 3, 4),
        preview(Place::RightWall, 3, 10, 0),
        preview(Place::RightWall, 3, 3, 1),
        no_item,
        beyond,
    ];
    let count = outside.len();
    for preview in outside {
        drags(&mut world, 0, Some(preview));
    }
    tick(&mut world);
    assert_eq!(world.clients[0].errors, vec![ErrorCode::BadPosition; count]);
    assert!(world.clients[1].room.drags.is_empty());
}

#[test]
fn a_receiver_whose_lane_was_shed_is_owed_every_newest_value_the_ends_too() {
    let mut world = two();
    let conn = world.conn(0).expect("inside");
    types(&mut world, 0, true);
    tick(&mut world);
    assert_eq!(world.clients[1].room.typing.len(), 1);
    world.slow.insert(1);
    types(&mut world, 0, false);
    drags(&mut world, 0, Some(preview(Place::Floor, 7, 7, 2)));
    let (x, y, facing, standing) = (111, 222, 2, Standing::Walking);
    world.feed(Input::Move {
        conn,
        x,
        y,
        facing,
        standing,
    });
    tick(&mut world);
    assert_eq!(
        world.clients[1].room.typing.len(),
        1,
        "it has missed the end"
    );
    world.slow.clear();
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Drained { conn, stale: false });
    world.deliver(1);
    let owner = world.clients[0].room.member;
    assert!(world.clients[1].room.typing.is_empty());
    assert_eq!(world.clients[1].room.drags[&owner].rotation, 2);
    assert_eq!(world.clients[1].room.people[&owner].avatar.x, 111);
}

#[test]
fn who_comes_in_or_comes_back_sees_the_signals_of_the_moment() {
    let mut world = World::new(3);
    for client in 0..2 {
        world.connect(client);
        world.deliver(client);
    }
    types(&mut world, 0, true);
    types(&mut world, 1, true);
    tick(&mut world);
    world.connect(2);
    world.deliver(2);
    assert_eq!(world.clients[2].room.typing.len(), 2);
    world.cut(2);
    types(&mut world, 0, false);
    tick(&mut world);
    world.connect(2);
    world.deliver(2);
    assert_eq!(
        world.clients[2].room.typing.len(),
        1,
        "a delta brings the end of what was on before"
    );
    world.clients[2].inbox.clear();
    let conn = world.conn(2).expect("inside");
    world.clients[2].room.typing.clear();
    world.feed(Input::Drained { conn, stale: true });
    world.deliver(2);
    assert_eq!(world.clients[2].room.typing.len(), 1, "so does a resync");
}

#[test]
fn the_hidden_are_not_seen_writing() {
    let mut world = World::new(3);
    let hidden = world.person_id(1);
    world.visitor(2).hidden.insert(hidden);
    world.rest();
    types(&mut world, 1, true);
    types(&mut world, 2, true);
    tick(&mut world);
    assert_eq!(world.clients[0].room.typing.len(), 2);
    let only_me = [world.clients[2].room.member];
    assert!(world.clients[2].room.typing.iter().eq(&only_me));
    let conn = world.conn(2).expect("inside");
    world.feed(Input::Drained { conn, stale: false });
    world.deliver(2);
    assert!(world.clients[2].room.typing.iter().eq(&only_me));
}
