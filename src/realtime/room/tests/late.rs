//! Decisions that were lost on the way and come after newer ones.

use maru_protocol::{Op, OutcomeCode};

use super::behaviour::{outcome, reason};
use super::owner::{appoint, ban, dismiss, lock, mute, open_to, policy};
use super::world::World;
use crate::domain::room::{Decision, PolicyChange};

/// The owner's phone decides and is cut off before that arrives; the laptop decides; then the phone comes back.
fn late(world: &mut World, phone: Op, laptop: Op) -> (OutcomeCode, bool) {
    let number = world.batch(0, vec![phone], false).expect("inside");
    world.cut(0);
    let newer = world.batch(1, vec![laptop], true).expect("inside");
    for _ in 0..2 {
        world.pass(100);
        world.save_answers();
    }
    world.deliver(1);
    assert_eq!(reason(world, 1, newer), None, "the newer one");
    assert_eq!(outcome(world, 1, newer), Some(OutcomeCode::Applied));
    let before = world.room.as_ref().expect("open").card.clone();
    let layouts = world.document().layouts.clone();
    world.rest();
    let after = world.room.as_ref().expect("open");
    let same = after.card == before && after.document.layouts == layouts;
    (outcome(world, 0, number).expect("an answer"), same)
}

fn owner_on_two_devices() -> World {
    let mut world = World::new(3);
    world.same_person(0, 1);
    world.rest();
    world
}

#[test]
fn a_decision_sent_again_undoes_no_newer_one() {
    use crate::domain::room::Visibility::{Followers, Public};
    let named = |name: &str| {
        policy(PolicyChange {
            name: Some(crate::domain::text::Title::parse(name).expect("a name")),
            ..PolicyChange::default()
        })
    };
    let hold = |people_max| {
        policy(PolicyChange {
            people_max: Some(people_max),
            ..PolicyChange::default()
        })
    };
    let guests = |guests_allowed| {
        policy(PolicyChange {
            guests_allowed: Some(guests_allowed),
            ..PolicyChange::default()
        })
    };
    let save = |name: &str| Op::SaveLayout {
        name: name.to_owned(),
    };
    let forget = |name: &str| Op::RemoveLayout {
        name: name.to_owned(),
    };
    let unban = |person| Op::Unban { person };
    let unmute = |person| Op::Unmute { person };
    let mut world = owner_on_two_devices();
    let who = || world.person_id(2);
    let pairs = [
        (lock(false), lock(true)),
        (lock(true), lock(false)),
        (open_to(Public), open_to(Followers)),
        (open_to(Followers), open_to(Public)),
        (named("하나"), named("둘")),
        (hold(3), hold(4)),
        (guests(true), guests(false)),
        (appoint(who()), appoint(who())),
        (dismiss(who()), appoint(who())),
        (unmute(who()), mute(who())),
        (mute(who()), unmute(who())),
        (save("여름"), save("여름")),
        (forget("여름"), save("여름")),
        (save("여름"), forget("여름")),
        (appoint(who()), ban(who())),
        (unban(who()), ban(who())),
        (ban(who()), unban(who())),
    ];
    for (phone, laptop) in pairs {
        let told = format!("{phone:?} {laptop:?}");
        let outcome = late(&mut world, phone, laptop);
        assert_eq!(outcome, (OutcomeCode::Superseded, true), "{told}");
    }
}

#[test]
fn of_late_rules_those_nobody_has_set_since_are_set_also_by_the_next_owner() {
    let mut world = owner_on_two_devices();
    let both = policy(PolicyChange {
        locked: Some(false),
        guests_allowed: Some(false),
        ..PolicyChange::default()
    });
    let number = world.batch(0, vec![both], false).expect("inside");
    world.cut(0);
    world.batch(1, vec![lock(true)], true).expect("inside");
    for _ in 0..2 {
        world.pass(100);
        world.save_answers();
    }
    world.deliver(1);
    world.crash();
    world.connect(1);
    world.deliver(1);
    world.rest();
    assert_eq!(outcome(&world, 0, number), Some(OutcomeCode::Applied));
    let access = &world.store.card.access;
    assert!(access.locked && !access.guests_allowed);
    let told = world.clients[1].room.decisions.last();
    let left = Op::SetPolicy {
        name: None,
        visibility: None,
        guests_allowed: Some(false),
        locked: None,
        people_max: None,
    };
    assert_eq!(told, Some(&left), "and nothing is told that was not done");
    let record = world.store.audit(None, 1);
    assert!(matches!(
        &record[0].decision,
        Decision::SetPolicy(PolicyChange {
            locked: None,
            guests_allowed: Some(false),
            ..
        })
    ));
    // What the same session decided itself is no newer word of others.
    let first = world.batch(0, vec![lock(false)], false).expect("inside");
    let second = world.batch(0, vec![lock(true)], false).expect("inside");
    world.rest();
    for number in [first, second] {
        assert_eq!(outcome(&world, 0, number), Some(OutcomeCode::Applied));
    }
    assert!(world.store.card.access.locked);
}
