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

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The store cannot be used.
    #[error(transparent)]
    Beside(#[from] BesideError),
    /// Nobody has the handle.
    #[error("nobody has the handle {0}")]
    NoSuchUser(String),
    /// Nobody would be an admin any more.
    #[error("{0} is the last admin; make somebody else one first: maru role HANDLE admin")]
    LastAdmin(String),
}

impl From<sqlx::Error> for RoleError {
    fn from(error: sqlx::Error) -> Self {
        Self::Beside(error.into())
    }
}

/// Gives an account a role and writes down that it was done; the role it had before.
///
/// The last admin stays one, also for whoever runs the server: another is made first.
pub async fn set_role(
    data: &Path,
    handle: &str,
    role: AccountRole,
    at: WallMs,
) -> Result<AccountRole, RoleError> {
    let mut connection = open_beside(data).await?;
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let found: Option<(Uuid, String)> =
        sqlx::query_as("SELECT id, role FROM user WHERE handle = ?")
            .bind(handle)
            .fetch_optional(&mut *transaction)
            .await?;
    let (id, before) = found.ok_or_else(|| RoleError::NoSuchUser(handle.to_owned()))?;
    let before = role_of(&before)?;
    if before == role {
        return Ok(before);
    }
    let is_lost =
        before == AccountRole::Admin && !has_other_admin(&mut transaction, id, at).await?;
    if is_lost {
        return Err(RoleError::LastAdmin(handle.to_owned()));
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
    Ok(before)
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

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::ports::audit::{AuditQuery, AuditStore};
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn a_role_is_changed_beside_a_running_server_and_written_down_once() {
        let folder = tempfile::tempdir().unwrap();
        let none = set_role(folder.path(), "haneul", AccountRole::Admin, WallMs(1)).await;
        let no_store = matches!(none, Err(RoleError::Beside(BesideError::NoStore { .. })));
        assert!(no_store, "{none:?}");
        let store = Sqlite::open(folder.path()).await.unwrap();
        created(&store, "haneul", "haneul").await;
        created(&store, "bada", "bada").await;
        let set = async |role| {
            set_role(folder.path(), "haneul", role, WallMs(7))
                .await
                .unwrap()
        };
        assert_eq!(set(AccountRole::Admin).await, AccountRole::User);
        assert_eq!(set(AccountRole::Admin).await, AccountRole::Admin);
        let take = || set_role(folder.path(), "haneul", AccountRole::User, WallMs(7));
        let last = take().await;
        assert!(matches!(last, Err(RoleError::LastAdmin(_))), "{last:?}");
        for hindered in [
            "UPDATE user SET role = 'admin', closing_ms = 1 WHERE handle = 'bada'",
            "INSERT INTO suspension (user_id, reason, created_ms) SELECT id, '', 1 FROM user WHERE handle = 'bada'",
            "UPDATE user SET closing_ms = NULL",
        ] {
            sqlx::query(hindered).execute(&store.write).await.unwrap();
            let last = take().await;
            let is_last = matches!(last, Err(RoleError::LastAdmin(_)));
            assert!(is_last, "another who cannot act is none: {last:?}");
        }
        sqlx::query("UPDATE suspension SET until_ms = 7")
            .execute(&store.write)
            .await
            .unwrap();
        assert_eq!(set(AccountRole::User).await, AccountRole::Admin);
        let nobody = set_role(folder.path(), "nobody", AccountRole::Admin, WallMs(1)).await;
        assert!(matches!(nobody, Err(RoleError::NoSuchUser(_))));
        let lines = store.audit(&AuditQuery::default(), 9).await.unwrap();
        let said: Vec<_> = lines
            .iter()
            .map(|line| {
                let handle = line.subject.as_ref().and_then(|who| who.handle.as_deref());
                assert_eq!(
                    (line.at, line.act, handle),
                    (WallMs(7), Act::RoleChanged, Some("haneul"))
                );
                assert_eq!(line.actor, None);
                line.detail.clone()
            })
            .collect();
        let line = |before, after| json!({ "before": before, "after": after });
        assert_eq!(said, [line("admin", "user"), line("user", "admin")]);
    }
}
