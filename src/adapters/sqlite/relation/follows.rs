//! Follows and requests to follow, changed.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::notification::{notify, withdraw};
use super::super::number::stored;
use super::{change, see_each_other, tell};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::domain::relation::RelationEvent;
use crate::ports::relations::{
    Approved, Changed, FOLLOW_REQUESTS_MAX, FOLLOWS_MAX, FollowStore, Followed,
    RelationsUnavailable,
};
use crate::ports::settings::{GRANTED_AT_ONCE, Granted};

const UNFOLLOW: &str = "DELETE FROM follow WHERE follower_id = ? AND followee_id = ?";
const UNASK: &str = "DELETE FROM follow_request WHERE asker_id = ? AND asked_id = ?";

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    follows: bool,
    asks: bool,
    /// Whom one follows and asks to.
    count: u32,
    is_private: bool,
    waiting: u32,
}

const STANDING: &str = "
SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = ?2) AS follows,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = ?1 AND asked_id = ?2) AS asks,
       coalesce((SELECT following FROM relation_count WHERE user_id = ?1), 0)
           + (SELECT count(*) FROM follow_request WHERE asker_id = ?1) AS count,
       EXISTS (SELECT 1 FROM user_settings WHERE user_id = ?2 AND account_private = 1) AS is_private,
       (SELECT count(*) FROM follow_request WHERE asked_id = ?2) AS waiting";

/// Everything that makes a follow, without a notice of it.
async fn insert(
    connection: &mut SqliteConnection,
    follower: UserId,
    followee: UserId,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO follow (follower_id, followee_id, created_ms) VALUES (?, ?, ?)")
        .bind(follower.uuid())
        .bind(followee.uuid())
        .bind(stored(at))
        .execute(&mut *connection)
        .await?;
    let (by, whom) = (follower, followee);
    tell(connection, RelationEvent::Followed { by, whom }).await
}

/// A notice about a person and no more.
fn notice(to: UserId, kind: NoticeKind, from: UserId, at: WallMs) -> NewNotice {
    NewNotice {
        to,
        kind,
        from: Some(from),
        subject: String::new(),
        at,
    }
}

/// Turns a request, just taken away, into a follow.
async fn grant(
    connection: &mut SqliteConnection,
    asked: UserId,
    asker: UserId,
    at: WallMs,
) -> Result<Option<Delivery>, sqlx::Error> {
    insert(&mut *connection, asker, asked, at).await?;
    withdraw(&mut *connection, asked, NoticeKind::FollowRequest, asker).await?;
    let granted = notice(asker, NoticeKind::RequestApproved, asked, at);
    notify(connection, &granted).await
}

/// Some of those who wait to follow the person do so from now on: their account has turned public.
pub(in crate::adapters::sqlite) async fn grant_some(
    connection: &mut SqliteConnection,
    user: UserId,
    at: WallMs,
) -> Result<Granted, sqlx::Error> {
    let askers: Vec<Uuid> = sqlx::query_scalar(
        "SELECT asker_id FROM follow_request WHERE asked_id = ?
         ORDER BY created_ms, asker_id LIMIT ?",
    )
    .bind(user.uuid())
    .bind(GRANTED_AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let mut granted = Granted::default();
    for asker in askers.into_iter().map(UserId::from_uuid) {
        change(&mut *connection, UNASK, asker, user).await?;
        let told = grant(&mut *connection, user, asker, at).await?;
        granted.followers.push(asker);
        granted.told.extend(told);
    }
    Ok(granted)
}

/// A public account that somebody still waits for: this one, if it is, or any.
pub(in crate::adapters::sqlite) async fn waited_for(
    connection: &mut SqliteConnection,
    of: Option<UserId>,
) -> Result<Option<UserId>, sqlx::Error> {
    const THIS: &str = "
        SELECT ?1 WHERE EXISTS (SELECT 1 FROM follow_request WHERE asked_id = ?1)
          AND NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = ?1 AND account_private = 1)";
    // From one who is asked to the next, however many ask each.
    const ANY: &str = "
        WITH RECURSIVE asked (id) AS (
            SELECT min(asked_id) FROM follow_request
            UNION ALL SELECT (SELECT min(asked_id) FROM follow_request WHERE asked_id > asked.id)
            FROM asked WHERE asked.id IS NOT NULL)
        SELECT id FROM asked
        WHERE id IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = id AND account_private = 1)
        LIMIT 1";
    let query = match of {
        Some(user) => sqlx::query_scalar(THIS).bind(user.uuid()),
        None => sqlx::query_scalar(ANY),
    };
    let found: Option<Uuid> = query.fetch_optional(connection).await?;
    Ok(found.map(UserId::from_uuid))
}

#[async_trait]
impl FollowStore for Sqlite {
    async fn follow(
        &self,
        follower: UserId,
        followee: UserId,
        at: WallMs,
    ) -> Result<Changed<Followed>, RelationsUnavailable> {
        // Taking the write lock first makes the questions and the inserts one step.
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !see_each_other(&mut transaction, follower, followee).await? {
            return Ok(Changed::quietly(Followed::NoSuchUser));
        }
        let standing: StandingRow = sqlx::query_as(STANDING)
            .bind(follower.uuid())
            .bind(followee.uuid())
            .fetch_one(&mut *transaction)
            .await?;
        if standing.follows {
            return Ok(Changed::quietly(Followed::Already));
        }
        if standing.asks && standing.is_private {
            return Ok(Changed::quietly(Followed::Requested));
        }
        if standing.asks {
            // The account has turned public since, and their turn has not come yet.
            change(&mut transaction, UNASK, follower, followee).await?;
            let written = grant(&mut transaction, followee, follower, at).await?;
            transaction.commit().await?;
            return Ok(Changed {
                outcome: Followed::Now,
                told: written.into_iter().collect(),
            });
        }
        if standing.count >= FOLLOWS_MAX {
            return Ok(Changed::quietly(Followed::TooMany));
        }
        if standing.is_private && standing.waiting >= FOLLOW_REQUESTS_MAX {
            return Ok(Changed::quietly(Followed::TooManyWait));
        }
        let (kind, outcome) = if standing.is_private {
            sqlx::query(
                "INSERT INTO follow_request (asker_id, asked_id, created_ms) VALUES (?, ?, ?)",
            )
            .bind(follower.uuid())
            .bind(followee.uuid())
            .bind(stored(at))
            .execute(&mut *transaction)
            .await?;
            (NoticeKind::FollowRequest, Followed::Requested)
        } else {
            insert(&mut transaction, follower, followee, at).await?;
            (NoticeKind::Follow, Followed::Now)
        };
        let written = notify(&mut transaction, &notice(followee, kind, follower, at)).await?;
        transaction.commit().await?;
        Ok(Changed {
            outcome,
            told: written.into_iter().collect(),
        })
    }

    async fn unfollow(
        &self,
        follower: UserId,
        followee: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let followed = change(&mut transaction, UNFOLLOW, follower, followee).await? > 0;
        let asked = change(&mut transaction, UNASK, follower, followee).await? > 0;
        if followed {
            withdraw(&mut transaction, followee, NoticeKind::Follow, follower).await?;
            let (by, whom) = (follower, followee);
            tell(&mut transaction, RelationEvent::Unfollowed { by, whom }).await?;
        }
        if asked {
            let kind = NoticeKind::FollowRequest;
            withdraw(&mut transaction, followee, kind, follower).await?;
        }
        transaction.commit().await?;
        Ok(followed || asked)
    }

    async fn approve(
        &self,
        asked: UserId,
        asker: UserId,
        at: WallMs,
    ) -> Result<Changed<Approved>, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if change(&mut transaction, UNASK, asker, asked).await? == 0 {
            let follows: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = ? AND followee_id = ?)",
            )
            .bind(asker.uuid())
            .bind(asked.uuid())
            .fetch_one(&mut *transaction)
            .await?;
            let outcome = if follows {
                Approved::Already
            } else {
                Approved::NoRequest
            };
            return Ok(Changed::quietly(outcome));
        }
        let written = grant(&mut transaction, asked, asker, at).await?;
        transaction.commit().await?;
        Ok(Changed {
            outcome: Approved::Now,
            told: written.into_iter().collect(),
        })
    }

    async fn reject(&self, asked: UserId, asker: UserId) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let was_there = change(&mut transaction, UNASK, asker, asked).await? > 0;
        withdraw(&mut transaction, asked, NoticeKind::FollowRequest, asker).await?;
        transaction.commit().await?;
        Ok(was_there)
    }
}
