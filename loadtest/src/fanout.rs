//! `fanout`: what one delivery costs the server, by the way it is written.

mod broadcast;
mod check;
pub mod client;
mod plan;
mod port;
mod stream;

use std::collections::HashMap;

use clap::Args;
use serde::Serialize;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use broadcast::Broadcast;
use client::{Outcome, Plan};
use plan::{Phase, Receiver, Way};
use port::{Port, Tally};

use crate::child::Role;
use crate::process::{self, CpuUs};
use crate::{Failure, report};

/// Files a process needs beside its sockets.
const OTHER_FILES: usize = 64;

/// Faults shown when a run fails.
const FAULTS_SHOWN: usize = 5;

/// `fanout`'s arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Receivers.
    #[arg(long, default_value_t = 1_000)]
    connections: usize,
    /// Events a second; one set of measurements for each.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 500])]
    rates: Vec<u64>,
    /// Length of each measurement.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Times each measurement is made; the median by processor time counts.
    #[arg(long, default_value_t = 1)]
    repeat: usize,
}

/// One measurement's result.
#[derive(Debug, Serialize)]
struct Row {
    phase: Phase,
    /// Events received and found right, all receivers together.
    deliveries: u64,
    events_per_second: f64,
    flushes: u64,
    /// Server processor time for one event at one receiver.
    user_us: f64,
    system_us: f64,
    total_us: f64,
    /// As a multiple of the bare loop's at the same rate.
    times_bare: Option<f64>,
    client_us: f64,
    late_ms_p50: f64,
    late_ms_p99: f64,
    tally: Tally,
    resyncs: u64,
    pongs: u64,
    load_average: f64,
}

/// Runs every measurement.
pub fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let valid = 1..=10_000;
    if arguments.rates.iter().any(|rate| !valid.contains(rate)) {
        return Err("rates are 1 to 10000 a second".into());
    }
    process::check_files(arguments.connections + OTHER_FILES)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let rows = runtime.block_on(measure_all(arguments))?;
    report::print(json, &rows, |rows| text(rows, arguments))
}

async fn measure_all(arguments: &Arguments) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut floors: HashMap<u64, f64> = HashMap::new();
    for phase in Phase::all(&arguments.rates) {
        let mut tries = Vec::with_capacity(arguments.repeat);
        for _ in 0..arguments.repeat.max(1) {
            // The sender is a task, as a room is: the runtime's main thread is no worker of it.
            let (connections, seconds) = (arguments.connections, arguments.seconds);
            let mut one = JoinSet::new();
            one.spawn(async move { measure(phase, connections, seconds).await });
            tries.push(one.join_next().await.ok_or("no measurement")???);
        }
        tries.sort_by(|a, b| a.total_us.total_cmp(&b.total_us));
        let mut row = tries.swap_remove(tries.len() / 2);
        if phase.way == Way::Bare {
            floors.insert(phase.rate, row.total_us);
        }
        row.times_bare = floors.get(&phase.rate).map(|floor| row.total_us / floor);
        let (name, rate) = (phase.name(), phase.rate);
        report::progress(&format!("{name} at {rate}/s: {:.2} us", row.total_us));
        rows.push(row);
    }
    Ok(rows)
}

async fn measure(phase: Phase, connections: usize, seconds: u64) -> Result<Row, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let plan = Plan {
        address: listener.local_addr()?,
        connections,
        crowd: phase.crowd,
    };
    let mut clients = Role::start("fanout-client", &plan)?;
    let mut tasks = JoinSet::new();
    let (drained, waiting) = mpsc::channel(connections);
    let mut ports = Vec::with_capacity(connections);
    for index in 0..connections {
        let (mut socket, _) = listener.accept().await?;
        let receiver = Receiver::from_byte(socket.read_u8().await?);
        let port = Port::open(phase.way, index, receiver, socket, &mut tasks, &drained).await?;
        ports.push((receiver, port));
    }
    let mut broadcast = Broadcast::new(phase.way, ports, waiting);
    let before = CpuUs::so_far()?;
    let sent = broadcast.run(&phase, seconds).await;
    let used = CpuUs::so_far()?.since(before);
    let pace = match sent {
        Ok(pace) => pace,
        // Often a receiver found a fault and hung up: then its reason is the better one.
        Err(error) => {
            drop((broadcast, tasks));
            let outcome: Result<Outcome, Failure> = clients.hear().await;
            let faults = outcome.ok().and_then(|outcome| faults(&outcome));
            return Err(faults
                .map_or_else(|| error.to_string(), |faults| format!("{error}\n{faults}"))
                .into());
        }
    };
    let tally = broadcast.tally;
    broadcast.end()?;
    let outcome: Outcome = clients.hear().await?;
    clients.end().await?;
    if let Some(faults) = faults(&outcome) {
        return Err(faults);
    }
    let each = |us: f64| us / outcome.events as f64;
    Ok(Row {
        phase,
        deliveries: outcome.events,
        events_per_second: pace.events as f64 / pace.seconds,
        flushes: pace.flushes,
        user_us: each(used.user),
        system_us: each(used.system),
        total_us: each(used.total()),
        times_bare: None,
        client_us: each(outcome.cpu_us.total()),
        late_ms_p50: outcome.late_ms_p50,
        late_ms_p99: outcome.late_ms_p99,
        tally,
        resyncs: outcome.resyncs,
        pongs: outcome.pongs,
        load_average: process::load_average(),
    })
}

fn faults(outcome: &Outcome) -> Option<Failure> {
    let shown: Vec<_> = outcome
        .faults
        .iter()
        .take(FAULTS_SHOWN)
        .map(String::as_str)
        .collect();
    let count = outcome.faults.len();
    (count > 0).then(|| format!("{count} receivers found faults:\n  {}", shown.join("\n  ")).into())
}

fn text(rows: &[Row], arguments: &Arguments) -> String {
    let head = [
        "way",
        "asked/s",
        "sent/s",
        "us/delivery",
        "user",
        "system",
        "x bare",
        "client us",
        "late p50 ms",
        "p99 ms",
        "waited",
        "cut",
        "dropped",
        "resyncs",
        "pongs",
    ];
    let cells = |row: &Row| {
        vec![
            row.phase.name(),
            row.phase.rate.to_string(),
            format!("{:.0}", row.events_per_second),
            format!("{:.2}", row.total_us),
            format!("{:.2}", row.user_us),
            format!("{:.2}", row.system_us),
            row.times_bare
                .map_or_else(|| "-".to_owned(), |times| format!("{times:.2}")),
            format!("{:.2}", row.client_us),
            format!("{:.1}", row.late_ms_p50),
            format!("{:.1}", row.late_ms_p99),
            row.tally.waited.to_string(),
            row.tally.cut.to_string(),
            row.tally.dropped.to_string(),
            row.resyncs.to_string(),
            row.pongs.to_string(),
        ]
    };
    let rows: Vec<_> = rows.iter().map(cells).collect();
    format!(
        "{} receivers, {} s each. A delivery is one event at one receiver that read it and found it right.\n\n{}",
        arguments.connections,
        arguments.seconds,
        report::table(&head, &rows)
    )
}
