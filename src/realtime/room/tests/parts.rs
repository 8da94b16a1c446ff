//! A room too full for one frame reaches its readers in parts, whole.

use std::collections::BTreeSet;

use maru_protocol::{ReadPoint, ServerFrame, Visibility};

use super::client::frames;
use super::hall::Hall;
use super::owner::{decide, open_to};
use super::world::World;
use crate::catalogue::catalogue;
use crate::domain::clock::WallMs;
use crate::domain::id::{SessionId, UserId};
use crate::domain::room::{ChatLine, Document, Item, ItemId, Piece, Place, Seq, Stamp, Standpoint};
use crate::realtime::limits::Limits;
use crate::realtime::room::{ConnId, Effect, Input};

/// 200 items and 100 lines of 200 Korean letters.
fn full_document() -> Document {
    let mut document = Document::new(catalogue().plain_theme());
    document.seq = Seq(1 << 40);
    let stamp = Stamp {
        seq: document.seq,
        by: SessionId::generate(),
    };
    for (id, place) in (0..200).zip(0..) {
        let piece = Piece {
            kind: "cactus".to_owned(),
            standpoint: Standpoint {
                place: Place::Floor,
                x: place % 20,
                y: place / 20,
            },
            rotation: 3,
            color: "mint".to_owned(),
        };
        let item = Item {
            piece,
            standpoint_set: stamp,
            rotation_set: stamp,
            color_set: stamp,
        };
        document.items.insert(ItemId((1 << 52) + id), item);
    }
    for _ in 0..100 {
        document.chat.push_back(ChatLine {
            guest: None,
            seq: document.seq,
            at: WallMs(1 << 42),
            author_id: UserId::generate().to_string(),
            author_name: "아주 긴 이름을 가진 사람".to_owned(),
            text: "가".repeat(200),
        });
    }
    document
}

#[derive(Default)]
struct Whole {
    items: BTreeSet<u64>,
    lines: usize,
    people: BTreeSet<u32>,
    frames: usize,
}

/// Puts a snapshot and its parts together, checking each frame's length and place.
fn put_together(bytes: &[u8], part_bytes_max: usize) -> Whole {
    let mut whole = Whole::default();
    let mut parts = 0;
    for (place, (length, frame)) in (0..).zip(frames(bytes)) {
        assert!(length <= part_bytes_max + 1_024, "{length}");
        let (items, chat, people) = match frame {
            ServerFrame::Snapshot {
                items,
                chat,
                people,
                parts: announced,
                ..
            } => {
                assert_eq!(place, 0);
                parts = announced;
                (items, chat, people)
            }
            ServerFrame::Part {
                part,
                items,
                chat,
                people,
                ..
            } => {
                assert_eq!(part, place);
                (items, chat, people)
            }
            other => panic!("between the parts: {other:?}"),
        };
        let before = whole.items.len() + whole.lines + whole.people.len();
        let count = items.len() + chat.len() + people.len();
        whole.items.extend(items.iter().map(|item| item.id));
        whole.lines += chat.len();
        whole
            .people
            .extend(people.iter().map(|person| person.member));
        let after = whole.items.len() + whole.lines + whole.people.len();
        assert_eq!(after - before, count, "nothing comes twice");
        whole.frames += 1;
    }
    assert_eq!(whole.frames, parts as usize + 1, "as many as announced");
    whole
}

/// The last of so many people has just come in, on connection 3.
fn full_hall(people: u64) -> (Hall, usize) {
    let limits = Limits {
        people_max: 2_000,
        ..Limits::DEFAULT
    };
    let part_bytes_max = limits.snapshot_part_bytes;
    let mut hall = Hall::new(full_document(), limits, people - 3);
    for conn in 1..=2 {
        hall.enter(conn);
    }
    hall.pass(1_000);
    hall.effects.clear();
    hall.enter(3);
    (hall, part_bytes_max)
}

#[test]
fn a_full_room_of_1500_people_reaches_a_newcomer_whole_in_parts() {
    let (mut hall, part_bytes_max) = full_hall(1_500);
    let sent: Vec<_> = hall.effects.drain(..).collect();
    let [Effect::Send { .. }, Effect::Send { conn, bytes }] = &sent[..] else {
        panic!("a welcome, then the room in one piece: {sent:?}");
    };
    assert_eq!(*conn, ConnId(3));
    let whole = put_together(bytes, part_bytes_max);
    assert_eq!(whole.items.len(), 200);
    assert_eq!(whole.lines, 100);
    assert_eq!(whole.people.len(), 1_500);
    assert!(whole.frames > 3, "{}", whole.frames);
    assert!(
        bytes.len() < (whole.frames + 1) * part_bytes_max,
        "the parts are filled"
    );

    // The same for one who had fallen behind, though it is more than a backlog may be.
    let conn = ConnId(1);
    hall.feed(Input::Drained { conn, stale: true });
    let sent: Vec<_> = hall.effects.drain(..).collect();
    let [Effect::Resync { bytes, .. }] = &sent[..] else {
        panic!("one resync: {} effects", sent.len());
    };
    assert!(bytes.len() > Limits::DEFAULT.backlog_bytes_max);
    let whole = put_together(bytes, part_bytes_max);
    assert_eq!(whole.people.len(), 1_500);
    // What waited for the flush is in the snapshot: the reader is not told again.
    hall.pass(100);
    let flushes = hall.flushes();
    let told: Vec<_> = flushes.iter().flat_map(|(conns, _)| conns).collect();
    assert_eq!(told, [&ConnId(2)]);
}

#[test]
fn who_comes_back_to_a_crowd_gets_what_changed_and_the_crowd_is_written_once() {
    let (mut hall, _) = full_hall(1_500);
    let written = |hall: &Hall| -> BTreeSet<*const u8> {
        let members = hall.room.members.values();
        let bytes = members.filter_map(|member| member.written.as_ref());
        bytes.map(|written| written.bytes.as_ptr()).collect()
    };
    let before = written(&hall);
    let have = ReadPoint {
        epoch: hall.room.epoch().0,
        seq: 1 << 40,
    };
    let reader = hall.room.by_person.values().max().copied();
    let delta = hall.room.catch_up(reader.expect("someone"), Some(&have));
    let [(_, ServerFrame::Changes { people, items, .. })] = &frames(&delta)[..] else {
        panic!("one frame of what changed");
    };
    assert_eq!((people.len(), items.len()), (1_500, 0));
    assert_eq!(written(&hall), before);
    hall.walk(1, (1, 1));
    hall.enter(4);
    let fresh = written(&hall);
    assert_eq!(fresh.len(), 1_501);
    assert!(before.difference(&fresh).count() <= 1, "who walked alone");
}

#[test]
fn a_small_room_comes_in_one_frame_and_a_delta_too_long_as_a_snapshot() {
    let (mut hall, part_bytes_max) = full_hall(4);
    let Some(Effect::Send { bytes, .. }) = hall.effects.pop() else {
        panic!("the room comes last");
    };
    let small = Limits::DEFAULT.snapshot_part_bytes;
    assert!(bytes.len() > small, "lines alone are more than a part");
    assert_eq!(put_together(&bytes, part_bytes_max).frames, 2);
    let member = *hall.room.members.keys().next().expect("someone");
    let have = |hall: &Hall, seq| ReadPoint {
        epoch: hall.room.epoch().0,
        seq,
    };
    let nothing_new = have(&hall, 1 << 40);
    let delta = hall.room.catch_up(member, Some(&nothing_new));
    assert!(matches!(
        frames(&delta)[..],
        [(_, ServerFrame::Changes { .. })]
    ));
    hall.room.document.horizon = Seq(0);
    let all_new = have(&hall, 0);
    let snapshot = hall.room.catch_up(member, Some(&all_new));
    assert_eq!(put_together(&snapshot, part_bytes_max).lines, 100);
}

#[test]
fn a_reader_brought_up_to_date_learns_the_rules_and_costs_the_others_nothing() {
    use crate::domain::room::Visibility::Followers;
    let mut world = World::new(3);
    world.visitor(1).follows_owner = true;
    world.visitor(2).follows_owner = true;
    world.rest();
    decide(&mut world, open_to(Followers)).expect("followers only");
    // The first visitor never got it.
    world.clients[1].room.info = None;
    world.flushes.clear();
    let conn = world.conn(1).expect("inside");
    world.feed(Input::Drained { conn, stale: true });
    world.pass(1_000);
    for client in 0..3 {
        world.deliver(client);
    }
    let info = world.clients[1].room.info.as_ref().expect("told");
    assert_eq!(info.visibility, Visibility::Followers);
    assert_eq!(world.flushes, [], "nobody else hears of it");
}
