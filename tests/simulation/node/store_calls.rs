//! Calls to the store: each takes effect or does not, and is answered or not, by the fate it meets.

use maru::domain::id::NodeId;
use maru::realtime::host::{HostInput, StoreAnswer, StoreCall};

use crate::store::{Store, unknown};
use crate::world::{Event, World};

/// A store call under way.
pub struct Landing {
    pub node: usize,
    pub node_id: NodeId,
    pub node_life: u64,
    pub host: u64,
    pub store_life: u64,
    pub call: u64,
    pub what: StoreCall,
    /// When the answer is back, unless it is lost or unknown.
    pub answers_at: Option<u64>,
}

impl World {
    pub fn call(&mut self, place: usize, number: u64, call: &StoreCall) {
        let Some(node) = &self.nodes[place] else {
            return;
        };
        let (id, life, host) = (node.id, node.life, node.host_life());
        let fate = self.store.fate(&mut self.random);
        let answers_at = self.now + fate.answers_ms;
        if let Some(lands) = fate.lands_ms {
            let landing = Landing {
                node: place,
                node_id: id,
                node_life: life,
                host,
                store_life: self.store.life,
                call: number,
                what: call.clone(),
                answers_at: (!fate.is_unknown).then_some(answers_at),
            };
            self.after(lands, Event::Lands(Box::new(landing)));
        }
        if fate.is_unknown {
            let answer = Box::new(unknown(call));
            let event = Event::Answers {
                node: place,
                life,
                host,
                call: number,
                answer,
            };
            self.when(answers_at, event);
        }
    }

    pub fn lands(&mut self, landing: &Landing) {
        let answer = if landing.store_life == self.store.life {
            let answer = self
                .store
                .carry_out(landing.node_id, &landing.what, self.now);
            self.check_outbox();
            let synced = self.random.chance(900);
            if landing.answers_at.is_none() && !synced {
                return;
            }
            // An answer promises that all before it is on the disk.
            let synced = self.random.chance(300);
            if Store::waits_for_disk() || synced {
                self.store.sync();
            }
            answer
        } else {
            unknown(&landing.what)
        };
        if let Some(at) = landing.answers_at {
            let event = Event::Answers {
                node: landing.node,
                life: landing.node_life,
                host: landing.host,
                call: landing.call,
                answer: Box::new(answer),
            };
            self.when(at, event);
        }
    }

    /// An answer reaches whoever asked, or nobody: another life of the node, and another host in it, ask anew.
    pub fn answers(
        &mut self,
        place: usize,
        (life, host): (u64, u64),
        call: u64,
        answer: StoreAnswer,
    ) {
        let event = Event::Answers {
            node: place,
            life,
            host,
            call,
            answer: Box::new(answer),
        };
        let Some(Event::Answers { answer, .. }) = self.unless_frozen(place, event) else {
            return;
        };
        let node = self.nodes[place].as_ref();
        if node.is_some_and(|node| node.life == life && node.host_life() == host) {
            self.tell_host(place, HostInput::Store(call, *answer));
            self.settle(place);
        }
    }
}
