//! Guests who were sent away or silenced, and come back as somebody else.

use maru_protocol::{ErrorCode, Op, OutcomeCode, Reason};

use super::behaviour::{outcome, reason, say};
use super::owner::{about, ban, guest, mute, told};
use super::world::World;
use crate::domain::room::GUEST_BAN_MS;
use crate::realtime::room::Input;

/// A guest has come from this address, spoken, and is gone for good.
fn after_a_guest(origin: u64) -> World {
    let mut world = World::new(2);
    guest(&mut world, 1, origin);
    world.rest();
    world.batch(1, vec![say("메롱")], true);
    world.rest();
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Leave { conn });
    world.pass(1_000);
    world.save_answers();
    world.deliver(0);
    world
}

/// The same one under a new id.
fn comes_as_another(world: &mut World, client: usize, origin: u64) {
    world.cut(client);
    guest(world, client, origin);
    world.clients[client].start_over();
    world.clients[client].inbox.clear();
    world.connect(client);
    world.deliver(client);
}

#[test]
fn a_guest_who_has_left_is_banned_with_the_address_they_came_from() {
    for crashes in [false, true] {
        let mut world = after_a_guest(7);
        if crashes {
            world.crash();
            world.connect(0);
            world.deliver(0);
        }
        about(&mut world, ban, 1).expect("known by what they said");
        // Again, when only the list and the line are left.
        about(&mut world, ban, 1).expect("banned again");
        comes_as_another(&mut world, 1, 7);
        assert_eq!(told(&world, 1).1, Some(ErrorCode::Banned), "{crashes}");
        comes_as_another(&mut world, 1, 8);
        assert!(world.clients[1].inside, "from elsewhere");
        world.pass(GUEST_BAN_MS);
        world.save_answers();
        about(&mut world, ban, 1).expect("the one who is here");
        let bans = &world.store.card.access.bans;
        assert_eq!(bans.len(), 1, "what is over is in no one's way");
    }
}

#[test]
fn a_muted_guest_is_silent_under_another_id_and_heard_after_being_unmuted() {
    let mut world = after_a_guest(7);
    about(&mut world, mute, 1).expect("known by what they said");
    comes_as_another(&mut world, 1, 7);
    let first = world.batch(1, vec![say("나 왔어")], true).expect("inside");
    world.rest();
    assert_eq!(reason(&world, 1, first), Some(Reason::Muted));
    let member = world.clients[1].room.member;
    assert!(world.clients[0].room.people[&member].muted);
    let unmute = |person| Op::Unmute { person };
    about(&mut world, unmute, 1).expect("given back");
    assert!(!world.clients[0].room.people[&member].muted);
    let again = world.batch(1, vec![say("고마워")], true).expect("inside");
    world.rest();
    assert_eq!(outcome(&world, 1, again), Some(OutcomeCode::Applied));
    // Whoever moves to where a muted guest came from is silent there.
    about(&mut world, mute, 1).expect("muted");
    comes_as_another(&mut world, 1, 8);
    world.cut(1);
    world.visitor(1).origin = Some(7);
    world.connect(1);
    world.deliver(1);
    world.pass(100);
    world.deliver(0);
    let member = world.clients[1].room.member;
    assert!(world.clients[0].room.people[&member].muted);
}
