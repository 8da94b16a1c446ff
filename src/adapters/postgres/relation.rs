//! Relations in PostgreSQL: what they are now. How they change is in `follows`, `blocks` and `ties`.
//!
//! Who changes what two people are to each other holds both accounts: what is read of the two, how many each has and what
//! each is told stay in step, and events of the two are in the order of what happened.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::PgConnection;
use uuid::Uuid;

use super::number::{stored, to_u32, wall};
use super::step::reading;
use super::{Postgres, user_outbox};
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

pub(super) use follows::{grant_some, hold_with_waiting, waited_for};

/// Whether both are there with open accounts, are two, and neither blocks the other.
async fn see_each_other(
    conn: &mut PgConnection,
    one: UserId,
    other: UserId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM account WHERE id IN ($1, $2) AND closing_ms IS NULL) = 2
         AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = $2)
         AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = $2 AND blocked_id = $1)",
    )
    .bind(one.uuid())
    .bind(other.uuid())
    .fetch_one(conn)
    .await
}

/// Runs a statement about two people; how many rows it changed.
async fn change(
    conn: &mut PgConnection,
    statement: &'static str,
    one: UserId,
    other: UserId,
) -> Result<u64, sqlx::Error> {
    let statement = sqlx::query(statement).bind(one.uuid()).bind(other.uuid());
    Ok(statement.execute(conn).await?.rows_affected())
}

/// Writes down what the rest of the world is to be told.
async fn tell(conn: &mut PgConnection, event: RelationEvent) -> Result<(), sqlx::Error> {
    user_outbox::put(conn, event.by().uuid(), &event).await
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
SELECT EXISTS (SELECT 1 FROM account WHERE id = $2 AND closing_ms IS NULL) AS is_there,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = $2 AND blocked_id = $1) AS blocks_me,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = $2) AS blocking,
       EXISTS (SELECT 1 FROM follow WHERE follower_id = $1 AND followee_id = $2) AS following,
       EXISTS (SELECT 1 FROM follow WHERE follower_id = $2 AND followee_id = $1) AS followed_by,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = $1 AND asked_id = $2) AS requested,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = $2 AND asked_id = $1) AS requested_by,
       EXISTS (SELECT 1 FROM mute WHERE muter_id = $1 AND muted_id = $2
               AND (until_ms IS NULL OR until_ms > $3)) AS is_muted,
       (SELECT until_ms FROM mute WHERE muter_id = $1 AND muted_id = $2) AS muted_until_ms,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = $1 AND asked_id = $2) AS tie_asked,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = $2 AND asked_id = $1) AS tie_asked_by";

/// What is counted without those the viewer `$2` does not find in the lists. Led by them: they are few, and each is one
/// look-up, however long the lists are.
const COUNTS: &str = "
WITH gone (id) AS MATERIALIZED (
    SELECT id FROM account WHERE closing_ms IS NOT NULL
    UNION SELECT blocked_id FROM block WHERE blocker_id = $2
    UNION SELECT blocker_id FROM block WHERE blocked_id = $2)
SELECT followers - (SELECT count(*) FROM gone WHERE EXISTS (
           SELECT FROM follow WHERE follower_id = gone.id AND followee_id = $1)),
       following - (SELECT count(*) FROM gone WHERE EXISTS (
           SELECT FROM follow WHERE follower_id = $1 AND followee_id = gone.id)),
       ties - (SELECT count(*) FROM gone WHERE EXISTS (
           SELECT FROM tie WHERE tie.user_id = $1 AND other_id = gone.id))
FROM relation_count WHERE relation_count.user_id = $1";

#[async_trait]
impl RelationReader for Postgres {
    async fn follows(&self, user: UserId, owner: UserId) -> Result<bool, RelationsUnavailable> {
        let follows = reading!(self, |conn| sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = $1 AND followee_id = $2)",
        )
        .bind(user.uuid())
        .bind(owner.uuid())
        .fetch_one(conn)
        .await)?;
        Ok(follows)
    }

    async fn hidden_from(&self, user: UserId) -> Result<BTreeSet<String>, RelationsUnavailable> {
        let hidden: Vec<Uuid> = reading!(self, |conn| sqlx::query_scalar(
            "SELECT blocked_id FROM block WHERE blocker_id = $1
             UNION
             SELECT blocker_id FROM (SELECT blocker_id FROM block WHERE blocked_id = $1
                                     ORDER BY created_ms DESC LIMIT $2) AS lately",
        )
        .bind(user.uuid())
        .bind(i64::from(HIDDEN_BY_MAX))
        .fetch_all(conn)
        .await)?;
        let hidden = hidden.into_iter();
        Ok(hidden.map(|id| UserId::from_uuid(id).to_string()).collect())
    }

    async fn is_hidden(&self, one: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        let hidden = reading!(self, |conn| sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = $2)
             OR EXISTS (SELECT 1 FROM block WHERE blocker_id = $2 AND blocked_id = $1)",
        )
        .bind(one.uuid())
        .bind(other.uuid())
        .fetch_one(conn)
        .await)?;
        Ok(hidden)
    }

    async fn muted_by(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Option<WallMs>>, RelationsUnavailable> {
        let muted: Vec<(Uuid, Option<i64>)> = reading!(self, |conn| {
            sqlx::query_as(
                "SELECT muted_id, until_ms FROM mute WHERE muter_id = $1 AND (until_ms IS NULL
                 OR until_ms > $2)",
            )
            .bind(user.uuid())
            .bind(stored(now))
            .fetch_all(conn)
            .await
        })?;
        let muted = muted.into_iter();
        Ok(muted
            .map(|(id, until)| (UserId::from_uuid(id), until.map(wall)))
            .collect())
    }

    async fn tie(&self, user: UserId, other: UserId) -> Result<Option<Tie>, RelationsUnavailable> {
        let row: Option<TieRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT mine.nickname AS nickname_mine, theirs.nickname AS nickname_theirs,
                    mine.created_ms
             FROM tie AS mine JOIN tie AS theirs
                  ON theirs.user_id = mine.other_id AND theirs.other_id = mine.user_id
             WHERE mine.user_id = $1 AND mine.other_id = $2",
        )
        .bind(user.uuid())
        .bind(other.uuid())
        .fetch_optional(conn)
        .await)?;
        Ok(row.map(|row| Tie {
            nickname_mine: row.nickname_mine,
            nickname_theirs: row.nickname_theirs,
            since: wall(row.created_ms),
        }))
    }
}

#[async_trait]
impl RelationView for Postgres {
    async fn relation(
        &self,
        user: UserId,
        other: UserId,
        now: WallMs,
    ) -> Result<Option<Relation>, RelationsUnavailable> {
        let row: RelationRow = reading!(self, |conn| sqlx::query_as(RELATION)
            .bind(user.uuid())
            .bind(other.uuid())
            .bind(stored(now))
            .fetch_one(conn)
            .await)?;
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
        let counts: Option<(i64, i64, i64)> = reading!(self, |conn| sqlx::query_as(COUNTS)
            .bind(user.uuid())
            .bind(viewer.map(UserId::uuid))
            .fetch_optional(conn)
            .await)?;
        let (followers, following, ties) = counts.unwrap_or_default();
        Ok(Counts {
            followers: to_u32(followers),
            following: to_u32(following),
            ties: to_u32(ties),
        })
    }

    async fn is_private(&self, user: UserId) -> Result<bool, RelationsUnavailable> {
        let private = reading!(self, |conn| {
            sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM user_settings WHERE user_id = $1 AND account_private)",
        )
        .bind(user.uuid())
        .fetch_one(conn)
.await
        })?;
        Ok(private)
    }
}
