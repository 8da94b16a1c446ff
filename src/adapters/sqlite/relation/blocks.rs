//! Blocks and mutes, changed.

use async_trait::async_trait;

use super::super::Sqlite;
use super::super::notification::withdraw_all;
use super::super::number::stored;
use super::{change, see_each_other, tell};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::RelationEvent;
use crate::ports::relations::{
    BLOCKS_MAX, BlockStore, Blocked, MUTES_MAX, Muted, RelationsUnavailable,
};

/// Everything that goes when one of two blocks the other, each both ways.
const SEVER: [&str; 5] = [
    "DELETE FROM follow WHERE (follower_id = ?1 AND followee_id = ?2)
                           OR (follower_id = ?2 AND followee_id = ?1)",
    "DELETE FROM follow_request WHERE (asker_id = ?1 AND asked_id = ?2)
                                   OR (asker_id = ?2 AND asked_id = ?1)",
    "DELETE FROM tie WHERE (user_id = ?1 AND other_id = ?2) OR (user_id = ?2 AND other_id = ?1)",
    "DELETE FROM tie_request WHERE (asker_id = ?1 AND asked_id = ?2)
                                OR (asker_id = ?2 AND asked_id = ?1)",
    "DELETE FROM testimonial WHERE (author_id = ?1 AND owner_id = ?2)
                                OR (author_id = ?2 AND owner_id = ?1)",
];

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    is_there: bool,
    blocks: bool,
    is_blocked: bool,
    count: u32,
}

const STANDING: &str = "
SELECT (SELECT count(*) FROM user WHERE id IN (?1, ?2) AND closing_ms IS NULL) = 2 AS is_there,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2) AS blocks,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1) AS is_blocked,
       (SELECT count(*) FROM block WHERE blocker_id = ?1) AS count";

#[async_trait]
impl BlockStore for Sqlite {
    async fn block(
        &self,
        blocker: UserId,
        blocked: UserId,
        at: WallMs,
    ) -> Result<Blocked, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let standing: StandingRow = sqlx::query_as(STANDING)
            .bind(blocker.uuid())
            .bind(blocked.uuid())
            .fetch_one(&mut *transaction)
            .await?;
        if !standing.is_there || standing.is_blocked {
            return Ok(Blocked::NoSuchUser);
        }
        if standing.blocks {
            return Ok(Blocked::Already);
        }
        if standing.count >= BLOCKS_MAX {
            return Ok(Blocked::TooMany);
        }
        for statement in SEVER {
            change(&mut transaction, statement, blocker, blocked).await?;
        }
        withdraw_all(&mut transaction, blocker, blocked).await?;
        sqlx::query("INSERT INTO block (blocker_id, blocked_id, created_ms) VALUES (?, ?, ?)")
            .bind(blocker.uuid())
            .bind(blocked.uuid())
            .bind(stored(at))
            .execute(&mut *transaction)
            .await?;
        let (by, whom) = (blocker, blocked);
        tell(&mut transaction, RelationEvent::Blocked { by, whom }).await?;
        transaction.commit().await?;
        Ok(Blocked::Now)
    }

    async fn unblock(
        &self,
        blocker: UserId,
        blocked: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let statement = "DELETE FROM block WHERE blocker_id = ? AND blocked_id = ?";
        if change(&mut transaction, statement, blocker, blocked).await? == 0 {
            return Ok(false);
        }
        let (by, whom) = (blocker, blocked);
        tell(&mut transaction, RelationEvent::Unblocked { by, whom }).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn mute(
        &self,
        muter: UserId,
        muted: UserId,
        until: Option<WallMs>,
        at: WallMs,
    ) -> Result<Muted, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !see_each_other(&mut transaction, muter, muted).await? {
            return Ok(Muted::NoSuchUser);
        }
        // Those that are over count no more.
        sqlx::query("DELETE FROM mute WHERE muter_id = ? AND until_ms <= ?")
            .bind(muter.uuid())
            .bind(stored(at))
            .execute(&mut *transaction)
            .await?;
        let others: u32 =
            sqlx::query_scalar("SELECT count(*) FROM mute WHERE muter_id = ? AND muted_id <> ?")
                .bind(muter.uuid())
                .bind(muted.uuid())
                .fetch_one(&mut *transaction)
                .await?;
        if others >= MUTES_MAX {
            return Ok(Muted::TooMany);
        }
        sqlx::query(
            "INSERT INTO mute (muter_id, muted_id, created_ms, until_ms) VALUES (?, ?, ?, ?)
             ON CONFLICT (muter_id, muted_id) DO UPDATE SET until_ms = excluded.until_ms",
        )
        .bind(muter.uuid())
        .bind(muted.uuid())
        .bind(stored(at))
        .bind(until.map(stored))
        .execute(&mut *transaction)
        .await?;
        let (by, whom) = (muter, muted);
        tell(&mut transaction, RelationEvent::Muted { by, whom }).await?;
        transaction.commit().await?;
        Ok(Muted::Done)
    }

    async fn unmute(&self, muter: UserId, muted: UserId) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let statement = "DELETE FROM mute WHERE muter_id = ? AND muted_id = ?";
        if change(&mut transaction, statement, muter, muted).await? == 0 {
            return Ok(false);
        }
        let (by, whom) = (muter, muted);
        tell(&mut transaction, RelationEvent::Unmuted { by, whom }).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
