//! What becomes of a person's posts and comments when they are erased. What they did with those of others goes by the
//! list of `personal_data`.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::delete::{bury, bury_comment, sweep_comments, sweep_post};
use super::rows::stored_post;
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};

/// Posts gone at once: each takes its revisions, its tags and its pictures along.
const POSTS_AT_ONCE: u32 = 16;

/// Takes away some of what a person wrote; whether there was any.
pub(in crate::adapters::sqlite) async fn erase_some(
    conn: &mut SqliteConnection,
    person: UserId,
    limit: u32,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    let posts: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM post WHERE author_id = ? AND deleted_ms IS NULL LIMIT ?",
    )
    .bind(person.uuid())
    .bind(POSTS_AT_ONCE)
    .fetch_all(&mut *conn)
    .await?;
    for post in posts.iter().copied().map(PostId::from_uuid) {
        if let Some(post) = stored_post(&mut *conn, post).await? {
            bury(&mut *conn, &post, now).await?;
        }
    }
    if !posts.is_empty() {
        return Ok(true);
    }
    let post: Option<Uuid> = sqlx::query_scalar("SELECT id FROM post WHERE author_id = ? LIMIT 1")
        .bind(person.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(post) = post {
        sweep_post(conn, post, limit).await?;
        return Ok(true);
    }
    let comments: Vec<Uuid> =
        sqlx::query_scalar("SELECT id FROM comment WHERE author_id = ? LIMIT ?")
            .bind(person.uuid())
            .bind(limit)
            .fetch_all(&mut *conn)
            .await?;
    for comment in &comments {
        bury_comment(&mut *conn, *comment, now).await?;
    }
    if !comments.is_empty() {
        sweep_comments(conn, limit).await?;
        return Ok(true);
    }
    Ok(false)
}
