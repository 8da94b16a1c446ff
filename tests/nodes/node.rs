//! One node: what `maru serve` runs of the live rooms, on a runtime of its own, so that it can die as a process does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Extension;
use axum::routing::get;
use bytes::Bytes;
use maru::adapters::redis::{Redis, RedisDirectory, RedisRelay, RedisWhereabouts};
use maru::config::Address;
use maru::domain::address::ClientAddress;
use maru::domain::clock::Clock;
use maru::domain::id::{GuestId, LoginId, NodeId, RoomId};
use maru::domain::user::Look;
use maru::domain::visitor::Bearer;
use maru::ports::directory::NodeAt;
use maru::ports::relay::{Arriving, Relay, RelayCounts};
use maru::realtime::connection::LiveContext;
use maru::realtime::gate::Gate;
use maru::realtime::limits::Limits;
use maru::realtime::lines::Lines;
use maru::realtime::rooms::{Parts, Rooms};
use maru::realtime::upgrade::{LiveState, upgrade};
use maru::services::screen::Screen;
use maru_protocol::ServerFrame;
use maru_protocol::replica::Replica;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::client::{Client, DEADLINE, Heard};
use crate::front::Front;
use crate::house::House;

/// A lease short enough that its end is waited for, and still far longer than a node is ever kept from its processor.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// A node.
pub(crate) struct Node {
    pub(crate) front: Front,
    pub(crate) rooms: Arc<Rooms>,
    pub(crate) lines: Arc<Lines>,
    pub(crate) directory: RedisDirectory,
    pub(crate) whereabouts: RedisWhereabouts,
    pub(crate) relay: Leaky,
    gate: Arc<Gate>,
    clock: Clock,
    room: RoomId,
    stop: CancellationToken,
    tasks: TaskTracker,
    runtime: Option<Runtime>,
}

/// The relay, from which a number of publications can be lost.
#[derive(Clone)]
pub(crate) struct Leaky {
    relay: RedisRelay,
    losing: Arc<AtomicUsize>,
}

impl Leaky {
    /// The next so many publications of this node reach nobody.
    pub(crate) fn lose(&self, count: usize) {
        self.losing.store(count, Ordering::SeqCst);
    }

    /// Whether none is to be lost any more.
    pub(crate) fn is_sound(&self) -> bool {
        self.losing.load(Ordering::SeqCst) == 0
    }
}

impl Relay for Leaky {
    fn publish(&self, room: RoomId, message: Bytes) {
        let order = Ordering::SeqCst;
        let lost = self
            .losing
            .fetch_update(order, order, |left| left.checked_sub(1));
        if lost.is_err() {
            self.relay.publish(room, message);
        }
    }

    fn tell(&self, node: NodeId, message: Bytes) {
        self.relay.tell(node, message);
    }

    fn join(&self, room: RoomId) {
        self.relay.join(room);
    }

    fn leave(&self, room: RoomId) {
        self.relay.leave(room);
    }

    fn hears(&self) -> bool {
        self.relay.hears()
    }

    fn counts(&self) -> Option<RelayCounts> {
        self.relay.counts()
    }
}

impl Node {
    /// A node that hears the others.
    pub(crate) async fn start(house: &House, redis: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (room, service_of) = (house.room, house.service(Clock::start()));
        let (store, token_key) = (house.rooms.clone(), house.token_key.clone());
        let redis = Address::redis(redis).unwrap();
        let started = runtime.spawn(async move {
            let (id, clock) = (NodeId::generate(), Clock::start());
            let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
            let limits = Arc::new(Limits {
                lease_ms: u64::try_from(LEASE.as_millis()).unwrap(),
                announce_ms: 200,
                // Nobody is given up for how long a test takes.
                grace_ms: 60_000,
                idle_room_ms: 120_000,
                ..Limits::DEFAULT
            });
            let redis = Redis::connect(&redis).unwrap();
            let (relay, relaying) = RedisRelay::new(&redis, id, clock).unwrap();
            let lines = Arc::new(Lines::beside(Arc::new(relay.clone())));
            let relay = Leaky {
                relay,
                losing: Arc::default(),
            };
            let rooms = Arc::new(Rooms::new(Parts {
                store,
                relay: Arc::new(relay.clone()),
                node: id,
                token_key: token_key.clone(),
                limits: limits.clone(),
                screen: Screen::off(),
                clock,
                tasks: tasks.clone(),
                stop: stop.clone(),
            }));
            tokio::spawn(rooms.take_lease().await.unwrap());
            let (to_rooms, to_people) = (rooms.clone(), lines.clone());
            tokio::spawn(relaying.run(move |arriving| match arriving {
                Arriving::OfRoom(bytes) => to_rooms.hear(&bytes),
                Arriving::ForPerson(user, frames) => to_people.push(user, &frames),
            }));

            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
            let listener = listener.unwrap();
            let address = listener.local_addr().unwrap();
            let at = NodeAt {
                node: id,
                address: address.to_string(),
            };
            let directory = RedisDirectory::of_node(&redis, at, rooms.clone(), clock);
            tokio::spawn(directory.clone().keep());
            let whereabouts = RedisWhereabouts::new(&redis, id, lines.clone(), clock);
            tokio::spawn(whereabouts.clone().keep());

            let gate = Arc::new(Gate::new(token_key, limits.ticket_ms, clock));
            // No login has ended yet.
            let generation = gate.admission().generation();
            gate.admission()
                .reload(generation, Vec::new(), clock.wall());
            let context = LiveContext::new(rooms.clone(), gate.clone(), service_of, clock, limits);
            let state = LiveState {
                context: Arc::new(context.on(lines.clone())),
                tasks: tasks.clone(),
            };
            let router = axum::Router::new()
                .route("/v1/rooms/{room}/live", get(upgrade))
                .layer(Extension(ClientAddress([127, 0, 0, 1].into())))
                .with_state(state);
            tokio::spawn(async move { axum::serve(listener, router).await });
            let parts = (rooms, lines, directory, whereabouts, relay);
            (parts, gate, clock, stop, tasks, address)
        });
        let (parts, gate, clock, stop, tasks, address) = started.await.unwrap();
        let (rooms, lines, directory, whereabouts, relay) = parts;
        let node = Self {
            front: Front::new(address),
            rooms,
            lines,
            directory,
            whereabouts,
            relay,
            gate,
            clock,
            room,
            stop,
            tasks,
            runtime: Some(runtime),
        };
        node.until(|node| node.rooms.hears()).await;
        node
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.front.address
    }

    /// Whether this node owns the room.
    pub(crate) fn owns(&self) -> bool {
        use maru::ports::crowds::OwnRooms;
        self.rooms.owned(self.room).is_some()
    }

    /// Waits until something is so.
    pub(crate) async fn until(&self, wanted: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !wanted(self) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let waited = tokio::time::timeout(DEADLINE, waiting).await;
        waited.expect("the node becomes what is waited for in time");
    }

    /// A guest inside by this node.
    pub(crate) async fn guest(&self, name: &str) -> Client {
        let bearer = Bearer::Guest {
            id: GuestId::generate(),
            name: name.to_owned(),
            look: Look::default(),
        };
        self.join(bearer).await
    }

    /// The room's owner inside by this node.
    pub(crate) async fn owner(&self, house: &House) -> Client {
        let bearer = Bearer::User {
            id: house.owner.id,
            login: LoginId::generate(),
        };
        self.join(bearer).await
    }

    async fn join(&self, bearer: Bearer) -> Client {
        let ticket = self.gate.issue(self.room, bearer, self.clock.wall());
        let room = self.room.to_string();
        Client::join(&self.front, &room, ticket.unwrap()).await
    }

    /// Takes a session up, at one node after the other until one lets it in.
    pub(crate) async fn take_back(nodes: &[&Self], token: String, had: Replica) -> Client {
        let coming = async {
            loop {
                for node in nodes {
                    if let Some(client) = node.try_resume(token.clone(), had.clone()).await {
                        return client;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        };
        let back = tokio::time::timeout(DEADLINE, coming).await;
        back.expect("they are let in again in time")
    }

    async fn try_resume(&self, token: String, had: Replica) -> Option<Client> {
        let mut client = Client::open(&self.front, &self.room.to_string()).await;
        client.room = had;
        client.room.cut_off();
        let have = client.room.have();
        client.send_resume(token, have).await;
        loop {
            match client.hear().await {
                Heard::Frame(ServerFrame::Snapshot { .. } | ServerFrame::Changes { .. })
                    if client.room.is_whole() =>
                {
                    return Some(client);
                }
                Heard::Frame(_) | Heard::Pong(_) => {}
                Heard::Closed(_) | Heard::Ended | Heard::Broken => return None,
            }
        }
    }

    /// The end of a process that nobody has asked to stop.
    pub(crate) fn kill(mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Stops as it should, its rooms handed over.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        let stopped = tokio::time::timeout(DEADLINE, self.tasks.wait()).await;
        stopped.expect("it stops in time");
        self.kill();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // A runtime must not be waited for inside another.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
