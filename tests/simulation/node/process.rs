//! A node's process: it starts, looks at its clock, keeps its lease, and ends one way or another.

use maru::domain::clock::Tick;
use maru::realtime::host::HostInput;

use crate::node::Node;
use crate::world::{Event, World};

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

    pub fn set_alarm(&mut self, place: usize) {
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
}
