//! Uploads as moderators act on them.

use async_trait::async_trait;

use super::super::moderation::last_removal;
use super::super::number::stored;
use super::purges::purge;
use super::takedown::{take_copies_down, take_down};
use super::withheld::{destroy_unless_awaited, give_back, give_copies_back, unbind};
use super::{Sqlite, read};
use crate::domain::asset::AssetState;
use crate::domain::clock::WallMs;
use crate::domain::id::{AssetId, UserId};
use crate::domain::moderation::{AppealState, ContentKind, Standing};
use crate::ports::asset::AssetsUnavailable;
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};

/// The uploads of a store, for moderators.
#[derive(Debug, Clone)]
pub struct ModeratedAssets(pub Sqlite);

fn unavailable(error: sqlx::Error) -> ContentUnavailable {
    ContentUnavailable(AssetsUnavailable::from(error).0)
}

#[async_trait]
impl ModeratedContent for ModeratedAssets {
    fn kind(&self) -> ContentKind {
        ContentKind::Asset
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<AssetId>() else {
            return Ok(None);
        };
        let mut conn = self.0.read.acquire().await.map_err(unavailable)?;
        let asset = read(&mut conn, id).await.map_err(unavailable)?;
        Ok(asset.map(|asset| {
            let words = [asset.alt, asset.license_note].map(|text| text.trim().to_owned());
            let words: Vec<String> = words.into_iter().filter(|text| !text.is_empty()).collect();
            Content {
                id: id.to_string(),
                author: Some(asset.owner),
                text: words.join("\n"),
                pictures: vec![id],
                standing: asset.standing,
                at: asset.created,
            }
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<AssetId>() else {
            return Ok(false);
        };
        let done = async {
            let mut transaction = self.0.write.begin_with("BEGIN IMMEDIATE").await?;
            let Some(before) = read(&mut transaction, id).await? else {
                return Ok(false);
            };
            match standing {
                // Its own owner hears of it from the decision that this follows from.
                Standing::Removed => {
                    // Where it follows from an appeal that was refused, nothing is banned anew.
                    let last = last_removal(&mut transaction, id).await?;
                    let is_judged =
                        last.is_some_and(|last| last.appeal == Some(AppealState::Upheld));
                    if !is_judged || before.state != AssetState::TakenDown {
                        take_down(&mut transaction, &before, now).await?;
                        take_copies_down(&mut transaction, None, now).await?;
                    } else {
                        unbind(&mut transaction, id).await?;
                    }
                    destroy_unless_awaited(&mut transaction, id, now).await?;
                }
                _ if before.state == AssetState::TakenDown => {
                    give_back(&mut transaction, id, standing, now).await?;
                    give_copies_back(&mut transaction, now).await?;
                }
                _ => {
                    sqlx::query("UPDATE asset SET standing = ? WHERE id = ?")
                        .bind(standing.as_str())
                        .bind(id.uuid())
                        .execute(&mut *transaction)
                        .await?;
                    if standing != Standing::Shown {
                        purge(&mut transaction, id, now).await?;
                    }
                }
            }
            transaction.commit().await?;
            Ok(true)
        };
        done.await.map_err(unavailable)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<AssetId>() else {
            return Ok(false);
        };
        let seen = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM asset JOIN user ON user.id = owner_id
                 WHERE asset.id = ?1 AND state <> 'taken_down' AND (owner_id = ?2 OR (
                     standing = 'shown' AND state = 'ready' AND closing_ms IS NULL
                     AND EXISTS (SELECT 1 FROM asset_use WHERE asset_id = ?1 AND is_public = 1)
                     AND NOT EXISTS (SELECT 1 FROM suspension WHERE user_id = owner_id
                                     AND (until_ms IS NULL OR until_ms > ?3))
                     AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = owner_id)
                     AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = owner_id AND blocked_id = ?2))))",
        )
        .bind(id.uuid())
        .bind(viewer.uuid())
        .bind(stored(WallMs(u64::MAX)))
        .fetch_one(&self.0.read)
        .await;
        seen.map_err(unavailable)
    }
}
