//! Counts as a viewer finds them: what is stored counts everybody.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::number::stored;
use super::seen::there;
use super::{known, of_these};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::post::ReactionKind;
use crate::ports::post::{CommentView, PostView};

/// People who are not there for the viewer `?1` at the time `?2`.
macro_rules! gone {
    () => {
        "WITH gone (id) AS MATERIALIZED (
             SELECT id FROM user WHERE closing_ms IS NOT NULL
             UNION SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ?2
             UNION SELECT blocked_id FROM block WHERE blocker_id = ?1
             UNION SELECT blocker_id FROM block WHERE blocked_id = ?1)"
    };
}

/// How many rows `r` of a table people who are not there have of each thing `w` that is `wanted`, by what they are. A
/// thing with `few` of them, fewer than there are such people, is looked through; of others each of the people is looked
/// up: what popular things and many absent people cost together stays bounded by the lesser.
macro_rules! less {
    ($what:literal, $table:literal, $of:literal, $who:literal, $which:literal) => {
        concat!(
            " SELECT w.id, ",
            $what,
            ", count(*) FROM wanted AS w CROSS JOIN ",
            $table,
            " AS r ON r.",
            $of,
            " = w.id CROSS JOIN user AS u ON u.id = r.",
            $who,
            " WHERE w.few AND NOT ",
            there!("u"),
            " AND ",
            $which,
            " GROUP BY 1, 2
             UNION ALL
             SELECT w.id, ",
            $what,
            ", count(*) FROM wanted AS w CROSS JOIN gone CROSS JOIN ",
            $table,
            " AS r ON r.",
            $of,
            " = w.id AND r.",
            $who,
            " = gone.id WHERE NOT w.few AND ",
            $which,
            " GROUP BY 1, 2"
        )
    };
}

const OF_POSTS: &str = concat!(
    gone!(),
    ", wanted (id, few) AS MATERIALIZED (
         SELECT post_id, comments + reposts + bookmarks + heart + laugh + wow + sad + cheer + thanks
             <= (SELECT count(*) FROM gone) FROM post_count WHERE post_id IN (VALUES {ids}))",
    less!("r.kind", "post_reaction", "post_id", "user_id", "TRUE"),
    " UNION ALL ",
    less!("'repost'", "post_repost", "post_id", "user_id", "TRUE"),
    " UNION ALL ",
    less!("'bookmark'", "post_bookmark", "post_id", "user_id", "TRUE"),
    " UNION ALL ",
    less!(
        "'comment'",
        "comment",
        "post_id",
        "author_id",
        "r.standing = 'shown' AND r.deleted_ms IS NULL"
    )
);

const OF_COMMENTS: &str = concat!(
    gone!(),
    ", wanted (id, few) AS MATERIALIZED (
         SELECT comment_id, replies + heart + laugh + wow + sad + cheer + thanks
             <= (SELECT count(*) FROM gone) FROM comment_count WHERE comment_id IN (VALUES {ids})),
     posts (id) AS MATERIALIZED (
         SELECT DISTINCT post_id FROM wanted CROSS JOIN comment ON comment.id = wanted.id WHERE NOT wanted.few)",
    less!("r.kind", "comment_reaction", "comment_id", "user_id", "TRUE"),
    " UNION ALL
     SELECT w.id, 'reply', count(*) FROM wanted AS w CROSS JOIN comment AS r ON r.under_id = w.id
         CROSS JOIN user AS u ON u.id = r.author_id
     WHERE w.few AND r.standing = 'shown' AND r.deleted_ms IS NULL AND NOT ",
    there!("u"),
    " GROUP BY 1, 2
     UNION ALL
     SELECT r.under_id, 'reply', count(*) FROM posts CROSS JOIN gone CROSS JOIN comment AS r
         ON r.author_id = gone.id AND r.post_id = posts.id AND r.standing = 'shown' AND r.deleted_ms IS NULL
     WHERE r.under_id IN (SELECT id FROM wanted WHERE NOT few) GROUP BY 1, 2"
);

/// Both, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 2] = [OF_POSTS, OF_COMMENTS];

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
    let statement = of_these(OF_POSTS, views.keys().copied());
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
    let wanted = views.iter().map(|view| view.comment.id.uuid());
    let statement = of_these(OF_COMMENTS, wanted);
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
