//! The room is shut while people are in it, as its owner archives or deletes it over REST, and comes back by and by:
//! nothing that is done meanwhile is taken, nobody is in it who could have heard, and all of it is there again.

use maru::domain::room::Document;
use maru::realtime::host::HostInput;
use maru::realtime::relay::{Body, Message};

use crate::random::Random;
use crate::store::Weather;
use crate::world::{Event, World};

/// The latest message between nodes is there after this time, and whoever hears it has gone.
const OUT_MS: u64 = 15_500;

/// How long the latest trouble still works after the last machine has thawed.
const SETTLE_MS: u64 = 500;

/// The room as it was shut.
struct Shut {
    at: u64,
    /// Whether it is shut in a lull, which comes besides and not in turn.
    is_lull: bool,
    document: Document,
    save_no: u64,
    /// Whether a process lived to say so to others that can hear, and nothing goes wrong until everybody was looked for.
    in_peace: bool,
}

/// How it is to be shut.
#[derive(Clone, Copy)]
struct Plan {
    /// The node that hears of it.
    place: usize,
    /// Whether that dies before it can say so.
    dies: bool,
    /// Whether it stays shut until everybody must be out.
    is_long: bool,
    is_lull: bool,
    open_after: u64,
}

/// When the room is shut, with a chance of its own so that it shifts nothing else.
pub struct Doors {
    random: Random,
    shut: Option<Shut>,
    /// When it was open last.
    opened_at: u64,
    /// Since when nothing goes wrong, so that the room can be shut in peace, and what was lost between nodes till then.
    lull: Option<(u64, u64)>,
    /// How long nothing could go wrong, in milliseconds, since that was made up for.
    peace_ms: u64,
    pub times: u64,
    pub looked: u64,
}

impl Doors {
    pub fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x0064_6f6f_7273),
            shut: None,
            opened_at: 0,
            lull: None,
            peace_ms: 0,
            times: 0,
            looked: 0,
        }
    }

    /// Whether everybody is to get out in peace.
    pub fn in_peace(&self) -> bool {
        self.lull.is_some() || self.shut.as_ref().is_some_and(|shut| shut.in_peace)
    }

    /// How much longer it has to be rough, so that a room that is shut in peace makes no trouble rarer.
    pub fn take_peace_ms(&mut self) -> u64 {
        std::mem::take(&mut self.peace_ms)
    }

    /// Whether somebody may hear now that there is no room.
    pub fn may_be_gone(&self, now: u64) -> bool {
        // Who was told as it was shut may read it long after.
        self.shut.is_some() || self.times > 0 && now < self.opened_at + 60_000
    }
}

impl World {
    pub fn begin_doors(&mut self) {
        let wait = self.doors.random.between(3_000, 15_000);
        self.after(wait, Event::Shut);
        let wait = self.doors.random.between(8_000, 32_000);
        self.after(wait, Event::Lull);
    }

    /// Nothing goes wrong from now on, and once all machines run the room is shut in peace.
    pub fn lull(&mut self) {
        if !self.is_rough {
            return;
        }
        if self.doors.shut.is_some() {
            self.after(SETTLE_MS, Event::Lull);
            return;
        }
        if self.doors.lull.is_none() {
            self.note(|| "a lull".to_owned());
            self.doors.lull = Some((self.now, self.relay_loss));
            self.relay_loss = 0;
            self.clear_up();
        }
        let nodes = self.nodes.iter();
        let busy_until = nodes.map(|node| match node {
            Some(node) => node.frozen_until,
            // It is about to be started.
            None => self.now + 1,
        });
        let busy_until = busy_until.max().unwrap_or(0);
        if busy_until > self.now {
            self.when(busy_until + SETTLE_MS, Event::Lull);
            return;
        }
        let place = self.doors.random.below(self.nodes.len() as u64);
        let open_after = self.doors.random.between(OUT_MS + 1, OUT_MS + 6_000);
        let began = self.doors.lull.map_or(self.now, |(began, _)| began);
        self.doors.peace_ms += self.now - began;
        self.close(Plan {
            place: usize::try_from(place).unwrap(),
            dies: false,
            is_long: true,
            is_lull: true,
            open_after,
        });
    }

    /// Shuts the room in the store, and has a node say so to those who are in it.
    pub fn shut(&mut self) {
        if !self.is_rough {
            return;
        }
        // It keeps its turn.
        if self.doors.shut.is_some() || self.doors.lull.is_some() {
            self.after(SETTLE_MS, Event::Shut);
            return;
        }
        let random = &mut self.doors.random;
        let (dies, is_long) = (random.chance(150), random.chance(600));
        let place = usize::try_from(random.below(self.nodes.len() as u64)).unwrap();
        let open_after = match is_long {
            true => random.between(OUT_MS + 1, OUT_MS + 6_000),
            false => random.between(500, 9_000),
        };
        self.close(Plan {
            place,
            dies,
            is_long,
            is_lull: false,
            open_after,
        });
    }

    fn close(&mut self, plan: Plan) {
        let Plan {
            place,
            dies,
            is_long,
            is_lull,
            open_after,
        } = plan;
        self.store.live.shut();
        // The handler goes on once it is on the disk.
        self.store.sync();
        let now = self.now;
        let is_awake = |node: &crate::node::Node| node.frozen_until <= now;
        let is_told = !dies && self.nodes[place].as_ref().is_some_and(is_awake);
        self.note(|| format!("shut at node {place}, told: {is_told}"));
        self.doors.times += 1;
        let in_peace = is_told && is_long && self.is_well();
        if in_peace {
            self.doors.peace_ms += open_after;
        }
        self.doors.shut = Some(Shut {
            at: now,
            is_lull,
            document: self.store.durable.document.clone(),
            save_no: self.store.durable.save_no,
            in_peace,
        });
        self.record.disturb_person("", now);
        if is_told {
            self.say_shut(place);
        }
        if is_long {
            self.after(OUT_MS, Event::Look);
        }
        self.after(open_after, Event::Open);
    }

    fn say_shut(&mut self, place: usize) {
        self.tell_host(place, HostInput::Shut);
        self.settle(place);
        let host = self.nodes[place].as_ref();
        let host = host.and_then(|node| node.host.as_ref());
        assert!(
            host.is_none_or(|host| host.owned().is_none()),
            "shut: node {place} was told, and still has the room"
        );
        let Some(from) = self.nodes[place].as_ref().map(|node| node.id) else {
            return;
        };
        let (epoch, _) = self.store.durable.owner();
        let body = Body::Announce { flush: 0 };
        let message = Message::new(self.room, from, Some(epoch), body);
        let others = self.nodes.iter().flatten().map(|node| node.id);
        let others: Vec<_> = others.filter(|id| *id != from).collect();
        for to in others {
            self.send_relay(place, to, &message);
        }
    }

    fn is_well(&self) -> bool {
        let now = self.now;
        let nodes = self.nodes.iter();
        let all_awake = nodes.clone().flatten().all(|node| node.frozen_until <= now);
        let is_quiet = self.relay_loss == 0 && self.cut_off.is_none();
        let hears = self.nodes.len() == 1 || is_quiet;
        all_awake && hears && self.store.weather == Weather::Fair
    }

    /// Whoever could hear that the room is shut is out of it.
    pub fn look(&mut self) {
        let Some(shut) = self.doors.shut.as_ref().filter(|shut| shut.in_peace) else {
            return;
        };
        let since = self.now - shut.at;
        for player in &self.players {
            let link = player.link.and_then(|link| self.links.get(&link));
            let is_inside = player.client.inside && link.is_some_and(|link| !link.dead);
            assert!(
                player.is_copycat || !is_inside,
                "shut: client {} is still inside {since} ms after",
                player.number
            );
        }
        self.doors.looked += 1;
    }

    /// The room comes back as it was shut. Nobody is told: they come by themselves.
    pub fn open(&mut self) {
        let Some(shut) = self.doors.shut.take() else {
            return;
        };
        for room in [&self.store.live, &self.store.durable] {
            assert_eq!(room.save_no, shut.save_no, "shut: it was saved meanwhile");
            assert!(
                room.document == shut.document,
                "shut: it is not what it was"
            );
        }
        self.note(|| "open again".to_owned());
        self.store.live.open();
        self.store.sync();
        self.doors.opened_at = self.now;
        self.record.disturb_person("", self.now);
        let lull = self.doors.lull.take();
        if !self.is_rough {
            return;
        }
        if let Some((_, relay_loss)) = lull {
            self.relay_loss = relay_loss;
        }
        if !shut.is_lull {
            let wait = self.doors.random.between(6_000, 20_000);
            self.after(wait, Event::Shut);
        }
    }
}
