//! The receiving process: connects everyone, reads, pings, checks every frame.

use std::cell::RefCell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use maru::realtime::frame::split;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{JoinSet, LocalSet};

use super::check::{Check, Ledger};
use super::plan::{Crowd, Receiver};
use crate::process::{CpuUs, monotonic_us};
use crate::{Failure, report};

/// Between two pings of one receiver.
const PING_INTERVAL: Duration = Duration::from_millis(200);

/// How long a tight receiver does not read.
const TIGHT_PAUSE: Duration = Duration::from_millis(20);

/// A lagging receiver reads for so long, then does not for as long.
const LAGGING_TURN_US: u64 = 2_000_000;

/// The receive buffer asked for by all but the usual receivers; the kernel doubles it.
const SMALL_BUFFER_BYTES: u32 = 4 * 1024;

/// Bytes read at once, into one buffer for all.
const READ_BYTES: usize = 64 * 1024;

/// One receiver in so many has its latencies kept.
const SAMPLED: usize = 16;

/// The hidden subcommand's argument.
#[derive(Debug, Args)]
pub struct Arguments {
    plan: String,
}

/// What the sending process asks for.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Where to connect.
    pub address: SocketAddr,
    /// How many.
    pub connections: usize,
    /// Who they are.
    pub crowd: Crowd,
}

/// What came of it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// What was wrong; nothing may be.
    pub faults: Vec<String>,
    /// Events that arrived and were right, all receivers together.
    pub events: u64,
    /// Announced gaps.
    pub resyncs: u64,
    /// Pings answered.
    pub pongs: u64,
    /// From when an event was due to when it was read: the median, in milliseconds.
    pub late_ms_p50: f64,
    /// The same, 99 of 100.
    pub late_ms_p99: f64,
    /// This process's time.
    pub cpu_us: CpuUs,
}

struct Shared {
    ledger: Ledger,
    buffer: Vec<u8>,
    late_us: Vec<u64>,
}

/// Runs in the role.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let plan: Plan = serde_json::from_str(&arguments.plan)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = LocalSet::new().block_on(&runtime, receive(&plan))?;
    report::answer(&outcome)
}

async fn receive(plan: &Plan) -> Result<Outcome, Failure> {
    let shared = Shared {
        ledger: Ledger::default(),
        buffer: vec![0; READ_BYTES],
        late_us: Vec::new(),
    };
    let shared = Rc::new(RefCell::new(shared));
    let mut stalled = Vec::new();
    let mut readers = JoinSet::new();
    for index in 0..plan.connections {
        let receiver = plan.crowd.receiver(index);
        let stream = connect(plan.address, receiver).await?;
        if receiver.is_stalled {
            stalled.push(stream);
        } else {
            let shared = shared.clone();
            let is_slow = receiver.is_tight || receiver.is_lagging;
            let is_sampled = index.is_multiple_of(SAMPLED) && !is_slow;
            readers.spawn_local(async move {
                let mut reader = Reader {
                    stream,
                    check: Check::new(receiver),
                    rest: Vec::new(),
                    shared,
                    is_sampled,
                };
                let fault = reader.run(receiver).await.err();
                (index, fault, reader.check)
            });
        }
    }
    let mut outcome = Outcome::default();
    while let Some(ended) = readers.join_next().await {
        let (index, fault, check) = ended?;
        outcome
            .faults
            .extend(fault.map(|fault| format!("receiver {index}: {fault}")));
        outcome.events += check.events;
        outcome.resyncs += check.resyncs;
        outcome.pongs += check.pongs;
    }
    drop(stalled);
    let mut late_us = std::mem::take(&mut shared.borrow_mut().late_us);
    late_us.sort_unstable();
    let at = |share: usize| {
        late_us
            .get(late_us.len() * share / 100)
            .map_or(0.0, |&us| us as f64 / 1_000.0)
    };
    outcome.late_ms_p50 = at(50);
    outcome.late_ms_p99 = at(99);
    outcome.cpu_us = CpuUs::so_far()?;
    Ok(outcome)
}

async fn connect(address: SocketAddr, receiver: Receiver) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if receiver.is_tight || receiver.is_stalled || receiver.is_lagging {
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
    }
    let stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    stream.writable().await?;
    stream.try_write(&[receiver.byte()])?;
    Ok(stream)
}

/// How long a receiver does not read now.
fn pause(receiver: Receiver) -> Option<Duration> {
    if receiver.is_lagging {
        let now_us = monotonic_us();
        let reads = (now_us / LAGGING_TURN_US).is_multiple_of(2);
        let left_us = LAGGING_TURN_US - now_us % LAGGING_TURN_US;
        return (!reads).then(|| Duration::from_micros(left_us));
    }
    receiver.is_tight.then_some(TIGHT_PAUSE)
}

struct Reader {
    stream: TcpStream,
    check: Check,
    /// The beginning of a frame that is not all there.
    rest: Vec<u8>,
    shared: Rc<RefCell<Shared>>,
    is_sampled: bool,
}

impl Reader {
    async fn run(&mut self, receiver: Receiver) -> Result<(), String> {
        let mut pings = tokio::time::interval(PING_INTERVAL);
        let mut nonce = 0;
        while !self.check.is_closed {
            tokio::select! {
                _ = pings.tick(), if receiver.pings => {
                    nonce += 1;
                    self.ping(nonce)?;
                }
                ready = self.stream.readable() => {
                    ready.map_err(|error| error.to_string())?;
                    self.read()?;
                    if let Some(pause) = pause(receiver) {
                        tokio::time::sleep(pause).await;
                    }
                }
            }
        }
        Ok(())
    }

    fn ping(&mut self, nonce: u64) -> Result<(), String> {
        // 89: final, ping. 88: masked, 8 bytes. A mask of zeros leaves the payload as it is.
        let mut bytes = vec![0x89, 0x88, 0, 0, 0, 0];
        bytes.extend(nonce.to_be_bytes());
        match self.stream.try_write(&bytes) {
            Ok(sent) if sent == bytes.len() => {
                self.check.pinged(nonce);
                Ok(())
            }
            other => Err(format!("a ping could not be sent: {other:?}")),
        }
    }

    /// Reads what is there.
    fn read(&mut self) -> Result<(), String> {
        let shared = &mut *self.shared.borrow_mut();
        let length = match self.stream.try_read(&mut shared.buffer) {
            Ok(0) => return Err("the connection ended without a close frame".to_owned()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        let now = if self.is_sampled { monotonic_us() } else { 0 };
        let fresh = &shared.buffer[..length];
        let joined;
        let mut input = if self.rest.is_empty() {
            fresh
        } else {
            self.rest.extend_from_slice(fresh);
            joined = std::mem::take(&mut self.rest);
            &joined[..]
        };
        while let Some(frame) = split(&mut input)? {
            let flush = self.check.take(frame, &mut shared.ledger)?;
            if let Some(flush) = flush.filter(|_| self.is_sampled) {
                shared.late_us.extend(
                    flush
                        .due_us
                        .iter()
                        .map(|due_us| now.saturating_sub(*due_us)),
                );
            }
        }
        self.rest.extend_from_slice(input);
        Ok(())
    }
}
