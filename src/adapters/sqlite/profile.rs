//! Profiles in SQLite.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::number::stored;
use super::profile_rows::{Of, read};
use super::{Sqlite, handle, names, search, user_outbox};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::profile::{Profile, ProfileChange};
use crate::domain::search::NameQuery;
use crate::domain::user::AccountEvent;
use crate::domain::version::{Expected, Version};
use crate::ports::profile::{
    Changed, Found, FoundAfter, FoundPage, HandleRules, ProfileStore, Renamed,
};
use crate::ports::user::UserStoreError;

#[async_trait]
impl ProfileStore for Sqlite {
    async fn profile(&self, id: UserId) -> Result<Option<Profile>, UserStoreError> {
        let mut conn = self.read.acquire().await?;
        Ok(read(&mut conn, Of::Id(id.uuid())).await?)
    }

    async fn find(&self, handle: &str, now: WallMs) -> Result<Option<Found>, UserStoreError> {
        // One view of both tables: a handle that moves meanwhile is in one of them.
        let mut transaction = self.read.begin().await?;
        if let Some(profile) = read(&mut transaction, Of::Handle(handle, now)).await? {
            return Ok(Some(Found::Here(profile)));
        }
        let moved: Option<String> = sqlx::query_scalar(
            "SELECT user.handle FROM old_handle JOIN user ON user.id = old_handle.user_id
             WHERE old_handle.handle = ? AND kept_until_ms > ?",
        )
        .bind(handle)
        .bind(stored(now))
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(current) = moved else {
            return Ok(None);
        };
        let profile = read(&mut transaction, Of::Handle(&current, now)).await?;
        Ok(profile.map(Found::Moved))
    }

    async fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        expected: &Expected,
    ) -> Result<Changed<Profile>, UserStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some(before) = read(&mut transaction, Of::Id(id.uuid())).await? else {
            return Ok(Changed::NoSuchUser);
        };
        if !expected.admits(Version(before.version)) {
            return Ok(Changed::Stale);
        }
        write(&mut transaction, id.uuid(), change).await?;
        let version = before.version + 1;
        let event = AccountEvent::ProfileChanged { version };
        user_outbox::put(&mut transaction, id.uuid(), &event).await?;
        let after = read(&mut transaction, Of::Id(id.uuid())).await?;
        transaction.commit().await?;
        Ok(after.map_or(Changed::NoSuchUser, Changed::Done))
    }

    async fn rename(
        &self,
        id: UserId,
        handle: &str,
        rules: HandleRules,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Renamed, UserStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let renamed = handle::rename(&mut transaction, id, (handle, rules), expected, at).await?;
        transaction.commit().await?;
        Ok(renamed)
    }

    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&FoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundPage, UserStoreError> {
        let mut transaction = self.read.begin().await?;
        let found = search::people(&mut transaction, query, viewer, after, limit, now).await;
        Ok(found?)
    }
}

async fn write(
    conn: &mut SqliteConnection,
    user: Uuid,
    change: &ProfileChange,
) -> Result<(), sqlx::Error> {
    let name = change.display_name.as_ref().map(|name| name.as_str());
    sqlx::query(
        "UPDATE user SET display_name = coalesce(?, display_name), mood = coalesce(?, mood),
             bio = coalesce(?, bio), look = coalesce(?, look), links = coalesce(?, links),
             version = version + 1
         WHERE id = ?",
    )
    .bind(name)
    .bind(change.mood.as_ref().map(|mood| mood.as_str()))
    .bind(change.bio.as_ref().map(|bio| bio.as_str()))
    .bind(change.look.as_ref().map(|look| look.0.as_slice()))
    .bind(change.links.as_ref().map(|links| Json(links.as_slice())))
    .bind(user)
    .execute(&mut *conn)
    .await?;
    match name {
        Some(name) => names::PEOPLE.put(conn, user, name).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::profile::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_profile_store_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &store, &store).await;
    }

    #[tokio::test]
    async fn whoever_is_suspended_is_found_neither_by_handle_nor_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let user = crate::ports::user::conformance::created(&store, "loud", "loud").await;
        let query = NameQuery::parse("loud").unwrap();
        let is_found = async |now| {
            let found = store.search(&query, None, None, 9, WallMs(now)).await;
            let profile = store.find("loud", WallMs(now)).await.unwrap();
            assert_eq!(profile.is_some(), !found.unwrap().people.is_empty());
            profile.is_some()
        };
        assert!(is_found(10).await);
        let suspend =
            "INSERT INTO suspension (user_id, reason, until_ms, created_ms) VALUES (?, '', ?, 0)
                       ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms";
        for (until, found) in [(Some(20), [false, true]), (None, [false, false])] {
            let suspend = sqlx::query(suspend).bind(user.id.uuid()).bind(until);
            suspend.execute(&store.write).await.unwrap();
            assert_eq!([is_found(19).await, is_found(20).await], found);
        }
        assert!(store.profile(user.id).await.unwrap().is_some(), "their own");
    }

    #[tokio::test]
    async fn each_change_is_told_with_it_and_what_changed_nothing_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let user = crate::ports::user::conformance::created(&store, "teller", "teller").await;
        let change = ProfileChange::default();
        store
            .change(user.id, &change, &Expected::Any)
            .await
            .unwrap();
        store
            .change(user.id, &change, &Expected::OneOf(Vec::new()))
            .await
            .unwrap();
        let rules = HandleRules {
            pause_ms: 1_000,
            kept_ms: 1_000,
        };
        for handle in ["told", "told", "told_again"] {
            store
                .rename(user.id, handle, rules, &Expected::Any, WallMs(7))
                .await
                .unwrap();
        }
        let events: Vec<String> = sqlx::query_scalar("SELECT event FROM user_outbox ORDER BY id")
            .fetch_all(&store.read)
            .await
            .unwrap();
        assert_eq!(
            events,
            [
                r#"{"type":"created","at":1700000000000}"#,
                r#"{"type":"profile_changed","version":2}"#,
                r#"{"type":"handle_changed","from":"teller","to":"told","version":3}"#,
            ]
        );
    }
}
