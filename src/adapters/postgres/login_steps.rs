//! The steps transactions about logins are made of, whichever store's they are.

use sqlx::PgConnection;
use uuid::Uuid;

use super::number::stored;
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::scope::Scopes;
use crate::ports::login::{ENDED_KEPT_MS, EndedLogin, LOGINS_PER_USER_MAX, LoginKind, SecretHash};

/// Scopes as PostgreSQL stores them.
pub(super) fn scopes_of(stored: &str) -> Result<Scopes, sqlx::Error> {
    if stored.is_empty() {
        return Ok(Scopes::NONE);
    }
    let scopes = stored.parse();
    scopes.map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

pub(super) const fn kind_text(kind: LoginKind) -> &'static str {
    match kind {
        LoginKind::Browser => "browser",
        LoginKind::App => "app",
        LoginKind::Token => "token",
    }
}

/// A kind as PostgreSQL stores it.
pub(super) fn kind_of(stored: &str) -> Result<LoginKind, sqlx::Error> {
    let kinds = [LoginKind::Browser, LoginKind::App, LoginKind::Token];
    let mut kinds = kinds.into_iter();
    kinds
        .find(|kind| kind_text(*kind) == stored)
        .ok_or_else(|| sqlx::Error::Decode(format!("no login is of the kind {stored:?}").into()))
}

/// A login or token to be inserted.
pub(super) struct Insert<'a> {
    pub(super) id: LoginId,
    pub(super) user_id: UserId,
    pub(super) kind: LoginKind,
    pub(super) secret: Option<&'a SecretHash>,
    pub(super) client: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) scopes: Scopes,
    pub(super) trace: &'a Trace,
    pub(super) authenticated: WallMs,
    pub(super) at: WallMs,
    pub(super) expires: Option<WallMs>,
}

/// Inserts it.
pub(super) async fn insert(conn: &mut PgConnection, login: &Insert<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO login (id, user_id, kind, secret_hash, client, name, user_agent,
         address, scopes,
                            authenticated_ms, created_ms, seen_ms, expires_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(login.id.uuid())
    .bind(login.user_id.uuid())
    .bind(kind_text(login.kind))
    .bind(login.secret.map(|secret| secret.0.as_slice()))
    .bind(login.client)
    .bind(login.name)
    .bind(&login.trace.user_agent)
    .bind(login.trace.address.map(|address| address.to_string()))
    .bind(login.scopes.to_string())
    .bind(stored(login.authenticated))
    .bind(stored(login.at))
    .bind(stored(login.at))
    .bind(login.expires.map(stored))
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the logins of a person above the bound but the new one, and forgets those that ended long ago. The person's
/// account is held.
pub(super) async fn make_room(
    conn: &mut PgConnection,
    user: UserId,
    new: LoginId,
    at: WallMs,
) -> Result<Vec<EndedLogin>, sqlx::Error> {
    sqlx::query(
        "DELETE FROM login WHERE user_id = $1 AND id <> $2
         AND (revoked_ms < $3 OR (revoked_ms IS NULL AND expires_ms < $3))",
    )
    .bind(user.uuid())
    .bind(new.uuid())
    .bind(stored(at).saturating_sub_unsigned(ENDED_KEPT_MS))
    .execute(&mut *conn)
    .await?;
    let ended: Vec<Uuid> = sqlx::query_scalar(
        "UPDATE login SET revoked_ms = $3 WHERE id IN (
             SELECT id FROM login
             WHERE user_id = $1 AND id <> $2 AND kind <> 'token' AND revoked_ms IS NULL
             AND expires_ms > $3
             ORDER BY seen_ms DESC, place DESC
             OFFSET $4)
         RETURNING id",
    )
    .bind(user.uuid())
    .bind(new.uuid())
    .bind(stored(at))
    .bind(i64::from(LOGINS_PER_USER_MAX) - 1)
    .fetch_all(conn)
    .await?;
    Ok(ended_at(ended, at))
}

pub(super) fn ended_at(ids: Vec<Uuid>, at: WallMs) -> Vec<EndedLogin> {
    let ended = ids.into_iter().map(|id| EndedLogin {
        id: LoginId::from_uuid(id),
        at,
    });
    ended.collect()
}

/// Whether an account is suspended now.
pub(super) async fn is_suspended(
    conn: &mut PgConnection,
    user: UserId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM suspension
         WHERE user_id = $1 AND (until_ms IS NULL OR until_ms > $2))",
    )
    .bind(user.uuid())
    .bind(stored(now))
    .fetch_one(conn)
    .await
}

/// Whether whoever acts still may, in the very step: their account is not suspended, and the login they act with, if
/// they act with one, is good. A request is identified by its head, and its body may come much later.
///
/// It stays so until the step commits: the step holds the account of whoever acts, and the login from here on.
pub(super) async fn may_act(
    conn: &mut PgConnection,
    trace: &Trace,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    if let Some(actor) = trace.actor
        && is_suspended(&mut *conn, actor, now).await?
    {
        return Ok(false);
    }
    let Some(login) = trace.login else {
        return Ok(true);
    };
    let good: Option<i32> = sqlx::query_scalar(
        "SELECT 1 FROM login WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2)
         AND revoked_ms IS NULL AND (expires_ms IS NULL OR expires_ms > $3) FOR SHARE",
    )
    .bind(login.uuid())
    .bind(trace.actor.map(UserId::uuid))
    .bind(stored(now))
    .fetch_optional(conn)
    .await?;
    Ok(good.is_some())
}

/// Ends a login if it is not ended; whose it was.
pub(super) async fn end(
    conn: &mut PgConnection,
    id: LoginId,
    of: Option<UserId>,
    now: WallMs,
) -> Result<Option<UserId>, sqlx::Error> {
    let user: Option<Uuid> = sqlx::query_scalar(
        "UPDATE login SET revoked_ms = $1
         WHERE id = $2 AND ($3::uuid IS NULL OR user_id = $3) AND revoked_ms IS NULL
         RETURNING user_id",
    )
    .bind(stored(now))
    .bind(id.uuid())
    .bind(of.map(UserId::uuid))
    .fetch_optional(conn)
    .await?;
    Ok(user.map(UserId::from_uuid))
}
