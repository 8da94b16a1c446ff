//! Golden bytes: one frame of every kind, held against `vectors/frames.json`, which the TypeScript client
//! reads too. `UPDATE_VECTORS=1 cargo test -p maru-protocol` writes the file anew after a deliberate change.

// A golden file is written anew only when the environment says so.
#![allow(clippy::expect_used, clippy::disallowed_methods)]

use std::path::PathBuf;

use maru_protocol::{
    Ack, Avatar, ChatLine, ClientFrame, ErrorCode, Event, ItemState, LimitsInfo, Op, OutcomeCode,
    Person, PersonKind, Place, ReadPoint, Reason, RemovedItem, Role, RoomInfo, ServerFrame,
    Standing, Standpoint, Status, Theme, Visibility, decode_client, decode_server, encode_client,
    encode_server,
};
use serde::{Deserialize, Serialize};

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

fn avatar() -> Avatar {
    Avatar {
        member: 7,
        x: 512,
        y: 1_000,
        facing: 2,
        standing: Standing::Walking,
    }
}

fn person(away: bool) -> Person {
    Person {
        member: 7,
        id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
        kind: PersonKind::User,
        name: "하늘".into(),
        handle: Some("haneul".into()),
        look: vec![0, 5, 11, 3, 2, 0],
        role: Role::Owner,
        away,
        avatar: avatar(),
        idle: away,
        status: Status::Busy,
        muted: false,
    }
}

fn guest() -> Person {
    let kind = PersonKind::Guest;
    let name = "지나가던 손님".into();
    Person {
        member: 300,
        kind,
        name,
        handle: None,
        role: Role::Visitor,
        ..person(false)
    }
}

fn put() -> Op {
    Op::Put {
        id: 9_007_199_254_740_991,
        kind: "sofa".into(),
        place: Place::Floor,
        x: 4,
        y: 19,
        rotation: 3,
        color: "mint".into(),
    }
}

fn ops() -> Vec<Op> {
    let standpoint = Some(Standpoint {
        place: Place::RightWall,
        x: 0,
        y: -1,
    });
    vec![
        put(),
        Op::Patch {
            id: 1,
            standpoint,
            rotation: None,
            color: Some(String::new()),
            if_seq: Some(65_536),
        },
        Op::Patch {
            id: 128,
            standpoint: None,
            rotation: Some(1),
            color: None,
            if_seq: None,
        },
        Op::Remove {
            id: 256,
            if_seq: None,
        },
        Op::SetTheme {
            wallpaper: None,
            flooring: Some("oak".into()),
            light: Some("night".into()),
        },
        Op::Say {
            text: "어서 와! 🍊".into(),
        },
    ]
}

fn item() -> ItemState {
    ItemState {
        id: 42,
        kind: "window".into(),
        place: Place::LeftWall,
        x: 3,
        y: 4,
        rotation: 0,
        color: String::new(),
        seq: 300,
    }
}

fn line() -> ChatLine {
    ChatLine {
        seq: 299,
        at_ms: 1_795_000_000_123,
        author_id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
        author_name: "하늘".into(),
        text: "귤 먹고 갈래?".into(),
    }
}

fn theme() -> Theme {
    Theme {
        wallpaper: "mint_heart".into(),
        flooring: "oak".into(),
        light: "day".into(),
        seq: 12,
    }
}

fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let have = Some(ReadPoint {
        epoch: 3,
        seq: 70_000,
    });
    vec![
        (
            "join",
            ClientFrame::Join {
                ticket: "dGlja2V0".into(),
                avatar: None,
            },
        ),
        (
            "join at a place",
            ClientFrame::Join {
                ticket: "dGlja2V0".into(),
                avatar: Some(avatar()),
            },
        ),
        (
            "resume",
            ClientFrame::Resume {
                token: "dG9rZW4".into(),
                have,
                avatar: Some(avatar()),
            },
        ),
        (
            "resume with nothing",
            ClientFrame::Resume {
                token: "dG9rZW4".into(),
                have: None,
                avatar: None,
            },
        ),
        (
            "ops",
            ClientFrame::Ops {
                number: 1,
                base_seq: 299,
                resend: false,
                ops: ops(),
            },
        ),
        (
            "ops again",
            ClientFrame::Ops {
                number: 4_000_000_000,
                base_seq: 0,
                resend: true,
                ops: vec![put()],
            },
        ),
        (
            "move",
            ClientFrame::Move {
                x: 0,
                y: 999,
                facing: 3,
                standing: Standing::Sitting,
            },
        ),
        (
            "ping",
            ClientFrame::Ping {
                nonce: 4_294_967_295,
            },
        ),
        ("pong", ClientFrame::Pong { nonce: 0 }),
        ("leave", ClientFrame::Leave {}),
    ]
}

fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let welcome = ServerFrame::Welcome {
        epoch: 3,
        session: 2,
        member: 7,
        resume_token: "dG9rZW4".into(),
        role: Role::Editor,
        room: RoomInfo {
            id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e02".into(),
            name: "하늘이의 미니룸".into(),
            owner_id: "018f3c1e-8f5a-7cc0-9d55-5a1f6c2b7e01".into(),
            visibility: Visibility::Followers,
            guests_allowed: true,
            locked: false,
            people_max: 200,
        },
        limits: LimitsInfo {
            heartbeat_ms: 10_000,
            silence_ms_max: 25_000,
            grace_ms: 10_000,
            unacked_max: 64,
            items_max: 200,
            chat_chars_max: 200,
            move_interval_ms: 100,
            ops_per_second: 20,
            ops_burst: 40,
            chat_per_second: 2,
            chat_burst: 6,
            idle_ms: 300_000,
            typing_ms: 6_000,
            layouts_max: 10,
        },
        last_number: 12,
        resumed: true,
    };
    let snapshot = ServerFrame::Snapshot {
        epoch: 3,
        seq: 300,
        theme: theme(),
        items: vec![item()],
        chat: vec![line()],
        people: vec![person(false), guest()],
        parts: 0,
    };
    let changes = ServerFrame::Changes {
        epoch: 4,
        seq: 301,
        theme: Some(theme()),
        items: vec![item()],
        removed: vec![RemovedItem { id: 41, seq: 301 }],
        chat: vec![],
        people: vec![person(true)],
    };
    let at_ms = 1_795_000_000_123;
    let changed = Event::Changed {
        seq: 301,
        member: 7,
        session: 2,
        number: 13,
        at_ms,
        ops: ops(),
    };
    let events = vec![
        changed,
        Event::Joined { person: guest() },
        Event::Updated {
            person: person(true),
        },
        Event::Left { member: 300 },
    ];
    let ack = |number, outcome, seq, reason| Ack {
        number,
        outcome,
        seq,
        reason,
    };
    let acks = vec![
        ack(1, OutcomeCode::Applied, 301, None),
        ack(2, OutcomeCode::Superseded, 0, None),
        ack(3, OutcomeCode::Duplicate, 299, None),
        ack(4, OutcomeCode::Rejected, 0, Some(Reason::OutOfBounds)),
    ];
    let limited = ServerFrame::Error {
        code: ErrorCode::RateLimited,
        message: "too many batches".into(),
        retry_after_ms: Some(250),
        number: Some(14),
        limit: Some("live.connection_ops".into()),
    };
    let malformed = ServerFrame::Error {
        code: ErrorCode::MalformedFrame,
        message: "not a frame of this protocol".into(),
        retry_after_ms: None,
        number: None,
        limit: None,
    };
    vec![
        ("welcome", welcome),
        ("snapshot", snapshot),
        ("changes", changes),
        (
            "nothing changed",
            ServerFrame::Changes {
                epoch: 3,
                seq: 300,
                theme: None,
                items: vec![],
                removed: vec![],
                chat: vec![],
                people: vec![],
            },
        ),
        (
            "events",
            ServerFrame::Events {
                epoch: 3,
                flush: 1_000,
                seq: 301,
                events,
            },
        ),
        (
            "avatars",
            ServerFrame::Avatars {
                epoch: 3,
                avatars: vec![avatar()],
            },
        ),
        ("acks", ServerFrame::Acks { epoch: 3, acks }),
        ("server ping", ServerFrame::Ping { nonce: 65_536 }),
        ("server pong", ServerFrame::Pong { nonce: 127 }),
        ("rate limited", limited),
        ("malformed", malformed),
        (
            "go away",
            ServerFrame::GoAway {
                reconnect_after_ms: 1_500,
            },
        ),
    ]
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
        .chain(server.map(|(name, frame)| vector(name, "server", encode_server(&frame))))
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

#[test]
fn every_kind_has_a_vector() {
    let kinds = |direction: &str| {
        let mut kinds: Vec<u64> = vectors()
            .iter()
            .filter(|vector| vector.direction == direction)
            .filter_map(|vector| vector.json[0].as_u64())
            .collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds("client"), (1..=7).collect::<Vec<_>>());
    assert_eq!(kinds("server"), (64..=73).collect::<Vec<_>>());
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
