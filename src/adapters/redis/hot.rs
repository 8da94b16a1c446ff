//! What many ask for and few change, kept in Redis for seconds beside the store it comes from: never the source of truth.
//!
//! Of all nodes that miss something at once one asks the store, by a lease, and the others wait for what it finds. Whoever
//! hears that something changed lets go of it, and of a lease with it: what was read before the change is never put in
//! after it. Where Redis does not answer, everybody asks the store.

mod people;
mod relations;
mod told;

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use fred::error::Error;
use fred::types::Value;
use fred::types::scripts::Script;
use rand::RngCore;

use super::Redis;
use super::script::{self, blob, bytes_of, whole};
use crate::domain::clock::Clock;
pub use people::HotPeople;
pub use relations::HotRelations;

/// How long something is kept: what is not told of is seen by then.
const KEPT_MS: u64 = 5_000;

/// How long whoever has a lease may take to ask the store.
const LEASE_MS: u64 = 1_000;

/// How long is waited for somebody else to have asked, and how often.
const WAIT: Duration = Duration::from_millis(10);
const WAITS_MAX: usize = 20;

/// Nobody waits longer for Redis.
const WITHIN: Duration = Duration::from_millis(50);

/// How long everybody asks the store before Redis is asked again, in milliseconds.
const ALONE_MS: u64 = 1_000;

/// Looks something up: KEYS what is kept and its lease, ARGV a name for a lease, how long it is good.
static ASK: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "local kept = redis.call('GET', KEYS[1])
         if kept then return {'kept', kept} end
         if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'asks'} end
         return {'waits'}",
    )
});

/// Puts something in, if the lease still stands: ARGV its name, what, how long.
static FILL: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
         redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
         redis.call('DEL', KEYS[2])
         return 1",
    )
});

/// Gives a lease up: ARGV its name.
static LEAVE: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
         return redis.call('DEL', KEYS[2])",
    )
});

/// Lets go of something, and of whatever is being asked for.
static FORGET: LazyLock<Script> =
    LazyLock::new(|| Script::from_lua("return redis.call('DEL', KEYS[1], KEYS[2])"));

/// How often things were there, were asked for, and were asked for by everybody.
#[derive(Debug, Default)]
pub struct HotFigures {
    kept: AtomicU64,
    asked: AtomicU64,
    alone: AtomicU64,
}

impl HotFigures {
    /// Looked up without the store.
    pub fn kept_total(&self) -> u64 {
        self.kept.load(Ordering::Relaxed)
    }

    /// Asked of the store for all who wanted to know.
    pub fn asked_total(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Asked of the store as Redis, or whoever had the lease, did not answer.
    pub fn alone_total(&self) -> u64 {
        self.alone.load(Ordering::Relaxed)
    }
}

/// What is kept, over a cluster. Clones are the same.
#[derive(Debug, Clone)]
pub struct HotCache {
    redis: Redis,
    space: Arc<str>,
    clock: Clock,
    within: Duration,
    /// Until when everybody asks the store.
    alone_until: Arc<AtomicU64>,
    figures: Arc<HotFigures>,
}

enum Asked {
    Kept(Vec<u8>),
    Asks,
    Waits,
}

impl HotCache {
    /// Over a cluster, under names that begin so.
    pub fn new(redis: Redis, space: &str, clock: Clock) -> Self {
        Self {
            redis,
            space: space.into(),
            clock,
            within: WITHIN,
            alone_until: Arc::default(),
            figures: Arc::default(),
        }
    }

    /// What it has done.
    pub const fn figures(&self) -> &Arc<HotFigures> {
        &self.figures
    }

    /// What is kept under a name, or what the store says, for all who want to know.
    async fn get<E>(
        &self,
        name: &str,
        load: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Vec<u8>, E> {
        let lease = rand::rng().next_u64();
        for _ in 0..WAITS_MAX {
            if self.is_alone() {
                break;
            }
            match self.ask(name, lease).await {
                Ok(Asked::Kept(kept)) => {
                    self.figures.kept.fetch_add(1, Ordering::Relaxed);
                    return Ok(kept);
                }
                Ok(Asked::Asks) => {
                    self.figures.asked.fetch_add(1, Ordering::Relaxed);
                    return self.fill(name, lease, load).await;
                }
                Ok(Asked::Waits) => tokio::time::sleep(WAIT).await,
                Err(error) => {
                    self.failed(&error);
                    break;
                }
            }
        }
        self.alone(load).await
    }

    /// What the store says, for whoever asks alone.
    async fn alone<E>(&self, load: impl Future<Output = Result<Vec<u8>, E>>) -> Result<Vec<u8>, E> {
        self.figures.alone.fetch_add(1, Ordering::Relaxed);
        load.await
    }

    /// Lets go of what is kept under a name: it has changed. Whether that is done; if not, it is seen when it expires.
    async fn forget(&self, name: &str) -> bool {
        let forgot: Result<i64, Error> = self.step(&FORGET, name, vec![]).await;
        if let Err(error) = &forgot {
            self.failed(error);
        }
        forgot.is_ok()
    }

    /// Whether Redis is not asked for now.
    fn is_alone(&self) -> bool {
        self.clock.tick().0 < self.alone_until.load(Ordering::Relaxed)
    }

    async fn ask(&self, name: &str, lease: u64) -> Result<Asked, Error> {
        let arguments = vec![whole(lease), whole(LEASE_MS)];
        let answer: Vec<Value> = self.step(&ASK, name, arguments).await?;
        let mut answer = answer.into_iter().map(bytes_of);
        match answer.next().flatten().as_deref() {
            Some(b"kept") => {
                let kept = answer.next().flatten();
                Ok(Asked::Kept(kept.unwrap_or_default()))
            }
            Some(b"asks") => Ok(Asked::Asks),
            _ => Ok(Asked::Waits),
        }
    }

    async fn fill<E>(
        &self,
        name: &str,
        lease: u64,
        load: impl Future<Output = Result<Vec<u8>, E>>,
    ) -> Result<Vec<u8>, E> {
        let loaded = load.await;
        let (step, arguments) = match &loaded {
            Ok(found) => (&FILL, vec![whole(lease), blob(found), whole(KEPT_MS)]),
            Err(_) => (&LEAVE, vec![whole(lease)]),
        };
        let done: Result<i64, Error> = self.step(step, name, arguments).await;
        if let Err(error) = done {
            self.failed(&error);
        }
        loaded
    }

    async fn step<R: fred::types::FromValue>(
        &self,
        step: &Script,
        name: &str,
        arguments: Vec<Value>,
    ) -> Result<R, Error> {
        let space = &self.space;
        let keys = ["kept", "lease"].map(|what| format!("{{{space}:hot:{name}}}:{what}"));
        script::run(&self.redis, step, self.within, keys.into(), arguments).await
    }

    fn failed(&self, error: &Error) {
        let until = self.clock.tick().plus_ms(ALONE_MS);
        self.alone_until.store(until.0, Ordering::Relaxed);
        tracing::debug!(%error, "stores are asked for everything for now");
    }
}

#[cfg(test)]
mod tests;
