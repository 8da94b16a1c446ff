//! What happened to accounts and between them, written beside it in the same transaction, and the way out of there.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sqlite;
use super::number::{to_i64, to_u64};
use crate::domain::event::{Event, Subject};
use crate::domain::id::UserId;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry};

/// Writes an event of an account down.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    user: Uuid,
    event: &(impl Serialize + Sync),
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO user_outbox (user_id, event) VALUES (?, ?)")
        .bind(user)
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}

/// The outbox of people; that of rooms is the store's own.
#[derive(Debug, Clone)]
pub struct UserOutbox(pub Sqlite);

#[async_trait]
impl Outbox for UserOutbox {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let rows: Vec<(i64, Uuid, Json<Event>)> = sqlx::query_as(
            "SELECT id, user_id, event FROM user_outbox WHERE id > ? ORDER BY id LIMIT ?",
        )
        .bind(to_i64(after))
        .bind(limit)
        .fetch_all(&self.0.read)
        .await?;
        let entries = rows.into_iter().map(|(id, user, event)| OutboxEntry {
            id: to_u64(id),
            subject: Subject::User(UserId::from_uuid(user)),
            event: event.0,
        });
        Ok(entries.collect())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let ids: Vec<i64> = published.iter().copied().map(to_i64).collect();
        sqlx::query("DELETE FROM user_outbox WHERE id IN (SELECT value FROM json_each(?))")
            .bind(Json(ids))
            .execute(&self.0.write)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::WallMs;
    use crate::domain::user::AccountEvent;
    use crate::ports::events::{EventConsumers, EventLog};
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn what_happened_to_people_waits_in_order_and_is_cleared_once_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let outbox = UserOutbox(store.clone());
        let user = created(&store, "teller", "teller").await;
        let mut conn = store.write.acquire().await.unwrap();
        let changed = AccountEvent::ProfileChanged { version: 2 };
        put(&mut conn, user.id.uuid(), &changed).await.unwrap();
        drop(conn);
        let waiting = outbox.waiting(0, 99).await.unwrap();
        assert_eq!(waiting.len(), 2);
        assert!(matches!(
            waiting[0].event,
            Event::Account(AccountEvent::Created { .. })
        ));
        assert_eq!(waiting[1].event, Event::Account(changed));
        assert_eq!(
            outbox.waiting(waiting[0].id, 9).await.unwrap(),
            waiting[1..]
        );
        store.publish(&waiting, WallMs(9)).await.unwrap();
        let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        outbox.clear(&ids).await.unwrap();
        assert_eq!(outbox.waiting(0, 9).await.unwrap(), []);
        let mut consumer = store.durable("reader").await.unwrap();
        for entry in waiting {
            let told = consumer.next(9, WallMs(9)).await.unwrap();
            let told: Vec<_> = told.iter().map(|it| (it.subject, &it.event)).collect();
            assert_eq!(told, [(Subject::User(user.id), &entry.event)]);
            consumer.finish().await.unwrap();
        }
    }
}
