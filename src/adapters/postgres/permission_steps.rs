//! The steps transactions about roles and suspensions are made of, whichever store's they are. Whoever decides about an
//! account holds it.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{Line, write};
use super::login_steps::{ended_at, may_act};
use super::number::stored;
use super::role::role_of;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::login::EndedLogin;
use crate::ports::permission::Suspension;

pub(super) async fn role(
    conn: &mut PgConnection,
    user: UserId,
) -> Result<Option<AccountRole>, sqlx::Error> {
    let role: Option<String> = sqlx::query_scalar("SELECT role FROM account WHERE id = $1")
        .bind(user.uuid())
        .fetch_optional(conn)
        .await?;
    role.map(|role| role_of(&role)).transpose()
}

/// The role whoever acts has now; none that counts once they are suspended or signed out.
pub(super) async fn actor_role(
    conn: &mut PgConnection,
    trace: &Trace,
    now: WallMs,
) -> Result<AccountRole, sqlx::Error> {
    if !may_act(conn, trace, now).await? {
        return Ok(AccountRole::default());
    }
    match trace.actor {
        Some(actor) => Ok(role(conn, actor).await?.unwrap_or_default()),
        None => Ok(AccountRole::default()),
    }
}

/// Whether an account is suspended until then or longer.
pub(super) async fn is_out_beyond(
    conn: &mut PgConnection,
    user: UserId,
    until: Option<WallMs>,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM suspension WHERE user_id = $1 AND (
         until_ms IS NULL OR until_ms > $3 AND until_ms >= $2))",
    )
    .bind(user.uuid())
    .bind(until.map(stored))
    .bind(stored(now))
    .fetch_one(conn)
    .await
}

/// Suspends an account, in the transaction of whoever has found that it may be.
pub(super) async fn lay(
    conn: &mut PgConnection,
    suspension: &Suspension,
    trace: &Trace,
    now: WallMs,
) -> Result<Vec<EndedLogin>, sqlx::Error> {
    let user = suspension.user_id;
    sqlx::query(
        "INSERT INTO suspension (user_id, reason, until_ms, by_id, created_ms)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason, until_ms = excluded.until_ms,
                                             by_id = excluded.by_id, created_ms = excluded.created_ms",
    )
    .bind(user.uuid())
    .bind(&suspension.reason)
    .bind(suspension.until.map(stored))
    .bind(trace.actor.map(UserId::uuid))
    .bind(stored(now))
    .execute(&mut *conn)
    .await?;
    let ended: Vec<Uuid> = sqlx::query_scalar(
        "UPDATE login SET revoked_ms = $1 WHERE user_id = $2 AND revoked_ms IS NULL RETURNING id",
    )
    .bind(stored(now))
    .bind(user.uuid())
    .fetch_all(&mut *conn)
    .await?;
    // Codes under way would open a login when the suspension is over.
    sqlx::query("DELETE FROM app_code WHERE user_id = $1 AND login_id IS NULL")
        .bind(user.uuid())
        .execute(&mut *conn)
        .await?;
    let line = Line {
        act: Act::Suspended,
        subject: Some(user),
        detail: json!({ "reason": suspension.reason, "until_ms": suspension.until }),
        trace,
        at: now,
    };
    write(conn, line).await?;
    Ok(ended_at(ended, now))
}

/// Lifts a suspension where there is one, in the transaction of whoever has found that it may be.
pub(super) async fn lift(
    conn: &mut PgConnection,
    user: UserId,
    trace: &Trace,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let done = sqlx::query("DELETE FROM suspension WHERE user_id = $1")
        .bind(user.uuid())
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let line = Line {
        act: Act::Reinstated,
        subject: Some(user),
        detail: json!({}),
        trace,
        at: now,
    };
    write(conn, line).await
}
