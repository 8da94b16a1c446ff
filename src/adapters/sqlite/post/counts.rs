//! Counts as a viewer finds them: what is stored counts everybody.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::user::stored;
use super::{known, literals};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::post::ReactionKind;
use crate::ports::post::{CommentView, PostView};

/// People who are not there for the viewer `?1` at the time `?2`. What they did is looked up by them: they are few, and
/// each is one look-up, however much there is.
macro_rules! gone {
    () => {
        "WITH gone (id) AS MATERIALIZED (
             SELECT id FROM user WHERE closing_ms IS NOT NULL
             UNION SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ?2
             UNION SELECT blocked_id FROM block WHERE blocker_id = ?1
             UNION SELECT blocker_id FROM block WHERE blocked_id = ?1)"
    };
}

async fn of_gone(
    conn: &mut SqliteConnection,
    statement: String,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<Vec<(Uuid, String, u32)>, sqlx::Error> {
    sqlx::query_as(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .fetch_all(conn)
        .await
}

/// Takes what people did who are not there for the viewer out of the counts of posts.
pub(super) async fn lessened(
    conn: &mut SqliteConnection,
    views: &mut BTreeMap<Uuid, PostView>,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let statement = format!(
        concat!(
            gone!(),
            ", wanted (id) AS (VALUES {})
             SELECT wanted.id, r.kind, count(*) FROM wanted CROSS JOIN gone CROSS JOIN post_reaction AS r
                 ON r.post_id = wanted.id AND r.user_id = gone.id GROUP BY wanted.id, r.kind
             UNION ALL
             SELECT wanted.id, 'repost', count(*) FROM wanted CROSS JOIN gone CROSS JOIN post_repost AS r
                 ON r.post_id = wanted.id AND r.user_id = gone.id GROUP BY wanted.id
             UNION ALL
             SELECT wanted.id, 'bookmark', count(*) FROM wanted CROSS JOIN gone CROSS JOIN post_bookmark AS r
                 ON r.post_id = wanted.id AND r.user_id = gone.id GROUP BY wanted.id
             UNION ALL
             SELECT wanted.id, 'comment', count(*) FROM wanted CROSS JOIN gone CROSS JOIN comment AS c
                 ON c.author_id = gone.id AND c.post_id = wanted.id
                    AND c.standing = 'shown' AND c.deleted_ms IS NULL GROUP BY wanted.id"
        ),
        literals(views.keys().copied())
    );
    for (id, what, count) in of_gone(conn, statement, viewer, now).await? {
        let Some(PostView { counts, .. }) = views.get_mut(&id) else {
            continue;
        };
        match what.as_str() {
            "comment" => counts.comments = counts.comments.saturating_sub(count),
            "repost" => counts.reposts = counts.reposts.saturating_sub(count),
            "bookmark" => {
                counts.bookmarks = counts.bookmarks.map(|all| all.saturating_sub(count));
            }
            kind => counts.reactions.less(known::<ReactionKind>(kind)?, count),
        }
    }
    Ok(())
}

/// The same for comments.
pub(super) async fn lessened_of_comments(
    conn: &mut SqliteConnection,
    views: &mut [CommentView],
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    if views.is_empty() {
        return Ok(());
    }
    let statement = format!(
        concat!(
            gone!(),
            ", wanted (id) AS (VALUES {}), posts (id) AS (SELECT DISTINCT post_id FROM comment JOIN wanted
                 ON comment.id = wanted.id)
             SELECT wanted.id, r.kind, count(*) FROM wanted CROSS JOIN gone CROSS JOIN comment_reaction AS r
                 ON r.comment_id = wanted.id AND r.user_id = gone.id GROUP BY wanted.id, r.kind
             UNION ALL
             SELECT c.under_id, 'reply', count(*) FROM posts CROSS JOIN gone CROSS JOIN comment AS c
                 ON c.author_id = gone.id AND c.post_id = posts.id
                    AND c.standing = 'shown' AND c.deleted_ms IS NULL
             WHERE c.under_id IN (SELECT id FROM wanted) GROUP BY c.under_id"
        ),
        literals(views.iter().map(|view| view.comment.id.uuid()))
    );
    for (id, what, count) in of_gone(conn, statement, viewer, now).await? {
        let mut all = views.iter_mut();
        let Some(view) = all.find(|view| view.comment.id.uuid() == id) else {
            continue;
        };
        match what.as_str() {
            "reply" => view.replies = view.replies.saturating_sub(count),
            kind => view.reactions.less(known::<ReactionKind>(kind)?, count),
        }
    }
    Ok(())
}
