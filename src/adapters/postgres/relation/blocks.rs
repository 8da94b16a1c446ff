//! Blocks and mutes, changed.

use async_trait::async_trait;

use super::super::notification::withdraw_all;
use super::super::number::stored;
use super::super::step::in_transaction;
use super::super::{Postgres, lock};
use super::{change, see_each_other, tell};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::relation::RelationEvent;
use crate::ports::relations::{
    BLOCKS_MAX, BlockStore, Blocked, MUTES_MAX, Muted, RelationsUnavailable,
};

/// Everything that goes when one of two blocks the other, each both ways.
const SEVER: [&str; 5] = [
    "DELETE FROM follow WHERE (follower_id = $1 AND followee_id = $2)
     OR (follower_id = $2 AND followee_id = $1)",
    "DELETE FROM follow_request WHERE (asker_id = $1 AND asked_id = $2)
     OR (asker_id = $2 AND asked_id = $1)",
    "DELETE FROM tie WHERE (user_id = $1 AND other_id = $2) OR (user_id = $2 AND other_id = $1)",
    "DELETE FROM tie_request WHERE (asker_id = $1 AND asked_id = $2)
     OR (asker_id = $2 AND asked_id = $1)",
    "DELETE FROM testimonial WHERE (author_id = $1 AND owner_id = $2)
     OR (author_id = $2 AND owner_id = $1)",
];

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    is_there: bool,
    blocks: bool,
    is_blocked: bool,
    count: i64,
}

const STANDING: &str = "
SELECT (SELECT count(*) FROM account WHERE id IN ($1, $2) AND closing_ms IS NULL) = 2 AS is_there,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = $1 AND blocked_id = $2) AS blocks,
       EXISTS (SELECT 1 FROM block WHERE blocker_id = $2 AND blocked_id = $1) AS is_blocked,
       (SELECT count(*) FROM block WHERE blocker_id = $1) AS count";

#[async_trait]
impl BlockStore for Postgres {
    async fn block(
        &self,
        blocker: UserId,
        blocked: UserId,
        at: WallMs,
    ) -> Result<Blocked, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [blocker, blocked]).await?;
            let standing: StandingRow = sqlx::query_as(STANDING)
                .bind(blocker.uuid())
                .bind(blocked.uuid())
                .fetch_one(&mut *conn)
                .await?;
            if !standing.is_there || standing.is_blocked {
                return Ok(Blocked::NoSuchUser);
            }
            if standing.blocks {
                return Ok(Blocked::Already);
            }
            if standing.count >= i64::from(BLOCKS_MAX) {
                return Ok(Blocked::TooMany);
            }
            for statement in SEVER {
                change(conn, statement, blocker, blocked).await?;
            }
            withdraw_all(conn, blocker, blocked).await?;
            sqlx::query(
                "INSERT INTO block (blocker_id, blocked_id, created_ms) VALUES ($1, $2, $3)",
            )
            .bind(blocker.uuid())
            .bind(blocked.uuid())
            .bind(stored(at))
            .execute(&mut *conn)
            .await?;
            let (by, whom) = (blocker, blocked);
            tell(conn, RelationEvent::Blocked { by, whom }).await?;
            Ok(Blocked::Now)
        })?)
    }

    async fn unblock(
        &self,
        blocker: UserId,
        blocked: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [blocker, blocked]).await?;
            let statement = "DELETE FROM block WHERE blocker_id = $1 AND blocked_id = $2";
            if change(conn, statement, blocker, blocked).await? == 0 {
                return Ok(false);
            }
            let (by, whom) = (blocker, blocked);
            tell(conn, RelationEvent::Unblocked { by, whom }).await?;
            Ok(true)
        })?)
    }

    async fn mute(
        &self,
        muter: UserId,
        muted: UserId,
        until: Option<WallMs>,
        at: WallMs,
    ) -> Result<Muted, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [muter, muted]).await?;
            if !see_each_other(conn, muter, muted).await? {
                return Ok(Muted::NoSuchUser);
            }
            // Those that are over count no more.
            sqlx::query("DELETE FROM mute WHERE muter_id = $1 AND until_ms <= $2")
                .bind(muter.uuid())
                .bind(stored(at))
                .execute(&mut *conn)
                .await?;
            let others: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM mute WHERE muter_id = $1 AND muted_id <> $2",
            )
            .bind(muter.uuid())
            .bind(muted.uuid())
            .fetch_one(&mut *conn)
            .await?;
            if others >= i64::from(MUTES_MAX) {
                return Ok(Muted::TooMany);
            }
            sqlx::query(
            "INSERT INTO mute (muter_id, muted_id, created_ms, until_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (muter_id, muted_id) DO UPDATE SET until_ms = excluded.until_ms",
        )
        .bind(muter.uuid())
        .bind(muted.uuid())
        .bind(stored(at))
        .bind(until.map(stored))
        .execute(&mut *conn)
        .await?;
            let (by, whom) = (muter, muted);
            tell(conn, RelationEvent::Muted { by, whom }).await?;
            Ok(Muted::Done)
        })?)
    }

    async fn unmute(&self, muter: UserId, muted: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [muter, muted]).await?;
            let statement = "DELETE FROM mute WHERE muter_id = $1 AND muted_id = $2";
            if change(conn, statement, muter, muted).await? == 0 {
                return Ok(false);
            }
            let (by, whom) = (muter, muted);
            tell(conn, RelationEvent::Unmuted { by, whom }).await?;
            Ok(true)
        })?)
    }
}
