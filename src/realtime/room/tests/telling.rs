//! What a room tells the rest of the world: coalesced, bounded, put off and taken again.

use maru_protocol::{ErrorCode, Op, OutcomeCode};

use super::behaviour::{outcome, say};
use super::world::World;
use crate::domain::room::{Decision, PolicyChange, RoomEvent, Seq};
use crate::domain::version::Expected;
use crate::realtime::limits::Limits;
use crate::realtime::room::{CommandNo, CommandOutcome, Input};

/// A room that may have two events waiting, and nobody who passes them on.
fn unheard() -> World {
    let mut world = World::new(2);
    world.set_limits(Limits {
        outbox_events_max: 2,
        ..Limits::DEFAULT
    });
    for client in 0..2 {
        world.connect(client);
    }
    world.rest();
    world.relays = false;
    world
}

fn lock(locked: bool) -> Op {
    super::owner::policy(policy(locked))
}

fn policy(locked: bool) -> PolicyChange {
    PolicyChange {
        locked: Some(locked),
        ..PolicyChange::default()
    }
}

/// Sends one batch of the owner and lets it be saved.
fn ask(world: &mut World, op: Op) -> u32 {
    let number = world.batch(0, vec![op], true).expect("inside");
    for _ in 0..2 {
        world.pass(100);
        world.save_answers();
    }
    world.deliver(0);
    number
}

fn last_error(world: &World) -> Option<ErrorCode> {
    world.clients[0].errors.last().copied()
}

#[test]
fn edits_coalesce_and_are_never_put_off() {
    let mut world = unheard();
    for n in 0..5 {
        ask(&mut world, say(&format!("line {n}")));
    }
    let version = world.document().seq;
    let waiting = world.store.waiting(0, 9);
    let events: Vec<_> = waiting.into_iter().map(|entry| entry.event).collect();
    assert_eq!(events, [RoomEvent::Changed { version }]);
}

#[test]
fn decisions_wait_where_the_outbox_is_full_and_keep_their_numbers() {
    let mut world = unheard();
    ask(&mut world, lock(true));
    ask(&mut world, lock(false));
    let put_off = ask(&mut world, lock(true));
    assert_eq!(outcome(&world, 0, put_off), None);
    assert_eq!(last_error(&world), Some(ErrorCode::Unavailable));
    assert_eq!(world.store.pending_events(), 2);
    let command = |world: &mut World| {
        world.feed(Input::Command {
            by: world.store.card.owner_id,
            name: "주인".to_owned(),
            decision: Box::new(Decision::SetPolicy(policy(true))),
            expected: Expected::Any,
            reply: CommandNo(1),
        });
        world.settle();
        world.commands.pop()
    };
    assert_eq!(
        command(&mut world),
        Some((CommandNo(1), CommandOutcome::Busy))
    );
    world.save_answers();

    // Nothing else is saved meanwhile: the room itself finds out that there is space again.
    world.relay();
    world.resend(0);
    world.pass(100);
    world.save_answers();
    world.resend(0);
    for _ in 0..2 {
        world.pass(100);
        world.save_answers();
    }
    world.deliver(0);
    assert_eq!(outcome(&world, 0, put_off), Some(OutcomeCode::Applied));
    assert!(world.store.card.access.locked);
    let last = world.document().seq;
    let waiting = world.store.waiting(0, 9);
    assert!(
        matches!(waiting[0].event, RoomEvent::Decided { seq, .. } if seq == last),
        "told once, under the seq it took"
    );
}

#[test]
fn the_next_owner_knows_what_waits() {
    let mut world = unheard();
    ask(&mut world, lock(true));
    ask(&mut world, lock(false));
    world.crash();
    world.connect(0);
    world.deliver(0);
    let before = world.document().seq;
    ask(&mut world, lock(true));
    assert_eq!(last_error(&world), Some(ErrorCode::Unavailable));
    assert_eq!(world.document().seq, before);
    assert_ne!(before, Seq(0));
}
