//! What accounts may do on the platform, changed by whoever can read the data folder, also while the server runs.

use std::path::Path;

use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use super::audit::{Line, write};
use super::beside::{BesideError, open_beside};
use super::number::stored;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::operator::RoleGiven;

/// Gives an account a role and writes down that it was done; the role it had before.
///
/// The last admin stays one, also for whoever runs the server: another is made first.
pub(super) async fn set_role(
    data: &Path,
    handle: &str,
    role: AccountRole,
    at: WallMs,
) -> Result<RoleGiven, BesideError> {
    let mut connection = open_beside(data).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found: Option<(Uuid, String)> =
        sqlx::query_as("SELECT id, role FROM user WHERE handle = ?")
            .bind(handle)
            .fetch_optional(&mut *transaction)
            .await?;
    let Some((id, before)) = found else {
        return Ok(RoleGiven::NoSuchUser);
    };
    let before = role_of(&before)?;
    if before == role {
        return Ok(RoleGiven::Before(before));
    }
    let is_lost =
        before == AccountRole::Admin && !has_other_admin(&mut transaction, id, at).await?;
    if is_lost {
        return Ok(RoleGiven::LastAdmin);
    }
    sqlx::query("UPDATE user SET role = ? WHERE id = ?")
        .bind(role.as_str())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    let line = Line {
        act: Act::RoleChanged,
        subject: Some(UserId::from_uuid(id)),
        detail: json!({ "before": before.as_str(), "after": role.as_str() }),
        trace: &Trace::default(),
        at,
    };
    write(&mut transaction, line).await?;
    transaction.commit().await?;
    Ok(RoleGiven::Before(before))
}

/// Whether there is an admin beside this account who can act: neither closed nor suspended.
pub(super) async fn has_other_admin(
    connection: &mut SqliteConnection,
    user: Uuid,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (
             SELECT 1 FROM user WHERE role = 'admin' AND id <> ?1 AND closing_ms IS NULL
             AND NOT EXISTS (SELECT 1 FROM suspension
                             WHERE user_id = user.id AND (until_ms IS NULL OR until_ms > ?2)))",
    )
    .bind(user)
    .bind(stored(now))
    .fetch_one(connection)
    .await
}

/// A role as SQLite stores it.
pub(super) fn role_of(stored: &str) -> Result<AccountRole, sqlx::Error> {
    stored.parse().map_err(|_| {
        let problem = format!("no account has the role {stored:?}");
        sqlx::Error::Decode(problem.into())
    })
}
