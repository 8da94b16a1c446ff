//! How much everybody may ask on all nodes together, in Redis: a bucket is a key with the moment at which everything
//! taken will have come back, and is gone by then.
//!
//! A request waits for Redis no longer than [`WITHIN`]. When it does not answer, this node counts by itself for
//! [`ALONE_MS`] before it asks again: nobody is shut out, and whoever asks all nodes gets as many times as much as there
//! are. Addresses are kept as such, for as long as the bucket takes to fill.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use fred::types::scripts::Script;

use super::Redis;
use super::script::{self, whole};
use crate::domain::clock::{Clock, Tick};
use crate::domain::limits::{Left, Rate, RestClass, RestLimits};
use crate::ports::rates::{Draw, Rates, Whose};

/// How long a request waits for Redis.
const WITHIN: Duration = Duration::from_millis(50);

/// How long a node counts by itself before it asks again, in milliseconds.
const ALONE_MS: u64 = 1_000;

/// How often failures are told of at most, in milliseconds.
const TELL_EVERY_MS: u64 = 30_000;

/// Takes one out of a bucket: KEYS the bucket, ARGV how many a minute, how many at once. Answers how many are left, when
/// it will be full, and in how many milliseconds there is one, or -1 where one was taken.
///
/// A time in milliseconds leaves a double some thousandths; what is within a tenth counts as whole.
static DRAW: LazyLock<Script> = LazyLock::new(|| {
    Script::from_lua(
        "local time = redis.call('TIME')
         local now = time[1] * 1000 + time[2] / 1000
         local cost, burst = 60000 / ARGV[1], tonumber(ARGV[2])
         local until_ms = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
         local wait = until_ms + cost - now - burst * cost
         if wait > 0.1 then
             wait = math.ceil(wait)
         else
             wait = -1
             until_ms = until_ms + cost
             redis.call('SET', KEYS[1], string.format('%.17g', until_ms), 'PX', math.ceil(until_ms - now))
         end
         local missing = until_ms - now
         local left = math.floor((burst * cost - missing + 0.1) / cost)
         return {math.max(left, 0), math.ceil(missing), wait}",
    )
});

/// How often buckets were shared, and how often not.
#[derive(Debug, Default)]
pub struct RateFigures {
    shared: AtomicU64,
    alone: AtomicU64,
    told_at: AtomicU64,
}

impl RateFigures {
    /// Requests counted on all nodes together.
    pub fn shared_total(&self) -> u64 {
        self.shared.load(Ordering::Relaxed)
    }

    /// Requests counted by this node alone, as Redis did not answer.
    pub fn alone_total(&self) -> u64 {
        self.alone.load(Ordering::Relaxed)
    }

    fn tell(&self, error: &fred::error::Error, now: Tick) {
        let told = self.told_at.load(Ordering::Relaxed);
        if told == 0 || now.since_ms(Tick(told)) >= TELL_EVERY_MS {
            self.told_at.store(now.0.max(1), Ordering::Relaxed);
            tracing::warn!(%error, "requests are counted by this node alone for now");
        }
    }
}

/// Buckets over a cluster, and those of this node beside them.
#[derive(Debug)]
pub struct RedisRates {
    redis: Redis,
    space: String,
    limits: RestLimits,
    here: Arc<dyn Rates>,
    clock: Clock,
    within: Duration,
    /// Until when this node counts by itself.
    alone_until: AtomicU64,
    figures: Arc<RateFigures>,
}

impl RedisRates {
    /// Over a cluster, under names that begin so; `here` counts while Redis does not answer.
    pub fn new(
        redis: Redis,
        space: &str,
        limits: RestLimits,
        here: Arc<dyn Rates>,
        clock: Clock,
    ) -> Self {
        Self {
            redis,
            space: space.to_owned(),
            limits,
            here,
            clock,
            within: WITHIN,
            alone_until: AtomicU64::new(0),
            figures: Arc::default(),
        }
    }

    /// What it has done.
    pub const fn figures(&self) -> &Arc<RateFigures> {
        &self.figures
    }

    fn bucket(&self, whose: Whose, class: RestClass) -> (String, Rate) {
        let (whose, (policy, rate)) = match whose {
            Whose::Address(group) => (format!("a:{group}"), class.of_address(&self.limits)),
            Whose::User(user) => (format!("u:{user}"), class.of_user(&self.limits)),
        };
        // The buckets of one person lie in one place.
        (format!("{{{}:rate:{whose}}}:{policy}", self.space), rate)
    }

    async fn shared(&self, whose: Whose, class: RestClass) -> Result<Draw, fred::error::Error> {
        let (key, rate) = self.bucket(whose, class);
        let arguments = vec![whole(rate.per_minute.max(1)), whole(rate.burst)];
        let keys = vec![key];
        let (count, whole_in_ms, wait_ms): (u32, u64, i64) =
            script::run(&self.redis, &DRAW, self.within, keys, arguments).await?;
        Ok(Draw {
            left: Left { count, whole_in_ms },
            wait_ms: u32::try_from(wait_ms).ok(),
        })
    }
}

#[async_trait]
impl Rates for RedisRates {
    async fn draw(&self, whose: Whose, class: RestClass) -> Draw {
        let now = self.clock.tick();
        if now.0 >= self.alone_until.load(Ordering::Relaxed) {
            match self.shared(whose, class).await {
                Ok(draw) => {
                    self.figures.shared.fetch_add(1, Ordering::Relaxed);
                    return draw;
                }
                Err(error) => {
                    let later = self.clock.tick();
                    let until = later.plus_ms(ALONE_MS);
                    self.alone_until.store(until.0, Ordering::Relaxed);
                    self.figures.tell(&error, later);
                }
            }
        }
        self.figures.alone.fetch_add(1, Ordering::Relaxed);
        self.here.draw(whose, class).await
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::adapters::redis::stage::connected;
    use crate::domain::id::UserId;
    use crate::ports::rates::conformance;

    /// Lets everybody in, and counts them.
    #[derive(Debug, Default)]
    struct Open(AtomicU64);

    #[async_trait]
    impl Rates for Open {
        async fn draw(&self, _: Whose, _: RestClass) -> Draw {
            self.0.fetch_add(1, Ordering::Relaxed);
            Draw {
                left: Left {
                    count: 1,
                    whole_in_ms: 0,
                },
                wait_ms: None,
            }
        }
    }

    fn rates(redis: Redis, space: &str) -> RedisRates {
        let limits = conformance::limits();
        RedisRates::new(
            redis,
            space,
            limits,
            Arc::new(Open::default()),
            Clock::start(),
        )
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn obeys_the_suite_of_the_port() {
        let (Some(one), Some(other)) = (connected().await, connected().await) else {
            return;
        };
        let space = format!("test-{}", Uuid::new_v4());
        // Machines that run tests are slow at times.
        let [one, other] = [one, other].map(|redis| RedisRates {
            within: Duration::from_secs(10),
            ..rates(redis, &space)
        });
        // The first commands wait for the connection.
        for rates in [&one, &other] {
            let me = Whose::User(UserId::generate());
            while rates.figures().shared_total() == 0 {
                rates.draw(me, RestClass::Report).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        let alone = [&one, &other].map(|rates| rates.figures().alone_total());
        conformance::suite(&one, &other).await;
        let after = [&one, &other].map(|rates| rates.figures().alone_total());
        assert_eq!(after, alone, "Redis has counted all of it");
    }

    #[tokio::test]
    async fn without_a_cluster_this_node_counts_and_nobody_waits_long() {
        let nowhere = crate::config::Address::redis("127.0.0.1:1").expect("an address");
        let here = Arc::new(Open::default());
        let redis = Redis::connect(&nowhere).expect("begun");
        let clock = Clock::start();
        let limits = conformance::limits();
        let rates = RedisRates::new(redis, "nowhere", limits, here.clone(), clock);
        let began = clock.tick();
        for _ in 0..500 {
            let draw = rates
                .draw(Whose::User(UserId::generate()), RestClass::Write)
                .await;
            assert_eq!(draw.wait_ms, None);
        }
        let took = clock.tick().since_ms(began);
        assert!(took < ALONE_MS, "500 requests waited {took} ms together");
        assert_eq!(here.0.load(Ordering::Relaxed), 500);
        assert_eq!(rates.figures().alone_total(), 500);
    }
}
