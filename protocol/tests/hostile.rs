//! Any frame comes back from its bytes, and any bytes come back as a frame or an error.

// A test's own file either decodes or the test has failed.
#![allow(clippy::expect_used)]

use maru_protocol::any::Any;
use maru_protocol::{
    CLIENT_FRAME_BYTES_MAX, ClientFrame, DecodeError, ServerFrame, decode_client, decode_server,
    encode_client, encode_server,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// The bytes of every frame in `vectors/frames.json`.
fn golden() -> Vec<Vec<u8>> {
    let vectors: Vec<Value> =
        serde_json::from_str(include_str!("../vectors/frames.json")).expect("vectors are JSON");
    let bytes = |vector: &Value| {
        let hex = vector["hex"].as_str().expect("a vector has bytes");
        let digits = hex.as_bytes().chunks(2);
        let byte = |pair| {
            let pair = std::str::from_utf8(pair).expect("hex is ASCII");
            u8::from_str_radix(pair, 16).expect("hex digits")
        };
        digits.map(byte).collect()
    };
    let golden: Vec<Vec<u8>> = vectors.iter().map(bytes).collect();
    assert!(!golden.is_empty());
    golden
}

/// What comes out of both decoders, if anything, is a frame like any other.
fn decodes_to_a_frame_or_an_error(bytes: &[u8]) {
    if let Ok(frame) = decode_client(bytes) {
        assert_eq!(decode_client(&encode_client(&frame)), Ok(frame));
    }
    if let Ok(frame) = decode_server(bytes) {
        assert_eq!(decode_server(&encode_server(&frame)), Ok(frame));
    }
}

/// One way of damaging bytes.
#[derive(Debug, Clone)]
enum Damage {
    Cut(Index),
    Flip(Index, u8),
    Overwrite(Index, u8),
    Insert(Index, u8),
    Delete(Index),
    Repeat(Index, Index),
}

impl Damage {
    fn any() -> impl Strategy<Value = Self> {
        let place = any::<Index>;
        // Bytes that announce something, more than there is.
        let byte = || {
            let headers = select(vec![
                0xc0_u8, 0xc1, 0xc4, 0xc6, 0xc9, 0xca, 0xcb, 0xcf, 0xd3, 0xd9, 0xdb, 0xdc, 0xdd,
                0xde, 0xdf, 0x80, 0x90, 0x9f, 0xa0, 0xbf, 0xff,
            ]);
            prop_oneof![headers, any::<u8>()]
        };
        prop_oneof![
            place().prop_map(Self::Cut),
            (place(), 0..8_u8).prop_map(|(at, bit)| Self::Flip(at, bit)),
            (place(), byte()).prop_map(|(at, byte)| Self::Overwrite(at, byte)),
            (place(), byte()).prop_map(|(at, byte)| Self::Insert(at, byte)),
            place().prop_map(Self::Delete),
            (place(), place()).prop_map(|(from, to)| Self::Repeat(from, to)),
        ]
    }

    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let length = bytes.len();
        match self {
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Self::Overwrite(at, byte) => bytes[at.index(length)] = *byte,
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Delete(at) => {
                bytes.remove(at.index(length));
            }
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                bytes.extend_from_within(from.min(to)..from.max(to));
            }
        }
    }
}

/// Values a newer peer might append.
fn later_field() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    // Far from the depth at which decoders stop.
    leaf.prop_recursive(3, 12, 4, |inner| vec(inner, 0..4).prop_map(Value::Array))
}

fn pack(value: &Value) -> Vec<u8> {
    rmp_serde::to_vec(value).expect("JSON fits into MessagePack")
}

/// The bytes with fields appended to the frame, and to each element of its list at `list`, if it has one.
fn lengthened(bytes: &[u8], later: &[Value], list: Option<usize>) -> Vec<u8> {
    let mut frame: Value = rmp_serde::from_slice(bytes).expect("a frame is MessagePack");
    let fields = frame.as_array_mut().expect("a frame is an array");
    let elements = list.and_then(|at| fields.get_mut(at)?.as_array_mut());
    for element in elements.into_iter().flatten() {
        let element = element.as_array_mut().expect("a list of arrays");
        element.extend_from_slice(later);
    }
    fields.extend_from_slice(later);
    pack(&frame)
}

/// Where each frame has a list of operations, events or the like.
fn list_of_client(frame: &ClientFrame) -> Option<usize> {
    matches!(frame, ClientFrame::Ops { .. }).then_some(4)
}

fn list_of_server(frame: &ServerFrame) -> Option<usize> {
    match frame {
        ServerFrame::Events { .. } | ServerFrame::Snapshot { .. } => Some(4),
        ServerFrame::Avatars { .. } | ServerFrame::Acks { .. } => Some(2),
        _ => None,
    }
}

fn without_fields(kind: u64, rest: &[Value]) -> Vec<u8> {
    let fields = [&[json!(kind)], rest].concat();
    pack(&Value::Array(fields))
}

proptest! {
    #[test]
    fn any_client_frame_comes_back(frame in ClientFrame::any()) {
        prop_assert_eq!(decode_client(&encode_client(&frame)), Ok(frame));
    }

    #[test]
    fn any_server_frame_comes_back(frame in ServerFrame::any()) {
        prop_assert_eq!(decode_server(&encode_server(&frame)), Ok(frame));
    }

    #[test]
    fn later_fields_are_ignored_in_client_frames(
        frame in ClientFrame::any(),
        later in vec(later_field(), 1..4),
    ) {
        let bytes = lengthened(&encode_client(&frame), &later, list_of_client(&frame));
        prop_assert_eq!(decode_client(&bytes), Ok(frame));
    }

    #[test]
    fn later_fields_are_ignored_in_server_frames(
        frame in ServerFrame::any(),
        later in vec(later_field(), 1..4),
    ) {
        let bytes = lengthened(&encode_server(&frame), &later, list_of_server(&frame));
        prop_assert_eq!(decode_server(&bytes), Ok(frame));
    }

    #[test]
    fn later_kinds_are_told_apart_and_nothing_more(
        kind in 1_000_000_u64..,
        rest in vec(later_field(), 0..4),
    ) {
        let bytes = without_fields(kind, &rest);
        prop_assert_eq!(decode_client(&bytes), Ok(ClientFrame::Unknown { kind }));
        prop_assert_eq!(decode_server(&bytes), Ok(ServerFrame::Unknown { kind }));
    }

    #[test]
    fn a_frame_cut_short_is_an_error(frame in ClientFrame::any(), at in any::<Index>()) {
        let bytes = encode_client(&frame);
        let cut: Result<ClientFrame, DecodeError> = decode_client(&bytes[..at.index(bytes.len())]);
        prop_assert!(cut.is_err());
    }

    #[test]
    fn damaged_golden_bytes_are_a_frame_or_an_error(
        golden in select(golden()),
        damage in vec(Damage::any(), 1..8),
    ) {
        let mut bytes = golden;
        for damage in &damage {
            damage.apply(&mut bytes);
        }
        decodes_to_a_frame_or_an_error(&bytes);
    }

    #[test]
    fn damaged_frames_of_any_kind_are_a_frame_or_an_error(
        client in ClientFrame::any(),
        server in ServerFrame::any(),
        damage in vec(Damage::any(), 1..4),
    ) {
        for mut bytes in [encode_client(&client), encode_server(&server)] {
            for damage in &damage {
                damage.apply(&mut bytes);
            }
            decodes_to_a_frame_or_an_error(&bytes);
        }
    }

    #[test]
    fn any_bytes_up_to_the_limit_are_a_frame_or_an_error(
        start in vec(any::<u8>(), 0..64),
        filler in vec(any::<u8>(), 1..16),
        length in 0..=CLIENT_FRAME_BYTES_MAX,
    ) {
        let filler = filler.into_iter().cycle();
        let bytes: Vec<u8> = start.into_iter().chain(filler).take(length).collect();
        decodes_to_a_frame_or_an_error(&bytes);
    }
}
