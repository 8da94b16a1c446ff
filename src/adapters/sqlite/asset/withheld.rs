//! What was taken down and can still come back: given back when the decision is taken back, destroyed once nobody can
//! appeal any more.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::moderation::{may_come_back, taken_back};
use super::super::number::stored;
use super::purges::purge;
use super::tell;
use crate::domain::asset::AssetEvent;
use crate::domain::asset::limits::UNUSED_KEPT_MS;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::Standing;

/// Between two looks at an appeal that still waits when the time for appeals is over, in milliseconds.
const APPEAL_LOOK_MS: u64 = 60 * 60 * 1_000;

/// Uploads of the same that come back in one step; what is left comes in the next, from the worker that clears away.
const COPIES_AT_ONCE: u32 = 64;

/// Destroys what is withheld of a picture; what is left is that it was there.
pub(super) async fn destroy(conn: &mut SqliteConnection, id: AssetId) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM asset_variant WHERE asset_id = ?",
        "DELETE FROM asset_use WHERE asset_id = ?",
        "UPDATE asset SET withheld = 0, alt = '', license_note = '', blurhash = '', kept_bytes = 0 WHERE id = ?",
    ] {
        sqlx::query(statement)
            .bind(id.uuid())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Whether a picture may still come back, by a decision about itself or about the one it was taken down with.
async fn is_awaited(
    conn: &mut SqliteConnection,
    id: AssetId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    if may_come_back(conn, id, now).await? {
        return Ok(true);
    }
    let with: Option<Option<Uuid>> =
        sqlx::query_scalar("SELECT taken_with FROM asset WHERE id = ? AND coming_back = 0")
            .bind(id.uuid())
            .fetch_optional(&mut *conn)
            .await?;
    match with {
        Some(Some(with)) => may_come_back(conn, AssetId::from_uuid(with), now).await,
        Some(None) => Ok(false),
        // It is about to.
        None => Ok(true),
    }
}

/// Destroys what was taken down, unless it may still come back.
pub(super) async fn destroy_unless_awaited(
    conn: &mut SqliteConnection,
    id: AssetId,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    match is_awaited(conn, id, now).await? {
        true => Ok(()),
        false => destroy(conn, id).await,
    }
}

/// Looks at some of what has been withheld until now; how many that were.
pub(super) async fn look(
    conn: &mut SqliteConnection,
    limit: u32,
    now: WallMs,
) -> Result<u32, sqlx::Error> {
    let due: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM asset WHERE withheld = 1 AND due_ms <= ? ORDER BY due_ms LIMIT ?",
    )
    .bind(stored(now))
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    for id in &due {
        sqlx::query("UPDATE asset SET due_ms = ? WHERE id = ?")
            .bind(stored(WallMs(now.0.saturating_add(APPEAL_LOOK_MS))))
            .bind(id)
            .execute(&mut *conn)
            .await?;
        destroy_unless_awaited(conn, AssetId::from_uuid(*id), now).await?;
    }
    Ok(u32::try_from(due.len()).unwrap_or(limit))
}

/// Opens a picture again that was taken down, in this standing, and takes its bytes again from whoever sends them.
/// Those that were taken down with it come back as [`give_copies_back`] is called. Of one that was destroyed nothing
/// comes back.
pub(super) async fn give_back(
    conn: &mut SqliteConnection,
    id: AssetId,
    standing: Standing,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM asset_banned WHERE asset_id = ?",
        // What is the same as another picture that was removed stays down with that one.
        "UPDATE asset SET taken_with = banned.asset_id FROM (
             SELECT copy.id AS copy_id, max(asset_banned.asset_id) AS asset_id FROM asset AS copy
             LEFT JOIN asset_variant ON asset_variant.asset_id = copy.id AND name = 'large'
             JOIN asset_banned ON asset_banned.sha256 IN (copy.source_sha256, asset_variant.sha256)
                  AND asset_banned.asset_id <> copy.id
             WHERE copy.taken_with = ? AND copy.state = 'taken_down' GROUP BY copy.id
         ) AS banned WHERE asset.id = banned.copy_id",
        "UPDATE asset SET coming_back = 1 WHERE taken_with = ? AND state = 'taken_down'",
    ] {
        sqlx::query(statement)
            .bind(id.uuid())
            .execute(&mut *conn)
            .await?;
    }
    open(conn, id, standing, now).await
}

async fn open(
    conn: &mut SqliteConnection,
    id: AssetId,
    standing: Standing,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let owner: Option<Uuid> = sqlx::query_scalar(
        "UPDATE asset SET state = 'ready', standing = ?, withheld = 0, taken_with = NULL, coming_back = 0,
                          version = version + 1, due_ms = ?,
                          seen_unused = NOT EXISTS (SELECT 1 FROM asset_use WHERE asset_id = asset.id)
         WHERE id = ? AND withheld = 1 RETURNING owner_id",
    )
    .bind(standing.as_str())
    .bind(stored(WallMs(now.0.saturating_add(UNUSED_KEPT_MS))))
    .bind(id.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(owner) = owner.map(UserId::from_uuid) else {
        return Ok(());
    };
    // Caches may have kept that there is nothing at its addresses.
    purge(conn, id, now).await?;
    tell(conn, id, AssetEvent::AssetRestored { owner }).await
}

/// What becomes of the picture with which this one was taken down is nothing to it any more.
pub(super) async fn unbind(conn: &mut SqliteConnection, id: AssetId) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE asset SET taken_with = NULL, coming_back = 0 WHERE id = ?")
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(drop)
}

/// Gives back some of what was taken down with a picture that has come back; how many it looked at. One whose own
/// appeal was refused stays down.
pub(super) async fn give_copies_back(
    conn: &mut SqliteConnection,
    now: WallMs,
) -> Result<u32, sqlx::Error> {
    let copies: Vec<(Uuid, Option<Uuid>)> = sqlx::query_as(
        "SELECT id, taken_with FROM asset WHERE coming_back = 1 AND state = 'taken_down' LIMIT ?",
    )
    .bind(COPIES_AT_ONCE)
    .fetch_all(&mut *conn)
    .await?;
    for (id, with) in &copies {
        let (id, with) = (AssetId::from_uuid(*id), with.map(AssetId::from_uuid));
        unbind(conn, id).await?;
        match taken_back(conn, id, with, now).await? {
            Some(standing) => open(conn, id, standing, now).await?,
            None => destroy_unless_awaited(conn, id, now).await?,
        }
    }
    Ok(u32::try_from(copies.len()).unwrap_or(COPIES_AT_ONCE))
}
