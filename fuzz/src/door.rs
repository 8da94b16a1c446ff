//! The connections' part: frames of clients on their way into the room.

use maru::domain::id::SessionId;
use maru::domain::room::Seq;
use maru::domain::visitor::Visitor;
use maru::realtime::room::{ConnId, Entry, Input};
use maru_protocol::ClientFrame;

use crate::house::House;
use crate::people::{PEOPLE, id, of_bearer, visitor};

impl House {
    /// As a connection hands on what a client sends.
    pub(crate) fn frame(&mut self, line: u8, frame: &ClientFrame) {
        let conn = self.conn(line);
        let input = match frame.clone() {
            ClientFrame::Join { avatar, .. } => {
                self.sessions += 1;
                let session: SessionId = id(4, self.sessions);
                let entry = Entry::Join { session, avatar };
                return self.enter(line, visitor(line % PEOPLE), entry);
            }
            ClientFrame::Resume {
                token,
                have,
                avatar,
            } => {
                let Some(claims) = self.token(&token).and_then(|t| self.key.open(t)) else {
                    return;
                };
                let entry = Entry::Resume {
                    session: claims.session,
                    generation: claims.generation,
                    have,
                    avatar,
                    issued: claims.issued,
                };
                return self.enter(line, of_bearer(&claims.bearer), entry);
            }
            ClientFrame::Ops {
                number,
                base_seq,
                resend,
                ops,
            } => Input::Batch {
                conn,
                number: self.number(conn, number),
                base_seq: Seq(base_seq),
                resend,
                ops,
            },
            ClientFrame::Move {
                x,
                y,
                facing,
                standing,
            } => Input::Move {
                conn,
                x,
                y,
                facing,
                standing,
            },
            ClientFrame::Typing { active } => Input::Typing { conn, active },
            ClientFrame::Drag { preview } => Input::Drag { conn, preview },
            ClientFrame::SetStatus { status } => Input::SetStatus { conn, status },
            ClientFrame::Refresh {} => Input::Refresh {
                conn,
                visitor: Box::new(visitor(line % PEOPLE)),
            },
            ClientFrame::Read { topic } => Input::Read { conn, topic },
            ClientFrame::Leave {} => Input::Leave { conn },
            ClientFrame::Ping { .. } | ClientFrame::Pong { .. } | ClientFrame::Unknown { .. } => {
                return;
            }
        };
        self.feed(input);
    }

    /// One of the tokens ever given: a stranger cannot make one.
    fn token(&self, wish: &str) -> Option<&str> {
        let wish = wish.bytes().next().unwrap_or(0);
        let place = usize::from(wish) % self.tokens.len().max(1);
        self.tokens.get(place).map(String::as_str)
    }

    /// Batches count from 1: the line's next one. All else is as far from it.
    fn number(&mut self, conn: ConnId, wish: u32) -> u32 {
        let next = self.next_numbers.entry(conn).or_insert(1);
        let number = next.wrapping_add(wish).wrapping_sub(1);
        if number == *next {
            *next = next.wrapping_add(1);
        }
        number
    }

    fn enter(&mut self, line: u8, visitor: Visitor, entry: Entry) {
        // The client has gone from the line, whether or not the room has heard.
        self.conns += 1;
        let conn = ConnId(self.conns);
        if let Some(old) = self.lines.insert(line, conn) {
            self.feed(Input::Lost { conn: old });
        }
        self.feed(Input::Enter {
            conn,
            visitor: Box::new(visitor),
            entry,
        });
    }
}
