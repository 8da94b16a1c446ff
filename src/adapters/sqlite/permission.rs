//! Roles and suspensions in SQLite.

use async_trait::async_trait;
use serde_json::json;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::audit::{Line, write};
use super::moderation::suspended;
use super::number::stored;
use super::permission_steps::{actor_role, lay, lift, role};
use super::role::has_other_admin;
use crate::domain::audit::{Act, Trace};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::AccountRole;
use crate::ports::login::LoginStoreError;
use crate::ports::permission::{PermissionStore, RoleSet, Suspended, Suspension};

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

    async fn suspended_since(
        &self,
        since: WallMs,
        now: WallMs,
        limit: u32,
    ) -> Result<Vec<UserId>, LoginStoreError> {
        let people: Vec<Uuid> = sqlx::query_scalar(
            "SELECT user_id FROM suspension WHERE created_ms >= ? AND (until_ms IS NULL OR until_ms > ?)
             ORDER BY created_ms DESC LIMIT ?",
        )
        .bind(stored(since))
        .bind(stored(now))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        Ok(people.into_iter().map(UserId::from_uuid).collect())
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
