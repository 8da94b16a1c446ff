//! What the world and the people named are told of a post or a comment, once it is out and shown.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::notification::notify;
use super::super::number::{stored, wall};
use super::super::outbox::put;
use super::rows::{sees, stored_post};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::domain::post::{Audience, Post, PostEvent, PostState, tag};

/// Tells the rest of the world of a post.
pub(super) async fn tell(
    conn: &mut SqliteConnection,
    post: PostId,
    event: PostEvent,
) -> Result<(), sqlx::Error> {
    put(conn, Subject::Post(post), &Event::Post(event)).await
}

/// Something somebody did with a post, for whoever it concerns.
pub(super) fn notice(
    to: UserId,
    kind: NoticeKind,
    from: UserId,
    post: PostId,
    at: WallMs,
) -> NewNotice {
    NewNotice {
        to,
        kind,
        from: Some(from),
        subject: post.to_string(),
        at,
    }
}

/// A post is out and shown, or is other than it was: the world hears of it as of a new one at most once, and whom it
/// names at most once each.
pub(super) async fn announce(
    conn: &mut SqliteConnection,
    id: PostId,
    now: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let Some(post) = stored_post(&mut *conn, id).await? else {
        return Ok(Vec::new());
    };
    if post.state != PostState::Published {
        return Ok(Vec::new());
    }
    let version = post.version;
    if post.standing != Standing::Shown {
        tell(conn, id, PostEvent::PostChanged { version }).await?;
        return Ok(Vec::new());
    }
    let first = sqlx::query("UPDATE post SET announced = 1 WHERE id = ? AND announced = 0")
        .bind(id.uuid())
        .execute(&mut *conn)
        .await?;
    let event = match first.rows_affected() {
        0 => PostEvent::PostChanged { version },
        _ => published(&mut *conn, &post).await?,
    };
    tell(&mut *conn, id, event).await?;
    mention(conn, id, post.author, &post.content.text, now).await
}

async fn published(conn: &mut SqliteConnection, post: &Post) -> Result<PostEvent, sqlx::Error> {
    let is_private: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM user_settings WHERE user_id = ? AND account_private = 1)",
    )
    .bind(post.author.uuid())
    .fetch_one(conn)
    .await?;
    Ok(PostEvent::PostPublished {
        by: post.author,
        room: post.room,
        tags: post.tags.clone(),
        public: post.audience == Audience::Public && !is_private,
        at: post.published.unwrap_or(post.created),
    })
}

/// Tells whom a text names, if they may see the post and have not been told of it before.
async fn mention(
    conn: &mut SqliteConnection,
    post: PostId,
    by: UserId,
    text: &str,
    now: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let mut deliveries = Vec::new();
    for handle in tag::handles_in(text) {
        let person: Option<Uuid> = sqlx::query_scalar(
            "SELECT id FROM user WHERE handle = ?1 AND closing_ms IS NULL
             UNION ALL
             SELECT user_id FROM old_handle JOIN user ON user.id = user_id
             WHERE old_handle.handle = ?1 AND kept_until_ms > ?2 AND closing_ms IS NULL LIMIT 1",
        )
        .bind(&handle)
        .bind(stored(now))
        .fetch_optional(&mut *conn)
        .await?;
        let Some(person) = person.map(UserId::from_uuid).filter(|it| *it != by) else {
            continue;
        };
        if !sees(&mut *conn, post, Some(person), now).await? {
            continue;
        }
        let first =
            sqlx::query("INSERT OR IGNORE INTO post_mention (post_id, user_id) VALUES (?, ?)")
                .bind(post.uuid())
                .bind(person.uuid())
                .execute(&mut *conn)
                .await?;
        if first.rows_affected() > 0 {
            let about = notice(person, NoticeKind::Mention, by, post, now);
            deliveries.extend(notify(&mut *conn, &about).await?);
        }
    }
    Ok(deliveries)
}

#[derive(Debug, sqlx::FromRow)]
struct Said {
    post_id: Uuid,
    author_id: Option<Uuid>,
    text: String,
    created_ms: i64,
    of_post: Uuid,
    of_parent: Option<Uuid>,
}

/// A comment is shown: the world hears of it once, with whom it concerns.
pub(super) async fn announce_comment(
    conn: &mut SqliteConnection,
    id: CommentId,
    now: WallMs,
) -> Result<Vec<Delivery>, sqlx::Error> {
    let said: Option<Said> = sqlx::query_as(
        "SELECT c.post_id, c.author_id, c.text, c.created_ms, p.author_id AS of_post,
                (SELECT author_id FROM comment WHERE id = c.parent_id) AS of_parent
         FROM comment AS c JOIN post AS p ON p.id = c.post_id
         WHERE c.id = ? AND c.standing = 'shown' AND c.deleted_ms IS NULL",
    )
    .bind(id.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((said, by)) = said.and_then(|said| {
        let by = said.author_id?;
        Some((said, UserId::from_uuid(by)))
    }) else {
        return Ok(Vec::new());
    };
    let post = PostId::from_uuid(said.post_id);
    let first = sqlx::query("UPDATE comment SET announced = 1 WHERE id = ? AND announced = 0")
        .bind(id.uuid())
        .execute(&mut *conn)
        .await?;
    let mut deliveries = Vec::new();
    if first.rows_affected() > 0 {
        let at = wall(said.created_ms);
        let event = PostEvent::PostCommented {
            by,
            comment: id,
            at,
        };
        tell(&mut *conn, post, event).await?;
        let mut concerned = vec![said.of_post];
        concerned.extend(said.of_parent.filter(|parent| *parent != said.of_post));
        for person in concerned.into_iter().map(UserId::from_uuid) {
            if person != by && sees(&mut *conn, post, Some(person), now).await? {
                let about = notice(person, NoticeKind::Comment, by, post, now);
                deliveries.extend(notify(&mut *conn, &about).await?);
            }
        }
    }
    deliveries.extend(mention(conn, post, by, &said.text, now).await?);
    Ok(deliveries)
}
