//! The end of accounts in SQLite.

use async_trait::async_trait;
use uuid::Uuid;

use super::room_rows::to_u64;
use super::user::stored;
use super::{Sqlite, user_outbox};
use crate::domain::clock::WallMs;
use crate::domain::id::{LoginId, UserId};
use crate::domain::user::AccountEvent;
use crate::ports::account::{AccountStore, Closed};
use crate::ports::login::EndedLogin;
use crate::ports::user::UserStoreError;

#[async_trait]
impl AccountStore for Sqlite {
    async fn close(&self, id: UserId, at: WallMs) -> Result<Closed, UserStoreError> {
        let user = id.uuid();
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let found: Option<Option<i64>> =
            sqlx::query_scalar("SELECT closing_ms FROM user WHERE id = ?")
                .bind(user)
                .fetch_optional(&mut *transaction)
                .await?;
        match found {
            None => return Ok(Closed::NoSuchUser),
            Some(Some(since)) => return Ok(Closed::Already(WallMs(to_u64(since)))),
            Some(None) => {}
        }
        sqlx::query("UPDATE user SET closing_ms = ?, version = version + 1 WHERE id = ?")
            .bind(stored(at))
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        let ended: Vec<Uuid> = sqlx::query_scalar(
            "UPDATE login SET revoked_ms = ? WHERE user_id = ? AND revoked_ms IS NULL RETURNING id",
        )
        .bind(stored(at))
        .bind(user)
        .fetch_all(&mut *transaction)
        .await?;
        user_outbox::put(&mut transaction, user, &AccountEvent::Closed { at }).await?;
        transaction.commit().await?;
        let ended = ended.into_iter().map(|id| EndedLogin {
            id: LoginId::from_uuid(id),
            at,
        });
        Ok(Closed::Now(ended.collect()))
    }

    async fn restore(&self, id: UserId, at: WallMs) -> Result<bool, UserStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let restored = sqlx::query(
            "UPDATE user SET closing_ms = NULL, version = version + 1
             WHERE id = ? AND closing_ms IS NOT NULL AND NOT erasing",
        )
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        if restored.rows_affected() == 0 {
            return Ok(false);
        }
        let event = AccountEvent::Restored { at };
        user_outbox::put(&mut transaction, id.uuid(), &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn closed_at(&self, id: UserId) -> Result<Option<WallMs>, UserStoreError> {
        let since: Option<Option<i64>> =
            sqlx::query_scalar("SELECT closing_ms FROM user WHERE id = ?")
                .bind(id.uuid())
                .fetch_optional(&self.read)
                .await?;
        Ok(since.flatten().map(|ms| WallMs(to_u64(ms))))
    }

    async fn take_closed(
        &self,
        until: WallMs,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserId>, UserStoreError> {
        // Most of the time there is nobody, and nothing to write.
        let mut due: Vec<(Uuid, bool)> = sqlx::query_as(
            "SELECT id, erasing FROM user WHERE closing_ms IS NOT NULL AND (closing_ms <= ? OR erasing)
                 AND id > coalesce(?, x'') ORDER BY id LIMIT ?",
        )
        .bind(stored(until))
        .bind(after.map(UserId::uuid))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        for (user, erasing) in &mut due {
            if !*erasing {
                let taken =
                    sqlx::query("UPDATE user SET erasing = 1 WHERE id = ? AND closing_ms <= ?")
                        .bind(*user)
                        .bind(stored(until))
                        .execute(&self.write)
                        .await?;
                // Restored meanwhile.
                *erasing = taken.rows_affected() == 1;
            }
        }
        let taken = due.into_iter().filter(|(_, erasing)| *erasing);
        Ok(taken.map(|(user, _)| UserId::from_uuid(user)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::account::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_of_accounts_ends_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store, &store).await;
    }
}
