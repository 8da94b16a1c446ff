//! The live rooms of this node: at most one actor a room, and the lease that lets the node own them.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::actor::{ActorParts, Command, RoomActor};
use super::host::{CATCH_UP_BYTES, Host, HostParts};
use super::lease::Lease;
use super::limits::{Limits, STORE_MS_MAX};
use super::metrics::{LiveMetrics, RoomGauges};
use super::relay::{Body, Message};
use super::report::RoomFigures;
use super::token::TokenKey;
use crate::domain::clock::Clock;
use crate::domain::id::{NodeId, RoomId};
use crate::domain::room::Epoch;
use crate::ports::crowds::{OwnRoom, OwnRooms};
use crate::ports::relay::{Relay, RelayCounts};
use crate::ports::room::{RoomRecall, RoomStore, StoreError};
use crate::services::screen::Screen;

/// The way to a live room.
#[derive(Debug, Clone)]
pub struct RoomHandle {
    commands: mpsc::Sender<Command>,
    gauges: Arc<RoomGauges>,
}

impl RoomHandle {
    /// Hands a command over, waiting while the room is busy. `false` when the room is no longer there.
    pub async fn tell(&self, command: Command) -> bool {
        self.commands.send(command).await.is_ok()
    }
}

/// Why a room could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
}

/// The registry of live rooms.
#[derive(Debug)]
pub struct Rooms {
    live: DashMap<RoomId, RoomHandle>,
    parts: Parts,
    actor: ActorParts,
    next_link: AtomicU64,
}

/// What every room of this node is made with.
pub struct Parts {
    /// Where rooms are durable.
    pub store: Arc<dyn RoomStore>,
    /// The way to other nodes.
    pub relay: Arc<dyn Relay>,
    /// This run of this process.
    pub node: NodeId,
    /// Seals resume tokens.
    pub token_key: TokenKey,
    /// The bounds.
    pub limits: Arc<Limits>,
    /// Looks through what is said.
    pub screen: Screen,
    /// The process's clocks.
    pub clock: Clock,
    /// Where room tasks are attached.
    pub tasks: TaskTracker,
    /// Ends them.
    pub stop: CancellationToken,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("node", &self.node)
            .finish_non_exhaustive()
    }
}

impl Rooms {
    /// No rooms yet, and no lease: see [`Rooms::take_lease`].
    pub fn new(parts: Parts) -> Self {
        let actor = ActorParts {
            store: parts.store.clone(),
            relay: parts.relay.clone(),
            clock: parts.clock,
            serves_until: Arc::new(AtomicU64::new(0)),
            lapses: Arc::default(),
            metrics: Arc::default(),
            store_within: Duration::from_millis(STORE_MS_MAX),
            tasks: parts.tasks.clone(),
            split_min: parts.limits.split_min,
            shards_max: std::thread::available_parallelism().map_or(1, NonZero::get),
            commands_per_turn_max: parts.limits.commands_per_turn_max,
        };
        Self {
            live: DashMap::new(),
            parts,
            actor,
            next_link: AtomicU64::new(1),
        }
    }

    /// Takes the node's lease, and gives back the work that keeps it, which the caller must run as long as the
    /// rooms do.
    pub async fn take_lease(
        self: &Arc<Self>,
    ) -> Result<impl Future<Output = ()> + Send + use<>, StoreError> {
        let mut lease = Lease::new(self.parts.limits.lease_ms);
        self.renew(&mut lease).await?;
        let rooms = self.clone();
        Ok(async move {
            loop {
                let wait = lease.next().since_ms(rooms.parts.clock.tick());
                tokio::time::sleep(Duration::from_millis(wait)).await;
                if let Err(error) = rooms.renew(&mut lease).await {
                    tracing::warn!(%error, "the lease of this node could not be renewed");
                }
            }
        })
    }

    async fn renew(&self, lease: &mut Lease) -> Result<(), StoreError> {
        let clock = &self.parts.clock;
        let (asked, lease_ms) = (clock.tick(), self.parts.limits.lease_ms);
        if !lease.ask(asked) {
            return Ok(());
        }
        // An answer later than this would prove nothing that still helps.
        let deadline = Duration::from_millis(lease_ms / 3);
        let renewal = self.parts.store.renew(self.parts.node, lease_ms);
        let renewed = match tokio::time::timeout(deadline, renewal).await {
            Ok(renewed) => renewed,
            Err(_) => Err(StoreError::Unknown("no answer in time".to_owned())),
        };
        lease.answered(asked, renewed.is_ok(), clock.tick());
        let until = lease.serves_until().0;
        // Before its new end: no room may take that for the end of the lease it was claimed by.
        self.actor.lapses.store(lease.lapses(), Ordering::Release);
        self.actor.serves_until.store(until, Ordering::Release);
        renewed
    }

    /// Whether this node may own rooms at this time.
    pub fn holds_lease(&self) -> bool {
        self.parts.clock.tick().0 < self.actor.serves_until.load(Ordering::Acquire)
    }

    /// The way to a room, started if it is not live here. What keeps it from being entered its connections are told.
    pub fn open(self: &Arc<Self>, room: RoomId) -> Result<RoomHandle, OpenError> {
        if self.parts.stop.is_cancelled() {
            return Err(OpenError::Stopping);
        }
        match self.live.entry(room) {
            Entry::Occupied(live) if !live.get().commands.is_closed() => Ok(live.get().clone()),
            Entry::Occupied(mut over) => {
                let handle = self.start(room);
                over.insert(handle.clone());
                Ok(handle)
            }
            Entry::Vacant(place) => Ok(place.insert(self.start(room)).clone()),
        }
    }

    fn start(self: &Arc<Self>, room: RoomId) -> RoomHandle {
        let parts = &self.parts;
        let host = HostParts {
            node: parts.node,
            token_key: parts.token_key.clone(),
            limits: parts.limits.clone(),
            screen: parts.screen.clone(),
            link: self.next_link.fetch_add(1, Ordering::Relaxed),
            catch_up_bytes: CATCH_UP_BYTES,
        };
        let (commands, waiting) = mpsc::channel(parts.limits.commands_waiting_max);
        let gauges = Arc::new(RoomGauges::default());
        let actor = RoomActor::new(
            (room, parts.node),
            Host::new(room, host),
            self.actor.clone(),
            waiting,
            gauges.clone(),
        );
        let (rooms, stop) = (self.clone(), parts.stop.clone());
        parts.relay.join(room);
        let ending = Ending { rooms, room };
        parts.tasks.spawn(async move {
            // Dropped after the actor, which closes its commands.
            let _ending = ending;
            tracing::debug!(%room, "room opened");
            actor.run(stop).await;
        });
        RoomHandle { commands, gauges }
    }

    /// Takes what another node has sent; what is no message is lost.
    pub fn hear(&self, bytes: &[u8]) {
        match Message::decode(bytes) {
            Some(message) => self.relayed(message),
            None => self.actor.metrics.unheard(),
        }
    }

    /// Whether what other nodes send arrives here, as far as is known.
    pub fn hears(&self) -> bool {
        self.parts.relay.hears()
    }

    /// What the way to other nodes has done; none where there are none.
    pub fn relay_counts(&self) -> Option<RelayCounts> {
        self.parts.relay.counts()
    }

    /// Takes a message of another node.
    pub fn relayed(&self, message: Message) {
        let live = self.live.get(&message.room).map(|handle| handle.clone());
        let from = message.from;
        let answer = Message {
            from: self.parts.node,
            body: Body::Gone,
            ..message
        };
        let asks = matches!(
            message.body,
            Body::Up { .. } | Body::Roll { .. } | Body::Lost { .. } | Body::Ask { .. }
        );
        match live {
            Some(handle) => match handle.commands.try_send(Command::Relay(message)) {
                Ok(()) => {}
                // A full room loses it, as the relay may anyway.
                Err(TrySendError::Full(_)) => self.actor.metrics.unheard(),
                Err(TrySendError::Closed(_)) if asks => {
                    self.parts.relay.tell(from, answer.encode());
                }
                Err(TrySendError::Closed(_)) => {}
            },
            None if asks => self.parts.relay.tell(from, answer.encode()),
            None => {}
        }
    }

    fn tell_others(&self, room: RoomId, epoch: Epoch) {
        let message = later_owner(room, self.parts.node, epoch);
        self.parts.relay.publish(room, message.encode());
    }

    /// Comes back when the node stops.
    pub async fn stopped(&self) {
        self.parts.stop.cancelled().await;
    }

    /// What the rooms of this node have done.
    pub fn metrics(&self) -> &Arc<LiveMetrics> {
        &self.actor.metrics
    }

    /// The way to a room that is live here.
    pub(super) fn handle(&self, room: RoomId) -> Option<RoomHandle> {
        self.live.get(&room).map(|handle| handle.clone())
    }

    /// Every live room as known without asking it.
    pub fn figures(&self) -> Vec<RoomFigures> {
        let figures = self.live.iter().map(|live| {
            let (commands, gauges) = (&live.commands, &live.gauges);
            RoomFigures {
                id: *live.key(),
                people: gauges.people.load(Ordering::Relaxed),
                sessions: gauges.sessions.load(Ordering::Relaxed),
                unsaved_batches: gauges.unsaved_batches.load(Ordering::Relaxed),
                commands_waiting: commands.max_capacity() - commands.capacity(),
                lag_ms: gauges.late_ms.load(Ordering::Relaxed),
            }
        });
        figures.collect()
    }
}

impl Rooms {
    fn tell_room(&self, room: RoomId, command: Command) {
        if let Some(handle) = self.handle(room) {
            self.parts.tasks.spawn(async move {
                handle.tell(command).await;
            });
        }
    }
}

/// Takes a room from the list when its actor has ended, by a fault of ours too: whoever asks for it then opens it anew, and
/// other nodes hear that it is gone.
struct Ending {
    rooms: Arc<Rooms>,
    room: RoomId,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let Self { rooms, room } = self;
        let is_over = |_: &RoomId, handle: &RoomHandle| handle.commands.is_closed();
        rooms.parts.relay.leave(*room);
        rooms.live.remove_if(room, is_over);
        if std::thread::panicking() {
            tracing::error!(%room, "a room has ended by a fault");
        } else {
            tracing::debug!(%room, "room closed");
        }
    }
}

impl OwnRooms for Rooms {
    fn owned(&self, room: RoomId) -> Option<OwnRoom> {
        own(room, &self.live.get(&room)?.gauges)
    }

    fn all_owned(&self) -> Vec<OwnRoom> {
        let live = self.live.iter();
        live.filter_map(|live| own(*live.key(), &live.gauges))
            .collect()
    }
}

fn own(room: RoomId, gauges: &RoomGauges) -> Option<OwnRoom> {
    gauges.owned.load(Ordering::Relaxed).then(|| OwnRoom {
        room,
        people: gauges.people.load(Ordering::Relaxed),
        is_public: gauges.public.load(Ordering::Relaxed),
    })
}

impl RoomRecall for Rooms {
    fn recall(&self, room: RoomId, epoch: Option<Epoch>) {
        self.tell_room(room, Command::Recall);
        if let Some(epoch) = epoch {
            self.tell_others(room, epoch);
        }
    }

    fn shut(&self, room: RoomId, epoch: Epoch) {
        self.tell_room(room, Command::Shut);
        self.tell_others(room, epoch);
    }

    fn superseded(&self, room: RoomId, epoch: Epoch) {
        // As another node would have told it: what a node says itself it does not listen to.
        let message = later_owner(room, NodeId::generate(), epoch);
        self.tell_room(room, Command::Relay(message));
    }
}

/// As a later owner says it, whose room it need not be.
const fn later_owner(room: RoomId, from: NodeId, epoch: Epoch) -> Message {
    Message {
        room,
        from,
        epoch: Some(epoch),
        body: Body::Announce { flush: 0 },
    }
}
