//! The way from a room's actor to the sockets of its members: straight, or in a very large room over tasks that each
//! write to a share of them.
//!
//! From the first flush on, all that goes to a connection goes through its task's one queue: its order is that
//! queue's. The actor never waits. What finds a queue full is left out, and those it was for are brought up to date
//! once the task has caught up, as a slow receiver is.

mod shard;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use maru_protocol::CloseCode;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use super::metrics::{LiveMetrics, Tally};
use super::outbox::Outbox;
use super::room::ConnId;
use crate::domain::clock::Clock;
use shard::{Job, Owes, Shard};

/// The fewest tasks worth their queues.
const SHARDS_MIN: usize = 2;

/// What a fan-out is made with.
#[derive(Debug, Clone)]
pub struct FanoutParts {
    /// Where deliveries are counted.
    pub metrics: Arc<LiveMetrics>,
    /// Tells how late the tasks are.
    pub clock: Clock,
    /// Where the tasks are attached.
    pub tasks: TaskTracker,
    /// Up to so many connections are written to straight from the actor; each task has about as many.
    pub split_min: usize,
    /// As many tasks as there are processors to run them.
    pub shards_max: usize,
}

/// One connection.
#[derive(Debug)]
struct Receiver {
    outbox: Arc<Outbox>,
    /// Whether anything for it has gone through its task's queue.
    is_queued: bool,
    /// What was left out because that queue was full.
    owes: Owes,
}

/// Everyone a room writes to on this node.
#[derive(Debug)]
pub struct Fanout {
    parts: FanoutParts,
    receivers: HashMap<ConnId, Receiver>,
    /// None while the actor writes for itself.
    shards: Vec<Shard>,
    /// Told when a task that was behind has caught up.
    news: Arc<Notify>,
}

impl Fanout {
    /// Nobody yet.
    pub fn new(parts: FanoutParts) -> Self {
        Self {
            parts,
            receivers: HashMap::new(),
            shards: Vec::new(),
            news: Arc::new(Notify::new()),
        }
    }

    /// One more to write to.
    pub fn enter(&mut self, conn: ConnId, outbox: Arc<Outbox>) {
        let receiver = Receiver {
            outbox,
            is_queued: false,
            owes: Owes::Nothing,
        };
        self.receivers.insert(conn, receiver);
    }

    /// One less: the connection is gone.
    pub fn leave(&mut self, conn: ConnId) {
        self.receivers.remove(&conn);
    }

    /// Everyone.
    pub fn outboxes(&self) -> impl Iterator<Item = (ConnId, &Outbox)> {
        let receivers = self.receivers.iter();
        receivers.map(|(conn, receiver)| (*conn, &*receiver.outbox))
    }

    /// Frames for one that must arrive.
    pub fn send(&mut self, conn: ConnId, bytes: Bytes) {
        self.give(conn, bytes, Outbox::send_of_room, Job::Send);
    }

    /// Frames that bring one up to date.
    pub fn resync(&mut self, conn: ConnId, bytes: Bytes) {
        self.parts.metrics.resynchronised();
        self.give(conn, bytes, Outbox::resync, Job::Resync);
    }

    fn give<T>(
        &mut self,
        conn: ConnId,
        bytes: Bytes,
        straight: impl FnOnce(&Outbox, Bytes) -> T,
        job: impl FnOnce(Arc<Outbox>, Bytes) -> Job,
    ) {
        let place = shard_of(conn, self.shards.len());
        let Some(receiver) = self.receivers.get_mut(&conn) else {
            return;
        };
        let shard = place.and_then(|place| self.shards.get_mut(place));
        match shard.filter(|_| receiver.is_queued) {
            // Nothing of it is on its way elsewhere.
            None => drop(straight(&receiver.outbox, bytes)),
            Some(_) if receiver.owes == Owes::All => {}
            Some(shard) => {
                let now = self.parts.clock.tick();
                if !shard.take(job(receiver.outbox.clone(), bytes), now) {
                    receiver.owes = Owes::All;
                }
            }
        }
    }

    /// One flush for many: the reliable lane, then the latest-wins lane.
    pub fn flush(&mut self, conns: &[ConnId], bytes: &Bytes, reliable_bytes: usize) {
        self.parts.metrics.flushed(bytes.len());
        self.reshape();
        if self.shards.is_empty() {
            let mut tally = Tally::default();
            for receiver in conns.iter().filter_map(|conn| self.receivers.get(conn)) {
                tally.count(receiver.outbox.send_flush(bytes, reliable_bytes));
            }
            self.parts.metrics.delivered(tally);
            return;
        }
        let mut shares: Vec<Vec<Arc<Outbox>>> = vec![Vec::new(); self.shards.len()];
        for conn in conns {
            let receiver = self.receivers.get_mut(conn);
            let receiver = receiver.filter(|receiver| receiver.owes != Owes::All);
            let share = shard_of(*conn, shares.len()).and_then(|place| shares.get_mut(place));
            if let (Some(receiver), Some(share)) = (receiver, share) {
                receiver.is_queued = true;
                share.push(receiver.outbox.clone());
            }
        }
        let owes = if reliable_bytes > 0 {
            Owes::All
        } else {
            Owes::Latest
        };
        let now = self.parts.clock.tick();
        for (place, share) in shares.into_iter().enumerate() {
            let job = Job::Flush(share, bytes.clone(), reliable_bytes);
            let Some(shard) = self.shards.get_mut(place).filter(|_| !job.is_for_nobody()) else {
                continue;
            };
            if !shard.take(job, now) {
                self.owe(conns, place, owes);
            }
        }
    }

    /// What these of a task's receivers should have got is left out.
    fn owe(&mut self, conns: &[ConnId], place: usize, owes: Owes) {
        let shards = self.shards.len();
        let own = conns.iter();
        for conn in own.filter(|conn| shard_of(**conn, shards) == Some(place)) {
            if let Some(receiver) = self.receivers.get_mut(conn) {
                receiver.owes = receiver.owes.max(owes);
            }
        }
    }

    /// The end of one, after all that was sent to it.
    pub fn close(&mut self, conn: ConnId, code: u16) {
        let Some(receiver) = self.receivers.remove(&conn) else {
            return;
        };
        let place = shard_of(conn, self.shards.len());
        let shard = place.and_then(|place| self.shards.get_mut(place));
        let now = self.parts.clock.tick();
        let queued = shard
            .filter(|_| receiver.is_queued)
            .is_some_and(|shard| shard.take(Job::Close(receiver.outbox.clone(), code), now));
        if !queued {
            receiver.outbox.close_with(code);
        }
    }

    /// The end of everyone who is left.
    pub fn close_all(&mut self, code: CloseCode) {
        let conns: Vec<ConnId> = self.receivers.keys().copied().collect();
        for conn in conns {
            self.close(conn, code.number());
        }
    }

    /// How late the tasks have been since this was last asked, the latest of them.
    pub fn take_late_ms(&self) -> u64 {
        self.shards
            .iter()
            .map(Shard::take_late_ms)
            .max()
            .unwrap_or(0)
    }

    /// Whether nothing is on its way through a task.
    pub fn is_idle(&self) -> bool {
        self.shards.iter().all(Shard::is_idle)
    }

    /// Waits until a task that was behind has caught up: then [`Fanout::catch_up`] has something to do.
    pub fn caught_up(&self) -> impl Future<Output = ()> + use<> {
        let news = self.news.clone();
        async move { news.notified().await }
    }

    /// Those for whom something was left out are brought up to date, where their task has caught up. To be called
    /// once a turn.
    pub fn catch_up(&mut self) {
        let (shards, now) = (self.shards.len(), self.parts.clock.tick());
        for place in 0..shards {
            let Some(shard) = self.shards.get_mut(place) else {
                continue;
            };
            if !shard.has_room() {
                continue;
            }
            let mut behind = Vec::new();
            for (conn, receiver) in &mut self.receivers {
                if receiver.owes > Owes::Nothing && shard_of(*conn, shards) == Some(place) {
                    let owes = std::mem::take(&mut receiver.owes);
                    behind.push((receiver.outbox.clone(), owes));
                }
            }
            // It has room, and only this side fills it.
            shard.take(Job::Behind(behind), now);
        }
    }

    /// As many tasks as the crowd wants, once nothing is on its way through those there are.
    fn reshape(&mut self) {
        let wanted = self.shards_wanted();
        let is_quiet = || {
            let owed = || self.receivers.values().any(|it| it.owes > Owes::Nothing);
            self.is_idle() && !owed()
        };
        if wanted == self.shards.len() || !is_quiet() {
            return;
        }
        let (parts, news) = (&self.parts, &self.news);
        self.shards = (0..wanted)
            .map(|_| Shard::start(parts, news.clone()))
            .collect();
        for receiver in self.receivers.values_mut() {
            receiver.is_queued = false;
        }
    }

    fn shards_wanted(&self) -> usize {
        let (count, split_min) = (self.receivers.len(), self.parts.split_min.max(1));
        // Someone who comes and goes at the bound splits nothing anew.
        let bound = if self.shards.is_empty() {
            split_min
        } else {
            split_min - split_min / 4
        };
        if self.parts.shards_max < SHARDS_MIN || count <= bound {
            return 0;
        }
        let wanted = count
            .div_ceil(split_min)
            .clamp(SHARDS_MIN, self.parts.shards_max);
        wanted.max(self.shards.len())
    }
}

/// Which of so many tasks writes to a connection; none while there are none.
fn shard_of(conn: ConnId, shards: usize) -> Option<usize> {
    let place = conn.0.checked_rem(shards as u64)?;
    usize::try_from(place).ok()
}
