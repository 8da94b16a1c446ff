//! Comments, written and looked up.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::moderation::hold_if;
use super::super::number::{stored, to_i64, to_u64, wall};
use super::super::once;
use super::announce::announce_comment;
use super::comment_rows::{one, thread as read_thread};
use super::delete::bury_comment;
use super::rows::{sees, stored_post};
use super::write::{before, quietly};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::post::{CommentRevision, DEPTH_MAX, EDITS_MAX};
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::post::{
    CommentStore, CommentView, Commented, NewComment, Order, PostStoreError, Refusal, Thread, Told,
};

/// Where an answer goes.
#[derive(Debug, sqlx::FromRow)]
struct Above {
    root_id: Uuid,
    under_id: Option<Uuid>,
    depth: u32,
    path: String,
}

/// The comment, if the viewer sees its text.
pub(super) async fn heard(
    conn: &mut SqliteConnection,
    id: CommentId,
    viewer: (Option<UserId>, WallMs),
) -> Result<CommentView, PostStoreError> {
    let found = one(&mut *conn, id, viewer).await?;
    let found = found.filter(|view| view.author.is_some());
    let found = found.ok_or(Refusal::NoSuchComment)?;
    if !sees(conn, found.comment.post, viewer.0, viewer.1).await? {
        return Err(Refusal::NoSuchComment.into());
    }
    Ok(found)
}

/// What the comment `?2` said before the version `?3`, as far as `?1` might have read it.
const REVISIONS: &str = "
    SELECT e.version, e.text, e.since_ms FROM comment AS c CROSS JOIN comment_edit AS e ON e.comment_id = c.id
    WHERE c.id = ?2 AND e.version < ?3 AND (c.author_id = ?1 OR e.standing = 'shown')
    ORDER BY e.version DESC LIMIT ?4";

/// For tests.
#[cfg(test)]
pub(super) const ALL: [&str; 1] = [REVISIONS];

/// Keeps what a comment said before it is changed; the oldest give way.
async fn keep(conn: &mut SqliteConnection, id: CommentId) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO comment_edit (comment_id, version, standing, text, since_ms)
         SELECT id, version, standing, text, coalesce(edited_ms, created_ms) FROM comment WHERE id = ?",
    )
    .bind(id.uuid())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM comment_edit WHERE comment_id = ?1 AND version <= (
             SELECT version FROM comment_edit WHERE comment_id = ?1 ORDER BY version DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(id.uuid())
    .bind(EDITS_MAX)
    .execute(conn)
    .await
    .map(drop)
}

async fn insert(
    conn: &mut SqliteConnection,
    new: &NewComment,
    above: Option<Above>,
) -> Result<(), sqlx::Error> {
    let own = new.id.uuid().as_simple().to_string();
    let (root, under, depth, path) = match (above, new.parent) {
        (Some(above), Some(parent)) if above.depth < DEPTH_MAX => {
            let path = above.path + &own;
            (above.root_id, Some(parent.uuid()), above.depth + 1, path)
        }
        // Beside what it answers: in the place of the last of its path.
        (Some(above), _) => {
            let length = above.path.len().saturating_sub(own.len());
            let path = above.path.get(..length).unwrap_or_default().to_owned() + &own;
            (above.root_id, above.under_id, above.depth, path)
        }
        (None, _) => (new.id.uuid(), None, 0, own),
    };
    sqlx::query(
        "INSERT INTO comment (id, post_id, author_id, parent_id, root_id, under_id, depth, path, text,
             standing, created_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.uuid())
    .bind(new.post.uuid())
    .bind(new.author.uuid())
    .bind(new.parent.map(CommentId::uuid))
    .bind(root)
    .bind(under)
    .bind(depth)
    .bind(path)
    .bind(&new.text)
    .bind(new.standing.as_str())
    .bind(stored(new.at))
    .execute(conn)
    .await
    .map(drop)
}

#[async_trait]
impl CommentStore for Sqlite {
    async fn comment(
        &self,
        new: &NewComment,
        once: Option<&Once>,
    ) -> Result<Told<Done<CommentId>>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let begun = once::begin(&mut transaction, once, new.at).await?;
        if let Some(done) = before(begun) {
            return Ok(quietly(done));
        }
        if !sees(&mut transaction, new.post, Some(new.author), new.at).await? {
            return Err(Refusal::NoSuchPost.into());
        }
        let above = match new.parent {
            None => None,
            Some(parent) => {
                let viewer = (Some(new.author), new.at);
                let answered = one(&mut transaction, parent, viewer).await?;
                answered
                    .filter(|view| view.author.is_some() && view.comment.post == new.post)
                    .ok_or(Refusal::NoSuchComment)?;
                let above: Option<Above> = sqlx::query_as(
                    "SELECT root_id, under_id, depth, path FROM comment WHERE id = ?",
                )
                .bind(parent.uuid())
                .fetch_optional(&mut *transaction)
                .await?;
                above
            }
        };
        insert(&mut transaction, new, above).await?;
        let thing = (ContentKind::Comment, new.id);
        let words = (new.author, new.text.as_str());
        hold_if(&mut transaction, new.standing, thing, words, new.at).await?;
        let told = announce_comment(&mut transaction, new.id, new.at).await?;
        once::record(&mut transaction, once, &new.id, new.at).await?;
        transaction.commit().await?;
        let outcome = Done::Now(new.id);
        Ok(Told { outcome, told })
    }

    async fn commented(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<CommentId>>, PostStoreError> {
        let mut connection = self.read.acquire().await?;
        Ok(before(once::begin(&mut connection, once, now).await?))
    }

    async fn one_comment(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<CommentView, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        heard(&mut transaction, id, (viewer, now)).await
    }

    async fn comments(
        &self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Commented>,
        limit: u32,
    ) -> Result<Vec<CommentView>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let (post, missing) = match thread {
            Thread::Of(post) => (Some(post), Refusal::NoSuchPost),
            Thread::Below(comment) => {
                let found = one(&mut transaction, comment, (viewer, now)).await?;
                (found.map(|view| view.comment.post), Refusal::NoSuchComment)
            }
        };
        let is_seen = match post {
            Some(post) => sees(&mut transaction, post, viewer, now).await?,
            None => false,
        };
        if !is_seen {
            return Err(missing.into());
        }
        let found = read_thread(&mut transaction, thread, order, after, limit, (viewer, now));
        Ok(found.await?)
    }

    async fn comment_revisions(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CommentRevision>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        heard(&mut transaction, id, (viewer, now)).await?;
        let rows: Vec<(i64, String, i64)> = sqlx::query_as(REVISIONS)
            .bind(viewer.map(UserId::uuid))
            .bind(id.uuid())
            .bind(before.map_or(i64::MAX, to_i64))
            .bind(limit)
            .fetch_all(&mut *transaction)
            .await?;
        let revisions = rows
            .into_iter()
            .map(|(version, text, since)| CommentRevision {
                version: to_u64(version),
                text,
                since: wall(since),
            });
        Ok(revisions.collect())
    }

    async fn change_comment(
        &self,
        author: UserId,
        id: CommentId,
        text: &str,
        hold: bool,
        expected: &Expected,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let view = heard(&mut transaction, id, (Some(author), now)).await?;
        let is_own = view.author.is_some_and(|user| user.id == author);
        if !is_own || view.comment.standing == Standing::Removed {
            return Err(Refusal::NotYours.into());
        }
        if !expected.admits(Version(view.comment.version)) {
            return Err(Refusal::Stale.into());
        }
        let standing = match view.comment.standing {
            Standing::Shown if hold => Standing::Held,
            standing => standing,
        };
        keep(&mut transaction, id).await?;
        sqlx::query(
            "UPDATE comment SET text = ?, standing = ?, edited_ms = ?, version = version + 1 WHERE id = ?",
        )
        .bind(text)
        .bind(standing.as_str())
        .bind(stored(now))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        if view.comment.standing != standing {
            let thing = (ContentKind::Comment, id);
            hold_if(&mut transaction, standing, thing, (author, text), now).await?;
        }
        let told = announce_comment(&mut transaction, id, now).await?;
        transaction.commit().await?;
        Ok(Told { outcome: (), told })
    }

    async fn delete_comment(
        &self,
        by: UserId,
        id: CommentId,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let of: Option<(Uuid, Option<Uuid>, bool)> = sqlx::query_as(
            "SELECT post_id, author_id, deleted_ms IS NOT NULL FROM comment WHERE id = ?",
        )
        .bind(id.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        let (post, author, _) = of
            .filter(|(_, _, is_deleted)| !is_deleted)
            .ok_or(Refusal::NoSuchComment)?;
        let post = stored_post(&mut transaction, PostId::from_uuid(post)).await?;
        let post = post.ok_or(Refusal::NoSuchComment)?;
        // One's own words one may take back wherever they are.
        if author != Some(by.uuid()) {
            heard(&mut transaction, id, (Some(by), now)).await?;
            if post.author != by {
                return Err(Refusal::NotYours.into());
            }
        }
        bury_comment(&mut transaction, id.uuid(), now).await?;
        transaction.commit().await?;
        Ok(())
    }
}
