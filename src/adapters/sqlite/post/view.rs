//! Single posts, looked up.

use async_trait::async_trait;
use sqlx::types::Json;

use super::super::Sqlite;
use super::super::number::{stored, to_i64, to_u64, wall};
use super::rows::views;
use super::seen::{among, readable, seen, there};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Content, PostPicture, Revision};
use crate::ports::post::{PostReader, PostStoreError, PostView, Refusal};

/// Former versions of the post `?3`, before the version `?4`.
const REVISIONS: &str = concat!(
    "SELECT e.version, e.text, e.warning, e.sensitive, e.pictures, e.tags, e.since_ms
     FROM post AS p JOIN user AS a ON a.id = p.author_id JOIN post_edit AS e ON e.post_id = p.id
     WHERE p.id = ?3 AND e.version < ?4 AND ",
    readable!(),
    " AND (p.author_id = ?1 OR (e.standing = 'shown' AND ",
    among!("e.audience"),
    ")) ORDER BY e.version DESC LIMIT ?5"
);

/// For tests.
#[cfg(test)]
pub(super) const ALL: [&str; 1] = [REVISIONS];

#[derive(Debug, sqlx::FromRow)]
struct RevisionRow {
    version: i64,
    text: String,
    warning: String,
    sensitive: bool,
    pictures: Json<Vec<PostPicture>>,
    tags: Json<Vec<String>>,
    since_ms: i64,
}

impl From<RevisionRow> for Revision {
    fn from(row: RevisionRow) -> Self {
        Self {
            version: to_u64(row.version),
            content: Content {
                text: row.text,
                warning: row.warning,
                sensitive: row.sensitive,
                pictures: row.pictures.0,
                given_tags: Vec::new(),
            },
            tags: row.tags.0,
            since: wall(row.since_ms),
        }
    }
}

#[async_trait]
impl PostReader for Sqlite {
    async fn post(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<PostView, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let mut found = views(&mut transaction, &[id.uuid()], viewer, now).await?;
        Ok(found.remove(&id.uuid()).ok_or(Refusal::NoSuchPost)?)
    }

    async fn revisions(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let is_seen: bool = sqlx::query_scalar(concat!(
            "SELECT EXISTS (SELECT 1 FROM post AS p JOIN user AS a ON a.id = p.author_id WHERE p.id = ?3 AND ",
            readable!(),
            ")"
        ))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .bind(id.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        if !is_seen {
            return Err(Refusal::NoSuchPost.into());
        }
        let rows: Vec<RevisionRow> = sqlx::query_as(REVISIONS)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(id.uuid())
            .bind(before.map_or(i64::MAX, to_i64))
            .bind(limit)
            .fetch_all(&mut *transaction)
            .await?;
        Ok(rows.into_iter().map(Revision::from).collect())
    }
}
