//! One process with every service on the embedded store: start, serve, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngCore;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::contents::contents;
use super::http;
use super::media::Media;
use super::routes::{RouterParts, Routers, router};
use super::staging;
use super::start_error::StartError;
use crate::adapters::sqlite::{ContentOutbox, Sqlite, SqliteRooms, UserOutbox};
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::id::NodeId;
use crate::ports::notification::NotificationSink;
use crate::ports::relay::Alone;
use crate::ports::room::RoomRecall;
use crate::ports::visit::arrivals;
use crate::realtime::connection::LiveContext;
use crate::realtime::gate::Gate;
use crate::realtime::lines::Lines;
use crate::realtime::rooms::{Parts, Rooms};
use crate::realtime::token::TokenKey;
use crate::services::account::{AccountParts, AccountService};
use crate::services::room::{OriginKey, RoomService};
use crate::services::screen::Screen;
use crate::workers::discovery;
use crate::workers::erasure::Erasure;
use crate::workers::granting::Granting;
use crate::workers::moderation::Settling;
use crate::workers::outbox;
use crate::workers::posts::Posts;
use crate::workers::purge;
use crate::workers::suspensions::SendingOut;
use crate::workers::visits::{self, Visits};

/// How long a stopping process waits for saves, closes and answers under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Bytes of the secret that resume tokens are sealed with.
const SECRET_BYTES: usize = 32;

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    tasks: TaskTracker,
    /// Stops accepting and ends live rooms.
    stop: CancellationToken,
    /// Ends what must outlive the rooms: the store's writer, the lease, the relay of their events.
    last: CancellationToken,
    writer: tokio::task::JoinHandle<()>,
    lease: tokio::task::JoinHandle<()>,
    relay: tokio::task::JoinHandle<()>,
    ends: tokio::task::JoinHandle<()>,
    erasure: tokio::task::JoinHandle<()>,
    granting: tokio::task::JoinHandle<()>,
    settling: tokio::task::JoinHandle<()>,
    sending_out: tokio::task::JoinHandle<()>,
    posts: tokio::task::JoinHandle<()>,
    /// Takes down who came until nobody does any more.
    visits: tokio::task::JoinHandle<()>,
    discovery: tokio::task::JoinHandle<()>,
    purging: tokio::task::JoinHandle<()>,
    pictures: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Opens the store, binds the address and begins to serve.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let clock = Clock::start();
        let sqlite = Sqlite::open(&config.store.data).await?;
        staging::clear(&config.store.data).map_err(StartError::Leftovers)?;
        let secret = sqlite
            .secret("resume_token", new_secret())
            .await
            .map_err(StartError::Secret)?;
        let (listener, address) = listen_on(config.server.listen).await?;

        let (tasks, stop, last) = (
            TaskTracker::new(),
            CancellationToken::new(),
            CancellationToken::new(),
        );
        let lines: Arc<Lines> = Arc::default();
        let (store, writing) = SqliteRooms::notifying(sqlite.clone(), lines.clone());
        let writer = spawn_until(writing, last.clone());
        store.end_leases().await.map_err(StartError::Leases)?;
        let store = Arc::new(store);
        let screen = screen(config, &sqlite)?;
        let token_key = TokenKey::new(&secret);
        let limits = Arc::new(config.live.clone());
        let rooms = Arc::new(Rooms::new(Parts {
            store: store.clone(),
            relay: Arc::new(Alone),
            node: NodeId::generate(),
            token_key: token_key.clone(),
            limits: limits.clone(),
            screen: screen.clone(),
            clock,
            tasks: tasks.clone(),
            stop: stop.clone(),
        }));
        // Both outlive the rooms, whose last saves need them.
        let lease = rooms.take_lease().await.map_err(StartError::Leases)?;
        let lease = spawn_until(lease, last.clone());
        let events = Arc::new(sqlite.clone());
        let of_people = Arc::new(UserOutbox(sqlite.clone()));
        let of_content = Arc::new(ContentOutbox(sqlite.clone()));
        let relay = async move {
            tokio::join!(
                outbox::relay(events.clone(), events.clone(), clock),
                outbox::relay(of_people, events.clone(), clock),
                outbox::relay(of_content, events, clock)
            );
        };
        let relay = spawn_until(relay, last.clone());
        let origin_secret = sqlite.secret("origin", new_secret()).await;
        let origin_key = OriginKey::new(origin_secret.map_err(StartError::Secret)?);
        let token_secret = sqlite.secret("refresh_token", new_secret()).await;
        let token_secret = token_secret.map_err(StartError::Secret)?;
        let people = Arc::new(sqlite.clone());
        let service = RoomService::new(store.clone(), people.clone(), people, origin_key, clock);
        let service = service
            .shelving(store.clone(), rooms.clone())
            .screened_by(screen.clone());
        let purging = spawn_until(purge::run(store.clone(), clock), stop.clone());
        let gate = Gate::new(token_key, limits.ticket_ms, clock);
        gate.reload(&sqlite).await.map_err(StartError::Logins)?;
        let gate = Arc::new(gate);
        let ends = gate.clone().follow(Arc::new(sqlite.clone()));
        let ends = spawn_until(ends, stop.clone());
        let owned = store.clone();
        let (accounts, erasure) = accounts(config, &sqlite, store, &rooms, gate.clone(), clock);
        let erasure = spawn_until(erasure.run(clock), stop.clone());
        let recall: Arc<dyn RoomRecall> = rooms.clone();
        let sending_out = SendingOut {
            suspensions: Arc::new(sqlite.clone()),
            rooms: owned,
            recall: recall.clone(),
        };
        let sending_out = spawn_until(sending_out.run(clock), stop.clone());
        let live = LiveContext::new(rooms, gate, service.clone(), clock, limits).on(lines);
        let (noted, waiting) = arrivals();
        let live = Arc::new(live.noting(noted));
        let sink: Arc<dyn NotificationSink> = live.lines.clone();
        let contents = contents(&sqlite, &recall, &sink);
        let settling = Settling {
            store: Arc::new(sqlite.clone()),
            contents: contents.clone(),
        };
        let settling = spawn_until(settling.run(clock), stop.clone());
        let offset = config.visits.utc_offset;
        let visits = Visits {
            waiting,
            store: Arc::new(sqlite.clone()),
            offset,
        };
        let visits = spawn(visits.run(last.clone()));
        let (counting, sweeping) = (Arc::new(sqlite.clone()), Arc::new(sqlite.clone()));
        let discovery = async move {
            tokio::join!(
                discovery::count(counting, offset, clock),
                visits::sweep(sweeping, offset, clock)
            );
        };
        let discovery = spawn_until(discovery, stop.clone());
        let granting = Granting {
            settings: Arc::new(sqlite.clone()),
            sink: live.lines.clone(),
            watcher: live.lines.clone(),
        };
        let granting = spawn_until(granting.run(clock), stop.clone());
        let posts = Posts {
            store: Arc::new(sqlite.clone()),
            sink: live.lines.clone(),
        };
        let posts = spawn_until(posts.run(clock), stop.clone());
        let media_secret = sqlite.secret("media_link", new_secret()).await;
        let media_secret = media_secret.map_err(StartError::Secret)?;
        let media = Media::open(config, &sqlite, media_secret, clock)?;
        let pictures = spawn_until(media.work(clock), stop.clone());
        let public = config.server.public_url(address);
        let url = public.origin().to_owned();
        let Routers { router, page } = router(RouterParts {
            config,
            public,
            bound: address,
            sqlite,
            rooms: service,
            accounts,
            live,
            screen,
            contents,
            tasks: tasks.clone(),
            stop: stop.clone(),
            clock,
            token_secret,
            assets: media.assets,
            links: media.links,
        })?;
        let trusted_proxies = config.server.trusted_proxies.as_slice().into();
        let accepting = http::accept(
            listener,
            router,
            trusted_proxies,
            tasks.clone(),
            stop.clone(),
        );
        tasks.spawn(accepting);
        let metrics_address = match config.metrics.listen(&config.server) {
            Some(wanted) => {
                let (listener, address) = listen_on(wanted).await?;
                let nobody = Arc::default();
                let accepting = http::accept(listener, page, nobody, tasks.clone(), stop.clone());
                tasks.spawn(accepting);
                tracing::info!(url = %format_args!("http://{address}/metrics"), "metrics");
                Some(address)
            }
            None => None,
        };
        tracing::info!(%address, url, data = %config.store.data.display(), "serving");
        Ok(Self {
            address,
            metrics_address,
            tasks,
            stop,
            last,
            writer,
            lease,
            relay,
            ends,
            erasure,
            granting,
            settling,
            sending_out,
            posts,
            visits,
            discovery,
            purging,
            pictures,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where `/metrics` has an address of its own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics_address
    }

    /// Stops: no new connections, rooms saved, members told to come back, then everything ends.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(STOP_TIMEOUT, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time");
        }
        self.last.cancel();
        let workers = [
            self.ends,
            self.erasure,
            self.granting,
            self.settling,
            self.sending_out,
            self.posts,
            self.visits,
            self.discovery,
            self.purging,
            self.pictures,
        ];
        for outlived in [self.writer, self.lease, self.relay]
            .into_iter()
            .chain(workers)
        {
            if let Err(error) = outlived.await {
                tracing::error!(%error, "what outlives the rooms did not end well");
            }
        }
        tracing::info!("stopped");
    }
}

/// The end of accounts: what people ask for, and the worker that carries it out.
fn accounts(
    config: &Config,
    sqlite: &Sqlite,
    store: Arc<SqliteRooms>,
    rooms: &Arc<Rooms>,
    gate: Arc<Gate>,
    clock: Clock,
) -> (AccountService, Erasure) {
    let grace_ms = u64::from(config.auth.deletion_grace_days) * DAY_MS;
    let all = Arc::new(sqlite.clone());
    let parts = AccountParts {
        accounts: all.clone(),
        rooms: store.clone(),
        stores: vec![all.clone()],
        ends: Some(gate),
        recall: Some(rooms.clone()),
        grace_ms,
    };
    let erasure = Erasure {
        accounts: all.clone(),
        profiles: all.clone(),
        rooms: store,
        recall: rooms.clone(),
        stores: vec![all],
        grace_ms,
    };
    (AccountService::new(parts, clock), erasure)
}

/// What looks through what people write.
pub(super) fn screen(config: &Config, sqlite: &Sqlite) -> Result<Screen, StartError> {
    if !config.filter.enabled {
        return Ok(Screen::off());
    }
    let screen = Screen::filtering().map_err(StartError::Filter)?;
    Ok(screen.knowing(Arc::new(sqlite.clone())))
}

/// Binds an address; where it listens, if the port was for the system to choose.
async fn listen_on(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen {
        address: wanted,
        source,
    };
    let listener = TcpListener::bind(wanted).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Random bytes for the installation's secret; kept only if there is none yet.
pub(super) fn new_secret() -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// Runs what ends by itself when it is told to stop.
#[allow(clippy::disallowed_methods)]
fn spawn(work: impl Future<Output = ()> + Send + 'static) -> tokio::task::JoinHandle<()> {
    tokio::spawn(work)
}

/// Runs the store's writer until it is told to stop. It outlives the rooms, so it is no task of theirs.
#[allow(clippy::disallowed_methods)]
fn spawn_until(
    work: impl Future<Output = ()> + Send + 'static,
    until: CancellationToken,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        tokio::select! {
            () = work => {}
            () = until.cancelled() => {}
        }
    })
}
