//! Logins in SQLite.

use async_trait::async_trait;
use uuid::Uuid;

use super::Sqlite;
use super::role::role_of;
use super::user::{UserRow, stored};
use crate::domain::clock::WallMs;
use crate::domain::id::LoginId;
use crate::ports::login::{
    ActiveLogin, ENDED_KEPT_MS, EndedLogin, LOGINS_PER_USER_MAX, LoginStore, LoginStoreError,
    NewLogin, SecretHash,
};

impl From<sqlx::Error> for LoginStoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}

#[derive(Debug, sqlx::FromRow)]
struct LoginRow {
    login_id: Uuid,
    seen_ms: i64,
    role: String,
    #[sqlx(flatten)]
    user: UserRow,
}

#[async_trait]
impl LoginStore for Sqlite {
    async fn open(&self, login: &NewLogin) -> Result<Vec<EndedLogin>, LoginStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO login (id, user_id, secret_hash, user_agent, created_ms, seen_ms, expires_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(login.id.uuid())
        .bind(login.user_id.uuid())
        .bind(login.secret.0.as_slice())
        .bind(&login.user_agent)
        .bind(stored(login.at))
        .bind(stored(login.at))
        .bind(stored(login.expires))
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "DELETE FROM login WHERE user_id = ?1 AND id <> ?2
             AND (revoked_ms < ?3 OR (revoked_ms IS NULL AND expires_ms < ?3))",
        )
        .bind(login.user_id.uuid())
        .bind(login.id.uuid())
        .bind(stored(login.at).saturating_sub_unsigned(ENDED_KEPT_MS))
        .execute(&mut *transaction)
        .await?;
        let ended: Vec<Uuid> = sqlx::query_scalar(
            "UPDATE login SET revoked_ms = ?3 WHERE id IN (
                 SELECT id FROM login
                 WHERE user_id = ?1 AND id <> ?2 AND revoked_ms IS NULL AND expires_ms > ?3
                 ORDER BY seen_ms DESC, rowid DESC
                 LIMIT -1 OFFSET ?4)
             RETURNING id",
        )
        .bind(login.user_id.uuid())
        .bind(login.id.uuid())
        .bind(stored(login.at))
        .bind(LOGINS_PER_USER_MAX - 1)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let ended = ended.into_iter().map(|id| EndedLogin {
            id: LoginId::from_uuid(id),
            at: login.at,
        });
        Ok(ended.collect())
    }

    async fn find(
        &self,
        secret: &SecretHash,
        now: WallMs,
        idle_ms: u64,
    ) -> Result<Option<ActiveLogin>, LoginStoreError> {
        let row: Option<LoginRow> = sqlx::query_as(
            "SELECT login.id AS login_id, seen_ms, role,
                    user_id, handle, display_name, look, mood, bio, front_room_id
             FROM login JOIN user ON user.id = login.user_id
             WHERE secret_hash = ? AND revoked_ms IS NULL AND expires_ms > ? AND seen_ms > ?",
        )
        .bind(secret.0.as_slice())
        .bind(stored(now))
        .bind(stored(now).saturating_sub_unsigned(idle_ms))
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(ActiveLogin {
            id: LoginId::from_uuid(row.login_id),
            user: row.user.try_into()?,
            role: role_of(&row.role)?,
            seen: WallMs(u64::try_from(row.seen_ms).unwrap_or(0)),
        }))
    }

    async fn touch(&self, id: LoginId, now: WallMs) -> Result<(), LoginStoreError> {
        sqlx::query("UPDATE login SET seen_ms = max(seen_ms, ?) WHERE id = ?")
            .bind(stored(now))
            .bind(id.uuid())
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn revoke(&self, id: LoginId, now: WallMs) -> Result<bool, LoginStoreError> {
        let done =
            sqlx::query("UPDATE login SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL")
                .bind(stored(now))
                .bind(id.uuid())
                .execute(&self.write)
                .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn ended_since(
        &self,
        since: WallMs,
        count_max: usize,
    ) -> Result<Vec<EndedLogin>, LoginStoreError> {
        let rows: Vec<(Uuid, i64)> = sqlx::query_as(
            "SELECT id, revoked_ms FROM login WHERE revoked_ms >= ?
             ORDER BY revoked_ms DESC LIMIT ?",
        )
        .bind(stored(since))
        .bind(i64::try_from(count_max).unwrap_or(i64::MAX))
        .fetch_all(&self.read)
        .await?;
        let ended = rows.into_iter().map(|(id, at)| EndedLogin {
            id: LoginId::from_uuid(id),
            at: WallMs(u64::try_from(at).unwrap_or(0)),
        });
        Ok(ended.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use crate::ports::login::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_login_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store).await;
    }
}
