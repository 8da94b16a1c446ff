//! Decisions for the properties: what an owner may come up with, and what must hold whatever it was.

use maru_protocol::{CloseCode, Op, Role, Visibility};
use proptest::prelude::*;
use proptest::sample::select;

use super::world::World;
use crate::domain::room::AuditEntry;
use crate::realtime::wire;

/// Any decision; whom it is about is filled in by [`about_person`].
pub(super) fn decision() -> impl Strategy<Value = Op> {
    let person = String::new;
    let name = || select(vec!["summer", "winter", "  ", "fall"]).prop_map(str::to_owned);
    prop_oneof![
        2 => Just(Op::Kick { person: person() }),
        2 => Just(Op::Ban { person: person() }),
        3 => Just(Op::Unban { person: person() }),
        2 => select(vec![None, Some(0), Some(1)])
            .prop_map(move |minutes| Op::Mute { person: person(), minutes }),
        2 => Just(Op::Unmute { person: person() }),
        4 => select(vec![Role::Visitor, Role::Editor, Role::Editor, Role::Owner])
            .prop_map(move |role| Op::SetRole { person: person(), role }),
        5 => policy(),
        3 => name().prop_map(|name| Op::SaveLayout { name }),
        3 => name().prop_map(|name| Op::RestoreLayout { name }),
        1 => name().prop_map(|name| Op::RemoveLayout { name }),
    ]
}

fn policy() -> impl Strategy<Value = Op> {
    let visibilities = vec![
        None,
        Some(Visibility::Public),
        Some(Visibility::Followers),
        Some(Visibility::Private),
    ];
    (
        select(vec![None, Some("방"), Some("")]),
        select(visibilities),
        select(vec![None, Some(true), Some(false)]),
        select(vec![None, Some(0), Some(1), Some(9)]),
    )
        .prop_map(|(name, visibility, locked, people_max)| Op::SetPolicy {
            name: name.map(str::to_owned),
            visibility,
            guests_allowed: None,
            locked,
            people_max,
        })
}

/// The same decision about someone.
pub(super) fn about_person(op: &Op, id: &str) -> Op {
    let mut op = op.clone();
    if let Op::Kick { person }
    | Op::Ban { person }
    | Op::Unban { person }
    | Op::Mute { person, .. }
    | Op::Unmute { person }
    | Op::SetRole { person, .. } = &mut op
    {
        id.clone_into(person);
    }
    op
}

/// Whoever was told that the session is over begins a new one.
pub(super) fn start_over_where_it_ended(world: &mut World) {
    for (client, code) in std::mem::take(&mut world.closes) {
        if world.conn(client).is_some() {
            // Already back, in a new session.
            continue;
        }
        world.clients[client].inside = false;
        world.clients[client].inbox.clear();
        if matches!(
            code,
            CloseCode::Kicked | CloseCode::Banned | CloseCode::ResumeRefused
        ) {
            world.clients[client].start_over();
        }
    }
}

pub(super) fn check_nobody_is_in_against_the_policy(world: &World) {
    let room = world.room.as_ref().expect("the room is open");
    for no in room.by_conn.values() {
        let member = &room.members[&room.sessions[no].member];
        let verdict = room.card.keeps(&member.applicant(), world.now.wall);
        let role = verdict.map(wire::role_out);
        assert_eq!(role, Ok(member.role), "{} may be here", member.name);
    }
}

/// Whatever was decided, the owner opens the room to everyone in the end, and all come to rest.
pub(super) fn open_the_room_again(world: &mut World, visitor: usize) {
    let person = world.person_id(visitor);
    let rest = |world: &mut World| {
        for _ in 0..2 {
            world.rest();
            start_over_where_it_ended(world);
        }
    };
    rest(world);
    world.batch(0, vec![Op::Unban { person }], true);
    let open = Op::SetPolicy {
        name: None,
        visibility: Some(Visibility::Public),
        guests_allowed: None,
        locked: Some(false),
        people_max: Some(9),
    };
    world.batch(0, vec![open], true);
    rest(world);
}

/// Roles, mutes and rules as everyone sees them are those of the room, and those the store has.
pub(super) fn check_everyone_knows_the_policy(world: &World) {
    let room = world.room.as_ref().expect("the room is open");
    assert_eq!(world.store.card, room.card, "saved and live");
    for client in &world.clients {
        assert_eq!(client.room.info, Some(room.room_info()));
        for member in room.members.values() {
            let seen = &client.room.people[&member.no.0];
            let muted = room
                .card
                .access
                .is_muted(&member.applicant(), world.now.wall);
            assert_eq!((seen.role, seen.muted), (member.role, muted));
        }
    }
}

/// Each decision that was acknowledged is on record, once and in order.
pub(super) fn check_the_record(world: &World) {
    let record: Vec<AuditEntry> = world.store.audit(None, usize::MAX);
    assert!(
        record.is_sorted_by(|a, b| a.seq > b.seq),
        "one decision a seq"
    );
    for client in &world.clients {
        for (seq, ops) in &client.batches.applied {
            let decides = ops.iter().any(|op| wire::parse_decision(op).is_some());
            let recorded = record.iter().any(|entry| entry.seq.0 == *seq);
            assert_eq!(decides, recorded, "{ops:?} at {seq}");
        }
    }
}
