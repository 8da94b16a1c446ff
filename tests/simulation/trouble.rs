//! What goes wrong with machines: processes die, freeze and are replaced, the store has weather, wires lose.

use crate::store::Weather;
use crate::world::{Event, World};

/// Kinds of trouble below this one do something.
pub const QUIET: u64 = 10;

/// How many kinds there are, with none.
pub const KINDS: usize = 11;

impl World {
    pub fn trouble(&mut self) {
        if !self.is_rough {
            return;
        }
        let wait = self.random.between(400, 4_500);
        self.after(wait, Event::Trouble);
        let place = usize::try_from(self.random.below(self.nodes.len() as u64)).unwrap();
        let what = self.random.below(12);
        if self.doors.in_peace() {
            return;
        }
        self.record.troubles[what.min(QUIET) as usize] += 1;
        self.note(|| format!("trouble {what} at node {place}"));
        match what {
            0 | 1 => {
                self.record.disturb_node(place, self.now);
                self.stop_node(place);
            }
            2 | 3 => self.freeze(place),
            4 | 5 => self.change_weather(),
            6 => {
                self.store.crash();
            }
            7 => self.relay_loss = self.random.below(150),
            8 => {
                self.record.disturb_node(place, self.now);
                self.cut_off = Some(place);
                let wait = self.random.between(500, 12_000);
                self.after(wait, Event::Clear);
            }
            9 => {
                self.record.disturb_node(place, self.now);
                self.drain_node(place);
            }
            _ => {}
        }
    }

    /// The process stops in its tracks and goes on later, as after a suspended laptop or a long pause.
    fn freeze(&mut self, place: usize) {
        let until = self.now + self.random.between(500, 22_000);
        if let Some(node) = &mut self.nodes[place] {
            node.frozen_until = until;
            self.record.disturb_node(place, until);
        }
    }

    fn change_weather(&mut self) {
        self.record.disturb_store(self.now);
        self.store.weather = *self
            .random
            .pick(&[Weather::Slow, Weather::Failing, Weather::Down]);
        let wait = self.random.between(300, 9_000);
        self.after(wait, Event::Clear);
    }

    pub fn clear_up(&mut self) {
        if self.store.weather != Weather::Fair {
            self.record.disturb_store(self.now);
        }
        self.store.weather = Weather::Fair;
        if let Some(place) = self.cut_off.take() {
            self.record.disturb_node(place, self.now);
        }
    }

    /// Nothing goes wrong any more; what is broken stays so until someone notices.
    pub fn calm_down(&mut self) {
        self.is_rough = false;
        self.relay_loss = 0;
        self.clear_up();
        self.open();
        let links: Vec<u64> = self.links.keys().copied().collect();
        for link in links {
            self.unstall(link);
        }
        for place in 0..self.nodes.len() {
            if self.nodes[place].is_none() {
                self.after(1_000, Event::Start { node: place });
            }
        }
    }
}
