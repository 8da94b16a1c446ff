//! Golden bytes: one frame of every kind, held against `vectors/frames.json`, which the TypeScript client
//! reads too. `UPDATE_VECTORS=1 cargo test -p maru-protocol` writes the file anew after a deliberate change.

// A golden file is written anew only when the environment says so.
#![allow(clippy::expect_used, clippy::disallowed_methods)]

mod client;
mod sample;
mod server;

use std::collections::BTreeSet;
use std::path::PathBuf;

use maru_protocol::{ClientFrame, decode_client, decode_server, encode_client, encode_server};
use serde::{Deserialize, Serialize};

use client::client_frames;
use server::server_frames;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Vector {
    name: String,
    direction: String,
    hex: String,
    json: serde_json::Value,
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/frames.json")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).expect("hex is ASCII");
        u8::from_str_radix(pair, 16).expect("hex digits")
    };
    pairs.map(byte).collect()
}

fn vectors() -> Vec<Vector> {
    let vector = |name: &str, direction: &str, bytes: Vec<u8>| Vector {
        name: name.to_owned(),
        direction: direction.to_owned(),
        hex: hex(&bytes),
        json: rmp_serde::from_slice(&bytes).expect("a frame is MessagePack"),
    };
    let client = client_frames().into_iter();
    let client = client.map(|(name, frame)| vector(name, "client", encode_client(&frame)));
    let server = server_frames().into_iter();
    client
        .chain(server.map(|(name, frame)| vector(&name, "server", encode_server(&frame))))
        .collect()
}

#[test]
fn every_frame_has_its_golden_bytes() {
    let now = vectors();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("vectors are JSON");
        std::fs::write(file(), text + "\n").expect("the file can be written");
    }
    let text = std::fs::read_to_string(file()).expect("vectors/frames.json is there");
    let golden: Vec<Vector> = serde_json::from_str(&text).expect("vectors are JSON");
    assert_eq!(golden, now);
}

#[test]
fn golden_bytes_decode_to_the_frames() {
    for (name, frame) in client_frames() {
        assert_eq!(decode_client(&encode_client(&frame)), Ok(frame), "{name}");
    }
    for (name, frame) in server_frames() {
        assert_eq!(decode_server(&encode_server(&frame)), Ok(frame), "{name}");
    }
}

/// The kinds that open these arrays, each once, in order.
fn kinds<'a>(arrays: impl Iterator<Item = &'a serde_json::Value>) -> Vec<u64> {
    let kinds: BTreeSet<u64> = arrays.filter_map(|array| array[0].as_u64()).collect();
    kinds.into_iter().collect()
}

#[test]
fn every_kind_has_a_vector() {
    let vectors = vectors();
    let of = |direction: &'static str| {
        let vectors = vectors.iter();
        let vectors = vectors.filter(move |vector| vector.direction == direction);
        vectors.map(|vector| &vector.json)
    };
    let inside = |kind: u64, field: usize| {
        let frames = vectors.iter().map(|vector| &vector.json);
        let frames = frames.filter(move |json| json[0] == kind);
        frames.flat_map(move |json| json[field].as_array().into_iter().flatten())
    };
    assert_eq!(kinds(of("client")), (1..=12).collect::<Vec<_>>());
    assert_eq!(kinds(of("server")), (64..=79).collect::<Vec<_>>());
    assert_eq!(kinds(inside(3, 4)), (1..=16).collect::<Vec<_>>());
    assert_eq!(kinds(inside(67, 4)), (1..=5).collect::<Vec<_>>());
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<String> = vectors().into_iter().map(|vector| vector.name).collect();
    assert_eq!(names.len(), vectors().len());
}

#[test]
fn the_future_is_tolerated_and_the_past_is_not_guessed() {
    // A ping with a field appended, and a frame of a kind to come.
    assert_eq!(
        decode_client(&unhex("9305ccff01")),
        Ok(ClientFrame::Ping { nonce: 255 })
    );
    assert_eq!(
        decode_client(&unhex("92 63 a3 61 62 63".replace(' ', "").as_str())),
        Ok(ClientFrame::Unknown { kind: 99 })
    );
    // A ping without its nonce.
    assert!(decode_client(&unhex("9105")).is_err());
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    for vector in vectors() {
        let bytes = unhex(&vector.hex);
        for cut in 0..bytes.len() {
            assert!(
                decode_client(&bytes[..cut]).is_err(),
                "{} cut at {cut}",
                vector.name
            );
            assert!(
                decode_server(&bytes[..cut]).is_err(),
                "{} cut at {cut}",
                vector.name
            );
        }
        let longer = [bytes.as_slice(), &[0xc0]].concat();
        assert!(decode_client(&longer).is_err() && decode_server(&longer).is_err());
        for place in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[place / 8] ^= 1 << (place % 8);
            // Whatever comes out, the decoder has come back.
            let _ = (decode_client(&flipped), decode_server(&flipped));
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_come_back_as_a_frame_or_an_error(bytes in proptest::collection::vec(0_u8.., 0..400)) {
        for frame in [decode_client(&bytes)].into_iter().flatten() {
            proptest::prop_assert_eq!(decode_client(&encode_client(&frame)), Ok(frame));
        }
        let _ = decode_server(&bytes);
    }

    #[test]
    fn deep_nesting_is_refused(depth in 20_usize..4_000) {
        let bytes = vec![0x91; depth];
        proptest::prop_assert!(decode_client(&bytes).is_err());
    }
}
