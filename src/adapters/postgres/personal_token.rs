//! Personal access tokens in PostgreSQL. Who adds one holds the person's account: nobody has more than they may.

use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use super::audit::{Line, write};
use super::login_steps::{Insert, insert, may_act, scopes_of};
use super::number::{stored, wall};
use super::once::{Begun, begin, record};
use super::step::{in_transaction, reading};
use super::{Postgres, lock};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::ports::login::{
    Added, LoginKind, LoginStoreError, NewToken, PersonalToken, PersonalTokenStore,
    TOKENS_PER_USER_MAX,
};
use crate::ports::once::{Done, Once};

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: Uuid,
    name: String,
    scopes: String,
    created_ms: i64,
    seen_ms: i64,
    expires_ms: Option<i64>,
}

impl TryFrom<TokenRow> for PersonalToken {
    type Error = sqlx::Error;

    fn try_from(row: TokenRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: LoginId::from_uuid(row.id),
            name: row.name,
            scopes: scopes_of(&row.scopes)?,
            created: wall(row.created_ms),
            seen: wall(row.seen_ms),
            expires: row.expires_ms.map(wall),
        })
    }
}

#[async_trait]
impl PersonalTokenStore for Postgres {
    async fn add_token(
        &self,
        token: &NewToken,
        once: Option<&Once>,
        trace: &Trace,
    ) -> Result<Done<Added>, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            let owner = Trace {
                actor: Some(token.user_id),
                ..trace.clone()
            };
            lock::people(conn, [token.user_id]).await?;
            if !may_act(conn, &owner, token.at).await? {
                return Ok(Done::Now(Added::SignedOut));
            }
            match begin(conn, once, token.at).await? {
                Begun::Fresh => {}
                Begun::Replay(added) => return Ok(Done::Before(added)),
                Begun::Mismatch => return Ok(Done::KeyReused),
            }
            let count: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM login WHERE user_id = $1 AND kind = 'token' AND revoked_ms IS NULL
             AND (expires_ms IS NULL OR expires_ms > $2)",
        )
        .bind(token.user_id.uuid())
        .bind(stored(token.at))
        .fetch_one(&mut *conn)
        .await?;
            if count >= i64::from(TOKENS_PER_USER_MAX) {
                return Ok(Done::Now(Added::TooMany));
            }
            let new = Insert {
                id: token.id,
                user_id: token.user_id,
                kind: LoginKind::Token,
                secret: Some(&token.hash),
                client: None,
                name: Some(&token.name),
                scopes: token.scopes,
                trace,
                authenticated: WallMs(0),
                at: token.at,
                expires: token.expires,
            };
            insert(conn, &new).await?;
            let scopes = token.scopes.to_string();
            let line = Line {
                act: Act::TokenCreated,
                subject: Some(token.user_id),
                detail: json!({ "token": token.id, "name": token.name, "scopes": scopes }),
                trace,
                at: token.at,
            };
            write(conn, line).await?;
            let made = PersonalToken {
                id: token.id,
                name: token.name.clone(),
                scopes: token.scopes,
                created: token.at,
                seen: token.at,
                expires: token.expires,
            };
            let added = Added::Token(made, token.secret.clone());
            record(conn, once, &added, token.at).await?;
            Ok(Done::Now(added))
        })?)
    }

    async fn tokens_of(
        &self,
        user: UserId,
        now: WallMs,
    ) -> Result<Vec<PersonalToken>, LoginStoreError> {
        let rows: Vec<TokenRow> = reading!(self, |conn| sqlx::query_as(
            "SELECT id, name, scopes, created_ms, seen_ms, expires_ms FROM login
             WHERE user_id = $1 AND kind = 'token' AND revoked_ms IS NULL
               AND (expires_ms IS NULL OR expires_ms > $2)
             ORDER BY created_ms DESC, place DESC",
        )
        .bind(user.uuid())
        .bind(stored(now))
        .fetch_all(conn)
        .await)?;
        let tokens = rows.into_iter().map(|row| Ok(row.try_into()?));
        tokens.collect()
    }
}
