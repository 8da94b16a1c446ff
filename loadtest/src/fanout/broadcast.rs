//! The sending side of one phase: events on schedule, flushes, an orderly end.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use maru::domain::clock::Clock;
use maru::realtime::fanout::{Fanout, FanoutParts};
use maru::realtime::frame;
use maru::realtime::room::ConnId;
use maru_protocol::{CloseCode, encode_server};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;

use super::plan::{Phase, Receiver, Way};
use super::port::{self, Drained, Port, Tally};
use super::stream::{self, Flush};
use crate::Failure;
use crate::process::monotonic_us;

/// How long receivers that are behind may take to catch up at the end.
const SETTLE_MS_MAX: u64 = 20_000;

/// How often it is looked whether they have.
const SETTLE_STEP: Duration = Duration::from_millis(20);

/// A sender that cannot keep the pace stops after this many times the planned length.
const OVERTIME_MAX: u64 = 2;

/// Everyone, and how far the stream is.
#[derive(Debug)]
pub struct Broadcast {
    ports: Vec<(Receiver, Port)>,
    drained: mpsc::Receiver<Drained>,
    /// Writes to the ports, where that is what is measured.
    fanout: Option<Fanout>,
    /// The receivers by audience, as the fan-out calls them.
    audiences: [Vec<ConnId>; 2],
    events: u64,
    flushes: u64,
    /// What became of the deliveries.
    pub tally: Tally,
}

/// How the schedule was kept.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Events sent.
    pub events: u64,
    /// Flushes sent.
    pub flushes: u64,
    /// From the first to the last, in seconds.
    pub seconds: f64,
}

impl Broadcast {
    /// Before the first event.
    pub fn new(way: Way, ports: Vec<(Receiver, Port)>, drained: mpsc::Receiver<Drained>) -> Self {
        let mut audiences = [Vec::new(), Vec::new()];
        let mut fanout = (way == Way::Split).then(fanout);
        if let Some(fanout) = &mut fanout {
            for (index, (receiver, port)) in ports.iter().enumerate() {
                if let Some(outbox) = port.outbox() {
                    fanout.enter(conn(index), outbox.clone());
                    audiences[usize::from(receiver.is_filtered)].push(conn(index));
                }
            }
        }
        Self {
            ports,
            drained,
            fanout,
            audiences,
            events: 0,
            flushes: 0,
            tally: Tally::default(),
        }
    }

    /// Sends for so many seconds, then waits until everyone who reads has everything.
    pub async fn run(&mut self, phase: &Phase, seconds: u64) -> Result<Pace, Failure> {
        let total = phase.rate * seconds;
        let gap_us = 1_000_000 / phase.rate;
        let period_us = phase.tick_ms.map_or(gap_us, |tick_ms| tick_ms * 1_000);
        let mut turns = tokio::time::interval(Duration::from_micros(period_us));
        turns.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let start_us = monotonic_us();
        while self.events < total {
            tokio::select! {
                biased;
                _ = turns.tick() => {}
                Some((index, stale)) = self.drained.recv() => {
                    self.catch_up(index, stale);
                    continue;
                }
            }
            let now_us = monotonic_us();
            if now_us - start_us > OVERTIME_MAX * seconds * 1_000_000 {
                break;
            }
            let scheduled = ((now_us - start_us) / gap_us + 1).min(total);
            let due = match phase.tick_ms {
                Some(_) => scheduled.saturating_sub(self.events),
                None => 1,
            };
            let due_us = (0..due).map(|more| start_us + (self.events + more) * gap_us);
            self.flush(&due_us.collect::<Vec<_>>())?;
        }
        let seconds = (monotonic_us() - start_us) as f64 / 1e6;
        self.settle().await?;
        Ok(Pace {
            events: self.events,
            flushes: self.flushes,
            seconds,
        })
    }

    fn flush(&mut self, due_us: &[u64]) -> Result<(), Failure> {
        if due_us.is_empty() {
            return Ok(());
        }
        self.flushes += 1;
        let flush = Flush {
            number: self.flushes,
            first: self.events + 1,
            due_us,
        };
        let audiences = [flush.encode(false), flush.encode(true)];
        if let Some(fanout) = &mut self.fanout {
            for (conns, (bytes, reliable_bytes)) in self.audiences.iter().zip(&audiences) {
                if !conns.is_empty() {
                    fanout.flush(conns, bytes, *reliable_bytes);
                }
            }
            fanout.catch_up();
            self.events += due_us.len() as u64;
            return Ok(());
        }
        for (receiver, port) in &mut self.ports {
            let (bytes, reliable_bytes) = &audiences[usize::from(receiver.is_filtered)];
            port.send(bytes, *reliable_bytes, &mut self.tally)?;
        }
        self.events += due_us.len() as u64;
        Ok(())
    }

    fn catch_up(&mut self, index: usize, stale: bool) {
        let (events, flushes) = (self.events, self.flushes);
        match &mut self.fanout {
            Some(fanout) if stale => fanout.resync(conn(index), stream::resync(events, flushes)),
            Some(fanout) => fanout.send(conn(index), port::newest(flushes)),
            None => self.ports[index].1.catch_up(stale, events, flushes),
        }
    }

    /// Waits until nothing waits, twice in a row: a receiver that has just caught up may be owed a resync.
    async fn settle(&mut self) -> Result<(), Failure> {
        let start_us = monotonic_us();
        let mut quiet = 0;
        while quiet < 2 {
            tokio::time::sleep(SETTLE_STEP).await;
            quiet += 1;
            while let Ok((index, stale)) = self.drained.try_recv() {
                self.catch_up(index, stale);
                quiet = 0;
            }
            if let Some(fanout) = &mut self.fanout {
                fanout.catch_up();
                if !fanout.is_idle() {
                    quiet = 0;
                }
            }
            let readers = self
                .ports
                .iter()
                .filter(|(receiver, _)| !receiver.is_stalled);
            let waiting: Vec<usize> = readers
                .map(|(_, port)| port.waiting_bytes())
                .filter(|&bytes| bytes > 0)
                .collect();
            if !waiting.is_empty() {
                quiet = 0;
            }
            if monotonic_us() - start_us > SETTLE_MS_MAX * 1_000 {
                let (count, most) = (waiting.len(), waiting.iter().max());
                return Err(
                    format!("{count} readers did not catch up; at most {most:?} bytes").into(),
                );
            }
        }
        Ok(())
    }

    /// Ends every stream.
    pub fn end(&mut self) -> Result<(), Failure> {
        for (index, (receiver, port)) in self.ports.iter_mut().enumerate() {
            match &mut self.fanout {
                _ if receiver.is_stalled => {}
                Some(fanout) => {
                    let end = encode_server(&stream::end(self.events));
                    fanout.send(conn(index), frame::binary(&end));
                    fanout.close(conn(index), CloseCode::Restart.number());
                }
                None => port.end(self.events)?,
            }
        }
        Ok(())
    }
}

/// As a room of this process calls a receiver.
const fn conn(index: usize) -> ConnId {
    ConnId(index as u64)
}

/// A fan-out that is split however few there are, with a task for each processor.
fn fanout() -> Fanout {
    Fanout::new(FanoutParts {
        metrics: Arc::default(),
        clock: Clock::start(),
        tasks: TaskTracker::new(),
        split_min: 1,
        shards_max: std::thread::available_parallelism().map_or(2, NonZero::get),
    })
}
