//! Reactions, bookmarks, pins and reposts.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::number::{stored, wall};
use super::super::user_row::UserRow;
use super::announce::tell;
use super::rows::{seen_post, sees};
use super::seen::{card, there};
use super::{known, reacting};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{
    Audience, BOOKMARKS_MAX, PINS_MAX, PostEvent, PostState, Reactable, ReactionKind,
};
use crate::ports::post::{PostStoreError, Reacted, Refusal, ResponseStore, Told};

/// Takes back what one did with a post: one's own wherever it is, seen or not.
async fn take_back(
    conn: &mut SqliteConnection,
    statement: &'static str,
    post: PostId,
    viewer: UserId,
    now: WallMs,
) -> Result<(), PostStoreError> {
    let gone = sqlx::query(statement)
        .bind(post.uuid())
        .bind(viewer.uuid())
        .execute(&mut *conn)
        .await?;
    if gone.rows_affected() == 0 {
        seen_post(conn, post, viewer, now).await?;
    }
    Ok(())
}

/// Who did this with the post `?3`, after the place `?4`, `?5`: `?7` is a kind of reaction, or null.
macro_rules! people {
    ($table:literal, $kind:literal, $which:literal) => {
        concat!(
            "SELECT ",
            card!("u"),
            ", r.created_ms AS at_ms, ",
            $kind,
            " AS kind FROM ",
            $table,
            " AS r JOIN user AS u ON u.id = r.user_id
             WHERE r.post_id = ?3 AND (r.created_ms, r.user_id) < (?4, ?5) AND ",
            there!("u"),
            " AND ",
            $which,
            " ORDER BY r.created_ms DESC, r.user_id DESC LIMIT ?6"
        )
    };
}

const REACTIONS: &str = people!("post_reaction", "r.kind", "?7 IS NULL");
const REACTIONS_OF_KIND: &str = people!("post_reaction", "r.kind", "r.kind = ?7");
const REPOSTS: &str = people!("post_repost", "NULL", "?7 IS NULL");

/// Every list, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 3] = [REACTIONS, REACTIONS_OF_KIND, REPOSTS];

#[derive(Debug, sqlx::FromRow)]
struct ReactedRow {
    #[sqlx(flatten)]
    user: UserRow,
    at_ms: i64,
    kind: Option<String>,
}

impl TryFrom<ReactedRow> for Reacted {
    type Error = sqlx::Error;

    fn try_from(row: ReactedRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            user: row.user.try_into()?,
            kind: row.kind.as_deref().map(known).transpose()?,
            at: wall(row.at_ms),
        })
    }
}

impl Sqlite {
    #[allow(clippy::too_many_arguments)]
    async fn people_of(
        &self,
        statement: &'static str,
        post: PostId,
        kind: Option<ReactionKind>,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        if !sees(&mut transaction, post, viewer, now).await? {
            return Err(Refusal::NoSuchPost.into());
        }
        let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (stored(at), id.uuid()));
        let rows: Vec<ReactedRow> = sqlx::query_as(statement)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(post.uuid())
            .bind(at)
            .bind(id)
            .bind(limit)
            .bind(kind.map(ReactionKind::as_str))
            .fetch_all(&mut *transaction)
            .await?;
        let people = rows.into_iter().map(Reacted::try_from);
        Ok(people.collect::<Result<_, _>>()?)
    }
}

#[async_trait]
impl ResponseStore for Sqlite {
    async fn react(
        &self,
        viewer: UserId,
        to: Reactable,
        kind: Option<ReactionKind>,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let mut told = Vec::new();
        match kind {
            Some(kind) => told = reacting::react(&mut transaction, viewer, to, kind, now).await?,
            None => reacting::take_back(&mut transaction, viewer, to, now).await?,
        }
        transaction.commit().await?;
        Ok(Told { outcome: (), told })
    }

    async fn bookmark(
        &self,
        viewer: UserId,
        post: PostId,
        keep: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !keep {
            let statement = "DELETE FROM post_bookmark WHERE post_id = ? AND user_id = ?";
            take_back(&mut transaction, statement, post, viewer, now).await?;
            transaction.commit().await?;
            return Ok(());
        }
        seen_post(&mut transaction, post, viewer, now).await?;
        let fresh = sqlx::query(
            "INSERT INTO post_bookmark (post_id, user_id, created_ms) VALUES (?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(post.uuid())
        .bind(viewer.uuid())
        .bind(stored(now))
        .execute(&mut *transaction)
        .await?;
        if fresh.rows_affected() > 0 {
            let count: u32 =
                sqlx::query_scalar("SELECT count(*) FROM post_bookmark WHERE user_id = ?")
                    .bind(viewer.uuid())
                    .fetch_one(&mut *transaction)
                    .await?;
            if count > BOOKMARKS_MAX {
                return Err(Refusal::TooManyBookmarks.into());
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn pin(
        &self,
        author: UserId,
        post: PostId,
        pin: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let of = seen_post(&mut transaction, post, author, now).await?;
        if of.author != author {
            return Err(Refusal::NotYours.into());
        }
        if of.state != PostState::Published || of.is_pinned == pin {
            return Ok(());
        }
        let count: u32 = sqlx::query_scalar(
            "SELECT count(*) FROM post WHERE author_id = ? AND pinned_ms IS NOT NULL",
        )
        .bind(author.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        if pin && count >= PINS_MAX {
            return Err(Refusal::TooManyPins.into());
        }
        sqlx::query("UPDATE post SET pinned_ms = ? WHERE id = ?")
            .bind(pin.then(|| stored(now)))
            .bind(post.uuid())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn repost(
        &self,
        viewer: UserId,
        post: PostId,
        pass_on: bool,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !pass_on {
            let statement = "DELETE FROM post_repost WHERE post_id = ? AND user_id = ?";
            take_back(&mut transaction, statement, post, viewer, now).await?;
            transaction.commit().await?;
            return Ok(());
        }
        let of = seen_post(&mut transaction, post, viewer, now).await?;
        let is_private: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM user_settings WHERE user_id = ? AND account_private = 1)",
        )
        .bind(of.author.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        if of.audience != Audience::Public || is_private {
            return Err(Refusal::NotPublic.into());
        }
        let fresh = sqlx::query(
            "INSERT INTO post_repost (post_id, user_id, created_ms) VALUES (?, ?, ?)
             ON CONFLICT DO NOTHING",
        )
        .bind(post.uuid())
        .bind(viewer.uuid())
        .bind(stored(now))
        .execute(&mut *transaction)
        .await?;
        if fresh.rows_affected() > 0 {
            let (by, at) = (viewer, now);
            tell(&mut transaction, post, PostEvent::PostReposted { by, at }).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn reactions(
        &self,
        post: PostId,
        kind: Option<ReactionKind>,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        let statement = match kind {
            None => REACTIONS,
            Some(_) => REACTIONS_OF_KIND,
        };
        self.people_of(statement, post, kind, viewer, now, after, limit)
            .await
    }

    async fn reposts(
        &self,
        post: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, UserId)>,
        limit: u32,
    ) -> Result<Vec<Reacted>, PostStoreError> {
        self.people_of(REPOSTS, post, None, viewer, now, after, limit)
            .await
    }
}
