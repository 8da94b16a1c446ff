//! The picture somebody has chosen for their profile: a use of it by the person.

use sqlx::SqliteConnection;

use super::super::number::to_u64;
use super::super::user_outbox;
use super::{USER, read};
use crate::domain::id::{AssetId, UserId};
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::asset::AvatarSet;

/// Chooses a picture, or none; the transaction is to be committed when it is done.
pub(super) async fn set(
    conn: &mut SqliteConnection,
    user: UserId,
    asset: Option<AssetId>,
    expected: &Expected,
) -> Result<AvatarSet, sqlx::Error> {
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM user WHERE id = ?")
        .bind(user.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(version) = version.map(to_u64) else {
        return Ok(AvatarSet::NotThere);
    };
    if !expected.admits(Version(version)) {
        return Ok(AvatarSet::Stale);
    }
    if let Some(id) = asset {
        match read(conn, id).await?.filter(|asset| asset.owner == user) {
            None => return Ok(AvatarSet::NotThere),
            Some(asset) if asset.picture.is_none() => return Ok(AvatarSet::NotReady),
            Some(_) => {}
        }
    }
    // The same again is no change, so that no cache is told to drop it.
    sqlx::query(
        "DELETE FROM asset_use WHERE subject_kind = ?1 AND subject_id = ?2 AND asset_id IS NOT ?3",
    )
    .bind(USER)
    .bind(user.uuid())
    .bind(asset.map(AssetId::uuid))
    .execute(&mut *conn)
    .await?;
    if let Some(id) = asset {
        sqlx::query(
            "INSERT INTO asset_use (asset_id, subject_kind, subject_id, is_public) VALUES (?, ?, ?, 1)
             ON CONFLICT DO NOTHING",
        )
        .bind(id.uuid())
        .bind(USER)
        .bind(user.uuid())
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query("UPDATE user SET version = version + 1 WHERE id = ?")
        .bind(user.uuid())
        .execute(&mut *conn)
        .await?;
    let version = version + 1;
    let event = AccountEvent::ProfileChanged { version };
    user_outbox::put(conn, user.uuid(), &event).await?;
    Ok(AvatarSet::Done(Version(version)))
}
