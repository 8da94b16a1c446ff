//! Section 7: closes are answered in kind, nothing after one counts, and broken ones fail the connection.

use crate::case::{Case, INVALID_PAYLOAD, NORMAL, PROTOCOL_ERROR, Verdict};
use crate::frame::{CLOSE, CONTINUATION, FIN, PING, TEXT, close, masked, whole};
use crate::runner::run;

/// Codes a peer may send.
const VALID: [u16; 13] = [
    1_000, 1_001, 1_002, 1_003, 1_007, 1_008, 1_009, 1_010, 1_011, 3_000, 3_999, 4_000, 4_999,
];

/// Codes that mean nothing, or may not be sent.
const INVALID: [u16; 9] = [0, 999, 1_004, 1_005, 1_006, 1_016, 1_100, 2_000, 2_999];

/// Not UTF-8 from its twelfth byte on.
const INVALID_REASON: &[u8] = b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited";

/// The close is answered, what follows it is not.
fn then(name: &str, frame: Vec<u8>) -> Case {
    let case = Case::new(name).send([close(NORMAL, b""), frame].concat());
    case.hear_close(NORMAL)
}

fn order() -> Vec<Case> {
    let hello = b"Hello World!";
    let long = b"BAsd7&jh23".repeat(26_215)[..256 * 1024].to_vec();
    let back_to_back = [
        whole(TEXT, &long),
        whole(TEXT, hello),
        close(NORMAL, b""),
        whole(PING, b""),
    ];
    vec![
        Case::new("7.1.1")
            .send(whole(TEXT, hello))
            .hear_text(hello)
            .close(),
        then("7.1.2", whole(CLOSE, b"")),
        then("7.1.3", whole(PING, b"")),
        then("7.1.4", whole(TEXT, hello)),
        Case::new("7.1.5")
            .send(masked(TEXT, b"fragment1"))
            .send(close(NORMAL, b""))
            .send(masked(FIN | CONTINUATION, b"fragment2"))
            .hear_close(NORMAL),
        Case::new("7.1.6")
            .judged(Verdict::Informational)
            .send(back_to_back.concat())
            .hear_text(long)
            .hear_text(hello)
            .hear_close(NORMAL),
    ]
}

fn payloads() -> Vec<Case> {
    let answered = |name: &str, frame: Vec<u8>, code: Option<u16>| {
        let case = Case::new(name).send(frame);
        case.hear_close(code)
    };
    let too_long = close(NORMAL, &[b'*'; 124]);
    vec![
        answered("7.3.1", whole(CLOSE, b""), None),
        answered("7.3.2", whole(CLOSE, b"a"), Some(PROTOCOL_ERROR)),
        answered("7.3.3", close(NORMAL, b""), Some(NORMAL)),
        answered("7.3.4", close(NORMAL, b"Hello World!"), Some(NORMAL)),
        answered("7.3.5", close(NORMAL, &[b'*'; 123]), Some(NORMAL)),
        answered("7.3.6", too_long, Some(PROTOCOL_ERROR)),
        answered(
            "7.5.1",
            close(NORMAL, INVALID_REASON),
            Some(INVALID_PAYLOAD),
        ),
    ]
}

fn codes() -> Vec<Case> {
    let valid = VALID.into_iter().zip(1..).map(|(code, number)| {
        let case = Case::new(format!("7.7.{number}"));
        case.send(close(code, b"")).hear_close(code)
    });
    let invalid = INVALID.into_iter().zip(1..).map(|(code, number)| {
        let case = Case::new(format!("7.9.{number}"));
        case.send(close(code, b"")).hear_close(PROTOCOL_ERROR)
    });
    let undefined = [5_000, u16::MAX]
        .into_iter()
        .zip(1..)
        .map(|(code, number)| {
            Case::new(format!("7.13.{number}"))
                .judged(Verdict::Informational)
                .send(close(code, b""))
                .hear_close(PROTOCOL_ERROR)
        });
    valid.chain(invalid).chain(undefined).collect()
}

#[tokio::test]
async fn section_7_close_handling() {
    let cases = order().into_iter().chain(payloads()).chain(codes());
    run("7.", 37, cases.collect()).await;
}
