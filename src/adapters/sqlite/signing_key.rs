//! Signing keys in SQLite, which whoever can read the data folder rotates, also while the server runs.

use std::path::Path;

use async_trait::async_trait;
use serde_json::json;
use sqlx::{Connection, SqliteConnection};

use super::Sqlite;
use super::audit::{Line, write};
use super::beside::{BesideError, open_beside};
use super::number::{stored, wall};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::ports::login::{LoginStoreError, SigningKeyStore, StoredKey};
use crate::ports::operator::KeyRevoked;

#[derive(sqlx::FromRow)]
struct KeyRow {
    kid: String,
    seed: Vec<u8>,
    created_ms: i64,
    signs_from_ms: i64,
}

impl TryFrom<KeyRow> for StoredKey {
    type Error = sqlx::Error;

    fn try_from(row: KeyRow) -> Result<Self, sqlx::Error> {
        let seed = row.seed.try_into();
        Ok(Self {
            kid: row.kid,
            seed: seed
                .map_err(|_| sqlx::Error::Decode("a signing key has a wrong length".into()))?,
            created: wall(row.created_ms),
            signs_from: wall(row.signs_from_ms),
        })
    }
}

#[async_trait]
impl SigningKeyStore for Sqlite {
    async fn signing_keys(&self, first: &StoredKey) -> Result<Vec<StoredKey>, LoginStoreError> {
        let mut connection = self.read.acquire().await?;
        let keys = all(&mut connection).await?;
        drop(connection);
        if !keys.is_empty() {
            return Ok(keys);
        }
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if all(&mut transaction).await?.is_empty() {
            insert(&mut transaction, first).await?;
        }
        let keys = all(&mut transaction).await?;
        transaction.commit().await?;
        Ok(keys)
    }
}

/// The keys of a data folder, the one that signs last first.
pub(super) async fn signing_keys(data: &Path) -> Result<Vec<StoredKey>, BesideError> {
    Ok(all(&mut open_beside(data).await?).await?)
}

/// Adds a key to a data folder. Keys that have not signed yet give way to it when it signs before them, and those
/// that no token is verified with any more, `verified_ms` after their successor's time, are removed.
pub(super) async fn add_signing_key(
    data: &Path,
    key: &StoredKey,
    verified_ms: u64,
    now: WallMs,
) -> Result<(), BesideError> {
    let mut connection = open_beside(data).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("DELETE FROM signing_key WHERE signs_from_ms > ? AND signs_from_ms >= ?")
        .bind(stored(now))
        .bind(stored(key.signs_from))
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "DELETE FROM signing_key WHERE EXISTS (
             SELECT 1 FROM signing_key AS later
             WHERE later.signs_from_ms > signing_key.signs_from_ms AND later.signs_from_ms < ?)",
    )
    .bind(stored(now).saturating_sub_unsigned(verified_ms))
    .execute(&mut *transaction)
    .await?;
    insert(&mut transaction, key).await?;
    let line = Line {
        act: Act::KeyRotated,
        subject: None,
        detail: json!({ "kid": key.kid, "signs_from_ms": key.signs_from }),
        trace: &Trace::default(),
        at: now,
    };
    write(&mut transaction, line).await?;
    transaction.commit().await?;
    Ok(())
}

/// Takes a key out of a data folder, with the belief in all it has signed; the newest other one signs from now on, or
/// `replacement` does.
pub(super) async fn revoke_signing_key(
    data: &Path,
    kid: &str,
    replacement: Option<&StoredKey>,
    now: WallMs,
) -> Result<KeyRevoked, BesideError> {
    let mut connection = open_beside(data).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let gone = sqlx::query("DELETE FROM signing_key WHERE kid = ?")
        .bind(kid)
        .execute(&mut *transaction)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(KeyRevoked::NoSuchKey);
    }
    if let Some(replacement) = replacement {
        insert(&mut transaction, replacement).await?;
    }
    let left = all(&mut transaction).await?;
    let signs = left.iter().find(|key| key.signs_from <= now);
    let Some(signs) = signs.or(left.last()) else {
        return Ok(KeyRevoked::OnlyKey);
    };
    if signs.signs_from > now {
        sqlx::query("UPDATE signing_key SET signs_from_ms = ? WHERE kid = ?")
            .bind(stored(now))
            .bind(&signs.kid)
            .execute(&mut *transaction)
            .await?;
    }
    let line = Line {
        act: Act::KeyRevoked,
        subject: None,
        detail: json!({ "kid": kid, "signs": signs.kid }),
        trace: &Trace::default(),
        at: now,
    };
    write(&mut transaction, line).await?;
    transaction.commit().await?;
    Ok(KeyRevoked::Signs(signs.kid.clone()))
}

async fn all(connection: &mut SqliteConnection) -> Result<Vec<StoredKey>, sqlx::Error> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT kid, seed, created_ms, signs_from_ms FROM signing_key ORDER BY signs_from_ms DESC, created_ms DESC",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StoredKey::try_from).collect()
}

async fn insert(connection: &mut SqliteConnection, key: &StoredKey) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO signing_key (kid, seed, created_ms, signs_from_ms) VALUES (?, ?, ?, ?)",
    )
    .bind(&key.kid)
    .bind(key.seed.as_slice())
    .bind(stored(key.created))
    .bind(stored(key.signs_from))
    .execute(connection)
    .await?;
    Ok(())
}
