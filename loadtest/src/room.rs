//! `room`: what the state machine of a room costs by itself, in time and in memory, without any socket.

use clap::Args;
use maru::domain::clock::{Tick, WallMs};
use maru::domain::id::{GuestId, NodeId, RoomId, SessionId, UserId};
use maru::domain::room::{Access, Document, Epoch, Light, RoomCard, Theme, Visibility};
use maru::domain::user::{LOOK_SLOTS, Look};
use maru::domain::visitor::{Identity, Visitor};
use maru::ports::room::ClaimedRoom;
use maru::realtime::limits::Limits;
use maru::realtime::room::{ConnId, Effect, Entry, Input, Now, Room};
use maru::realtime::token::TokenKey;
use maru_protocol::Standing;
use serde::Serialize;

use crate::process::{CpuUs, Memory};
use crate::{Failure, report};

/// `room`'s arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// People in the crowded room.
    #[arg(long, default_value_t = 1_000)]
    people: u32,
    /// How many of them walk.
    #[arg(long, default_value_t = 200)]
    walking: u32,
    /// Simulated seconds of walking.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// What it came to.
#[derive(Debug, Serialize)]
struct Outcome {
    people: u32,
    walking: u32,
    flushes: usize,
    receivers_reached: usize,
    flush_bytes: usize,
    /// Processor time of the state machine for one flush, its inputs among it.
    us_per_flush: f64,
    /// The same for one receiver of one flush.
    us_per_receiver: f64,
    /// As a share of one core, walking in real time.
    cores: f64,
    /// Heap of one person in a room of 200.
    bytes_per_person: f64,
}

/// Runs the measurement.
pub fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let bytes_per_person = memory()?;
    let &Arguments {
        people,
        walking,
        seconds,
    } = arguments;
    let mut effects = Vec::new();
    let mut room = crowded(people, &mut effects);
    effects.clear();
    let (mut flushes, mut receivers_reached, mut flush_bytes) = (0, 0, 0);
    let before = CpuUs::so_far()?;
    let start_ms = 1_000;
    for ms in start_ms..start_ms + seconds * 1_000 {
        let now = at(ms);
        for walker in 0..walking.min(people) {
            // Walkers are spread over the interval, as people are.
            if (ms + u64::from(walker)).is_multiple_of(Limits::DEFAULT.move_interval_ms) {
                let x = i32::try_from(ms / Limits::DEFAULT.move_interval_ms % 1_000).unwrap_or(0);
                let conn = ConnId(u64::from(walker));
                let step = Input::Move {
                    conn,
                    x,
                    y: 500,
                    facing: 0,
                    standing: Standing::Walking,
                };
                room.handle(step, now, &mut effects);
            }
        }
        room.settle(now, &mut effects);
        for effect in effects.drain(..) {
            if let Effect::Flush { conns, bytes, .. } = effect {
                flushes += 1;
                receivers_reached += conns.len();
                flush_bytes += bytes.len();
            }
        }
    }
    let used = CpuUs::so_far()?.since(before).total();
    let outcome = Outcome {
        people,
        walking,
        flushes,
        receivers_reached,
        flush_bytes: flush_bytes / flushes.max(1),
        us_per_flush: used / flushes as f64,
        us_per_receiver: used / receivers_reached as f64,
        cores: used / (seconds * 1_000_000) as f64,
        bytes_per_person,
    };
    report::print(json, &outcome, text)
}

fn text(outcome: &Outcome) -> String {
    format!(
        "{} people, {} walking: {} flushes of {} bytes\n\
         {:.1} us a flush, {:.3} us a receiver of one, {:.4} cores\n\
         {:.0} bytes of heap a person (rooms of 200)",
        outcome.people,
        outcome.walking,
        outcome.flushes,
        outcome.flush_bytes,
        outcome.us_per_flush,
        outcome.us_per_receiver,
        outcome.cores,
        outcome.bytes_per_person
    )
}

/// Heap of one person in rooms of the usual size.
fn memory() -> Result<f64, Failure> {
    const ROOMS: u32 = 50;
    const PEOPLE: u32 = 200;
    let mut effects = Vec::new();
    // Grows the buffers that all rooms share.
    drop(crowded(PEOPLE, &mut effects));
    effects.clear();
    let before = Memory::now()?;
    let mut rooms = Vec::new();
    for _ in 0..ROOMS {
        rooms.push(crowded(PEOPLE, &mut effects));
        effects.clear();
    }
    let after = Memory::now()?;
    drop(rooms);
    Ok((after.anonymous - before.anonymous) / f64::from(ROOMS * PEOPLE))
}

/// A room that so many guests have entered.
fn crowded(people: u32, effects: &mut Vec<Effect>) -> Room {
    let card = RoomCard {
        id: RoomId::generate(),
        owner_id: UserId::generate(),
        name: "Crowd".to_owned(),
        access: Access::new(Visibility::Public, true),
    };
    let claimed = ClaimedRoom {
        card,
        epoch: Epoch(1),
        save_no: 0,
        document: Document::new(Theme::new("cream", "oak", Light::Day)),
        sessions: std::collections::HashMap::new(),
        past_epochs: Vec::new(),
        roster: Vec::new(),
        pending_events: 0,
    };
    let limits = Limits {
        people_max: people as usize,
        ..Limits::DEFAULT
    };
    let mut room = Room::new(
        claimed,
        NodeId::generate(),
        TokenKey::new(&[7; 32]),
        std::sync::Arc::new(limits),
        at(0),
    );
    for guest in 0..people {
        let visitor = Visitor {
            identity: Identity::Guest {
                id: GuestId::generate(),
            },
            name: format!("Guest {guest}"),
            look: Look([0; LOOK_SLOTS]),
            hidden: std::collections::BTreeSet::new(),
            unheard: std::collections::BTreeSet::new(),
            unheard_ms: None,
            follows_owner: false,
            origin: None,
        };
        let entry = Entry::Join {
            session: SessionId::generate(),
            avatar: None,
        };
        let conn = ConnId(u64::from(guest));
        room.handle(
            Input::Enter {
                conn,
                visitor: Box::new(visitor),
                entry,
            },
            at(0),
            effects,
        );
        // Snapshots of everyone for everyone would be most of what is counted.
        effects.clear();
    }
    room.settle(at(500), effects);
    room
}

fn at(ms: u64) -> Now {
    Now {
        tick: Tick(ms),
        wall: WallMs(ms),
    }
}
