//! The outbox of rooms beside their rows, written by their saves, and the event log of the embedded store.

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{Connection, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::Sqlite;
use super::consumer::PASSING;
use super::number::{to_i64, to_u64};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::RoomId;
use crate::domain::room::RoomEvent;
use crate::ports::events::{
    DEAD_KEPT_MS, EventLog, EventsUnavailable, LOG_EVENTS_MAX, LOG_KEPT_MS, Outbox, OutboxEntry,
};
use crate::ports::room::RoomSave;

/// The slot of the one event that says a room changed; no decision has this seq.
const CHANGED: i64 = 0;

/// The slot of the last event of a room.
const DELETED: i64 = -1;

/// The slot of the one event that says whether the room is there for others.
const SHUT: i64 = -2;

/// The slot of the one event that says whoever has it in memory is to give it up.
const RECALLED: i64 = -3;

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
        RoomEvent::Recalled { .. } => RECALLED,
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
}

async fn forget_old(conn: &mut SqliteConnection, now: WallMs) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM event_aside WHERE retry_ms IS NULL AND since_ms < ?")
        .bind(to_i64(now.0.saturating_sub(DEAD_KEPT_MS)))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "DELETE FROM event_aside WHERE place <= \
         (SELECT place FROM event_aside ORDER BY place DESC LIMIT 1 OFFSET ?)",
    )
    .bind(to_i64(LOG_EVENTS_MAX))
    .execute(&mut *conn)
    .await?;
    // What is set aside stays until it is done with.
    sqlx::query(
        "DELETE FROM event_log WHERE place <= \
         (SELECT place FROM event_log ORDER BY place DESC LIMIT 1 OFFSET ?)
         AND place NOT IN (SELECT place FROM event_aside)",
    )
    .bind(to_i64(LOG_EVENTS_MAX))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM event_log WHERE at_ms < ? AND place NOT IN (SELECT place FROM event_aside)",
    )
    .bind(to_i64(now.0.saturating_sub(LOG_KEPT_MS)))
    .execute(conn)
    .await
    .map(drop)
}

/// Forgets the consumers of an earlier process that nobody goes on with.
pub(super) async fn forget_passing(write: &SqlitePool) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM event_consumer WHERE substr(name, 1, 1) = ?")
        .bind(PASSING)
        .execute(write)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::Beside;
    use super::*;
    use crate::domain::id::UserId;
    use crate::domain::relation::RelationEvent;
    use crate::domain::room::Seq;
    use crate::ports::events::EventConsumers;
    use crate::ports::events::conformance::{Stage, conformance};

    #[tokio::test]
    async fn the_log_obeys_the_suite_of_the_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Sqlite::open(folder.path()).await.expect("opened");
        let desk = Beside::new(folder.path());
        conformance(Stage {
            log: &sqlite,
            consumers: &sqlite,
            desk: &desk,
        })
        .await;
    }

    fn changed(id: u64, room: RoomId) -> OutboxEntry {
        OutboxEntry {
            id,
            subject: Subject::Room(room),
            event: Event::Room(RoomEvent::Changed { version: Seq(id) }),
        }
    }

    async fn published(sqlite: &Sqlite) -> Vec<String> {
        sqlx::query_scalar("SELECT event_id FROM event_log ORDER BY place")
            .fetch_all(&sqlite.read)
            .await
            .expect("read")
    }

    #[tokio::test]
    async fn what_is_published_again_is_there_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Sqlite::open(folder.path()).await.expect("opened");
        let (by, whom) = (UserId::generate(), UserId::generate());
        let followed = |id| OutboxEntry {
            id,
            subject: Subject::User(by),
            event: Event::Relation(RelationEvent::Followed { by, whom }),
        };
        for batch in [&[followed(1), followed(2)][..], &[followed(2)]] {
            sqlite.publish(batch, WallMs(10)).await.expect("published");
        }
        assert_eq!(published(&sqlite).await.len(), 2, "the same happened twice");
    }

    #[tokio::test]
    async fn the_old_are_forgotten_unless_they_are_set_aside() {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Sqlite::open(folder.path()).await.expect("opened");
        let (room, other) = (RoomId::generate(), RoomId::generate());
        let first = [changed(1, room), changed(2, other)];
        sqlite.publish(&first, WallMs(10)).await.expect("published");
        let mut consumer = sqlite.durable("keeper").await.expect("a consumer");
        let events = consumer.next(9, WallMs(10)).await.expect("given");
        let failed = consumer.set_aside(&events[0], "no", WallMs(10)).await;
        failed.expect("set aside");
        consumer.finish().await.expect("finished");
        let later = WallMs(11 + LOG_KEPT_MS);
        sqlite
            .publish(&[changed(3, room)], later)
            .await
            .expect("published");
        let kept = [format!("{room}/changed/1"), format!("{room}/changed/3")];
        assert_eq!(published(&sqlite).await, kept);
        let many = 100..100 + LOG_EVENTS_MAX;
        let many: Vec<_> = many.map(|n| changed(n, other)).collect();
        sqlite.publish(&many, later).await.expect("published");
        let left = published(&sqlite).await;
        assert_eq!(left.len() as u64, LOG_EVENTS_MAX + 1);
        assert_eq!(left[..2], [kept[0].clone(), format!("{other}/changed/100")]);
    }
}
