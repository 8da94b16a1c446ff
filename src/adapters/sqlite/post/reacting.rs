//! Reactions to posts and to comments: one a person and thing. The two differ in their tables, and in that the world
//! hears of those to posts.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::notification::notify;
use super::super::number::stored;
use super::announce::{notice, tell};
use super::comments::heard;
use super::rows::{seen_post, sees};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::notification::{Delivery, NoticeKind};
use crate::domain::post::{PostEvent, Reactable, ReactionKind};
use crate::ports::post::{PostStoreError, Refusal};

/// The statements over one table of reactions.
struct Table {
    put: &'static str,
    change: &'static str,
    take_back: &'static str,
}

macro_rules! table {
    ($table:literal, $of:literal) => {
        Table {
            put: concat!(
                "INSERT INTO ",
                $table,
                " (",
                $of,
                ", user_id, kind, created_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING"
            ),
            change: concat!(
                "UPDATE ",
                $table,
                " SET kind = ?3 WHERE ",
                $of,
                " = ?1 AND user_id = ?2 AND kind <> ?3"
            ),
            take_back: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $of,
                " = ?1 AND user_id = ?2"
            ),
        }
    };
}

const OF_POSTS: Table = table!("post_reaction", "post_id");
const OF_COMMENTS: Table = table!("comment_reaction", "comment_id");

const fn table(to: Reactable) -> (&'static Table, Uuid) {
    match to {
        Reactable::Post(id) => (&OF_POSTS, id.uuid()),
        Reactable::Comment(id) => (&OF_COMMENTS, id.uuid()),
    }
}

/// The post the thing is or is on, and who wrote the thing, if the viewer sees it.
async fn seen(
    conn: &mut SqliteConnection,
    to: Reactable,
    viewer: UserId,
    now: WallMs,
) -> Result<(PostId, UserId), PostStoreError> {
    match to {
        Reactable::Post(id) => {
            let post = seen_post(conn, id, viewer, now).await?;
            Ok((post.id, post.author))
        }
        Reactable::Comment(id) => {
            let view = heard(conn, id, (Some(viewer), now)).await?;
            let author = view.author.ok_or(Refusal::NoSuchComment)?;
            Ok((view.comment.post, author.id))
        }
    }
}

/// The viewer reacts so, instead of as before. The world and the author hear of the first time.
pub(super) async fn react(
    conn: &mut SqliteConnection,
    viewer: UserId,
    to: Reactable,
    kind: ReactionKind,
    now: WallMs,
) -> Result<Vec<Delivery>, PostStoreError> {
    let (post, author) = seen(&mut *conn, to, viewer, now).await?;
    let (table, id) = table(to);
    let fresh = sqlx::query(table.put)
        .bind(id)
        .bind(viewer.uuid())
        .bind(kind.as_str())
        .bind(stored(now))
        .execute(&mut *conn)
        .await?;
    if fresh.rows_affected() == 0 {
        sqlx::query(table.change)
            .bind(id)
            .bind(viewer.uuid())
            .bind(kind.as_str())
            .execute(conn)
            .await?;
        return Ok(Vec::new());
    }
    if let Reactable::Post(id) = to {
        let (by, at) = (viewer, now);
        tell(&mut *conn, id, PostEvent::PostReacted { by, at }).await?;
    }
    // Who commented may not see the post any more.
    if author == viewer || !sees(&mut *conn, post, Some(author), now).await? {
        return Ok(Vec::new());
    }
    let about = notice(author, NoticeKind::Reaction, viewer, post, now);
    Ok(notify(conn, &about).await?.into_iter().collect())
}

/// The viewer reacts no longer.
pub(super) async fn take_back(
    conn: &mut SqliteConnection,
    viewer: UserId,
    to: Reactable,
    now: WallMs,
) -> Result<(), PostStoreError> {
    let (table, id) = table(to);
    let gone = sqlx::query(table.take_back)
        .bind(id)
        .bind(viewer.uuid())
        .execute(&mut *conn)
        .await?;
    // What is one's own one takes back wherever it is.
    if gone.rows_affected() == 0 {
        seen(conn, to, viewer, now).await?;
    }
    Ok(())
}
