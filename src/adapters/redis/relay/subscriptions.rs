//! What a relay listens to: what is wanted is written down at once, and brought about as soon as the cluster allows.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fred::clients::SubscriberClient;
use fred::error::Error;
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::sync::broadcast::error::TryRecvError;

use super::figures::Figures;
use super::room_channel;
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::RoomId;

/// Subscriptions asked for at once.
const AT_ONCE: usize = 64;

/// A room that was left is listened to so long still: most come back to where they just were.
const LINGER_MS: u64 = 3_000;

/// How often what could not be brought about is tried again.
const AGAIN: Duration = Duration::from_millis(250);

/// How often a connection is looked for that is just being made.
const SOON: Duration = Duration::from_millis(20);

/// How often everything is subscribed anew: a channel whose slot has moved says nothing of it.
const RENEW_EVERY_MS: u64 = 60_000;

/// The same while the node is deaf.
const RENEW_DEAF_MS: u64 = 3_000;

/// The rooms that are here, and how many times each.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    rooms: Mutex<HashMap<RoomId, usize>>,
    changed: Notify,
}

impl Wanted {
    pub(super) fn join(&self, room: RoomId) {
        *self.rooms().entry(room).or_default() += 1;
        self.changed.notify_one();
    }

    pub(super) fn leave(&self, room: RoomId) {
        let mut rooms = self.rooms();
        if let Some(times) = rooms.get_mut(&room) {
            *times -= 1;
            if *times == 0 {
                rooms.remove(&room);
            }
        }
        drop(rooms);
        self.changed.notify_one();
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<RoomId, usize>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the subscriptions of a connection as they are wanted.
pub(super) struct Subscriptions<'a> {
    subscriber: &'a SubscriberClient,
    wanted: &'a Wanted,
    clock: Clock,
    /// Channels that are always listened to.
    always: Vec<String>,
    /// Those of them that are not yet.
    missing: Vec<String>,
    /// Rooms that are listened to; those that were left, since when.
    here: HashMap<RoomId, Option<Tick>>,
}

impl<'a> Subscriptions<'a> {
    pub(super) fn new(
        subscriber: &'a SubscriberClient,
        wanted: &'a Wanted,
        clock: Clock,
        always: impl Iterator<Item = String>,
    ) -> Self {
        let always: Vec<String> = always.collect();
        Self {
            subscriber,
            wanted,
            clock,
            missing: always.clone(),
            always,
            here: HashMap::new(),
        }
    }

    pub(super) async fn keep(mut self, figures: &Figures) {
        let mut reconnected = self.subscriber.reconnect_rx();
        let mut renewed = self.clock.tick();
        let mut is_new = false;
        loop {
            if self.subscriber.is_connected() {
                let began = self.clock.tick();
                let every = if figures.hears(began) {
                    RENEW_EVERY_MS
                } else {
                    RENEW_DEAF_MS
                };
                if std::mem::take(&mut is_new) || began.since_ms(renewed) >= every {
                    // Each shard has told of its own connection.
                    while !matches!(
                        reconnected.try_recv(),
                        Err(TryRecvError::Empty | TryRecvError::Closed)
                    ) {}
                    self.renew(figures).await;
                    renewed = began;
                }
                self.forget_rooms(began, figures).await;
                self.add(figures).await;
            }
            tokio::select! {
                () = self.wanted.changed.notified(), if !is_new => {}
                // Lagging means that it happened more than once.
                _ = reconnected.recv(), if !is_new => is_new = true,
                () = tokio::time::sleep(if is_new { SOON } else { AGAIN }) => {}
            }
        }
    }

    /// Begins to listen to what is wanted and not listened to; what fails is tried again at the next turn.
    async fn add(&mut self, figures: &Figures) {
        let wanted: Vec<RoomId> = self.wanted.rooms().keys().copied().collect();
        let mut missing = Vec::new();
        for room in wanted {
            match self.here.get_mut(&room) {
                Some(left) => *left = None,
                None => missing.push(room),
            }
        }
        let always = std::mem::take(&mut self.missing);
        self.missing = self
            .subscribe(always, figures, |channel| channel.clone())
            .await;
        let failed = self.subscribe(missing.clone(), figures, |room| room_channel(*room));
        let failed: HashSet<RoomId> = failed.await.into_iter().collect();
        let heard = missing.into_iter().filter(|room| !failed.contains(room));
        self.here.extend(heard.map(|room| (room, None)));
    }

    /// Those of these that could not be subscribed to.
    async fn subscribe<T>(
        &self,
        wanted: Vec<T>,
        figures: &Figures,
        channel: impl Fn(&T) -> String,
    ) -> Vec<T> {
        let asked = stream::iter(wanted).map(|one| {
            let subscribed = self.subscriber.ssubscribe(channel(&one));
            async move { (one, subscribed.await) }
        });
        let failed = asked
            .buffer_unordered(AT_ONCE)
            .filter_map(async |(one, answer)| {
                let error: Error = answer.err()?;
                figures.tell(&error, self.clock.tick());
                Some(one)
            });
        failed.collect().await
    }

    /// Stops listening to rooms that were left long enough ago.
    async fn forget_rooms(&mut self, now: Tick, figures: &Figures) {
        let wanted: HashSet<RoomId> = self.wanted.rooms().keys().copied().collect();
        let mut over = Vec::new();
        for (room, left) in &mut self.here {
            if wanted.contains(room) {
                continue;
            }
            let since = *left.get_or_insert(now);
            if now.since_ms(since) >= LINGER_MS {
                over.push(*room);
            }
        }
        let subscriber = self.subscriber;
        let asked = stream::iter(over)
            .map(|room| async move { (room, subscriber.sunsubscribe(room_channel(room)).await) });
        let answers: Vec<_> = asked.buffer_unordered(AT_ONCE).collect().await;
        for (room, answer) in answers {
            match answer {
                Ok(()) => drop(self.here.remove(&room)),
                Err(error) => figures.tell(&error, self.clock.tick()),
            }
        }
    }

    /// Subscribes to everything anew, on a connection that may know of nothing; to what is known to be missing anyway at
    /// the next turn. One channel at a time: of several at once only the first is answered to whoever asked.
    async fn renew(&mut self, figures: &Figures) {
        let rooms: Vec<RoomId> = self.here.keys().copied().collect();
        let always = self.always.clone();
        let failed = self.subscribe(always, figures, |channel| channel.clone());
        self.missing = failed.await;
        let failed = self.subscribe(rooms, figures, |room| room_channel(*room));
        for room in failed.await {
            self.here.remove(&room);
        }
    }
}
