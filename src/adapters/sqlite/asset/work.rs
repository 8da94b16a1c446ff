//! The queues of the asset service: what is to be decoded and cleared away.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::number::{stored, to_i64, to_u64};
use super::takedown::take_copies_down;
use super::withheld;
use super::{Sqlite, digest, read, read_name, tell};
use crate::domain::asset::limits::{REFUSED_KEPT_MS, UNUSED_KEPT_MS};
use crate::domain::asset::{AssetEvent, AssetState, Refusal, Source, Variant};
use crate::domain::clock::WallMs;
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetWork, AssetsUnavailable, LET_GO_MS, LetGo, Settled, Waiting};

/// Uploads looked at in one step of clearing away.
const SWEPT_AT_ONCE: u32 = 64;

async fn refuse(
    conn: &mut SqliteConnection,
    id: AssetId,
    refusal: Refusal,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE asset SET state = 'refused', refusal = ?, due_ms = ? WHERE id = ? AND state = 'processing'",
    )
    .bind(refusal.as_str())
    .bind(stored(WallMs(now.0.saturating_add(REFUSED_KEPT_MS))))
    .bind(id.uuid())
    .execute(conn)
    .await
    .map(drop)
}

async fn is_banned(conn: &mut SqliteConnection, sha256: &[u8; 32]) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM asset_banned WHERE sha256 = ?)")
        .bind(sha256.as_slice())
        .fetch_one(conn)
        .await
}

async fn attach(
    conn: &mut SqliteConnection,
    id: AssetId,
    variant: &Variant,
) -> Result<(), sqlx::Error> {
    let held = sqlx::query("UPDATE asset_blob SET loose = 0 WHERE sha256 = ? AND going = 0")
        .bind(variant.sha256.as_slice())
        .execute(&mut *conn)
        .await?;
    // Whoever wrote them took longer than they were held: they may be gone, and are written again.
    if held.rows_affected() == 0 {
        return Err(sqlx::Error::RowNotFound);
    }
    sqlx::query(
        "INSERT INTO asset_variant (asset_id, name, sha256, width, height, bytes) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(id.uuid())
    .bind(variant.name.as_str())
    .bind(variant.sha256.as_slice())
    .bind(variant.width)
    .bind(variant.height)
    .bind(to_i64(variant.bytes))
    .execute(conn)
    .await
    .map(drop)
}

/// A picture nobody shows goes the second time it is seen like that, if nobody has shown it in between.
async fn sweep_one(
    conn: &mut SqliteConnection,
    (id, state, seen_unused): (Uuid, &str, bool),
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let is_used: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM asset_use WHERE asset_id = ?)")
            .bind(id)
            .fetch_one(&mut *conn)
            .await?;
    if state == "ready" && (is_used || !seen_unused) {
        sqlx::query("UPDATE asset SET seen_unused = ?, due_ms = ? WHERE id = ?")
            .bind(!is_used)
            .bind(stored(WallMs(now.0.saturating_add(UNUSED_KEPT_MS))))
            .bind(id)
            .execute(conn)
            .await?;
        return Ok(());
    }
    sqlx::query("DELETE FROM asset WHERE id = ?")
        .bind(id)
        .execute(&mut *conn)
        .await?;
    tell(conn, AssetId::from_uuid(id), AssetEvent::AssetDeleted {}).await
}

#[async_trait]
impl AssetWork for Sqlite {
    async fn take(&self, lease: WallMs, now: WallMs) -> Result<Option<Waiting>, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        type Row = (Uuid, String, i64, Vec<u8>, u32);
        let row: Option<Row> = sqlx::query_as(
            "UPDATE asset SET due_ms = ?1, tries = tries + 1 WHERE id = (
                 SELECT id FROM asset WHERE state = 'processing' AND due_ms <= ?2 ORDER BY due_ms LIMIT 1)
             RETURNING id, content_type, source_bytes, source_sha256, tries",
        )
        .bind(stored(lease))
        .bind(stored(now))
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let Some((id, content_type, bytes, sha256, tries)) = row else {
            return Ok(None);
        };
        Ok(Some(Waiting {
            id: AssetId::from_uuid(id),
            source: Source {
                content_type: read_name(&content_type)?,
                bytes: to_u64(bytes),
                sha256: digest(&sha256)?,
            },
            tries,
        }))
    }

    async fn hold(&self, bytes: &[[u8; 32]], until: WallMs) -> Result<bool, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for sha256 in bytes {
            let held = sqlx::query(
                "INSERT INTO asset_blob (sha256, held_until_ms, loose) VALUES (?, ?, 1)
                 ON CONFLICT (sha256) DO UPDATE SET held_until_ms = max(held_until_ms, excluded.held_until_ms)
                 WHERE going = 0",
            )
            .bind(sha256.as_slice())
            .bind(stored(until))
            .execute(&mut *transaction)
            .await?;
            if held.rows_affected() == 0 {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn ready(
        &self,
        id: AssetId,
        blurhash: &str,
        variants: &[Variant],
        now: WallMs,
    ) -> Result<Settled, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let waits = read(&mut transaction, id).await?;
        let Some(asset) = waits.filter(|asset| asset.state == AssetState::Processing) else {
            return Ok(Settled::Gone);
        };
        let mut banned = is_banned(&mut transaction, &asset.source.sha256).await?;
        if let Some(largest) = variants.last() {
            banned |= is_banned(&mut transaction, &largest.sha256).await?;
        }
        if banned {
            refuse(&mut transaction, id, Refusal::TakenDownBefore, now).await?;
            transaction.commit().await?;
            return Ok(Settled::Banned);
        }
        for variant in variants {
            attach(&mut transaction, id, variant).await?;
        }
        let kept: u64 = variants.iter().map(|variant| variant.bytes).sum();
        let largest = variants.last();
        sqlx::query(
            "UPDATE asset SET state = 'ready', blurhash = ?, kept_bytes = ?, width = ?, height = ?, due_ms = ?,
                              seen_unused = NOT EXISTS (SELECT 1 FROM asset_use WHERE asset_id = asset.id)
             WHERE id = ?",
        )
        .bind(blurhash)
        .bind(to_i64(kept))
        .bind(largest.map_or(0, |largest| largest.width))
        .bind(largest.map_or(0, |largest| largest.height))
        .bind(stored(WallMs(now.0.saturating_add(UNUSED_KEPT_MS))))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        let event = AssetEvent::AssetReady { owner: asset.owner };
        tell(&mut transaction, id, event).await?;
        transaction.commit().await?;
        Ok(Settled::Ready)
    }

    async fn give_back(&self, id: AssetId, until: WallMs) -> Result<(), AssetsUnavailable> {
        sqlx::query(
            "UPDATE asset SET due_ms = ?, tries = max(tries - 1, 0) WHERE id = ? AND state = 'processing'",
        )
        .bind(stored(until))
        .bind(id.uuid())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn refuse(
        &self,
        id: AssetId,
        refusal: Refusal,
        now: WallMs,
    ) -> Result<(), AssetsUnavailable> {
        let mut conn = self.write.acquire().await?;
        Ok(refuse(&mut conn, id, refusal, now).await?)
    }

    async fn sweep(&self, now: WallMs) -> Result<u32, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut looked_at = 0;
        for state in ["uploading", "refused", "ready"] {
            let due: Vec<(Uuid, bool)> = sqlx::query_as(
                "SELECT id, seen_unused FROM asset WHERE state = ? AND due_ms <= ? ORDER BY due_ms LIMIT ?",
            )
            .bind(state)
            .bind(stored(now))
            .bind(SWEPT_AT_ONCE)
            .fetch_all(&mut *transaction)
            .await?;
            for (id, seen_unused) in due {
                sweep_one(&mut transaction, (id, state, seen_unused), now).await?;
                looked_at += 1;
            }
        }
        // Of what does not fit into the step in which bytes are banned.
        looked_at += take_copies_down(&mut transaction, None, now).await?.0;
        looked_at += withheld::give_copies_back(&mut transaction, now).await?;
        looked_at += withheld::look(&mut transaction, SWEPT_AT_ONCE, now).await?;
        transaction.commit().await?;
        Ok(looked_at)
    }

    async fn let_go(&self, limit: u32, now: WallMs) -> Result<LetGo, AssetsUnavailable> {
        let until = WallMs(now.0.saturating_add(LET_GO_MS));
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        // What somebody has taken again since it was given up is not loose any more.
        sqlx::query(
            "UPDATE asset_blob SET loose = 0 WHERE sha256 IN (
                 SELECT sha256 FROM asset_blob WHERE loose = 1 AND held_until_ms <= ?1
                 ORDER BY held_until_ms LIMIT ?2)
             AND EXISTS (SELECT 1 FROM asset_variant WHERE asset_variant.sha256 = asset_blob.sha256)",
        )
        .bind(stored(now))
        .bind(limit)
        .execute(&mut *transaction)
        .await?;
        // Those that are going already were handed to somebody who did not come to them in time.
        let going: Vec<Vec<u8>> = sqlx::query_scalar(
            "UPDATE asset_blob SET going = 1, held_until_ms = ?3 WHERE sha256 IN (
                 SELECT sha256 FROM asset_blob WHERE loose = 1 AND held_until_ms <= ?1
                 ORDER BY held_until_ms LIMIT ?2)
             AND NOT EXISTS (SELECT 1 FROM asset_variant WHERE asset_variant.sha256 = asset_blob.sha256)
             RETURNING sha256",
        )
        .bind(stored(now))
        .bind(limit)
        .bind(stored(until))
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let bytes = going.iter().map(|sha256| digest(sha256));
        let bytes: Vec<[u8; 32]> = bytes.collect::<Result<_, _>>()?;
        Ok(LetGo { bytes, until })
    }

    async fn gone(&self, deleted: &LetGo) -> Result<(), AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for sha256 in &deleted.bytes {
            // Each time they are handed to somebody they are held for longer than the time before.
            sqlx::query(
                "DELETE FROM asset_blob WHERE sha256 = ? AND going = 1 AND held_until_ms = ?",
            )
            .bind(sha256.as_slice())
            .bind(stored(deleted.until))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn awaited(&self, ids: &[AssetId]) -> Result<BTreeSet<AssetId>, AssetsUnavailable> {
        let hex = ids.iter().map(|id| id.uuid().as_simple().to_string());
        let awaited: Vec<Uuid> = sqlx::query_scalar(
            "SELECT id FROM asset WHERE id IN (SELECT unhex(value) FROM json_each(?))
                 AND state IN ('uploading', 'processing')",
        )
        .bind(Json(hex.collect::<Vec<_>>()))
        .fetch_all(&self.read)
        .await?;
        Ok(awaited.into_iter().map(AssetId::from_uuid).collect())
    }
}
