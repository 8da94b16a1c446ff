//! Every limit of a room that the protocol's page names says its name, its error or reason, and when to try again.

use std::collections::BTreeMap;

use maru_protocol::{BATCH_OPS_MAX, Op};

use super::behaviour::{put, say};
use super::owner::lock;
use super::world::World;
use crate::domain::room::Seq;
use crate::domain::text::CHAT_CHARS_MAX;
use crate::realtime::limits::{Limits, UNACKED_MAX};
use crate::realtime::room::Input;

const PAGE: &str = include_str!("../../../../protocol/PROTOCOL.md");

/// Limits of the page that are met elsewhere: on the connection, at the door, or by nobody as a refusal.
const ELSEWHERE: [&str; 22] = [
    "live.connection_move",
    "live.connection_signal",
    "live.connection_other",
    "live.user_ops",
    "live.user_chat",
    "live.address_frames",
    "live.refusals_per_minute_max",
    "live.connections_per_user_max",
    "live.connections_per_address_max",
    "live.address_connects",
    "live.node_connects",
    "live.tickets",
    "live.join_ms",
    "live.away_after_ms",
    "live.crowd_min",
    "live.near_max",
    "live.far_interval_ms",
    "live.snapshot_part_bytes",
    "live.backlog_bytes_max",
    "live.stall_ms_max",
    "client_frame_bytes_max",
    "tickets_max",
];

/// The limits of the tables of section 19, each with what the page says reaching it comes to.
fn page() -> Vec<(&'static str, &'static str)> {
    let mut sections = PAGE.split("\n## ");
    let limits = sections.find(|section| section.starts_with("19. "));
    let lines = limits.expect("a section about limits").lines();
    let rows = lines.filter(|line| line.starts_with("| `"));
    let rows = rows.flat_map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        let names = cells[1].split('`').skip(1).step_by(2);
        let reached = cells[3];
        names.map(move |name| (name, reached)).collect::<Vec<_>>()
    });
    rows.collect()
}

/// A room of three where these limits hold, with its owner and one visitor inside.
fn room(limits: Limits) -> World {
    let mut world = World::new(3);
    world.set_limits(limits);
    for client in 0..2 {
        world.connect(client);
        world.deliver(client);
    }
    world.settle();
    world
}

/// What the last one to be refused was told: code or reason, limit, wait.
#[derive(Debug, PartialEq)]
struct Told(String, Option<String>, Option<u32>);

fn error(world: &mut World, client: usize) -> Told {
    world.deliver(client);
    let refused = world.clients[client].refused.take();
    let (code, limit, wait) = refused.expect("an error");
    Told(code.to_string(), limit, wait)
}

/// The owner sends a batch that is rejected; the limit is the one that was counted.
fn reason(world: &mut World, ops: Vec<Op>) -> Told {
    let number = world.batch(0, ops, true).expect("inside");
    world.rest();
    let ack = world.clients[0].batches.answers.get(number);
    let reason = ack.and_then(|ack| ack.reason).expect("rejected");
    let counted = world.refused.last().map(|limit| (*limit).to_owned());
    Told(reason.to_string(), counted, None)
}

fn entered(limits: Limits, same_person: bool) -> Told {
    let mut world = room(limits);
    if same_person {
        world.same_person(1, 2);
    }
    world.connect(2);
    error(&mut world, 2)
}

fn unsaved(limits: Limits, batches: usize, pass_ms: u64) -> Told {
    let mut world = room(limits);
    for _ in 0..batches {
        world.batch(0, vec![say("줄")], true).expect("inside");
    }
    world.settle();
    world.pass(pass_ms);
    let conn = world.conn(0).expect("inside");
    let number = u32::try_from(batches).expect("few") + 1;
    world.feed(Input::Batch {
        conn,
        number,
        base_seq: Seq(0),
        resend: false,
        ops: vec![say("한 줄 더")],
    });
    error(&mut world, 0)
}

/// Each limit of the room, reached.
fn reached() -> BTreeMap<&'static str, Told> {
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::DEFAULT;
        change(&mut limits);
        limits
    };
    let rejected = |change: fn(&mut Limits), ops: Vec<Op>| {
        let mut world = room(with(change));
        reason(&mut world, ops)
    };
    let decided = {
        let mut world = room(with(|limits| limits.outbox_events_max = 0));
        world.batch(0, vec![lock(true)], true).expect("inside");
        error(&mut world, 0)
    };
    let banned = {
        let mut world = room(with(|limits| limits.access_list_max = 0));
        let person = world.person_id(1);
        reason(&mut world, vec![Op::Ban { person }])
    };
    let save = Op::SaveLayout {
        name: "여름".to_owned(),
    };
    BTreeMap::from([
        (
            "live.people_max",
            entered(with(|limits| limits.people_max = 1), false),
        ),
        (
            "live.sessions_per_person_max",
            entered(with(|limits| limits.sessions_per_person_max = 1), true),
        ),
        (
            "live.unsaved_batches_max",
            unsaved(with(|limits| limits.unsaved_batches_max = 1), 1, 0),
        ),
        (
            "live.unsaved_age_ms_max",
            unsaved(Limits::DEFAULT, 1, Limits::DEFAULT.unsaved_age_ms_max),
        ),
        ("unacked_max", unsaved(Limits::DEFAULT, UNACKED_MAX, 0)),
        ("live.outbox_events_max", decided),
        ("live.access_list_max", banned),
        (
            "live.items_max",
            rejected(|limits| limits.items_max = 0, vec![put(1, "sofa", 4, 4)]),
        ),
        (
            "live.layouts_max",
            rejected(|limits| limits.layouts_max = 0, vec![save]),
        ),
        (
            "chat_chars_max",
            rejected(|_| (), vec![say(&"가".repeat(CHAT_CHARS_MAX + 1))]),
        ),
        (
            "batch_ops_max",
            rejected(|_| (), vec![say("많다"); BATCH_OPS_MAX + 1]),
        ),
    ])
}

#[test]
fn every_limit_of_the_page_is_named_where_it_is_reached_and_says_when_to_try_again() {
    let reached = reached();
    let page = page();
    assert!(page.len() > 30, "{page:?}");
    for (limit, comes_to) in &page {
        let Some(Told(code, named, wait)) = reached.get(limit) else {
            assert!(ELSEWHERE.contains(limit), "{limit} is reached nowhere");
            continue;
        };
        assert!(
            comes_to.contains(&format!("`{code}`")),
            "{limit} comes to {code}, not to {comes_to}"
        );
        // An empty batch gets the same reason.
        if *limit != "batch_ops_max" {
            assert_eq!(named.as_deref(), Some(*limit), "{code}");
        }
        let is_reason = comes_to.contains("reason");
        assert_eq!(wait.is_none(), is_reason, "{limit}: {wait:?}");
    }
    for limit in reached.keys() {
        let is_there = page.iter().any(|(name, _)| name == limit);
        assert!(is_there, "{limit} is not on the page");
    }
}

#[test]
fn what_is_refused_for_a_limit_is_counted_once() {
    let mut world = room(Limits {
        people_max: 1,
        outbox_events_max: 0,
        ..Limits::DEFAULT
    });
    world.connect(2);
    assert_eq!(world.refused, ["live.people_max"]);
    world.refused.clear();
    world.batch(0, vec![lock(true)], true).expect("inside");
    assert_eq!(world.refused, ["live.outbox_events_max"]);
    world.refused.clear();
    world.batch(0, vec![say("말")], true).expect("inside");
    world.batch(1, vec![lock(true)], true).expect("inside");
    assert!(world.refused.is_empty(), "a role is no limit");
}
