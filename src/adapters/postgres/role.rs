//! What accounts may do on the platform, changed by whoever runs the servers.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{Line, write};
use super::lock::{self, Name};
use super::number::stored;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::operator::RoleGiven;

/// Gives an account a role and writes down that it was done.
///
/// The last admin stays one, also for whoever runs the servers: another is made first.
pub(super) async fn give(
    conn: &mut PgConnection,
    handle: &str,
    role: AccountRole,
    at: WallMs,
) -> Result<RoleGiven, sqlx::Error> {
    lock::names(conn, [Name::Admins]).await?;
    let found: Option<(Uuid, String)> =
        sqlx::query_as("SELECT id, role FROM account WHERE handle = $1 FOR NO KEY UPDATE")
            .bind(handle)
            .fetch_optional(&mut *conn)
            .await?;
    let Some((id, before)) = found else {
        return Ok(RoleGiven::NoSuchUser);
    };
    let before = role_of(&before)?;
    if before == role {
        return Ok(RoleGiven::Before(before));
    }
    if before == AccountRole::Admin && !has_other_admin(conn, id, at).await? {
        return Ok(RoleGiven::LastAdmin);
    }
    sqlx::query("UPDATE account SET role = $1 WHERE id = $2")
        .bind(role.as_str())
        .bind(id)
        .execute(&mut *conn)
        .await?;
    let line = Line {
        act: Act::RoleChanged,
        subject: Some(UserId::from_uuid(id)),
        detail: json!({ "before": before.as_str(), "after": role.as_str() }),
        trace: &Trace::default(),
        at,
    };
    write(conn, line).await?;
    Ok(RoleGiven::Before(before))
}

/// Whether there is an admin beside this account who can act: neither closed nor suspended.
/// It stays so while the transaction holds who the admins are: an admin cannot be suspended.
pub(super) async fn has_other_admin(
    conn: &mut PgConnection,
    user: Uuid,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (
         SELECT 1 FROM account WHERE role = 'admin' AND id <> $1 AND closing_ms IS NULL
         AND NOT EXISTS (SELECT 1 FROM suspension
                         WHERE user_id = account.id AND (until_ms IS NULL OR until_ms > $2)))",
    )
    .bind(user)
    .bind(stored(now))
    .fetch_one(conn)
    .await
}

/// A role as PostgreSQL stores it.
pub(super) fn role_of(stored: &str) -> Result<AccountRole, sqlx::Error> {
    stored.parse().map_err(|_| {
        let problem = format!("no account has the role {stored:?}");
        sqlx::Error::Decode(problem.into())
    })
}
