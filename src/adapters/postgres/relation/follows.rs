//! Follows and requests to follow, changed.

use async_trait::async_trait;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::super::notification::{notify, withdraw};
use super::super::number::stored;
use super::super::step::in_transaction;
use super::super::{Postgres, lock};
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

const UNFOLLOW: &str = "DELETE FROM follow WHERE follower_id = $1 AND followee_id = $2";
const UNASK: &str = "DELETE FROM follow_request WHERE asker_id = $1 AND asked_id = $2";

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    follows: bool,
    asks: bool,
    /// Whom one follows and asks to.
    count: i64,
    is_private: bool,
    waiting: i64,
}

const STANDING: &str = "
SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = $1 AND followee_id = $2) AS follows,
       EXISTS (SELECT 1 FROM follow_request WHERE asker_id = $1 AND asked_id = $2) AS asks,
       coalesce((SELECT following FROM relation_count WHERE user_id = $1), 0)
           + (SELECT count(*) FROM follow_request WHERE asker_id = $1) AS count,
       EXISTS (SELECT 1 FROM user_settings WHERE user_id = $2 AND account_private) AS is_private,
       (SELECT count(*) FROM follow_request WHERE asked_id = $2) AS waiting";

/// Everything that makes a follow, without a notice of it.
async fn insert(
    conn: &mut PgConnection,
    follower: UserId,
    followee: UserId,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO follow (follower_id, followee_id, created_ms) VALUES ($1, $2, $3)")
        .bind(follower.uuid())
        .bind(followee.uuid())
        .bind(stored(at))
        .execute(&mut *conn)
        .await?;
    let (by, whom) = (follower, followee);
    tell(conn, RelationEvent::Followed { by, whom }).await
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
    conn: &mut PgConnection,
    asked: UserId,
    asker: UserId,
    at: WallMs,
) -> Result<Option<Delivery>, sqlx::Error> {
    insert(&mut *conn, asker, asked, at).await?;
    withdraw(&mut *conn, asked, NoticeKind::FollowRequest, asker).await?;
    let granted = notice(asker, NoticeKind::RequestApproved, asked, at);
    notify(conn, &granted).await
}

/// Holds somebody with the first who wait to follow them; these.
///
/// Who waits is known for sure only once the person is held, and all are to be held in one go: should somebody have
/// come meanwhile, all are let go and held anew.
pub(in crate::adapters::postgres) async fn hold_with_waiting(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Vec<UserId>, sqlx::Error> {
    loop {
        let askers = waiting(conn, user).await?;
        let mut held = conn.begin().await?;
        lock::people(&mut held, askers.iter().copied().chain([user])).await?;
        if waiting(&mut held, user).await? == askers {
            held.commit().await?;
            return Ok(askers);
        }
        held.rollback().await?;
    }
}

async fn waiting(conn: &mut PgConnection, user: UserId) -> Result<Vec<UserId>, sqlx::Error> {
    let askers: Vec<Uuid> = sqlx::query_scalar(
        "SELECT asker_id FROM follow_request WHERE asked_id = $1
         ORDER BY created_ms, asker_id LIMIT $2",
    )
    .bind(user.uuid())
    .bind(i64::from(GRANTED_AT_ONCE))
    .fetch_all(conn)
    .await?;
    Ok(askers.into_iter().map(UserId::from_uuid).collect())
}

/// Who waits to follow the person does so from now on: their account has turned public. All of them are held.
pub(in crate::adapters::postgres) async fn grant_some(
    conn: &mut PgConnection,
    user: UserId,
    askers: &[UserId],
    at: WallMs,
) -> Result<Granted, sqlx::Error> {
    let mut granted = Granted::default();
    for &asker in askers {
        change(conn, UNASK, asker, user).await?;
        let told = grant(conn, user, asker, at).await?;
        granted.followers.push(asker);
        granted.told.extend(told);
    }
    Ok(granted)
}

/// A public account that somebody still waits for: this one, if it is, or any.
pub(in crate::adapters::postgres) async fn waited_for(
    conn: &mut PgConnection,
    of: Option<UserId>,
) -> Result<Option<UserId>, sqlx::Error> {
    const THIS: &str = "
        SELECT $1::uuid WHERE EXISTS (SELECT 1 FROM follow_request WHERE asked_id = $1)
          AND NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = $1 AND account_private)";
    // From one who is asked to the next, however many ask each.
    const ANY: &str = "
        WITH RECURSIVE asked (id) AS (
            (SELECT asked_id FROM follow_request ORDER BY asked_id LIMIT 1)
            UNION ALL SELECT (SELECT asked_id FROM follow_request WHERE asked_id > asked.id
                              ORDER BY asked_id LIMIT 1)
            FROM asked WHERE asked.id IS NOT NULL)
        SELECT id FROM asked
        WHERE id IS NOT NULL
          AND NOT EXISTS (SELECT FROM user_settings WHERE user_id = id AND account_private)
        LIMIT 1";
    let query = match of {
        Some(user) => sqlx::query_scalar(THIS).bind(user.uuid()),
        None => sqlx::query_scalar(ANY),
    };
    let found: Option<Uuid> = query.fetch_optional(conn).await?;
    Ok(found.map(UserId::from_uuid))
}

#[async_trait]
impl FollowStore for Postgres {
    async fn follow(
        &self,
        follower: UserId,
        followee: UserId,
        at: WallMs,
    ) -> Result<Changed<Followed>, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [follower, followee]).await?;
            if !see_each_other(conn, follower, followee).await? {
                return Ok(Changed::quietly(Followed::NoSuchUser));
            }
            let standing: StandingRow = sqlx::query_as(STANDING)
                .bind(follower.uuid())
                .bind(followee.uuid())
                .fetch_one(&mut *conn)
                .await?;
            if standing.follows {
                return Ok(Changed::quietly(Followed::Already));
            }
            if standing.asks && standing.is_private {
                return Ok(Changed::quietly(Followed::Requested));
            }
            if standing.asks {
                // The account has turned public since, and their turn has not come yet.
                change(conn, UNASK, follower, followee).await?;
                let written = grant(conn, followee, follower, at).await?;
                return Ok(Changed {
                    outcome: Followed::Now,
                    told: written.into_iter().collect(),
                });
            }
            if standing.count >= i64::from(FOLLOWS_MAX) {
                return Ok(Changed::quietly(Followed::TooMany));
            }
            if standing.is_private && standing.waiting >= i64::from(FOLLOW_REQUESTS_MAX) {
                return Ok(Changed::quietly(Followed::TooManyWait));
            }
            let (kind, outcome) = if standing.is_private {
                sqlx::query(
                "INSERT INTO follow_request (asker_id, asked_id, created_ms) VALUES ($1, $2, $3)",
            )
            .bind(follower.uuid())
            .bind(followee.uuid())
            .bind(stored(at))
            .execute(&mut *conn)
            .await?;
                (NoticeKind::FollowRequest, Followed::Requested)
            } else {
                insert(conn, follower, followee, at).await?;
                (NoticeKind::Follow, Followed::Now)
            };
            let written = notify(conn, &notice(followee, kind, follower, at)).await?;
            Ok(Changed {
                outcome,
                told: written.into_iter().collect(),
            })
        })?)
    }

    async fn unfollow(
        &self,
        follower: UserId,
        followee: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [follower, followee]).await?;
            let followed = change(conn, UNFOLLOW, follower, followee).await? > 0;
            let asked = change(conn, UNASK, follower, followee).await? > 0;
            if followed {
                withdraw(conn, followee, NoticeKind::Follow, follower).await?;
                let (by, whom) = (follower, followee);
                tell(conn, RelationEvent::Unfollowed { by, whom }).await?;
            }
            if asked {
                let kind = NoticeKind::FollowRequest;
                withdraw(conn, followee, kind, follower).await?;
            }
            Ok(followed || asked)
        })?)
    }

    async fn approve(
        &self,
        asked: UserId,
        asker: UserId,
        at: WallMs,
    ) -> Result<Changed<Approved>, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [asked, asker]).await?;
            if change(conn, UNASK, asker, asked).await? == 0 {
                let follows: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = $1 AND followee_id = $2)",
            )
            .bind(asker.uuid())
            .bind(asked.uuid())
            .fetch_one(&mut *conn)
            .await?;
                let outcome = if follows {
                    Approved::Already
                } else {
                    Approved::NoRequest
                };
                return Ok(Changed::quietly(outcome));
            }
            let written = grant(conn, asked, asker, at).await?;
            Ok(Changed {
                outcome: Approved::Now,
                told: written.into_iter().collect(),
            })
        })?)
    }

    async fn reject(&self, asked: UserId, asker: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [asked, asker]).await?;
            let was_there = change(conn, UNASK, asker, asked).await? > 0;
            withdraw(conn, asked, NoticeKind::FollowRequest, asker).await?;
            Ok(was_there)
        })?)
    }
}
