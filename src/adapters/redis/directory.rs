//! Which nodes there are, the rooms each owns and how many people are in them. Every node says its own again and again
//! under a key that expires, and keeps a copy of what the others say.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use bytes::Bytes;
use fred::error::Error;
use fred::interfaces::{KeysInterface, LuaInterface};
use fred::types::{Expiration, Value};
use futures_util::StreamExt;
use futures_util::stream;
use serde::{Deserialize, Serialize};

use super::Redis;
use super::connection::Complaints;
use crate::domain::clock::{Clock, Tick};
use crate::domain::id::{NodeId, RoomId};
use crate::ports::crowds::{Crowds, OwnRoom, OwnRooms, lively};
use crate::ports::directory::{Directory, NodeAt};

/// How often a node says what it has and hears of the others.
const EVERY: Duration = Duration::from_secs(1);

/// A node that has not said anything for so long is gone, in milliseconds.
const KEPT_MS: i64 = 5_000;

/// Nodes whose rooms are read at once.
const READ_AT_ONCE: usize = 16;

/// The nodes: when each is forgotten, in 14 digits of milliseconds by the clock of Redis, and what it says.
const NODES: &str = "maru:nodes";

/// Says that a node is there, if one is named, forgets those that are gone, and answers who is there.
const SAY: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%014.0f', now + ARGV[2]) .. ARGV[3])
end
local all, there = redis.call('HGETALL', KEYS[1]), {}
for place = 1, #all, 2 do
  if tonumber(string.sub(all[place + 1], 1, 14)) > now then
    there[#there + 1] = string.sub(all[place + 1], 15)
  else
    redis.call('HDEL', KEYS[1], all[place])
  end
end
return there";

/// Where the rooms of a node are.
fn rooms_key(node: NodeId) -> String {
    format!("maru:rooms:{node}")
}

/// What a node says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    at: NodeAt,
    /// Grows with each change of its rooms.
    version: u64,
}

/// The rooms of a node: which, how many people, whether everybody may know of it.
type Rooms = Vec<(RoomId, u32, bool)>;

/// Another node as known here.
#[derive(Debug)]
struct Known {
    said: Said,
    rooms: HashMap<RoomId, OwnRoom>,
}

#[derive(Debug)]
struct Shared {
    redis: Redis,
    clock: Clock,
    own: Option<(NodeAt, Arc<dyn OwnRooms>)>,
    others: RwLock<BTreeMap<NodeId, Known>>,
    complaints: Complaints,
}

/// What a node knows of all. Cheap to clone. Needs [`RedisDirectory::keep`] to be run.
#[derive(Debug, Clone)]
pub struct RedisDirectory(Arc<Shared>);

impl RedisDirectory {
    /// Of a node that owns rooms, and says so to others.
    pub fn of_node(redis: &Redis, at: NodeAt, rooms: Arc<dyn OwnRooms>, clock: Clock) -> Self {
        Self::new(redis, Some((at, rooms)), clock)
    }

    /// Of a process that has no rooms and wants to know who does.
    pub fn of_onlooker(redis: &Redis, clock: Clock) -> Self {
        Self::new(redis, None, clock)
    }

    fn new(redis: &Redis, own: Option<(NodeAt, Arc<dyn OwnRooms>)>, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            redis: redis.clone(),
            clock,
            own,
            others: RwLock::default(),
            complaints: Complaints::default(),
        }))
    }

    /// Says what this node has and hears of the others, until it is dropped.
    pub async fn keep(self) {
        let shared = &*self.0;
        let mut own = Own::default();
        let mut heard = shared.clock.tick();
        let mut every = tokio::time::interval(EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            match self.turn(&mut own).await {
                Ok(()) => heard = shared.clock.tick(),
                Err(error) => {
                    let now = shared.clock.tick();
                    shared
                        .complaints
                        .tell("nodes and crowds cannot be told", &error, now);
                    self.forget_if_old(heard, now);
                }
            }
        }
    }

    async fn turn(&self, own: &mut Own) -> Result<(), Error> {
        let shared = &*self.0;
        if let Some((at, rooms)) = &shared.own {
            own.write(&shared.redis, at, rooms.as_ref()).await?;
        }
        let (name, said) = match &shared.own {
            Some((at, _)) => (at.node.to_string(), encoded(&own.said(at))),
            None => (String::new(), Bytes::new()),
        };
        let arguments = vec![Value::from(name), Value::from(KEPT_MS), Value::Bytes(said)];
        let client = shared.redis.client();
        let there: Vec<Bytes> = client.eval(SAY, NODES, arguments).await?;
        self.hear(there).await
    }

    /// Reads the rooms of those whose rooms have changed.
    async fn hear(&self, there: Vec<Bytes>) -> Result<(), Error> {
        let shared = &*self.0;
        let there = there.iter().filter_map(|bytes| decoded::<Said>(bytes));
        let own = shared.own.as_ref().map(|(at, _)| at.node);
        let there: Vec<Said> = there.filter(|said| Some(said.at.node) != own).collect();
        let news = {
            let others = self.others();
            let is_news = |said: &&Said| {
                let known = others.get(&said.at.node);
                known.is_none_or(|known| known.said.version != said.version)
            };
            there.iter().filter(is_news).cloned().collect::<Vec<_>>()
        };
        let read = stream::iter(news).map(|said| async move {
            let key = rooms_key(said.at.node);
            let bytes: Option<Bytes> = shared.redis.client().get(key).await?;
            Ok::<_, Error>((said, bytes))
        });
        let read: Vec<_> = read.buffer_unordered(READ_AT_ONCE).collect().await;
        let mut failed = None;
        let mut others = self
            .0
            .others
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        others.retain(|node, _| there.iter().any(|said| said.at.node == *node));
        for read in read {
            match read {
                Ok((said, Some(bytes))) => {
                    let rooms = by_room(decoded(&bytes).unwrap_or_default());
                    others.insert(said.at.node, Known { said, rooms });
                }
                // Redis has forgotten them since; they are there again at the next turn.
                Ok((_, None)) => {}
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// What others said is of no use when they have not been heard for longer than it is kept.
    fn forget_if_old(&self, heard: Tick, now: Tick) {
        if now.since_ms(heard) >= KEPT_MS.unsigned_abs() {
            let others = self.0.others.write();
            others.unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    fn others(&self) -> RwLockReadGuard<'_, BTreeMap<NodeId, Known>> {
        self.0.others.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A room as whoever owns it says; of two who say so the one started last, as the other does not know better.
    fn find(&self, room: RoomId) -> Option<(NodeAt, OwnRoom)> {
        if let Some((at, rooms)) = &self.0.own
            && let Some(own) = rooms.owned(room)
        {
            return Some((at.clone(), own));
        }
        let others = self.others();
        let mut owners = others.values().rev();
        owners.find_map(|known| Some((known.said.at.clone(), *known.rooms.get(&room)?)))
    }
}

impl Crowds for RedisDirectory {
    fn people(&self, room: RoomId) -> usize {
        self.find(room).map_or(0, |(_, room)| room.people)
    }

    fn lively(&self) -> Vec<(RoomId, usize)> {
        let own = self.0.own.iter().flat_map(|(_, rooms)| rooms.all_owned());
        let others = self.others();
        let theirs = others.values().flat_map(|known| known.rooms.values());
        let all: HashMap<RoomId, usize> = lively(theirs.copied().chain(own)).collect();
        all.into_iter().collect()
    }
}

impl Directory for RedisDirectory {
    fn owner(&self, room: RoomId) -> Option<NodeAt> {
        self.find(room).map(|(at, _)| at)
    }

    fn nodes(&self) -> Vec<NodeAt> {
        let others = self.others();
        let others = others.values().map(|known| known.said.at.clone());
        let own = self.0.own.iter().map(|(at, _)| at.clone());
        let mut nodes: Vec<NodeAt> = others.chain(own).collect();
        nodes.sort_by_key(|at| at.node);
        nodes
    }
}

/// What this node has said last.
#[derive(Debug, Default)]
struct Own {
    rooms: Rooms,
    version: u64,
}

impl Own {
    fn said(&self, at: &NodeAt) -> Said {
        Said {
            at: at.clone(),
            version: self.version,
        }
    }

    /// Writes the rooms: all of them each time, so that none are missing when Redis has forgotten everything. The key
    /// outlives the node's own word, so that it is there for whoever hears that.
    async fn write(
        &mut self,
        redis: &Redis,
        at: &NodeAt,
        rooms: &dyn OwnRooms,
    ) -> Result<(), Error> {
        let owned = rooms.all_owned().into_iter().map(|own| {
            let people = u32::try_from(own.people).unwrap_or(u32::MAX);
            (own.room, people, own.is_public)
        });
        let mut rooms: Rooms = owned.collect();
        rooms.sort_unstable();
        if rooms != self.rooms {
            self.rooms = rooms;
            self.version += 1;
        }
        let expires = Some(Expiration::PX(KEPT_MS * 2));
        let bytes = Value::Bytes(encoded(&self.rooms));
        let client = redis.client();
        client
            .set(rooms_key(at.node), bytes, expires, None, false)
            .await
    }
}

fn by_room(rooms: Rooms) -> HashMap<RoomId, OwnRoom> {
    let rooms = rooms.into_iter().map(|(room, people, is_public)| {
        let people = usize::try_from(people).unwrap_or(usize::MAX);
        let own = OwnRoom {
            room,
            people,
            is_public,
        };
        (room, own)
    });
    rooms.collect()
}

fn encoded(value: &impl Serialize) -> Bytes {
    // Only types MessagePack has, and memory does not refuse a write.
    #[allow(clippy::expect_used)]
    let bytes = rmp_serde::to_vec(value).expect("it is MessagePack");
    bytes.into()
}

/// What another node says, unless it is of a version that says it in another way.
fn decoded<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Option<T> {
    rmp_serde::from_slice(bytes)
        .inspect_err(|error| tracing::debug!(%error, "a node says what this one cannot read"))
        .ok()
}
