//! A simulation of rooms on one node and on three: the real room, ownership, edges, conversations and backlogs under
//! a simulated clock, network, store and relay. A seed decides everything that happens, so a failure can be replayed:
//! `MARU_TEST_SEED=17 MARU_TEST_NODES=3 cargo test -p maru-simulation one_seed -- --nocapture`.

// A failed expectation is a failed test; progress goes to whoever reads along; seeds come from the environment.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

mod cache;
mod checks;
mod client;
mod doors;
mod node;
mod outbox;
mod player;
mod random;
mod record;
mod rest;
mod store;
mod trouble;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use maru::domain::rules::{Rule, without};
use world::{Setting, World};

/// Seeds of one run of the suite; `MARU_TEST_LONG` has ten times as many.
const SEEDS: u64 = 400;

/// Within so many seeds each broken rule must show.
const MUTANT_SEEDS: u64 = 1_000;

fn setting(nodes: usize) -> Setting {
    Setting {
        nodes,
        clients: 5,
        rough_ms: 40_000,
    }
}

#[derive(Debug)]
struct Failure {
    seed: u64,
    nodes: usize,
    message: String,
}

/// What one run came to.
#[derive(Debug, Default)]
struct Done {
    /// Batches that were answered.
    answered: u64,
    /// How often the room was shut, and how often everybody was looked for after.
    shut: u64,
    looked: u64,
    welcomes: u64,
    renames: u64,
    troubles: [u64; trouble::KINDS],
}

/// Runs one seed; what it panicked with, if it did.
fn run(seed: u64, nodes: usize) -> Result<Done, Failure> {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::new(seed, setting(nodes));
        world.run();
        assert!(world.record.welcomes > 0, "nobody ever came in");
        Done {
            answered: world.record.answered,
            shut: world.doors.times,
            looked: world.doors.looked,
            welcomes: world.record.welcomes,
            renames: world.renames.last,
            troubles: world.record.troubles,
        }
    }));
    outcome.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Failure {
            seed,
            nodes,
            message: text.unwrap_or_default(),
        }
    })
}

fn seeds() -> u64 {
    let long = std::env::var_os("MARU_TEST_LONG").is_some();
    if long { SEEDS * 10 } else { SEEDS }
}

fn all_hold(nodes: usize) {
    let mut all = Done::default();
    let mut failures = Vec::new();
    for seed in 0..seeds() {
        match run(seed, nodes) {
            Ok(done) => {
                all.answered += done.answered;
                all.shut += done.shut;
                all.looked += done.looked;
                all.welcomes += done.welcomes;
                all.renames += done.renames;
                for (sum, came) in all.troubles.iter_mut().zip(done.troubles) {
                    *sum += came;
                }
            }
            Err(failure) => failures.push(failure),
        }
    }
    for Failure {
        seed,
        nodes,
        message,
    } in &failures
    {
        let message = message.lines().next().unwrap_or_default();
        println!(
            "seed {seed}: {message}\n  replay: MARU_TEST_SEED={seed} MARU_TEST_NODES={nodes} \
             cargo test -p maru-simulation one_seed -- --nocapture"
        );
    }
    assert!(
        failures.is_empty(),
        "{} of {} seeds on {nodes} nodes fail",
        failures.len(),
        seeds()
    );
    assert!(
        all.answered > seeds() * 10,
        "the clients were idle: {all:?}"
    );
    assert!(
        all.looked >= seeds() / 5,
        "the room was seldom shut in peace: {all:?}"
    );
    let Done {
        answered,
        shut,
        looked,
        welcomes,
        renames,
        troubles,
    } = all;
    println!(
        "{} seeds on {nodes} nodes, {answered} answered batches, {welcomes} welcomes, {renames} renames, \
         troubles {troubles:?}, shut {shut} times, {looked} times in peace",
        seeds()
    );
}

#[test]
fn everything_holds_on_one_node() {
    all_hold(1);
}

#[test]
fn everything_holds_on_three_nodes() {
    all_hold(3);
}

/// The seed of the environment, or one that does no harm.
#[test]
fn one_seed() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("MARU_TEST_SEED").unwrap_or(1);
    let nodes = number("MARU_TEST_NODES").unwrap_or(3);
    let nodes = usize::try_from(nodes).unwrap();
    if let Err(failure) = run(seed, nodes) {
        panic!("seed {seed} on {nodes} nodes: {}", failure.message);
    }
}

/// Each rule switched off makes some seed fail, or the simulation proves nothing about it.
#[test]
fn every_broken_rule_shows() {
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut unseen = Vec::new();
    let only = std::env::var("MARU_TEST_RULE").ok();
    for rule in Rule::ALL {
        if only
            .as_ref()
            .is_some_and(|only| *only != format!("{rule:?}"))
        {
            continue;
        }
        let found = (0..MUTANT_SEEDS).find_map(|seed| {
            let nodes = if seed % 4 == 3 { 1 } else { 3 };
            without(Some(rule), || run(seed, nodes)).err()
        });
        match found {
            Some(failure) => println!(
                "{rule:?}: seed {} on {} nodes: {}",
                failure.seed,
                failure.nodes,
                failure.message.lines().next().unwrap_or_default()
            ),
            None => unseen.push(rule),
        }
    }
    std::panic::set_hook(quiet);
    assert!(
        unseen.is_empty(),
        "nobody noticed that these were broken: {unseen:?}"
    );
}
