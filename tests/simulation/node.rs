//! One node of the simulation: the real host, lease, conversations and backlogs, with a clock of its own.

mod conversations;
mod host;
mod link;
mod process;
mod relay;
mod store_calls;

use std::collections::BTreeMap;
use std::sync::Arc;

use maru::domain::clock::{Tick, WallMs};
use maru::domain::id::NodeId;
use maru::realtime::backlog::Backlog;
use maru::realtime::conversation::Conversation;
use maru::realtime::host::{At, Host};
use maru::realtime::lease::Lease;
use maru::realtime::limits::Limits;
use maru::realtime::quota::Quotas;
use maru::realtime::room::{ConnId, Now};

pub use link::Link;
pub use store_calls::Landing;

/// One connection as its node has it.
pub struct Conn {
    pub conversation: Conversation,
    pub backlog: Backlog,
    /// Where its bytes go.
    pub link: u64,
    /// When its peer last took something, or nothing waited.
    pub moved_at: Tick,
}

/// A process.
pub struct Node {
    pub id: NodeId,
    /// Which run of this place it is.
    pub life: u64,
    pub host: Option<Host>,
    pub conns: BTreeMap<ConnId, Conn>,
    pub lease: Lease,
    pub quotas: Arc<Quotas>,
    pub serves_until: Tick,
    /// Nothing happens here before.
    pub frozen_until: u64,
    pub draining: bool,
    /// When it looks at its clock next.
    pub wake_at: Option<u64>,
    pub next_link: u64,
    next_conn: u64,
    started: u64,
    /// How its clock runs: thousandths fast or slow.
    drift: i64,
    /// How its calendar is off, in milliseconds.
    wall_off: u64,
}

impl Node {
    pub fn new(number: u64, life: u64, now: u64, limits: &Arc<Limits>, drift: i64) -> Self {
        let id = uuid(0x6e6f_6465_0000 + (number << 32) + life);
        Self {
            id: NodeId::from_uuid(id),
            life,
            host: None,
            conns: BTreeMap::new(),
            lease: Lease::new(limits.lease_ms),
            quotas: Arc::new(Quotas::new(limits.clone())),
            serves_until: Tick(0),
            frozen_until: 0,
            draining: false,
            wake_at: None,
            next_link: 1,
            next_conn: 1,
            started: now,
            drift,
            wall_off: number * 1_700,
        }
    }

    /// The node's own time.
    pub fn tick(&self, now: u64) -> Tick {
        let run = i64::try_from(now - self.started).unwrap();
        Tick(u64::try_from(run + run * self.drift / 1_000).unwrap())
    }

    /// When the node's clock will read this.
    pub fn real(&self, tick: Tick, now: u64) -> u64 {
        let left = tick.since_ms(self.tick(now));
        // A clock that runs slow needs longer; one millisecond more makes up for rounding.
        let left = i64::try_from(left).unwrap();
        let left = left - left * self.drift / 1_000 + i64::from(self.drift != 0);
        now + u64::try_from(left.max(0)).unwrap()
    }

    pub fn at(&self, now: u64) -> At {
        At {
            now: Now {
                tick: self.tick(now),
                wall: WallMs(1_700_000_000_000 + now + self.wall_off),
            },
            serves_until: self.serves_until,
            lapses: self.lease.lapses(),
        }
    }

    /// Which of its hosts it has: each has a link of its own.
    pub const fn host_life(&self) -> u64 {
        self.next_link
    }

    pub fn fresh_conn(&mut self) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        conn
    }

    /// When something is due here even if nothing happens until then.
    pub fn deadline(&self, now: u64, stall_ms: u64) -> Option<Tick> {
        let host = self
            .host
            .as_ref()
            .and_then(|host| host.deadline(self.at(now)));
        let talk = self
            .conns
            .values()
            .filter_map(|c| c.conversation.deadline());
        let stalls = self.conns.values().filter(|c| !c.backlog.is_empty());
        let stalls = stalls.map(|c| c.moved_at.plus_ms(stall_ms));
        let lease = [self.lease.next()].into_iter();
        lease.chain(host).chain(talk).chain(stalls).min()
    }
}

/// A name that is the same in every run of a seed.
pub fn uuid(number: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(number))
}
