//! WebSocket framing of what the server sends (RFC 6455, section 5.2): unmasked, so that the same bytes
//! serve every receiver.

mod split;

use bytes::{BufMut, Bytes, BytesMut};
use maru_protocol::{ServerFrame, decode_server};

pub use split::{Frame, Kind, payloads, split};

const FIN_TEXT: u8 = 0x81;
const FIN_BINARY: u8 = 0x82;
const FIN_CLOSE: u8 = 0x88;

/// The longest header of an unmasked frame.
pub const HEADER_BYTES_MAX: usize = 10;

/// Appends one binary frame to `out`.
pub fn put_binary(out: &mut BytesMut, payload: &[u8]) {
    put_header(out, FIN_BINARY, payload.len());
    out.put_slice(payload);
}

/// One binary frame.
pub fn binary(payload: &[u8]) -> Bytes {
    whole(FIN_BINARY, payload)
}

/// One text frame.
pub fn text(payload: &str) -> Bytes {
    whole(FIN_TEXT, payload.as_bytes())
}

fn whole(first: u8, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(HEADER_BYTES_MAX + payload.len());
    put_header(&mut out, first, payload.len());
    out.put_slice(payload);
    out.freeze()
}

/// A close frame with a code and no text.
pub fn close(code: u16) -> Bytes {
    let mut out = BytesMut::with_capacity(4);
    put_header(&mut out, FIN_CLOSE, 2);
    out.put_u16(code);
    out.freeze()
}

/// Whether a whole frame is a close frame.
pub fn is_close(frame: &[u8]) -> bool {
    frame.first() == Some(&FIN_CLOSE)
}

/// Whether these frames begin with a room's welcome.
pub fn is_welcome(mut frames: &[u8]) -> bool {
    let Ok(Some(Frame { payload, .. })) = split(&mut frames) else {
        return false;
    };
    matches!(decode_server(payload), Ok(ServerFrame::Welcome { .. }))
}

fn put_header(out: &mut BytesMut, first: u8, length: usize) {
    out.put_u8(first);
    // The three forms of the payload length: 7 bits, 16 bits, 64 bits.
    if let (true, Ok(short)) = (length < 126, u8::try_from(length)) {
        out.put_u8(short);
    } else if let Ok(middle) = u16::try_from(length) {
        out.put_u8(126);
        out.put_u16(middle);
    } else {
        out.put_u8(127);
        out.put_u64(length as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_have_the_shortest_form() {
        // 82: final, binary. Then the length: 05 | 7e 0100 | 7f 0000000000010000.
        assert_eq!(&binary(b"hello")[..], b"\x82\x05hello");
        assert_eq!(&binary(&[0; 125])[..2], b"\x82\x7d");
        assert_eq!(&binary(&[0; 126])[..4], b"\x82\x7e\x00\x7e");
        assert_eq!(&binary(&[0; 256])[..4], b"\x82\x7e\x01\x00");
        assert_eq!(&binary(&[0; 65_535])[..4], b"\x82\x7e\xff\xff");
        assert_eq!(
            &binary(&[0; 65_536])[..10],
            b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"
        );
        // 81: final, text.
        assert_eq!(&text("hello")[..], b"\x81\x05hello");
        // 88 02: close with a code, 4000 = 0fa0.
        assert_eq!(&close(4_000)[..], b"\x88\x02\x0f\xa0");
    }
}
