//! Logins in PostgreSQL.
//!
//! Who opens one, or ends several, holds the account: nobody has more than they may, and many rows are never waited for
//! in two orders. One login changes by single conditional statements.

use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

use super::audit::{Line, write};
use super::login_steps::{
    Insert, end, ended_at, insert, is_suspended, kind_of, make_room, scopes_of,
};
use super::number::{stored, to_u32, wall};
use super::role::role_of;
use super::step::{in_transaction, reading};
use super::user_row::UserRow;
use super::{Postgres, lock};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::ports::login::{
    ActiveLogin, EndedLogin, LoginCard, LoginKind, LoginStore, LoginStoreError, Moment, NewLogin,
    Opened, SecretHash,
};

#[derive(sqlx::FromRow)]
struct LoginRow {
    login_id: Uuid,
    kind: String,
    client: Option<String>,
    scopes: String,
    authenticated_ms: i64,
    seen_ms: i64,
    unused_generation: Option<i64>,
    role: String,
    closing_ms: Option<i64>,
    suspended: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

impl TryFrom<LoginRow> for ActiveLogin {
    type Error = sqlx::Error;

    fn try_from(row: LoginRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: LoginId::from_uuid(row.login_id),
            user: row.user.try_into()?,
            role: role_of(&row.role)?,
            kind: kind_of(&row.kind)?,
            client: row.client,
            scopes: scopes_of(&row.scopes)?,
            authenticated: wall(row.authenticated_ms),
            seen: wall(row.seen_ms),
            unused_generation: row.unused_generation.map(to_u32),
            closed: row.closing_ms.map(wall),
            suspended: row.suspended,
        })
    }
}

/// Whether the account is suspended at the time `$2`.
macro_rules! suspended_at_2 {
    () => {
        "EXISTS (SELECT FROM suspension WHERE suspension.user_id = account.id
                 AND (until_ms IS NULL OR until_ms > $2)) AS suspended"
    };
}

#[async_trait]
impl LoginStore for Postgres {
    async fn open(&self, login: &NewLogin) -> Result<Opened, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [login.user_id]).await?;
            let suspended = is_suspended(conn, login.user_id, login.at).await?;
            let new = Insert {
                id: login.id,
                user_id: login.user_id,
                kind: LoginKind::Browser,
                secret: Some(&login.secret),
                client: None,
                name: None,
                scopes: Scopes::all(),
                trace: &login.trace,
                authenticated: login.authenticated,
                at: login.at,
                expires: Some(login.expires),
            };
            insert(conn, &new).await?;
            let ended = make_room(conn, login.user_id, login.id, login.at).await?;
            let line = Line {
                act: Act::SignedIn,
                subject: Some(login.user_id),
                detail: json!({}),
                trace: &login.trace.clone().by(login.user_id, login.id),
                at: login.at,
            };
            write(conn, line).await?;
            Ok(match suspended {
                true => Opened::Suspended(ended),
                false => Opened::Open(ended),
            })
        })?)
    }

    async fn find(
        &self,
        secret: &SecretHash,
        moment: Moment,
    ) -> Result<Option<ActiveLogin>, LoginStoreError> {
        let row: Option<LoginRow> = reading!(self, |conn| {
            sqlx::query_as(concat!(
                "SELECT login.id AS login_id, kind, client, scopes, authenticated_ms, seen_ms,
                 NULL::bigint AS unused_generation,
                        role, closing_ms, user_id, handle, display_name, look, mood, bio,
                        front_room_id, ",
                suspended_at_2!(),
                " FROM login JOIN account ON account.id = login.user_id
                 WHERE secret_hash = $1 AND revoked_ms IS NULL AND (expires_ms IS NULL
                 OR expires_ms > $2)
                   AND (kind = 'token' OR seen_ms > $3)",
            ))
            .bind(secret.0.as_slice())
            .bind(stored(moment.now))
            .bind(stored(moment.now).saturating_sub_unsigned(moment.idle_ms))
            .fetch_optional(conn)
            .await
        })?;
        Ok(row.map(ActiveLogin::try_from).transpose()?)
    }

    async fn find_app(
        &self,
        id: LoginId,
        moment: Moment,
    ) -> Result<Option<ActiveLogin>, LoginStoreError> {
        let row: Option<LoginRow> = reading!(self, |conn| {
            sqlx::query_as(concat!(
                "SELECT login.id AS login_id, kind, client, scopes, authenticated_ms, seen_ms,
                        CASE WHEN NOT used THEN generation END AS unused_generation,
                        role, closing_ms, user_id, handle, display_name, look, mood, bio,
                        front_room_id, ",
                suspended_at_2!(),
                " FROM login JOIN account ON account.id = login.user_id JOIN refresh
                 ON refresh.login_id = login.id
                 WHERE login.id = $1 AND revoked_ms IS NULL AND expires_ms > $2 AND seen_ms > $3",
            ))
            .bind(id.uuid())
            .bind(stored(moment.now))
            .bind(stored(moment.now).saturating_sub_unsigned(moment.idle_ms))
            .fetch_optional(conn)
            .await
        })?;
        Ok(row.map(ActiveLogin::try_from).transpose()?)
    }

    async fn touch(&self, id: LoginId, now: WallMs) -> Result<(), LoginStoreError> {
        in_transaction!(self, |conn| sqlx::query(
            "UPDATE login SET seen_ms = $1 WHERE id = $2 AND seen_ms < $1"
        )
        .bind(stored(now))
        .bind(id.uuid())
        .execute(conn)
        .await)?;
        Ok(())
    }

    async fn revoke(
        &self,
        id: LoginId,
        of: Option<UserId>,
        act: Act,
        trace: &Trace,
        now: WallMs,
    ) -> Result<bool, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            let Some(user) = end(conn, id, of, now).await? else {
                return Ok(false);
            };
            let line = Line {
                act,
                subject: Some(user),
                detail: json!({ "login": id }),
                trace,
                at: now,
            };
            write(conn, line).await?;
            Ok(true)
        })?)
    }

    async fn revoke_others(
        &self,
        user: UserId,
        keep: LoginId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Vec<EndedLogin>, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [user]).await?;
            let ended: Vec<Uuid> = sqlx::query_scalar(
                "UPDATE login SET revoked_ms = $1
                 WHERE user_id = $2 AND id <> $3 AND kind <> 'token' AND revoked_ms IS NULL
                 RETURNING id",
            )
            .bind(stored(now))
            .bind(user.uuid())
            .bind(keep.uuid())
            .fetch_all(&mut *conn)
            .await?;
            let ended = ended_at(ended, now);
            for login in &ended {
                let line = Line {
                    act: Act::LoginRevoked,
                    subject: Some(user),
                    detail: json!({ "login": login.id }),
                    trace,
                    at: now,
                };
                write(conn, line).await?;
            }
            Ok(ended)
        })?)
    }

    async fn logins_of(
        &self,
        user: UserId,
        moment: Moment,
    ) -> Result<Vec<LoginCard>, LoginStoreError> {
        let rows: Vec<CardRow> = reading!(self, |conn| {
            sqlx::query_as(
                "SELECT id, kind, client, name, user_agent, address, created_ms, seen_ms FROM login
                 WHERE user_id = $1 AND kind <> 'token' AND revoked_ms IS NULL
                 AND expires_ms > $2 AND seen_ms > $3
                 ORDER BY seen_ms DESC, place DESC",
            )
            .bind(user.uuid())
            .bind(stored(moment.now))
            .bind(stored(moment.now).saturating_sub_unsigned(moment.idle_ms))
            .fetch_all(conn)
            .await
        })?;
        let cards = rows.into_iter().map(|row| Ok(row.try_into()?));
        cards.collect()
    }

    async fn rename(
        &self,
        user: UserId,
        id: LoginId,
        name: Option<&str>,
    ) -> Result<bool, LoginStoreError> {
        let done = in_transaction!(self, |conn| {
            sqlx::query(
                "UPDATE login SET name = $1 WHERE id = $2 AND user_id = $3 AND kind <> 'token'
                 AND revoked_ms IS NULL",
            )
            .bind(name)
            .bind(id.uuid())
            .bind(user.uuid())
            .execute(conn)
            .await
        })?;
        Ok(done.rows_affected() == 1)
    }

    async fn reauthenticated(
        &self,
        user: UserId,
        id: LoginId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<bool, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            let done = sqlx::query(
                "UPDATE login SET authenticated_ms = greatest(authenticated_ms, $1),
                 seen_ms = greatest(seen_ms, $1)
                 WHERE id = $2 AND user_id = $3 AND kind = 'browser' AND revoked_ms IS NULL
                 AND expires_ms > $1",
            )
            .bind(stored(now))
            .bind(id.uuid())
            .bind(user.uuid())
            .execute(&mut *conn)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
            let line = Line {
                act: Act::Reauthenticated,
                subject: Some(user),
                detail: json!({}),
                trace,
                at: now,
            };
            write(conn, line).await?;
            Ok(true)
        })?)
    }

    async fn ended_since(
        &self,
        since: WallMs,
        now: WallMs,
        count_max: usize,
    ) -> Result<Vec<EndedLogin>, LoginStoreError> {
        // Each half by its own index.
        let rows: Vec<(Uuid, i64)> = reading!(self, |conn| {
            sqlx::query_as(
                "SELECT id, revoked_ms AS at_ms FROM login WHERE revoked_ms >= $1
                 UNION ALL
                 SELECT id, expires_ms FROM login WHERE expires_ms >= $1 AND expires_ms <= $2
                 AND revoked_ms IS NULL
                 ORDER BY at_ms DESC LIMIT $3",
            )
            .bind(stored(since))
            .bind(stored(now))
            .bind(i64::try_from(count_max).unwrap_or(i64::MAX))
            .fetch_all(conn)
            .await
        })?;
        let ended = rows.into_iter().map(|(id, at)| EndedLogin {
            id: LoginId::from_uuid(id),
            at: wall(at),
        });
        Ok(ended.collect())
    }
}

#[derive(sqlx::FromRow)]
struct CardRow {
    id: Uuid,
    kind: String,
    client: Option<String>,
    name: Option<String>,
    user_agent: String,
    address: Option<String>,
    created_ms: i64,
    seen_ms: i64,
}

impl TryFrom<CardRow> for LoginCard {
    type Error = sqlx::Error;

    fn try_from(row: CardRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: LoginId::from_uuid(row.id),
            kind: kind_of(&row.kind)?,
            client: row.client,
            name: row.name,
            user_agent: row.user_agent,
            address: row.address,
            created: wall(row.created_ms),
            seen: wall(row.seen_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::login::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_login_store_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store).await;
    }
}
