//! When a flush goes out, and how large it may be.

use maru_protocol::{Event, Op, ServerFrame, encode_server};

use super::behaviour::{put, say, two};
use super::client::frames;
use super::hall::Hall;
use super::world::World;
use crate::realtime::limits::Limits;
use crate::realtime::room::Input;
use crate::realtime::room::outgoing::{Outgoing, weight};

const LIMITS: Limits = Limits::DEFAULT;

#[test]
fn the_first_after_a_rest_goes_out_at_once_and_the_next_at_the_end_of_the_interval() {
    let mut hall = Hall::full_of(2, LIMITS);
    hall.walk(1, (1, 1));
    hall.pass(0);
    assert_eq!(hall.flushes().len(), 1);
    hall.walk(1, (2, 2));
    hall.pass(0);
    assert_eq!(hall.flushes().len(), 0);
    let due = hall.room.deadline().expect("something waits");
    assert_eq!(due.since_ms(hall.now.tick), LIMITS.flush_ms_min);
    hall.pass(LIMITS.flush_ms_min);
    assert_eq!(hall.flushes().len(), 1);
}

#[test]
fn the_interval_grows_with_the_crowd_and_with_lateness_and_shrinks_back() {
    let mut outgoing = Outgoing::default();
    let interval = |outgoing: &Outgoing, members| outgoing.interval_ms(&LIMITS, members);
    assert_eq!(interval(&outgoing, 1), LIMITS.flush_ms_min);
    assert_eq!(interval(&outgoing, 100), LIMITS.flush_ms_min + 20);
    assert_eq!(interval(&outgoing, 10_000), LIMITS.flush_ms_max);
    outgoing.set_lateness(&LIMITS, 1, 15);
    assert_eq!(interval(&outgoing, 1), LIMITS.flush_ms_min + 15);
    outgoing.set_lateness(&LIMITS, 1, 60_000);
    assert_eq!(interval(&outgoing, 1), LIMITS.flush_ms_max);
    let mut turns = 0;
    while interval(&outgoing, 1) > LIMITS.flush_ms_min {
        let before = interval(&outgoing, 1);
        outgoing.set_lateness(&LIMITS, 1, 0);
        assert!(interval(&outgoing, 1) <= before);
        turns += 1;
    }
    assert!((10..100).contains(&turns), "slowly, but surely: {turns}");
    let crowd = LIMITS.split_min + 1;
    assert_eq!(interval(&outgoing, crowd), LIMITS.flush_ms_max, "on time");
    outgoing.set_lateness(&LIMITS, crowd, 100);
    assert_eq!(interval(&outgoing, crowd), LIMITS.flush_ms_max + 100);
    outgoing.set_lateness(&LIMITS, crowd, 60_000);
    assert_eq!(interval(&outgoing, crowd), LIMITS.flush_late_ms_max);
    assert_eq!(interval(&outgoing, crowd - 1), LIMITS.flush_ms_max);
    let mut hall = Hall::full_of(2, LIMITS);
    hall.room.set_lateness(12);
    assert_eq!(
        hall.room.inspect(hall.now).interval_ms,
        LIMITS.flush_ms_min + 12
    );
}

#[test]
fn returns_to_a_room_where_nothing_happens_leave_nothing_behind() {
    let mut world = World::new(2);
    world.rest();
    world.pass(1_000);
    for _ in 0..100 {
        world.cut(1);
        world.connect(1);
        world.deliver(1);
        world.settle();
        let room = world.room.as_ref().expect("the room is open");
        assert!(room.outgoing.told.is_empty());
    }
}

#[test]
fn no_flush_is_longer_than_a_backlog_takes() {
    let mut world = World::new(2);
    world.rest();
    world.flushes.clear();
    let text = "가".repeat(200);
    for _ in 0..60 {
        let ops = (0..20).map(|_| say(&text)).collect();
        world.batch(0, ops, true);
    }
    world.pass(100);
    let longest = world.flushes.iter().map(|(_, bytes)| *bytes).max();
    let longest = longest.expect("flushes");
    let batch = 20 * (text.len() + 8) + 64;
    assert!(longest <= LIMITS.flush_bytes_max + batch, "{longest}");
    assert!(
        world.flushes.len() >= 10,
        "in pieces: {}",
        world.flushes.len()
    );
    assert!(longest < LIMITS.backlog_bytes_max);
    world.deliver(1);
    assert_eq!(
        world.clients[1].room.contents.seq, 60,
        "all of it, in order"
    );
}

#[test]
fn a_mass_loss_is_told_in_pieces_too() {
    let limits = Limits {
        people_max: 2_000,
        ..LIMITS
    };
    let mut hall = Hall::full_of(500, limits.clone());
    for conn in 2..=500 {
        let conn = crate::realtime::room::ConnId(conn);
        hall.feed(Input::Lost { conn });
    }
    hall.pass(limits.away_after_ms);
    let away_at = hall.now.tick;
    hall.pass(limits.flush_ms_max);
    let flushes = hall.flushes();
    let longest = flushes.iter().map(|(_, bytes)| bytes.len()).max();
    assert!(flushes.len() > 1 && longest <= Some(limits.flush_bytes_max + 1_024));
    let events: usize = flushes
        .iter()
        .flat_map(|(_, bytes)| frames(bytes))
        .map(|(_, frame)| match frame {
            ServerFrame::Events { events, .. } => events.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(events, 499, "everyone but the one who is left is away");
    let left_ms = limits.grace_ms - limits.away_after_ms;
    assert_eq!(hall.room.deadline(), Some(away_at.plus_ms(left_ms)));
}

#[test]
fn the_estimate_of_an_event_is_never_below_its_bytes() {
    let mut world = two();
    let theme = Op::SetTheme {
        wallpaper: None,
        flooring: None,
        light: Some("night".to_owned()),
    };
    world.batch(0, vec![put(1 << 52, "sofa", 4, 4), theme], true);
    world.batch(0, vec![super::behaviour::shift(1 << 52, 6, 6)], true);
    world.batch(0, vec![say(&"마루".repeat(100))], true);
    let gone = Op::Remove {
        id: 1 << 52,
        if_seq: None,
    };
    world.batch(0, vec![gone], true);
    let status = maru_protocol::Status::Busy;
    let conn = world.conn(1).expect("inside");
    world.feed(Input::SetStatus { conn, status });
    world.feed(Input::Leave { conn });
    world.clients[0].inbox.clear();
    world.pass(100);
    let mut kinds = 0;
    for (_, frame) in world.clients[0]
        .inbox
        .iter()
        .flat_map(|bytes| frames(bytes))
    {
        let ServerFrame::Events { events, .. } = frame else {
            continue;
        };
        for event in events {
            kinds += 1;
            let bytes = bytes_of(&event);
            assert!(bytes <= weight(&event), "{bytes} of {event:?}");
            assert!(weight(&event) <= 3 * bytes + 64, "{bytes} of {event:?}");
        }
    }
    assert_eq!(kinds, 6);
}

fn bytes_of(event: &Event) -> usize {
    let frame = |events| ServerFrame::Events {
        epoch: 1,
        flush: 1,
        seq: 1,
        events,
    };
    encode_server(&frame(vec![event.clone()])).len() - encode_server(&frame(Vec::new())).len()
}

#[test]
fn an_inspection_counts_what_is_there() {
    let mut world = two();
    world.batch(0, vec![put(1, "sofa", 4, 4), say("안녕")], true);
    world.cut(1);
    let conn = world.conn(0).expect("inside");
    world.feed(Input::Typing { conn, active: true });
    world.pass(100);
    let room = world.room.as_ref().expect("the room is open");
    let seen = room.inspect(world.now);
    assert_eq!((seen.people, seen.sessions, seen.connections), (2, 2, 1));
    assert_eq!((seen.seq, seen.saved_seq, seen.unsaved_batches), (1, 0, 1));
    assert_eq!((seen.items, seen.chat_lines, seen.signals), (1, 1, 1));
    assert_eq!(seen.oldest_unsaved_ms, 100);
    assert!(seen.flushes > 0 && seen.max_flush_bytes >= seen.last_flush_bytes);
    assert!(seen.last_flush_bytes > 0 && seen.epoch == 1);
    world.save_answers();
    let room = world.room.as_ref().expect("the room is open");
    let seen = room.inspect(world.now);
    assert_eq!((seen.saved_seq, seen.unsaved_batches), (1, 0));
}
