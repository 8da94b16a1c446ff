//! Roles and suspensions in PostgreSQL.
//!
//! Who decides about an account holds it and their own, and the login they act with: their role is what it is until the
//! decision stands. Who may make somebody an admin no more holds, before that, who the admins are: one stays.

use async_trait::async_trait;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::audit::{Line, write};
use super::lock::Name;
use super::login_steps::{ended_at, may_act};
use super::moderation::suspended;
use super::number::stored;
use super::role::{has_other_admin, role_of};
use super::step::in_transaction;
use super::{Postgres, lock};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::login::{EndedLogin, LoginStoreError};
use crate::ports::permission::{PermissionStore, RoleSet, Suspended, Suspension};

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

/// Why a moderator's decision about an account does not stand, if it does not.
async fn hindrance(
    conn: &mut PgConnection,
    user: UserId,
    trace: &Trace,
    now: WallMs,
) -> Result<Option<Suspended>, sqlx::Error> {
    let acting = actor_role(conn, trace, now).await?;
    Ok(match role(conn, user).await? {
        _ if acting < AccountRole::Moderator => Some(Suspended::Forbidden),
        None => Some(Suspended::NoSuchUser),
        Some(role) if role >= acting => Some(Suspended::Forbidden),
        Some(_) => None,
    })
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

#[async_trait]
impl PermissionStore for Postgres {
    async fn set_role(
        &self,
        user: UserId,
        wanted: AccountRole,
        trace: &Trace,
        now: WallMs,
    ) -> Result<RoleSet, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::Admins]).await?;
            lock::people(conn, trace.actor.into_iter().chain([user])).await?;
            if actor_role(conn, trace, now).await? < AccountRole::Admin {
                return Ok(RoleSet::Forbidden);
            }
            let Some(before) = role(conn, user).await? else {
                return Ok(RoleSet::NoSuchUser);
            };
            if before == wanted {
                return Ok(RoleSet::Set(before));
            }
            let is_lost =
                before == AccountRole::Admin && !has_other_admin(conn, user.uuid(), now).await?;
            if is_lost {
                return Ok(RoleSet::LastAdmin);
            }
            sqlx::query("UPDATE account SET role = $1 WHERE id = $2")
                .bind(wanted.as_str())
                .bind(user.uuid())
                .execute(&mut *conn)
                .await?;
            let line = Line {
                act: Act::RoleChanged,
                subject: Some(user),
                detail: json!({ "before": before.as_str(), "after": wanted.as_str() }),
                trace,
                at: now,
            };
            write(conn, line).await?;
            Ok(RoleSet::Set(before))
        })?)
    }

    async fn suspend(
        &self,
        suspension: &Suspension,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            let user = suspension.user_id;
            lock::people(conn, trace.actor.into_iter().chain([user])).await?;
            if let Some(hindrance) = hindrance(conn, user, trace, now).await? {
                return Ok(hindrance);
            }
            let is_so: bool = sqlx::query_scalar(
                "SELECT EXISTS (SELECT FROM suspension WHERE user_id = $1 AND reason = $2
                 AND until_ms IS NOT DISTINCT FROM $3)",
            )
            .bind(user.uuid())
            .bind(&suspension.reason)
            .bind(suspension.until.map(stored))
            .fetch_one(&mut *conn)
            .await?;
            // Asked again, it is no other decision.
            if is_so {
                return Ok(Suspended::Done(Vec::new()));
            }
            let ended = lay(conn, suspension, trace, now).await?;
            suspended(conn, suspension, trace.actor, now).await?;
            Ok(Suspended::Done(ended))
        })?)
    }

    async fn reinstate(
        &self,
        user: UserId,
        trace: &Trace,
        now: WallMs,
    ) -> Result<Suspended, LoginStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, trace.actor.into_iter().chain([user])).await?;
            if let Some(hindrance) = hindrance(conn, user, trace, now).await? {
                return Ok(hindrance);
            }
            lift(conn, user, trace, now).await?;
            Ok(Suspended::Done(Vec::new()))
        })?)
    }
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::domain::clock::WallMs;
    use crate::domain::user::AccountRole;
    use crate::ports::operator::OperatorStore;
    use crate::ports::permission::conformance::conformance;
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn keeps_what_a_permission_store_promises() {
        let Some(store) = scratch().await else { return };
        let admin = created(&*store, "ruler", "ruler").await;
        let given = store.give_role(&admin.handle, AccountRole::Admin, WallMs(1));
        given.await.unwrap();
        conformance(&*store, &*store, &*store, &admin).await;
    }
}
