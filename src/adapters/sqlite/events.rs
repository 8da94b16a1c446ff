//! The outbox of rooms beside their rows, written by their saves, and the event log of the embedded store.

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::number::{to_i64, to_u64};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::RoomId;
use crate::domain::room::RoomEvent;
use crate::ports::events::{
    EventLog, EventsUnavailable, LOG_EVENTS_MAX, LOG_KEPT_MS, LoggedEvent, Outbox, OutboxEntry,
};
use crate::ports::room::RoomSave;

/// The slot of the one event that says a room changed; no decision has this seq.
const CHANGED: i64 = 0;

/// The slot of the last event of a room.
const DELETED: i64 = -1;

/// The slot of the one event that says whether the room is there for others.
const SHUT: i64 = -2;

impl From<sqlx::Error> for EventsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// Writes a save's events within its transaction.
pub(super) async fn write(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    for event in &save.events {
        put(conn, save.room, event).await?;
    }
    if save.changed {
        put(conn, save.room, &RoomEvent::Changed { version: save.seq }).await?;
    }
    Ok(())
}

pub(super) async fn put(
    conn: &mut SqliteConnection,
    room: RoomId,
    event: &RoomEvent,
) -> Result<(), sqlx::Error> {
    let slot = match event {
        RoomEvent::Changed { .. } => CHANGED,
        RoomEvent::Decided { seq, .. } => to_i64(seq.0),
        RoomEvent::Shut { .. } | RoomEvent::Opened { .. } => SHUT,
        RoomEvent::Deleted {} => DELETED,
    };
    // Replacing gives a new id, so that clearing the published one leaves this one alone.
    sqlx::query("INSERT OR REPLACE INTO room_outbox (room_id, slot, event) VALUES (?, ?, ?)")
        .bind(room.uuid())
        .bind(slot)
        .bind(Json(event))
        .execute(conn)
        .await
        .map(drop)
}

/// How many events beside the coalesced one wait.
pub(super) async fn pending(conn: &mut SqliteConnection, room: Uuid) -> Result<usize, sqlx::Error> {
    let count: i64 =
        sqlx::query_scalar("SELECT count(*) FROM room_outbox WHERE room_id = ? AND slot > ?")
            .bind(room)
            .bind(CHANGED)
            .fetch_one(conn)
            .await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

#[async_trait]
impl Outbox for Sqlite {
    async fn waiting(&self, after: u64, limit: u32) -> Result<Vec<OutboxEntry>, EventsUnavailable> {
        let rows: Vec<(i64, Uuid, Json<RoomEvent>)> = sqlx::query_as(
            "SELECT id, room_id, event FROM room_outbox WHERE id > ? ORDER BY id LIMIT ?",
        )
        .bind(to_i64(after))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        let entries = rows.into_iter().map(|(id, room, event)| OutboxEntry {
            id: to_u64(id),
            subject: Subject::Room(RoomId::from_uuid(room)),
            event: Event::Room(event.0),
        });
        Ok(entries.collect())
    }

    async fn clear(&self, published: &[u64]) -> Result<(), EventsUnavailable> {
        let ids: Vec<i64> = published.iter().copied().map(to_i64).collect();
        sqlx::query("DELETE FROM room_outbox WHERE id IN (SELECT value FROM json_each(?))")
            .bind(Json(ids))
            .execute(&self.write)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl EventLog for Sqlite {
    async fn publish(&self, events: &[OutboxEntry], at: WallMs) -> Result<(), EventsUnavailable> {
        let mut conn = self.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        for entry in events {
            sqlx::query(
                "INSERT INTO event_log (event_id, at_ms, topic, subject_id, event) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (event_id) DO NOTHING",
            )
            .bind(entry.event_id())
            .bind(to_i64(at.0))
            .bind(entry.subject.topic())
            .bind(entry.subject.uuid())
            .bind(Json(&entry.event))
            .execute(&mut *transaction)
            .await?;
        }
        forget_old(&mut transaction, at).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn read(&self, after: u64, limit: u32) -> Result<Vec<LoggedEvent>, EventsUnavailable> {
        let rows: Vec<(i64, i64, String, Uuid, Json<Event>)> = sqlx::query_as(
            "SELECT place, at_ms, topic, subject_id, event FROM event_log
             WHERE place > ? ORDER BY place LIMIT ?",
        )
        .bind(to_i64(after))
        .bind(limit)
        .fetch_all(&self.read)
        .await?;
        let events = rows
            .into_iter()
            .map(|(place, at_ms, topic, subject, event)| {
                let subject = Subject::filed(&topic, subject)
                    .ok_or_else(|| EventsUnavailable(format!("no such topic: {topic}")))?;
                Ok(LoggedEvent {
                    offset: to_u64(place),
                    at: WallMs(to_u64(at_ms)),
                    subject,
                    event: event.0,
                })
            });
        events.collect()
    }
}

async fn forget_old(conn: &mut SqliteConnection, now: WallMs) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM event_log WHERE place <= \
         (SELECT place FROM event_log ORDER BY place DESC LIMIT 1 OFFSET ?)",
    )
    .bind(to_i64(LOG_EVENTS_MAX))
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM event_log WHERE at_ms < ?")
        .bind(to_i64(now.0.saturating_sub(LOG_KEPT_MS)))
        .execute(conn)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::events::conformance;

    #[tokio::test]
    async fn the_log_obeys_the_suite_of_the_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Sqlite::open(folder.path()).await.expect("opened");
        conformance::log_suite(&sqlite).await;
    }
}
