//! What happened to posts, pictures and visits, written beside it in the same transaction, and the way out of there.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sqlite;
use super::number::{to_i64, to_u64};
use crate::domain::event::{Event, Subject};
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry};

/// Writes an event down.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    subject: Subject,
    event: &Event,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO outbox (topic, subject_id, event) VALUES (?, ?, ?)")
        .bind(subject.topic())
        .bind(subject.uuid())
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}

/// The outbox of posts, pictures and visits.
#[derive(Debug, Clone)]
pub struct ContentOutbox(pub Sqlite);

#[async_trait]
impl Outbox for ContentOutbox {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let rows: Vec<(i64, String, Uuid, Json<Event>)> = sqlx::query_as(
            "SELECT id, topic, subject_id, event FROM outbox WHERE id > ? ORDER BY id LIMIT ?",
        )
        .bind(to_i64(after))
        .bind(limit)
        .fetch_all(&self.0.read)
        .await?;
        let entries = rows.into_iter().map(|(id, topic, subject, event)| {
            let subject = Subject::filed(&topic, subject)
                .ok_or_else(|| EventsUnavailable(format!("no such topic: {topic}")))?;
            Ok(OutboxEntry {
                id: to_u64(id),
                subject,
                event: event.0,
            })
        });
        entries.collect()
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let ids: Vec<i64> = published.iter().copied().map(to_i64).collect();
        sqlx::query("DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?))")
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
    use crate::domain::id::{PostId, RoomId, UserId};
    use crate::domain::post::PostEvent;
    use crate::domain::visit::VisitEvent;
    use crate::ports::events::{EventConsumers, EventLog};

    #[tokio::test]
    async fn what_happened_waits_in_order_and_is_cleared_once_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let outbox = ContentOutbox(store.clone());
        let (by, at) = (UserId::generate(), WallMs(7));
        let told = [
            (
                Subject::Post(PostId::generate()),
                Event::Post(PostEvent::PostReacted { by, at }),
            ),
            (
                Subject::Visit(RoomId::generate()),
                Event::Visit(VisitEvent::Visited { by, at }),
            ),
        ];
        let mut conn = store.write.acquire().await.unwrap();
        for (subject, event) in &told {
            put(&mut conn, *subject, event).await.unwrap();
        }
        drop(conn);
        let waiting = outbox.waiting(0, 9).await.unwrap();
        let as_told: Vec<_> = waiting
            .iter()
            .map(|entry| (entry.subject, entry.event.clone()))
            .collect();
        assert_eq!(as_told, told);
        assert_eq!(
            outbox.waiting(waiting[0].id, 9).await.unwrap(),
            waiting[1..]
        );
        store.publish(&waiting, WallMs(9)).await.unwrap();
        let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        outbox.clear(&ids).await.unwrap();
        assert_eq!(outbox.waiting(0, 9).await.unwrap(), []);
        let mut consumer = store.durable("reader").await.unwrap();
        let told = consumer.next(9, WallMs(9)).await.unwrap();
        assert_eq!(told.len(), 2);
    }
}
