//! Copies of a selection, and what is left of a batch that comes late.

use maru_protocol::{ItemCopy, Op, OutcomeCode, Reason};

use super::behaviour::{outcome, put, say, shift};
use super::world::World;
use crate::domain::room::ItemId;
use crate::realtime::limits::Limits;

/// One owner on two devices: the first loses its connection, the second goes on.
fn devices() -> World {
    let mut world = World::new(2);
    world.same_person(0, 1);
    world.rest();
    world
}

fn furnish(world: &mut World, client: usize, ops: Vec<Op>) -> OutcomeCode {
    let number = world.batch(client, ops, true).expect("inside");
    world.rest();
    outcome(world, client, number).expect("an answer")
}

/// A batch of the first device that reaches the room only after one of the second.
fn late(world: &mut World, mine: Vec<Op>, theirs: Vec<Op>) -> (OutcomeCode, Option<Reason>) {
    let number = world.batch(0, mine, false).expect("inside");
    world.cut(0);
    world.batch(1, theirs, true).expect("inside");
    world.rest();
    let reason = world.clients[0].batches.reason(number);
    (outcome(world, 0, number).expect("an answer"), reason)
}

fn duplicate(pairs: &[(u64, u64)], dx: i32, dy: i32) -> Op {
    let copies = pairs.iter().map(|(from, to)| ItemCopy {
        from: *from,
        to: *to,
    });
    let copies = copies.collect();
    Op::Duplicate { copies, dx, dy }
}

fn remove(id: u64) -> Op {
    Op::Remove { id, if_seq: None }
}

fn paint(id: u64, color: &str) -> Op {
    Op::Patch {
        id,
        standpoint: None,
        rotation: None,
        color: Some(color.to_owned()),
        if_seq: None,
    }
}

fn light(light: &str) -> Op {
    Op::SetTheme {
        wallpaper: None,
        flooring: None,
        light: Some(light.to_owned()),
    }
}

fn ids(world: &World) -> Vec<u64> {
    world.document().items.keys().map(|id| id.0).collect()
}

#[test]
fn copies_are_new_items_beside_their_models() {
    let mut world = devices();
    furnish(
        &mut world,
        0,
        vec![
            put(1, "desk", 2, 2),
            put(2, "cactus", 3, 2),
            paint(2, "mint"),
        ],
    );
    let done = furnish(&mut world, 0, vec![duplicate(&[(1, 11), (2, 12)], 6, 4)]);
    assert_eq!(done, OutcomeCode::Applied);
    let copy = &world.document().items[&ItemId(12)].piece;
    assert_eq!((copy.standpoint.x, copy.standpoint.y), (9, 6));
    assert_eq!(
        (copy.kind.as_str(), copy.color.as_str()),
        ("cactus", "mint")
    );
    assert_eq!(
        world.clients[1].room.contents.items.len(),
        4,
        "everyone gets them as puts"
    );
}

#[test]
fn copies_come_all_or_none() {
    let mut world = devices();
    furnish(
        &mut world,
        0,
        vec![put(1, "chair", 2, 2), put(2, "chair", 8, 2)],
    );
    let cases = [
        (duplicate(&[(1, 11), (2, 12)], 0, 0), Reason::Overlap),
        (duplicate(&[(1, 11), (2, 12)], 11, 0), Reason::OutOfBounds),
        (
            duplicate(&[(1, 11), (2, 12)], i32::MAX, i32::MIN),
            Reason::OutOfBounds,
        ),
        (duplicate(&[(1, 11), (9, 12)], 0, 4), Reason::NoSuchItem),
        (duplicate(&[(1, 11), (2, 11)], 0, 4), Reason::ItemExists),
        (duplicate(&[(1, 0)], 0, 4), Reason::BadItemId),
        (duplicate(&[], 0, 4), Reason::BadBatchSize),
        (duplicate(&[(1, 11); 65], 0, 4), Reason::BadBatchSize),
    ];
    for (op, reason) in cases {
        let number = world.batch(0, vec![op.clone()], true).expect("inside");
        world.rest();
        assert_eq!(
            world.clients[0].batches.reason(number),
            Some(reason),
            "{op:?}"
        );
        assert_eq!(ids(&world), [1, 2]);
    }
    assert!(world.document().history.len() == 1, "nothing happened");
}

#[test]
fn copies_count_as_items() {
    let mut world = World::new(2);
    world.set_limits(Limits {
        items_max: 3,
        ..Limits::DEFAULT
    });
    world.rest();
    furnish(
        &mut world,
        0,
        vec![put(1, "chair", 2, 2), put(2, "chair", 8, 2)],
    );
    let both = vec![duplicate(&[(1, 11), (2, 12)], 0, 6)];
    assert_eq!(furnish(&mut world, 0, both), OutcomeCode::Rejected);
    let one = vec![duplicate(&[(1, 11)], 0, 6)];
    assert_eq!(furnish(&mut world, 0, one), OutcomeCode::Applied);
}

#[test]
fn a_late_batch_does_what_others_have_left_of_it() {
    let mut world = devices();
    furnish(
        &mut world,
        0,
        vec![put(1, "chair", 2, 2), put(2, "chair", 8, 2)],
    );
    let mine = vec![
        shift(1, 2, 8),
        shift(2, 8, 8),
        light("night"),
        say("옮겼어요"),
    ];
    let theirs = vec![shift(1, 14, 14), paint(2, "mint"), light("night")];
    assert_eq!(late(&mut world, mine, theirs).0, OutcomeCode::Applied);
    let at = |id| {
        let piece = &world.document().items[&ItemId(id)].piece;
        (piece.standpoint.x, piece.standpoint.y, piece.color.clone())
    };
    assert_eq!(at(1), (14, 14, String::new()), "not overwritten");
    assert_eq!(
        at(2),
        (8, 8, "mint".to_owned()),
        "another field of the same item"
    );
    assert_eq!(world.document().chat.len(), 1);
}

#[test]
fn a_late_batch_of_which_nothing_is_left_is_superseded() {
    let mut world = devices();
    furnish(
        &mut world,
        0,
        vec![
            put(1, "chair", 2, 2),
            put(2, "chair", 8, 2),
            put(3, "chair", 14, 2),
        ],
    );
    let before = world.document().seq;
    let mine = vec![shift(1, 2, 8), remove(2), paint(3, "coral"), light("night")];
    let theirs = vec![shift(1, 2, 14), paint(2, "mint"), remove(3), light("day")];
    assert_eq!(
        late(&mut world, mine, theirs),
        (OutcomeCode::Superseded, None)
    );
    assert_eq!(ids(&world), [1, 2], "the changed one is not taken out");
    assert_eq!(
        world.document().seq,
        before.next(),
        "only theirs took a seq"
    );
}

#[test]
fn a_late_copy_of_what_is_gone_is_superseded_and_an_early_one_is_an_error() {
    let mut world = devices();
    furnish(
        &mut world,
        0,
        vec![put(1, "chair", 2, 2), put(2, "chair", 8, 2)],
    );
    let mine = vec![duplicate(&[(1, 11), (2, 12)], 0, 6)];
    assert_eq!(
        late(&mut world, mine.clone(), vec![remove(2)]),
        (OutcomeCode::Superseded, None)
    );
    assert_eq!(ids(&world), [1], "all or none");
    let number = world.batch(0, mine, true).expect("inside");
    world.rest();
    assert_eq!(
        world.clients[0].batches.reason(number),
        Some(Reason::NoSuchItem)
    );
}

#[test]
fn what_one_took_out_oneself_was_not_taken_by_others() {
    let mut world = devices();
    furnish(&mut world, 0, vec![put(1, "chair", 2, 2)]);
    world.batch(0, vec![remove(1)], false);
    let mine = vec![shift(1, 8, 8)];
    let (verdict, reason) = late(&mut world, mine, vec![say("음")]);
    assert_eq!(
        (verdict, reason),
        (OutcomeCode::Rejected, Some(Reason::NoSuchItem))
    );
}

#[test]
fn a_condition_is_kept_on_a_resend_too() {
    let mut world = devices();
    furnish(&mut world, 0, vec![put(1, "chair", 2, 2)]);
    let seen = world.document().seq.0;
    let mine = vec![Op::Remove {
        id: 1,
        if_seq: Some(seen),
    }];
    let (verdict, reason) = late(&mut world, mine, vec![paint(1, "mint")]);
    assert_eq!(
        (verdict, reason),
        (OutcomeCode::Rejected, Some(Reason::Conflict))
    );
}

#[test]
fn what_was_seen_and_never_saved_is_no_excuse_to_overwrite() {
    let mut world = devices();
    furnish(&mut world, 0, vec![put(1, "chair", 2, 2)]);
    // The first device sees lines that die with the process, and bases its edit on them.
    for line in ["하나", "둘", "셋"] {
        world.batch(1, vec![say(line)], true);
    }
    world.pass(100);
    world.deliver(0);
    let number = world.batch(0, vec![shift(1, 8, 8)], false).expect("inside");
    world.clients[1].start_over();
    world.crash();
    world.connect(1);
    world.deliver(1);
    world.batch(1, vec![shift(1, 14, 14)], true);
    world.rest();
    assert_eq!(outcome(&world, 0, number), Some(OutcomeCode::Superseded));
    let to = world.document().items[&ItemId(1)].piece.standpoint;
    assert_eq!((to.x, to.y), (14, 14));
}

#[test]
fn forgotten_removals_go_together_and_move_the_horizon() {
    let mut world = devices();
    let max = crate::domain::room::TOMBSTONES_MAX as u64;
    let mut id = 0;
    while id < max {
        let batch = (id + 1..=id + 32).flat_map(|id| [put(id, "cactus", 0, 0), remove(id)]);
        let done = furnish(&mut world, 0, batch.collect());
        assert_eq!(done, OutcomeCode::Applied);
        id += 32;
    }
    assert_eq!(world.document().tombstones.len() as u64, max);
    furnish(
        &mut world,
        0,
        vec![put(id + 1, "cactus", 0, 0), remove(id + 1)],
    );
    let document = world.document();
    assert_eq!(document.horizon.0, 1);
    assert!(
        document
            .tombstones
            .values()
            .all(|stamp| stamp.seq > document.horizon)
    );
    assert_eq!(&world.store.document, document);
}
