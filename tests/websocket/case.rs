//! One case: what a client sends, and all that must come back.

use std::fmt;

use crate::frame;

/// RFC 6455, section 7.4.1.
pub(crate) const NORMAL: u16 = 1_000;
pub(crate) const PROTOCOL_ERROR: u16 = 1_002;
pub(crate) const INVALID_PAYLOAD: u16 = 1_007;
pub(crate) const TOO_BIG: u16 = 1_009;

/// What a server sends.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    /// A close frame with this code, if any.
    Close(Option<u16>),
    /// The end of the stream, in order.
    Ended,
}

impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, payload) = match self {
            Self::Text(payload) => ("text", payload),
            Self::Binary(payload) => ("binary", payload),
            Self::Pong(payload) => ("pong", payload),
            Self::Close(Some(code)) => return write!(f, "close {code}"),
            Self::Close(None) => return f.write_str("close without a code"),
            Self::Ended => return f.write_str("the end"),
        };
        let start = payload[..payload.len().min(32)].escape_ascii();
        write!(f, "{name} of {} bytes: {start}", payload.len())
    }
}

/// What happens next in a case.
#[derive(Debug)]
pub(crate) enum Step {
    /// The client writes these bytes.
    Send(Vec<u8>),
    /// As `Send`, so many bytes at a time.
    Chop(Vec<u8>, usize),
    /// This comes, and nothing before it.
    Hear(Heard),
}

/// What the Autobahn testsuite says of the behaviour that a case asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ok,
    NonStrict,
    Informational,
    /// The suite has no such case, and RFC 6455 asks for something else.
    Deviation,
}

/// One case. After its steps nothing may come but the end of the stream.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) verdict: Verdict,
    pub(crate) steps: Vec<Step>,
}

impl Case {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verdict: Verdict::Ok,
            steps: Vec::new(),
        }
    }

    pub(crate) fn judged(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    pub(crate) fn send(mut self, bytes: Vec<u8>) -> Self {
        self.steps.push(Step::Send(bytes));
        self
    }

    pub(crate) fn chop(mut self, bytes: Vec<u8>, size: usize) -> Self {
        self.steps.push(Step::Chop(bytes, size));
        self
    }

    /// Sends all at once, each frame by itself, or octet by octet, as the testsuite's triples do.
    pub(crate) fn send_as(self, way: Way, frames: Vec<Vec<u8>>) -> Self {
        match way {
            Way::AtOnce => self.send(frames.concat()),
            Way::FrameByFrame => frames.into_iter().fold(self, Self::send),
            Way::OctetByOctet => self.chop(frames.concat(), 1),
        }
    }

    fn hear(mut self, heard: Heard) -> Self {
        self.steps.push(Step::Hear(heard));
        self
    }

    pub(crate) fn hear_text(self, payload: impl Into<Vec<u8>>) -> Self {
        self.hear(Heard::Text(payload.into()))
    }

    pub(crate) fn hear_binary(self, payload: impl Into<Vec<u8>>) -> Self {
        self.hear(Heard::Binary(payload.into()))
    }

    pub(crate) fn hear_pong(self, payload: impl Into<Vec<u8>>) -> Self {
        self.hear(Heard::Pong(payload.into()))
    }

    /// The server closes: because of what was sent, or in answer to a close.
    pub(crate) fn hear_close(self, code: impl Into<Option<u16>>) -> Self {
        self.hear(Heard::Close(code.into()))
    }

    /// The client closes, and is answered.
    pub(crate) fn close(self) -> Self {
        self.send(frame::close(NORMAL, b"")).hear_close(NORMAL)
    }
}

/// How the bytes of a case reach the server.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    AtOnce,
    FrameByFrame,
    OctetByOctet,
}

impl Way {
    /// The three, in the testsuite's order.
    pub(crate) const ALL: [Self; 3] = [Self::AtOnce, Self::FrameByFrame, Self::OctetByOctet];
}
