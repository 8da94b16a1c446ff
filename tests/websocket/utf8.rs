//! Section 6: text is UTF-8, wherever a message is cut, and what is not fails the connection.

use crate::case::{Case, INVALID_PAYLOAD, Verdict};
use crate::frame::{CONTINUATION, FIN, PING, TEXT, fragmented, masked, whole};
use crate::runner::run;

/// The Greek word `kosme`, of two- and three-byte characters.
const KOSME: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

/// U+110000 as if there were such a character: its second byte is the first that cannot be.
const BEYOND: &[u8] = b"\xf4\x90\x80\x80";

const EDITED: &[u8] = b"edited";

/// Whether each sequence of a group is UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Utf8,
    Not,
}

/// Sequences after Markus Kuhn's decoder stress test, in the testsuite's numbering: 6.5 and on.
fn groups() -> Vec<Vec<(Is, Vec<u8>)>> {
    let all = |is, sequences: &[&[u8]]| -> Vec<(Is, Vec<u8>)> {
        sequences.iter().map(|s| (is, s.to_vec())).collect()
    };
    let mut boundaries = all(
        Is::Utf8,
        &[
            b"\xed\x9f\xbf",
            b"\xee\x80\x80",
            b"\xef\xbf\xbd",
            b"\xf4\x8f\xbf\xbf",
        ],
    );
    boundaries.push((Is::Not, BEYOND.to_vec()));
    let texts: &[&[u8]] = &[
        b"hello\x24world",
        b"hello\xc2\xa2world",
        b"hello\xe2\x82\xacworld",
        b"hello\xf0\xa4\xad\xa2world",
        KOSME,
    ];
    let firsts: &[&[u8]] = &[b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"];
    let first_long: &[&[u8]] = &[b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80"];
    let lasts: &[&[u8]] = &[b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"];
    let last_long: &[&[u8]] = &[
        b"\xf7\xbf\xbf\xbf",
        b"\xfb\xbf\xbf\xbf\xbf",
        b"\xfd\xbf\xbf\xbf\xbf\xbf",
    ];
    vec![
        all(Is::Utf8, texts),
        prefixes(),
        all(Is::Utf8, firsts),
        all(Is::Not, first_long),
        all(Is::Utf8, lasts),
        all(Is::Not, last_long),
        boundaries,
        all(Is::Not, &views(&stray_continuations())),
        all(Is::Not, &views(&lonely_starts())),
        all(Is::Not, &CUT_SHORT),
        all(Is::Not, &[&CUT_SHORT.concat()]),
        all(Is::Not, &[b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"]),
        all(Is::Not, &OVERLONG_SLASH),
        all(Is::Not, &OVERLONG_LAST),
        all(Is::Not, &OVERLONG_NUL),
        all(Is::Not, &SURROGATES),
        all(Is::Not, &views(&surrogate_pairs())),
        all(Is::Utf8, &views(&noncharacters())),
        all(Is::Utf8, &views(&specials())),
    ]
}

fn views(sequences: &[Vec<u8>]) -> Vec<&[u8]> {
    sequences.iter().map(Vec::as_slice).collect()
}

/// Every start of a text of multi-byte characters; it is whole where a character is.
fn prefixes() -> Vec<(Is, Vec<u8>)> {
    let whole = [2, 5, 7, 9, 11];
    let judged = |end| {
        if whole.contains(&end) {
            Is::Utf8
        } else {
            Is::Not
        }
    };
    (1..=KOSME.len())
        .map(|end| (judged(end), KOSME[..end].to_vec()))
        .collect()
}

/// One to six, then nearly all of them.
fn stray_continuations() -> Vec<Vec<u8>> {
    let mut strays = vec![vec![0x80], vec![0xbf]];
    strays.extend((2..=6).map(|length| [0x80, 0xbf].into_iter().cycle().take(length).collect()));
    strays.push((0x80..0xbf).collect());
    strays
}

/// The starts of two- to six-byte sequences, each before a space.
fn lonely_starts() -> Vec<Vec<u8>> {
    let ranges = [
        0xc0..0xdf,
        0xe0..0xef,
        0xf0..0xf7,
        0xf8..0xfb,
        0xfc_u8..0xfd,
    ];
    let spaced = |range: std::ops::Range<u8>| range.flat_map(|start| [start, b' ']).collect();
    ranges.into_iter().map(spaced).collect()
}

/// Sequences without their last byte.
const CUT_SHORT: [&[u8]; 10] = [
    b"\xc0",
    b"\xe0\x80",
    b"\xf0\x80\x80",
    b"\xf8\x80\x80\x80",
    b"\xfc\x80\x80\x80\x80",
    b"\xdf",
    b"\xef\xbf",
    b"\xf7\xbf\xbf",
    b"\xfb\xbf\xbf\xbf",
    b"\xfd\xbf\xbf\xbf\xbf",
];

const OVERLONG_SLASH: [&[u8]; 5] = [
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf0\x80\x80\xaf",
    b"\xf8\x80\x80\x80\xaf",
    b"\xfc\x80\x80\x80\x80\xaf",
];

const OVERLONG_LAST: [&[u8]; 5] = [
    b"\xc1\xbf",
    b"\xe0\x9f\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf8\x87\xbf\xbf\xbf",
    b"\xfc\x83\xbf\xbf\xbf\xbf",
];

const OVERLONG_NUL: [&[u8]; 5] = [
    b"\xc0\x80",
    b"\xe0\x80\x80",
    b"\xf0\x80\x80\x80",
    b"\xf8\x80\x80\x80\x80",
    b"\xfc\x80\x80\x80\x80\x80",
];

/// Halves of UTF-16 pairs.
const SURROGATES: [&[u8]; 7] = [
    b"\xed\xa0\x80",
    b"\xed\xad\xbf",
    b"\xed\xae\x80",
    b"\xed\xaf\xbf",
    b"\xed\xb0\x80",
    b"\xed\xbe\x80",
    b"\xed\xbf\xbf",
];

/// High halves with low halves.
fn surrogate_pairs() -> Vec<Vec<u8>> {
    let (high, low) = (&SURROGATES[..4], [SURROGATES[4], SURROGATES[6]]);
    let pairs = high.iter().flat_map(|h| low.map(|l| [h, l].concat()));
    pairs.collect()
}

/// The last two characters of each plane: no characters, but UTF-8.
fn noncharacters() -> Vec<Vec<u8>> {
    let planes = (0..=0x10_u32).flat_map(|plane| [plane << 16 | 0xfffe, plane << 16 | 0xffff]);
    planes.map(character).collect()
}

/// U+FFF9 to U+FFFF, the replacement character among them.
fn specials() -> Vec<Vec<u8>> {
    (0xfff9..=0xffff).map(character).collect()
}

fn character(number: u32) -> Vec<u8> {
    let character = char::from_u32(number).expect("no surrogate");
    character.to_string().into_bytes()
}

fn sequences() -> Vec<Case> {
    let mut cases = Vec::new();
    for (group, number) in groups().into_iter().zip(5..) {
        for ((is, payload), place) in group.into_iter().zip(1..) {
            let case = Case::new(format!("6.{number}.{place}")).send(whole(TEXT, &payload));
            cases.push(match is {
                Is::Utf8 => case.hear_text(payload).close(),
                Is::Not => case.hear_close(INVALID_PAYLOAD),
            });
        }
    }
    cases
}

/// Valid text, cut between and within characters, and invalid text whole and in octets.
fn cuts() -> Vec<Case> {
    let text = "Hello-µ@ßöäüàá-UTF-8!!".as_bytes();
    let invalid = [KOSME, b"\xed\xa0\x80", EDITED].concat();
    let octets = |payload: &[u8]| fragmented(TEXT, &payload.chunks(1).collect::<Vec<_>>());
    let echoed = |name: &str, frames: Vec<u8>, payload: &[u8]| {
        let case = Case::new(name).send(frames);
        case.hear_text(payload).close()
    };
    let middle = b"middle frame payload";
    vec![
        echoed("6.1.1", whole(TEXT, b""), b""),
        echoed("6.1.2", fragmented(TEXT, &[b"", b"", b""]), b""),
        echoed("6.1.3", fragmented(TEXT, &[b"", middle, b""]), middle),
        echoed("6.2.1", whole(TEXT, text), text),
        echoed("6.2.2", fragmented(TEXT, &[&text[..15], &text[15..]]), text),
        echoed("6.2.3", octets(text), text),
        echoed("6.2.4", octets(KOSME), KOSME),
        Case::new("6.3.1")
            .send(whole(TEXT, &invalid))
            .hear_close(INVALID_PAYLOAD),
        Case::new("6.3.2")
            .send(octets(&invalid))
            .hear_close(INVALID_PAYLOAD),
    ]
}

/// The connection fails at the frame that cannot be UTF-8, without waiting for the end of the message.
fn at_the_frame(name: &str, before: &[u8], broken: &[u8]) -> Case {
    Case::new(name)
        .send(masked(TEXT, before))
        // So far all is well.
        .send(whole(PING, b""))
        .hear_pong(b"")
        .send(masked(CONTINUATION, broken))
        .hear_close(INVALID_PAYLOAD)
}

/// Three chops of one frame. Only a whole frame is looked at.
fn at_the_end(name: &str, cuts: [usize; 2]) -> Case {
    let payload = [KOSME, BEYOND, EDITED].concat();
    let frame = masked(FIN | TEXT, &payload);
    let header = frame.len() - payload.len();
    let [first, second] = cuts.map(|cut| header + cut);
    Case::new(name)
        .judged(Verdict::NonStrict)
        .send(frame[..first].to_vec())
        .send(frame[first..second].to_vec())
        .send(frame[second..].to_vec())
        .hear_close(INVALID_PAYLOAD)
}

#[tokio::test]
async fn section_6_utf_8_handling() {
    let beyond = [KOSME, BEYOND].concat();
    let mut cases = cuts();
    cases.extend([
        at_the_frame("6.4.1", KOSME, BEYOND),
        at_the_frame("6.4.2", &beyond[..12], &beyond[12..13]),
        at_the_end("6.4.3", [11, 15]),
        at_the_end("6.4.4", [12, 13]),
    ]);
    cases.extend(sequences());
    run("6.", 145, cases).await;
}
