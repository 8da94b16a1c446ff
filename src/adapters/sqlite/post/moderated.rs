//! Posts and comments, for moderators.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::moderated_kind::{ModeratedKind, Stood};
use super::super::number::{stored, wall};
use super::announce::{announce, announce_comment};
use super::comment_rows::one;
use super::delete::forget_edits;
use super::rows::{sees, stored_post};
use super::{attached, known};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::Delivery;
use crate::ports::moderation::Content;
use crate::ports::notification::NotificationSink;

/// Where things are, and who hears of the notices that come of their being shown.
#[derive(Clone)]
struct Moderated {
    store: Sqlite,
    sink: Arc<dyn NotificationSink>,
}

impl Moderated {
    /// Once the change is durable.
    fn tell(&self, told: &[Delivery]) {
        for delivery in told {
            self.sink.notified(delivery);
        }
    }
}

macro_rules! moderated {
    ($($(#[$about:meta])+ $name:ident;)+) => {$(
        $(#[$about])+
        #[derive(Clone)]
        pub struct $name(Moderated);

        impl $name {
            /// Those of the store; whoever is to hear of something because it is shown hears it from `sink`.
            pub fn new(store: Sqlite, sink: Arc<dyn NotificationSink>) -> Self {
                Self(Moderated { store, sink })
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )+};
}

moderated! {
    /// Posts, for moderators.
    ModeratedPosts;
    /// Comments, for moderators.
    ModeratedComments;
}

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
    announce(conn, id, now).await.map(Stood::Told)
}

#[async_trait]
impl ModeratedKind for ModeratedPosts {
    const KIND: ContentKind = ContentKind::Post;
    type Id = PostId;

    fn store(&self) -> &Sqlite {
        &self.0.store
    }

    fn tell(&self, told: &[Delivery]) {
        self.0.tell(told);
    }

    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: PostId,
    ) -> Result<Option<Content>, sqlx::Error> {
        let Some(post) = stored_post(conn, id).await? else {
            return Ok(None);
        };
        Ok(Some(Content {
            id: id.to_string(),
            author: Some(post.author),
            text: post.content.words(),
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
        &self.0.store
    }

    fn tell(&self, told: &[Delivery]) {
        self.0.tell(told);
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
            at: wall(row.created_ms),
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
        if standing == Standing::Removed {
            forget_edits(&mut *conn, id.uuid()).await?;
        }
        announce_comment(conn, id, now).await.map(Stood::Told)
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
