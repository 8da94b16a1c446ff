//! Handles in PostgreSQL: who has which, who had which until lately, and how they change.
//!
//! Nobody gets a handle without holding it by name, so that of many who want one, one does. Behind that stands the unique
//! key of accounts.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::PgConnection;
use uuid::Uuid;

use super::number::stored;
use super::profile_rows::{self, Of};
use super::user_outbox;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::profile::{HandleRules, Renamed};

/// The installation's secret under which handles of erased people are kept.
const DIGEST_SECRET: &str = "kept_handle";

/// Overdue rows forgotten with each that is written: more than come.
const FORGOTTEN_AT_ONCE: i64 = 16;

/// Whether `user`, or a newcomer, can have a handle. It stays so while the transaction holds it by name.
pub(super) async fn is_free(
    conn: &mut PgConnection,
    handle: &str,
    user: Option<Uuid>,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    let taken: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM account WHERE handle = $1)
         OR EXISTS (SELECT 1 FROM old_handle
                    WHERE handle = $1 AND kept_until_ms > $2 AND user_id IS DISTINCT FROM $3)",
    )
    .bind(handle)
    .bind(stored(now))
    .bind(user)
    .fetch_one(&mut *conn)
    .await?;
    Ok(!taken && !is_kept(conn, handle, now).await?)
}

/// Whether somebody had it who was erased since.
async fn is_kept(conn: &mut PgConnection, handle: &str, now: WallMs) -> Result<bool, sqlx::Error> {
    let Some(digest) = digest(conn, handle).await? else {
        return Ok(false);
    };
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM kept_handle WHERE digest = $1 AND kept_until_ms > $2)",
    )
    .bind(digest)
    .bind(stored(now))
    .fetch_one(conn)
    .await
}

/// What is kept of a handle; nothing while nobody was erased ever.
async fn digest(conn: &mut PgConnection, handle: &str) -> Result<Option<Vec<u8>>, sqlx::Error> {
    let secret: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT value FROM installation WHERE name = $1")
            .bind(DIGEST_SECRET)
            .fetch_optional(conn)
            .await?;
    let Some(secret) = secret else {
        return Ok(None);
    };
    let wrong =
        |_| sqlx::Error::Decode(format!("secret {DIGEST_SECRET} has a wrong length").into());
    let mut hash = Hmac::<Sha256>::new_from_slice(&secret).map_err(wrong)?;
    hash.update(handle.as_bytes());
    Ok(Some(hash.finalize().into_bytes().to_vec()))
}

/// Keeps the handles of somebody who is erased: the one they have for `kept_ms` from when they closed the account,
/// the ones they had as long as those would have been.
pub(super) async fn keep_digests(
    conn: &mut PgConnection,
    user: Uuid,
    kept_ms: u64,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(DIGEST_SECRET)
        .bind(rand::random::<[u8; 32]>().as_slice())
        .execute(&mut *conn)
        .await?;
    let handles: Vec<(String, i64)> = sqlx::query_as(
        "SELECT handle, kept_until_ms FROM old_handle WHERE user_id = $1
         UNION ALL SELECT handle, closing_ms + $2 FROM account
         WHERE id = $1 AND closing_ms IS NOT NULL",
    )
    .bind(user)
    .bind(stored(WallMs(kept_ms)))
    .fetch_all(&mut *conn)
    .await?;
    for (handle, until) in handles
        .into_iter()
        .filter(|(_, until)| *until > stored(now))
    {
        let digest = digest(&mut *conn, &handle).await?;
        sqlx::query(
            "INSERT INTO kept_handle (digest, kept_until_ms) VALUES ($1, $2)
             ON CONFLICT (digest) DO UPDATE
             SET kept_until_ms = greatest(kept_handle.kept_until_ms, excluded.kept_until_ms)",
        )
        .bind(digest)
        .bind(until)
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query(
        "DELETE FROM kept_handle WHERE digest IN (
         SELECT digest FROM kept_handle WHERE kept_until_ms <= $1
         ORDER BY kept_until_ms LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind(stored(now))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(conn)
    .await
    .map(drop)
}

/// Changes a handle, of an account and to a handle that the transaction holds.
pub(super) async fn rename(
    conn: &mut PgConnection,
    id: UserId,
    (handle, rules): (&str, HandleRules),
    expected: &Expected,
    at: WallMs,
) -> Result<Renamed, sqlx::Error> {
    let Some(before) = profile_rows::read(&mut *conn, Of::Id(id.uuid())).await? else {
        return Ok(Renamed::NoSuchUser);
    };
    if !expected.admits(Version(before.version)) {
        return Ok(Renamed::Stale);
    }
    if before.user.handle == handle {
        return Ok(Renamed::Done(before));
    }
    if let Some(last) = before.handle_changed {
        let again = WallMs(last.0.saturating_add(rules.pause_ms));
        if again > at {
            return Ok(Renamed::TooSoon { again });
        }
    }
    if !is_free(&mut *conn, handle, Some(id.uuid()), at).await? {
        return Ok(Renamed::Taken);
    }
    // What is to be somebody's again, or is kept no longer, leads nowhere.
    sqlx::query(
        "DELETE FROM old_handle WHERE handle = $1 OR handle IN (
         SELECT handle FROM old_handle WHERE kept_until_ms <= $2
         ORDER BY kept_until_ms LIMIT $3 FOR UPDATE SKIP LOCKED)",
    )
    .bind(handle)
    .bind(stored(at))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(&mut *conn)
    .await?;
    // One that somebody had before them, and who was overlooked since, gives way.
    sqlx::query(
        "INSERT INTO old_handle (handle, user_id, kept_until_ms) VALUES ($1, $2, $3)
         ON CONFLICT (handle) DO UPDATE
         SET user_id = excluded.user_id, kept_until_ms = excluded.kept_until_ms",
    )
    .bind(&before.user.handle)
    .bind(id.uuid())
    .bind(stored(WallMs(at.0.saturating_add(rules.kept_ms))))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "UPDATE account SET handle = $1, handle_changed_ms = $2, version = version + 1
         WHERE id = $3",
    )
    .bind(handle)
    .bind(stored(at))
    .bind(id.uuid())
    .execute(&mut *conn)
    .await?;
    let event = AccountEvent::HandleChanged {
        from: before.user.handle,
        to: handle.to_owned(),
        version: before.version + 1,
    };
    user_outbox::put(&mut *conn, id.uuid(), &event).await?;
    let after = profile_rows::read(conn, Of::Id(id.uuid())).await?;
    Ok(after.map_or(Renamed::NoSuchUser, Renamed::Done))
}
