//! Settings in SQLite.

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{SqliteConnection, SqliteExecutor};
use uuid::Uuid;

use super::number::{to_i64, to_u64};
use super::{Sqlite, relation, user_outbox};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::room::Visibility;
use crate::domain::settings::{Language, Motion, Notifications, Settings, SettingsChange, ShownTo};
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::profile::Changed;
use crate::ports::settings::{Chosen, Granted, SettingsStore};
use crate::ports::user::UserStoreError;

#[derive(Debug, sqlx::FromRow)]
struct SettingsRow {
    version: i64,
    account_private: bool,
    room_default_visibility: String,
    show_presence: String,
    show_visits: String,
    language: String,
    motion: String,
    notifications: Json<Notifications>,
}

impl SettingsRow {
    /// The columns' checks allow known names only: another is a fault.
    fn settings(self) -> Result<(Settings, u64), sqlx::Error> {
        let known = || {
            Some(Settings {
                account_private: self.account_private,
                room_default_visibility: Visibility::from_name(&self.room_default_visibility)?,
                show_presence: ShownTo::from_name(&self.show_presence)?,
                show_visits: ShownTo::from_name(&self.show_visits)?,
                language: Language::from_name(&self.language)?,
                notifications: self.notifications.0,
                motion: Motion::from_name(&self.motion)?,
            })
        };
        let settings = known().ok_or_else(|| sqlx::Error::Decode("unknown settings".into()))?;
        Ok((settings, to_u64(self.version)))
    }
}

async fn read(
    executor: impl SqliteExecutor<'_>,
    user: Uuid,
) -> Result<(Settings, u64), sqlx::Error> {
    let row: Option<SettingsRow> = sqlx::query_as(
        "SELECT version, account_private, room_default_visibility, show_presence, show_visits,
                language, motion, notifications
         FROM user_settings WHERE user_id = ?",
    )
    .bind(user)
    .fetch_optional(executor)
    .await?;
    row.map_or(Ok((Settings::default(), 0)), SettingsRow::settings)
}

async fn write(
    conn: &mut SqliteConnection,
    user: Uuid,
    settings: &Settings,
    version: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO user_settings (user_id, version, account_private, room_default_visibility,
             show_presence, show_visits, language, motion, notifications)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET version = excluded.version,
             account_private = excluded.account_private,
             room_default_visibility = excluded.room_default_visibility,
             show_presence = excluded.show_presence, show_visits = excluded.show_visits,
             language = excluded.language, motion = excluded.motion,
             notifications = excluded.notifications",
    )
    .bind(user)
    .bind(to_i64(version))
    .bind(settings.account_private)
    .bind(settings.room_default_visibility.as_str())
    .bind(settings.show_presence.as_str())
    .bind(settings.show_visits.as_str())
    .bind(settings.language.as_str())
    .bind(settings.motion.as_str())
    .bind(Json(settings.notifications))
    .execute(conn)
    .await
    .map(drop)
}

#[async_trait]
impl SettingsStore for Sqlite {
    async fn settings(&self, id: UserId) -> Result<(Settings, u64), UserStoreError> {
        Ok(read(&self.read, id.uuid()).await?)
    }

    async fn change_settings(
        &self,
        id: UserId,
        change: SettingsChange,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Changed<Chosen>, UserStoreError> {
        let user = id.uuid();
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let is_there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user WHERE id = ?)")
            .bind(user)
            .fetch_one(&mut *transaction)
            .await?;
        if !is_there {
            return Ok(Changed::NoSuchUser);
        }
        let (mut settings, version) = read(&mut *transaction, user).await?;
        if !expected.admits(Version(version)) {
            return Ok(Changed::Stale);
        }
        let was_private = settings.account_private;
        change.apply(&mut settings);
        let version = version + 1;
        write(&mut transaction, user, &settings, version).await?;
        let granted = if was_private && !settings.account_private {
            relation::grant_some(&mut transaction, id, at).await?
        } else {
            Granted::default()
        };
        let event = AccountEvent::SettingsChanged { version };
        user_outbox::put(&mut transaction, user, &event).await?;
        transaction.commit().await?;
        Ok(Changed::Done(Chosen {
            settings,
            version,
            granted,
        }))
    }

    async fn grant_waiting(
        &self,
        of: Option<UserId>,
        at: WallMs,
    ) -> Result<Option<Granted>, UserStoreError> {
        // Most of the time there is nobody, and nothing to write.
        let mut connection = self.read.acquire().await?;
        let Some(asked) = relation::waited_for(&mut connection, of).await? else {
            return Ok(None);
        };
        drop(connection);
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        // Private again meanwhile.
        if relation::waited_for(&mut transaction, Some(asked)).await? != Some(asked) {
            return Ok(Some(Granted::default()));
        }
        let granted = relation::grant_some(&mut transaction, asked, at).await?;
        transaction.commit().await?;
        Ok(Some(granted))
    }
}

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use crate::ports::settings::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_settings_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store).await;
    }
}
