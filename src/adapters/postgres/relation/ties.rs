//! Ties and testimonials, changed.

use async_trait::async_trait;
use sqlx::PgConnection;

use super::super::notification::{notify, withdraw};
use super::super::number::stored;
use super::super::step::in_transaction;
use super::super::{Postgres, lock};
use super::{change, see_each_other, tell};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{NewNotice, NoticeKind};
use crate::domain::relation::{Nickname, RelationEvent, Testimonial};
use crate::ports::relations::{
    Changed, RelationsUnavailable, TIE_REQUESTS_MAX, TIES_MAX, Testified, TieStore, Tied,
};

const UNASK: &str = "DELETE FROM tie_request WHERE asker_id = $1 AND asked_id = $2";

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    tied: bool,
    asks: bool,
    /// The name they would give.
    is_asked: Option<String>,
    /// The more of the two.
    ties: i64,
    asking: i64,
    waiting: i64,
}

const STANDING: &str = "
SELECT EXISTS (SELECT 1 FROM tie WHERE user_id = $1 AND other_id = $2) AS tied,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = $1 AND asked_id = $2) AS asks,
       (SELECT nickname FROM tie_request WHERE asker_id = $2 AND asked_id = $1) AS is_asked,
       coalesce((SELECT max(ties) FROM relation_count WHERE user_id IN ($1, $2)), 0) AS ties,
       (SELECT count(*) FROM tie_request WHERE asker_id = $1) AS asking,
       (SELECT count(*) FROM tie_request WHERE asked_id = $2) AS waiting";

async fn rename(
    conn: &mut PgConnection,
    statement: &'static str,
    (user, other): (UserId, UserId),
    nickname: &Nickname,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query(statement).bind(user.uuid()).bind(other.uuid());
    let statement = statement.bind(nickname.as_str());
    statement.execute(conn).await.map(drop)
}

async fn insert(
    conn: &mut PgConnection,
    statement: &'static str,
    (user, other): (UserId, UserId),
    nickname: &str,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query(statement).bind(user.uuid()).bind(other.uuid());
    let statement = statement.bind(nickname).bind(stored(at));
    statement.execute(conn).await.map(drop)
}

const INSERT_TIE: &str =
    "INSERT INTO tie (user_id, other_id, nickname, created_ms) VALUES ($1, $2, $3, $4)";
const INSERT_REQUEST: &str =
    "INSERT INTO tie_request (asker_id, asked_id, nickname, created_ms) VALUES ($1, $2, $3, $4)";
const RENAME_TIE: &str = "UPDATE tie SET nickname = $3 WHERE user_id = $1 AND other_id = $2";
const RENAME_REQUEST: &str =
    "UPDATE tie_request SET nickname = $3 WHERE asker_id = $1 AND asked_id = $2";

#[async_trait]
impl TieStore for Postgres {
    async fn tie_to(
        &self,
        user: UserId,
        other: UserId,
        nickname: &Nickname,
        at: WallMs,
    ) -> Result<Changed<Tied>, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [user, other]).await?;
            let pair = (user, other);
            if !see_each_other(conn, user, other).await? {
                return Ok(Changed::quietly(Tied::NoSuchUser));
            }
            let standing: StandingRow = sqlx::query_as(STANDING)
                .bind(user.uuid())
                .bind(other.uuid())
                .fetch_one(&mut *conn)
                .await?;
            if standing.tied || standing.asks {
                let (statement, outcome) = if standing.tied {
                    (RENAME_TIE, Tied::Already)
                } else {
                    (RENAME_REQUEST, Tied::Requested)
                };
                rename(conn, statement, pair, nickname).await?;
                return Ok(Changed::quietly(outcome));
            }
            if standing.ties >= i64::from(TIES_MAX) {
                return Ok(Changed::quietly(Tied::TooMany));
            }
            let (kind, outcome) = if let Some(theirs) = standing.is_asked {
                change(conn, UNASK, other, user).await?;
                let mine = nickname.as_str();
                insert(conn, INSERT_TIE, pair, mine, at).await?;
                insert(conn, INSERT_TIE, (other, user), &theirs, at).await?;
                withdraw(conn, user, NoticeKind::TieRequest, other).await?;
                let (by, whom) = pair;
                tell(conn, RelationEvent::Tied { by, whom }).await?;
                (NoticeKind::TieMade, Tied::Now)
            } else if standing.asking.max(standing.waiting) >= i64::from(TIE_REQUESTS_MAX) {
                return Ok(Changed::quietly(Tied::TooManyWait));
            } else {
                let mine = nickname.as_str();
                insert(conn, INSERT_REQUEST, pair, mine, at).await?;
                (NoticeKind::TieRequest, Tied::Requested)
            };
            let notice = NewNotice {
                to: other,
                kind,
                from: Some(user),
                subject: String::new(),
                at,
            };
            let written = notify(conn, &notice).await?;
            Ok(Changed {
                outcome,
                told: written.into_iter().collect(),
            })
        })?)
    }

    async fn untie(&self, user: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [user, other]).await?;
            let ties = "DELETE FROM tie
                WHERE (user_id = $1 AND other_id = $2) OR (user_id = $2 AND other_id = $1)";
            let tied = change(conn, ties, user, other).await? > 0;
            let mut was_there = tied;
            for (asker, asked) in [(user, other), (other, user)] {
                if change(conn, UNASK, asker, asked).await? > 0 {
                    was_there = true;
                    withdraw(conn, asked, NoticeKind::TieRequest, asker).await?;
                }
            }
            if tied {
                let lines = "DELETE FROM testimonial WHERE (author_id = $1 AND owner_id = $2)
                    OR (author_id = $2 AND owner_id = $1)";
                change(conn, lines, user, other).await?;
                for (to, from) in [(user, other), (other, user)] {
                    for kind in [NoticeKind::TieMade, NoticeKind::Testimonial] {
                        withdraw(conn, to, kind, from).await?;
                    }
                }
                let (by, whom) = (user, other);
                tell(conn, RelationEvent::Untied { by, whom }).await?;
            }
            Ok(was_there)
        })?)
    }

    async fn testify(
        &self,
        author: UserId,
        owner: UserId,
        text: &Testimonial,
        at: WallMs,
    ) -> Result<Changed<Testified>, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [author, owner]).await?;
            if !see_each_other(conn, author, owner).await? {
                return Ok(Changed::quietly(Testified::NoSuchUser));
            }
            let tied: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT 1 FROM tie WHERE user_id = $1 AND other_id = $2)",
            )
            .bind(author.uuid())
            .bind(owner.uuid())
            .fetch_one(&mut *conn)
            .await?;
            if !tied {
                return Ok(Changed::quietly(Testified::NotTied));
            }
            sqlx::query(
            "INSERT INTO testimonial (author_id, owner_id, text, created_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (owner_id, author_id)
             DO UPDATE SET text = excluded.text, created_ms = excluded.created_ms",
        )
        .bind(author.uuid())
        .bind(owner.uuid())
        .bind(text.as_str())
        .bind(stored(at))
        .execute(&mut *conn)
        .await?;
            let notice = NewNotice {
                to: owner,
                kind: NoticeKind::Testimonial,
                from: Some(author),
                subject: String::new(),
                at,
            };
            let written = notify(conn, &notice).await?;
            Ok(Changed {
                outcome: Testified::Done,
                told: written.into_iter().collect(),
            })
        })?)
    }

    async fn remove_testimonial(
        &self,
        author: UserId,
        owner: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [author, owner]).await?;
            let statement = "DELETE FROM testimonial WHERE author_id = $1 AND owner_id = $2";
            let was_there = change(conn, statement, author, owner).await? > 0;
            withdraw(conn, owner, NoticeKind::Testimonial, author).await?;
            Ok(was_there)
        })?)
    }
}
