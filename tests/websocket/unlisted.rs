//! What RFC 6455 asks for and the testsuite does not try.

use crate::case::{Case, NORMAL, PROTOCOL_ERROR, TOO_BIG, Verdict};
use crate::frame::{BINARY, FIN, MASKED, TEXT, close, fragmented, put_masked, whole};
use crate::runner::run;
use crate::server::MESSAGE_BYTES_MAX;

/// A frame whose length is written in eight bytes, whatever it is, with a payload of other length.
fn claiming(length: u64, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![FIN | BINARY, MASKED | 127];
    frame.extend(length.to_be_bytes());
    put_masked(&mut frame, payload);
    frame
}

#[tokio::test]
async fn what_the_testsuite_does_not_try() {
    let half = vec![0; MESSAGE_BYTES_MAX / 2 + 1];
    let unmasked = [FIN | TEXT, 5, b'h', b'e', b'l', b'l', b'o'];
    let cases = vec![
        Case::new("maru: an unmasked frame")
            .send(unmasked.to_vec())
            .hear_close(PROTOCOL_ERROR),
        Case::new("maru: longer than the limit, as the header says")
            .send(claiming(MESSAGE_BYTES_MAX as u64 + 1, b""))
            .hear_close(TOO_BIG),
        Case::new("maru: longer than the limit, in fragments")
            .send(fragmented(BINARY, &[&half, &half]))
            .hear_close(TOO_BIG),
        Case::new("maru: a length whose first bit is set")
            .judged(Verdict::Deviation)
            .send(claiming(1 << 63, b""))
            .hear_close(TOO_BIG),
        Case::new("maru: a length in a longer form than it needs")
            .judged(Verdict::Deviation)
            .send(claiming(5, b"hello"))
            .hear_binary(b"hello")
            .close(),
        Case::new("maru: codes registered after RFC 6455, 1012")
            .send(close(1_012, b""))
            .hear_close(1_012),
        Case::new("maru: codes registered after RFC 6455, 1013")
            .send(close(1_013, b""))
            .hear_close(1_013),
        Case::new("maru: codes registered after RFC 6455, 1014")
            .judged(Verdict::Deviation)
            .send(close(1_014, b""))
            .hear_close(PROTOCOL_ERROR),
        Case::new("maru: a code that may not be sent, 1015")
            .send(close(1_015, b""))
            .hear_close(PROTOCOL_ERROR),
        Case::new("maru: a message right behind the handshake")
            .send([whole(TEXT, b"hello"), close(NORMAL, b"")].concat())
            .hear_text(b"hello")
            .hear_close(NORMAL),
    ];
    run("maru: ", 10, cases).await;
}
