//! Posts whose time has come, and the sweeping of what is gone.

use async_trait::async_trait;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::number::stored;
use super::announce::announce;
use super::delete::{bury, sweep_comments, sweep_post};
use super::rows::{PostRow, stored_post};
use super::write::{drop_room, file, hold_post};
use crate::domain::clock::WallMs;
use crate::domain::id::PostId;
use crate::domain::post::Post;
use crate::ports::post::{PostStoreError, PostUpkeep, REMOVED_KEPT_MS, SWEPT_AT_ONCE, Told};

/// The post that is due first.
const DUE: &str = "
    SELECT * FROM post WHERE state = 'scheduled' AND deleted_ms IS NULL AND publish_ms <= ?1
        AND standing <> 'removed'
        AND EXISTS (SELECT 1 FROM user WHERE id = author_id AND closing_ms IS NULL)
        AND NOT EXISTS (SELECT 1 FROM suspension WHERE user_id = author_id
                        AND (until_ms IS NULL OR until_ms > ?1))
    ORDER BY publish_ms LIMIT 1";

/// Whether there is anything to sweep, `?1` being before when it was removed.
const SWEEPABLE: &str = "
    SELECT EXISTS (SELECT 1 FROM post WHERE standing = 'removed' AND deleted_ms IS NULL AND changed_ms < ?1)
        OR EXISTS (SELECT 1 FROM post WHERE deleted_ms IS NOT NULL)
        OR EXISTS (SELECT 1 FROM comment WHERE unswept = 1)";

/// What is looked up again and again, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 2] = [DUE, SWEEPABLE];

#[async_trait]
impl PostUpkeep for Sqlite {
    async fn publish_due(&self, now: WallMs) -> Result<Option<Told<()>>, PostStoreError> {
        // Most of the time there is none, and nothing to write.
        let due: Option<PostRow> = sqlx::query_as(DUE)
            .bind(stored(now))
            .fetch_optional(&self.read)
            .await?;
        if due.is_none() {
            return Ok(None);
        }
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let due: Option<PostRow> = sqlx::query_as(DUE)
            .bind(stored(now))
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(post) = due.map(Post::try_from).transpose()? else {
            return Ok(None);
        };
        sqlx::query(
            "UPDATE post SET state = 'published', published_ms = ?1, changed_ms = ?1, version = version + 1
             WHERE id = ?2",
        )
        .bind(stored(now))
        .bind(post.id.uuid())
        .execute(&mut *transaction)
        .await?;
        drop_room(&mut transaction, post.id, (post.room, post.author), now).await?;
        let about = (post.author, &post.content);
        hold_post(&mut transaction, post.id, post.standing, about, now).await?;
        file(&mut transaction, post.id, &post.tags, now).await?;
        let told = announce(&mut transaction, post.id, now).await?;
        transaction.commit().await?;
        Ok(Some(Told { outcome: (), told }))
    }

    async fn sweep(&self, now: WallMs) -> Result<bool, PostStoreError> {
        let overdue = WallMs(now.0.saturating_sub(REMOVED_KEPT_MS));
        // Most of the time there is nothing, and nobody has to wait for that.
        let any: bool = sqlx::query_scalar(SWEEPABLE)
            .bind(stored(overdue))
            .fetch_one(&self.read)
            .await?;
        if !any {
            return Ok(false);
        }
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let removed: Option<Uuid> = sqlx::query_scalar(
            "SELECT id FROM post WHERE standing = 'removed' AND deleted_ms IS NULL AND changed_ms < ? LIMIT 1",
        )
        .bind(stored(overdue))
        .fetch_optional(&mut *transaction)
        .await?;
        if let Some(removed) = removed.map(PostId::from_uuid)
            && let Some(post) = stored_post(&mut transaction, removed).await?
        {
            bury(&mut transaction, &post, now).await?;
        }
        let deleted: Option<Uuid> = sqlx::query_scalar(
            "SELECT id FROM post WHERE deleted_ms IS NOT NULL ORDER BY deleted_ms LIMIT 1",
        )
        .fetch_optional(&mut *transaction)
        .await?;
        let swept = match deleted {
            Some(post) => {
                sweep_post(&mut transaction, post, SWEPT_AT_ONCE).await?;
                true
            }
            None => sweep_comments(&mut transaction, SWEPT_AT_ONCE).await?,
        };
        transaction.commit().await?;
        Ok(swept)
    }
}
