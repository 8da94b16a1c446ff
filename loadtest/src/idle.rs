//! `idle`: what joined connections cost the real server while nothing happens but heartbeats.

use std::time::Duration;

use clap::Args;
use maru::realtime::connection;
use maru::realtime::limits::Limits;

const HEARTBEAT_MS: u64 = Limits::DEFAULT.heartbeat_ms;
const PEOPLE_MAX: usize = Limits::DEFAULT.people_max;
use maru::realtime::outbox::{Outbox, ReadSide};
use serde::Serialize;
use tokio_tungstenite::WebSocketStream;

use crate::live::{Crowd, OTHER_FILES, furnish, start};
use crate::process::{self, CpuUs, Memory};
use crate::{Failure, report};

/// `idle`'s arguments.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Guests, in rooms of 200.
    #[arg(long, default_value_t = 15_000)]
    connections: usize,
    /// How long processor time is measured, in seconds: at least one heartbeat.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

/// What it came to. Memory in bytes.
#[derive(Debug, Serialize)]
struct Outcome {
    connections: usize,
    rooms: usize,
    join_seconds: f64,
    /// Server processor time for one join, in microseconds.
    join_us: f64,
    empty: Memory,
    joined: Memory,
    settled: Memory,
    /// Resident memory of the server for one connection, once all is quiet.
    resident_per_connection: f64,
    anonymous_per_connection: f64,
    /// Of the kernel, for both ends of a connection.
    tcp_per_connection: f64,
    /// Processor time of the server while idle, as a share of one core.
    idle_cores: f64,
    /// The same for one connection, in microseconds a second.
    idle_us_per_connection: f64,
    sizes: Sizes,
}

/// Sizes of what each connection is made of, in bytes.
#[derive(Debug, Serialize)]
struct Sizes {
    connection_future: usize,
    websocket: usize,
    outbox: usize,
}

impl Sizes {
    fn now() -> Self {
        fn output_size<A, B, C, D, E, F>(_: fn(A, B, C, D, E) -> F) -> usize {
            size_of::<F>()
        }
        Self {
            connection_future: output_size(connection::serve),
            websocket: size_of::<WebSocketStream<ReadSide>>(),
            outbox: size_of::<Outbox>(),
        }
    }
}

/// Runs the measurement.
pub fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    process::check_files(arguments.connections + OTHER_FILES)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(measure(arguments))?;
    report::print(json, &outcome, text)
}

async fn measure(arguments: &Arguments) -> Result<Outcome, Failure> {
    let connections = arguments.connections;
    let data = tempfile::tempdir()?;
    let rooms = furnish(data.path(), connections.div_ceil(PEOPLE_MAX)).await?;
    let (mut server, address) = start(data.path(), PEOPLE_MAX).await?;
    let pid = server.id().ok_or("the server ended")?;
    let (empty, tcp_before) = (Memory::of_process(pid)?, process::tcp_memory()?);

    report::progress(&format!(
        "{connections} guests walk into {} rooms",
        rooms.len()
    ));
    let (begun_us, before) = (process::monotonic_us(), CpuUs::of_process(pid)?);
    let mut crowd = Crowd::join(address, &rooms, connections, false).await?;
    let join_seconds = (process::monotonic_us() - begun_us) as f64 / 1e6;
    let join_us = CpuUs::of_process(pid)?.since(before).total() / connections as f64;
    let joined = Memory::of_process(pid)?;

    let silence = Duration::from_millis(HEARTBEAT_MS) + Duration::from_secs(2);
    report::progress(&format!(
        "in after {join_seconds:.1} s; quiet for {} s",
        silence.as_secs()
    ));
    crowd.stay(silence).await?;
    let (settled, tcp_after) = (Memory::of_process(pid)?, process::tcp_memory()?);
    let before = CpuUs::of_process(pid)?;
    crowd.stay(Duration::from_secs(arguments.seconds)).await?;
    let idle_us = CpuUs::of_process(pid)?.since(before).total() / arguments.seconds as f64;

    server.kill().await?;
    let each = |bytes: f64| bytes / connections as f64;
    Ok(Outcome {
        connections,
        rooms: rooms.len(),
        join_seconds,
        join_us,
        empty,
        joined,
        settled,
        resident_per_connection: each(settled.resident - empty.resident),
        anonymous_per_connection: each(settled.anonymous - empty.anonymous),
        tcp_per_connection: each(tcp_after - tcp_before),
        idle_cores: idle_us / 1e6,
        idle_us_per_connection: each(idle_us),
        sizes: Sizes::now(),
    })
}

fn text(outcome: &Outcome) -> String {
    const KIB: f64 = 1_024.0;
    let memory = |name: &str, memory: &Memory| {
        let mib = |bytes: f64| format!("{:.1}", bytes / KIB / KIB);
        vec![name.to_owned(), mib(memory.resident), mib(memory.anonymous)]
    };
    let rows = [
        memory("empty", &outcome.empty),
        memory("joined", &outcome.joined),
        memory("quiet", &outcome.settled),
    ];
    let Sizes {
        connection_future,
        websocket,
        outbox,
    } = outcome.sizes;
    format!(
        "{} guests in {} rooms, joined in {:.1} s ({:.0} us of the server each)\n\n{}\n\n\
         per connection: {:.2} KiB resident, {:.2} KiB of it anonymous; {:.2} KiB in the kernel, both ends\n\
         idle, with heartbeats: {:.4} cores, {:.1} us a second a connection\n\
         sizes: connection future {connection_future}, WebSocket {websocket}, outbox {outbox} bytes",
        outcome.connections,
        outcome.rooms,
        outcome.join_seconds,
        outcome.join_us,
        report::table(&["server memory, MiB", "resident", "anonymous"], &rows),
        outcome.resident_per_connection / KIB,
        outcome.anonymous_per_connection / KIB,
        outcome.tcp_per_connection / KIB,
        outcome.idle_cores,
        outcome.idle_us_per_connection,
    )
}
