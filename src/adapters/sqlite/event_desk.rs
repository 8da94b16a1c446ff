//! Dead letters and replay in the embedded store, beside a server that may be working on it.

use async_trait::async_trait;
use sqlx::{Connection, SqliteConnection};

use super::beside::{BesideError, open_beside};
use super::number::wall;
use super::{Beside, consumer, discovery};
use crate::ports::events::{DISCOVERY, DeadLetter, EventDesk, EventsUnavailable};

impl From<BesideError> for EventsUnavailable {
    fn from(error: BesideError) -> Self {
        Self(error.to_string())
    }
}

/// Sends a consumer back to the beginning, and forgets what came of it here.
async fn replay(conn: &mut SqliteConnection, name: &str) -> Result<(), sqlx::Error> {
    consumer::send_back(&mut *conn, name).await?;
    match name {
        DISCOVERY => discovery::forget_counts(conn).await,
        _ => Ok(()),
    }
}

#[async_trait]
impl EventDesk for Beside {
    async fn dead(&self, consumer: &str, limit: u32) -> Result<Vec<DeadLetter>, EventsUnavailable> {
        let mut conn = open_beside(self.data()).await?;
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT event_id, event_log.topic, why, since_ms FROM event_aside JOIN event_log USING (place)
             WHERE consumer = ? AND retry_ms IS NULL ORDER BY place LIMIT ?",
        )
        .bind(consumer)
        .bind(limit)
        .fetch_all(&mut conn)
        .await?;
        conn.close().await?;
        let dead = rows.into_iter().map(|(id, topic, why, since)| DeadLetter {
            id,
            topic,
            why,
            at: wall(since),
        });
        Ok(dead.collect())
    }

    async fn redrive(&self, consumer: &str) -> Result<u64, EventsUnavailable> {
        let mut conn = open_beside(self.data()).await?;
        let redriven = sqlx::query(
            "UPDATE event_aside SET attempts = 0, retry_ms = 0 WHERE consumer = ? AND retry_ms IS NULL",
        )
        .bind(consumer)
        .execute(&mut conn)
        .await?;
        conn.close().await?;
        Ok(redriven.rows_affected())
    }

    async fn replay(&self, consumer: &str) -> Result<(), EventsUnavailable> {
        let mut conn = open_beside(self.data()).await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        replay(&mut transaction, consumer).await?;
        transaction.commit().await?;
        conn.close().await?;
        Ok(())
    }
}
