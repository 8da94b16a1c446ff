//! Posts and comments, for moderators.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::relation::told;
use super::super::{Sqlite, user::stored};
use super::announce::{announce, announce_comment};
use super::comment_rows::one;
use super::delete::forget_edits;
use super::rows::{sees, stored_post};
use super::{attached, known};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::Delivery;
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
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

/// The time by the store: whoever asks what somebody sees asks about now.
async fn now(conn: &mut SqliteConnection) -> Result<WallMs, sqlx::Error> {
    let ms = sqlx::query_scalar("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)");
    ms.fetch_one(conn).await.map(told)
}

/// What comes of it for those it concerns; none if the post is gone.
async fn stand_post(
    conn: &mut SqliteConnection,
    id: PostId,
    standing: Standing,
    now: WallMs,
) -> Result<Option<Vec<Delivery>>, sqlx::Error> {
    let Some(post) = stored_post(&mut *conn, id).await? else {
        return Ok(None);
    };
    // What was removed does not come back.
    if post.standing == standing || post.standing == Standing::Removed {
        return Ok(Some(Vec::new()));
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
    announce(conn, id, now).await.map(Some)
}

#[async_trait]
impl ModeratedContent for ModeratedPosts {
    fn kind(&self) -> ContentKind {
        ContentKind::Post
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(None);
        };
        let mut connection = self.0.store.read.acquire().await?;
        let Some(post) = stored_post(&mut connection, id).await? else {
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

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(false);
        };
        let mut transaction = self.0.store.write.begin_with("BEGIN IMMEDIATE").await?;
        let told = stand_post(&mut transaction, id, standing, now).await?;
        transaction.commit().await?;
        self.0.tell(told.as_deref().unwrap_or_default());
        Ok(told.is_some())
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<PostId>() else {
            return Ok(false);
        };
        let mut connection = self.0.store.read.acquire().await?;
        let now = now(&mut connection).await?;
        Ok(sees(&mut connection, id, Some(viewer), now).await?)
    }
}

#[derive(Debug, sqlx::FromRow)]
struct SaidRow {
    author_id: Option<Uuid>,
    text: String,
    standing: String,
    created_ms: i64,
}

#[async_trait]
impl ModeratedContent for ModeratedComments {
    fn kind(&self) -> ContentKind {
        ContentKind::Comment
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(None);
        };
        let row: Option<SaidRow> = sqlx::query_as(
            "SELECT c.author_id, c.text, c.standing, c.created_ms FROM comment AS c JOIN post ON post.id = post_id
             WHERE c.id = ? AND c.deleted_ms IS NULL AND post.deleted_ms IS NULL",
        )
        .bind(id.uuid())
        .fetch_optional(&self.0.store.read)
        .await?;
        let Some(row) = row else {
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

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(false);
        };
        let mut transaction = self.0.store.write.begin_with("BEGIN IMMEDIATE").await?;
        let there: Option<String> = sqlx::query_scalar(
            "SELECT c.standing FROM comment AS c JOIN post ON post.id = post_id
             WHERE c.id = ? AND c.deleted_ms IS NULL AND post.deleted_ms IS NULL",
        )
        .bind(id.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(before) = there else {
            return Ok(false);
        };
        let mut told = Vec::new();
        if before != Standing::Removed.as_str() && before != standing.as_str() {
            sqlx::query(
                "UPDATE comment SET standing = ?1, version = version + 1,
                     text = iif(?1 = 'removed', '', text) WHERE id = ?2",
            )
            .bind(standing.as_str())
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await?;
            if standing == Standing::Removed {
                forget_edits(&mut transaction, id.uuid()).await?;
            }
            told = announce_comment(&mut transaction, id, now).await?;
        }
        transaction.commit().await?;
        self.0.tell(&told);
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<CommentId>() else {
            return Ok(false);
        };
        let mut connection = self.0.store.read.acquire().await?;
        let now = now(&mut connection).await?;
        let Some(view) = one(&mut connection, id, (Some(viewer), now)).await? else {
            return Ok(false);
        };
        let post = view.comment.post;
        Ok(view.author.is_some() && sees(&mut connection, post, Some(viewer), now).await?)
    }
}
