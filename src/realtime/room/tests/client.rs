//! A client as `PROTOCOL.md` describes it; its copy of the room checks every promise it can see.

use std::collections::VecDeque;

use maru_protocol::replica::{Batches, Replica};
use maru_protocol::{ErrorCode, ServerFrame, decode_server};

use crate::realtime::frame;

#[derive(Debug, Default)]
pub(super) struct Client {
    pub inbox: VecDeque<Vec<u8>>,
    pub token: Option<String>,
    pub inside: bool,
    pub room: Replica,
    pub batches: Batches,
    pub errors: Vec<ErrorCode>,
    /// The last of them, with the limit and the wait it named.
    pub refused: Option<(ErrorCode, Option<String>, Option<u32>)>,
    /// Lists received.
    pub lists: Vec<ServerFrame>,
    /// Set by a `Welcome`: the unanswered batches are to be sent again.
    pub must_resend: bool,
}

impl Client {
    /// The session is over for good: the next is a new one. What had no answer is shown to the user.
    pub fn start_over(&mut self) {
        self.token = None;
        self.inside = false;
        self.batches.forget_session();
    }

    /// Strips the frame header and takes the frames in.
    pub fn deliver(&mut self, bytes: &[u8]) {
        for (_, frame) in frames(bytes) {
            self.take(frame);
        }
    }

    fn take(&mut self, frame: ServerFrame) {
        self.room.take(&frame);
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
                retry_after_ms,
                limit,
                ..
            } => {
                self.errors.push(code);
                self.refused = Some((code, limit, retry_after_ms));
            }
            ServerFrame::History { .. }
            | ServerFrame::Layouts { .. }
            | ServerFrame::Access { .. } => self.lists.push(frame),
            _ => {}
        }
    }
}

/// The frames in some bytes, with their lengths.
pub(super) fn frames(bytes: &[u8]) -> Vec<(usize, ServerFrame)> {
    let payloads = frame::payloads(bytes).expect("whole binary frames");
    let frames = payloads.into_iter().map(|payload| {
        let frame = decode_server(payload).expect("the room sends frames of the protocol");
        (payload.len(), frame)
    });
    frames.collect()
}
