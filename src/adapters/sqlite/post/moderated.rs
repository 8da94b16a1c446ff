//! Posts and comments, for moderators.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::moderated_kind::{ModeratedKind, Stood};
use super::super::relation::told;
use super::super::{Sqlite, user::stored};
use super::announce::{announce, announce_comment};
use super::comment_rows::one;
use super::rows::{sees, stored_post};
use super::{attached, known};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::Content;

/// Posts, for moderators.
#[derive(Debug, Clone)]
pub struct ModeratedPosts(pub Sqlite);

/// Comments, for moderators.
#[derive(Debug, Clone)]
pub struct ModeratedComments(pub Sqlite);

/// Everything a post says goes for good.
const REMOVE: [&str; 3] = [
    "UPDATE post SET text = '', warning = '', pictures = '[]', given_tags = '[]', tags = '[]', pinned_ms = NULL
     WHERE id = ?",
    "DELETE FROM post_edit WHERE post_id = ?",
    "DELETE FROM post_tag WHERE post_id = ?",
];

async fn stand_post(
    conn: &mut SqliteConnection,
    id: PostId,
    standing: Standing,
    now: WallMs,
) -> Result<Stood, sqlx::Error> {
    let Some(post) = stored_post(&mut *conn, id).await? else {
        return Ok(Stood::Gone);
    };
    // What was removed does not come back.
    if post.standing == standing || post.standing == Standing::Removed {
        return Ok(Stood::There);
    }
    sqlx::query("UPDATE post SET standing = ?, version = version + 1 WHERE id = ?")
        .bind(standing.as_str())
        .bind(id.uuid())
        .execute(&mut *conn)
        .await?;
    if standing == Standing::Removed {
        for statement in REMOVE {
            sqlx::query(statement)
                .bind(id.uuid())
                .execute(&mut *conn)
                .await?;
        }
        sqlx::query("UPDATE post SET changed_ms = ? WHERE id = ?")
            .bind(stored(now))
            .bind(id.uuid())
            .execute(&mut *conn)
            .await?;
        attached::record(&mut *conn, id.uuid()).await?;
    }
    // Their notices wait in lists; nobody is told of them on the spot.
    announce(conn, id, now).await.map(|_| Stood::There)
}

#[async_trait]
impl ModeratedKind for ModeratedPosts {
    const KIND: ContentKind = ContentKind::Post;
    type Id = PostId;

    fn store(&self) -> &Sqlite {
        &self.0
    }

    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: PostId,
    ) -> Result<Option<Content>, sqlx::Error> {
        let Some(post) = stored_post(conn, id).await? else {
            return Ok(None);
        };
        let said = [post.content.warning, post.content.text].into_iter();
        let shown = post.content.pictures.iter();
        let said = said.chain(shown.map(|picture| picture.alt.clone()));
        let said: Vec<String> = said.filter(|text| !text.is_empty()).collect();
        Ok(Some(Content {
            id: id.to_string(),
            author: Some(post.author),
            text: said.join("\n"),
            pictures: post.content.pictures.iter().map(|it| it.asset).collect(),
            standing: post.standing,
            at: post.published.unwrap_or(post.created),
        }))
    }

    async fn change(
        &self,
        conn: &mut SqliteConnection,
        id: PostId,
        standing: Standing,
        now: WallMs,
    ) -> Result<Stood, sqlx::Error> {
        stand_post(conn, id, standing, now).await
    }

    async fn is_seen(
        &self,
        conn: &mut SqliteConnection,
        id: PostId,
        viewer: UserId,
        now: WallMs,
    ) -> Result<bool, sqlx::Error> {
        sees(conn, id, Some(viewer), now).await
    }
}

#[derive(Debug, sqlx::FromRow)]
struct SaidRow {
    author_id: Option<Uuid>,
    text: String,
    standing: String,
    created_ms: i64,
}

/// A comment that is there, beneath a post that is.
async fn said(conn: &mut SqliteConnection, id: CommentId) -> Result<Option<SaidRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT c.author_id, c.text, c.standing, c.created_ms FROM comment AS c JOIN post ON post.id = post_id
         WHERE c.id = ? AND c.deleted_ms IS NULL AND post.deleted_ms IS NULL",
    )
    .bind(id.uuid())
    .fetch_optional(conn)
    .await
}

#[async_trait]
impl ModeratedKind for ModeratedComments {
    const KIND: ContentKind = ContentKind::Comment;
    type Id = CommentId;

    fn store(&self) -> &Sqlite {
        &self.0
    }

    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: CommentId,
    ) -> Result<Option<Content>, sqlx::Error> {
        let Some(row) = said(conn, id).await? else {
            return Ok(None);
        };
        Ok(Some(Content {
            id: id.to_string(),
            author: row.author_id.map(UserId::from_uuid),
            text: row.text,
            pictures: Vec::new(),
            standing: known(&row.standing)?,
            at: told(row.created_ms),
        }))
    }

    async fn change(
        &self,
        conn: &mut SqliteConnection,
        id: CommentId,
        standing: Standing,
        now: WallMs,
    ) -> Result<Stood, sqlx::Error> {
        let Some(before) = said(&mut *conn, id).await? else {
            return Ok(Stood::Gone);
        };
        // What was removed does not come back.
        if before.standing == Standing::Removed.as_str() || before.standing == standing.as_str() {
            return Ok(Stood::There);
        }
        sqlx::query(
            "UPDATE comment SET standing = ?1, version = version + 1,
                 text = iif(?1 = 'removed', '', text) WHERE id = ?2",
        )
        .bind(standing.as_str())
        .bind(id.uuid())
        .execute(&mut *conn)
        .await?;
        announce_comment(conn, id, now).await.map(|_| Stood::There)
    }

    async fn is_seen(
        &self,
        conn: &mut SqliteConnection,
        id: CommentId,
        viewer: UserId,
        now: WallMs,
    ) -> Result<bool, sqlx::Error> {
        let Some(view) = one(&mut *conn, id, (Some(viewer), now)).await? else {
            return Ok(false);
        };
        let post = view.comment.post;
        Ok(view.author.is_some() && sees(conn, post, Some(viewer), now).await?)
    }
}
