//! One task that writes to a share of a room's members, and its queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

use super::FanoutParts;
use crate::domain::clock::{Clock, Tick};
use crate::realtime::metrics::{LiveMetrics, Tally};
use crate::realtime::outbox::Outbox;

/// Jobs that may wait for one task: seconds of flushes of a crowd. Whoever needs more has no processor.
pub(super) const JOBS_MAX: usize = 1_024;

/// Bytes that may wait for one task, counted once for all its receivers.
const BYTES_MAX: usize = 32 * 1024 * 1024;

/// What was left out for a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Owes {
    #[default]
    Nothing,
    /// Latest-wins values: the newest of each is owed.
    Latest,
    /// Reliable bytes: the whole room is owed, and nothing else helps before.
    All,
}

/// What a task is to do.
#[derive(Debug)]
pub(super) enum Job {
    Send(Arc<Outbox>, Bytes),
    Resync(Arc<Outbox>, Bytes),
    /// For all of these, with so many bytes of the reliable lane.
    Flush(Vec<Arc<Outbox>>, Bytes, usize),
    Close(Arc<Outbox>, u16),
    /// For these something was left out.
    Behind(Vec<(Arc<Outbox>, Owes)>),
    /// Does nothing until told to go on.
    #[cfg(test)]
    Stall(tokio::sync::oneshot::Receiver<()>),
}

impl Job {
    fn bytes(&self) -> usize {
        match self {
            Self::Send(_, bytes) | Self::Resync(_, bytes) | Self::Flush(_, bytes, _) => bytes.len(),
            _ => 0,
        }
    }

    pub(super) fn is_for_nobody(&self) -> bool {
        matches!(self, Self::Flush(outboxes, ..) if outboxes.is_empty())
    }
}

struct Queued {
    job: Job,
    since: Tick,
}

/// What both ends of a queue know of it.
#[derive(Debug, Default)]
struct Load {
    /// Jobs not done yet.
    jobs: AtomicUsize,
    bytes: AtomicUsize,
    late_ms: AtomicU64,
    /// Whether the actor is to be told when half of the queue is free.
    is_awaited: AtomicBool,
}

impl Load {
    fn is_light(&self) -> bool {
        self.jobs.load(Ordering::SeqCst) <= JOBS_MAX / 2
            && self.bytes.load(Ordering::SeqCst) <= BYTES_MAX / 2
    }
}

/// The actor's end of a task.
#[derive(Debug)]
pub(super) struct Shard {
    jobs: mpsc::Sender<Queued>,
    load: Arc<Load>,
    /// Whether something was left out since it last had room.
    is_behind: bool,
}

impl Shard {
    /// A task of its own, until this end is dropped and all is done.
    pub fn start(parts: &FanoutParts, news: Arc<Notify>) -> Self {
        let (jobs, waiting) = mpsc::channel(JOBS_MAX);
        let load = Arc::new(Load::default());
        let task = Task {
            waiting,
            load: load.clone(),
            news,
            metrics: parts.metrics.clone(),
            clock: parts.clock,
        };
        parts.tasks.spawn(task.run());
        Self {
            jobs,
            load,
            is_behind: false,
        }
    }

    /// Puts a job behind all others; false when it is left out.
    pub fn take(&mut self, job: Job, now: Tick) -> bool {
        let bytes = job.bytes();
        let is_full = self.load.bytes.load(Ordering::SeqCst) + bytes > BYTES_MAX;
        self.load.jobs.fetch_add(1, Ordering::SeqCst);
        self.load.bytes.fetch_add(bytes, Ordering::SeqCst);
        let queued = Queued { job, since: now };
        let taken = !is_full && self.jobs.try_send(queued).is_ok();
        if !taken {
            self.load.jobs.fetch_sub(1, Ordering::SeqCst);
            self.load.bytes.fetch_sub(bytes, Ordering::SeqCst);
            self.is_behind = true;
            self.load.is_awaited.store(true, Ordering::SeqCst);
        }
        taken
    }

    /// Whether it was behind and half of its queue is free again; said once. If not, the actor will be told.
    pub fn has_room(&mut self) -> bool {
        if !self.is_behind {
            return false;
        }
        // Before the look, so that a task that becomes free in between tells.
        self.load.is_awaited.store(true, Ordering::SeqCst);
        let has_room = self.load.is_light();
        self.is_behind = !has_room;
        has_room
    }

    /// Whether everything it was given is done.
    pub fn is_idle(&self) -> bool {
        self.load.jobs.load(Ordering::SeqCst) == 0
    }

    /// How late it has been since this was last asked.
    pub fn take_late_ms(&self) -> u64 {
        self.load.late_ms.swap(0, Ordering::Relaxed)
    }
}

/// The other end.
struct Task {
    waiting: mpsc::Receiver<Queued>,
    load: Arc<Load>,
    news: Arc<Notify>,
    metrics: Arc<LiveMetrics>,
    clock: Clock,
}

impl Task {
    async fn run(mut self) {
        while let Some(Queued { job, since }) = self.waiting.recv().await {
            let late_ms = self.clock.tick().since_ms(since);
            self.load.late_ms.fetch_max(late_ms, Ordering::Relaxed);
            let bytes = job.bytes();
            #[cfg(test)]
            let job = match job {
                Job::Stall(until) => {
                    // Whoever holds the other end may just drop it.
                    let _ = until.await;
                    Job::Behind(Vec::new())
                }
                job => job,
            };
            self.work(job);
            self.load.jobs.fetch_sub(1, Ordering::SeqCst);
            self.load.bytes.fetch_sub(bytes, Ordering::SeqCst);
            if self.load.is_light() && self.load.is_awaited.swap(false, Ordering::SeqCst) {
                self.news.notify_one();
            }
        }
    }

    fn work(&self, job: Job) {
        match job {
            Job::Send(outbox, bytes) => {
                outbox.send_of_room(bytes);
            }
            Job::Resync(outbox, bytes) => {
                outbox.resync(bytes);
            }
            Job::Flush(outboxes, bytes, reliable_bytes) => {
                let mut tally = Tally::default();
                for outbox in outboxes {
                    tally.count(outbox.send_flush(&bytes, reliable_bytes));
                }
                self.metrics.delivered(tally);
            }
            Job::Close(outbox, code) => outbox.close_with(code),
            Job::Behind(outboxes) => {
                for (outbox, owes) in outboxes {
                    match owes {
                        Owes::Nothing => {}
                        Owes::Latest => outbox.leave_out_latest(),
                        Owes::All => outbox.leave_out(),
                    }
                }
            }
            #[cfg(test)]
            Job::Stall(_) => {}
        }
    }
}
