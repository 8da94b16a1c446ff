//! Sections 3 and 4: reserved bits and reserved opcodes fail the connection, and nothing after them counts.

use crate::case::{Case, PROTOCOL_ERROR, Way};
use crate::frame::{BINARY, CLOSE, FIN, PING, TEXT, masked, whole};
use crate::runner::run;

const HELLO: &[u8] = b"Hello, world!";

/// The place of the three reserved bits in the first byte.
fn reserved(bits: u8) -> u8 {
    bits << 4
}

/// The frame alone fails the connection.
fn alone(name: &str, frame: Vec<u8>) -> Case {
    Case::new(name).send(frame).hear_close(PROTOCOL_ERROR)
}

/// A text before the frame is echoed, a ping after it is not answered.
fn between(name: &str, way: Way, frame: Vec<u8>) -> Case {
    let frames = vec![whole(TEXT, HELLO), frame, whole(PING, b"")];
    let case = Case::new(name).send_as(way, frames);
    case.hear_text(HELLO).hear_close(PROTOCOL_ERROR)
}

#[tokio::test]
async fn section_3_reserved_bits() {
    let with = |bits, opcode, payload| masked(FIN | reserved(bits) | opcode, payload);
    let cases = vec![
        alone("3.1", with(1, TEXT, HELLO)),
        between("3.2", Way::AtOnce, with(2, TEXT, HELLO)),
        between("3.3", Way::FrameByFrame, with(3, TEXT, HELLO)),
        between("3.4", Way::OctetByOctet, with(4, TEXT, HELLO)),
        alone("3.5", with(5, BINARY, &[0x00, 0xff, 0xfe, 0xfd, 0xfc])),
        alone("3.6", with(6, PING, HELLO)),
        alone("3.7", with(7, CLOSE, b"")),
    ];
    run("3.", 7, cases).await;
}

#[tokio::test]
async fn section_4_reserved_opcodes() {
    let cases = vec![
        alone("4.1.1", whole(0x3, b"")),
        alone("4.1.2", whole(0x4, b"reserved opcode payload")),
        between("4.1.3", Way::AtOnce, whole(0x5, b"")),
        between("4.1.4", Way::AtOnce, whole(0x6, HELLO)),
        between("4.1.5", Way::OctetByOctet, whole(0x7, HELLO)),
        alone("4.2.1", whole(0xb, b"")),
        alone("4.2.2", whole(0xc, b"reserved opcode payload")),
        between("4.2.3", Way::AtOnce, whole(0xd, b"")),
        between("4.2.4", Way::AtOnce, whole(0xe, HELLO)),
        between("4.2.5", Way::OctetByOctet, whole(0xf, HELLO)),
    ];
    run("4.", 10, cases).await;
}
