//! Which numbers were used, in Redis: each is a key with an expiry, set where it is not there.
//!
//! Numbers fall on shares of their own hash tags, and each share has a life of its own, which is there as long as nothing
//! of the share was lost: a shard that was flushed, or came back empty, begins new ones. A replica that takes over has
//! what its master had some milliseconds before; what was used in between can be used once more. Whoever gives numbers
//! out bounds that by how long they are good.

use std::sync::LazyLock;
use std::time::Duration;

use async_trait::async_trait;
use fred::error::Error;
use fred::types::scripts::Script;
use rand::RngCore;

use super::Redis;
use super::script::{self, text, whole};
use crate::ports::spent::{Spending, Spent, SpentUnavailable};

/// Nobody waits longer at a door.
const WITHIN: Duration = Duration::from_secs(1);

/// Shares the numbers fall on, so that all shards do their part.
const SHARES: u64 = 64;

/// The present life of a share: KEYS[1] its key, ARGV one for a new one.
static LIFE: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "redis.call('SET', KEYS[1], ARGV[1], 'NX')
         return redis.call('GET', KEYS[1])",
    )
});

/// Uses a number up: KEYS the life and the number, ARGV the life it was given out in, how long it is kept.
static SPEND: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'forgotten' end
         if redis.call('SET', KEYS[2], '', 'NX', 'PX', ARGV[2]) then return 'first' end
         return 'again'",
    )
});

/// Used numbers over a cluster.
#[derive(Debug, Clone)]
pub struct RedisSpent {
    redis: Redis,
    space: String,
}

impl RedisSpent {
    /// Over a cluster, under names that begin so.
    pub fn new(redis: Redis, space: &str) -> Self {
        let space = space.to_owned();
        Self { redis, space }
    }

    fn life_key(&self, share: u64) -> String {
        format!("{{{}:spent:{share}}}:life", self.space)
    }

    /// A number is one of its life: of the next, nothing is known yet.
    fn number_key(&self, number: u64, life: u64) -> String {
        let share = number % SHARES;
        format!("{{{}:spent:{share}}}:{life:x}:{number:x}", self.space)
    }
}

fn failed(error: &Error) -> SpentUnavailable {
    SpentUnavailable(error.to_string())
}

#[async_trait]
impl Spent for RedisSpent {
    async fn life(&self, number: u64) -> Result<u64, SpentUnavailable> {
        let keys = vec![self.life_key(number % SHARES)];
        let fresh = rand::rng().next_u64();
        let arguments = vec![whole(fresh)];
        let life: String = script::run(&self.redis, &LIFE, WITHIN, keys, arguments)
            .await
            .map_err(|error| failed(&error))?;
        let wrong = |_| SpentUnavailable(format!("{life:?} is no life"));
        life.parse().map_err(wrong)
    }

    async fn spend(
        &self,
        number: u64,
        life: u64,
        keep_ms: u64,
    ) -> Result<Spending, SpentUnavailable> {
        let keys = vec![
            self.life_key(number % SHARES),
            self.number_key(number, life),
        ];
        let arguments = vec![text(life.to_string()), whole(keep_ms.max(1))];
        let spent: String = script::run(&self.redis, &SPEND, WITHIN, keys, arguments)
            .await
            .map_err(|error| failed(&error))?;
        match spent.as_str() {
            "first" => Ok(Spending::First),
            "again" => Ok(Spending::Again),
            "forgotten" => Ok(Spending::Forgotten),
            other => Err(SpentUnavailable(format!("Redis answers {other:?}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use fred::interfaces::KeysInterface;
    use uuid::Uuid;

    use super::*;
    use crate::adapters::redis::stage::connected;
    use crate::ports::spent::conformance;

    #[tokio::test(flavor = "multi_thread")]
    async fn obeys_the_suite_of_the_port() {
        let (Some(one), Some(other)) = (connected().await, connected().await) else {
            return;
        };
        let space = format!("test-{}", Uuid::new_v4());
        let lost = one.clone();
        let (one, other) = (RedisSpent::new(one, &space), RedisSpent::new(other, &space));
        // What a shard that comes back empty has no more.
        conformance::suite(&one, &other, async || {
            for share in 0..SHARES {
                let gone: i64 = lost.client().del(one.life_key(share)).await.unwrap();
                assert!(gone <= 1);
            }
        })
        .await;
    }

    #[tokio::test]
    async fn without_a_cluster_it_says_so() {
        let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
        let spent = RedisSpent::new(Redis::connect(&nowhere).expect("begun"), "nowhere");
        let asked = tokio::time::timeout(WITHIN * 3, spent.spend(1, 1, 10)).await;
        assert!(asked.expect("an answer in time").is_err());
        let asked = tokio::time::timeout(WITHIN * 3, spent.life(1)).await;
        assert!(asked.expect("an answer in time").is_err());
    }
}
