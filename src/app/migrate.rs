//! `maru migrate`: brings the schemas of the stores up to date and makes the topics of Kafka, before
//! servers of a new release start.

use super::operated::{OperateError, Operated};
use crate::adapters::sqlite::Sqlite;
use crate::config::{Address, Config};

/// Brings the stores up to date, or makes what should be in them; what came of it, a line each.
///
/// PostgreSQL and MongoDB: servers go on meanwhile, and several may do this at once. The embedded store is its server's
/// alone while that runs, which brings it up to date when it starts.
pub async fn migrate(config: &Config) -> Result<Vec<String>, OperateError> {
    let store = Operated::from(config);
    let mut lines = vec![people(store).await?];
    if let (Operated::Postgres(_), Some(address)) = (store, &config.backend.mongodb) {
        lines.push(documents(address).await?);
    }
    lines.extend(topics(config).await?);
    Ok(lines)
}

async fn people(store: Operated<'_>) -> Result<String, OperateError> {
    match store {
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

/// Collections and indexes, which are made where they are not there.
#[cfg(feature = "mongodb")]
async fn documents(address: &Address) -> Result<String, OperateError> {
    crate::adapters::mongo::Mongo::new(address)
        .await?
        .prepare()
        .await?;
    Ok(format!("{address}: every collection and index is there"))
}

#[cfg(not(feature = "mongodb"))]
async fn documents(_: &Address) -> Result<String, OperateError> {
    Err(OperateError::NoMongodb)
}

/// Makes the topics of Kafka that are not there yet, where the installation is a distributed one and has Kafka; what
/// came of it, in a line.
#[cfg(feature = "kafka")]
async fn topics(config: &Config) -> Result<Option<String>, OperateError> {
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
async fn topics(config: &Config) -> Result<Option<String>, OperateError> {
    match (&config.backend.postgres, &config.backend.kafka) {
        (Some(_), Some(_)) => Err(OperateError::NoKafka),
        _ => Ok(None),
    }
}
