//! From the entry to the end.

use bytes::Bytes;
use maru_protocol::{ClientFrame, Op, Standing, Status, Topic};

use super::{Talk, guest, join, user};
use crate::realtime::conversation::{Conversation, Heard, account_gone, unavailable};
use crate::realtime::limits::Limits;

const LIMITS: Limits = Limits::DEFAULT;

fn batch(number: u32, lines: usize) -> ClientFrame {
    let text = "안녕".to_owned();
    ClientFrame::Ops {
        number,
        base_seq: 0,
        resend: false,
        ops: vec![Op::Say { text }; lines],
    }
}

fn step() -> ClientFrame {
    ClientFrame::Move {
        x: 5,
        y: 5,
        facing: 1,
        standing: Standing::Walking,
    }
}

#[test]
fn frames_become_what_the_room_is_told() {
    let status = Status::Available;
    let topic = Topic::History;
    let table: [(ClientFrame, &[&str]); 11] = [
        (batch(1, 0), &["tell Batch"]),
        (step(), &["tell Move"]),
        (ClientFrame::Typing { active: true }, &["tell Typing"]),
        (ClientFrame::Drag { preview: None }, &["tell Drag"]),
        (ClientFrame::SetStatus { status }, &["tell SetStatus"]),
        (ClientFrame::Read { topic }, &["tell Read"]),
        (ClientFrame::Refresh {}, &["look up"]),
        (ClientFrame::Ping { nonce: 7 }, &["pong 7"]),
        (ClientFrame::Pong { nonce: 7 }, &[]),
        (join(), &["error already_joined"]),
        (ClientFrame::Leave {}, &["tell Leave"]),
    ];
    let mut talk = Talk::inside();
    for (frame, outputs) in table {
        assert_eq!(talk.frame(&frame), outputs, "{frame:?}");
    }
}

#[test]
fn the_first_thing_heard_shows_that_the_welcome_came() {
    let mut talk = Talk::begin();
    talk.frame(&join());
    talk.identified(user());
    assert_eq!(talk.frame(&step()), ["tell Heard", "tell Move"]);
    assert_eq!(talk.frame(&step()), ["tell Move"]);
}

#[test]
fn an_end_of_the_stream_shows_nothing() {
    let mut talk = Talk::begin();
    talk.frame(&join());
    talk.identified(user());
    assert_eq!(talk.hear(Heard::Closed), ["tell Lost", "over"]);
}

#[test]
fn silence_is_answered_with_pings_and_then_ends() {
    let mut talk = Talk::inside();
    let beat = LIMITS.heartbeat_ms;
    assert_eq!(talk.conversation.deadline(), Some(talk.now.plus_ms(beat)));
    assert!(talk.tick_after(beat - 1).is_empty());
    assert_eq!(talk.tick_after(1), ["ping"]);
    // Whatever is heard begins anew.
    assert!(talk.frame(&ClientFrame::Pong { nonce: 0 }).is_empty());
    let heard = talk.now;
    assert_eq!(talk.tick_after(beat), ["ping"]);
    assert_eq!(talk.tick_after(beat), ["ping"]);
    let silent_at = heard.plus_ms(LIMITS.silence_ms_max);
    assert_eq!(talk.conversation.deadline(), Some(silent_at));
    let rest = silent_at.since_ms(talk.now);
    assert!(talk.tick_after(rest - 1).is_empty());
    let silent = "error silent by live.silence_ms_max, close 4002";
    assert_eq!(talk.tick_after(1), [silent, "tell Lost", "over"]);
}

#[test]
fn whoever_takes_nothing_is_told_so_at_the_end() {
    let mut talk = Talk::inside();
    let stalled = talk.does(|talk, _, outputs| talk.stalled(outputs));
    let slow = "error slow_consumer by live.stall_ms_max, close 4001";
    assert_eq!(stalled, [slow, "tell Lost", "over"]);
}

#[test]
fn the_room_hears_who_has_caught_up() {
    let drained = |talk: &mut Talk| talk.does(|talk, _, outputs| talk.drained(true, outputs));
    assert_eq!(drained(&mut Talk::inside()), ["tell Drained"]);
    assert!(drained(&mut Talk::begin()).is_empty());
}

#[test]
fn each_class_has_an_allowance_and_a_refusal_that_names_it() {
    let table = [
        (batch(9, 0), "ops", 40, " for 50 ms of batch 9"),
        (batch(9, 1), "chat", 6, " for 500 ms of batch 9"),
        // By lines, not by batches.
        (batch(9, 3), "chat", 2, " for 1500 ms of batch 9"),
        (step(), "move", 40, " for 50 ms"),
        (
            ClientFrame::Typing { active: true },
            "signal",
            40,
            " for 50 ms",
        ),
        (
            ClientFrame::Drag { preview: None },
            "signal",
            40,
            " for 50 ms",
        ),
        (ClientFrame::Pong { nonce: 1 }, "other", 19, " for 200 ms"),
    ];
    for (frame, class, burst, wait) in table {
        // Being heard has cost one of the others.
        let mut talk = Talk::inside();
        for _ in 0..burst {
            let outputs = talk.frame(&frame);
            assert!(outputs.iter().all(|output| !output.starts_with("error")));
        }
        let refused = format!("error rate_limited by live.connection_{class}{wait}");
        assert_eq!(talk.frame(&frame), [refused]);
    }
}

#[test]
fn too_many_control_frames_are_refused() {
    let mut talk = Talk::inside();
    let refused = (0..).find(|_| !talk.hear(Heard::Control).is_empty());
    assert_eq!(refused, Some(LIMITS.connection_other.burst - 1));
}

#[test]
fn frames_that_are_none_are_refused_with_the_number_of_the_batch_they_meant_to_be() {
    let fields = |bytes: Result<Vec<u8>, rmp_serde::encode::Error>| bytes.expect("MessagePack");
    let table: [(Vec<u8>, &str); 9] = [
        (b"\xc1".to_vec(), ""),
        (vec![0x91; 10_000], ""),
        (fields(rmp_serde::to_vec(&(3, 41, "zero"))), " of batch 41"),
        (
            fields(rmp_serde::to_vec(&(3, 70_000, 0, 0))),
            " of batch 70000",
        ),
        // Cut right after the number.
        (vec![0x95, 3, 42], " of batch 42"),
        (vec![0x95, 3], ""),
        (fields(rmp_serde::to_vec(&(3, -1, 0, false, [0; 0]))), ""),
        (fields(rmp_serde::to_vec(&(3, u64::MAX, 0))), ""),
        // Another kind.
        (fields(rmp_serde::to_vec(&(4, 41, "zero"))), ""),
    ];
    for (bytes, number) in table {
        let mut talk = Talk::inside();
        let outputs = talk.hear(Heard::Binary(Bytes::from(bytes.clone())));
        let refused = format!("error malformed_frame{number}");
        assert_eq!(outputs, [refused], "{:02x?}", &bytes[..bytes.len().min(16)]);
    }
    assert_eq!(Talk::inside().hear(Heard::Text), ["error text_frame"]);
}

#[test]
fn too_many_refusals_within_a_minute_end_it() {
    let max = LIMITS.refusals_per_minute_max;
    let mut talk = Talk::inside();
    for _ in 0..max {
        assert_eq!(talk.hear(Heard::Text), ["error text_frame"]);
    }
    // A minute later they are forgiven.
    talk.now = talk.now.plus_ms(60_000);
    for _ in 0..max {
        assert_eq!(talk.hear(Heard::Text), ["error text_frame"]);
    }
    let last = "error text_frame by live.refusals_per_minute_max, close 4300";
    let outputs = ["error text_frame", last, "tell Lost", "over"];
    assert_eq!(talk.hear(Heard::Text), outputs);

    let mut talk = Talk::inside();
    let last = (0..).find_map(|_| {
        let outputs = talk.frame(&step());
        talk.conversation.is_over().then_some(outputs)
    });
    let last = last.expect("in the end").swap_remove(1);
    let by = "error rate_limited by live.refusals_per_minute_max for 50 ms, close 4102";
    assert_eq!(last, by);
}

#[test]
fn profiles_are_looked_up_again_for_those_who_have_one() {
    let looked_up = |talk: &mut Talk, found| {
        talk.does(|talk: &mut Conversation, now, outputs| talk.looked_up(found, now, outputs))
    };
    let mut talk = Talk::inside();
    assert_eq!(talk.frame(&ClientFrame::Refresh {}), ["look up"]);
    assert_eq!(looked_up(&mut talk, Ok(Box::new(user()))), ["tell Refresh"]);
    // A store that does not answer is no reason to leave.
    let passing = ["error unavailable for 1000 ms"];
    assert_eq!(looked_up(&mut talk, Err(unavailable())), passing);
    let gone = ["error forbidden, close 4301", "tell Lost", "over"];
    assert_eq!(looked_up(&mut talk, Err(account_gone())), gone);
    assert!(looked_up(&mut talk, Ok(Box::new(user()))).is_empty());

    let mut talk = Talk::begin();
    talk.frame(&join());
    talk.identified(guest());
    assert_eq!(talk.frame(&ClientFrame::Refresh {}), ["tell Heard"]);
    assert!(talk.does(Conversation::relations_changed).is_empty());
}

#[test]
fn whoever_is_out_of_date_is_looked_up_until_that_works() {
    let looked_up = |talk: &mut Talk, found| {
        talk.does(|talk: &mut Conversation, now, outputs| talk.looked_up(found, now, outputs))
    };
    let mut talk = Talk::inside();
    assert_eq!(talk.does(Conversation::relations_changed), ["look up"]);
    // The person did not ask for it, and is not told that it did not work.
    assert!(looked_up(&mut talk, Err(unavailable())).is_empty());
    assert!(talk.tick_after(999).is_empty());
    assert_eq!(talk.conversation.deadline(), Some(talk.now.plus_ms(1)));
    assert_eq!(talk.tick_after(1), ["look up"]);
    assert_eq!(looked_up(&mut talk, Ok(Box::new(user()))), ["tell Refresh"]);
    assert!(talk.tick_after(1_000).is_empty());
    assert_eq!(talk.does(Conversation::relations_changed), ["look up"]);
    let gone = ["error forbidden, close 4301", "tell Lost", "over"];
    assert_eq!(looked_up(&mut talk, Err(account_gone())), gone);
    assert!(talk.does(Conversation::relations_changed).is_empty());
}

#[test]
fn whoever_is_to_be_heard_again_by_itself_is_looked_up_then() {
    let looked_up = |talk: &mut Talk, found| {
        talk.does(|talk: &mut Conversation, now, outputs| talk.looked_up(found, now, outputs))
    };
    let mut talk = Talk::inside();
    assert_eq!(talk.does(Conversation::relations_changed), ["look up"]);
    let mut muter = user();
    muter.unheard_ms = Some(300);
    assert_eq!(looked_up(&mut talk, Ok(Box::new(muter))), ["tell Refresh"]);
    assert!(talk.tick_after(299).is_empty());
    assert_eq!(talk.conversation.deadline(), Some(talk.now.plus_ms(1)));
    assert_eq!(talk.tick_after(1), ["look up"]);
    assert_eq!(looked_up(&mut talk, Ok(Box::new(user()))), ["tell Refresh"]);
    assert!(talk.tick_after(1_000).is_empty());
}
