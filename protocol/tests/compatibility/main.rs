//! Today's protocol beside the one before it: a server understands older clients, and what it sends, cut down
//! to what they know, has the form they know.

// A golden file is written anew only when the environment says so.
#![allow(clippy::expect_used, clippy::disallowed_methods)]

mod rules;
mod shapes;

use std::path::PathBuf;

use maru_protocol::any::Any;
use maru_protocol::{ClientFrame, Op, ServerFrame, decode_client, encode_client, encode_server};
use proptest::prelude::{prop_assert, proptest};
use serde_json::{Value, json};

use rules::flaws;
use shapes::{Kind, Shapes};

/// The version before this one. When a version is final its `frames.json` and `shapes.json` are copied under its
/// name, and this one follows.
const PREVIOUS: &str = "0.1";

fn read(name: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let text = std::fs::read_to_string(path.join(name)).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

fn previous_shapes() -> Shapes {
    Shapes::from_json(&read(&format!("shapes-{PREVIOUS}.json")))
}

/// The name, the direction and the bytes of each frame in a file.
fn frames(name: &str) -> Vec<(String, String, Vec<u8>)> {
    let vectors = read(name);
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let vector = |vector: &Value| {
        let hex = text(&vector["hex"]);
        let bytes = hex.as_bytes().chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).expect("hex is ASCII");
            u8::from_str_radix(pair, 16).expect("hex digits")
        });
        let bytes = bytes.collect();
        (text(&vector["name"]), text(&vector["direction"]), bytes)
    };
    let vectors = vectors.as_array().expect("a list of vectors");
    vectors.iter().map(vector).collect()
}

fn unpack(bytes: &[u8]) -> Value {
    rmp_serde::from_slice(bytes).expect("a frame is MessagePack")
}

fn pack(value: &Value) -> Vec<u8> {
    rmp_serde::to_vec(value).expect("JSON fits into MessagePack")
}

#[test]
fn the_shapes_are_written_down() {
    let now = Shapes::now().to_json();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/shapes.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&now).expect("shapes are JSON");
        std::fs::write(path, text + "\n").expect("the file can be written");
    }
    assert_eq!(read("shapes.json"), now);
    assert_eq!(Shapes::from_json(&now), Shapes::now(), "nothing is lost");
}

#[test]
fn nothing_is_taken_away_or_moved() {
    let broken = flaws(&previous_shapes(), &Shapes::now());
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_server_understands_every_frame_of_an_older_client() {
    let mut seen = 0;
    for (name, direction, bytes) in frames(&format!("frames-{PREVIOUS}.json")) {
        if direction != "client" {
            continue;
        }
        seen += 1;
        let frame = decode_client(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!matches!(frame, ClientFrame::Unknown { .. }), "{name}");
        if let ClientFrame::Ops { ops, .. } = &frame {
            assert!(!ops.iter().any(|op| matches!(op, Op::Unknown { .. })));
        }
        assert_eq!(encode_client(&frame), bytes, "{name}: the same meaning");
    }
    assert_eq!(seen, 10, "every client frame of {PREVIOUS}");
}

#[test]
fn an_older_client_understands_every_frame_of_today() {
    let shapes = previous_shapes();
    let mut kinds = std::collections::BTreeSet::new();
    for (name, direction, bytes) in frames("frames.json") {
        if direction != "server" {
            continue;
        }
        let cut = shapes.cut("ServerFrame", &unpack(&bytes));
        let cut = cut.unwrap_or_else(|flaw| panic!("{name}: {flaw}"));
        kinds.extend(cut.as_ref().and_then(|frame| frame[0].as_u64()));
    }
    assert_eq!(
        kinds,
        (64..=73).collect(),
        "every server frame of {PREVIOUS}"
    );
}

/// Cutting changes nothing where nothing was appended, so it cannot hide a difference.
#[test]
fn frames_of_the_older_version_are_whole_after_the_cut() {
    let shapes = previous_shapes();
    for (name, direction, bytes) in frames(&format!("frames-{PREVIOUS}.json")) {
        let root = if direction == "client" {
            "ClientFrame"
        } else {
            "ServerFrame"
        };
        assert_eq!(
            shapes.cut(root, &unpack(&bytes)),
            Ok(Some(unpack(&bytes))),
            "{name}"
        );
    }
}

#[test]
fn a_difference_would_be_noticed() {
    let shapes = previous_shapes();
    let refused = |frame: Value| shapes.cut("ServerFrame", &frame).is_err();
    assert!(refused(json!([70])), "a field is gone");
    assert!(refused(json!([70, "1"])), "another type");
    assert!(
        refused(json!([68, 3, [[7, 0, 0, 0, 9]]])),
        "a number that is no standing"
    );
    assert!(
        refused(json!([67, 3, 1, 1, [[4, null]]])),
        "nil where none may be"
    );
    assert!(!refused(json!([70, 1, "later"])), "a field of later");
    assert!(
        !refused(json!([67, 3, 1, 1, [[4, 7], [99, true]]])),
        "an event of later"
    );

    let mut later = Shapes::now();
    let Some(Kind::Array(fields)) = later.types.get_mut("Theme") else {
        panic!("a theme is an array");
    };
    fields.swap(0, 1);
    assert!(
        !flaws(&shapes, &later).is_empty(),
        "two fields of one type change places"
    );
    let mut later = Shapes::now();
    let Some(Kind::Numbers(numbers)) = later.types.get_mut("Standing") else {
        panic!("standings are numbers");
    };
    numbers.insert(3, "Floating".to_owned());
    assert!(
        !flaws(&shapes, &later).is_empty(),
        "a number older clients cannot read"
    );
}

proptest! {
    #[test]
    fn any_frame_of_today_has_the_form_an_older_client_knows(frame in ServerFrame::any()) {
        let bytes = encode_server(&frame);
        let cut = previous_shapes().cut("ServerFrame", &unpack(&bytes));
        prop_assert!(cut.is_ok(), "{cut:?}");
    }

    #[test]
    fn a_server_understands_anything_of_the_form_an_older_client_sends(frame in ClientFrame::any()) {
        let cut = previous_shapes().cut("ClientFrame", &unpack(&encode_client(&frame)));
        if let Ok(Some(older)) = cut {
            prop_assert!(decode_client(&pack(&older)).is_ok(), "{older}");
        }
    }
}
