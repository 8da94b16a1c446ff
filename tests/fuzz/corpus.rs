//! The corpus in `fuzz/corpus`: what a fuzzer found worth keeping, beside seeds that
//! `UPDATE_CORPUS=1 cargo test --test fuzz` writes from the golden vectors.

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use maru_protocol::decode_client;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::script::{Happening, read, write};
use crate::{frames, house, scripts};

/// Seeds for a room beside those of the vectors.
const SCRIPTS: usize = 24;

fn folder(target: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.join("fuzz/corpus").join(target)
}

/// Name and bytes of every vector of one direction.
fn vectors(direction: &str) -> Vec<(String, Vec<u8>)> {
    let text = include_str!("../../protocol/vectors/frames.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    let vectors = vectors.iter().filter(|v| v["direction"] == direction);
    let named = vectors.map(|vector| {
        let hex = vector["hex"].as_str().unwrap().as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        let name = vector["name"].as_str().unwrap().replace(' ', "_");
        (name, hex.map(byte).collect())
    });
    named.collect()
}

/// Scripts with each vector in an open room, and some that a room might see.
fn room_seeds() -> Vec<(String, Vec<u8>)> {
    let join = decode_client(&vectors("client")[0].1).unwrap();
    let mut seeds: Vec<(String, Vec<u8>)> = vectors("client")
        .into_iter()
        .map(|(name, bytes)| {
            let frame = decode_client(&bytes).unwrap();
            let script = [
                Happening::Frame(0, join.clone()),
                Happening::Heard(0),
                Happening::Frame(0, frame),
                Happening::Pass(100),
                Happening::Saved,
            ];
            (name, write(&script))
        })
        .collect();
    let mut runner = TestRunner::deterministic();
    for number in 0..SCRIPTS {
        let script = scripts::likely().new_tree(&mut runner).unwrap().current();
        seeds.push((format!("script_{number:02}"), write(&script)));
    }
    seeds
}

/// Runs a target on its seeds, as they are now, and on all that is kept.
fn replay(target: &str, seeds: Vec<(String, Vec<u8>)>, run: fn(&[u8])) {
    let folder = folder(target);
    if std::env::var_os("UPDATE_CORPUS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in &seeds {
            fs::write(folder.join(format!("seed-{name}")), bytes).unwrap();
        }
    }
    let mut inputs = seeds;
    let written = inputs.len();
    for entry in fs::read_dir(&folder).expect("a corpus is kept") {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        inputs.push((name, fs::read(&path).unwrap()));
    }
    assert!(inputs.len() > written, "{target} has no corpus");
    let failed = inputs
        .iter()
        .filter(|(_, bytes)| catch_unwind(|| run(bytes)).is_err());
    let failed: Vec<&str> = failed.map(|(name, _)| name.as_str()).collect();
    assert!(failed.is_empty(), "{target} fails on {failed:?}");
}

#[test]
fn decode_client_bears_its_corpus() {
    replay("decode_client", vectors("client"), frames::client);
}

#[test]
fn decode_server_bears_its_corpus() {
    replay("decode_server", vectors("server"), frames::server);
}

#[test]
fn room_input_bears_its_corpus() {
    replay("room_input", room_seeds(), |bytes| {
        house::play(&read(bytes));
    });
}
