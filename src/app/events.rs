//! `maru events`: what consumers of the event log have given up, redriven; and the log replayed. In the embedded store
//! beside a running server; in Kafka from anywhere.

#[cfg(feature = "distributed")]
use std::time::Duration;

use super::operated::OperateError;
#[cfg(feature = "distributed")]
use crate::adapters::redis::{Redis, RedisProjections};
use crate::adapters::sqlite::Beside;
use crate::config::Config;
#[cfg(feature = "distributed")]
use crate::ports::discovery::DiscoveryUnavailable;
use crate::ports::events::{CONSUMERS, DISCOVERY, EventDesk};

pub use crate::ports::events::DeadLetter;

/// How long Redis may take to be there.
#[cfg(feature = "distributed")]
const REACHED_WITHIN: Duration = Duration::from_secs(10);

/// The desk of the log that servers with these settings use.
fn desk(config: &Config, consumer: &str) -> Result<Box<dyn EventDesk>, OperateError> {
    if !CONSUMERS.contains(&consumer) {
        return Err(OperateError::NoSuchConsumer(consumer.to_owned()));
    }
    if config.backend.postgres.is_none() {
        return Ok(Box::new(Beside::new(&config.store.data)));
    }
    let address = config.backend.kafka.as_ref();
    let address = address.ok_or(OperateError::NoBrokers)?;
    #[cfg(feature = "kafka")]
    {
        Ok(Box::new(crate::adapters::kafka::Kafka::new(address)))
    }
    #[cfg(not(feature = "kafka"))]
    {
        let _ = address;
        Err(OperateError::NoKafka)
    }
}

/// What a consumer has given up, oldest first, up to so many.
pub async fn dead_letters(
    config: &Config,
    consumer: &str,
    limit: u32,
) -> Result<Vec<DeadLetter>, OperateError> {
    Ok(desk(config, consumer)?.dead(consumer, limit).await?)
}

/// Gives a consumer what it has given up once more; how many events.
pub async fn redrive(config: &Config, consumer: &str) -> Result<u64, OperateError> {
    Ok(desk(config, consumer)?.redrive(consumer).await?)
}

/// Gives a consumer all that the log still holds.
///
/// What discovery makes of it beside Kafka remembers what it has taken in: that is begun anew, and the servers, whether
/// at work or started later, then have the log given to them again themselves.
pub async fn replay(config: &Config, consumer: &str) -> Result<(), OperateError> {
    let desk = desk(config, consumer)?;
    if consumer == DISCOVERY && config.backend.postgres.is_some() {
        return begin_anew(config).await;
    }
    Ok(desk.replay(consumer).await?)
}

#[cfg(feature = "distributed")]
async fn begin_anew(config: &Config) -> Result<(), OperateError> {
    let address = config.backend.redis.as_ref();
    let redis = Redis::connect(address.ok_or(OperateError::NoRedis)?);
    let redis = redis.map_err(|error| DiscoveryUnavailable(error.to_string()))?;
    let projections = RedisProjections::reached(redis, super::nodes::SPACE, REACHED_WITHIN).await?;
    Ok(projections.begin_anew().await?)
}

#[cfg(not(feature = "distributed"))]
async fn begin_anew(_: &Config) -> Result<(), OperateError> {
    Err(OperateError::NoDistributed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::Sqlite;
    use crate::config::Overrides;
    use crate::domain::clock::WallMs;
    use crate::ports::events::conformance::changed;
    use crate::ports::events::{Aside, EventConsumers, EventLog};

    #[tokio::test]
    async fn what_was_given_up_is_listed_and_given_once_more_beside_a_server() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap().to_owned();
        let overrides = Overrides::default().with("store.data", "--data", Some(data));
        let config = Config::load(&overrides, Vec::new(), None).unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let room = crate::domain::id::RoomId::generate();
        let entry = changed(room, 1);
        let id = entry.event_id();
        store.publish(&[entry], WallMs(5)).await.unwrap();
        let mut consumer = store.durable(DISCOVERY).await.unwrap();
        let mut now = WallMs(5);
        loop {
            let given = consumer.next(9, now).await.unwrap();
            match consumer
                .set_aside(&given[0], "too much", now)
                .await
                .unwrap()
            {
                Aside::Until(at) => now = at,
                Aside::Dead => break,
            }
            consumer.finish().await.unwrap();
        }
        consumer.finish().await.unwrap();
        let dead = dead_letters(&config, DISCOVERY, 9).await.unwrap();
        let listed: Vec<_> = dead.iter().map(|one| (&*one.id, &*one.why)).collect();
        assert_eq!(listed, [(&*id, "too much")]);
        assert_eq!(consumer.next(9, now).await.unwrap(), []);
        assert_eq!(redrive(&config, DISCOVERY).await.unwrap(), 1);
        assert_eq!(consumer.next(9, now).await.unwrap()[0].id, id);
        consumer.finish().await.unwrap();
        assert_eq!(dead_letters(&config, DISCOVERY, 9).await.unwrap(), []);
        assert_eq!(redrive(&config, DISCOVERY).await.unwrap(), 0);
        replay(&config, DISCOVERY).await.unwrap();
        assert_eq!(consumer.next(9, now).await.unwrap()[0].id, id);
    }

    #[tokio::test]
    async fn only_consumers_there_are_can_be_asked_for() {
        let config = Config::load(&Overrides::default(), Vec::new(), None).unwrap();
        let refused = redrive(&config, "nobody").await.unwrap_err().to_string();
        assert!(refused.contains("there are: discovery"), "{refused}");
        let overrides = Overrides::default();
        let postgres = Some("postgres://postgres@127.0.0.1:1/maru".to_owned());
        let overrides = overrides.with("backend.postgres_url", "--postgres", postgres);
        let config = Config::load(&overrides, Vec::new(), None).unwrap();
        let refused = replay(&config, DISCOVERY).await.unwrap_err().to_string();
        assert!(refused.contains("backend.kafka_brokers"), "{refused}");
    }

    /// Nothing of Kafka is touched where what is made of it cannot be begun anew.
    #[cfg(feature = "distributed")]
    #[tokio::test]
    async fn what_discovery_made_of_the_log_is_begun_anew_in_redis() {
        let distributed = |redis: Option<&str>| {
            let overrides = Overrides::default();
            let postgres = Some("postgres://postgres@127.0.0.1:1/maru".to_owned());
            let overrides = overrides.with("backend.postgres_url", "--postgres", postgres);
            let kafka = Some("127.0.0.1:1".to_owned());
            let overrides = overrides.with("backend.kafka_brokers", "--kafka", kafka);
            let redis = redis.map(str::to_owned);
            let overrides = overrides.with("backend.redis_nodes", "--redis", redis);
            Config::load(&overrides, Vec::new(), None).unwrap()
        };
        let refused = replay(&distributed(None), DISCOVERY).await.unwrap_err();
        assert!(matches!(refused, OperateError::NoRedis), "{refused}");
        let nowhere = distributed(Some("127.0.0.1:1"));
        let away = replay(&nowhere, DISCOVERY).await.unwrap_err();
        assert!(matches!(away, OperateError::Discovery(_)), "{away}");
    }
}
