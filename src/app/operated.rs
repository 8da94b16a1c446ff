//! The store that whoever runs the servers changes by hand: the one of people.

use std::path::Path;

use crate::adapters::sqlite::Beside;
use crate::config::{Address, Config};
use crate::ports::discovery::DiscoveryUnavailable;
use crate::ports::events::{CONSUMERS, EventsUnavailable};
use crate::ports::operator::{OperatorStore, OperatorStoreError};

/// Which store it is.
#[derive(Debug, Clone, Copy)]
pub enum Operated<'a> {
    /// The embedded one of this data folder.
    Embedded(&'a Path),
    /// The PostgreSQL database at this address.
    Postgres(&'a Address),
}

impl<'a> From<&'a Path> for Operated<'a> {
    fn from(data: &'a Path) -> Self {
        Self::Embedded(data)
    }
}

impl<'a> From<&'a Config> for Operated<'a> {
    fn from(config: &'a Config) -> Self {
        match &config.backend.postgres {
            Some(address) => Self::Postgres(address),
            None => Self::Embedded(&config.store.data),
        }
    }
}

/// Why nothing was changed, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// The store refused, or is not there.
    #[error(transparent)]
    Store(#[from] OperatorStoreError),
    /// PostgreSQL cannot be opened.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] crate::adapters::postgres::OpenError),
    /// PostgreSQL is configured, and this program was built without it.
    #[cfg(not(feature = "postgres"))]
    #[error("backend.postgres_url: this program was built without PostgreSQL")]
    NoPostgres,
    /// MongoDB cannot be prepared.
    #[cfg(feature = "mongodb")]
    #[error(transparent)]
    Mongo(#[from] crate::adapters::mongo::MongoError),
    /// MongoDB is configured, and this program was built without it.
    #[cfg(not(feature = "mongodb"))]
    #[error("backend.mongodb_url: this program was built without MongoDB")]
    NoMongodb,
    /// The embedded store cannot be opened.
    #[error(transparent)]
    Embedded(#[from] crate::adapters::sqlite::OpenError),
    /// The event log refused, or is not there.
    #[error(transparent)]
    Events(#[from] EventsUnavailable),
    /// The log of this installation would be in Kafka, of which nothing is configured.
    #[error("backend.kafka_brokers: without Kafka there is no event log beside PostgreSQL")]
    NoBrokers,
    /// Kafka is configured, and this program was built without it.
    #[cfg(not(feature = "kafka"))]
    #[error("backend.kafka_brokers: this program was built without Kafka")]
    NoKafka,
    /// What is made of the log cannot be begun anew.
    #[error(transparent)]
    Discovery(#[from] DiscoveryUnavailable),
    /// What discovery makes of the log would be in Redis, of which nothing is configured.
    #[error("backend.redis_nodes: without Redis there is no discovery beside PostgreSQL")]
    NoRedis,
    /// Redis is configured, and this program was built without it.
    #[cfg(not(feature = "distributed"))]
    #[error("backend.redis_nodes: this program was built without Redis")]
    NoDistributed,
    /// Nothing reads the log under this name.
    #[error("there is no consumer {0}; there are: {known}", known = CONSUMERS.join(", "))]
    NoSuchConsumer(String),
    /// Nobody has the handle.
    #[error("nobody has the handle {0}")]
    NoSuchUser(String),
    /// Nobody would be an admin any more.
    #[error("{0} is the last admin; make somebody else one first: maru role HANDLE admin")]
    LastAdmin(String),
    /// There is no such key.
    #[error("there is no key {0}; see: maru keys list")]
    NoSuchKey(String),
    /// Nothing would be left to sign with.
    #[error(
        "{0} is the only key; have a new one made that signs at once: maru keys revoke {0} --replace"
    )]
    OnlyKey(String),
}

impl Operated<'_> {
    /// The store, which servers may be working on.
    pub(super) async fn open(self) -> Result<Box<dyn OperatorStore>, OperateError> {
        match self {
            Self::Embedded(data) => Ok(Box::new(Beside::new(data))),
            #[cfg(feature = "postgres")]
            Self::Postgres(address) => {
                let store = crate::adapters::postgres::Postgres::beside(address).await?;
                Ok(Box::new(store))
            }
            #[cfg(not(feature = "postgres"))]
            Self::Postgres(_) => Err(OperateError::NoPostgres),
        }
    }
}
