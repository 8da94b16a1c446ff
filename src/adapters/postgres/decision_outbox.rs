//! What moderators decided, written beside it in the same transaction, and the way out of there.

use async_trait::async_trait;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::Postgres;
use super::number::{to_i64, to_u64};
use super::step::{in_transaction, reading};
use crate::domain::event::{Event, Subject};
use crate::domain::id::RulingId;
use crate::domain::moderation::ModerationEvent;
use crate::ports::events::{EventsUnavailable, Outbox, OutboxEntry, Readable, Row};

/// As text: one that cannot be read keeps no other from being read.
const WAITING: &str =
    "SELECT id, ruling_id, event::text FROM decision_outbox WHERE id > $1 ORDER BY id LIMIT $2";

/// Writes down what became of a decision, or of an appeal against it.
pub(super) async fn put(
    conn: &mut PgConnection,
    ruling: RulingId,
    event: &ModerationEvent,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO decision_outbox (ruling_id, event) VALUES ($1, $2)")
        .bind(ruling.uuid())
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}

/// The outbox of decisions.
#[derive(Debug, Clone)]
pub struct DecisionOutbox(pub Postgres);

#[async_trait]
impl Outbox for DecisionOutbox {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let mut readable = Readable::new("decisions", after, limit);
        while let Some(behind) = readable.next_page() {
            let rows: Vec<(i64, Uuid, String)> = reading!(self.0, |conn| sqlx::query_as(WAITING)
                .bind(to_i64(behind))
                .bind(i64::from(limit))
                .fetch_all(conn)
                .await)?;
            let rows = rows.into_iter().map(|(id, ruling, event)| Row {
                id: to_u64(id),
                subject: Some(Subject::Decision(RulingId::from_uuid(ruling))),
                event: serde_json::from_str::<Event>(&event).ok(),
            });
            readable.page(rows.collect());
        }
        Ok(readable.entries())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let ids: Vec<i64> = published.iter().copied().map(to_i64).collect();
        in_transaction!(self.0, |conn| sqlx::query(
            "DELETE FROM decision_outbox WHERE id = ANY($1)"
        )
        .bind(&ids)
        .execute(conn)
        .await)?;
        Ok(())
    }
}
