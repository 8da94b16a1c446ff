//! Profiles in PostgreSQL. Who changes one holds the account; another handle, that by name before it.

use async_trait::async_trait;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::lock::{self, Name};
use super::number::stored;
use super::profile_rows::{Of, read};
use super::step::{in_one_view, in_transaction, reading};
use super::{Postgres, handle, search, user_outbox};
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
impl ProfileStore for Postgres {
    async fn profile(&self, id: UserId) -> Result<Option<Profile>, UserStoreError> {
        Ok(reading!(self, |conn| read(conn, Of::Id(id.uuid())).await)?)
    }

    async fn find(&self, handle: &str, now: WallMs) -> Result<Option<Found>, UserStoreError> {
        // One view of both tables: a handle that moves meanwhile is in one of them.
        Ok(in_one_view!(self, |conn| {
            if let Some(profile) = read(conn, Of::Handle(handle, now)).await? {
                return Ok(Some(Found::Here(profile)));
            }
            let moved: Option<String> = sqlx::query_scalar(
                "SELECT account.handle FROM old_handle JOIN account
                 ON account.id = old_handle.user_id
                 WHERE old_handle.handle = $1 AND kept_until_ms > $2",
            )
            .bind(handle)
            .bind(stored(now))
            .fetch_optional(&mut *conn)
            .await?;
            let Some(current) = moved else {
                return Ok(None);
            };
            let profile = read(conn, Of::Handle(&current, now)).await?;
            Ok(profile.map(Found::Moved))
        })?)
    }

    async fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        expected: &Expected,
    ) -> Result<Changed<Profile>, UserStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::people(conn, [id]).await?;
            let Some(before) = read(conn, Of::Id(id.uuid())).await? else {
                return Ok(Changed::NoSuchUser);
            };
            if !expected.admits(Version(before.version)) {
                return Ok(Changed::Stale);
            }
            write(conn, id.uuid(), change).await?;
            let version = before.version + 1;
            let event = AccountEvent::ProfileChanged { version };
            user_outbox::put(conn, id.uuid(), &event).await?;
            let after = read(conn, Of::Id(id.uuid())).await?;
            Ok(after.map_or(Changed::NoSuchUser, Changed::Done))
        })?)
    }

    async fn rename(
        &self,
        id: UserId,
        handle: &str,
        rules: HandleRules,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Renamed, UserStoreError> {
        Ok(in_transaction!(self, |conn| {
            lock::names(conn, [Name::Handle(handle)]).await?;
            lock::people(conn, [id]).await?;
            handle::rename(conn, id, (handle, rules), expected, at).await
        })?)
    }

    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&FoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundPage, UserStoreError> {
        Ok(in_one_view!(self, |conn| {
            search::people(conn, query, viewer, after, limit, now).await
        })?)
    }
}

async fn write(
    conn: &mut PgConnection,
    user: Uuid,
    change: &ProfileChange,
) -> Result<(), sqlx::Error> {
    let name = change.display_name.as_ref().map(|name| name.as_str());
    sqlx::query(
        "UPDATE account SET display_name = coalesce($1, display_name), mood = coalesce($2, mood),
             bio = coalesce($3, bio), look = coalesce($4, look), links = coalesce($5, links),
             version = version + 1
         WHERE id = $6",
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
        Some(name) => search::index(conn, user, name).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::domain::event::Event;
    use crate::ports::profile::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_profile_store_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store, &*store).await;
    }

    #[tokio::test]
    async fn whoever_is_suspended_is_found_neither_by_handle_nor_by_name() {
        let Some(store) = scratch().await else { return };
        let user = crate::ports::user::conformance::created(&*store, "loud", "loud").await;
        let query = NameQuery::parse("loud").unwrap();
        let is_found = async |now| {
            let found = store.search(&query, None, None, 9, WallMs(now)).await;
            let profile = store.find("loud", WallMs(now)).await.unwrap();
            assert_eq!(profile.is_some(), !found.unwrap().people.is_empty());
            profile.is_some()
        };
        assert!(is_found(10).await);
        let suspend =
            "INSERT INTO suspension (user_id, reason, until_ms, created_ms) VALUES ($1, '', $2, 0)
             ON CONFLICT (user_id) DO UPDATE SET until_ms = excluded.until_ms";
        for (until, found) in [(Some(20), [false, true]), (None, [false, false])] {
            let suspend = sqlx::query(suspend).bind(user.id.uuid()).bind(until);
            suspend.execute(&store.pool).await.unwrap();
            assert_eq!([is_found(19).await, is_found(20).await], found);
        }
        assert!(store.profile(user.id).await.unwrap().is_some(), "their own");
    }

    #[tokio::test]
    async fn each_change_is_told_with_it_and_what_changed_nothing_is_not() {
        let Some(store) = scratch().await else { return };
        let user = crate::ports::user::conformance::created(&*store, "teller", "teller").await;
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
        let events: Vec<Json<Event>> =
            sqlx::query_scalar("SELECT event FROM user_outbox ORDER BY id")
                .fetch_all(&store.pool)
                .await
                .unwrap();
        let events: Vec<Event> = events.into_iter().map(|event| event.0).collect();
        let told = [
            AccountEvent::Created {
                at: WallMs(1_700_000_000_000),
            },
            AccountEvent::ProfileChanged { version: 2 },
            AccountEvent::HandleChanged {
                from: "teller".to_owned(),
                to: "told".to_owned(),
                version: 3,
            },
        ];
        assert_eq!(events, told.map(Event::Account));
    }
}
