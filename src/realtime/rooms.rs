//! The live rooms of this node: at most one actor a room, opened by a claim when someone comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::actor::{Command, RoomActor};
use super::limits::Limits;
use super::room::{Now, Room};
use super::token::TokenKey;
use crate::domain::clock::Clock;
use crate::domain::id::{NodeId, RoomId};
use crate::ports::room::{ClaimOutcome, ClaimedRoom, RoomStore, StoreError};

/// The way to a live room.
#[derive(Debug, Clone)]
pub struct RoomHandle {
    commands: mpsc::Sender<Command>,
    people: Arc<AtomicUsize>,
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
    /// No such room.
    #[error("no such room")]
    NotFound,
    /// The node is stopping.
    #[error("the node is stopping")]
    Stopping,
    /// The store did not do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One at a time opens a room; the others wait here and find it open.
type Slot = Arc<Mutex<Option<RoomHandle>>>;

/// The registry of live rooms.
#[derive(Debug)]
pub struct Rooms {
    live: DashMap<RoomId, Slot>,
    parts: Parts,
}

/// What every room of this node is made with.
pub struct Parts {
    /// Where rooms are durable.
    pub store: Arc<dyn RoomStore>,
    /// This run of this process.
    pub node: NodeId,
    /// Seals resume tokens.
    pub token_key: TokenKey,
    /// The bounds.
    pub limits: Arc<Limits>,
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
    /// No rooms yet.
    pub fn new(parts: Parts) -> Self {
        Self {
            live: DashMap::new(),
            parts,
        }
    }

    /// The live room, claimed and started if it is not yet.
    pub async fn open(self: &Arc<Self>, room: RoomId) -> Result<RoomHandle, OpenError> {
        loop {
            if self.parts.stop.is_cancelled() {
                return Err(OpenError::Stopping);
            }
            let slot = self.live.entry(room).or_default().clone();
            let mut held = slot.lock().await;
            // The slot may have been dropped while this waited for it.
            if !self
                .live
                .get(&room)
                .is_some_and(|current| Arc::ptr_eq(&current, &slot))
            {
                continue;
            }
            if let Some(handle) = held.as_ref().filter(|handle| !handle.commands.is_closed()) {
                return Ok(handle.clone());
            }
            let claimed = self.parts.store.claim(room, self.parts.node).await;
            let Ok(ClaimOutcome::Claimed(claimed)) = claimed else {
                self.live
                    .remove_if(&room, |_, current| Arc::ptr_eq(current, &slot));
                return Err(claimed.map_or_else(OpenError::Store, |_| OpenError::NotFound));
            };
            let handle = self.start(*claimed);
            *held = Some(handle.clone());
            return Ok(handle);
        }
    }

    /// Starts the actor of a room just claimed.
    fn start(self: &Arc<Self>, claimed: ClaimedRoom) -> RoomHandle {
        let parts = &self.parts;
        let (room, epoch) = (claimed.card.id, claimed.epoch.0);
        let now = Now {
            tick: parts.clock.tick(),
            wall: parts.clock.wall(),
        };
        let live = Room::new(
            claimed,
            parts.node,
            parts.token_key.clone(),
            parts.limits.clone(),
            now,
        );
        let (commands, waiting) = mpsc::channel(parts.limits.commands_waiting_max);
        let people = Arc::new(AtomicUsize::new(0));
        let actor = RoomActor::new(
            live,
            waiting,
            parts.store.clone(),
            parts.clock,
            people.clone(),
            parts.limits.commands_per_turn_max,
        );
        let (rooms, stop) = (self.clone(), parts.stop.clone());
        parts.tasks.spawn(async move {
            tracing::debug!(%room, epoch, "room opened");
            actor.run(stop).await;
            rooms.forget(room).await;
            tracing::debug!(%room, epoch, "room closed");
        });
        RoomHandle { commands, people }
    }

    /// Comes back when the node stops.
    pub async fn stopped(&self) {
        self.parts.stop.cancelled().await;
    }

    /// How many people are in a room on this node.
    pub fn people(&self, room: RoomId) -> usize {
        let slot = self.live.get(&room).map(|slot| slot.clone());
        let handle = slot.and_then(|slot| Some(slot.try_lock().ok()?.as_ref()?.people.clone()));
        handle.map_or(0, |people| people.load(Ordering::Relaxed))
    }

    /// The rooms with people in them, and how many.
    pub fn lively(&self) -> Vec<(RoomId, usize)> {
        let rooms: Vec<RoomId> = self.live.iter().map(|entry| *entry.key()).collect();
        let counted = rooms.into_iter().map(|room| (room, self.people(room)));
        counted.filter(|(_, people)| *people > 0).collect()
    }

    /// Drops the slot of an actor that has ended, unless the room was opened anew meanwhile.
    async fn forget(&self, room: RoomId) {
        let Some(slot) = self.live.get(&room).map(|slot| slot.clone()) else {
            return;
        };
        let held = slot.lock().await;
        if held
            .as_ref()
            .is_some_and(|handle| handle.commands.is_closed())
        {
            self.live
                .remove_if(&room, |_, current| Arc::ptr_eq(current, &slot));
        }
    }
}
