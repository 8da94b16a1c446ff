//! What accounts may do on the platform, changed by whoever can read the data folder, also while the server runs.

use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use uuid::Uuid;

use super::user::stored;
use super::{BUSY_TIMEOUT, DATABASE_FILE};
use crate::domain::clock::WallMs;
use crate::domain::user::AccountRole;

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// There is no store yet.
    #[error("{path} is not there; start the server once, or choose another --data")]
    NoStore {
        /// The database looked for.
        path: PathBuf,
    },
    /// Nobody has the handle.
    #[error("nobody has the handle {0}")]
    NoSuchUser(String),
    /// SQLite refused. A schema of an older version for one: the server brings it up to date when it starts.
    #[error("cannot change the role: {0}")]
    Database(#[from] sqlx::Error),
}

/// Gives an account a role and writes down that it was done; the role it had before.
///
/// The folder's lock is not taken: it keeps out a second server, and this is one transaction beside the first.
pub async fn set_role(
    data: &Path,
    handle: &str,
    role: AccountRole,
    at: WallMs,
) -> Result<AccountRole, RoleError> {
    let path = data.join(DATABASE_FILE);
    if !path.is_file() {
        return Err(RoleError::NoStore { path });
    }
    let mut connection = SqliteConnectOptions::new()
        .filename(&path)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .connect()
        .await?;
    let mut transaction = sqlx::Connection::begin_with(&mut connection, "BEGIN IMMEDIATE").await?;
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
    sqlx::query("UPDATE user SET role = ? WHERE id = ?")
        .bind(role.as_str())
        .bind(id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO account_audit (at_ms, actor, user_id, action, before, after)
         VALUES (?, 'command line', ?, 'role', ?, ?)",
    )
    .bind(stored(at))
    .bind(id)
    .bind(before.as_str())
    .bind(role.as_str())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(before)
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
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn a_role_is_changed_beside_a_running_server_and_written_down_once() {
        let folder = tempfile::tempdir().unwrap();
        let none = set_role(folder.path(), "haneul", AccountRole::Admin, WallMs(1)).await;
        assert!(matches!(none, Err(RoleError::NoStore { .. })));
        let store = Sqlite::open(folder.path()).await.unwrap();
        created(&store, "haneul", "haneul").await;
        let set = async |role| {
            set_role(folder.path(), "haneul", role, WallMs(7))
                .await
                .unwrap()
        };
        assert_eq!(set(AccountRole::Admin).await, AccountRole::User);
        assert_eq!(set(AccountRole::Admin).await, AccountRole::Admin);
        assert_eq!(set(AccountRole::User).await, AccountRole::Admin);
        let nobody = set_role(folder.path(), "nobody", AccountRole::Admin, WallMs(1)).await;
        assert!(matches!(nobody, Err(RoleError::NoSuchUser(_))));
        let lines: Vec<(i64, String, String, String)> = sqlx::query_as(
            "SELECT at_ms, handle, before, after
             FROM account_audit JOIN user ON user.id = user_id ORDER BY account_audit.id",
        )
        .fetch_all(&store.read)
        .await
        .unwrap();
        let line = |before: &str, after: &str| {
            (7, "haneul".to_owned(), before.to_owned(), after.to_owned())
        };
        assert_eq!(lines, [line("user", "admin"), line("admin", "user")]);
    }
}
