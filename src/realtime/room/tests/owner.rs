//! What the owner decides about people and rules, in situations one can name.

use maru_protocol::{CloseCode, ErrorCode, Op, OutcomeCode, Reason, Role, Visibility};

use super::behaviour::{outcome, put, say, two};
use super::world::World;
use crate::domain::id::{GuestId, LoginId, UserId};
use crate::domain::room::{Access, Decision, GUEST_BAN_MS, PolicyChange};
use crate::domain::visitor::Identity;
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;

/// The owner decides; everyone hears of it, and it is saved.
pub(super) fn decide(world: &mut World, op: Op) -> Result<(), Reason> {
    let number = world.batch(0, vec![op], true).expect("inside");
    for _ in 0..2 {
        world.pass(100);
        world.save_answers();
    }
    for client in 0..world.clients.len() {
        world.deliver(client);
    }
    match outcome(world, 0, number).expect("an answer") {
        OutcomeCode::Rejected => Err(world.clients[0].batches.reason(number).expect("a reason")),
        _ => Ok(()),
    }
}

/// The same about the person behind a client.
pub(super) fn about(
    world: &mut World,
    make: fn(String) -> Op,
    client: usize,
) -> Result<(), Reason> {
    let op = make(world.person_id(client));
    decide(world, op)
}

fn kick(person: String) -> Op {
    Op::Kick { person }
}

pub(super) fn ban(person: String) -> Op {
    Op::Ban { person }
}

pub(super) fn mute(person: String) -> Op {
    let minutes = Some(10);
    Op::Mute { person, minutes }
}

pub(super) fn appoint(person: String) -> Op {
    let role = Role::Editor;
    Op::SetRole { person, role }
}

pub(super) fn dismiss(person: String) -> Op {
    let role = Role::Visitor;
    Op::SetRole { person, role }
}

pub(super) fn policy(change: PolicyChange) -> Op {
    crate::realtime::wire::decision_out(Decision::SetPolicy(change))
}

pub(super) fn lock(locked: bool) -> Op {
    policy(PolicyChange {
        locked: Some(locked),
        ..PolicyChange::default()
    })
}

pub(super) fn open_to(visibility: crate::domain::room::Visibility) -> Op {
    policy(PolicyChange {
        visibility: Some(visibility),
        ..PolicyChange::default()
    })
}

pub(super) fn guest(world: &mut World, client: usize, origin: u64) {
    let id = GuestId::generate();
    world.visitor(client).identity = Identity::Guest { id };
    world.visitor(client).origin = Some(origin);
}

/// The one whose connection was just closed, and why.
pub(super) fn told(world: &World, client: usize) -> (Option<CloseCode>, Option<ErrorCode>) {
    let closes = world.closes.iter().rev().find(|(who, _)| *who == client);
    let error = world.clients[client].errors.last();
    (closes.map(|(_, code)| *code), error.copied())
}

#[test]
fn the_kicked_go_at_once_and_need_a_new_ticket() {
    let mut world = World::new(3);
    world.same_person(1, 2);
    world.rest();
    about(&mut world, kick, 1).expect("kicked");
    for client in [1, 2] {
        let kicked = (Some(CloseCode::Kicked), Some(ErrorCode::Kicked));
        assert_eq!(told(&world, client), kicked);
    }
    assert_eq!(world.clients[0].room.people.len(), 1);
    assert_eq!(
        world.clients[0].room.decisions.len(),
        1,
        "the owner sees it"
    );
    world.connect(1);
    assert_eq!(told(&world, 1).0, Some(CloseCode::ResumeRefused));
    world.crash();
    world.connect(1);
    assert_eq!(
        told(&world, 1).0,
        Some(CloseCode::ResumeRefused),
        "the next owner knows"
    );
    world.clients[1].inbox.clear();
    world.clients[1].start_over();
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[1].inside);
}

#[test]
fn the_kicked_do_not_come_back_by_a_session_that_ended_before_either() {
    let mut world = World::new(3);
    world.same_person(1, 2);
    world.rest();
    let conn = world.conn(2).expect("inside");
    world.feed(Input::Leave { conn });
    about(&mut world, kick, 1).expect("kicked");
    world.connect(2);
    assert_eq!(told(&world, 2).0, Some(CloseCode::ResumeRefused));
    world.crash();
    world.connect(2);
    assert_eq!(told(&world, 2).0, Some(CloseCode::ResumeRefused));
}

#[test]
fn others_see_what_came_of_a_decision_and_not_the_decision() {
    let mut world = World::new(3);
    world.rest();
    about(&mut world, mute, 1).expect("muted");
    let member = world.clients[1].room.member;
    for client in 0..3 {
        assert!(world.clients[client].room.people[&member].muted);
        assert_eq!(
            world.clients[client].room.contents.seq, 1,
            "the seq has no hole"
        );
        let shown = usize::from(client == 0);
        assert_eq!(world.clients[client].room.decisions.len(), shown);
    }
}

#[test]
fn a_ban_holds_until_it_is_lifted_and_outlives_the_owner_of_the_room() {
    let mut world = two();
    about(&mut world, ban, 1).expect("banned");
    let banned = (Some(CloseCode::Banned), Some(ErrorCode::Banned));
    assert_eq!(told(&world, 1), banned);
    for fresh in [false, true] {
        world.crash();
        world.connect(0);
        world.deliver(0);
        if fresh {
            world.clients[1].start_over();
        }
        world.connect(1);
        world.deliver(1);
        assert_eq!(told(&world, 1), banned);
    }
    about(&mut world, ban, 1).expect("nobody present is banned again");
    let unban = |person| Op::Unban { person };
    about(&mut world, unban, 1).expect("lifted");
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[1].inside);
    assert_eq!(about(&mut world, unban, 1), Err(Reason::NoSuchPerson));
}

#[test]
fn a_banned_guest_does_not_come_back_under_another_name() {
    let mut world = World::new(4);
    for (client, origin) in [(1, 7), (2, 7), (3, 8)] {
        guest(&mut world, client, origin);
    }
    world.rest();
    about(&mut world, ban, 1).expect("banned");
    assert_eq!(
        told(&world, 2).0,
        Some(CloseCode::Banned),
        "the same address"
    );
    assert_eq!(told(&world, 3).0, None);
    guest(&mut world, 1, 7);
    world.clients[1].start_over();
    world.connect(1);
    world.deliver(1);
    assert_eq!(told(&world, 1).1, Some(ErrorCode::Banned));
    world.visitor(1).identity = Identity::User {
        id: UserId::generate(),
        handle: "someone".to_owned(),
        login: LoginId::generate(),
    };
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[1].inside, "accounts are not their addresses");
    world.pass(GUEST_BAN_MS);
    guest(&mut world, 2, 7);
    world.clients[2].start_over();
    world.connect(2);
    world.deliver(2);
    assert!(world.clients[2].inside, "a day later");
}

#[test]
fn the_muted_are_silent_until_the_time_is_over() {
    let mut world = two();
    about(&mut world, appoint, 1).expect("appointed");
    about(&mut world, mute, 1).expect("muted");
    let first = world.batch(1, vec![say("들리니?")], true).expect("inside");
    let furnish = world.batch(1, vec![put(1, "sofa", 4, 4)], true);
    world.rest();
    assert_eq!(world.clients[1].batches.reason(first), Some(Reason::Muted));
    assert_eq!(
        outcome(&world, 1, furnish.expect("inside")),
        Some(OutcomeCode::Applied),
        "furnishing is not talking"
    );
    let deadline = world
        .room
        .as_ref()
        .and_then(crate::realtime::room::Room::deadline);
    assert!(deadline.is_some(), "the end of the mute wakes the room");
    world.pass(10 * 60_000);
    world.rest();
    let member = world.clients[1].room.member;
    assert!(!world.clients[0].room.people[&member].muted);
    let again = world.batch(1, vec![say("이제는?")], true).expect("inside");
    world.rest();
    assert_eq!(outcome(&world, 1, again), Some(OutcomeCode::Applied));
    let unmute = |person| Op::Unmute { person };
    about(&mut world, mute, 1).expect("muted");
    about(&mut world, unmute, 1).expect("given back");
    assert!(!world.clients[1].room.people[&member].muted);
    let zero = Op::Mute {
        person: world.person_id(1),
        minutes: Some(0),
    };
    assert_eq!(decide(&mut world, zero), Err(Reason::BadPolicy));
}

#[test]
fn roles_change_at_once() {
    use crate::domain::room::Visibility::Private;
    let mut world = two();
    about(&mut world, appoint, 1).expect("appointed");
    assert_eq!(world.clients[1].room.role, Some(Role::Editor));
    let mine = world
        .batch(1, vec![put(1, "sofa", 4, 4)], true)
        .expect("in");
    world.rest();
    assert_eq!(outcome(&world, 1, mine), Some(OutcomeCode::Applied));
    decide(&mut world, open_to(Private)).expect("closed");
    assert!(world.conn(1).is_some(), "an editor stays");
    about(&mut world, dismiss, 1).expect("dismissed");
    let out = (Some(CloseCode::Forbidden), Some(ErrorCode::Forbidden));
    assert_eq!(told(&world, 1), out);
}

#[test]
fn a_lock_keeps_newcomers_out_and_nobody_else() {
    let mut world = World::new(4);
    for client in 0..3 {
        world.connect(client);
        world.deliver(client);
    }
    about(&mut world, appoint, 2).expect("appointed");
    decide(&mut world, lock(true)).expect("locked");
    assert!(world.closes.is_empty(), "who is inside stays");
    assert!(
        world.clients[1]
            .room
            .info
            .as_ref()
            .is_some_and(|room| room.locked)
    );
    world.connect(3);
    world.deliver(3);
    assert_eq!(
        told(&world, 3),
        (Some(CloseCode::RoomLocked), Some(ErrorCode::RoomLocked))
    );
    world.cut(1);
    world.connect(1);
    world.deliver(1);
    assert!(world.clients[1].inside, "a reload within the grace");
    for client in [1, 2] {
        world.cut(client);
    }
    world.pass(Limits::DEFAULT.grace_ms * 2);
    world.connect(1);
    assert_eq!(told(&world, 1).0, Some(CloseCode::RoomLocked));
    world.connect(2);
    world.deliver(2);
    assert!(world.clients[2].inside, "editors have a key");
}

#[test]
fn what_the_room_opens_to_decides_who_stays() {
    use crate::domain::room::Visibility::{Followers, Public};
    let mut world = World::new(4);
    world.visitor(1).follows_owner = true;
    guest(&mut world, 3, 7);
    world.rest();
    let no_guests = policy(PolicyChange {
        guests_allowed: Some(false),
        ..PolicyChange::default()
    });
    decide(&mut world, no_guests).expect("no guests");
    assert_eq!(world.closes, [(3, CloseCode::Forbidden)]);
    decide(&mut world, open_to(Followers)).expect("followers only");
    assert_eq!(world.closes.last(), Some(&(2, CloseCode::Forbidden)));
    assert!(world.conn(1).is_some());
    let info = world.clients[1].room.info.as_ref().expect("told");
    assert_eq!(info.visibility, Visibility::Followers);
    decide(&mut world, open_to(Public)).expect("open again");
    world.connect(2);
    world.deliver(2);
    assert!(world.clients[2].inside, "back in the same session");
}

#[test]
fn rules_have_ranges_and_a_smaller_room_throws_nobody_out() {
    let mut world = World::new(4);
    for client in 0..3 {
        world.connect(client);
        world.deliver(client);
    }
    let hold = |people_max| {
        policy(PolicyChange {
            people_max: Some(people_max),
            ..PolicyChange::default()
        })
    };
    decide(&mut world, hold(1)).expect("smaller");
    assert!(world.closes.is_empty());
    world.connect(3);
    assert_eq!(told(&world, 3).0, Some(CloseCode::RoomFull));
    let above = u32::try_from(Limits::DEFAULT.people_max).expect("small") + 1;
    for bad in [hold(0), hold(above), policy(PolicyChange::default())] {
        assert_eq!(decide(&mut world, bad), Err(Reason::BadPolicy));
    }
    let named = |name: &str| Op::SetPolicy {
        name: Some(name.to_owned()),
        visibility: None,
        guests_allowed: None,
        locked: None,
        people_max: None,
    };
    for bad in ["", " \u{3000}", "a\nb", &"가".repeat(41)] {
        assert_eq!(decide(&mut world, named(bad)), Err(Reason::BadName));
    }
    decide(&mut world, named(" 새 이름 ")).expect("renamed");
    assert_eq!(world.store.card.name, "새 이름");
    let seen = world.clients[1]
        .room
        .info
        .as_ref()
        .map(|room| room.name.as_str());
    assert_eq!(seen, Some("새 이름"));
}

#[test]
fn decisions_are_the_owners_alone_and_come_alone() {
    let mut world = two();
    let two_at_once = vec![lock(true), say("그리고")];
    let number = world.batch(0, two_at_once, true).expect("inside");
    let theirs = world.batch(1, vec![lock(true)], true).expect("inside");
    world.rest();
    assert_eq!(
        world.clients[0].batches.reason(number),
        Some(Reason::NotAlone)
    );
    assert_eq!(
        world.clients[1].batches.reason(theirs),
        Some(Reason::Forbidden)
    );
    assert_eq!(
        about(&mut world, kick, 0),
        Err(Reason::Forbidden),
        "not about oneself"
    );
    let stranger = |make: fn(String) -> Op| make(UserId::generate().to_string());
    for nobody in [
        stranger(kick),
        stranger(ban),
        stranger(appoint),
        kick("x".to_owned()),
    ] {
        assert_eq!(decide(&mut world, nobody), Err(Reason::NoSuchPerson));
    }
    assert_eq!(
        world.store.card.access,
        Access::new(crate::domain::room::Visibility::Public, true)
    );
    guest(&mut world, 1, 7);
    world.clients[1].start_over();
    world.cut(1);
    world.rest();
    assert_eq!(
        about(&mut world, appoint, 1),
        Err(Reason::NoSuchPerson),
        "guests are no editors"
    );
}

#[test]
fn the_absent_are_known_by_what_they_said_and_lists_are_bounded() {
    let mut world = World::new(4);
    world.set_limits(Limits {
        access_list_max: 1,
        ..Limits::DEFAULT
    });
    world.rest();
    world.batch(1, vec![say("안녕!")], true);
    world.rest();
    world.cut(1);
    world.pass(Limits::DEFAULT.grace_ms * 2);
    about(&mut world, ban, 1).expect("known by name");
    let bans = &world.store.card.access.bans;
    let name = bans.get(&world.person_id(1)).map(|ban| ban.name.as_str());
    assert_eq!(name, Some("사람1"));
    assert_eq!(about(&mut world, ban, 2), Err(Reason::ListFull));
    assert!(world.conn(2).is_some(), "what was refused has no effect");
}
