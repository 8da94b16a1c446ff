//! Comments, written and looked up.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::moderation::hold_if;
use super::super::notification::notify;
use super::super::once::{self, Begun};
use super::super::{Sqlite, user::stored};
use super::announce::{announce_comment, notice};
use super::comment_rows::{one, thread as read_thread};
use super::delete::bury_comment;
use super::rows::{sees, stored_post};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::NoticeKind;
use crate::domain::post::{DEPTH_MAX, ReactionKind};
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
async fn heard(
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
        let told = Vec::new();
        match once::begin(&mut transaction, once, new.at).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => {
                let outcome = Done::Before(id);
                return Ok(Told { outcome, told });
            }
            Begun::Mismatch => {
                let outcome = Done::KeyReused;
                return Ok(Told { outcome, told });
            }
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

    async fn react_to_comment(
        &self,
        viewer: UserId,
        id: CommentId,
        kind: Option<ReactionKind>,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let view = heard(&mut transaction, id, (Some(viewer), now)).await?;
        let mut told = Vec::new();
        match kind {
            None => {
                sqlx::query("DELETE FROM comment_reaction WHERE comment_id = ? AND user_id = ?")
                    .bind(id.uuid())
                    .bind(viewer.uuid())
                    .execute(&mut *transaction)
                    .await?;
            }
            Some(kind) => {
                sqlx::query(
                    "INSERT INTO comment_reaction (comment_id, user_id, kind, created_ms) VALUES (?, ?, ?, ?)
                     ON CONFLICT DO UPDATE SET kind = excluded.kind",
                )
                .bind(id.uuid())
                .bind(viewer.uuid())
                .bind(kind.as_str())
                .bind(stored(now))
                .execute(&mut *transaction)
                .await?;
                let author = view.author.map(|author| author.id);
                if let Some(author) = author.filter(|author| *author != viewer) {
                    let post = view.comment.post;
                    if sees(&mut transaction, post, Some(author), now).await? {
                        let about = notice(author, NoticeKind::Reaction, viewer, post, now);
                        told.extend(notify(&mut transaction, &about).await?);
                    }
                }
            }
        }
        transaction.commit().await?;
        Ok(Told { outcome: (), told })
    }
}
