//! What happens to a room, as bytes that a fuzzer can cut and join: a byte that says what (low half) and on
//! which line (high half), then what that needs. Bytes that mean nothing are left out.

use maru_protocol::{ClientFrame, decode_client, encode_client};

/// Connections at once.
pub const LINES: u8 = 16;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// A frame comes in on a line. Join and Resume open it.
    Frame(u8, ClientFrame),
    /// The first frame after the welcome.
    Heard(u8),
    /// The connection breaks.
    Lost(u8),
    /// It has fallen behind and taken everything again; whether reliable bytes were dropped.
    Drained(u8, bool),
    /// The save under way is answered.
    Saved,
    /// The claim was found to be another node's.
    Fenced,
    /// The store has failed for good; whether the save had reached it.
    Failed(bool),
    /// The server stops.
    Drain,
    /// Time passes.
    Pass(u16),
}

/// The script that bytes spell.
pub fn read(bytes: &[u8]) -> Vec<Happening> {
    let mut happenings = Vec::new();
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let line = first >> 4;
        let happening = match first & 0x0f {
            0 => frame(&mut rest).map(|frame| Happening::Frame(line, frame)),
            1 => Some(Happening::Heard(line)),
            2 => Some(Happening::Lost(line)),
            3 => Some(Happening::Drained(line, false)),
            4 => Some(Happening::Drained(line, true)),
            5 => Some(Happening::Saved),
            6 => Some(Happening::Fenced),
            7 => Some(Happening::Failed(line & 1 == 1)),
            8 => Some(Happening::Drain),
            9 => number(&mut rest).map(Happening::Pass),
            _ => None,
        };
        happenings.extend(happening);
    }
    happenings
}

/// The bytes that spell a script.
pub fn write(script: &[Happening]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for happening in script {
        match happening {
            Happening::Frame(line, frame) => {
                let frame = encode_client(frame);
                // What does not fit is no frame of a client either.
                if let Ok(length) = u16::try_from(frame.len()) {
                    bytes.push(line << 4);
                    bytes.extend(length.to_be_bytes());
                    bytes.extend(frame);
                }
            }
            Happening::Heard(line) => bytes.push(line << 4 | 1),
            Happening::Lost(line) => bytes.push(line << 4 | 2),
            Happening::Drained(line, stale) => bytes.push(line << 4 | (3 + u8::from(*stale))),
            Happening::Saved => bytes.push(5),
            Happening::Fenced => bytes.push(6),
            Happening::Failed(landed) => bytes.push(u8::from(*landed) << 4 | 7),
            Happening::Drain => bytes.push(8),
            Happening::Pass(ms) => {
                bytes.push(9);
                bytes.extend(ms.to_be_bytes());
            }
        }
    }
    bytes
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u16::from_be_bytes(*number))
}

/// What a connection hands on: bytes that are no frame end there.
fn frame(rest: &mut &[u8]) -> Option<ClientFrame> {
    let length = usize::from(number(rest)?).min(rest.len());
    let (frame, after) = rest.split_at(length);
    *rest = after;
    decode_client(frame).ok()
}
