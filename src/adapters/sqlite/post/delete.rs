//! The end of posts and comments: gone for everybody in one small step, swept later in others.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::number::stored;
use super::announce::tell;
use crate::domain::clock::WallMs;
use crate::domain::post::{Post, PostEvent};

/// What a post says and shows, and every trace of it in lists.
const BURY: [&str; 6] = [
    "UPDATE post SET deleted_ms = ?2, text = '', warning = '', pictures = '[]', given_tags = '[]', tags = '[]',
         room_id = NULL, quote_id = NULL, pinned_ms = NULL WHERE id = ?1",
    "DELETE FROM post_edit WHERE post_id = ?1",
    "DELETE FROM post_tag WHERE post_id = ?1",
    "DELETE FROM asset_use WHERE subject_kind = 'post' AND subject_id = ?1",
    // Whom it named, and its author, are not shown any more what happened to it.
    "UPDATE notification SET withdrawn = 1 WHERE subject = ?3 AND receiver_id IN (
         SELECT user_id FROM post_mention WHERE post_id = ?1 UNION SELECT author_id FROM post WHERE id = ?1)",
    "DELETE FROM post_mention WHERE post_id = ?1 AND user_id IN (
         SELECT user_id FROM post_mention WHERE post_id = ?1 LIMIT 256)",
];

/// A post is gone from now on.
pub(super) async fn bury(
    conn: &mut SqliteConnection,
    post: &Post,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    for statement in BURY {
        sqlx::query(statement)
            .bind(post.id.uuid())
            .bind(stored(now))
            .bind(post.id.to_string())
            .execute(&mut *conn)
            .await?;
    }
    tell(conn, post.id, PostEvent::PostDeleted {}).await
}

/// A comment is gone from now on; its place stays while there are answers to it.
pub(super) async fn bury_comment(
    conn: &mut SqliteConnection,
    id: Uuid,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE comment SET deleted_ms = ?, text = '', author_id = NULL WHERE id = ? AND deleted_ms IS NULL",
    )
    .bind(stored(now))
    .bind(id)
    .execute(&mut *conn)
    .await?;
    forget_edits(conn, id).await
}

/// What a comment said before goes.
pub(super) async fn forget_edits(
    conn: &mut SqliteConnection,
    comment: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM comment_edit WHERE comment_id = ?")
        .bind(comment)
        .execute(conn)
        .await
        .map(drop)
}

/// What is left of the deleted post `?1`, from the leaves on; `?2` at a time.
const SWEEP: [&str; 6] = [
    "DELETE FROM comment_reaction WHERE (comment_id, user_id) IN (
         SELECT comment_id, comment_reaction.user_id FROM comment JOIN comment_reaction ON comment_id = comment.id
         WHERE post_id = ?1 LIMIT ?2)",
    "DELETE FROM comment WHERE id IN (SELECT id FROM comment WHERE post_id = ?1 LIMIT ?2)",
    "DELETE FROM post_reaction WHERE (post_id, user_id) IN (
         SELECT post_id, user_id FROM post_reaction WHERE post_id = ?1 LIMIT ?2)",
    "DELETE FROM post_repost WHERE (post_id, user_id) IN (
         SELECT post_id, user_id FROM post_repost WHERE post_id = ?1 LIMIT ?2)",
    "DELETE FROM post_bookmark WHERE (post_id, user_id) IN (
         SELECT post_id, user_id FROM post_bookmark WHERE post_id = ?1 LIMIT ?2)",
    "DELETE FROM post_mention WHERE (post_id, user_id) IN (
         SELECT post_id, user_id FROM post_mention WHERE post_id = ?1 LIMIT ?2)",
];

/// Takes away some of what is left of a deleted post, and in the end the post.
pub(super) async fn sweep_post(
    conn: &mut SqliteConnection,
    post: Uuid,
    limit: u32,
) -> Result<(), sqlx::Error> {
    for statement in SWEEP {
        let gone = sqlx::query(statement)
            .bind(post)
            .bind(limit)
            .execute(&mut *conn)
            .await?;
        if gone.rows_affected() > 0 {
            return Ok(());
        }
    }
    sqlx::query("DELETE FROM post WHERE id = ? AND deleted_ms IS NOT NULL")
        .bind(post)
        .execute(conn)
        .await
        .map(drop)
}

/// What is left of the first `?1` deleted comments that are to be looked at: reactions, and places nobody answers
/// below. The rest of them stay, and are not looked at again before an answer to them goes.
const SWEEP_COMMENTS: [&str; 3] = [
    "DELETE FROM comment_reaction WHERE (comment_id, user_id) IN (
         SELECT r.comment_id, r.user_id FROM (SELECT id FROM comment WHERE unswept = 1 ORDER BY id LIMIT ?1) AS c
             CROSS JOIN comment_reaction AS r ON r.comment_id = c.id LIMIT ?1)",
    "DELETE FROM comment WHERE id IN (
         SELECT c.id FROM (SELECT id FROM comment WHERE unswept = 1 ORDER BY id LIMIT ?1) AS c
         WHERE NOT EXISTS (SELECT 1 FROM comment WHERE under_id = c.id)
             AND NOT EXISTS (SELECT 1 FROM comment WHERE parent_id = c.id))",
    "UPDATE comment SET unswept = 0 WHERE id IN (
         SELECT id FROM comment WHERE unswept = 1 ORDER BY id LIMIT ?1)",
];

/// Takes away some of what is left of deleted comments; whether there was any.
pub(super) async fn sweep_comments(
    conn: &mut SqliteConnection,
    limit: u32,
) -> Result<bool, sqlx::Error> {
    for statement in SWEEP_COMMENTS {
        let gone = sqlx::query(statement)
            .bind(limit)
            .execute(&mut *conn)
            .await?;
        if gone.rows_affected() > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
