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
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use fred::clients::SubscriberClient;
use fred::error::Error;
use fred::interfaces::{ClientLike, EventInterface, PubsubInterface};
use fred::types::{Message, Value};
use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Redis;
use super::connection::Line;
use super::whereabouts::nodes_of;
use crate::domain::clock::Clock;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::ports::relay::{Arriving, PersonRelay, Relay, RelayCounts};
use figures::{Echoes, Figures};
use subscriptions::{Subscriptions, Wanted};
use watch::Watch;

/// Messages that wait to be sent, at most; beyond, they are lost, as the port allows.
const SENDING_MAX: usize = 8_192;

/// Their bytes, at most.
const SENDING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Publications under way at once: as many as fit into a turn of the network.
const SENDING_AT_ONCE: usize = 256;

/// Messages for people whose nodes are still to be looked up, at most.
const PEOPLE_MAX: usize = 1_024;

/// The most of them looked up at once.
const PEOPLE_AT_ONCE: usize = 32;

/// How often a node says something to itself.
const ECHO_EVERY: Duration = Duration::from_millis(500);

/// What it says is answered within this, or not at all.
const ECHO_WITHIN: Duration = Duration::from_secs(1);

/// Each message begins with who sent it, and what it is.
const SENDER_BYTES: usize = 16;
const OF_ROOM: u8 = 0;
const FOR_PERSON: u8 = 1;

/// What is for a person goes on with whom.
const PERSON_BYTES: usize = 16;

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

/// A message for a person, whose nodes are to be looked up.
#[derive(Debug)]
struct Letter {
    person: UserId,
    message: Bytes,
}

#[derive(Debug)]
struct Shared {
    node: NodeId,
    sending: mpsc::Sender<Parcel>,
    sending_bytes: AtomicUsize,
    letters: mpsc::Sender<Letter>,
    wanted: Wanted,
    figures: Figures,
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
    line: Line<SubscriberClient>,
    sent: mpsc::Receiver<Parcel>,
    letters: mpsc::Receiver<Letter>,
}

impl RedisRelay {
    /// The relay of this node, and the work that must be run for it. Until it runs, and while there is no cluster, all
    /// that is sent is lost or waits within bounds.
    pub fn new(redis: &Redis, node: NodeId, clock: Clock) -> Result<(Self, Relaying), Error> {
        let (sending, sent) = mpsc::channel(SENDING_MAX);
        let (writing, letters) = mpsc::channel(PEOPLE_MAX);
        let shared = Arc::new(Shared {
            node,
            sending,
            sending_bytes: AtomicUsize::new(0),
            letters: writing,
            wanted: Wanted::default(),
            figures: Figures::default(),
            clock,
        });
        let relaying = Relaying {
            shared: shared.clone(),
            redis: redis.clone(),
            line: redis.subscriber()?,
            sent,
            letters,
        };
        Ok((Self(shared), relaying))
    }
}

impl Shared {
    fn send(&self, channel: String, head: &[&[u8]], message: &[u8]) {
        let size = SENDER_BYTES + head.iter().map(|part| part.len()).sum::<usize>() + message.len();
        let waiting = self.sending_bytes.fetch_add(size, Ordering::Relaxed);
        let fits = waiting.saturating_add(size) <= SENDING_BYTES_MAX;
        let sent = fits.then(|| {
            let mut bytes = BytesMut::with_capacity(size);
            bytes.put_slice(self.node.uuid().as_bytes());
            head.iter().for_each(|part| bytes.put_slice(part));
            bytes.put_slice(message);
            let bytes = bytes.freeze();
            self.sending.try_send(Parcel { channel, bytes })
        });
        if !matches!(sent, Some(Ok(()))) {
            self.sending_bytes.fetch_sub(size, Ordering::Relaxed);
            self.figures.lost_here();
        }
    }
}

impl Relay for RedisRelay {
    fn publish(&self, room: RoomId, message: Bytes) {
        self.0.send(room_channel(room), &[&[OF_ROOM]], &message);
    }

    fn tell(&self, node: NodeId, message: Bytes) {
        self.0.send(node_channel(node), &[&[OF_ROOM]], &message);
    }

    fn join(&self, room: RoomId) {
        self.0.wanted.join(room);
    }

    fn leave(&self, room: RoomId) {
        self.0.wanted.leave(room);
    }

    /// Whether this node has heard itself over every shard lately.
    fn hears(&self) -> bool {
        self.0.figures.hears(self.0.clock.tick())
    }

    fn counts(&self) -> Option<RelayCounts> {
        Some(self.0.figures.counts())
    }
}

impl PersonRelay for RedisRelay {
    fn push(&self, person: UserId, message: Bytes) {
        if self.0.letters.try_send(Letter { person, message }).is_err() {
            self.0.figures.lost_here();
        }
    }
}

impl Relaying {
    /// Carries messages both ways until it is dropped; each that arrives is given to `take`, which must not block.
    pub async fn run(self, take: impl Fn(Arriving) + Send + Sync) {
        let Self {
            shared,
            redis,
            line,
            sent,
            letters,
        } = self;
        let echoes = Echoes::of(shared.node);
        tokio::join!(
            send_all(&redis, &shared, sent),
            listen(&redis, &shared, &echoes, line, take),
            say(&redis, &shared, &echoes),
            find_people(&redis, &shared, letters),
        );
    }
}

/// Takes what arrives, over one set of connections after another: each is given up when it carries nothing.
async fn listen(
    redis: &Redis,
    shared: &Shared,
    echoes: &Echoes,
    mut line: Line<SubscriberClient>,
    take: impl Fn(Arriving),
) {
    let mut watch = Watch::default();
    loop {
        let subscriber = line.client();
        let subscriptions = Subscriptions::new(
            subscriber,
            &shared.wanted,
            shared.clock,
            std::iter::once(node_channel(shared.node)).chain(echoes.channels()),
        );
        // Before anything is subscribed to: what arrives meanwhile waits.
        let messages = subscriber.message_rx();
        tokio::select! {
            () = receive(messages, shared, echoes, &take) => {}
            () = subscriptions.keep(&shared.figures) => {}
            () = watch.until_dead(redis, subscriber, shared) => {}
        }
        match redis.subscriber() {
            Ok(next) => line = next,
            Err(error) => {
                shared.figures.tell(&error, shared.clock.tick());
                tokio::time::sleep(ECHO_EVERY).await;
            }
        }
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
        if !client.is_connected() {
            // What would wait for the cluster is of no use by then, and keeps what is new from being sent.
            shared.sending_bytes.fetch_sub(size, Ordering::Relaxed);
            return shared.figures.lost_here();
        }
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
    mut messages: Receiver<Message>,
    shared: &Shared,
    echoes: &Echoes,
    take: impl Fn(Arriving),
) {
    loop {
        match messages.recv().await {
            Ok(message) => arrived(message, shared, echoes, &take),
            // Those it was for find the gap by its numbers.
            Err(RecvError::Lagged(count)) => shared.figures.lost_at_arrival(count),
            Err(RecvError::Closed) => return,
        }
    }
}

fn arrived(message: Message, shared: &Shared, echoes: &Echoes, take: &impl Fn(Arriving)) {
    if let Some(echo) = echoes.place(&message.channel) {
        shared.figures.echoed(echo, shared.clock.tick());
        return;
    }
    let bytes = match message.value {
        Value::Bytes(bytes) => bytes,
        Value::String(text) => text.into_inner(),
        _ => return,
    };
    match read(shared.node, bytes) {
        Read::Own => {}
        Read::Arriving(arriving) => {
            shared.figures.received();
            take(arriving);
        }
        Read::Unknown => shared.figures.lost_here(),
    }
}

enum Read {
    Own,
    Arriving(Arriving),
    /// Of a newer version of this program, or of somebody else.
    Unknown,
}

fn read(node: NodeId, mut bytes: Bytes) -> Read {
    if bytes.len() <= SENDER_BYTES {
        return Read::Unknown;
    }
    let sender = bytes.split_to(SENDER_BYTES);
    if sender.as_ref() == node.uuid().as_bytes() {
        return Read::Own;
    }
    match bytes.split_to(1).as_ref() {
        [OF_ROOM] => Read::Arriving(Arriving::OfRoom(bytes)),
        [FOR_PERSON] if bytes.len() >= PERSON_BYTES => {
            let person = bytes.split_to(PERSON_BYTES);
            match Uuid::from_slice(&person) {
                Ok(id) => Read::Arriving(Arriving::ForPerson(UserId::from_uuid(id), bytes)),
                Err(_) => Read::Unknown,
            }
        }
        _ => Read::Unknown,
    }
}

/// Sends what is for people to the nodes they are connected to.
async fn find_people(redis: &Redis, shared: &Shared, letters: mpsc::Receiver<Letter>) {
    let letters = stream::unfold(letters, async |mut letters| {
        let letter = letters.recv().await?;
        Some((letter, letters))
    });
    let sent = letters.for_each_concurrent(PEOPLE_AT_ONCE, |letter| async move {
        let nodes = match nodes_of(redis, letter.person).await {
            Ok(nodes) => nodes,
            Err(error) => return shared.figures.failed(&error, shared.clock.tick()),
        };
        for node in nodes.into_iter().filter(|node| *node != shared.node) {
            let person = letter.person.uuid();
            let head: [&[u8]; 2] = [&[FOR_PERSON], person.as_bytes()];
            shared.send(node_channel(node), &head, &letter.message);
        }
    });
    sent.await;
}

/// Says something to itself over every shard, again and again.
async fn say(redis: &Redis, shared: &Shared, echoes: &Echoes) {
    loop {
        tokio::time::sleep(ECHO_EVERY).await;
        let client = redis.client();
        if !client.is_connected() {
            // It would wait, and what is said next with it.
            continue;
        }
        let said = stream::iter(echoes.channels().enumerate()).map(|(place, channel)| {
            let client = &client;
            async move {
                let heard = client.spublish::<i64, _, _>(channel, "echo");
                match tokio::time::timeout(ECHO_WITHIN, heard).await {
                    Ok(Ok(_)) => shared.figures.answered(place, shared.clock.tick()),
                    Ok(Err(error)) => shared.figures.failed(&error, shared.clock.tick()),
                    Err(_) => shared.figures.lost_here(),
                }
            }
        });
        said.buffer_unordered(SENDING_AT_ONCE)
            .for_each(async |()| {})
            .await;
    }
}
