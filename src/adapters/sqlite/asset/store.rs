//! Uploads that come, change and go.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::super::moderation::last_removal;
use super::super::number::{stored, to_i64, to_u64};
use super::super::once::{self, Begun};
use super::takedown::{take_copies_down, take_down, write_down};
use super::withheld::destroy_unless_awaited;
use super::{ASSETS, AssetRow, Sqlite, digest, read, read_one, tell};
use crate::domain::asset::{Asset, AssetEvent, AssetState, Variant, VariantName};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::ReportReason;
use crate::domain::version::Expected;
use crate::ports::asset::{
    Added, Allowance, AssetStore, AssetsUnavailable, AvatarSet, Described, NewAsset, Served,
    TakenDown, Words,
};
use crate::ports::moderation::pictures::LastRemoval;
use crate::ports::once::Once;

/// Whether its owner has place for one more of so many bytes.
async fn has_place(
    conn: &mut SqliteConnection,
    new: &NewAsset,
    allowance: Allowance,
) -> Result<bool, sqlx::Error> {
    let (count, bytes): (i64, i64) = sqlx::query_as(
        "SELECT count(*), coalesce(sum(iif(state = 'ready', kept_bytes, source_bytes)), 0)
         FROM asset WHERE owner_id = ? AND state IN ('uploading', 'processing', 'ready')",
    )
    .bind(new.owner.uuid())
    .fetch_one(conn)
    .await?;
    let bytes = to_u64(bytes).saturating_add(new.source.bytes);
    Ok(count < i64::from(allowance.count) && bytes <= allowance.bytes)
}

async fn insert(
    conn: &mut SqliteConnection,
    new: &NewAsset,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let state = match new.until {
        Some(_) => AssetState::Uploading,
        None => AssetState::Processing,
    };
    sqlx::query(
        "INSERT INTO asset (id, owner_id, purpose, state, alt, license_note, content_type, source_bytes,
                            source_sha256, created_ms, due_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.uuid())
    .bind(new.owner.uuid())
    .bind(new.purpose.as_str())
    .bind(state.as_str())
    .bind(new.alt.as_str())
    .bind(new.license_note.as_str())
    .bind(new.source.content_type.as_str())
    .bind(to_i64(new.source.bytes))
    .bind(new.source.sha256.as_slice())
    .bind(stored(now))
    .bind(stored(new.until.unwrap_or(now)))
    .execute(conn)
    .await
    .map(drop)
}

#[async_trait]
impl AssetStore for Sqlite {
    async fn add(
        &self,
        new: &NewAsset,
        allowance: Allowance,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Added, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin(&mut transaction, once, now).await? {
            Begun::Fresh => {}
            Begun::Replay(asset) => return Ok(Added::Kept(asset)),
            Begun::Mismatch => return Ok(Added::KeyReused),
        }
        if !has_place(&mut transaction, new, allowance).await? {
            return Ok(Added::Full);
        }
        insert(&mut transaction, new, now).await?;
        let asset = Box::new(read_one(&mut transaction, new.id).await?);
        once::record(&mut transaction, once, &asset, now).await?;
        transaction.commit().await?;
        Ok(Added::Kept(asset))
    }

    async fn arrived(&self, id: AssetId, now: WallMs) -> Result<bool, AssetsUnavailable> {
        let done = sqlx::query(
            "UPDATE asset SET state = 'processing', due_ms = ?2
             WHERE id = ?1 AND state = 'uploading' AND due_ms > ?2",
        )
        .bind(id.uuid())
        .bind(stored(now))
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn asset(&self, id: AssetId) -> Result<Option<Asset>, AssetsUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(read(&mut conn, id).await?)
    }

    async fn of_owner(
        &self,
        owner: UserId,
        before: Option<AssetId>,
        limit: u32,
    ) -> Result<Vec<Asset>, AssetsUnavailable> {
        // Ids are ordered by the time of their making.
        let query =
            format!("{ASSETS} owner_id = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3");
        let rows: Vec<AssetRow> = sqlx::query_as(AssertSqlSafe(query))
            .bind(owner.uuid())
            .bind(before.map(AssetId::uuid))
            .bind(limit)
            .fetch_all(&self.read)
            .await?;
        let assets = rows.into_iter().map(Asset::try_from);
        Ok(assets.collect::<Result<_, _>>()?)
    }

    async fn describe(
        &self,
        id: AssetId,
        owner: UserId,
        words: &Words,
        expected: &Expected,
    ) -> Result<Described, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let before = read(&mut transaction, id).await?;
        let own =
            before.filter(|asset| asset.owner == owner && asset.state != AssetState::TakenDown);
        let Some(before) = own else {
            return Ok(Described::NotThere);
        };
        if !expected.admits(before.version) {
            return Ok(Described::Stale);
        }
        sqlx::query(
            "UPDATE asset SET alt = coalesce(?, alt), license_note = coalesce(?, license_note),
                              version = version + 1 WHERE id = ?",
        )
        .bind(words.alt.as_ref().map(|alt| alt.as_str()))
        .bind(words.license_note.as_ref().map(|note| note.as_str()))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        let after = read_one(&mut transaction, id).await?;
        transaction.commit().await?;
        Ok(Described::Done(Box::new(after)))
    }

    async fn remove(&self, id: AssetId, owner: UserId) -> Result<bool, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let gone = sqlx::query(
            "DELETE FROM asset WHERE id = ? AND owner_id = ? AND state <> 'taken_down'",
        )
        .bind(id.uuid())
        .bind(owner.uuid())
        .execute(&mut *transaction)
        .await?;
        if gone.rows_affected() == 0 {
            return Ok(false);
        }
        tell(&mut transaction, id, AssetEvent::AssetDeleted {}).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn take_down(
        &self,
        id: AssetId,
        rule: Option<ReportReason>,
        trace: &Trace,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<TakenDown, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin(&mut transaction, once, now).await? {
            Begun::Fresh => {}
            Begun::Replay(asset) => return Ok(TakenDown::Done(asset, Vec::new())),
            Begun::Mismatch => return Ok(TakenDown::KeyReused),
        }
        let Some(before) = read(&mut transaction, id).await? else {
            return Ok(TakenDown::NotThere);
        };
        let last = last_removal(&mut transaction, id).await?;
        let stands = |rule| last.is_some_and(|last: LastRemoval| last.stands_by(rule));
        let is_decided = before.state == AssetState::TakenDown && rule.is_none_or(stands);
        let mut told = Vec::new();
        if !is_decided {
            take_down(&mut transaction, &before, now).await?;
            let by = (rule.unwrap_or(ReportReason::Other), Some(trace));
            told = write_down(&mut transaction, (id, before.owner), by, now).await?;
            told.extend(
                take_copies_down(&mut transaction, Some(trace), now)
                    .await?
                    .1,
            );
            // What is against the law is not kept.
            destroy_unless_awaited(&mut transaction, id, now).await?;
        }
        let after = Box::new(read_one(&mut transaction, id).await?);
        once::record(&mut transaction, once, &after, now).await?;
        transaction.commit().await?;
        Ok(TakenDown::Done(after, told))
    }

    async fn set_avatar(
        &self,
        user: UserId,
        asset: Option<AssetId>,
        expected: &Expected,
    ) -> Result<AvatarSet, AssetsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let set = super::avatar::set(&mut transaction, user, asset, expected).await?;
        if matches!(set, AvatarSet::Done(_)) {
            transaction.commit().await?;
        }
        Ok(set)
    }

    async fn served(
        &self,
        id: AssetId,
        variant: VariantName,
        now: WallMs,
    ) -> Result<Option<Served>, AssetsUnavailable> {
        let row: Option<(Vec<u8>, u32, u32, i64, bool)> = sqlx::query_as(
            "SELECT sha256, asset_variant.width, asset_variant.height, bytes,
                    EXISTS (SELECT 1 FROM asset_use WHERE asset_id = asset.id AND is_public = 1)
             FROM asset JOIN asset_variant ON asset_id = asset.id JOIN user ON user.id = owner_id
             WHERE asset.id = ?1 AND name = ?2 AND state = 'ready' AND standing = 'shown'
               AND closing_ms IS NULL AND NOT EXISTS (
                   SELECT 1 FROM suspension WHERE user_id = owner_id AND (until_ms IS NULL OR until_ms > ?3))",
        )
        .bind(id.uuid())
        .bind(variant.as_str())
        .bind(stored(now))
        .fetch_optional(&self.read)
        .await?;
        let Some((sha256, width, height, bytes, is_public)) = row else {
            return Ok(None);
        };
        Ok(Some(Served {
            variant: Variant {
                name: variant,
                sha256: digest(&sha256)?,
                width,
                height,
                bytes: to_u64(bytes),
            },
            is_public,
        }))
    }
}
