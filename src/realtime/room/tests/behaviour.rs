//! What the room does with edits, in situations one can name.

use maru_protocol::{
    CloseCode, ErrorCode, Op, OutcomeCode, Place, Reason, Role, ServerFrame, Standpoint,
};

use super::client::frames;
use super::world::World;
use crate::ports::room::SaveOutcome;
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;

pub(super) fn put(id: u64, kind: &str, x: i32, y: i32) -> Op {
    let (kind, color) = (kind.to_owned(), String::new());
    Op::Put {
        id,
        kind,
        place: Place::Floor,
        x,
        y,
        rotation: 0,
        color,
    }
}

pub(super) fn shift(id: u64, x: i32, y: i32) -> Op {
    let standpoint = Some(Standpoint {
        place: Place::Floor,
        x,
        y,
    });
    Op::Patch {
        id,
        standpoint,
        rotation: None,
        color: None,
        if_seq: None,
    }
}

pub(super) fn say(text: &str) -> Op {
    Op::Say {
        text: text.to_owned(),
    }
}

/// The owner and a visitor, both inside.
pub(super) fn two() -> World {
    let mut world = World::new(2);
    world.rest();
    world
}

pub(super) fn outcome(world: &World, client: usize, number: u32) -> Option<OutcomeCode> {
    world.clients[client].batches.outcome(number)
}

/// Why the batch was rejected, if it was.
pub(super) fn reason(world: &World, client: usize, number: u32) -> Option<Reason> {
    world.clients[client].batches.reason(number)
}

#[test]
fn the_answer_waits_for_the_save_and_the_effect_does_not() {
    let mut world = two();
    world.batch(0, vec![put(1, "sofa", 4, 4)], true);
    world.settle();
    world.deliver(1);
    assert!(
        world.clients[1].room.contents.items.contains_key(&1),
        "the other sees it at once"
    );
    world.deliver(0);
    assert_eq!(outcome(&world, 0, 1), None);
    world.save_answers();
    world.deliver(0);
    assert_eq!(outcome(&world, 0, 1), Some(OutcomeCode::Applied));
}

#[test]
fn one_save_carries_what_came_while_the_last_was_under_way() {
    let mut world = two();
    let before = world.store.save_no;
    world.batch(0, vec![say("first")], true);
    world.settle();
    for n in 0..5 {
        world.batch(0, vec![say(&format!("line {n}"))], true);
    }
    world.settle();
    world.save_answers();
    assert_eq!(world.store.save_no, before + 1);
    world.settle();
    world.save_answers();
    assert_eq!(world.store.save_no, before + 2);
    world.deliver(0);
    assert!(world.clients[0].batches.unanswered.is_empty());
}

#[test]
fn visitors_talk_and_do_not_furnish() {
    let mut world = two();
    assert_eq!(world.clients[0].room.role, Some(Role::Owner));
    assert_eq!(world.clients[1].room.role, Some(Role::Visitor));
    world.batch(1, vec![say("안녕!"), put(5, "chair", 4, 4)], true);
    world.batch(1, vec![say("안녕!")], true);
    world.rest();
    assert_eq!(outcome(&world, 1, 1), Some(OutcomeCode::Rejected));
    assert_eq!(outcome(&world, 1, 2), Some(OutcomeCode::Applied));
    assert!(world.document().items.is_empty());
    assert_eq!(
        world.document().chat.len(),
        1,
        "a refused batch has no part in effect"
    );
}

#[test]
fn a_table_and_its_lamp_move_together_through_each_other() {
    let mut world = two();
    world.batch(0, vec![put(1, "desk", 4, 4), put(2, "cactus", 5, 4)], true);
    world.rest();
    assert_eq!(
        world.document().items.len(),
        2,
        "{:?}",
        world.clients[0].batches.answers
    );
    // The cactus alone would hang over the desk's edge for a moment; the batch as a whole is sound.
    world.batch(0, vec![shift(2, 7, 6), shift(1, 6, 6)], true);
    world.rest();
    assert_eq!(outcome(&world, 0, 2), Some(OutcomeCode::Applied));
}

#[test]
fn the_same_number_gets_the_same_answer_and_another_batch_none() {
    let mut world = two();
    world.batch(0, vec![say("once")], true);
    world.rest();
    let conn = world.conn(0).expect("inside");
    let again = |ops| Input::Batch {
        conn,
        number: 1,
        base_seq: crate::domain::room::Seq(0),
        resend: true,
        ops,
    };
    world.feed(again(vec![say("once")]));
    world.deliver(0);
    assert_eq!(world.document().chat.len(), 1);
    world.feed(again(vec![say("something else")]));
    let refused = world.clients[0].inbox.pop_front().expect("an answer");
    let [(_, ServerFrame::Acks { acks, .. })] = &frames(&refused)[..] else {
        panic!("not acks: {refused:?}");
    };
    assert_eq!(acks[0].reason, Some(maru_protocol::Reason::NumberReused));
    assert_eq!(world.document().chat.len(), 1);
}

#[test]
fn numbers_that_skip_are_refused_and_stay_free() {
    let mut world = two();
    world.clients[0].batches.last_number = 4;
    world.batch(0, vec![say("five")], true);
    world.deliver(0);
    assert_eq!(world.clients[0].errors, [ErrorCode::Gap]);
    assert!(world.document().chat.is_empty());
}

#[test]
fn a_room_that_cannot_save_says_so_before_it_owes_too_much() {
    let mut world = two();
    world.batch(0, vec![say("under way")], true);
    world.settle();
    world.pass(Limits::DEFAULT.unsaved_age_ms_max);
    world.batch(0, vec![say("too late")], true);
    world.deliver(0);
    assert_eq!(world.clients[0].errors, [ErrorCode::Unavailable]);
    world.save_answers();
    world.resend(0);
    world.rest();
    assert_eq!(world.document().chat.len(), 2, "the number was still free");
}

#[test]
fn a_resend_does_not_overwrite_what_others_did_meanwhile() {
    let mut world = World::new(2);
    world.same_person(0, 1);
    world.rest();
    world.batch(0, vec![put(1, "sofa", 4, 4)], true);
    world.rest();
    // The first device's edit is lost on the way, the second's is newer.
    world.batch(0, vec![shift(1, 8, 8)], false);
    world.cut(0);
    world.batch(1, vec![shift(1, 2, 2)], true);
    world.rest();
    let item = world.document().items.values().next().expect("the sofa");
    assert_eq!((item.piece.standpoint.x, item.piece.standpoint.y), (2, 2));
    assert_eq!(outcome(&world, 0, 2), Some(OutcomeCode::Superseded));
}

#[test]
fn a_lost_claim_sends_everyone_to_come_back() {
    let mut world = two();
    world.batch(0, vec![say("never saved")], true);
    world.settle();
    let epoch = world.epoch();
    world.saving = None;
    world.feed(Input::Saved(SaveOutcome::Fenced));
    let moved = |client| (client, CloseCode::RoomMoved);
    assert_eq!(world.closes, [moved(0), moved(1)]);
    world.rest();
    assert!(world.epoch() > epoch);
    assert_eq!(
        world.document().chat.len(),
        1,
        "what had no answer was sent again"
    );
}

#[test]
fn a_returning_reader_gets_only_what_changed_and_a_stranger_to_the_epoch_everything() {
    let mut world = two();
    for id in 1..=3 {
        world.batch(
            0,
            vec![put(id, "chair", 3 * i32::try_from(id).expect("small"), 4)],
            true,
        );
    }
    world.rest();
    world.cut(1);
    world.batch(
        0,
        vec![
            shift(2, 12, 12),
            Op::Remove {
                id: 3,
                if_seq: None,
            },
        ],
        true,
    );
    world.pass(100);
    world.connect(1);
    let sent: Vec<_> = world.clients[1]
        .inbox
        .iter()
        .flat_map(|bytes| frames(bytes))
        .collect();
    let changes = sent.iter().find_map(|(_, frame)| match frame {
        ServerFrame::Changes { items, removed, .. } => Some((items.len(), removed.len())),
        _ => None,
    });
    assert_eq!(changes, Some((1, 1)), "{sent:?}");
    world.rest();
    // Seen but never saved: that seq of the old epoch proves nothing any more.
    world.batch(0, vec![say("seen by all, saved by none")], true);
    world.pass(100);
    world.deliver(1);
    world.crash();
    world.connect(1);
    let mut sent = world.clients[1].inbox.iter();
    let is_snapshot = |(_, frame)| matches!(frame, ServerFrame::Snapshot { .. });
    assert!(sent.any(|bytes| frames(bytes).into_iter().any(is_snapshot)));
}
