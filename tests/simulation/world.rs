//! The world of the simulation: one queue of things that will happen, a store, some nodes, some clients, and
//! everything that can go wrong between them. A seed decides all of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use bytes::Bytes;
use maru::catalogue::catalogue;
use maru::domain::id::{NodeId, RoomId, UserId};
use maru::domain::room::{Access, Document, RoomCard, Visibility};
use maru::domain::user::Look;
use maru::domain::visitor::{Identity, Visitor};
use maru::ports::room::memory::MemoryRoom;
use maru::realtime::gate::Gate;
use maru::realtime::host::StoreAnswer;
use maru::realtime::limits::Limits;
use maru::realtime::token::TokenKey;

use crate::cache::{Happening, Logins};
use crate::node::{Landing, Link, Node, uuid};
use crate::player::Player;
use crate::random::Random;
use crate::record::Record;
use crate::store::Store;

/// Something that will happen.
pub enum Event {
    /// A node looks at its clock.
    Wake { node: usize, life: u64 },
    /// A message of a client arrives at its node.
    Up { link: u64, bytes: Bytes },
    /// The kernel sends what it has.
    Pump { link: u64 },
    /// Bytes arrive at a client.
    Down { link: u64, bytes: Vec<u8> },
    /// A node learns that a connection is gone.
    GoneBelow { link: u64 },
    /// A client learns that its connection is gone.
    GoneAbove { link: u64 },
    /// A store call takes effect.
    Lands(Box<Landing>),
    /// Its answer is back.
    Answers {
        node: usize,
        life: u64,
        host: u64,
        call: u64,
        answer: Box<StoreAnswer>,
    },
    /// A renewal's answer is back.
    Renewed {
        node: usize,
        life: u64,
        asked: u64,
        renewed: bool,
    },
    /// A message between nodes arrives.
    Relay { to: NodeId, bytes: Bytes },
    /// A client does something.
    Act { client: usize },
    /// A client connects.
    Connect { client: usize, attempt: u64 },
    /// Something goes wrong.
    Trouble,
    /// A place gets a new process.
    Start { node: usize },
    /// The store is well again.
    Clear,
    /// A client reads again.
    Unstall { link: u64 },
    /// What waits in the outbox is published.
    Publish,
    /// What was published is cleared.
    Clears { published: Vec<u64> },
    /// Someone changes the room's name without a connection.
    Rename,
    /// The room's owner archives or deletes it.
    Shut,
    /// Nothing goes wrong for a while, and the room is shut in peace.
    Lull,
    /// Everybody is to be out of it.
    Look,
    /// It is there again.
    Open,
    /// Something happens to logins, or to the cache that must know of them.
    Login(Happening),
}

struct Queued(u64, u64, Event);

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}
impl Eq for Queued {}
impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// How many of what, and how rough it gets.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub nodes: usize,
    pub clients: usize,
    pub rough_ms: u64,
}

pub struct World {
    pub now: u64,
    pub random: Random,
    pub setting: Setting,
    pub limits: Arc<Limits>,
    pub room: RoomId,
    pub key: TokenKey,
    /// The tickets, and the cache all nodes share.
    pub gate: Gate,
    pub logins: Logins,
    pub nodes: Vec<Option<Node>>,
    pub lives: Vec<u64>,
    pub links: BTreeMap<u64, Link>,
    pub store: Store,
    pub players: Vec<Player>,
    /// Where the room's events go.
    pub outside: crate::outbox::Outside,
    /// While true, things go wrong.
    pub is_rough: bool,
    /// Of a thousand messages between nodes, how many are lost.
    pub relay_loss: u64,
    /// A place whose relay passes nothing.
    pub cut_off: Option<usize>,
    /// Whether what happens is printed.
    pub is_told: bool,
    /// What has happened, for the checks.
    pub record: Record,
    /// What was decided without a connection.
    pub renames: crate::rest::Renames,
    /// When the room is shut.
    pub doors: crate::doors::Doors,
    queue: BinaryHeap<Reverse<Queued>>,
    sequence: u64,
    next_link: u64,
}

/// Bounds small enough for a short simulation to reach them.
fn limits() -> Limits {
    Limits {
        idle_ms: 20_000,
        unsaved_batches_max: 64,
        outbox_events_max: 4,
        flush_bytes_max: 4 * 1024,
        snapshot_part_bytes: 4 * 1024,
        backlog_bytes_max: 24 * 1024,
        crowd_min: 4,
        near_max: 2,
        idle_room_ms: 12_000,
        lease_ms: 6_000,
        ..Limits::DEFAULT
    }
}

impl World {
    pub fn new(seed: u64, setting: Setting) -> Self {
        let mut random = Random::new(seed);
        let people = setting.clients.max(2) - 1;
        let users: Vec<UserId> = (0..people as u64)
            .map(|n| UserId::from_uuid(uuid(0x7573_6572_0000 + n)))
            .collect();
        let card = RoomCard {
            id: RoomId::from_uuid(uuid(0x726f_6f6d)),
            owner_id: users[0],
            name: "방".to_owned(),
            access: Access::new(Visibility::Public, true),
        };
        let room = card.id;
        let memory = MemoryRoom::new(card, Document::new(catalogue().plain_theme()));
        // One more than there are clients: somebody with a copied tab.
        let players = (0..=setting.clients).map(|client| {
            // The first two clients are the owner on two devices.
            let person = if client == setting.clients {
                0
            } else {
                client.saturating_sub(1)
            };
            let visitor = Visitor {
                identity: Identity::User {
                    id: users[person],
                    handle: format!("person{person}"),
                    login: crate::cache::login(client as u64),
                },
                name: format!("사람{person}"),
                look: Look::default(),
                hidden: std::collections::BTreeSet::new(),
                follows_owner: person % 2 == 0,
                origin: Some(person as u64),
                unheard: std::collections::BTreeSet::new(),
                unheard_ms: None,
            };
            Player::new(client, visitor)
        });
        let mut players: Vec<Player> = players.collect();
        if let Some(last) = players.last_mut() {
            last.is_copycat = true;
        }
        let limits = limits();
        assert_eq!(limits.contradiction(), None);
        let mut world = Self {
            now: 1_000,
            setting,
            limits: Arc::new(limits),
            room,
            key: TokenKey::new(&[5; 32]),
            gate: crate::cache::gate(),
            logins: Logins::default(),
            nodes: (0..setting.nodes).map(|_| None).collect(),
            lives: vec![0; setting.nodes],
            links: BTreeMap::new(),
            store: Store::new(memory),
            outside: crate::outbox::Outside::new(seed),
            players,
            is_rough: true,
            relay_loss: if random.chance(500) {
                random.below(80)
            } else {
                0
            },
            cut_off: None,
            is_told: std::env::var_os("MARU_TEST_TRACE").is_some(),
            record: Record::default(),
            renames: crate::rest::Renames::default(),
            doors: crate::doors::Doors::new(seed),
            queue: BinaryHeap::new(),
            sequence: 0,
            next_link: 1,
            random,
        };
        for node in 0..setting.nodes {
            world.start_node(node);
        }
        for client in 0..setting.clients {
            let wait = world.random.below(2_000);
            world.after(wait, Event::Connect { client, attempt: 0 });
            world.after(wait + 500, Event::Act { client });
        }
        world.after(2_000, Event::Trouble);
        world.after(1_000, Event::Publish);
        world.after(3_000, Event::Rename);
        // Most of the runs are about a room that stays.
        if seed % 3 == 1 {
            world.begin_doors();
        }
        // Half of the runs are about everything else: signing out hides what lasting sessions show.
        if seed.is_multiple_of(2) {
            world.begin_logins();
        }
        world
    }

    /// Lets things happen: a rough time, then a calm in which everything must come right.
    pub fn run(&mut self) {
        let mut rough_until = self.now + self.setting.rough_ms;
        self.run_until(rough_until);
        loop {
            let peace_ms = self.doors.take_peace_ms();
            if peace_ms == 0 {
                break;
            }
            rough_until += peace_ms;
            self.run_until(rough_until);
        }
        self.calm_down();
        self.run_until(rough_until + 75_000);
        self.check_rest();
    }

    fn run_until(&mut self, until: u64) {
        while let Some(Reverse(next)) = self.queue.peek() {
            if next.0 > until {
                break;
            }
            let Some(Reverse(Queued(at, _, event))) = self.queue.pop() else {
                break;
            };
            self.now = at;
            self.happen(event);
        }
        self.now = until;
    }

    pub fn after(&mut self, wait_ms: u64, event: Event) {
        self.when(self.now + wait_ms, event);
    }

    pub fn when(&mut self, at: u64, event: Event) {
        self.sequence += 1;
        self.queue
            .push(Reverse(Queued(at.max(self.now), self.sequence, event)));
    }

    /// One line of what happens, when someone wants to read along.
    pub fn note(&self, line: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>7} {}", self.now, line());
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake { node, life } => self.wake(node, life),
            Event::Up { link, bytes } => self.arrives_up(link, bytes),
            Event::Pump { link } => self.pump(link),
            Event::Down { link, bytes } => self.arrives_down(link, &bytes),
            Event::GoneBelow { link } => self.gone_below(link),
            Event::GoneAbove { link } => self.gone_above(link),
            Event::Lands(landing) => self.lands(&landing),
            Event::Answers {
                node,
                life,
                host,
                call,
                answer,
            } => self.answers(node, (life, host), call, *answer),
            Event::Renewed {
                node,
                life,
                asked,
                renewed,
            } => self.renewed(node, life, asked, renewed),
            Event::Relay { to, bytes } => self.relayed(to, bytes),
            Event::Act { client } => self.act(client),
            Event::Connect { client, attempt } => self.connect(client, attempt),
            Event::Trouble => self.trouble(),
            Event::Start { node } => self.start_node(node),
            Event::Clear => self.clear_up(),
            Event::Unstall { link } => self.unstall(link),
            Event::Publish => self.publish(),
            Event::Clears { published } => self.clears(&published),
            Event::Rename => self.rename(),
            Event::Shut => self.shut(),
            Event::Lull => self.lull(),
            Event::Look => self.look(),
            Event::Open => self.open(),
            Event::Login(happening) => self.login_happens(happening),
        }
    }

    /// Holds an event of a frozen node back until it thaws; gives back what happens now.
    pub fn unless_frozen(&mut self, node: usize, event: Event) -> Option<Event> {
        let frozen_until = self.nodes[node]
            .as_ref()
            .map_or(0, |node| node.frozen_until);
        if frozen_until > self.now {
            self.when(frozen_until, event);
            None
        } else {
            Some(event)
        }
    }

    pub fn fresh_link(&mut self) -> u64 {
        let link = self.next_link;
        self.next_link += 1;
        link
    }
}
