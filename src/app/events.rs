//! `maru events`: what consumers of the event log have given up, redriven; and the log replayed. In the embedded store
//! beside a running server; in Kafka from anywhere.

use super::operated::OperateError;
use crate::adapters::sqlite::Beside;
use crate::config::Config;
use crate::ports::events::{CONSUMERS, EventDesk};

pub use crate::ports::events::DeadLetter;

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
pub async fn replay(config: &Config, consumer: &str) -> Result<(), OperateError> {
    Ok(desk(config, consumer)?.replay(consumer).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::Sqlite;
    use crate::config::Overrides;
    use crate::domain::clock::WallMs;
    use crate::ports::events::conformance::changed;
    use crate::ports::events::{Aside, DISCOVERY, EventConsumers, EventLog};

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
}
