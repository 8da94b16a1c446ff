//! Wires: bytes from a backlog through the kernel to the peer, and the ends of connections.

use std::io;

use maru::realtime::backlog::{Backlog, Driven, Write};
use maru::realtime::conversation::{Conversation, Heard};
use maru::realtime::room::ConnId;

use crate::node::Conn;
use crate::world::{Event, World};

/// Bytes a kernel sends at a time.
const PUMP_BYTES: usize = 8 * 1024;

/// The kernel's side of a connection: bytes on their way to the peer.
pub struct Link {
    pub client: usize,
    pub node: usize,
    pub life: u64,
    pub conn: ConnId,
    /// Taken by the kernel, not yet on the way.
    pub kernel: Vec<u8>,
    pub kernel_max: usize,
    /// The peer reads nothing.
    pub stalled: bool,
    /// Nothing gets through, and nobody is told.
    pub dead: bool,
    /// The peer is gone and the kernel knows.
    pub reset: bool,
    pub pumping: bool,
    /// When the last bytes sent up and down arrive: they do not overtake each other.
    pub up_at: u64,
    pub down_at: u64,
}

impl Link {
    /// As `write` does.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.reset {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let free = self.kernel_max - self.kernel.len();
        if free == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let taken = free.min(bytes.len());
        self.kernel.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }
}

impl World {
    /// A connection from a client to a node; none when there is nobody to answer.
    pub fn open_link(&mut self, client: usize, place: usize) -> Option<u64> {
        let (now, limits) = (self.now, self.limits.clone());
        let small = self.random.chance(150);
        let id = self.fresh_link();
        let node = self.nodes[place]
            .as_mut()
            .filter(|node| !node.draining && node.frozen_until <= now)?;
        let conn = node.fresh_conn();
        let tick = node.tick(now);
        let address = std::net::Ipv4Addr::new(127, 0, 0, u8::try_from(client + 1).unwrap());
        let guard = node.quotas.connect(address.into(), tick).ok()?;
        node.conns.insert(
            conn,
            Conn {
                conversation: Conversation::new(conn, limits.clone(), guard, tick),
                backlog: Backlog::new(limits.backlog_bytes_max),
                link: id,
                moved_at: tick,
            },
        );
        self.links.insert(
            id,
            Link {
                client,
                node: place,
                life: node.life,
                conn,
                kernel: Vec::new(),
                kernel_max: if small { 2 * 1024 } else { 32 * 1024 },
                stalled: false,
                dead: false,
                reset: false,
                pumping: false,
                up_at: 0,
                down_at: 0,
            },
        );
        Some(id)
    }

    /// Lets a backlog write to its kernel, and carries out what comes of it.
    pub fn write(
        &mut self,
        place: usize,
        conn: ConnId,
        work: impl FnOnce(&mut Backlog, &mut Write<'_>),
    ) {
        let bound = self.limits.backlog_bytes_max;
        let now = self.now;
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        let tick = node.tick(now);
        let Some(it) = node.conns.get_mut(&conn) else {
            return;
        };
        let Some(link) = self.links.get_mut(&it.link) else {
            return;
        };
        let had = it.backlog.is_empty();
        work(&mut it.backlog, &mut |bytes| link.write(bytes));
        if had {
            it.moved_at = tick;
        }
        assert!(
            it.backlog.waiting_bytes() <= bound + 2 * 64 * 1024,
            "memory: {} bytes wait for one receiver",
            it.backlog.waiting_bytes()
        );
        let (id, pumps) = (it.link, !link.kernel.is_empty() && !link.pumping);
        if pumps {
            link.pumping = true;
            let wait = self.random.between(1, 15);
            self.after(wait, Event::Pump { link: id });
        }
        self.report(place, conn);
    }

    fn report(&mut self, place: usize, conn: ConnId) {
        let Some(it) = self.conn(place, conn) else {
            return;
        };
        let mut outputs = Vec::new();
        match it.backlog.report() {
            Ok(Some(Driven::Drained { stale })) => it.conversation.drained(stale, &mut outputs),
            Ok(Some(Driven::Closed | Driven::Stalled)) | Err(_) => {
                let tick = it.moved_at;
                it.conversation.hear(Heard::Closed, tick, &mut outputs);
            }
            Ok(None) => {}
        }
        self.say(place, conn, outputs);
    }

    /// The kernel sends, as far as the peer reads.
    pub fn pump(&mut self, id: u64) {
        let now = self.now;
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.pumping = false;
        if link.dead || link.stalled || link.kernel.is_empty() {
            return;
        }
        let taken = link.kernel.len().min(PUMP_BYTES);
        let bytes: Vec<u8> = link.kernel.drain(..taken).collect();
        let (place, conn) = (link.node, link.conn);
        let wait = self.random.between(1, 40);
        let at = (now + wait).max(link.down_at);
        if let Some(link) = self.links.get_mut(&id) {
            link.down_at = at;
            link.pumping = !link.kernel.is_empty();
            if link.pumping {
                self.after(2, Event::Pump { link: id });
            }
        }
        self.when(at, Event::Down { link: id, bytes });
        let frozen = self.nodes[place]
            .as_ref()
            .is_some_and(|node| node.frozen_until > now);
        if frozen {
            return;
        }
        if let Some(node) = &mut self.nodes[place] {
            let tick = node.tick(now);
            if let Some(it) = node.conns.get_mut(&conn).filter(|it| it.link == id) {
                it.moved_at = tick;
                self.write(place, conn, |backlog, write| {
                    let _ = backlog.take_writable(write);
                });
                self.set_alarm(place);
            }
        }
        self.hang_up_if_done(id);
    }

    /// Once all that was to be said is on its way, the connection ends.
    fn hang_up_if_done(&mut self, id: u64) {
        let Some(link) = self.links.get(&id) else {
            return;
        };
        let (place, conn, at) = (link.node, link.conn, link.down_at);
        let done = link.kernel.is_empty();
        let closing = self
            .conn(place, conn)
            .is_some_and(|it| it.link == id && it.backlog.is_closing() && it.backlog.is_empty());
        if done && closing {
            if let Some(node) = &mut self.nodes[place] {
                node.conns.remove(&conn);
            }
            self.when(at + 1, Event::GoneAbove { link: id });
        }
    }

    pub fn unstall(&mut self, id: u64) {
        if let Some(link) = self.links.get_mut(&id) {
            link.stalled = false;
            self.after(1, Event::Pump { link: id });
        }
    }

    pub fn gone_below(&mut self, id: u64) {
        let Some((place, life, conn)) = self.links.get(&id).map(|l| (l.node, l.life, l.conn))
        else {
            return;
        };
        if self
            .unless_frozen(place, Event::GoneBelow { link: id })
            .is_none()
        {
            return;
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.reset = true;
        }
        self.hear(place, life, conn, Heard::Closed);
        if let Some(node) = self.nodes[place].as_mut().filter(|node| node.life == life) {
            node.conns.remove(&conn);
        }
    }
}
