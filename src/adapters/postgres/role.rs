//! What accounts may do on the platform, changed by whoever runs the servers.

use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{Line, write};
use super::lock::{self, Name};
use super::number::stored;
use super::step::in_transaction;
use super::{Failure, Postgres};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;

/// Why a role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The store failed.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// Nobody has the handle.
    #[error("nobody has the handle {0}")]
    NoSuchUser(String),
    /// Nobody would be an admin any more.
    #[error("{0} is the last admin; make somebody else one first: maru role HANDLE admin")]
    LastAdmin(String),
}

impl Postgres {
    /// Gives an account a role and writes down that it was done; the role it had before.
    ///
    /// The last admin stays one, also for whoever runs the servers: another is made first.
    pub async fn give_role(
        &self,
        handle: &str,
        role: AccountRole,
        at: WallMs,
    ) -> Result<AccountRole, RoleError> {
        in_transaction!(self, |conn| give(conn, handle, role, at).await)?
    }
}

async fn give(
    conn: &mut PgConnection,
    handle: &str,
    role: AccountRole,
    at: WallMs,
) -> Result<Result<AccountRole, RoleError>, sqlx::Error> {
    lock::names(conn, [Name::Admins]).await?;
    let found: Option<(Uuid, String)> =
        sqlx::query_as("SELECT id, role FROM account WHERE handle = $1 FOR NO KEY UPDATE")
            .bind(handle)
            .fetch_optional(&mut *conn)
            .await?;
    let Some((id, before)) = found else {
        return Ok(Err(RoleError::NoSuchUser(handle.to_owned())));
    };
    let before = role_of(&before)?;
    if before == role {
        return Ok(Ok(before));
    }
    if before == AccountRole::Admin && !has_other_admin(conn, id, at).await? {
        return Ok(Err(RoleError::LastAdmin(handle.to_owned())));
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
    Ok(Ok(before))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::audit::{AuditQuery, AuditStore};
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn a_role_is_given_and_written_down_once() {
        let Some(store) = scratch().await else { return };
        created(&*store, "haneul", "haneul").await;
        created(&*store, "bada", "bada").await;
        let set = async |role| store.give_role("haneul", role, WallMs(7)).await.unwrap();
        assert_eq!(set(AccountRole::Admin).await, AccountRole::User);
        assert_eq!(set(AccountRole::Admin).await, AccountRole::Admin);
        let take = || store.give_role("haneul", AccountRole::User, WallMs(7));
        let last = take().await;
        assert!(matches!(last, Err(RoleError::LastAdmin(_))), "{last:?}");
        for hindered in [
            "UPDATE account SET role = 'admin', closing_ms = 1 WHERE handle = 'bada'",
            "INSERT INTO suspension (user_id, reason, created_ms) SELECT id, '', 1
             FROM account WHERE handle = 'bada'",
            "UPDATE account SET closing_ms = NULL",
        ] {
            sqlx::query(hindered).execute(&store.pool).await.unwrap();
            let last = take().await;
            let is_last = matches!(last, Err(RoleError::LastAdmin(_)));
            assert!(is_last, "another who cannot act is none: {last:?}");
        }
        sqlx::query("UPDATE suspension SET until_ms = 7")
            .execute(&store.pool)
            .await
            .unwrap();
        assert_eq!(set(AccountRole::User).await, AccountRole::Admin);
        let nobody = store
            .give_role("nobody", AccountRole::Admin, WallMs(1))
            .await;
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
    #[tokio::test]
    async fn of_two_admins_who_are_taken_at_once_one_stays() {
        let Some(store) = scratch().await else { return };
        for name in ["haneul", "bada"] {
            created(&*store, name, name).await;
        }
        for _ in 0..10 {
            for name in ["haneul", "bada"] {
                let given = store.give_role(name, AccountRole::Admin, WallMs(7));
                given.await.unwrap();
            }
            let take = |name| store.give_role(name, AccountRole::User, WallMs(7));
            let taken = tokio::join!(take("haneul"), take("bada"));
            let taken = [taken.0, taken.1];
            let lost = taken
                .iter()
                .filter(|taken| matches!(taken, Err(RoleError::LastAdmin(_))));
            assert_eq!(lost.count(), 1, "{taken:?}");
        }
    }
}
