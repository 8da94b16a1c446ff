//! A crowd on the move: every view of everyone stays fresh, at a fraction of the bytes.

use std::collections::HashMap;

use maru_protocol::ServerFrame;
use proptest::prelude::*;

use super::client::frames;
use super::hall::Hall;
use crate::domain::clock::Tick;
use crate::realtime::limits::Limits;
use crate::realtime::room::{ConnId, Input};

const PEOPLE: usize = 150;

/// Milliseconds between the clock's steps.
const STEP_MS: u64 = 10;

/// The longest an avatar is on the wire.
const AVATAR_BYTES: usize = 16;

/// A small generator of its own, so that one number tells the whole walk.
struct Walk {
    seed: u64,
    places: Vec<(i32, i32)>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut walk = Self {
            seed: seed | 1,
            places: Vec::new(),
        };
        for _ in 0..PEOPLE {
            let place = (walk.below(1_001), walk.below(1_001));
            walk.places.push(place);
        }
        walk
    }

    fn below(&mut self, bound: i32) -> i32 {
        // xorshift64*
        self.seed ^= self.seed >> 12;
        self.seed ^= self.seed << 25;
        self.seed ^= self.seed >> 27;
        let high = self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        i32::try_from(high % u64::from(bound.unsigned_abs())).expect("below an i32")
    }

    fn step(&mut self, person: usize) -> (i32, i32) {
        let (dx, dy) = (self.below(61) - 30, self.below(61) - 30);
        let (x, y) = self.places[person];
        let place = ((x + dx).clamp(0, 1_000), (y + dy).clamp(0, 1_000));
        self.places[person] = place;
        place
    }
}

/// Which person is on a connection.
fn index(conn: ConnId) -> usize {
    usize::try_from(conn.0).expect("small") - 1
}

/// Everyone's places in time, and what each receiver was told of them.
struct Views {
    /// Per person: each place and when it was taken.
    taken: Vec<Vec<((i32, i32), Tick)>>,
    /// Per receiver and person: which of the places was told last.
    told: Vec<Vec<usize>>,
}

impl Views {
    fn new() -> Self {
        let people = PEOPLE;
        Self {
            taken: vec![Vec::new(); people],
            told: vec![vec![0; people]; people],
        }
    }

    fn flush(&mut self, conns: &[ConnId], bytes: &[u8], first_member: u32) {
        for (_, frame) in frames(bytes) {
            let ServerFrame::Avatars { avatars, .. } = frame else {
                continue;
            };
            for avatar in avatars {
                let person = (avatar.member - first_member) as usize;
                let newest = self.taken[person].len() - 1;
                let (place, _) = self.taken[person][newest];
                assert_eq!((avatar.x, avatar.y), place, "only the newest is sent");
                for conn in conns {
                    self.told[index(*conn)][person] = newest;
                }
            }
        }
    }

    /// How long the stalest view of anyone has been wrong.
    fn stalest_ms(&self, now: Tick) -> u64 {
        let ages = self.told.iter().flat_map(|view| {
            let ages = view.iter().zip(&self.taken).map(|(told, taken)| {
                let overtaken = taken.get(told + 1);
                overtaken.map_or(0, |(_, since)| now.since_ms(*since))
            });
            ages.max()
        });
        ages.max().unwrap_or(0)
    }
}

/// Lets everyone walk for a while; the bytes all receivers got, and the flushes they came in.
fn walk(seed: u64, ms: u64, limits: &Limits, walkers: usize) -> (usize, usize) {
    let mut hall = Hall::full_of(PEOPLE as u64, limits.clone());
    let first_member = 1;
    let mut walk = Walk::new(seed);
    let mut views = Views::new();
    let start = hall.now.tick;
    for person in 0..PEOPLE {
        let place = walk.places[person];
        hall.walk(person as u64 + 1, place);
        views.taken[person].push((place, start));
    }
    let (mut bytes_sent, mut flushes) = (0, 0);
    let allowed_ms = limits.far_interval_ms + limits.flush_ms_max + STEP_MS;
    for step in 0..ms / STEP_MS {
        for person in 0..walkers {
            // Everyone sends ten places a second, not all at the same moment.
            if (person as u64 + step).is_multiple_of(limits.move_interval_ms / STEP_MS) {
                let place = walk.step(person);
                hall.walk(person as u64 + 1, place);
                views.taken[person].push((place, hall.now.tick));
            }
        }
        hall.pass(STEP_MS);
        let sent = hall.flushes();
        flushes += usize::from(!sent.is_empty());
        for (conns, bytes) in sent {
            bytes_sent += bytes.len() * conns.len();
            views.flush(&conns, &bytes, first_member);
        }
        let stalest_ms = views.stalest_ms(hall.now.tick);
        assert!(stalest_ms <= allowed_ms, "stale for {stalest_ms} ms");
    }
    // At rest everything that was put off is still told, and then the room sleeps.
    hall.pass(limits.far_interval_ms + limits.flush_ms_max);
    for (conns, bytes) in hall.flushes() {
        views.flush(&conns, &bytes, first_member);
    }
    assert_eq!(views.stalest_ms(hall.now.tick), 0);
    (bytes_sent, flushes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn nobody_is_frozen_in_a_crowd_and_it_costs_less(seed in any::<u64>()) {
        let limits = Limits::DEFAULT;
        let ms = 2_500;
        let everyone = PEOPLE;
        let (bytes, flushes) = walk(seed, ms, &limits, everyone);
        let all_to_all = Limits { crowd_min: usize::MAX, ..Limits::DEFAULT };
        let (all_bytes, _) = walk(seed, ms, &all_to_all, everyone);
        let share = bytes as f64 / all_bytes as f64;
        println!("{:.2} of the bytes without areas of interest", share);
        prop_assert!(share < 0.6, "{share}");
        let sweeps = usize::try_from(ms / limits.far_interval_ms).expect("small") + 1;
        let places = flushes * limits.near_max + sweeps * everyone;
        let bound = places * AVATAR_BYTES + flushes * 16;
        prop_assert!(bytes / everyone <= bound, "{} of {bound}", bytes / everyone);
    }
}

#[test]
fn a_few_who_move_are_seen_by_everyone_at_once() {
    let limits = Limits {
        far_interval_ms: 60_000,
        ..Limits::DEFAULT
    };
    let mut hall = Hall::full_of(PEOPLE as u64, limits);
    let mut told = 0;
    for x in 0..10 {
        hall.walk(1, (x * 100, 0));
        hall.pass(100);
        told += hall
            .flushes()
            .iter()
            .map(|(conns, _)| conns.len())
            .sum::<usize>();
    }
    assert_eq!(told, 10 * PEOPLE);
    assert_eq!(hall.room.inspect(hall.now).people, PEOPLE);
}

#[test]
fn comings_and_goings_are_never_left_out() {
    let mut hall = Hall::full_of(PEOPLE as u64, Limits::DEFAULT);
    let people = PEOPLE as u64;
    for conn in 1..=people {
        hall.walk(conn, (i32::try_from(conn).expect("small") * 6, 500));
    }
    let conn = ConnId(people);
    hall.feed(Input::Leave { conn });
    hall.enter(people + 1);
    hall.effects.clear();
    hall.pass(100);
    let mut heard: HashMap<ConnId, usize> = HashMap::new();
    for (conns, bytes) in hall.flushes() {
        let events = frames(&bytes).into_iter().map(|(_, frame)| match frame {
            ServerFrame::Events { events, .. } => events.len(),
            _ => 0,
        });
        let events: usize = events.sum();
        for conn in conns {
            *heard.entry(conn).or_default() += events;
        }
    }
    for conn in 1..people {
        assert_eq!(heard.get(&ConnId(conn)), Some(&2), "{conn}");
    }
}

#[test]
fn another_device_of_a_walker_sees_each_step_however_dense_the_crowd() {
    let mut world = super::world::World::new(100);
    world.same_person(98, 99);
    for client in 0..100 {
        world.connect(client);
    }
    world.pass(100);
    for client in 0..100 {
        world.deliver(client);
    }
    let step = |world: &mut super::world::World, x: i32| {
        for client in 0..99 {
            let conn = world.conn(client).expect("inside");
            // All in one cell, the walker farthest from its middle.
            let (x, y) = if client == 98 { (x, 0) } else { (100 + x, 100) };
            world.feed(Input::Move {
                conn,
                x,
                y,
                facing: 0,
                standing: maru_protocol::Standing::Walking,
            });
        }
        world.pass(100);
        world.deliver(99);
    };
    let walker = world.clients[98].room.member;
    for x in 1..9 {
        step(&mut world, x);
        assert_eq!(world.clients[99].room.people[&walker].avatar.x, x);
    }
}
