//! Group commit: one task writes the saves of all rooms, many to a transaction, a savepoint a room. The
//! answer goes out after the commit is on disk.

use std::sync::Arc;

use sqlx::types::Json;
use sqlx::{Connection, SqliteConnection, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use super::number::to_i64;
use super::room_rows::failed;
use super::{events, room_decided};
use crate::domain::notification::Delivery;
use crate::domain::room::CHAT_LINES_MAX;
use crate::ports::notification::NotificationSink;
use crate::ports::room::{RoomSave, SaveOutcome, StoreError};

/// Saves that may wait; rooms have one under way each, so this bounds rooms saving at once.
const WAITING_MAX: usize = 4_096;

/// Saves in one transaction: enough to share one sync, few enough that none waits long.
const GROUP_MAX: usize = 256;

type Answer = Result<SaveOutcome, StoreError>;
type Request = (RoomSave, oneshot::Sender<Answer>);

/// The way to the writer.
#[derive(Debug, Clone)]
pub(super) struct RoomWriter {
    requests: mpsc::Sender<Request>,
}

impl RoomWriter {
    /// The way to the writer, and its work, which the caller must run. The sink hears of notices.
    pub fn new(
        write: SqlitePool,
        sink: Option<Arc<dyn NotificationSink>>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (requests, waiting) = mpsc::channel(WAITING_MAX);
        (Self { requests }, run(write, sink, waiting))
    }

    /// Saves with the next group.
    pub async fn save(&self, save: RoomSave) -> Answer {
        let (answer, answered) = oneshot::channel();
        let gone = |_| StoreError::Failed("the writer has stopped".to_owned());
        self.requests
            .send((save, answer))
            .await
            .map_err(|e| gone(e.to_string()))?;
        // The writer may have committed before it went.
        answered
            .await
            .map_err(|error| StoreError::Unknown(error.to_string()))?
    }
}

async fn run(
    write: SqlitePool,
    sink: Option<Arc<dyn NotificationSink>>,
    mut waiting: mpsc::Receiver<Request>,
) {
    let mut group = Vec::with_capacity(GROUP_MAX);
    while waiting.recv_many(&mut group, GROUP_MAX).await > 0 {
        let (saves, answers): (Vec<_>, Vec<_>) = group.drain(..).unzip();
        let mut told = Vec::new();
        let outcomes = commit_group(&write, saves, &mut told).await;
        for (sink, delivery) in told.iter().filter_map(|one| Some((sink.as_ref()?, one))) {
            sink.notified(delivery);
        }
        for (answer, outcome) in answers.into_iter().zip(outcomes) {
            // A room that no longer waits has been abandoned and will read what was saved.
            let _ = answer.send(outcome);
        }
    }
}

/// Saves a group in one transaction. The outcome of each save, in order, and who is to be told of it.
async fn commit_group(
    write: &SqlitePool,
    saves: Vec<RoomSave>,
    told: &mut Vec<Delivery>,
) -> Vec<Answer> {
    let count = saves.len();
    let all = |make: &dyn Fn() -> StoreError| (0..count).map(|_| Err(make())).collect();
    let mut conn = match write.acquire().await {
        Ok(conn) => conn,
        Err(error) => return all(&|| failed(&error)),
    };
    let mut transaction = match conn.begin_with("BEGIN IMMEDIATE").await {
        Ok(transaction) => transaction,
        Err(error) => return all(&|| failed(&error)),
    };
    let mut outcomes = Vec::with_capacity(count);
    let mut notices = Vec::new();
    for save in saves {
        outcomes.push(save_one(&mut transaction, save, &mut notices).await);
    }
    match transaction.commit().await {
        Ok(()) => {
            told.append(&mut notices);
            outcomes
        }
        // Whether a failed commit reached the disk is not known: the rooms read again.
        Err(error) => all(&|| StoreError::Unknown(error.to_string())),
    }
}

/// One room's save within the group's transaction: all of it or, on any failure, none.
async fn save_one(
    group: &mut SqliteConnection,
    save: RoomSave,
    told: &mut Vec<Delivery>,
) -> Answer {
    let mut savepoint = group.begin().await.map_err(|error| failed(&error))?;
    let outcome = write_parts(&mut savepoint, &save).await;
    match outcome {
        Ok(Some((pending, mut notices))) => {
            savepoint.commit().await.map_err(|error| failed(&error))?;
            told.append(&mut notices);
            let pending_events = Some(pending);
            Ok(SaveOutcome::Saved { pending_events })
        }
        Ok(None) => {
            savepoint.rollback().await.map_err(|error| failed(&error))?;
            Ok(SaveOutcome::Fenced)
        }
        Err(error) => {
            savepoint.rollback().await.map_err(|error| failed(&error))?;
            Err(failed(&error))
        }
    }
}

/// Writes the changed parts if the claim still stands, and counts the events that wait, beside the notices it wrote; none
/// when it does not.
async fn write_parts(
    conn: &mut SqliteConnection,
    save: &RoomSave,
) -> Result<Option<(usize, Vec<Delivery>)>, sqlx::Error> {
    let room = save.room.uuid();
    let fenced = sqlx::query(
        "UPDATE room SET save_no = ?, seq = ?, horizon_seq = ?, theme = coalesce(?, theme), \
         changed_ms = CASE WHEN ? THEN ? ELSE changed_ms END \
         WHERE id = ? AND epoch = ? AND node_id = ? AND save_no = ? \
         AND state IN ('active', 'archived')",
    )
    .bind(to_i64(save.save_no))
    .bind(to_i64(save.seq.0))
    .bind(to_i64(save.horizon.0))
    .bind(save.theme.as_ref().map(Json))
    .bind(save.changed)
    .bind(to_i64(save.at.0))
    .bind(room)
    .bind(to_i64(save.epoch.0))
    .bind(save.node.uuid())
    .bind(to_i64(save.save_no) - 1)
    .execute(&mut *conn)
    .await?;
    if fenced.rows_affected() != 1 {
        return Ok(None);
    }
    write_items(conn, save).await?;
    write_chat(conn, save).await?;
    let told = room_decided::write(conn, save).await?;
    events::write(conn, save).await?;
    if let Some(roster) = &save.roster {
        let present =
            rmp_serde::to_vec(roster).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "INSERT INTO room_roster (room_id, present) VALUES (?, ?) \
             ON CONFLICT DO UPDATE SET present = excluded.present",
        )
        .bind(room)
        .bind(present)
        .execute(&mut *conn)
        .await?;
    }
    write_sessions(conn, save).await?;
    let pending = events::pending(conn, room).await?;
    Ok(Some((pending, told)))
}

async fn write_sessions(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    let room = save.room.uuid();
    for session in &save.sessions_removed {
        sqlx::query("DELETE FROM room_session WHERE room_id = ? AND session_id = ?")
            .bind(room)
            .bind(session.uuid())
            .execute(&mut *conn)
            .await?;
    }
    for (session, record) in &save.sessions {
        let answers =
            rmp_serde::to_vec(record).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "INSERT INTO room_session (room_id, session_id, answers, seen_ms) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET answers = excluded.answers, seen_ms = excluded.seen_ms",
        )
        .bind(room)
        .bind(session.uuid())
        .bind(answers)
        .bind(to_i64(record.seen.0))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn write_items(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    let room = save.room.uuid();
    for (id, item) in &save.items {
        sqlx::query("DELETE FROM room_tombstone WHERE room_id = ? AND item_id = ?")
            .bind(room)
            .bind(to_i64(id.0))
            .execute(&mut *conn)
            .await?;
        sqlx::query(
            "INSERT INTO room_item (room_id, item_id, body, seq) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET body = excluded.body, seq = excluded.seq",
        )
        .bind(room)
        .bind(to_i64(id.0))
        .bind(Json(item))
        .bind(to_i64(item.seq().0))
        .execute(&mut *conn)
        .await?;
    }
    for (id, stamp) in &save.removed {
        sqlx::query("DELETE FROM room_item WHERE room_id = ? AND item_id = ?")
            .bind(room)
            .bind(to_i64(id.0))
            .execute(&mut *conn)
            .await?;
        sqlx::query(
            "INSERT INTO room_tombstone (room_id, item_id, seq, by_session) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET seq = excluded.seq, by_session = excluded.by_session",
        )
        .bind(room)
        .bind(to_i64(id.0))
        .bind(to_i64(stamp.seq.0))
        .bind(stamp.by.uuid())
        .execute(&mut *conn)
        .await?;
    }
    if !save.removed.is_empty() {
        sqlx::query("DELETE FROM room_tombstone WHERE room_id = ? AND seq <= ?")
            .bind(room)
            .bind(to_i64(save.horizon.0))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn write_chat(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    let room = save.room.uuid();
    for (number, line) in (0_i64..).zip(&save.chat) {
        sqlx::query(
            "INSERT INTO room_chat (room_id, seq, line, at_ms, author_id, author_name, guest, text) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(room)
        .bind(to_i64(line.seq.0))
        .bind(number)
        .bind(to_i64(line.at.0))
        .bind(&line.author_id)
        .bind(&line.author_name)
        .bind(line.guest.map(Json))
        .bind(&line.text)
        .execute(&mut *conn)
        .await?;
    }
    if !save.chat.is_empty() {
        sqlx::query(
            "DELETE FROM room_chat WHERE room_id = ?1 AND (seq, line) IN ( \
             SELECT seq, line FROM room_chat WHERE room_id = ?1 \
             ORDER BY seq DESC, line DESC LIMIT -1 OFFSET ?2)",
        )
        .bind(room)
        .bind(to_i64(CHAT_LINES_MAX as u64))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
