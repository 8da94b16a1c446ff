//! Which rooms people are in by the connections of each node: a key for each person, in it a field for each node, which
//! says it anew again and again.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use fred::error::Error;
use fred::interfaces::{HashesInterface, LuaInterface};
use fred::types::Value;
use futures_util::StreamExt;
use futures_util::stream;

use super::Redis;
use super::connection::Complaints;
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::{NodeId, UserId};
use crate::ports::whereabouts::{OwnStays, Stay, Whereabouts, merged};

/// How often changes are written.
const EVERY: Duration = Duration::from_secs(1);

/// How often a person's stays are written although they have not changed.
const AGAIN_MS: u64 = 10_000;

/// What a node has not said again for so long is not so any more, in milliseconds.
const KEPT_MS: i64 = 30_000;

/// People written at once.
const WRITTEN_AT_ONCE: usize = 64;

/// Nobody waits longer to hear where somebody is.
const ANSWER_WITHIN: Duration = Duration::from_millis(300);

/// Says where somebody is by a node: until when it holds, in 14 digits of milliseconds by the clock of Redis, and what.
/// What other nodes said and holds no more is forgotten: the key outlives it for as long as anybody says something.
const SAY: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%014.0f', now + ARGV[2]) .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2], 'NX')
redis.call('PEXPIRE', KEYS[1], ARGV[2], 'GT')
local all = redis.call('HGETALL', KEYS[1])
for place = 1, #all, 2 do
  if tonumber(string.sub(all[place + 1], 1, 14)) <= now then
    redis.call('HDEL', KEYS[1], all[place])
  end
end";

/// What each node says that still holds: its name, and what it said.
const ASK: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local all, said = redis.call('HGETALL', KEYS[1]), {}
for place = 1, #all, 2 do
  if tonumber(string.sub(all[place + 1], 1, 14)) > now then
    said[#said + 1] = all[place]
    said[#said + 1] = string.sub(all[place + 1], 15)
  end
end
return said";

fn key(user: UserId) -> String {
    format!("maru:where:{user}")
}

struct Shared {
    redis: Redis,
    node: NodeId,
    own: Arc<dyn OwnStays>,
    clock: Clock,
    complaints: Complaints,
}

/// Where people are on all nodes. Cheap to clone. Needs [`RedisWhereabouts::keep`] to be run.
#[derive(Clone)]
pub struct RedisWhereabouts(Arc<Shared>);

impl std::fmt::Debug for RedisWhereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisWhereabouts")
            .field("node", &self.0.node)
            .finish_non_exhaustive()
    }
}

impl RedisWhereabouts {
    /// As this node knows it, whose connections are these.
    pub fn new(redis: &Redis, node: NodeId, own: Arc<dyn OwnStays>, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            redis: redis.clone(),
            node,
            own,
            clock,
            complaints: Complaints::default(),
        }))
    }

    /// Says where people are by the connections of this node, until it is dropped.
    pub async fn keep(self) {
        let shared = &*self.0;
        let mut said = HashMap::new();
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            shared.turn(&mut said).await;
        }
    }
}

/// What was said of somebody last, and when.
type Said = HashMap<UserId, (Vec<Stay>, Tick)>;

impl Shared {
    /// Writes what has changed, and what was written long ago.
    async fn turn(&self, said: &mut Said) {
        let now = self.clock.tick();
        let here: HashMap<UserId, Vec<Stay>> = self.own.all_stays().into_iter().collect();
        let gone = said.keys().filter(|user| !here.contains_key(user));
        let gone: Vec<(UserId, Vec<Stay>)> = gone.map(|user| (*user, Vec::new())).collect();
        let mut due: Vec<(UserId, Vec<Stay>)> = here.into_iter().collect();
        due.retain(|(user, stays)| {
            said.get(user)
                .is_none_or(|(before, at)| before != stays || now.since_ms(*at) >= AGAIN_MS)
        });
        let written = stream::iter(due.into_iter().chain(gone)).map(|(user, stays)| async move {
            let written = self.write(user, &stays).await;
            (user, stays, written)
        });
        let mut written = written.buffer_unordered(WRITTEN_AT_ONCE);
        while let Some((user, stays, result)) = written.next().await {
            match result {
                Ok(()) if stays.is_empty() => drop(said.remove(&user)),
                Ok(()) => drop(said.insert(user, (stays, now))),
                // It is tried again at the next turn.
                Err(error) => {
                    self.complaints
                        .tell("where people are cannot be told", &error, now);
                }
            }
        }
    }

    async fn write(&self, user: UserId, stays: &[Stay]) -> Result<(), Error> {
        let client = self.redis.client();
        if stays.is_empty() {
            let _: i64 = client.hdel(key(user), self.node.to_string()).await?;
            return Ok(());
        }
        // Only types MessagePack has, and memory does not refuse a write.
        #[allow(clippy::expect_used)]
        let bytes = rmp_serde::to_vec(stays).expect("it is MessagePack");
        let arguments = vec![
            Value::from(self.node.to_string()),
            Value::from(KEPT_MS),
            Value::Bytes(bytes.into()),
        ];
        client.eval(SAY, key(user), arguments).await
    }
}

#[async_trait]
impl Whereabouts for RedisWhereabouts {
    async fn of(&self, user: UserId) -> Vec<Stay> {
        let shared = &*self.0;
        let own = shared.own.stays(user);
        let asked = tokio::time::timeout(ANSWER_WITHIN, said_of(&shared.redis, user)).await;
        let others = match asked {
            Ok(Ok(said)) => said,
            Ok(Err(error)) => {
                let now = shared.clock.tick();
                shared
                    .complaints
                    .tell("where people are cannot be read", &error, now);
                Vec::new()
            }
            Err(_) => Vec::new(),
        };
        let others = others.into_iter().filter(|(node, _)| *node != shared.node);
        merged(own.into_iter().chain(others.flat_map(|(_, stays)| stays)))
    }
}

/// The nodes somebody is connected to.
pub(super) async fn nodes_of(redis: &Redis, user: UserId) -> Result<Vec<NodeId>, Error> {
    let said = said_of(redis, user).await?;
    Ok(said.into_iter().map(|(node, _)| node).collect())
}

async fn said_of(redis: &Redis, user: UserId) -> Result<Vec<(NodeId, Vec<Stay>)>, Error> {
    let none: Vec<Value> = Vec::new();
    let said: Vec<Bytes> = redis.client().eval(ASK, key(user), none).await?;
    let said = said.chunks_exact(2).filter_map(|pair| {
        let node = std::str::from_utf8(&pair[0]).ok()?.parse().ok()?;
        let stays = rmp_serde::from_slice(&pair[1])
            .inspect_err(|error| tracing::debug!(%error, "a node says what this one cannot read"));
        Some((node, stays.ok()?))
    });
    Ok(said.collect())
}
