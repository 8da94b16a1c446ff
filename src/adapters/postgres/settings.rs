//! Settings in PostgreSQL.
//!
//! Who changes them holds the account; who turns public, with it those who are let in, as everybody who changes a
//! relation holds both.

use async_trait::async_trait;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::number::{to_i64, to_u64};
use super::step::{in_transaction, reading};
use super::{Postgres, lock, relation, user_outbox};
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

async fn read(conn: &mut PgConnection, user: Uuid) -> Result<(Settings, u64), sqlx::Error> {
    let row: Option<SettingsRow> = sqlx::query_as(
        "SELECT version, account_private, room_default_visibility, show_presence, show_visits,
                language, motion, notifications
         FROM user_settings WHERE user_id = $1",
    )
    .bind(user)
    .fetch_optional(conn)
    .await?;
    row.map_or(Ok((Settings::default(), 0)), SettingsRow::settings)
}

async fn write(
    conn: &mut PgConnection,
    user: Uuid,
    settings: &Settings,
    version: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO user_settings (user_id, version, account_private, room_default_visibility,
             show_presence, show_visits, language, motion, notifications)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (user_id) DO UPDATE SET version = excluded.version,
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
impl SettingsStore for Postgres {
    async fn settings(&self, id: UserId) -> Result<(Settings, u64), UserStoreError> {
        Ok(reading!(self, |conn| read(conn, id.uuid()).await)?)
    }

    async fn change_settings(
        &self,
        id: UserId,
        change: SettingsChange,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Changed<Chosen>, UserStoreError> {
        let user = id.uuid();
        Ok(in_transaction!(self, |conn| {
            // Who asks to follow may be let in with it.
            let askers = if change.account_private == Some(false) {
                relation::hold_with_waiting(conn, id).await?
            } else {
                lock::people(conn, [id]).await?;
                Vec::new()
            };
            let is_there: bool =
                sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE id = $1)")
                    .bind(user)
                    .fetch_one(&mut *conn)
                    .await?;
            if !is_there {
                return Ok(Changed::NoSuchUser);
            }
            let (mut settings, version) = read(conn, user).await?;
            if !expected.admits(Version(version)) {
                return Ok(Changed::Stale);
            }
            let was_private = settings.account_private;
            change.apply(&mut settings);
            let version = version + 1;
            write(conn, user, &settings, version).await?;
            let granted = if was_private && !settings.account_private {
                relation::grant_some(conn, id, &askers, at).await?
            } else {
                Granted::default()
            };
            let event = AccountEvent::SettingsChanged { version };
            user_outbox::put(conn, user, &event).await?;
            Ok(Changed::Done(Chosen {
                settings,
                version,
                granted,
            }))
        })?)
    }

    async fn grant_waiting(
        &self,
        of: Option<UserId>,
        at: WallMs,
    ) -> Result<Option<Granted>, UserStoreError> {
        // Most of the time there is nobody, and nothing to hold.
        let asked = reading!(self, |conn| relation::waited_for(conn, of).await)?;
        let Some(asked) = asked else {
            return Ok(None);
        };
        Ok(Some(in_transaction!(self, |conn| {
            let askers = relation::hold_with_waiting(conn, asked).await?;
            // Private again meanwhile.
            if relation::waited_for(conn, Some(asked)).await? != Some(asked) {
                return Ok(Granted::default());
            }
            relation::grant_some(conn, asked, &askers, at).await
        })?))
    }
}

#[cfg(test)]
mod tests {
    use crate::adapters::postgres::testing::scratch;
    use crate::ports::settings::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_settings_store_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store).await;
    }
}
