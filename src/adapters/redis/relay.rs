//! The way between nodes over sharded channels: one for each room, one for each node. A message goes to the shard of
//! its channel alone, and from there to those who listen, so that a flush is one publication however many edges a room
//! has.
//!
//! What a node says to itself over channels of every shard shows whether it is heard: a subscription can be gone while
//! everything looks well.

mod figures;
mod subscriptions;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use fred::clients::SubscriberClient;
use fred::error::Error;
use fred::interfaces::{EventInterface, PubsubInterface};
use fred::types::{Message, Value};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use super::Redis;
use crate::domain::clock::Clock;
use crate::domain::id::{NodeId, RoomId};
use crate::ports::relay::Relay;
use figures::Echoes;
pub use figures::RelayFigures;
use subscriptions::{Subscriptions, Wanted};

/// Messages that wait to be sent, at most; beyond, they are lost, as the port allows.
const SENDING_MAX: usize = 8_192;

/// Their bytes, at most.
const SENDING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Publications under way at once: as many as fit into a turn of the network.
const SENDING_AT_ONCE: usize = 256;

/// How often a node says something to itself.
const ECHO_EVERY: Duration = Duration::from_secs(1);

/// Each message begins with who sent it.
const SENDER_BYTES: usize = 16;

/// Where messages about a room are published.
fn room_channel(room: RoomId) -> String {
    format!("maru:live:room:{room}")
}

/// Where messages to a node are.
fn node_channel(node: NodeId) -> String {
    format!("maru:live:node:{node}")
}

/// A message on its way out.
#[derive(Debug)]
struct Parcel {
    channel: String,
    bytes: Bytes,
}

#[derive(Debug)]
struct Shared {
    node: NodeId,
    sending: mpsc::Sender<Parcel>,
    sending_bytes: AtomicUsize,
    wanted: Wanted,
    figures: RelayFigures,
    clock: Clock,
}

/// The relay of a node among others. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RedisRelay(Arc<Shared>);

/// The work of a relay: see [`Relaying::run`].
#[derive(Debug)]
pub struct Relaying {
    shared: Arc<Shared>,
    redis: Redis,
    subscriber: SubscriberClient,
    sent: mpsc::Receiver<Parcel>,
}

impl RedisRelay {
    /// The relay of this node, and the work that must be run for it.
    pub fn new(redis: &Redis, node: NodeId, clock: Clock) -> Result<(Self, Relaying), Error> {
        let (sending, sent) = mpsc::channel(SENDING_MAX);
        let shared = Arc::new(Shared {
            node,
            sending,
            sending_bytes: AtomicUsize::new(0),
            wanted: Wanted::default(),
            figures: RelayFigures::default(),
            clock,
        });
        let relaying = Relaying {
            shared: shared.clone(),
            redis: redis.clone(),
            subscriber: redis.subscriber()?,
            sent,
        };
        Ok((Self(shared), relaying))
    }

    /// What it has done.
    pub fn figures(&self) -> &RelayFigures {
        &self.0.figures
    }

    /// Whether this node has heard itself over every shard lately.
    pub fn hears(&self) -> bool {
        self.0.figures.hears(self.0.clock.tick())
    }

    fn send(&self, channel: String, message: &[u8]) {
        let shared = &*self.0;
        let size = SENDER_BYTES + message.len();
        let waiting = shared.sending_bytes.fetch_add(size, Ordering::Relaxed);
        let mut bytes = BytesMut::with_capacity(size);
        bytes.put_slice(shared.node.uuid().as_bytes());
        bytes.put_slice(message);
        let bytes = bytes.freeze();
        let fits = waiting.saturating_add(size) <= SENDING_BYTES_MAX;
        if !fits || shared.sending.try_send(Parcel { channel, bytes }).is_err() {
            shared.sending_bytes.fetch_sub(size, Ordering::Relaxed);
            shared.figures.lost_here();
        }
    }
}

impl Relay for RedisRelay {
    fn publish(&self, room: RoomId, message: Bytes) {
        self.send(room_channel(room), &message);
    }

    fn tell(&self, node: NodeId, message: Bytes) {
        self.send(node_channel(node), &message);
    }

    fn join(&self, room: RoomId) {
        self.0.wanted.join(room);
    }

    fn leave(&self, room: RoomId) {
        self.0.wanted.leave(room);
    }
}

impl Relaying {
    /// Carries messages both ways until it is dropped; each that arrives is given to `take`, which must not block.
    pub async fn run(self, take: impl Fn(Bytes) + Send + Sync) {
        let Self {
            shared,
            redis,
            subscriber,
            sent,
        } = self;
        let echoes = Echoes::of(shared.node);
        let subscriptions = Subscriptions::new(
            &subscriber,
            &shared.wanted,
            shared.clock,
            std::iter::once(node_channel(shared.node)).chain(echoes.channels()),
        );
        tokio::join!(
            send_all(&redis, &shared, sent),
            receive(&subscriber, &shared, &echoes, take),
            subscriptions.keep(&shared.figures),
            say(&redis, &shared, &echoes),
        );
    }
}

async fn send_all(redis: &Redis, shared: &Shared, sent: mpsc::Receiver<Parcel>) {
    let parcels = stream::unfold(sent, async |mut sent| {
        let parcel = sent.recv().await?;
        Some((parcel, sent))
    });
    // Each is handed to the connection when its turn comes, in order; only the answers are waited for side by side.
    let published = parcels.map(|parcel| async move {
        let size = parcel.bytes.len();
        let client = redis.client();
        let heard: Result<i64, Error> = client
            .spublish(parcel.channel, Value::Bytes(parcel.bytes))
            .await;
        shared.sending_bytes.fetch_sub(size, Ordering::Relaxed);
        match heard {
            Ok(_) => shared.figures.sent(),
            Err(error) => shared.figures.failed(&error, shared.clock.tick()),
        }
    });
    published
        .buffered(SENDING_AT_ONCE)
        .for_each(async |()| {})
        .await;
}

async fn receive(
    subscriber: &SubscriberClient,
    shared: &Shared,
    echoes: &Echoes,
    take: impl Fn(Bytes),
) {
    let mut messages = subscriber.message_rx();
    loop {
        match messages.recv().await {
            Ok(message) => arrived(message, shared, echoes, &take),
            // Those it was for find the gap by its numbers.
            Err(RecvError::Lagged(count)) => shared.figures.lost_at_arrival(count),
            Err(RecvError::Closed) => return,
        }
    }
}

fn arrived(message: Message, shared: &Shared, echoes: &Echoes, take: &impl Fn(Bytes)) {
    if let Some(echo) = echoes.place(&message.channel) {
        shared.figures.echoed(echo, shared.clock.tick());
        return;
    }
    let mut bytes = match message.value {
        Value::Bytes(bytes) => bytes,
        Value::String(text) => text.into_inner(),
        _ => return,
    };
    if bytes.len() < SENDER_BYTES {
        return;
    }
    let sender = bytes.split_to(SENDER_BYTES);
    if sender.as_ref() != shared.node.uuid().as_bytes() {
        shared.figures.received();
        take(bytes);
    }
}

/// Says something to itself over every shard, again and again.
async fn say(redis: &Redis, shared: &Shared, echoes: &Echoes) {
    let mut every = tokio::time::interval(ECHO_EVERY);
    loop {
        every.tick().await;
        let said = stream::iter(echoes.channels()).map(|channel| async move {
            let heard: Result<i64, Error> = redis.client().spublish(channel, "echo").await;
            if let Err(error) = heard {
                shared.figures.failed(&error, shared.clock.tick());
            }
        });
        said.buffer_unordered(SENDING_AT_ONCE)
            .for_each(async |()| {})
            .await;
    }
}
