//! Section 1, whole messages of each form of the length; 9, the largest; 10, a message its sender splits up.

use crate::case::Case;
use crate::frame::{BINARY, TEXT, fragmented, whole};
use crate::runner::run;
use crate::server::MESSAGE_BYTES_MAX;

/// The lengths around each change of form.
const LENGTHS: [usize; 7] = [0, 125, 126, 127, 128, 65_535, 65_536];

#[tokio::test]
async fn section_1_framing() {
    let mut cases = Vec::new();
    for (at, length) in LENGTHS.into_iter().enumerate() {
        let (text, binary) = (vec![b'*'; length], vec![0xfe; length]);
        let name = format!("1.1.{}", at + 1);
        let case = Case::new(name).send(whole(TEXT, &text));
        cases.push(case.hear_text(text).close());
        let name = format!("1.2.{}", at + 1);
        let case = Case::new(name).send(whole(BINARY, &binary));
        cases.push(case.hear_binary(binary).close());
    }
    let (text, binary) = (vec![b'*'; 65_536], vec![0xfe; 65_536]);
    let case = Case::new("1.1.8").chop(whole(TEXT, &text), 997);
    cases.push(case.hear_text(text).close());
    let case = Case::new("1.2.8").chop(whole(BINARY, &binary), 997);
    cases.push(case.hear_binary(binary).close());
    run("1.", 16, cases).await;
}

#[tokio::test]
async fn section_9_the_largest_messages() {
    let (text, binary) = (vec![b'*'; MESSAGE_BYTES_MAX], vec![0xfe; MESSAGE_BYTES_MAX]);
    let fragments: Vec<&[u8]> = binary[..4 * 1024 * 1024].chunks(256).collect();
    let parts = fragmented(BINARY, &fragments);
    let cases = vec![
        Case::new("9.1.6")
            .send(whole(TEXT, &text))
            .hear_text(text)
            .close(),
        Case::new("9.2.6")
            .send(whole(BINARY, &binary))
            .hear_binary(binary.clone())
            .close(),
        Case::new("9.4.2")
            .send(parts)
            .hear_binary(&binary[..4 * 1024 * 1024])
            .close(),
    ];
    run("9.", 3, cases).await;
}

#[tokio::test]
async fn section_10_auto_fragmentation() {
    let text = vec![b'*'; 65_536];
    let fragments: Vec<&[u8]> = text.chunks(1_300).collect();
    let case = Case::new("10.1.1").send(fragmented(TEXT, &fragments));
    run("10.", 1, vec![case.hear_text(text.clone()).close()]).await;
}
