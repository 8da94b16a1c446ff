//! One process with some services or all of them: start, serve, stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::join_all;
use rand::RngCore;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::background::Background;
use super::health::{Waiting, starting};
use super::http;
use super::media::Media;
use super::nodes::Nodes;
use super::routes::{RouterParts, Routers, router};
use super::services::{Around, Services, deletion_grace_ms};
use super::start_error::StartError;
use super::stores::{Door, OpenedStores, Stores};
use crate::config::Config;
use crate::domain::clock::Clock;
use crate::domain::service::{Service, ServiceSet};
use crate::ports::installation::InstallationUnavailable;
use crate::ports::moderation::Contents;
use crate::ports::notification::NotificationSink;
use crate::ports::people::PeopleChanges;
use crate::ports::relations::RelationChanges;
use crate::ports::room::RoomRecall;
use crate::ports::visit::arrivals;
use crate::realtime::connection::LiveContext;
use crate::realtime::gate::Gate;
use crate::realtime::rooms::{Parts, Rooms};
use crate::realtime::token::TokenKey;
use crate::rest::cursor::CursorKey;
use crate::services::room::{OriginKey, RoomService};
use crate::services::screen::Screen;
use crate::services::telling::Telling;
use crate::workers::asset::Privacy;
use crate::workers::discovery;
use crate::workers::erasure::Erasure;
use crate::workers::granting::Granting;
use crate::workers::hearing::Hearing;
use crate::workers::moderation::Settling;
use crate::workers::outbox;
use crate::workers::posts::Posts;
use crate::workers::purge;
use crate::workers::suspensions::SendingOut;
use crate::workers::visits::{self, Visits};

/// How long a stopping process waits for saves, closes and answers under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);

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
    background: Background,
}

impl Server {
    /// Binds the address, opens the stores and begins to serve.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let clock = Clock::start();
        let mut nodes = Nodes::open(config, clock)?;
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        // Whatever there is to wait for, whoever asks is told so.
        let begun = stop.clone().drop_guard();
        let (listener, address) = listen_on(config.server.listen).await?;
        let waiting = Waiting::default();
        let (serving, router_now) = watch::channel(starting(waiting.clone()));
        let trusted_proxies = config.server.trusted_proxies.as_slice().into();
        tasks.spawn(http::accept(
            listener,
            router_now,
            trusted_proxies,
            tasks.clone(),
            stop.clone(),
        ));
        let OpenedStores { stores, writing } =
            Stores::open(config, &nodes, &waiting, clock).await?;
        let mut background = Background::new(stop.clone(), CancellationToken::new());
        background.outlive("writer", writing);

        let screen = screen(config, &stores)?;
        let (live, rooms) =
            live_rooms(config, &stores, &screen, &nodes, &tasks, &stop, clock).await?;
        let running = config.server.services;
        let own_address = config.server.node_address(address);
        let presence = nodes.run(&mut background, &live.rooms, own_address, clock);
        // Both outlive the rooms, whose last saves need them.
        if running.has(Service::Room) {
            let lease = live.rooms.take_lease().await;
            background.outlive("lease", lease.map_err(StartError::Leases)?);
        }
        background.outlive("outboxes", outboxes(&stores, running, clock));
        let (noted, waiting) = arrivals();
        let live = Arc::new(live.noting(noted));

        let telling = relation_changes(&stores.door, &live)
            .into_iter()
            .fold(Telling::default(), Telling::watched_by)
            .notifying(live.lines.clone());
        let recall: Arc<dyn RoomRecall> = live.rooms.clone();
        let sink: Arc<dyn NotificationSink> = live.lines.clone();
        let contents = stores.contents(&recall, &sink);
        let around = Around {
            screen: screen.clone(),
            telling: telling.clone(),
            lines: live.lines.clone(),
            gate: live.gate.clone(),
            live_rooms: live.rooms.clone(),
            whereabouts: presence.whereabouts,
            contents: contents.clone(),
        };
        let services = Services::new(config, &stores, rooms, around, clock);
        let media = Media::open(config, &stores, secret(&stores, "media_link").await?, clock)?;
        background.finish("visits", |last| {
            let visits = Visits {
                waiting,
                store: stores.visits.clone(),
                offset: config.visits.utc_offset,
            };
            visits.run(last)
        });
        let kept = (&contents, &media);
        work_beside(&mut background, config, &stores, &live, kept, clock);

        let public = config.server.public_url(address);
        let url = public.origin().to_owned();
        let Routers { router, page } = router(RouterParts {
            config,
            public,
            bound: address,
            services,
            assets: media.assets.telling(telling).screened_by(screen.clone()),
            links: media.links,
            live,
            crowds: presence.crowds,
            nodes: &nodes,
            screen,
            tasks: tasks.clone(),
            stop: stop.clone(),
            clock,
            token_secret: secret(&stores, "refresh_token").await?,
            cursor_key: CursorKey::new(&secret(&stores, "cursor").await?),
            stores,
        })?;
        drop(serving.send_replace(router));
        let metrics_address = match config.metrics.listen(&config.server) {
            Some(wanted) => {
                let (listener, address) = listen_on(wanted).await?;
                let (_, page) = watch::channel(page);
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
            stop: begun.disarm(),
            background,
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

    /// Comes back when work that nobody waits for has ended by a fault: the process should be stopped, and started anew.
    pub async fn failed(&self) {
        self.background.failed().await;
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
        self.background.ended().await;
        tracing::info!("stopped");
    }
}

/// The live rooms and who lets people into them; and the room service, which asks them.
async fn live_rooms(
    config: &Config,
    stores: &Stores,
    screen: &Screen,
    nodes: &Nodes,
    tasks: &TaskTracker,
    stop: &CancellationToken,
    clock: Clock,
) -> Result<(LiveContext, RoomService), StartError> {
    let token_key = TokenKey::new(&secret(stores, "resume_token").await?);
    let limits = Arc::new(config.live.clone());
    let rooms = Arc::new(Rooms::new(Parts {
        store: stores.rooms.clone(),
        relay: nodes.relay.clone(),
        node: nodes.node,
        token_key: token_key.clone(),
        limits: limits.clone(),
        screen: screen.clone(),
        clock,
        tasks: tasks.clone(),
        stop: stop.clone(),
    }));
    let service = RoomService::new(
        stores.rooms.clone(),
        stores.door.people.clone(),
        stores.door.relations.clone(),
        OriginKey::new(secret(stores, "origin").await?),
        clock,
    );
    let service = service
        .shelving(stores.shelf.clone(), rooms.clone())
        .screened_by(screen.clone());
    let gate = nodes.gate(Gate::new(token_key, limits.ticket_ms, clock));
    let ended = gate.reload(stores.logins.as_ref()).await;
    ended.map_err(StartError::Logins)?;
    let live = LiveContext::new(rooms, Arc::new(gate), service.clone(), clock, limits);
    Ok((live.on(nodes.lines.clone()), service))
}

/// The way of what happened from where it was written to the log.
fn outboxes(
    stores: &Stores,
    running: ServiceSet,
    clock: Clock,
) -> impl Future<Output = ()> + Send + use<> {
    let relays = stores.outboxes.iter();
    let relays = relays.filter(|(service, _)| running.has(*service));
    let relays =
        relays.map(|(_, waiting)| outbox::relay(waiting.clone(), stores.log.clone(), clock));
    join_all(relays.collect::<Vec<_>>()).map(drop)
}

/// Work that nobody waits for.
fn work_beside(
    background: &mut Background,
    config: &Config,
    stores: &Stores,
    live: &LiveContext,
    (contents, pictures): (&Contents, &Media),
    clock: Clock,
) {
    let offset = config.visits.utc_offset;
    for service in config.server.services.iter() {
        match service {
            Service::Auth => {}
            Service::User => {
                let erasure = Erasure {
                    accounts: stores.accounts.clone(),
                    profiles: stores.profiles.clone(),
                    rooms: stores.rooms.clone(),
                    recall: live.rooms.clone(),
                    stores: stores.personal_data.clone(),
                    grace_ms: deletion_grace_ms(config),
                };
                background.run("erasure", erasure.run(clock));
                let settling = Settling {
                    store: stores.moderation.clone(),
                    contents: contents.clone(),
                };
                background.run("decisions", settling.run(clock));
                let granting = Granting {
                    settings: stores.settings.clone(),
                    sink: live.lines.clone(),
                    watcher: live.lines.clone(),
                };
                background.run("follow requests", granting.run(clock));
            }
            Service::Room => {
                let ends = live.gate.clone().follow(stores.logins.clone());
                background.run("ended logins", ends);
                let sending_out = SendingOut {
                    suspensions: stores.logins.clone(),
                    rooms: stores.rooms.clone(),
                    recall: live.rooms.clone(),
                };
                background.run("rooms of the suspended", sending_out.run(clock));
                if let Some(events) = &stores.others {
                    let hearing = Hearing {
                        events: events.clone(),
                        relations: relation_changes(&stores.door, live),
                        people: people_changes(&stores.door, live),
                        rooms: stores.rooms.clone(),
                        recall: live.rooms.clone(),
                    };
                    background.run("changes by other nodes", hearing.run(clock));
                }
                background.run("deleted rooms", purge::run(stores.shelf.clone(), clock));
                let sweeping = visits::sweep(stores.visits.clone(), offset, clock);
                background.run("old visits", sweeping);
                let settling = visits::settle(stores.guestbooks.clone(), clock);
                background.run("guestbooks", settling);
            }
            Service::Post => {
                let posts = Posts {
                    store: stores.post_upkeep.clone(),
                    sink: live.lines.clone(),
                };
                background.run("posts", posts.run(clock));
            }
            Service::Asset => {
                background.run("pictures", pictures.work(clock));
                if let (Some(events), Some(owners)) = (&stores.others, &stores.picture_owners) {
                    let privacy = Privacy {
                        events: events.clone(),
                        settings: stores.settings.clone(),
                        owners: owners.clone(),
                        backends: stores.backends.clone(),
                    };
                    background.run("private accounts", privacy.run(clock));
                }
            }
            Service::Recommend => {
                let counting = discovery::count(stores.discovery.clone(), offset, clock);
                background.run("discovery", counting);
            }
        }
    }
}

/// Who is told of relations: whoever remembers them before whoever looks them up again.
fn relation_changes(door: &Door, live: &LiveContext) -> Vec<Arc<dyn RelationChanges>> {
    let mut told = door.relation_changes.clone();
    told.push(live.lines.clone());
    told
}

/// The same of people.
fn people_changes(door: &Door, live: &LiveContext) -> Vec<Arc<dyn PeopleChanges>> {
    let mut told = door.people_changes.clone();
    told.push(live.lines.clone());
    told
}

/// What looks through what people write.
pub(super) fn screen(config: &Config, stores: &Stores) -> Result<Screen, StartError> {
    if !config.filter.enabled {
        return Ok(Screen::off());
    }
    let screen = Screen::filtering().map_err(StartError::Filter)?;
    Ok(screen.knowing(stores.spam.clone()))
}

/// The installation's secret of this name.
pub(super) async fn secret(
    stores: &Stores,
    name: &str,
) -> Result<[u8; SECRET_BYTES], InstallationUnavailable> {
    stores.installation.secret(name, new_secret()).await
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
fn new_secret() -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    secret
}
