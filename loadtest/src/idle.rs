//! `idle`: what joined connections cost the real server while nothing happens but heartbeats.

pub mod server;
mod visit;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use maru::adapters::sqlite::{Sqlite, SqliteRooms};
use maru::app::seed;
use maru::domain::clock::Clock;
use maru::domain::id::RoomId;
use maru::ports::room::{NewRoom, RoomStore};
use maru::realtime::connection;
use maru::realtime::limits::{HEARTBEAT_MS, PEOPLE_MAX};
use maru::realtime::outbox::{Outbox, ReadSide};
use maru::services::room::furnished;
use serde::Serialize;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;

use crate::process::{self, CpuUs, Memory};
use crate::{Failure, report};
use visit::TicketDesk;

/// Guests who come in at once.
const DESKS: usize = 16;

/// Files a process needs beside its sockets.
const OTHER_FILES: usize = 256;

/// How long the server may take to start.
const START_TRIES: u32 = 100;

/// Between two tries to reach it.
const START_STEP: Duration = Duration::from_millis(50);

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
        fn output_size<A, B, C, D, F>(_: fn(A, B, C, D) -> F) -> usize {
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
    let (mut server, address) = start(data.path()).await?;
    let pid = server.id().ok_or("the server ended")?;
    let (empty, tcp_before) = (Memory::of_process(pid)?, process::tcp_memory()?);

    report::progress(&format!(
        "{connections} guests walk into {} rooms",
        rooms.len()
    ));
    let (begun_us, before) = (process::monotonic_us(), CpuUs::of_process(pid)?);
    let mut visits = join_all(address, &rooms, connections).await?;
    let join_seconds = (process::monotonic_us() - begun_us) as f64 / 1e6;
    let join_us = CpuUs::of_process(pid)?.since(before).total() / connections as f64;
    let joined = Memory::of_process(pid)?;

    let silence = Duration::from_millis(HEARTBEAT_MS) + Duration::from_secs(2);
    report::progress(&format!(
        "in after {join_seconds:.1} s; quiet for {} s",
        silence.as_secs()
    ));
    undisturbed(&mut visits, silence).await?;
    let (settled, tcp_after) = (Memory::of_process(pid)?, process::tcp_memory()?);
    let before = CpuUs::of_process(pid)?;
    undisturbed(&mut visits, Duration::from_secs(arguments.seconds)).await?;
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

/// Fills a data folder: the demo neighbourhood, and as many more rooms of its people as are needed.
async fn furnish(data: &Path, wanted: usize) -> Result<Vec<RoomId>, Failure> {
    seed(data).await?;
    let sqlite = Sqlite::open(data).await?;
    let (store, _) = SqliteRooms::new(sqlite);
    let page = u32::try_from(wanted)?;
    let listed = store.list_public(None, page).await?;
    let mut rooms: Vec<RoomId> = listed.iter().map(|(room, _)| room.card.id).collect();
    let at = Clock::start().wall();
    for (like, _) in listed
        .iter()
        .cycle()
        .take(wanted.saturating_sub(rooms.len()))
    {
        let mut card = like.card.clone();
        card.id = RoomId::generate();
        rooms.push(card.id);
        let pieces = like
            .items
            .iter()
            .map(|(_, item)| item.piece.clone())
            .collect();
        store
            .create(NewRoom {
                card,
                document: furnished(like.theme.clone(), pieces),
                at,
            })
            .await?;
    }
    Ok(rooms)
}

/// Starts the server in a process of its own; it is killed when dropped.
async fn start(data: &Path) -> Result<(Child, SocketAddr), Failure> {
    // Freed again at once; nothing else on this machine is likely to take it in between.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = Command::new(std::env::current_exe()?)
        .args([
            "idle-server",
            "serve",
            "--listen",
            &address.to_string(),
            "--data",
        ])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    for _ in 0..START_TRIES {
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            return Ok((server, address));
        }
        tokio::time::sleep(START_STEP).await;
    }
    Err("the server did not start".into())
}

/// Guests who are inside; a result means that one was put out.
type Visits = JoinSet<Failure>;

async fn join_all(
    address: SocketAddr,
    rooms: &[RoomId],
    connections: usize,
) -> Result<Visits, Failure> {
    let rooms: Arc<[RoomId]> = rooms.into();
    let mut drivers = JoinSet::new();
    let mut desks = JoinSet::new();
    let (enter, mut entered) = mpsc::channel(DESKS);
    for first in 0..DESKS {
        let mut desk = TicketDesk::open(address, &mut drivers).await?;
        let (rooms, enter) = (rooms.clone(), enter.clone());
        desks.spawn(async move {
            for guest in (first..connections).step_by(DESKS) {
                let room = rooms[guest % rooms.len()];
                enter
                    .send(desk.visit(room, &format!("Guest {guest}")).await?)
                    .await?;
            }
            Ok::<_, Failure>(())
        });
    }
    drop(enter);
    let mut visits = JoinSet::new();
    while let Some(visit) = entered.recv().await {
        visits.spawn(visit.stay());
    }
    while let Some(desk) = desks.join_next().await {
        desk??;
    }
    Ok(visits)
}

/// Waits; nobody may be put out meanwhile.
async fn undisturbed(visits: &mut Visits, time: Duration) -> Result<(), Failure> {
    match tokio::time::timeout(time, visits.join_next()).await {
        Err(_) => Ok(()),
        Ok(Some(out)) => Err(out?),
        Ok(None) => Err("nobody is there".into()),
    }
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
