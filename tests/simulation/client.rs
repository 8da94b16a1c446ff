//! A client as `PROTOCOL.md` describes it; its copy of the room checks every promise it can see.

use maru_protocol::replica::{Batches, Replica};
use maru_protocol::{ErrorCode, ServerFrame, decode_server};

#[derive(Debug, Default)]
pub struct Client {
    pub token: Option<String>,
    pub inside: bool,
    pub room: Replica,
    pub batches: Batches,
    pub errors: Vec<ErrorCode>,
    /// Set by a `Welcome`: the unanswered batches are to be sent again.
    pub must_resend: bool,
    /// Some were refused for the moment, or wait for others to be answered: to be sent again at the next occasion.
    pub waits_to_resend: bool,
    /// Pings to be answered.
    pub pings: Vec<u32>,
    /// The last error, for whoever reads along.
    pub last_words: String,
}

impl Client {
    /// Takes one frame in; gives back when the server wants it to come back.
    pub fn take_payload(&mut self, payload: &[u8]) -> Option<u32> {
        let frame = decode_server(payload).expect("the room sends frames of the protocol");
        self.room.take(&frame);
        assert_eq!(self.room.unseen, 0, "nobody is hidden from anybody here");
        match frame {
            ServerFrame::Welcome {
                resume_token,
                last_number,
                ..
            } => {
                self.batches.answers.check_welcome(last_number);
                self.token = Some(resume_token);
                self.inside = true;
                self.must_resend = true;
            }
            ServerFrame::Acks { acks, .. } => {
                for ack in acks {
                    self.batches.answered(&ack);
                }
            }
            ServerFrame::Error {
                code,
                number,
                message,
                ..
            } => {
                self.last_words = format!("{code}: {message} ({number:?})");
                self.errors.push(code);
                // Not taken: it and all after it are sent again, in order.
                self.waits_to_resend |= number.is_some();
            }
            ServerFrame::Ping { nonce } => self.pings.push(nonce),
            ServerFrame::GoAway { reconnect_after_ms } => return Some(reconnect_after_ms),
            ServerFrame::History { .. }
            | ServerFrame::Layouts { .. }
            | ServerFrame::Access { .. } => panic!("nobody asked for {frame:?}"),
            _ => {}
        }
        None
    }

    /// The connection is gone.
    pub fn cut_off(&mut self) {
        self.inside = false;
        self.room.cut_off();
    }

    /// The session is over: the next is a new one.
    pub fn forget_session(&mut self) {
        self.token = None;
        self.waits_to_resend = false;
        self.batches.forget_session();
    }
}
