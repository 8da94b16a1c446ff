//! `maru migrate`: brings the schemas of the stores up to date, before servers of a new release start.

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
