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
use super::moderation::suspended;
use super::number::stored;
use super::permission_steps::{actor_role, lay, lift, role};
use super::role::has_other_admin;
use super::step::{in_transaction, reading};
use super::{Postgres, lock};
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::login::LoginStoreError;
use crate::ports::permission::{PermissionStore, RoleSet, Suspended, Suspension};

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

    async fn suspended_since(
        &self,
        since: WallMs,
        now: WallMs,
        limit: u32,
    ) -> Result<Vec<UserId>, LoginStoreError> {
        let people: Vec<Uuid> = reading!(self, |conn| {
            sqlx::query_scalar(
            "SELECT user_id FROM suspension WHERE created_ms >= $1 AND (until_ms IS NULL OR until_ms > $2)
             ORDER BY created_ms DESC LIMIT $3",
        )
        .bind(stored(since))
        .bind(stored(now))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await
        })?;
        Ok(people.into_iter().map(UserId::from_uuid).collect())
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
