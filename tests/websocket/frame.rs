//! Frames as a client writes them, however wrong (RFC 6455, section 5.2).

pub(crate) const CONTINUATION: u8 = 0x0;
pub(crate) const TEXT: u8 = 0x1;
pub(crate) const BINARY: u8 = 0x2;
pub(crate) const CLOSE: u8 = 0x8;
pub(crate) const PING: u8 = 0x9;
pub(crate) const PONG: u8 = 0xa;

/// The bit of the first byte that ends a message.
pub(crate) const FIN: u8 = 0x80;

/// The bit of the second byte that says a key follows.
pub(crate) const MASKED: u8 = 0x80;

/// Any key: none of its bytes is zero, so that an unmasked payload never passes for a masked one.
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A masked frame whose first byte (FIN, RSV, opcode) is as given, its length in the shortest form.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut frame = vec![first];
    match u16::try_from(length) {
        Ok(short @ 0..126) => frame.push(MASKED | u8::try_from(short).unwrap()),
        Ok(middle) => {
            frame.push(MASKED | 126);
            frame.extend(middle.to_be_bytes());
        }
        Err(_) => {
            frame.push(MASKED | 127);
            frame.extend(u64::try_from(length).unwrap().to_be_bytes());
        }
    }
    put_masked(&mut frame, payload);
    frame
}

/// Appends the key and the masked payload.
pub(crate) fn put_masked(frame: &mut Vec<u8>, payload: &[u8]) {
    frame.extend(KEY);
    let payload = payload.iter().zip(KEY.iter().cycle());
    frame.extend(payload.map(|(byte, key)| byte ^ key));
}

/// A frame that is a message by itself, or a control frame.
pub(crate) fn whole(opcode: u8, payload: &[u8]) -> Vec<u8> {
    masked(FIN | opcode, payload)
}

/// One message in these fragments.
pub(crate) fn fragmented(opcode: u8, fragments: &[&[u8]]) -> Vec<u8> {
    let last = fragments.len() - 1;
    let frames = fragments.iter().enumerate().map(|(at, payload)| {
        let opcode = if at == 0 { opcode } else { CONTINUATION };
        masked(if at == last { FIN | opcode } else { opcode }, payload)
    });
    frames.collect::<Vec<_>>().concat()
}

/// A close frame with a code and a reason, which may be no UTF-8.
pub(crate) fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    whole(CLOSE, &[&code.to_be_bytes(), reason].concat())
}
