//! Ties and testimonials, changed.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::super::Sqlite;
use super::super::notification::{notify, withdraw};
use super::super::number::stored;
use super::{change, see_each_other, tell};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{NewNotice, NoticeKind};
use crate::domain::relation::{Nickname, RelationEvent, Testimonial};
use crate::ports::relations::{
    Changed, RelationsUnavailable, TIE_REQUESTS_MAX, TIES_MAX, Testified, TieStore, Tied,
};

const UNASK: &str = "DELETE FROM tie_request WHERE asker_id = ? AND asked_id = ?";

#[derive(Debug, sqlx::FromRow)]
struct StandingRow {
    tied: bool,
    asks: bool,
    /// The name they would give.
    is_asked: Option<String>,
    /// The more of the two.
    ties: u32,
    asking: u32,
    waiting: u32,
}

const STANDING: &str = "
SELECT EXISTS (SELECT 1 FROM tie WHERE user_id = ?1 AND other_id = ?2) AS tied,
       EXISTS (SELECT 1 FROM tie_request WHERE asker_id = ?1 AND asked_id = ?2) AS asks,
       (SELECT nickname FROM tie_request WHERE asker_id = ?2 AND asked_id = ?1) AS is_asked,
       coalesce((SELECT max(ties) FROM relation_count WHERE user_id IN (?1, ?2)), 0) AS ties,
       (SELECT count(*) FROM tie_request WHERE asker_id = ?1) AS asking,
       (SELECT count(*) FROM tie_request WHERE asked_id = ?2) AS waiting";

async fn rename(
    connection: &mut SqliteConnection,
    statement: &'static str,
    (user, other): (UserId, UserId),
    nickname: &Nickname,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query(statement).bind(user.uuid()).bind(other.uuid());
    let statement = statement.bind(nickname.as_str());
    statement.execute(connection).await.map(drop)
}

async fn insert(
    connection: &mut SqliteConnection,
    statement: &'static str,
    (user, other): (UserId, UserId),
    nickname: &str,
    at: WallMs,
) -> Result<(), sqlx::Error> {
    let statement = sqlx::query(statement).bind(user.uuid()).bind(other.uuid());
    let statement = statement.bind(nickname).bind(stored(at));
    statement.execute(connection).await.map(drop)
}

const INSERT_TIE: &str =
    "INSERT INTO tie (user_id, other_id, nickname, created_ms) VALUES (?, ?, ?, ?)";
const INSERT_REQUEST: &str =
    "INSERT INTO tie_request (asker_id, asked_id, nickname, created_ms) VALUES (?, ?, ?, ?)";
const RENAME_TIE: &str = "UPDATE tie SET nickname = ?3 WHERE user_id = ?1 AND other_id = ?2";
const RENAME_REQUEST: &str =
    "UPDATE tie_request SET nickname = ?3 WHERE asker_id = ?1 AND asked_id = ?2";

#[async_trait]
impl TieStore for Sqlite {
    async fn tie_to(
        &self,
        user: UserId,
        other: UserId,
        nickname: &Nickname,
        at: WallMs,
    ) -> Result<Changed<Tied>, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let pair = (user, other);
        if !see_each_other(&mut transaction, user, other).await? {
            return Ok(Changed::quietly(Tied::NoSuchUser));
        }
        let standing: StandingRow = sqlx::query_as(STANDING)
            .bind(user.uuid())
            .bind(other.uuid())
            .fetch_one(&mut *transaction)
            .await?;
        if standing.tied || standing.asks {
            let (statement, outcome) = if standing.tied {
                (RENAME_TIE, Tied::Already)
            } else {
                (RENAME_REQUEST, Tied::Requested)
            };
            rename(&mut transaction, statement, pair, nickname).await?;
            transaction.commit().await?;
            return Ok(Changed::quietly(outcome));
        }
        if standing.ties >= TIES_MAX {
            return Ok(Changed::quietly(Tied::TooMany));
        }
        let (kind, outcome) = if let Some(theirs) = standing.is_asked {
            change(&mut transaction, UNASK, other, user).await?;
            let mine = nickname.as_str();
            insert(&mut transaction, INSERT_TIE, pair, mine, at).await?;
            insert(&mut transaction, INSERT_TIE, (other, user), &theirs, at).await?;
            withdraw(&mut transaction, user, NoticeKind::TieRequest, other).await?;
            let (by, whom) = pair;
            tell(&mut transaction, RelationEvent::Tied { by, whom }).await?;
            (NoticeKind::TieMade, Tied::Now)
        } else if standing.asking >= TIE_REQUESTS_MAX || standing.waiting >= TIE_REQUESTS_MAX {
            return Ok(Changed::quietly(Tied::TooManyWait));
        } else {
            let mine = nickname.as_str();
            insert(&mut transaction, INSERT_REQUEST, pair, mine, at).await?;
            (NoticeKind::TieRequest, Tied::Requested)
        };
        let notice = NewNotice {
            to: other,
            kind,
            from: Some(user),
            subject: String::new(),
            at,
        };
        let written = notify(&mut transaction, &notice).await?;
        transaction.commit().await?;
        Ok(Changed {
            outcome,
            told: written.into_iter().collect(),
        })
    }

    async fn untie(&self, user: UserId, other: UserId) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let ties = "DELETE FROM tie
                    WHERE (user_id = ?1 AND other_id = ?2) OR (user_id = ?2 AND other_id = ?1)";
        let tied = change(&mut transaction, ties, user, other).await? > 0;
        let mut was_there = tied;
        for (asker, asked) in [(user, other), (other, user)] {
            if change(&mut transaction, UNASK, asker, asked).await? > 0 {
                was_there = true;
                withdraw(&mut transaction, asked, NoticeKind::TieRequest, asker).await?;
            }
        }
        if tied {
            let lines = "DELETE FROM testimonial WHERE (author_id = ?1 AND owner_id = ?2)
                                                    OR (author_id = ?2 AND owner_id = ?1)";
            change(&mut transaction, lines, user, other).await?;
            for (to, from) in [(user, other), (other, user)] {
                for kind in [NoticeKind::TieMade, NoticeKind::Testimonial] {
                    withdraw(&mut transaction, to, kind, from).await?;
                }
            }
            let (by, whom) = (user, other);
            tell(&mut transaction, RelationEvent::Untied { by, whom }).await?;
        }
        transaction.commit().await?;
        Ok(was_there)
    }

    async fn testify(
        &self,
        author: UserId,
        owner: UserId,
        text: &Testimonial,
        at: WallMs,
    ) -> Result<Changed<Testified>, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if !see_each_other(&mut transaction, author, owner).await? {
            return Ok(Changed::quietly(Testified::NoSuchUser));
        }
        let tied: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM tie WHERE user_id = ? AND other_id = ?)",
        )
        .bind(author.uuid())
        .bind(owner.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        if !tied {
            return Ok(Changed::quietly(Testified::NotTied));
        }
        sqlx::query(
            "INSERT INTO testimonial (author_id, owner_id, text, created_ms) VALUES (?, ?, ?, ?)
             ON CONFLICT (owner_id, author_id)
             DO UPDATE SET text = excluded.text, created_ms = excluded.created_ms",
        )
        .bind(author.uuid())
        .bind(owner.uuid())
        .bind(text.as_str())
        .bind(stored(at))
        .execute(&mut *transaction)
        .await?;
        let notice = NewNotice {
            to: owner,
            kind: NoticeKind::Testimonial,
            from: Some(author),
            subject: String::new(),
            at,
        };
        let written = notify(&mut transaction, &notice).await?;
        transaction.commit().await?;
        Ok(Changed {
            outcome: Testified::Done,
            told: written.into_iter().collect(),
        })
    }

    async fn remove_testimonial(
        &self,
        author: UserId,
        owner: UserId,
    ) -> Result<bool, RelationsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let statement = "DELETE FROM testimonial WHERE author_id = ? AND owner_id = ?";
        let was_there = change(&mut transaction, statement, author, owner).await? > 0;
        withdraw(&mut transaction, owner, NoticeKind::Testimonial, author).await?;
        transaction.commit().await?;
        Ok(was_there)
    }
}
