//! What whoever runs the servers changes in PostgreSQL beside them, and how the schema is brought up to date.

use async_trait::async_trait;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

use super::step::{in_transaction, reading};
use super::{ACQUIRE_TIMEOUT, Failure, MIGRATIONS, OpenError, Postgres, role, signing_key};
use crate::config::Address;
use crate::domain::clock::WallMs;
use crate::domain::user::AccountRole;
use crate::ports::login::StoredKey;
use crate::ports::operator::{KeyRevoked, OperatorStore, OperatorStoreError, RoleGiven};

/// A second connection that waits finds out by itself that the first is through.
const CONNECTIONS_MAX: u32 = 1;

/// How far the schema was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// Its version before; 0 is none.
    pub before: i64,
    /// Its version now.
    pub after: i64,
}

impl From<Failure> for OperatorStoreError {
    fn from(failure: Failure) -> Self {
        Self(failure.into())
    }
}

impl Postgres {
    /// Connects to a database that servers may be working on, for single steps. The schema is left as it is, and must be
    /// that of this program.
    pub async fn beside(address: &Address) -> Result<Self, OpenError> {
        let options = address.reveal().parse().map_err(OpenError::Address)?;
        Self::beside_with(options).await
    }

    pub(super) async fn beside_with(options: PgConnectOptions) -> Result<Self, OpenError> {
        let mut connection = connected(&options).await?;
        let found = version(&mut connection).await.map_err(OpenError::Connect)?;
        connection.close().await.map_err(OpenError::Connect)?;
        let expected = newest();
        if found != expected {
            return Err(OpenError::Version { found, expected });
        }
        Self::pooled(options, CONNECTIONS_MAX).await
    }

    /// Brings the schema of the database at `address` up to date. Nodes that do so at once wait for each other.
    pub async fn migrate(address: &Address) -> Result<Migrated, OpenError> {
        let options = address.reveal().parse().map_err(OpenError::Address)?;
        migrate(&options).await
    }
}

/// Brings the schema up to date over a connection of its own, which neither a long index nor the wait for another node
/// is cut short on. Closing it frees the lock, whatever happened.
pub(super) async fn migrate(options: &PgConnectOptions) -> Result<Migrated, OpenError> {
    let mut connection = connected(options).await?;
    let before = version(&mut connection).await;
    let migrated = MIGRATIONS.run(&mut connection).await;
    let after = version(&mut connection).await;
    connection.close().await.map_err(OpenError::Connect)?;
    migrated?;
    Ok(Migrated {
        before: before.map_err(OpenError::Connect)?,
        after: after.map_err(OpenError::Connect)?,
    })
}

async fn connected(options: &PgConnectOptions) -> Result<PgConnection, OpenError> {
    let connecting = tokio::time::timeout(ACQUIRE_TIMEOUT, options.connect()).await;
    let connected = connecting.unwrap_or(Err(sqlx::Error::PoolTimedOut));
    connected.map_err(OpenError::Connect)
}

/// The version of this program's schema.
pub(super) fn newest() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

/// The version of the schema that is there; 0 where there is none.
async fn version(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let is_there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *connection)
        .await?;
    if !is_there {
        return Ok(0);
    }
    sqlx::query_scalar("SELECT coalesce(max(version), 0) FROM _sqlx_migrations WHERE success")
        .fetch_one(connection)
        .await
}

#[async_trait]
impl OperatorStore for Postgres {
    async fn give_role(
        &self,
        handle: &str,
        role: AccountRole,
        at: WallMs,
    ) -> Result<RoleGiven, OperatorStoreError> {
        Ok(in_transaction!(self, |conn| role::give(
            conn, handle, role, at
        )
        .await)?)
    }

    async fn keys(&self) -> Result<Vec<StoredKey>, OperatorStoreError> {
        Ok(reading!(self, |conn| signing_key::all(conn).await)?)
    }

    async fn add_key(
        &self,
        key: &StoredKey,
        verified_ms: u64,
        now: WallMs,
    ) -> Result<(), OperatorStoreError> {
        Ok(in_transaction!(self, |conn| {
            signing_key::add(conn, key, verified_ms, now).await
        })?)
    }

    async fn revoke_key(
        &self,
        kid: &str,
        replacement: Option<&StoredKey>,
        now: WallMs,
    ) -> Result<KeyRevoked, OperatorStoreError> {
        Ok(in_transaction!(self, |conn| {
            signing_key::revoke(conn, kid, replacement, now).await
        })?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{empty, run, scratch};
    use super::*;
    use crate::ports::operator::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_changed_by_hand_promises_beside_running_servers() {
        let Some(store) = scratch().await else { return };
        let beside = Postgres::beside_with(store.options()).await.unwrap();
        conformance(&beside, &*store).await;
        conformance_of_what_it_leaves(&beside).await;
    }

    /// A step beside the servers changes no schema, and a connection of its own is enough for many at once.
    async fn conformance_of_what_it_leaves(beside: &Postgres) {
        let asked = (0..8).map(|_| beside.keys());
        for keys in futures_util::future::join_all(asked).await {
            assert_eq!(keys.unwrap().len(), 2);
        }
        beside.disconnect().await;
    }

    #[tokio::test]
    async fn a_schema_of_another_version_is_left_alone_until_it_is_migrated() {
        let Some(database) = empty().await else {
            return;
        };
        let expected = newest();
        let beside = async || Postgres::beside_with(database.options.clone()).await;
        let none = beside().await;
        assert!(
            matches!(none, Err(OpenError::Version { found: 0, expected: e }) if e == expected),
            "{none:?}"
        );
        let said = none.unwrap_err().to_string();
        assert!(said.contains("maru migrate"), "{said}");
        // However many do it at once, all come to the same.
        let migrate = || migrate(&database.options);
        let (one, other) = tokio::join!(migrate(), migrate());
        assert_eq!(
            (one.unwrap().after, other.unwrap().after),
            (expected, expected)
        );
        let again = migrate().await.unwrap();
        let before = expected;
        assert_eq!(
            again,
            Migrated {
                before,
                after: expected
            }
        );
        let store = beside().await.unwrap();
        assert_eq!(store.keys().await.unwrap(), []);
        store.disconnect().await;
        let mut connection = database.options.connect().await.unwrap();
        run(
            &mut connection,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9999, 'of a later release', TRUE, '', 0)",
        )
        .await;
        connection.close().await.unwrap();
        let later = beside().await;
        assert!(
            matches!(later, Err(OpenError::Version { found: 9999, .. })),
            "{later:?}"
        );
    }
}
