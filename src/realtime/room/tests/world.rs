//! One room, its store in memory, some clients, and everything that can go wrong between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use maru_protocol::replica::Unanswered;
use maru_protocol::{CloseCode, Op};

use super::client::Client;
use crate::catalogue::catalogue;
use crate::domain::clock::{Tick, WallMs};
use crate::domain::id::{LoginId, NodeId, RoomId, SessionId, UserId};
use crate::domain::room::{Access, Document, Epoch, RoomCard, Seq, Visibility};
use crate::domain::user::Look;
use crate::domain::visitor::{Identity, Visitor};
use crate::ports::room::memory::MemoryRoom;
use crate::ports::room::{RoomSave, SaveOutcome};
use crate::realtime::limits::Limits;
use crate::realtime::room::{CommandNo, CommandOutcome, ConnId, Effect, Entry, Input, Now, Room};
use crate::realtime::token::TokenKey;

pub(super) struct World {
    pub room: Option<Room>,
    pub store: MemoryRoom,
    pub clients: Vec<Client>,
    visitors: Vec<Visitor>,
    conns: BTreeMap<ConnId, usize>,
    conn_of: BTreeMap<usize, ConnId>,
    next_conn: u64,
    pub saving: Option<(RoomSave, Option<SaveOutcome>)>,
    pub now: Now,
    pub closes: Vec<(usize, CloseCode)>,
    /// Clients whose sockets take the reliable lane only.
    pub slow: BTreeSet<usize>,
    /// The lengths of the flushes so far: of the reliable lane, and of all.
    pub flushes: Vec<(usize, usize)>,
    pub commands: Vec<(CommandNo, CommandOutcome)>,
    /// Limits for which something was refused.
    pub refused: Vec<&'static str>,
    key: TokenKey,
    limits: Arc<Limits>,
    /// Whether events are passed on as soon as they are saved.
    pub relays: bool,
}

impl World {
    /// A room owned by the first of `people` clients.
    pub fn new(people: usize) -> Self {
        let ids: Vec<UserId> = (0..people).map(|_| UserId::generate()).collect();
        let card = RoomCard {
            id: RoomId::generate(),
            owner_id: ids[0],
            name: "방".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let visitors = ids.iter().enumerate().map(|(n, id)| Visitor {
            identity: Identity::User {
                id: *id,
                handle: format!("person{n}"),
                login: LoginId::generate(),
            },
            name: format!("사람{n}"),
            look: Look::default(),
            hidden: std::collections::BTreeSet::new(),
            follows_owner: false,
            origin: None,
            unheard: std::collections::BTreeSet::new(),
            unheard_ms: None,
        });
        let mut world = Self {
            room: None,
            store: MemoryRoom::new(card, Document::new(catalogue().plain_theme())),
            clients: (0..people).map(|_| Client::default()).collect(),
            visitors: visitors.collect(),
            conns: BTreeMap::new(),
            conn_of: BTreeMap::new(),
            next_conn: 1,
            saving: None,
            now: Now {
                tick: Tick(1_000),
                wall: WallMs(1_000_000),
            },
            closes: Vec::new(),
            slow: BTreeSet::new(),
            flushes: Vec::new(),
            commands: Vec::new(),
            refused: Vec::new(),
            key: TokenKey::new(&[5; 32]),
            limits: Arc::new(Limits::DEFAULT),
            relays: true,
        };
        world.open();
        world
    }

    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = Arc::new(limits);
        self.room = None;
        self.open();
    }

    pub fn visitor(&mut self, client: usize) -> &mut Visitor {
        &mut self.visitors[client]
    }

    /// From now on the second client is another device of the first one's person.
    pub fn same_person(&mut self, first: usize, second: usize) {
        self.visitors[second] = self.visitors[first].clone();
    }

    pub fn person_id(&self, client: usize) -> String {
        self.visitors[client].person_id()
    }

    pub fn card(&mut self) -> &mut RoomCard {
        &mut self.store.card
    }

    fn open(&mut self) {
        let node = NodeId::generate();
        let claimed = self.store.claim(node);
        self.room = Some(Room::new(
            claimed,
            node,
            self.key.clone(),
            self.limits.clone(),
            self.now,
        ));
    }

    pub fn document(&self) -> &Document {
        self.room.as_ref().expect("the room is open").document()
    }

    pub fn epoch(&self) -> Epoch {
        self.room.as_ref().expect("the room is open").epoch()
    }

    pub fn conn(&self, client: usize) -> Option<ConnId> {
        self.conn_of.get(&client).copied()
    }

    /// Gives the room an input and carries out what it wants.
    pub fn feed(&mut self, input: Input) {
        let mut effects = Vec::new();
        let now = self.now;
        if let Some(room) = &mut self.room {
            room.handle(input, now, &mut effects);
        }
        self.perform(effects);
    }

    pub fn settle(&mut self) {
        let mut effects = Vec::new();
        let now = self.now;
        if let Some(room) = &mut self.room {
            room.settle(now, &mut effects);
        }
        self.perform(effects);
    }

    pub fn pass(&mut self, ms: u64) {
        self.now.tick = self.now.tick.plus_ms(ms);
        self.now.wall = WallMs(self.now.wall.0 + ms);
        self.settle();
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { conn, bytes } => {
                    if let Some(client) = self.conns.get(&conn) {
                        self.clients[*client].inbox.push_back(bytes.to_vec());
                    }
                }
                // The outbox drops everything between the gap and this.
                Effect::Resync { conn, bytes } => {
                    if let Some(client) = self.conns.get(&conn) {
                        self.clients[*client].inbox = [bytes.to_vec()].into();
                    }
                }
                Effect::Flush {
                    conns,
                    bytes,
                    reliable_bytes,
                } => {
                    assert!(reliable_bytes <= bytes.len());
                    self.flushes.push((reliable_bytes, bytes.len()));
                    for client in conns.iter().filter_map(|conn| self.conns.get(conn)) {
                        let taken = if self.slow.contains(client) {
                            &bytes[..reliable_bytes]
                        } else {
                            &bytes[..]
                        };
                        if !taken.is_empty() {
                            self.clients[*client].inbox.push_back(taken.to_vec());
                        }
                    }
                }
                Effect::Close { conn, code } => {
                    if let Some(client) = self.conns.remove(&conn) {
                        self.closes.push((client, code));
                        if self.conn_of.get(&client) == Some(&conn) {
                            self.conn_of.remove(&client);
                        }
                    }
                }
                Effect::Save(save) => {
                    assert!(self.saving.is_none(), "one save at a time");
                    self.saving = Some((*save, None));
                }
                Effect::Answer { reply, outcome } => self.commands.push((reply, outcome)),
                Effect::Refused { limit } => self.refused.push(limit),
                Effect::Abandon => self.room = None,
            }
        }
        if self.room.is_none() {
            self.crash();
        }
    }

    /// A client comes in, or comes back if it was in before.
    pub fn connect(&mut self, client: usize) {
        if self.conn_of.contains_key(&client) {
            return;
        }
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        let claims = self.clients[client].token.as_ref().map(|token| {
            let claims = self.key.open(token);
            claims.expect("the room's own token opens")
        });
        let entry = match claims {
            None => Entry::Join {
                session: SessionId::generate(),
                avatar: None,
            },
            Some(claims) => Entry::Resume {
                session: claims.session,
                generation: claims.generation,
                have: self.clients[client].room.have(),
                avatar: None,
                issued: claims.issued,
            },
        };
        self.conns.insert(conn, client);
        self.conn_of.insert(client, conn);
        let visitor = Box::new(self.visitors[client].clone());
        self.feed(Input::Enter {
            conn,
            visitor,
            entry,
        });
    }

    /// The link is cut: what was on its way to the client is lost.
    pub fn cut(&mut self, client: usize) {
        if let Some(conn) = self.conn_of.remove(&client) {
            self.conns.remove(&conn);
            self.clients[client].inbox.clear();
            self.clients[client].inside = false;
            self.feed(Input::Lost { conn });
        }
    }

    /// The client takes what has arrived, and after a welcome sends again what has no answer.
    pub fn deliver(&mut self, client: usize) {
        while let Some(bytes) = self.clients[client].inbox.pop_front() {
            self.clients[client].deliver(&bytes);
        }
        if std::mem::take(&mut self.clients[client].must_resend) {
            if let Some(conn) = self.conn(client) {
                self.feed(Input::Heard { conn });
            }
            self.resend(client);
        }
    }

    pub fn resend(&mut self, client: usize) {
        let Some(conn) = self.conn_of.get(&client).copied() else {
            return;
        };
        for batch in self.clients[client].batches.unanswered.clone() {
            self.feed(input(conn, batch, true));
        }
    }

    /// The client makes a batch; whether it also leaves the client is `sent`.
    pub fn batch(&mut self, client: usize, ops: Vec<Op>, sent: bool) -> Option<u32> {
        if !self.clients[client].inside || self.clients[client].batches.unanswered.len() >= 64 {
            return None;
        }
        let conn = self.conn_of.get(&client).copied()?;
        let it = &mut self.clients[client];
        let batch = it.batches.make(it.room.contents.seq, ops).clone();
        let number = batch.number;
        if sent {
            self.feed(input(conn, batch, false));
        }
        Some(number)
    }

    /// The save under way reaches the store.
    pub fn save_lands(&mut self) {
        if let Some((save, outcome @ None)) = &mut self.saving {
            *outcome = Some(self.store.save(save));
            if self.relays {
                self.relay();
            }
        }
    }

    /// Everything that waits is passed on.
    pub fn relay(&mut self) {
        let waiting = self.store.waiting(0, usize::MAX);
        let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        self.store.clear(&ids);
    }

    /// The room hears what became of it.
    pub fn save_answers(&mut self) {
        self.save_lands();
        if let Some((_, Some(outcome))) = self.saving.take() {
            self.feed(Input::Saved(outcome));
        }
    }

    /// The process is gone, with everything it had in memory; a new one claims the room.
    pub fn crash(&mut self) {
        self.room = None;
        self.saving = None;
        for client in &mut self.clients {
            client.inbox.clear();
            client.inside = false;
        }
        self.conns.clear();
        self.conn_of.clear();
        self.open();
    }

    /// Everything comes to rest: everyone is here, everything is delivered and saved.
    pub fn rest(&mut self) {
        for _ in 0..4 {
            for client in 0..self.clients.len() {
                self.connect(client);
                self.deliver(client);
                // What was refused for the moment is sent again, in order.
                self.resend(client);
            }
            self.pass(100);
            self.save_answers();
            self.settle();
            self.save_answers();
            for client in 0..self.clients.len() {
                self.deliver(client);
            }
        }
    }
}

/// A batch as a connection hands it on.
fn input(conn: ConnId, batch: Unanswered, resend: bool) -> Input {
    Input::Batch {
        conn,
        number: batch.number,
        base_seq: Seq(batch.base_seq),
        resend,
        ops: batch.ops,
    }
}
