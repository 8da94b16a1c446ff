//! Relations in SQLite: what they are now. How they change is in `follows`, `blocks` and `ties`.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::number::{stored, wall};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::{Counts, Muting, Relation, RelationEvent, Tie};
use crate::ports::relations::{HIDDEN_BY_MAX, RelationReader, RelationView, RelationsUnavailable};

mod blocks;
mod follows;
mod lists;
#[cfg(test)]
mod tests;
mod ties;

pub(super) use follows::{grant_some, waited_for};

impl From<sqlx::Error> for RelationsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Whether both are there with open accounts, are two, and neither blocks the other.
async fn see_each_other(
    connection: &mut SqliteConnection,
    one: UserId,
    other: UserId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM user WHERE id IN (?1, ?2) AND closing_ms IS NULL) = 2
            AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2)
            AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1)",
    )
    .bind(one.uuid())
    .bind(other.uuid())
    .fetch_one(connection)
    .await
}

/// Runs a statement about two people; how many rows it changed.
async fn change(
    connection: &mut SqliteConnection,
    statement: &'static str,
    one: UserId,
    other: UserId,
) -> Result<u64, sqlx::Error> {
    let statement = sqlx::query(statement).bind(one.uuid()).bind(other.uuid());
    Ok(statement.execute(connection).await?.rows_affected())
}

/// Writes down what the rest of the world is to be told.
async fn tell(connection: &mut SqliteConnection, event: RelationEvent) -> Result<(), sqlx::Error> {
    let text = serde_json::to_string(&event);
    let text = text.map_err(|error| sqlx::Error::Encode(error.into()))?;
    sqlx::query("INSERT INTO user_outbox (user_id, event) VALUES (?, ?)")
        .bind(event.by().uuid())
        .bind(text)
        .execute(connection)
        .await
        .map(drop)
}

#[derive(Debug, sqlx::FromRow)]
struct TieRow {
    nickname_mine: String,
    nickname_theirs: String,
    created_ms: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct RelationRow {
    is_there: bool,
    blocks_me: bool,
    following: bool,
    requested: bool,
    requested_by: bool,
    followed_by: bool,
    is_muted: bool,
    muted_until_ms: Option<i64>,
    blocking: bool,
    tie_asked: bool,
    tie_asked_by: bool,
}

const RELATION: &str = "
SELECT EXISTS (SELECT 1 FROM user WHERE id = ?2 AND closing_ms IS NULL) AS is_there,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1) AS blocks_me,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2) AS blocking,
       EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = ?2) AS following,
       EXISTS (SELECT 1 FROM follow WHERE follower_id = ?2 AND followee_id = ?1) AS followed_by,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = ?1 AND asked_id = ?2) AS requested,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = ?2 AND asked_id = ?1) AS requested_by,
       EXISTS (SELECT 1 FROM mute WHERE muter_id = ?1 AND muted_id = ?2
               AND (until_ms IS NULL OR until_ms > ?3)) AS is_muted,
       (SELECT until_ms FROM mute WHERE muter_id = ?1 AND muted_id = ?2) AS muted_until_ms,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = ?1 AND asked_id = ?2) AS tie_asked,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = ?2 AND asked_id = ?1) AS tie_asked_by";

/// What is counted without those the viewer `?2` does not find in the lists. Led by them: they are few, and each is one
/// look-up, however long the lists are.
const COUNTS: &str = "
WITH gone (id) AS MATERIALIZED (
    SELECT id FROM user WHERE closing_ms IS NOT NULL
    UNION SELECT blocked_id FROM block WHERE blocker_id = ?2
    UNION SELECT blocker_id FROM block WHERE blocked_id = ?2)
SELECT followers - (SELECT count(*) FROM gone CROSS JOIN follow
                    ON follower_id = gone.id AND followee_id = ?1),
       following - (SELECT count(*) FROM gone CROSS JOIN follow
                    ON follower_id = ?1 AND followee_id = gone.id),
       ties - (SELECT count(*) FROM gone CROSS JOIN tie
               ON tie.user_id = ?1 AND other_id = gone.id)
FROM relation_count WHERE relation_count.user_id = ?1";

#[async_trait]
impl RelationReader for Sqlite {
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable> {
        let follows = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = ? AND followee_id = ?)",
        )
        .bind(user.uuid())
        .bind(owner.uuid())
        .fetch_one(&self.read)
        .await?;
        Ok(follows)
    }

    async fn hidden_from(&self, user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        let hidden: Vec<Uuid> = sqlx::query_scalar(
            "SELECT blocked_id FROM block WHERE blocker_id = ?1
             UNION
             SELECT blocker_id FROM (SELECT blocker_id FROM block WHERE blocked_id = ?1
                                     ORDER BY created_ms DESC LIMIT ?2)",
        )
        .bind(user.uuid())
        .bind(HIDDEN_BY_MAX)
        .fetch_all(&self.read)
        .await?;
        let hidden = hidden.into_iter();
        Ok(hidden.map(|id| UserId::from_uuid(id).to_string()).collect())
    }

    async fn is_hidden(&self, one: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        let hidden = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2)
                 OR EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1)",
        )
        .bind(one.uuid())
        .bind(other.uuid())
        .fetch_one(&self.read)
        .await?;
        Ok(hidden)
    }

    async fn muted_by(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable> {
        let muted: Vec<(Uuid, Option<i64>)> = sqlx::query_as(
            "SELECT muted_id, until_ms FROM mute WHERE muter_id = ? AND (until_ms IS NULL OR until_ms > ?)",
        )
        .bind(user.uuid())
        .bind(stored(now))
        .fetch_all(&self.read)
        .await?;
        let muted = muted.into_iter();
        Ok(muted
            .map(|(id, until)| (UserId::from_uuid(id), until.map(wall)))
            .collect())
    }

    async fn tie(&self, user: UserId, other: UserId) -> Result<Option<Tie>, RelationsUnavailable> {
        let row: Option<TieRow> = sqlx::query_as(
            "SELECT mine.nickname AS nickname_mine, theirs.nickname AS nickname_theirs,
                    mine.created_ms
             FROM tie AS mine JOIN tie AS theirs
                  ON theirs.user_id = mine.other_id AND theirs.other_id = mine.user_id
             WHERE mine.user_id = ? AND mine.other_id = ?",
        )
        .bind(user.uuid())
        .bind(other.uuid())
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(|row| Tie {
            nickname_mine: row.nickname_mine,
            nickname_theirs: row.nickname_theirs,
            since: wall(row.created_ms),
        }))
    }
}

#[async_trait]
impl RelationView for Sqlite {
    async fn relation(
        &self,
        user: UserId,
        other: UserId,
        now: WallMs,
    ) -> Result<Option<Relation>, RelationsUnavailable> {
        let row: RelationRow = sqlx::query_as(RELATION)
            .bind(user.uuid())
            .bind(other.uuid())
            .bind(stored(now))
            .fetch_one(&self.read)
            .await?;
        if !row.is_there || row.blocks_me {
            return Ok(None);
        }
        let until = row.muted_until_ms.map(wall);
        Ok(Some(Relation {
            following: row.following,
            requested: row.requested,
            requested_by: row.requested_by,
            followed_by: row.followed_by,
            muting: row.is_muted.then_some(Muting { until }),
            blocking: row.blocking,
            tie: self.tie(user, other).await?,
            tie_asked: row.tie_asked,
            tie_asked_by: row.tie_asked_by,
        }))
    }

    async fn counts(
        &self,
        user: UserId,
        viewer: Option<UserId>,
    ) -> Result<Counts, RelationsUnavailable> {
        let counts: Option<(u32, u32, u32)> = sqlx::query_as(COUNTS)
            .bind(user.uuid())
            .bind(viewer.map(UserId::uuid))
            .fetch_optional(&self.read)
            .await?;
        let (followers, following, ties) = counts.unwrap_or_default();
        Ok(Counts {
            followers,
            following,
            ties,
        })
    }

    async fn is_private(&self, user: UserId) -> Result<bool, RelationsUnavailable> {
        let private = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM user_settings WHERE user_id = ? AND account_private = 1)",
        )
        .bind(user.uuid())
        .fetch_one(&self.read)
        .await?;
        Ok(private)
    }
}
