//! The real server in a process of its own, and a crowd of guests in its rooms.

pub mod server;
mod visit;

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use maru::adapters::sqlite::{Sqlite, SqliteRooms};
use maru::app::seed;
use maru::config::Config;
use maru::domain::clock::Clock;
use maru::domain::id::RoomId;
use maru::ports::room::{NewRoom, RoomStore};
use maru::services::room::furnished;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Failure;
use visit::TicketDesk;

/// Guests who come in at once.
const DESKS: usize = 16;

/// Files a process needs beside its sockets.
pub const OTHER_FILES: usize = 256;

/// How long the server may take to start.
const START_TRIES: u32 = 100;

/// Between two tries to reach it.
const START_STEP: Duration = Duration::from_millis(50);

/// Fills a data folder: the demo neighbourhood, and as many more rooms of its people as are needed.
pub async fn furnish(data: &Path, wanted: usize) -> Result<Vec<RoomId>, Failure> {
    let mut config = Config::default();
    config.store.data = data.to_owned();
    seed(&config).await?;
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

/// What stands for many addresses in life and is one here.
const ONE_ADDRESS: [&str; 11] = [
    "MARU_REST_ADDRESS_WRITE_PER_MINUTE",
    "MARU_REST_ADDRESS_WRITE_BURST",
    "MARU_LIVE_TICKETS_PER_SECOND",
    "MARU_LIVE_TICKETS_BURST",
    "MARU_LIVE_ADDRESS_FRAMES_PER_SECOND",
    "MARU_LIVE_ADDRESS_FRAMES_BURST",
    "MARU_LIVE_ADDRESS_CONNECTS_PER_SECOND",
    "MARU_LIVE_ADDRESS_CONNECTS_BURST",
    "MARU_LIVE_NODE_CONNECTS_PER_SECOND",
    "MARU_LIVE_NODE_CONNECTS_BURST",
    "MARU_LIVE_CONNECTIONS_PER_ADDRESS_MAX",
];

/// Starts the server, with rooms of so many people at the most; it is killed when dropped.
pub async fn start(data: &Path, people_max: usize) -> Result<(Child, SocketAddr), Failure> {
    // Freed again at once; nothing else on this machine is likely to take it in between.
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let server = Command::new(std::env::current_exe()?)
        .args([
            "server",
            "serve",
            "--listen",
            &address.to_string(),
            "--data",
        ])
        .arg(data)
        .env("MARU_LIVE_PEOPLE_MAX", people_max.to_string())
        .envs(ONE_ADDRESS.map(|limit| (limit, "1000000")))
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

/// Guests inside.
#[derive(Debug)]
pub struct Crowd {
    /// A result means that one was put out.
    visits: JoinSet<Failure>,
}

impl Crowd {
    /// Walks so many guests into the rooms, in turn.
    pub async fn join(
        address: SocketAddr,
        rooms: &[RoomId],
        guests: usize,
        walk: bool,
    ) -> Result<Self, Failure> {
        let rooms: Arc<[RoomId]> = rooms.into();
        let mut drivers = JoinSet::new();
        let mut desks = JoinSet::new();
        let (enter, mut entered) = mpsc::channel(DESKS);
        for first in 0..DESKS {
            let mut desk = TicketDesk::open(address, &mut drivers).await?;
            let (rooms, enter) = (rooms.clone(), enter.clone());
            desks.spawn(async move {
                for guest in (first..guests).step_by(DESKS) {
                    let room = rooms[guest % rooms.len()];
                    let visit = desk.visit(room, &format!("Guest {guest}")).await?;
                    enter.send(visit).await?;
                }
                Ok::<_, Failure>(())
            });
        }
        drop(enter);
        let mut visits = JoinSet::new();
        while let Some(visit) = entered.recv().await {
            visits.spawn(visit.stay(walk));
        }
        while let Some(desk) = desks.join_next().await {
            desk??;
        }
        Ok(Self { visits })
    }

    /// Lets time pass; nobody may be put out meanwhile.
    pub async fn stay(&mut self, time: Duration) -> Result<(), Failure> {
        match tokio::time::timeout(time, self.visits.join_next()).await {
            Err(_) => Ok(()),
            Ok(Some(out)) => Err(out?),
            Ok(None) => Err("nobody is there".into()),
        }
    }
}
