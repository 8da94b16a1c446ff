//! Frames up and down: what a client sends, how it takes what arrives, what it sends again.

use std::mem;

use bytes::Bytes;
use maru_protocol::{ClientFrame, Op, decode_server, encode_client};

use crate::client::Unanswered;
use crate::world::{Event, World};

/// Batches sent again before the answers to them have come.
const RESENT_AT_ONCE: usize = 4;

impl World {
    pub fn send_up(&mut self, client: usize, frame: &ClientFrame) {
        let Some(id) = self.players[client].link else {
            return;
        };
        let bytes = Bytes::from(encode_client(frame));
        let wait = self.random.between(1, 40);
        let now = self.now;
        if let Some(link) = self.links.get_mut(&id).filter(|link| !link.dead) {
            let at = (now + wait).max(link.up_at);
            link.up_at = at;
            self.when(at, Event::Up { link: id, bytes });
        }
    }

    pub fn make(&mut self, client: usize, ops: Vec<Op>) {
        let player = &mut self.players[client];
        if player.client.unanswered.len() >= 60 {
            return;
        }
        let it = &mut player.client;
        it.last_number += 1;
        let (number, base_seq) = (it.last_number, it.seq);
        it.unanswered.push_back(Unanswered {
            number,
            base_seq,
            ops: ops.clone(),
        });
        if it.waits_to_resend {
            return;
        }
        self.send_up(
            client,
            &ClientFrame::Ops {
                number,
                base_seq,
                resend: false,
                ops,
            },
        );
    }

    pub fn resend(&mut self, client: usize) {
        let it = &mut self.players[client].client;
        // A few at a time: the rest when these are answered.
        it.waits_to_resend = it.unanswered.len() > RESENT_AT_ONCE;
        let first: Vec<_> = it.unanswered.iter().take(RESENT_AT_ONCE).cloned().collect();
        for Unanswered {
            number,
            base_seq,
            ops,
        } in first
        {
            self.send_up(
                client,
                &ClientFrame::Ops {
                    number,
                    base_seq,
                    resend: true,
                    ops,
                },
            );
        }
    }

    pub fn arrives_down(&mut self, id: u64, bytes: &[u8]) {
        let Some(client) = self
            .links
            .get(&id)
            .filter(|link| !link.dead)
            .map(|link| link.client)
        else {
            return;
        };
        if self.players[client].link != Some(id) {
            return;
        }
        self.players[client].heard_at = self.now;
        self.players[client].partial.extend_from_slice(bytes);
        loop {
            let player = &mut self.players[client];
            let Some((is_close, payload, used)) = whole_frame(&player.partial) else {
                break;
            };
            let payload = player.partial[payload].to_vec();
            player.partial.drain(..used);
            if is_close {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                self.closed(client, code);
                return;
            }
            self.take(client, &payload);
        }
    }

    fn take(&mut self, client: usize, payload: &[u8]) {
        self.note(|| {
            let frame = decode_server(payload);
            format!("client {client} gets {:.70}", format!("{frame:?}"))
        });
        let before = self.seen(client);
        let token_before = self.players[client].client.token.clone();
        let goaway = self.players[client].client.take_payload(payload);
        if let Some(wait) = goaway {
            self.players[client].told_to_wait = Some(u64::from(wait));
        }
        if mem::take(&mut self.players[client].client.must_resend) {
            assert!(
                !self.players[client].is_copycat,
                "token: an old resume token was accepted"
            );
            self.welcomed(client, token_before);
        }
        for nonce in mem::take(&mut self.players[client].client.pings) {
            self.send_up(client, &ClientFrame::Pong { nonce });
        }
        self.check_seen(client, &before);
        let refused = mem::take(&mut self.players[client].client.refused);
        if !refused.is_empty() {
            self.note(|| {
                let why = &self.players[client].client.last_words;
                format!("client {client} is refused: {why}")
            });
            // Not taken: it and all after it are sent again, in order.
            self.players[client].client.waits_to_resend = true;
        }
    }

    fn welcomed(&mut self, client: usize, token_before: Option<String>) {
        self.check_welcome(client);
        let player = &mut self.players[client];
        let epoch = player.client.welcome_epoch;
        player.old_token = token_before.map(|token| (token, epoch, self.now));
        player.failures = 0;
        player.left_at = None;
        self.record.inside(client, self.now);
        self.note(|| {
            let epoch = self.players[client].client.epoch;
            format!("client {client} is inside, epoch {epoch}")
        });
        let nonce = 7;
        self.send_up(client, &ClientFrame::Ping { nonce });
        self.resend(client);
    }
}

/// The first frame in the bytes, if it is whole: whether it is a close, where its payload is, how long it is.
fn whole_frame(bytes: &[u8]) -> Option<(bool, std::ops::Range<usize>, usize)> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    assert!(
        matches!(first, 0x82 | 0x88),
        "a whole binary frame or a close, not {first:#x}"
    );
    let (start, length) = match second {
        126 => (
            4,
            usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?)),
        ),
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?);
            (10, usize::try_from(length).ok()?)
        }
        short => (2, usize::from(short)),
    };
    let end = start + length;
    (bytes.len() >= end).then_some((first == 0x88, start..end, end))
}
