//! What a node says to its connections and hears from them, as the task around each connection does.

use bytes::{Bytes, BytesMut};
use maru::domain::id::SessionId;
use maru::realtime::conversation::{First, Heard, Output, identify};
use maru::realtime::frame;
use maru::realtime::host::HostInput;
use maru::realtime::room::{ConnId, Entry};
use maru_protocol::{ServerFrame, encode_server};

use crate::node::{Conn, uuid};
use crate::world::{Event, World};

impl World {
    pub fn arrives_up(&mut self, link: u64, bytes: Bytes) {
        let Some((place, life, conn)) = self
            .links
            .get(&link)
            .filter(|l| !l.dead)
            .map(|l| (l.node, l.life, l.conn))
        else {
            return;
        };
        let Some(Event::Up { bytes, .. }) = self.unless_frozen(place, Event::Up { link, bytes })
        else {
            return;
        };
        self.hear(place, life, conn, Heard::Binary(bytes));
    }

    pub fn tick_conversations(&mut self, place: usize) {
        let (now, stall) = (self.now, self.limits.stall_ms_max);
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        let tick = node.tick(now);
        let mut said = Vec::new();
        for (conn, it) in &mut node.conns {
            let mut outputs = Vec::new();
            if !it.backlog.is_empty() && tick.since_ms(it.moved_at) >= stall {
                it.conversation.stalled(&mut outputs);
                it.moved_at = tick;
            }
            it.conversation.tick(tick, &mut outputs);
            said.push((*conn, outputs));
        }
        for (conn, outputs) in said {
            self.say(place, conn, outputs);
        }
    }

    pub fn hear(&mut self, place: usize, life: u64, conn: ConnId, heard: Heard) {
        let now = self.now;
        let Some(node) = self.nodes[place].as_mut().filter(|node| node.life == life) else {
            return;
        };
        let tick = node.tick(now);
        let Some(it) = node.conns.get_mut(&conn) else {
            return;
        };
        let mut outputs = Vec::new();
        it.conversation.hear(heard, tick, &mut outputs);
        self.say(place, conn, outputs);
        self.settle(place);
    }

    /// Carries out what a conversation wants.
    pub fn say(&mut self, place: usize, conn: ConnId, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::Send(frame) => {
                    let bytes = frame::binary(&encode_server(&frame));
                    self.write(place, conn, |backlog, write| {
                        let _ = backlog.send(bytes, write);
                    });
                }
                Output::Close { saying, code } => {
                    let bytes = last_words(saying.as_deref(), code);
                    self.write(place, conn, |backlog, write| backlog.close(bytes, write));
                }
                Output::Tell(input) => self.tell_host(place, HostInput::Local(input)),
                Output::Identify(first) => self.identify(place, conn, &first),
                Output::Lookup(bearer) => {
                    let found = self.visitor_of(&bearer);
                    let mut more = Vec::new();
                    let tick = self.nodes[place].as_ref().map(|node| node.tick(self.now));
                    if let (Some(tick), Some(it)) = (tick, self.conn(place, conn)) {
                        it.conversation
                            .looked_up(Ok(Box::new(found)), tick, &mut more);
                    }
                    self.say(place, conn, more);
                }
                Output::Over => {}
            }
        }
    }

    pub fn conn(&mut self, place: usize, conn: ConnId) -> Option<&mut Conn> {
        self.nodes[place].as_mut()?.conns.get_mut(&conn)
    }

    fn identify(&mut self, place: usize, conn: ConnId, first: &First) {
        let Some(node) = &self.nodes[place] else {
            return;
        };
        let at = node.at(self.now).now;
        let fresh = SessionId::from_uuid(uuid(0x7365_7373_0000_0000 + self.record.next_session()));
        let found = identify(first.clone(), self.room, &self.gate, fresh, at.wall);
        let found = found.map(|(bearer, entry)| (Box::new(self.visitor_of(&bearer)), entry));
        self.check_identified(first, found.as_ref());
        if let Ok((_, entry)) = &found {
            let (Entry::Join { session, .. } | Entry::Resume { session, .. }) = entry;
            let link = self.conn(place, conn).map(|it| it.link);
            let client = link.and_then(|link| Some(self.links.get(&link)?.client));
            if let Some(client) = client {
                self.record.entering(client, *session);
            }
        }
        let tick = at.tick;
        let mut outputs = Vec::new();
        if let Some(it) = self.conn(place, conn) {
            it.conversation.identified(found, tick, &mut outputs);
        }
        self.say(place, conn, outputs);
    }
}

/// Framed, with a close after it.
fn last_words(saying: Option<&ServerFrame>, code: u16) -> Bytes {
    let mut bytes = BytesMut::new();
    if let Some(saying) = saying {
        frame::put_binary(&mut bytes, &encode_server(saying));
    }
    bytes.extend_from_slice(&frame::close(code));
    bytes.freeze()
}
