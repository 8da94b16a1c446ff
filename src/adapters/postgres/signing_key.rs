//! Signing keys in PostgreSQL, which whoever runs the servers rotates while they run. Who changes them holds them by name:
//! one is the first, and one is left.

use async_trait::async_trait;
use serde_json::json;
use sqlx::PgConnection;

use super::Postgres;
use super::audit::{Line, write};
use super::lock::{self, Name};
use super::number::{stored, wall};
use super::step::{in_transaction, reading};
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
impl SigningKeyStore for Postgres {
    async fn signing_keys(&self, first: &StoredKey) -> Result<Vec<StoredKey>, LoginStoreError> {
        let keys = reading!(self, |conn| all(conn).await)?;
        if !keys.is_empty() {
            return Ok(keys);
        }
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::SigningKeys]).await?;
            if all(conn).await?.is_empty() {
                insert(conn, first).await?;
            }
            all(conn).await
        })?)
    }
}

/// Adds a key, as the port for whoever runs the servers says.
pub(super) async fn add(
    conn: &mut PgConnection,
    key: &StoredKey,
    verified_ms: u64,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    lock::names(conn, [Name::SigningKeys]).await?;
    sqlx::query("DELETE FROM signing_key WHERE signs_from_ms > $1 AND signs_from_ms >= $2")
        .bind(stored(now))
        .bind(stored(key.signs_from))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "DELETE FROM signing_key WHERE EXISTS (
         SELECT FROM signing_key AS later
         WHERE later.signs_from_ms > signing_key.signs_from_ms AND later.signs_from_ms < $1)",
    )
    .bind(stored(now).saturating_sub_unsigned(verified_ms))
    .execute(&mut *conn)
    .await?;
    insert(conn, key).await?;
    let line = Line {
        act: Act::KeyRotated,
        subject: None,
        detail: json!({ "kid": key.kid, "signs_from_ms": key.signs_from }),
        trace: &Trace::default(),
        at: now,
    };
    write(conn, line).await
}

/// Takes a key out, as the same port says.
pub(super) async fn revoke(
    conn: &mut PgConnection,
    kid: &str,
    replacement: Option<&StoredKey>,
    now: WallMs,
) -> Result<KeyRevoked, sqlx::Error> {
    lock::names(conn, [Name::SigningKeys]).await?;
    let mut left = all(conn).await?;
    let before = left.len();
    left.retain(|key| key.kid != kid);
    if left.len() == before {
        return Ok(KeyRevoked::NoSuchKey);
    }
    if left.is_empty() && replacement.is_none() {
        return Ok(KeyRevoked::OnlyKey);
    }
    sqlx::query("DELETE FROM signing_key WHERE kid = $1")
        .bind(kid)
        .execute(&mut *conn)
        .await?;
    if let Some(replacement) = replacement {
        insert(conn, replacement).await?;
    }
    let left = all(conn).await?;
    let signs = left.iter().find(|key| key.signs_from <= now);
    let Some(signs) = signs.or(left.last()) else {
        return Ok(KeyRevoked::OnlyKey);
    };
    if signs.signs_from > now {
        sqlx::query("UPDATE signing_key SET signs_from_ms = $1 WHERE kid = $2")
            .bind(stored(now))
            .bind(&signs.kid)
            .execute(&mut *conn)
            .await?;
    }
    let line = Line {
        act: Act::KeyRevoked,
        subject: None,
        detail: json!({ "kid": kid, "signs": signs.kid }),
        trace: &Trace::default(),
        at: now,
    };
    write(conn, line).await?;
    Ok(KeyRevoked::Signs(signs.kid.clone()))
}

/// The keys, the one that signs last first.
pub(super) async fn all(conn: &mut PgConnection) -> Result<Vec<StoredKey>, sqlx::Error> {
    let rows: Vec<KeyRow> = sqlx::query_as(
        "SELECT kid, seed, created_ms, signs_from_ms FROM signing_key
         ORDER BY signs_from_ms DESC, created_ms DESC",
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter().map(StoredKey::try_from).collect()
}

async fn insert(conn: &mut PgConnection, key: &StoredKey) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO signing_key (kid, seed, created_ms, signs_from_ms) VALUES ($1, $2, $3, $4)",
    )
    .bind(&key.kid)
    .bind(key.seed.as_slice())
    .bind(stored(key.created))
    .bind(stored(key.signs_from))
    .execute(conn)
    .await?;
    Ok(())
}
