//! `maru migrate`: brings the schema of the store of people up to date, before servers of a new release start.

use super::operated::{OperateError, Operated};
use crate::adapters::sqlite::Sqlite;

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
