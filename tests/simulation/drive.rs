//! The nodes at work: what the tasks of a real node do, one event at a time.

use bytes::Bytes;
use maru::domain::clock::Tick;
use maru::domain::id::{NodeId, SessionId};
use maru::realtime::backlog::Driven;
use maru::realtime::conversation::{Conversation, Heard, Output, identify};
use maru::realtime::frame;
use maru::realtime::host::{Action, Host, HostInput, HostParts, StoreAnswer, StoreCall};
use maru::realtime::relay::{Body, Message};
use maru::realtime::room::{ConnId, Entry, Input};
use maru_protocol::encode_server;

use crate::node::{Conn, Link, Node, last_words, uuid};
use crate::store::{Store, says_saved, unknown};
use crate::world::{Event, Landing, World};

/// Bytes a kernel sends at a time.
const PUMP_BYTES: usize = 8 * 1024;

impl World {
    pub fn start_node(&mut self, place: usize) {
        if self.nodes[place].is_some() {
            return;
        }
        self.lives[place] += 1;
        let life = self.lives[place];
        let drift = if self.random.chance(300) { 8 } else { 0 };
        let drift = if self.random.chance(500) {
            drift
        } else {
            -drift
        };
        let number = place as u64 + 1;
        let node = Node::new(number, life, self.now, &self.limits, drift);
        self.nodes[place] = Some(node);
        self.settle(place);
    }

    pub fn wake(&mut self, place: usize, life: u64) {
        let Some(Event::Wake { .. }) = self.unless_frozen(place, Event::Wake { node: place, life })
        else {
            return;
        };
        if let Some(node) = self.nodes[place].as_mut().filter(|node| node.life == life) {
            node.wake_at = None;
            self.settle(place);
        }
    }

    /// What time has brought at a node, until nothing more is due.
    pub fn settle(&mut self, place: usize) {
        self.renew_lease(place);
        self.tick_conversations(place);
        let now = self.now;
        if let Some(node) = &mut self.nodes[place] {
            let at = node.at(now);
            let mut actions = Vec::new();
            if let Some(host) = &mut node.host {
                host.settle(at, &mut actions);
            }
            self.perform(place, actions);
        }
        self.check_owner(place);
        self.set_alarm(place);
    }

    fn set_alarm(&mut self, place: usize) {
        let (now, stall) = (self.now, self.limits.stall_ms_max);
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        if node.draining && node.host.is_none() {
            self.stop_node(place);
            return;
        }
        if let Some(due) = node.deadline(now, stall) {
            // Timers of a busy machine are late.
            let at = node.real(due, now).max(now + 1);
            if node.wake_at.is_none_or(|earlier| at < earlier) {
                node.wake_at = Some(at);
                let life = node.life;
                self.when(at, Event::Wake { node: place, life });
            }
        }
    }

    fn renew_lease(&mut self, place: usize) {
        let now = self.now;
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        let asked = node.tick(now);
        if !node.lease.ask(asked) {
            return;
        }
        let (life, id) = (node.life, node.id);
        let fate = self.store.fate(&mut self.random);
        if fate.lands_ms.is_some_and(|lands| lands <= fate.answers_ms) {
            // Counted from when it takes effect, which is after it was asked for.
            self.store.renew(id, self.limits.lease_ms, now);
        }
        self.after(
            fate.answers_ms,
            Event::Renewed {
                node: place,
                life,
                asked: asked.0,
                renewed: !fate.is_unknown,
            },
        );
    }

    pub fn renewed(&mut self, place: usize, life: u64, asked: u64, renewed: bool) {
        let event = Event::Renewed {
            node: place,
            life,
            asked,
            renewed,
        };
        if self.unless_frozen(place, event).is_none() {
            return;
        }
        let now = self.now;
        if let Some(node) = self.nodes[place].as_mut().filter(|node| node.life == life) {
            let tick = node.tick(now);
            node.lease.answered(Tick(asked), renewed, tick);
            node.serves_until = node.lease.serves_until();
            self.settle(place);
        }
    }

    fn tick_conversations(&mut self, place: usize) {
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

    fn hear(&mut self, place: usize, life: u64, conn: ConnId, heard: Heard) {
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
                    if let Some(it) = self.conn(place, conn) {
                        it.conversation.looked_up(Ok(Box::new(found)), &mut more);
                    }
                    self.say(place, conn, more);
                }
                Output::Over => {}
            }
        }
    }

    fn conn(&mut self, place: usize, conn: ConnId) -> Option<&mut Conn> {
        self.nodes[place].as_mut()?.conns.get_mut(&conn)
    }

    fn identify(
        &mut self,
        place: usize,
        conn: ConnId,
        first: &maru::realtime::conversation::First,
    ) {
        let Some(node) = &self.nodes[place] else {
            return;
        };
        let at = node.at(self.now).now;
        let fresh = SessionId::from_uuid(uuid(0x7365_7373_0000_0000 + self.record.next_session()));
        let found = identify(first.clone(), self.room, &self.gate, fresh, at.wall);
        let found = found.map(|(bearer, entry)| (Box::new(self.visitor_of(&bearer)), entry));
        self.check_identified(first, found.as_ref());
        if let Ok((visitor, entry)) = &found {
            let (Entry::Join { session, .. } | Entry::Resume { session, .. }) = entry;
            let link = self.conn(place, conn).map(|it| it.link);
            let client = link.and_then(|link| Some(self.links.get(&link)?.client));
            if let Some(client) = client {
                self.record.entering(client, *session, visitor.person_id());
            }
        }
        let tick = at.tick;
        let mut outputs = Vec::new();
        if let Some(it) = self.conn(place, conn) {
            it.conversation.identified(found, tick, &mut outputs);
        }
        self.say(place, conn, outputs);
    }

    pub fn tell_host(&mut self, place: usize, input: HostInput) {
        let now = self.now;
        let (room, key, limits) = (self.room, self.key.clone(), self.limits.clone());
        let Some(node) = &mut self.nodes[place] else {
            return;
        };
        let at = node.at(now);
        if node.host.is_none() {
            if !matches!(
                input,
                HostInput::Local(Input::Enter { .. }) | HostInput::Command(_)
            ) {
                return;
            }
            let parts = HostParts {
                node: node.id,
                token_key: key,
                limits,
                link: node.next_link,
            };
            node.next_link += 1;
            node.host = Some(Host::new(room, parts));
        }
        let mut actions = Vec::new();
        if let HostInput::Local(input) = &input {
            self.note(|| format!("node {place} takes {:.60}", format!("{input:?}")));
        }
        let before = self.seen_before(place, &input);
        if let Some(host) = self.nodes[place]
            .as_mut()
            .and_then(|node| node.host.as_mut())
        {
            host.handle(input, at, &mut actions);
        }
        self.check_acceptance(place, before);
        self.perform(place, actions);
    }

    fn perform(&mut self, place: usize, actions: Vec<Action>) {
        for action in actions {
            self.check_action(place, &action);
            match action {
                Action::Send(conn, bytes) => {
                    self.write(place, conn, |backlog, write| {
                        let _ = backlog.send(bytes, write);
                    });
                }
                Action::Resync(conn, bytes) => {
                    self.write(place, conn, |backlog, write| {
                        let _ = backlog.resync(bytes, write);
                    });
                }
                Action::Flush(conns, bytes, reliable) => {
                    for conn in conns {
                        self.write(place, conn, |backlog, write| {
                            let _ = backlog.send_flush(&bytes, reliable, write);
                        });
                    }
                }
                Action::Close(conn, code) => {
                    let bytes = frame::close(code);
                    self.write(place, conn, |backlog, write| backlog.close(bytes, write));
                }
                Action::Call(number, call) => self.call(place, number, &call),
                Action::Publish(message) => {
                    let own = self.nodes[place].as_ref().map(|node| node.id);
                    let others = self.nodes.iter().flatten().map(|node| node.id);
                    let others: Vec<NodeId> = others.filter(|id| Some(*id) != own).collect();
                    for to in others {
                        self.send_relay(place, to, &message);
                    }
                }
                Action::Answer(reply, outcome) => self.commanded(reply, outcome),
                Action::Tell(to, message) => self.send_relay(place, to, &message),
                Action::Refused(_) => {}
                Action::End => {
                    let node = self.nodes[place].as_mut();
                    let conns = node.map_or_else(Vec::new, |node| {
                        node.host = None;
                        node.conns.keys().copied().collect()
                    });
                    for conn in conns {
                        let mut outputs = Vec::new();
                        if let Some(it) = self
                            .conn(place, conn)
                            .filter(|it| !it.conversation.is_awaited())
                        {
                            it.conversation.room_gone(&mut outputs);
                        }
                        self.say(place, conn, outputs);
                    }
                }
            }
        }
    }

    /// Lets a backlog write to its kernel, and carries out what comes of it.
    fn write(
        &mut self,
        place: usize,
        conn: ConnId,
        work: impl FnOnce(
            &mut maru::realtime::backlog::Backlog,
            &mut maru::realtime::backlog::Write<'_>,
        ),
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

    fn call(&mut self, place: usize, number: u64, call: &StoreCall) {
        let Some(node) = &self.nodes[place] else {
            return;
        };
        let (id, life) = (node.id, node.life);
        let fate = self.store.fate(&mut self.random);
        let landing = |answers_at| {
            Event::Lands(Box::new(Landing {
                node: place,
                node_id: id,
                node_life: life,
                store_life: self.store.life,
                call: number,
                what: call.clone(),
                answers_at,
            }))
        };
        let answers_at = self.now + fate.answers_ms;
        if fate.is_unknown {
            if let Some(lands) = fate.lands_ms {
                let event = landing(None);
                self.after(lands, event);
            }
            let answer = Box::new(unknown(call));
            self.when(
                answers_at,
                Event::Answers {
                    node: place,
                    life,
                    call: number,
                    answer,
                },
            );
        } else if let Some(lands) = fate.lands_ms {
            let event = landing(Some(answers_at));
            self.after(lands, event);
        }
    }

    pub fn lands(&mut self, landing: Landing) {
        let Landing {
            node,
            node_id,
            node_life: life,
            store_life,
            call,
            what,
            answers_at,
        } = landing;
        if store_life != self.store.life {
            if let Some(at) = answers_at {
                let answer = Box::new(unknown(&what));
                self.when(
                    at,
                    Event::Answers {
                        node,
                        life,
                        call,
                        answer,
                    },
                );
            }
            return;
        }
        let answer = self.store.carry_out(node_id, &what, self.now);
        self.check_outbox();
        let synced = self.random.chance(900);
        if answers_at.is_none() && !synced {
            return;
        }
        // An answer promises that all before it is on the disk.
        let synced = self.random.chance(300);
        if Store::waits_for_disk() || synced {
            self.store.sync();
        }
        if let Some(at) = answers_at {
            let answer = Box::new(answer);
            self.when(
                at,
                Event::Answers {
                    node,
                    life,
                    call,
                    answer,
                },
            );
        }
    }

    pub fn answers(&mut self, place: usize, life: u64, call: u64, answer: StoreAnswer) {
        let event = Event::Answers {
            node: place,
            life,
            call,
            answer: Box::new(answer),
        };
        let Some(Event::Answers { answer, .. }) = self.unless_frozen(place, event) else {
            return;
        };
        if self.nodes[place]
            .as_ref()
            .is_none_or(|node| node.life != life)
        {
            return;
        }
        let _ = says_saved(&answer);
        self.tell_host(place, HostInput::Store(call, *answer));
        self.settle(place);
    }

    pub fn relayed(&mut self, to: NodeId, bytes: Bytes) {
        let Some(place) = self.place_of(to) else {
            return;
        };
        let Some(Event::Relay { bytes, .. }) =
            self.unless_frozen(place, Event::Relay { to, bytes })
        else {
            return;
        };
        let message = Message::decode(&bytes).expect("nodes send whole messages");
        let asks = matches!(
            message.body,
            Body::Up { .. } | Body::Roll { .. } | Body::Lost { .. }
        );
        self.note(|| format!("node {place} hears: {}", crate::world::brief(&message)));
        let has_host = self.nodes[place]
            .as_ref()
            .is_some_and(|node| node.host.is_some());
        if has_host {
            self.tell_host(place, HostInput::Relay(message));
            self.settle(place);
        } else if asks {
            let from = message.from;
            let gone = Message {
                from: to,
                body: Body::Gone,
                ..message
            };
            self.send_relay(place, from, &gone);
        }
    }

    /// The process ends as it should: handed over, everyone sent away.
    pub fn drain_node(&mut self, place: usize) {
        if let Some(node) = &mut self.nodes[place] {
            node.draining = true;
            if node.host.is_some() {
                self.tell_host(place, HostInput::Drain);
            }
            self.settle(place);
        }
    }

    /// The process is gone, with everything it had in memory.
    pub fn stop_node(&mut self, place: usize) {
        let Some(node) = self.nodes[place].take() else {
            return;
        };
        for it in node.conns.values() {
            // Some peers hear of it at once, others only by the silence.
            if let Some(link) = self.links.get_mut(&it.link) {
                if self.players[link.client].link == Some(it.link) {
                    self.record.outside(link.client, self.now);
                }
                link.reset = true;
                let told = node.draining || self.random.chance(700);
                if told {
                    self.after(20, Event::GoneAbove { link: it.link });
                } else {
                    link.dead = true;
                }
            }
        }
        let wait = if node.draining {
            1_500
        } else {
            self.random.between(300, 6_000)
        };
        self.after(wait, Event::Start { node: place });
    }

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
                backlog: maru::realtime::backlog::Backlog::new(limits.backlog_bytes_max),
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
}
