//! Pictures of posts: whether they may be attached, and the record of their use. The only place that knows the asset
//! service's table.

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::literals;
use crate::domain::id::UserId;
use crate::domain::post::PostPicture;

/// Whether these are all pictures of this person's that are good or are being looked at.
pub(super) async fn may_attach(
    conn: &mut SqliteConnection,
    owner: UserId,
    pictures: &[PostPicture],
) -> Result<bool, sqlx::Error> {
    if pictures.is_empty() {
        return Ok(true);
    }
    let statement = format!(
        "SELECT count(*) FROM asset WHERE owner_id = ?1 AND purpose = 'picture'
             AND state IN ('processing', 'ready') AND id IN (VALUES {})",
        literals(pictures.iter().map(|picture| picture.asset.uuid()))
    );
    let good: i64 = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(owner.uuid())
        .fetch_one(conn)
        .await?;
    Ok(usize::try_from(good) == Ok(pictures.len()))
}

/// Writes down which pictures a post shows, former versions of it among them. Whether they are for everybody changes
/// with the post by triggers.
pub(super) async fn record(conn: &mut SqliteConnection, post: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM asset_use WHERE subject_kind = 'post' AND subject_id = ?")
        .bind(post)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO asset_use (asset_id, subject_kind, subject_id, is_public)
         SELECT DISTINCT unhex(replace(json_extract(shown.value, '$.asset'), '-', '')), 'post', p.id,
             p.state = 'published' AND p.audience = 'public' AND p.standing = 'shown'
                 AND NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = p.author_id AND account_private = 1)
         FROM post AS p, (SELECT id, pictures FROM post WHERE id = ?1
                          UNION ALL SELECT post_id, pictures FROM post_edit WHERE post_id = ?1) AS version,
              json_each(version.pictures) AS shown
         WHERE p.id = ?1 AND p.deleted_ms IS NULL",
    )
    .bind(post)
    .execute(conn)
    .await
    .map(drop)
}
