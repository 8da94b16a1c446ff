//! The owner's decisions that come from elsewhere than a session.

use super::behaviour::two;
use super::world::World;
use crate::domain::id::UserId;
use crate::domain::room::{Decision, PersonRef, PolicyChange, Refusal, Role};
use crate::domain::version::Expected;
use crate::realtime::limits::Limits;
use crate::realtime::room::{CommandNo, CommandOutcome, Input};

fn command(world: &mut World, by: UserId, decision: Decision, reply: u64) {
    world.feed(Input::Command {
        by,
        name: "주인".to_owned(),
        decision: Box::new(decision),
        expected: Expected::Any,
        reply: CommandNo(reply),
    });
}

#[test]
fn a_command_is_a_decision_without_a_session_and_answered_when_saved() {
    let mut world = two();
    let owner = world.store.card.owner_id;
    let renamed = Decision::SetPolicy(PolicyChange {
        locked: Some(true),
        ..PolicyChange::default()
    });
    command(&mut world, UserId::generate(), renamed.clone(), 1);
    let refused = CommandOutcome::Refused(Refusal::Forbidden);
    assert_eq!(world.commands, [(CommandNo(1), refused)]);
    command(&mut world, owner, renamed.clone(), 2);
    world.settle();
    assert_eq!(world.commands.len(), 1, "not before it is durable");
    world.deliver(1);
    assert!(
        world.clients[1]
            .room
            .info
            .as_ref()
            .is_some_and(|room| room.locked)
    );
    world.save_answers();
    let seq = world.document().seq;
    assert_eq!(
        world.commands.last(),
        Some(&(CommandNo(2), CommandOutcome::Done { seq }))
    );
    let absent = PersonRef {
        id: UserId::generate().to_string(),
        name: "아는 사람".to_owned(),
    };
    command(&mut world, owner, Decision::Ban { person: absent }, 3);
    world.settle();
    world.pass(Limits::DEFAULT.unsaved_age_ms_max);
    command(&mut world, owner, renamed, 4);
    assert_eq!(
        world.commands.last(),
        Some(&(CommandNo(4), CommandOutcome::Busy))
    );
    world.save_answers();
    assert_eq!(world.store.card.access.bans.len(), 1);
    assert_eq!(world.store.audit(None, 9).len(), 2, "on record");
}

#[test]
fn a_command_is_held_to_the_same_rules() {
    let mut world = two();
    let owner = world.store.card.owner_id;
    let person = || PersonRef {
        id: UserId::generate().to_string(),
        name: "아는 사람".to_owned(),
    };
    let minutes = Some(0);
    let role = Role::Owner;
    for (decision, refusal) in [
        (
            Decision::Mute {
                person: person(),
                minutes,
            },
            Refusal::BadPolicy,
        ),
        (
            Decision::SetRole {
                person: person(),
                role,
            },
            Refusal::BadPolicy,
        ),
        (
            Decision::SetPolicy(PolicyChange::default()),
            Refusal::BadPolicy,
        ),
        (Decision::Kick { person: person() }, Refusal::NoSuchPerson),
    ] {
        command(&mut world, owner, decision, 7);
        let refused = CommandOutcome::Refused(refusal);
        assert_eq!(world.commands.pop(), Some((CommandNo(7), refused)));
    }
    assert_eq!(world.document().seq.0, 0);
}
