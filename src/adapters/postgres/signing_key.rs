//! Signing keys in PostgreSQL, which whoever runs the servers rotates while they run. Who changes them holds them by name:
//! one is the first, and one is left.

use async_trait::async_trait;
use serde_json::json;
use sqlx::PgConnection;

use super::audit::{Line, write};
use super::lock::{self, Name};
use super::number::{stored, wall};
use super::step::{in_transaction, reading};
use super::{Failure, Postgres};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::ports::login::{LoginStoreError, SigningKeyStore, StoredKey};

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
        let keys = self.keys().await?;
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

/// Why a key was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// There is no such key.
    #[error("there is no key {0}; see: maru keys list")]
    NoSuchKey(String),
    /// Nothing would be left to sign with.
    #[error(
        "{0} is the only key; have a new one made that signs at once: maru keys revoke {0} --replace"
    )]
    OnlyKey(String),
}

impl Postgres {
    /// The keys, the one that signs last first.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, Failure> {
        reading!(self, |conn| all(conn).await)
    }

    /// Adds a key. Keys that have not signed yet give way to it when it signs before them, and those that no token is
    /// verified with any more, `verified_ms` after their successor's time, are removed.
    pub async fn add_key(
        &self,
        key: &StoredKey,
        verified_ms: u64,
        now: WallMs,
    ) -> Result<(), Failure> {
        in_transaction!(self, |conn| add(conn, key, verified_ms, now).await)
    }

    /// Takes a key out, with the belief in all it has signed; the newest other one signs from now on, or `replacement`
    /// does. The name of that one.
    pub async fn revoke_key(
        &self,
        kid: &str,
        replacement: Option<&StoredKey>,
        now: WallMs,
    ) -> Result<String, KeyError> {
        in_transaction!(self, |conn| revoke(conn, kid, replacement, now).await)?
    }
}

async fn add(
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

async fn revoke(
    conn: &mut PgConnection,
    kid: &str,
    replacement: Option<&StoredKey>,
    now: WallMs,
) -> Result<Result<String, KeyError>, sqlx::Error> {
    lock::names(conn, [Name::SigningKeys]).await?;
    let mut left = all(conn).await?;
    let before = left.len();
    left.retain(|key| key.kid != kid);
    if left.len() == before {
        return Ok(Err(KeyError::NoSuchKey(kid.to_owned())));
    }
    if left.is_empty() && replacement.is_none() {
        return Ok(Err(KeyError::OnlyKey(kid.to_owned())));
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
        return Ok(Err(KeyError::OnlyKey(kid.to_owned())));
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
    Ok(Ok(signs.kid.clone()))
}

async fn all(conn: &mut PgConnection) -> Result<Vec<StoredKey>, sqlx::Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;

    fn key(kid: &str, signs_from: u64) -> StoredKey {
        StoredKey {
            kid: kid.to_owned(),
            seed: [7; 32],
            created: WallMs(1),
            signs_from: WallMs(signs_from),
        }
    }

    #[tokio::test]
    async fn one_key_is_the_first_and_one_is_left() {
        let Some(store) = scratch().await else { return };
        let firsts = ["a", "b", "c", "d"].map(|kid| key(kid, 1));
        let asked = firsts.iter().map(|first| store.signing_keys(first));
        let asked = futures_util::future::join_all(asked).await;
        let asked: Vec<_> = asked.into_iter().map(Result::unwrap).collect();
        assert!(
            asked
                .iter()
                .all(|keys| keys.len() == 1 && *keys == asked[0])
        );
        let first = asked[0][0].kid.clone();

        let revoke = async |kid: &str| store.revoke_key(kid, None, WallMs(10)).await;
        assert!(matches!(revoke("none").await, Err(KeyError::NoSuchKey(_))));
        assert!(matches!(revoke(&first).await, Err(KeyError::OnlyKey(_))));
        store
            .add_key(&key("next", 20), 5, WallMs(10))
            .await
            .unwrap();
        // It signs before its time, as nothing else is left that could; of two revoked at once one stays.
        let (one, other) = tokio::join!(revoke(&first), revoke("next"));
        assert!(one.is_ok() != other.is_ok(), "{one:?}, {other:?}");
        let left = store.keys().await.unwrap();
        assert_eq!(left.len(), 1);
        assert!(left[0].signs_from <= WallMs(10));
        // What nothing is verified with any more goes when one is added.
        store
            .add_key(&key("later", 30), 5, WallMs(30))
            .await
            .unwrap();
        store
            .add_key(&key("latest", 50), 5, WallMs(40))
            .await
            .unwrap();
        let left = store.keys().await.unwrap();
        let left: Vec<&str> = left.iter().map(|key| key.kid.as_str()).collect();
        assert_eq!(left, ["latest", "later"]);
    }
}
