//! Requests that take effect once: the key is written in the transaction of the effect.
//!
//! A store that takes such an effect does, inside a transaction of its own that holds the write lock:
//!
//! ```text
//! let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
//! match once::begin(&mut transaction, once, now).await? {
//!     Begun::Fresh => {}
//!     Begun::Replay(result) => return Ok(Done::Before(result)),
//!     Begun::Mismatch => return Ok(Done::KeyReused),
//! }
//! // ... the effect ...
//! once::record(&mut transaction, once, &result, now).await?;
//! transaction.commit().await?;
//! Ok(Done::Now(result))
//! ```
//!
//! The answer is made from the result alone, so that it is the same each time. A refusal is not recorded: it changed
//! nothing, and may be different the next time.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::SqliteConnection;

use super::super::sealed::{key_hash, open, seal};
use super::number::stored;
use crate::domain::clock::WallMs;
use crate::ports::once::{ONCE_KEPT_MS, Once};

/// Keys remembered of one person; beyond, the oldest is forgotten.
const KEYS_PER_USER_MAX: i64 = 1_000;

/// Overdue keys forgotten with each one that is recorded: more than come, so that they never pile up.
const FORGOTTEN_AT_ONCE: i64 = 16;

/// What is known of a request before it takes effect.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begun<T> {
    /// Nothing: it is to take effect.
    Fresh,
    /// It has taken effect, with this result.
    Replay(T),
    /// Its key stands for another request.
    Mismatch,
}

/// Looks a request up. Without a key each request is fresh.
pub(super) async fn begin<T: DeserializeOwned>(
    connection: &mut SqliteConnection,
    once: Option<&Once>,
    now: WallMs,
) -> Result<Begun<T>, sqlx::Error> {
    let Some(once) = once else {
        return Ok(Begun::Fresh);
    };
    let row: Option<(Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "SELECT digest, result FROM once WHERE user_id = ? AND key_hash = ? AND created_ms > ?",
    )
    .bind(once.owner.uuid())
    .bind(key_hash(once).as_slice())
    .bind(overdue(now))
    .fetch_optional(connection)
    .await?;
    let Some((digest, sealed)) = row else {
        return Ok(Begun::Fresh);
    };
    if digest != once.digest.0 {
        return Ok(Begun::Mismatch);
    }
    let unreadable = || sqlx::Error::Decode("a recorded result cannot be read".into());
    let json = open(once, &sealed).ok_or_else(unreadable)?;
    let result =
        serde_json::from_slice(&json).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Begun::Replay(result))
}

/// Records what came of a request that was [`Begun::Fresh`] in this transaction.
pub(super) async fn record<T: Serialize>(
    connection: &mut SqliteConnection,
    once: Option<&Once>,
    result: &T,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let Some(once) = once else {
        return Ok(());
    };
    let json = serde_json::to_vec(result).map_err(|error| sqlx::Error::Encode(error.into()))?;
    let sealed =
        seal(once, json).ok_or_else(|| sqlx::Error::Encode("a result cannot be sealed".into()))?;
    sqlx::query("DELETE FROM once WHERE (user_id, key_hash) IN (
                     SELECT user_id, key_hash FROM once WHERE created_ms <= ? ORDER BY created_ms LIMIT ?)")
        .bind(overdue(now))
        .bind(FORGOTTEN_AT_ONCE)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM once WHERE user_id = ?1 AND key_hash IN (
                     SELECT key_hash FROM once WHERE user_id = ?1
                     ORDER BY created_ms DESC LIMIT -1 OFFSET ?2)",
    )
    .bind(once.owner.uuid())
    .bind(KEYS_PER_USER_MAX - 1)
    .execute(&mut *connection)
    .await?;
    // What is replaced is overdue: the request would not be fresh otherwise.
    sqlx::query(
        "INSERT OR REPLACE INTO once (user_id, key_hash, digest, result, created_ms)
                 VALUES (?, ?, ?, ?, ?)",
    )
    .bind(once.owner.uuid())
    .bind(key_hash(once).as_slice())
    .bind(once.digest.0.as_slice())
    .bind(sealed)
    .bind(stored(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// What was recorded by then is forgotten.
fn overdue(now: WallMs) -> i64 {
    stored(now).saturating_sub_unsigned(ONCE_KEPT_MS)
}

#[cfg(test)]
mod tests;
