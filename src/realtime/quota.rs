//! How much one person and one address may have of this node, on all their connections together.
//!
//! An allowance outlives the connections that used it up: whoever reconnects finds it as they left it.

mod table;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use super::limits::Limits;
use super::meter::{Class, Cost, Excess};
use super::metrics::LiveMetrics;
use super::rate::SharedBucket;
use crate::domain::address::AddressGroup;
use crate::domain::clock::Tick;
use crate::domain::visitor::Bearer;
pub use table::{Table, Usage};

/// What to wait when too many connections are open: nobody knows when one of them ends.
pub(super) const CONNECTIONS_RETRY_MS: u32 = 5_000;

/// The limit of the node as a whole: nobody in particular asked too much.
pub(super) const NODE_CONNECTS: &str = "live.node_connects";

/// The node's allowances, and who uses them.
#[derive(Debug)]
pub struct Quotas {
    limits: Arc<Limits>,
    connections: AtomicUsize,
    metrics: Arc<LiveMetrics>,
    node_connects: SharedBucket,
    addresses: Table<AddressGroup, AddressUsage>,
    people: Table<Uuid, PersonUsage>,
}

/// What one address has used up.
#[derive(Debug)]
struct AddressUsage {
    connections: AtomicUsize,
    connects: SharedBucket,
    frames: SharedBucket,
    tickets: SharedBucket,
}

/// What one person has used up: an account, or a guest for the length of a visit.
#[derive(Debug)]
struct PersonUsage {
    connections: AtomicUsize,
    ops: SharedBucket,
    chat: SharedBucket,
    tickets: SharedBucket,
}

impl Usage for AddressUsage {
    fn is_idle(&self, now: Tick) -> bool {
        let buckets = [&self.connects, &self.frames, &self.tickets];
        self.connections.load(Ordering::Relaxed) == 0 && buckets.iter().all(|b| b.is_full(now))
    }
}

impl Usage for PersonUsage {
    fn is_idle(&self, now: Tick) -> bool {
        let buckets = [&self.ops, &self.chat, &self.tickets];
        self.connections.load(Ordering::Relaxed) == 0 && buckets.iter().all(|b| b.is_full(now))
    }
}

impl AddressUsage {
    fn new(limits: &Limits) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            connects: SharedBucket::full(limits.address_connects),
            frames: SharedBucket::full(limits.address_frames),
            tickets: SharedBucket::full(limits.tickets),
        }
    }
}

impl PersonUsage {
    fn new(limits: &Limits) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            ops: SharedBucket::full(limits.user_ops),
            chat: SharedBucket::full(limits.user_chat),
            tickets: SharedBucket::full(limits.tickets),
        }
    }
}

/// Whose tickets are counted.
#[derive(Debug, Clone, Copy)]
pub enum Asker {
    /// An account, wherever it asks from.
    User(crate::domain::id::UserId),
    /// Somebody without an account.
    Address(IpAddr),
}

impl Quotas {
    /// Nobody has used anything yet.
    pub fn new(limits: Arc<Limits>) -> Self {
        Self {
            connections: AtomicUsize::new(0),
            metrics: Arc::default(),
            node_connects: SharedBucket::full(limits.node_connects),
            addresses: Table::new(AddressUsage::new(&limits)),
            people: Table::new(PersonUsage::new(&limits)),
            limits,
        }
    }

    /// The same, telling these numbers what comes in.
    #[must_use]
    pub fn counted_by(mut self, metrics: Arc<LiveMetrics>) -> Self {
        self.metrics = metrics;
        self
    }

    /// A connection from this address, if the address and the node may have one more. It counts until the guard
    /// is dropped.
    pub fn connect(
        self: &Arc<Self>,
        address: IpAddr,
        now: Tick,
    ) -> Result<ConnectionGuard, Excess> {
        let usage = self.address(address, now);
        count_one(
            &usage.connections,
            self.limits.connections_per_address_max,
            "live.connections_per_address_max",
        )?;
        // From here on the guard gives the connection back, also when it is refused.
        self.connections.fetch_add(1, Ordering::Relaxed);
        let guard = ConnectionGuard {
            quotas: self.clone(),
            client: address,
            address: usage,
            person: None,
        };
        // The address first: one that is refused takes nothing from the others.
        let refused = |limit| {
            move |retry_after_ms| Excess {
                limit,
                retry_after_ms,
            }
        };
        let connects = guard.address.connects.take(now);
        connects.map_err(refused("live.address_connects"))?;
        let node = self.node_connects.take(now);
        node.map_err(refused(NODE_CONNECTS))?;
        Ok(guard)
    }

    /// Connections that have been let in and are there still.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Takes a ticket's worth.
    pub fn ticket(&self, asker: Asker, now: Tick) -> Result<(), Excess> {
        let taken = match asker {
            Asker::User(user) => self.person(user.uuid(), now).tickets.take(now),
            Asker::Address(address) => self.address(address, now).tickets.take(now),
        };
        taken.map_err(|retry_after_ms| Excess {
            limit: "live.tickets",
            retry_after_ms,
        })
    }

    fn address(&self, address: IpAddr, now: Tick) -> Arc<AddressUsage> {
        let make = || AddressUsage::new(&self.limits);
        self.addresses.usage(address.into(), now, make)
    }

    fn person(&self, person: Uuid, now: Tick) -> Arc<PersonUsage> {
        let make = || PersonUsage::new(&self.limits);
        self.people.usage(person, now, make)
    }
}

/// Counts one more unless there are `max` already.
fn count_one(count: &AtomicUsize, max: usize, limit: &'static str) -> Result<(), Excess> {
    let one_more = |before: usize| (before < max).then_some(before + 1);
    let counted = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
    counted.map(drop).map_err(|_| Excess {
        limit,
        retry_after_ms: Some(CONNECTIONS_RETRY_MS),
    })
}

/// One connection's share of its address's and its person's allowances.
#[derive(Debug)]
pub struct ConnectionGuard {
    quotas: Arc<Quotas>,
    client: IpAddr,
    address: Arc<AddressUsage>,
    person: Option<Arc<PersonUsage>>,
}

impl ConnectionGuard {
    /// Where the connection comes from.
    pub const fn client(&self) -> IpAddr {
        self.client
    }

    /// The connection is this person's, if they may have one more.
    pub fn identified(&mut self, bearer: &Bearer, now: Tick) -> Result<(), Excess> {
        let person = match bearer {
            Bearer::User { id, .. } => id.uuid(),
            Bearer::Guest { id, .. } => id.uuid(),
        };
        let usage = self.quotas.person(person, now);
        count_one(
            &usage.connections,
            self.quotas.limits.connections_per_user_max,
            "live.connections_per_user_max",
        )?;
        if let Some(before) = self.person.replace(usage) {
            before.connections.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Takes what a frame costs beyond its connection.
    pub fn charge(&self, cost: Cost, now: Tick) -> Result<(), Excess> {
        let refused = |limit| {
            move |retry_after_ms| Excess {
                limit,
                retry_after_ms,
            }
        };
        self.quotas.metrics.frame_in(cost.class);
        let frames = self.address.frames.take(now);
        frames.map_err(refused("live.address_frames"))?;
        let Some(person) = &self.person else {
            return Ok(());
        };
        match cost.class {
            Class::Ops => {
                let taken = person.ops.take_many(cost.count, now);
                taken.map_err(refused("live.user_ops"))
            }
            Class::Chat => {
                let taken = person.chat.take_many(cost.count, now);
                taken.map_err(refused("live.user_chat"))
            }
            Class::Move | Class::Signal | Class::Other => Ok(()),
        }
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.quotas.connections.fetch_sub(1, Ordering::Relaxed);
        self.address.connections.fetch_sub(1, Ordering::Relaxed);
        if let Some(person) = &self.person {
            person.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests;
