//! Roles and suspensions in SQLite.

use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::audit::{Line, write};
use super::login_steps::{ended_at, may_act};
use super::moderation::suspended;
use super::role::{has_other_admin, role_of};
use super::user::stored;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::login::{EndedLogin, LoginStoreError};
use crate::ports::permission::{PermissionStore, RoleSet, Suspended, Suspension};

pub(super) async fn role(
    connection: &mut SqliteConnection,
    user: UserId,
) -> Result<Option<AccountRole>, sqlx::Error> {
    let role: Option<String> = sqlx::query_scalar("SELECT role FROM user WHERE id = ?")
        .bind(user.uuid())
        .fetch_optional(connection)
        .await?;
    role.map(|role| role_of(&role)).transpose()
}

/// The role whoever acts has now; none that counts once they are suspended or signed out.
pub(super) async fn actor_role(
    connection: &mut SqliteConnection,
    trace: &Trace,
    now: WallMs,
) -> Result<AccountRole, sqlx::Error> {
    if !may_act(connection, trace, now).await? {
        return Ok(AccountRole::default());
    }
    match trace.actor {
        Some(actor) => Ok(role(connection, actor).await?.unwrap_or_default()),
        None => Ok(AccountRole::default()),
    }
}

/// Why a moderator's decision about an account does not stand, if it does not.
async fn hindrance(
    connection: &mut SqliteConnection,
    user: UserId,
    trace: &Trace,
    now: WallMs,
) -> Result<Option<Suspended>, sqlx::Error> {
    let acting = actor_role(connection, trace, now).await?;
    Ok(match role(connection, user).await? {
        _ if acting < AccountRole::Moderator => Some(Suspended::Forbidden),
        None => Some(Suspended::NoSuchUser),
        Some(role) if role >= acting => Some(Suspended::Forbidden),
        Some(_) => None,
    })
}

/// Whether an account is suspended until then or longer.
pub(super) async fn is_out_beyond(
    connection: &mut SqliteConnection,
    user: UserId,
    until: Option<WallMs>,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM suspension WHERE user_id = ?1 AND (
             until_ms IS NULL OR until_ms > ?3 AND ?2 IS NOT NULL AND until_ms >= ?2))",
    )
    .bind(user.uuid())
    .bind(until.map(stored))
    .bind(stored(now))
    .fetch_one(connection)
    .await
}

/// Suspends an account, in the transaction of whoever has found that it may be.
pub(super) async fn lay(
    connection: &mut SqliteConnection,
    suspension: &Suspension,
    trace: &Trace,
    now: WallMs,
) -> Result<Vec<EndedLogin>, sqlx::Error> {
    let user = suspension.user_id;
    sqlx::query(
        "INSERT INTO suspension (user_id, reason, until_ms, by_id, created_ms) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (user_id) DO UPDATE SET reason = excluded.reason, until_ms = excluded.until_ms,
                                             by_id = excluded.by_id, created_ms = excluded.created_ms",
    )
    .bind(user.uuid())
    .bind(&suspension.reason)
    .bind(suspension.until.map(stored))
    .bind(trace.actor.map(UserId::uuid))
    .bind(stored(now))
    .execute(&mut *connection)
    .await?;
    let ended: Vec<Uuid> = sqlx::query_scalar(
        "UPDATE login SET revoked_ms = ? WHERE user_id = ? AND revoked_ms IS NULL RETURNING id",
    )
    .bind(stored(now))
    .bind(user.uuid())
    .fetch_all(&mut *connection)
    .await?;
    // Codes under way would open a login when the suspension is over.
    sqlx::query("DELETE FROM app_code WHERE user_id = ? AND login_id IS NULL")
        .bind(user.uuid())
        .execute(&mut *connection)
        .await?;
    let line = Line {
        act: Act::Suspended,
        subject: Some(user),
        detail: json!({ "reason": suspension.reason, "until_ms": suspension.until }),
        trace,
        at: now,
    };
    write(connection, line).await?;
    Ok(ended_at(ended, now))
}

/// Lifts a suspension where there is one, in the transaction of whoever has found that it may be.
pub(super) async fn lift(
    connection: &mut SqliteConnection,
    user: UserId,
    trace: &Trace,
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let done = sqlx::query("DELETE FROM suspension WHERE user_id = ?")
        .bind(user.uuid())
        .execute(&mut *connection)
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
    write(connection, line).await
}

#[async_trait]
impl PermissionStore for Sqlite {
    async fn set_role(
        &self,
        user: UserId,
        wanted: AccountRole,
        trace: &Trace,
        now: WallMs,
    ) -> Result<RoleSet, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if actor_role(&mut transaction, trace, now).await? < AccountRole::Admin {
            return Ok(RoleSet::Forbidden);
        }
        let Some(before) = role(&mut transaction, user).await? else {
            return Ok(RoleSet::NoSuchUser);
        };
        if before == wanted {
            return Ok(RoleSet::Set(before));
        }
        let is_lost = before == AccountRole::Admin
            && !has_other_admin(&mut transaction, user.uuid(), now).await?;
        if is_lost {
            return Ok(RoleSet::LastAdmin);
        }
        sqlx::query("UPDATE user SET role = ? WHERE id = ?")
            .bind(wanted.as_str())
            .bind(user.uuid())
            .execute(&mut *transaction)
            .await?;
        let line = Line {
            act: Act::RoleChanged,
            subject: Some(user),
            detail: json!({ "before": before.as_str(), "after": wanted.as_str() }),
            trace,
            at: now,
        };
        write(&mut transaction, line).await?;
        transaction.commit().await?;
        Ok(RoleSet::Set(before))
    }

    async fn suspend(
        &self,
        suspension: &Suspension,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let user = suspension.user_id;
        if let Some(hindrance) = hindrance(&mut transaction, user, trace, now).await? {
            return Ok(hindrance);
        }
        let (reason, until) = (&suspension.reason, suspension.until.map(stored));
        let is_so: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM suspension WHERE user_id = ? AND reason = ? AND until_ms IS ?)",
        )
        .bind(user.uuid())
        .bind(reason)
        .bind(until)
        .fetch_one(&mut *transaction)
        .await?;
        // Asked again, it is no other decision.
        if is_so {
            return Ok(Suspended::Done(Vec::new()));
        }
        let ended = lay(&mut transaction, suspension, trace, now).await?;
        suspended(&mut transaction, suspension, trace.actor, now).await?;
        transaction.commit().await?;
        Ok(Suspended::Done(ended))
    }

    async fn reinstate(
        &self,
        user: UserId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(hindrance) = hindrance(&mut transaction, user, trace, now).await? {
            return Ok(hindrance);
        }
        lift(&mut transaction, user, trace, now).await?;
        transaction.commit().await?;
        Ok(Suspended::Done(Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use crate::ports::permission::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_permission_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let admin = crate::ports::user::conformance::created(&store, "ruler", "ruler").await;
        super::super::role::set_role(
            folder.path(),
            &admin.handle,
            crate::domain::user::AccountRole::Admin,
            crate::domain::clock::WallMs(1),
        )
        .await
        .unwrap();
        conformance(&store, &store, &store, &admin).await;
    }
}
