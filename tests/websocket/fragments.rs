//! Section 5: messages in fragments, control frames between them, and fragments of nothing.

use crate::case::{Case, PROTOCOL_ERROR, Way};
use crate::frame::{CONTINUATION, FIN, PING, PONG, TEXT, masked, whole};
use crate::runner::run;

/// The first frame of a text.
fn first(payload: &[u8]) -> Vec<u8> {
    masked(TEXT, payload)
}

fn middle(payload: &[u8]) -> Vec<u8> {
    masked(CONTINUATION, payload)
}

fn last(payload: &[u8]) -> Vec<u8> {
    masked(FIN | CONTINUATION, payload)
}

/// Three cases in a row that differ in how the bytes reach the server.
fn triple(start: u8, frames: &[Vec<u8>], then: impl Fn(Case) -> Case) -> Vec<Case> {
    let cases = Way::ALL.into_iter().zip(start..).map(|(way, number)| {
        let case = Case::new(format!("5.{number}"));
        then(case.send_as(way, frames.to_vec()))
    });
    cases.collect()
}

/// Two fragments whole, and with a ping between.
fn legal() -> Vec<Case> {
    let (one, two) = (first(b"fragment1"), last(b"fragment2"));
    let ping = whole(PING, b"ping payload");
    let plain = triple(3, &[one.clone(), two.clone()], |case| {
        case.hear_text(b"fragment1fragment2").close()
    });
    let pinged = triple(6, &[one, ping, two], |case| {
        let case = case.hear_pong(b"ping payload");
        case.hear_text(b"fragment1fragment2").close()
    });
    plain.into_iter().chain(pinged).collect()
}

/// Frames that continue nothing, with and without the end.
fn of_nothing() -> Vec<Case> {
    let refused = |case: Case| case.hear_close(PROTOCOL_ERROR);
    let hello = whole(TEXT, b"Hello, world!");
    let ended = [last(b"non-continuation payload"), hello.clone()];
    let open = [middle(b"non-continuation payload"), hello];
    let ended = triple(9, &ended, refused);
    ended
        .into_iter()
        .chain(triple(12, &open, refused))
        .collect()
}

/// Twice: a fragment of nothing, then a text in two fragments.
fn repeated(name: &str, stray: Vec<u8>) -> Case {
    let round = [stray, first(b"fragment2"), last(b"fragment3")].concat();
    let case = Case::new(name).send(round.repeat(2));
    case.hear_close(PROTOCOL_ERROR)
}

/// A text in five fragments with two pings between, the first answered before the rest is sent.
fn five(name: &str, way: Way) -> Case {
    let start = vec![
        first(b"fragment1"),
        middle(b"fragment2"),
        whole(PING, b"pongme 1!"),
    ];
    let rest = vec![
        middle(b"fragment3"),
        middle(b"fragment4"),
        whole(PING, b"pongme 2!"),
        last(b"fragment5"),
    ];
    Case::new(name)
        .send_as(way, start)
        .hear_pong(b"pongme 1!")
        .send_as(way, rest)
        .hear_pong(b"pongme 2!")
        .hear_text(b"fragment1fragment2fragment3fragment4fragment5")
        .close()
}

#[tokio::test]
async fn section_5_fragmentation() {
    let refused = |name: &str, frames: &[Vec<u8>]| {
        let case = Case::new(name).send(frames.concat());
        case.hear_close(PROTOCOL_ERROR)
    };
    let mut cases = vec![
        refused("5.1", &[masked(PING, b"fragment1"), last(b"fragment2")]),
        refused("5.2", &[masked(PONG, b"fragment1"), last(b"fragment2")]),
        Case::new("5.15")
            .send(first(b"fragment1"))
            .send(last(b"fragment2"))
            .send(middle(b"fragment3"))
            .send(whole(TEXT, b"fragment4"))
            .hear_text(b"fragment1fragment2")
            .hear_close(PROTOCOL_ERROR),
        repeated("5.16", middle(b"fragment1")),
        repeated("5.17", last(b"fragment1")),
        refused("5.18", &[first(b"fragment1"), whole(TEXT, b"fragment2")]),
        five("5.19", Way::AtOnce),
        five("5.20", Way::FrameByFrame),
    ];
    cases.extend(legal());
    cases.extend(of_nothing());
    run("5.", 20, cases).await;
}
