//! What happened to accounts and between them, written beside it in the same transaction, and the way out of there.
//!
//! Of one person the ids grow in the order of what happened, as whoever writes one holds the account. Of two people a
//! later id may be seen first: whoever reads comes back to the beginning, where the other one is by then.

use async_trait::async_trait;
use serde::Serialize;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::Postgres;
use super::number::{to_i64, to_u64};
use super::step::{in_transaction, reading};
use crate::domain::event::{Event, Subject};
use crate::domain::id::UserId;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};

/// As text: one that cannot be read keeps no other from being read.
const WAITING: &str =
    "SELECT id, user_id, event::text FROM user_outbox WHERE id > $1 ORDER BY id LIMIT $2";

/// Writes an event of an account down.
pub(super) async fn put(
    conn: &mut PgConnection,
    user: Uuid,
    event: &(impl Serialize + Sync),
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO user_outbox (user_id, event) VALUES ($1, $2)")
        .bind(user)
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}

/// The outbox of people.
#[derive(Debug, Clone)]
pub struct UserOutbox(pub Postgres);

#[async_trait]
impl Outbox for UserOutbox {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let mut readable = Readable::new("people", after, limit);
        while let Some(behind) = readable.next_page() {
            let rows: Vec<(i64, Uuid, String)> = reading!(self.0, |conn| sqlx::query_as(WAITING)
                .bind(to_i64(behind))
                .bind(i64::from(limit))
                .fetch_all(conn)
                .await)?;
            let rows = rows.into_iter().map(|(id, user, event)| Row {
                id: to_u64(id),
                subject: Some(Subject::User(UserId::from_uuid(user))),
                event: serde_json::from_str::<Event>(&event).ok(),
            });
            readable.page(rows.collect());
        }
        Ok(readable.entries())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let ids: Vec<i64> = published.iter().copied().map(to_i64).collect();
        in_transaction!(self.0, |conn| sqlx::query(
            "DELETE FROM user_outbox WHERE id = ANY($1)"
        )
        .bind(&ids)
        .execute(conn)
        .await)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::postgres::testing::scratch;
    use crate::domain::user::AccountEvent;
    use crate::ports::user::conformance::created;

    #[tokio::test]
    async fn what_happened_to_people_waits_in_order_and_is_cleared_once_told() {
        let Some(store) = scratch().await else { return };
        let outbox = UserOutbox(store.store.clone());
        let user = created(&*store, "teller", "teller").await;
        let mut conn = store.pool.acquire().await.unwrap();
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
        let ids: Vec<u64> = waiting.iter().map(|entry| entry.id).collect();
        outbox.clear(&ids).await.unwrap();
        assert_eq!(outbox.waiting(0, 9).await.unwrap(), []);
        assert!(
            waiting
                .iter()
                .all(|entry| entry.subject == Subject::User(user.id))
        );
    }

    #[tokio::test]
    async fn what_cannot_be_read_holds_up_its_own_person_alone() {
        let Some(store) = scratch().await else { return };
        let outbox = UserOutbox(store.store.clone());
        let sick = created(&*store, "riddle", "riddle").await.id;
        let well = created(&*store, "plain", "plain").await.id;
        let mut conn = store.pool.acquire().await.unwrap();
        let of_a_later_release = serde_json::json!({ "type": "dreamt" });
        put(&mut conn, sick.uuid(), &of_a_later_release)
            .await
            .unwrap();
        let changed = AccountEvent::ProfileChanged { version: 2 };
        for user in [sick, well] {
            put(&mut conn, user.uuid(), &changed).await.unwrap();
        }
        drop(conn);
        let waiting = outbox.waiting(0, 99).await.unwrap();
        let subjects: Vec<Subject> = waiting.iter().map(|entry| entry.subject).collect();
        assert_eq!(subjects, [sick, well, well].map(Subject::User));
        let before = [waiting[0].id, waiting[1].id];
        outbox.clear(&before).await.unwrap();
        assert_eq!(outbox.waiting(0, 1).await.unwrap(), waiting[2..]);
        outbox.clear(&[waiting[2].id]).await.unwrap();
        assert_eq!(outbox.waiting(0, 9).await.unwrap(), []);
    }
}
