//! Conversations: what is heard, and what comes of it.

mod any;
mod entry;
mod inside;

use std::collections::BTreeSet;
use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use maru_protocol::{ClientFrame, ServerFrame, encode_client};

use super::{Conversation, Heard, Output};
use crate::domain::clock::Tick;
use crate::domain::id::{GuestId, LoginId, SessionId, UserId};
use crate::domain::user::Look;
use crate::domain::visitor::{Identity, Visitor};
use crate::realtime::limits::Limits;
use crate::realtime::quota::Quotas;
use crate::realtime::room::{ConnId, Entry};

/// When each conversation here begins.
const BEGIN: Tick = Tick(1_000);

/// A conversation, and what it wanted done as short texts.
struct Talk {
    conversation: Conversation,
    now: Tick,
}

impl Talk {
    /// Nothing heard yet.
    fn begin() -> Self {
        let limits = Arc::new(Limits::DEFAULT);
        let quotas = Arc::new(Quotas::new(limits.clone()));
        let guard = quotas.connect(Ipv4Addr::LOCALHOST.into(), BEGIN);
        let guard = guard.expect("the first of this address");
        Self {
            conversation: Conversation::new(ConnId(1), limits, guard, BEGIN),
            now: BEGIN,
        }
    }

    /// A user inside, who has been heard.
    fn inside() -> Self {
        let mut talk = Self::begin();
        assert_eq!(talk.frame(&join()), ["identify"]);
        assert_eq!(talk.identified(user()), ["tell Enter"]);
        assert_eq!(talk.hear(Heard::Control), ["tell Heard"]);
        talk
    }

    fn does(&mut self, act: impl FnOnce(&mut Conversation, Tick, &mut Vec<Output>)) -> Vec<String> {
        let mut outputs = Vec::new();
        act(&mut self.conversation, self.now, &mut outputs);
        outputs.iter().map(brief).collect()
    }

    fn hear(&mut self, heard: Heard) -> Vec<String> {
        self.does(|talk, now, outputs| talk.hear(heard, now, outputs))
    }

    fn frame(&mut self, frame: &ClientFrame) -> Vec<String> {
        self.hear(binary(frame))
    }

    fn identified(&mut self, visitor: Visitor) -> Vec<String> {
        let session = SessionId::generate();
        let entry = Entry::Join {
            session,
            avatar: None,
        };
        let found = Ok((Box::new(visitor), entry));
        self.does(|talk, now, outputs| talk.identified(found, now, outputs))
    }

    fn tick_after(&mut self, ms: u64) -> Vec<String> {
        self.now = self.now.plus_ms(ms);
        self.does(Conversation::tick)
    }
}

fn binary(frame: &ClientFrame) -> Heard {
    Heard::Binary(Bytes::from(encode_client(frame)))
}

fn join() -> ClientFrame {
    let ticket = "ticket".to_owned();
    let avatar = None;
    ClientFrame::Join { ticket, avatar }
}

fn user() -> Visitor {
    let id = UserId::generate();
    let handle = "haneul".to_owned();
    let login = LoginId::generate();
    visitor(Identity::User { id, handle, login })
}

fn guest() -> Visitor {
    let id = GuestId::generate();
    visitor(Identity::Guest { id })
}

fn visitor(identity: Identity) -> Visitor {
    Visitor {
        identity,
        name: "하늘".to_owned(),
        look: Look([0; 6]),
        hidden: BTreeSet::new(),
        follows_owner: false,
        origin: None,
        unheard: BTreeSet::new(),
        unheard_ms: None,
    }
}

/// An output in a few words.
fn brief(output: &Output) -> String {
    match output {
        Output::Send(frame) => said(frame),
        Output::Close { saying, code } => match saying {
            Some(last) => format!("{}, close {code}", said(last)),
            None => format!("close {code}"),
        },
        Output::Tell(input) => {
            let input = format!("{input:?}");
            let name = input.split(' ').next().unwrap_or_default();
            format!("tell {name}")
        }
        Output::Identify(_) => "identify".to_owned(),
        Output::Lookup(_) => "look up".to_owned(),
        Output::Over => "over".to_owned(),
    }
}

fn said(frame: &ServerFrame) -> String {
    match frame {
        ServerFrame::Error {
            code,
            message,
            retry_after_ms,
            number,
            limit,
        } => {
            assert!(!message.is_empty(), "developers are told why");
            let mut said = format!("error {code}");
            if let Some(limit) = limit {
                said += &format!(" by {limit}");
            }
            if let Some(wait) = retry_after_ms {
                said += &format!(" for {wait} ms");
            }
            if let Some(number) = number {
                said += &format!(" of batch {number}");
            }
            said
        }
        ServerFrame::Ping { .. } => "ping".to_owned(),
        ServerFrame::Pong { nonce } => format!("pong {nonce}"),
        other => panic!("a conversation never sends {other:?}"),
    }
}
