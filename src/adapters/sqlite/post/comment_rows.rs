//! Comments as rows.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::number::{stored, to_u64, wall};
use super::super::user_row::UserRow;
use super::counts::lessened_of_comments;
use super::known;
use super::rows::ReactionsRow;
use super::seen::{heard, there};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::post::Comment;
use crate::domain::user::User;
use crate::ports::post::{CommentView, Commented, Order, Thread};

/// Comments `c` as the viewer `?1` sees them at the time `?2`, of what is `?3`, after the place `?4`, `?5`. Whoever has
/// no text for them leaves an empty place, if anything below has.
macro_rules! comments {
    ($which:literal, $after:literal, $order:literal) => {
        concat!(
            "SELECT c.id, c.post_id, c.parent_id, c.root_id, c.depth, c.text, c.standing, c.version, c.created_ms,
                    c.edited_ms, n.replies, n.heart, n.laugh, n.wow, n.sad, n.cheer, n.thanks, r.kind AS my_kind, ",
            heard!(),
            " AS is_heard,
                coalesce(u.id, zeroblob(16)) AS user_id, coalesce(u.handle, '') AS handle,
                coalesce(u.display_name, '') AS display_name, coalesce(u.look, zeroblob(6)) AS look,
                coalesce(u.mood, '') AS mood, coalesce(u.bio, '') AS bio,
                coalesce(u.front_room_id, zeroblob(16)) AS front_room_id
             FROM comment AS c JOIN comment_count AS n ON n.comment_id = c.id
                  LEFT JOIN user AS u ON u.id = c.author_id
                  LEFT JOIN comment_reaction AS r ON r.comment_id = c.id AND r.user_id = ?1
             WHERE ", $which, " AND (c.created_ms, c.id) ", $after, " (?4, ?5) AND (",
            heard!(),
            " OR EXISTS (SELECT 1 FROM comment AS d LEFT JOIN user AS v ON v.id = d.author_id
                         WHERE d.path > c.path AND d.path < c.path || 'g' AND ",
            heard!("d", "v"),
            ")) ORDER BY c.created_ms ", $order, ", c.id ", $order, " LIMIT ?6"
        )
    };
}

const OLDEST_OF: &str = comments!("c.post_id = ?3 AND c.under_id IS NULL", ">", "ASC");
const NEWEST_OF: &str = comments!("c.post_id = ?3 AND c.under_id IS NULL", "<", "DESC");
const OLDEST_BELOW: &str = comments!("c.under_id = ?3", ">", "ASC");
const NEWEST_BELOW: &str = comments!("c.under_id = ?3", "<", "DESC");
const ONE: &str = comments!("c.id = ?3", ">", "ASC");

/// Every list, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 5] = [OLDEST_OF, NEWEST_OF, OLDEST_BELOW, NEWEST_BELOW, ONE];

#[derive(Debug, sqlx::FromRow)]
struct CommentRow {
    id: Uuid,
    post_id: Uuid,
    parent_id: Option<Uuid>,
    root_id: Uuid,
    depth: u32,
    text: String,
    standing: String,
    version: i64,
    created_ms: i64,
    edited_ms: Option<i64>,
    replies: u32,
    #[sqlx(flatten)]
    reactions: ReactionsRow,
    my_kind: Option<String>,
    is_heard: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<CommentRow> for CommentView {
    type Error = sqlx::Error;

    fn try_from(row: CommentRow) -> Result<Self, sqlx::Error> {
        let is_heard = row.is_heard;
        let comment = Comment {
            id: CommentId::from_uuid(row.id),
            post: PostId::from_uuid(row.post_id),
            parent: row.parent_id.map(CommentId::from_uuid),
            root: CommentId::from_uuid(row.root_id),
            depth: row.depth,
            text: if is_heard { row.text } else { String::new() },
            standing: known(&row.standing)?,
            version: to_u64(row.version),
            at: wall(row.created_ms),
            edited: row.edited_ms.filter(|_| is_heard).map(wall),
        };
        Ok(Self {
            comment,
            author: is_heard.then(|| User::try_from(row.user)).transpose()?,
            replies: row.replies,
            reactions: match is_heard {
                true => row.reactions.into(),
                false => crate::ports::post::Reactions::default(),
            },
            mine: match row.my_kind.filter(|_| is_heard) {
                Some(kind) => Some(known(&kind)?),
                None => None,
            },
            muted: None,
        })
    }
}

async fn read(
    conn: &mut SqliteConnection,
    statement: &'static str,
    of: Uuid,
    (at, id): (i64, Uuid),
    limit: u32,
    (viewer, now): (Option<UserId>, WallMs),
) -> Result<Vec<CommentView>, sqlx::Error> {
    let rows: Vec<CommentRow> = sqlx::query_as(statement)
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .bind(of)
        .bind(at)
        .bind(id)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    let views = rows.into_iter().map(CommentView::try_from);
    let mut views = views.collect::<Result<Vec<_>, _>>()?;
    lessened_of_comments(conn, &mut views, viewer, now).await?;
    Ok(views)
}

/// Comments after a place, of a post the viewer sees.
pub(super) async fn thread(
    conn: &mut SqliteConnection,
    thread: Thread,
    order: Order,
    after: Option<Commented>,
    limit: u32,
    viewer: (Option<UserId>, WallMs),
) -> Result<Vec<CommentView>, sqlx::Error> {
    let (statement, of) = match (thread, order) {
        (Thread::Of(post), Order::Oldest) => (OLDEST_OF, post.uuid()),
        (Thread::Of(post), Order::Newest) => (NEWEST_OF, post.uuid()),
        (Thread::Below(comment), Order::Oldest) => (OLDEST_BELOW, comment.uuid()),
        (Thread::Below(comment), Order::Newest) => (NEWEST_BELOW, comment.uuid()),
    };
    let place = match (after, order) {
        (Some(place), _) => (stored(place.at), place.id.uuid()),
        (None, Order::Oldest) => (i64::MIN, Uuid::nil()),
        (None, Order::Newest) => (i64::MAX, Uuid::max()),
    };
    read(conn, statement, of, place, limit, viewer).await
}

/// One comment, whatever is left of it for the viewer, who sees the post.
pub(super) async fn one(
    conn: &mut SqliteConnection,
    id: CommentId,
    viewer: (Option<UserId>, WallMs),
) -> Result<Option<CommentView>, sqlx::Error> {
    let before = (i64::MIN, Uuid::nil());
    let found = read(conn, ONE, id.uuid(), before, 1, viewer).await?;
    Ok(found.into_iter().next())
}
