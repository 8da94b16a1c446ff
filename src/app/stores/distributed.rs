//! People in PostgreSQL, and beside it, each in the store made for it, what they make and what is counted of it.

use std::sync::Arc;
use std::time::Duration;

use super::people::People;
use super::{Documents, Facts, OpenedStores, Stores};
use crate::adapters::postgres::{DecisionOutbox, ModeratedPeople, OpenError, Postgres, UserOutbox};
use crate::app::start_error::StartError;
use crate::config::{Address, Config};

/// Between two tries to reach a store that is not there yet.
const AGAIN: Duration = Duration::from_secs(1);

/// Opens the backends that the settings name, all of those that the services of this process need.
pub(super) async fn open(config: &Config, address: &Address) -> Result<OpenedStores, StartError> {
    let missing = config.missing_backends();
    if !missing.is_empty() {
        return Err(StartError::Backends(missing));
    }
    let postgres = postgres(address, config.backend.postgres_connections_max).await?;
    let documents = documents()?;
    let stores = Stores::of(people(&Arc::new(postgres)), documents, facts()?);
    Ok(OpenedStores {
        stores,
        writing: Box::pin(std::future::ready(())),
    })
}

/// Nodes and stores start in any order: whoever comes first waits.
async fn postgres(address: &Address, connections_max: u32) -> Result<Postgres, OpenError> {
    loop {
        match Postgres::open(address, connections_max).await {
            Err(error) if error.is_away() => {
                tracing::warn!(%address, %error, "waiting for PostgreSQL");
                tokio::time::sleep(AGAIN).await;
            }
            opened => return opened,
        }
    }
}

fn people(postgres: &Arc<Postgres>) -> People {
    let store = Postgres::clone(postgres);
    People::of(
        postgres,
        vec![
            Arc::new(UserOutbox(store.clone())),
            Arc::new(DecisionOutbox(store.clone())),
        ],
        Arc::new(ModeratedPeople(store)),
    )
}

/// Rooms, posts, pictures, visits and guestbooks, for which MongoDB asks PostgreSQL about people.
fn documents() -> Result<Documents, StartError> {
    Err(StartError::NotApart("backend.mongodb_url"))
}

/// The log on Kafka, and the rankings it feeds in Redis.
fn facts() -> Result<Facts, StartError> {
    Err(StartError::NotApart("backend.kafka_brokers"))
}
