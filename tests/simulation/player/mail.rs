//! Frames up and down: what a client sends, how it takes what arrives, what it sends again.

use std::mem;

use bytes::Bytes;
use maru::realtime::frame::{Kind, split};
use maru_protocol::{ClientFrame, Op, decode_server, encode_client};

use crate::world::{Event, World};

/// Batches sent again before the answers to them have come.
const RESENT_AT_ONCE: usize = 4;

/// Batches a player has unanswered at most: a few less than the protocol allows.
const UNANSWERED_MAX: usize = 60;

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
        let it = &mut self.players[client].client;
        if it.batches.unanswered.len() >= UNANSWERED_MAX {
            return;
        }
        let batch = it.batches.make(it.room.contents.seq, ops);
        if !it.waits_to_resend {
            let frame = batch.frame(false);
            self.send_up(client, &frame);
        }
    }

    pub fn resend(&mut self, client: usize) {
        let it = &mut self.players[client].client;
        // A few at a time: the rest when these are answered.
        it.waits_to_resend = it.batches.unanswered.len() > RESENT_AT_ONCE;
        let first = it.batches.unanswered.iter().take(RESENT_AT_ONCE);
        let first: Vec<_> = first.map(|batch| batch.frame(true)).collect();
        for frame in first {
            self.send_up(client, &frame);
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
            let mut rest = &player.partial[..];
            let Some(frame) = split(&mut rest).expect("whole frames of a server") else {
                break;
            };
            let (kind, payload) = (frame.kind, frame.payload.to_vec());
            let used = player.partial.len() - rest.len();
            player.partial.drain(..used);
            match kind {
                Kind::Binary => self.take(client, &payload),
                Kind::Close => {
                    let code = u16::from_be_bytes([payload[0], payload[1]]);
                    return self.closed(client, code);
                }
                Kind::Pong => panic!("nobody sent a WebSocket ping"),
            }
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
    }

    fn welcomed(&mut self, client: usize, token_before: Option<String>) {
        self.check_welcome(client);
        let player = &mut self.players[client];
        let epoch = player.client.room.welcome_epoch;
        player.old_token = token_before.map(|token| (token, epoch, self.now));
        player.failures = 0;
        player.left_at = None;
        self.record.inside(client, self.now);
        self.note(|| {
            let epoch = self.players[client].client.room.welcome_epoch;
            format!("client {client} is inside, epoch {epoch}")
        });
        let nonce = 7;
        self.send_up(client, &ClientFrame::Ping { nonce });
        self.resend(client);
    }
}
