//! What caches are to drop: written with what closes a picture, told by a worker.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::number::stored;
use super::{Sqlite, digest, variant_name};
use crate::domain::asset::VariantName;
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetsUnavailable, Purge, PurgeQueue};

/// How long after the first time caches are told once more, in milliseconds: an answer with the picture may have been
/// under way to one when it was told.
const PURGED_AGAIN_MS: u64 = 60_000;

/// Caches drop it, now and once more after a while.
pub(super) async fn purge(
    conn: &mut SqliteConnection,
    id: AssetId,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    for due in [0, now.0.saturating_add(PURGED_AGAIN_MS)] {
        sqlx::query(
            "INSERT INTO media_purge (asset_id, variant, sha256, due_ms)
                 SELECT asset_id, name, sha256, ? FROM asset_variant WHERE asset_id = ?",
        )
        .bind(stored(WallMs(due)))
        .bind(id.uuid())
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

#[derive(Debug, sqlx::FromRow)]
struct PurgeRow {
    id: i64,
    asset_id: Uuid,
    variant: String,
    sha256: Vec<u8>,
    tries: u32,
}

#[async_trait]
impl PurgeQueue for Sqlite {
    async fn due(&self, limit: u32, now: WallMs) -> Result<Vec<Purge>, AssetsUnavailable> {
        let rows: Vec<PurgeRow> = sqlx::query_as(
            "SELECT id, asset_id, variant, sha256, tries FROM media_purge WHERE due_ms <= ?
             ORDER BY due_ms, id LIMIT ?",
        )
        .bind(stored(now))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        let purges = rows.into_iter().map(|row| {
            let variant: VariantName = variant_name(&row.variant)?;
            Ok(Purge {
                id: row.id,
                asset: AssetId::from_uuid(row.asset_id),
                variant,
                sha256: digest(&row.sha256)?,
                tries: row.tries,
            })
        });
        Ok(purges.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn done(&self, ids: &[i64]) -> Result<(), AssetsUnavailable> {
        sqlx::query("DELETE FROM media_purge WHERE id IN (SELECT value FROM json_each(?))")
            .bind(Json(ids))
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn put_off(&self, ids: &[i64], until: WallMs) -> Result<(), AssetsUnavailable> {
        sqlx::query(
            "UPDATE media_purge SET tries = tries + 1, due_ms = ? WHERE id IN (SELECT value FROM json_each(?))",
        )
        .bind(stored(until))
        .bind(Json(ids))
        .execute(&self.write)
        .await?;
        Ok(())
    }
}
