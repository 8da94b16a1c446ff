//! `maru migrate`: brings the schema of the store of people up to date, and makes the topics of Kafka, before servers of
//! a new release start.

use super::operated::{OperateError, Operated};
use crate::adapters::sqlite::Sqlite;
use crate::config::Config;

/// Brings the store up to date, or makes it where there is none; what came of it, in a line.
///
/// PostgreSQL: servers go on meanwhile, and of several who do this at once one does it. The embedded store is its
/// server's alone while that runs, which brings it up to date when it starts.
pub async fn migrate(store: impl Into<Operated<'_>>) -> Result<String, OperateError> {
    match store.into() {
        Operated::Embedded(data) => {
            Sqlite::open(data).await?;
            Ok(format!("embedded store in {}: up to date", data.display()))
        }
        #[cfg(feature = "postgres")]
        Operated::Postgres(address) => {
            let migrated = crate::adapters::postgres::Postgres::migrate(address).await?;
            let crate::adapters::postgres::Migrated { before, after } = migrated;
            Ok(match before == after {
                true => format!("{address}: the schema is of version {after} already"),
                false => format!(
                    "{address}: the schema is of version {after} now and was of version {before} before"
                ),
            })
        }
        #[cfg(not(feature = "postgres"))]
        Operated::Postgres(_) => Err(OperateError::NoPostgres),
    }
}

/// Makes the topics of Kafka that are not there yet, where the installation is a distributed one and has Kafka; what
/// came of it, in a line.
#[cfg(feature = "kafka")]
pub async fn make_topics(config: &Config) -> Result<Option<String>, OperateError> {
    let backend = &config.backend;
    let (Some(_), Some(address)) = (&backend.postgres, &backend.kafka) else {
        return Ok(None);
    };
    let within = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let replication = Some(within(backend.kafka_replication)).filter(|brokers| *brokers > 0);
    let kafka = crate::adapters::kafka::Kafka::new(address);
    let partitions = within(backend.kafka_partitions);
    let made = kafka.migrate(&crate::ports::events::CONSUMERS, partitions, replication);
    let made = made.await?;
    Ok(Some(match made.is_empty() {
        true => format!("{address}: all topics are there already"),
        false => format!("{address}: made {}", made.join(", ")),
    }))
}

/// There is no Kafka without its client.
#[cfg(not(feature = "kafka"))]
pub async fn make_topics(config: &Config) -> Result<Option<String>, OperateError> {
    match (&config.backend.postgres, &config.backend.kafka) {
        (Some(_), Some(_)) => Err(OperateError::NoKafka),
        _ => Ok(None),
    }
}
