//! The room store on SQLite, and what rooms read of people.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use uuid::Uuid;

use super::number::{to_i64, to_u64};
use super::room_rows::{self, AccessLists, ROOM_COLUMNS, RoomRow, failed, find};
use super::room_writer::RoomWriter;
use super::{Sqlite, names, room_claim, room_decided, room_erasure};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{AuditEntry, Epoch, RoomCard, Seq};
use crate::ports::notification::NotificationSink;
use crate::ports::room::{
    ClaimOutcome, ListedAfter, NewRoom, RoomSave, RoomStore, SaveOutcome, SavedRoom, StoreError,
};

/// Rooms in the embedded store.
#[derive(Debug, Clone)]
pub struct SqliteRooms {
    pub(super) sqlite: Sqlite,
    writer: RoomWriter,
}

impl SqliteRooms {
    /// The store, and the work of its writer, which the caller must run until the process ends.
    pub fn new(sqlite: Sqlite) -> (Self, impl Future<Output = ()> + Send) {
        Self::with(sqlite, None)
    }

    /// The same with somebody who hears of the notices that come of what owners decide.
    pub fn notifying(
        sqlite: Sqlite,
        sink: Arc<dyn NotificationSink>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        Self::with(sqlite, Some(sink))
    }

    fn with(
        sqlite: Sqlite,
        sink: Option<Arc<dyn NotificationSink>>,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (writer, work) = RoomWriter::new(sqlite.write.clone(), sink);
        (Self { sqlite, writer }, work)
    }

    /// Ends the leases of earlier processes: this one holds the lock of the data folder, so they are gone.
    pub async fn end_leases(&self) -> Result<(), StoreError> {
        let ended = sqlx::query("DELETE FROM node_lease").execute(&self.sqlite.write);
        ended.await.map(drop).map_err(|error| failed(&error))
    }

    pub(super) async fn saved(
        &self,
        conn: &mut SqliteConnection,
        row: &RoomRow,
    ) -> Result<SavedRoom, StoreError> {
        let items = room_rows::items(conn, row.card().id.uuid()).await;
        Ok(SavedRoom {
            card: row.card(),
            seq: row.seq(),
            theme: row.theme().clone(),
            items: items.map_err(|error| failed(&error))?.into_iter().collect(),
        })
    }
}

#[async_trait]
impl RoomStore for SqliteRooms {
    async fn claim(&self, room: RoomId, node: NodeId) -> Result<ClaimOutcome, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.write.acquire().await.map_err(fail)?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        let claimed = room_claim::claim(&mut transaction, room.uuid(), node).await?;
        transaction
            .commit()
            .await
            .map_err(|error| StoreError::Unknown(error.to_string()))?;
        Ok(claimed)
    }

    async fn renew(&self, node: NodeId, lease_ms: u64) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO node_lease (node_id, until_ms) VALUES (?1, unixepoch('subsec') * 1000 + ?2) \
             ON CONFLICT DO UPDATE SET until_ms = excluded.until_ms",
        )
        .bind(node.uuid())
        .bind(to_i64(lease_ms))
        .execute(&self.sqlite.write)
        .await
        .map(drop)
        .map_err(|error| StoreError::Unknown(error.to_string()))
    }

    async fn release(&self, room: RoomId, epoch: Epoch, node: NodeId) -> Result<(), StoreError> {
        sqlx::query("UPDATE room SET node_id = NULL WHERE id = ? AND epoch = ? AND node_id = ?")
            .bind(room.uuid())
            .bind(to_i64(epoch.0))
            .bind(node.uuid())
            .execute(&self.sqlite.write)
            .await
            .map(drop)
            .map_err(|error| StoreError::Unknown(error.to_string()))
    }

    async fn save(&self, save: RoomSave) -> Result<SaveOutcome, StoreError> {
        self.writer.save(save).await
    }

    async fn last_save(&self, room: RoomId) -> Result<Option<(Epoch, u64)>, StoreError> {
        let row: Option<(i64, i64)> = sqlx::query_as(
            "SELECT epoch, save_no FROM room WHERE id = ? AND state IN ('active', 'archived')",
        )
        .bind(room.uuid())
        .fetch_optional(&self.sqlite.read)
        .await
        .map_err(|error| failed(&error))?;
        Ok(row.map(|(epoch, save_no)| (Epoch(to_u64(epoch)), to_u64(save_no))))
    }

    async fn create(&self, room: NewRoom) -> Result<(), StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.write.acquire().await.map_err(fail)?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        create(&mut transaction, &room).await.map_err(fail)?;
        transaction
            .commit()
            .await
            .map_err(|error| StoreError::Unknown(error.to_string()))
    }

    async fn card(&self, room: RoomId) -> Result<Option<RoomCard>, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.read.acquire().await.map_err(fail)?;
        let row = find(&mut conn, room.uuid()).await.map_err(fail)?;
        Ok(row.map(|row| row.card()))
    }

    async fn read(&self, room: RoomId) -> Result<Option<SavedRoom>, StoreError> {
        let mut conn = self
            .sqlite
            .read
            .acquire()
            .await
            .map_err(|error| failed(&error))?;
        let row = find(&mut conn, room.uuid())
            .await
            .map_err(|error| failed(&error))?;
        match row.filter(|row| !row.is_archived()) {
            Some(row) => self.saved(&mut conn, &row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn list_public(
        &self,
        after: Option<ListedAfter>,
        limit: u32,
    ) -> Result<Vec<(SavedRoom, ListedAfter)>, StoreError> {
        let mut conn = self
            .sqlite
            .read
            .acquire()
            .await
            .map_err(|error| failed(&error))?;
        let (changed_ms, room) = after.map_or((i64::MAX, Uuid::max()), |after| {
            (to_i64(after.changed.0), after.room.uuid())
        });
        let rows: Vec<RoomRow> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT {ROOM_COLUMNS} FROM room WHERE visibility = 'public' AND state = 'active' \
             AND (changed_ms, id) < (?, ?) ORDER BY changed_ms DESC, id DESC LIMIT ?"
        )))
        .bind(changed_ms)
        .bind(room)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await
        .map_err(|error| failed(&error))?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let changed = WallMs(to_u64(row.changed_ms));
            let place = ListedAfter {
                changed,
                room: row.card().id,
            };
            found.push((self.saved(&mut conn, &row).await?, place));
        }
        Ok(found)
    }

    async fn audit(
        &self,
        room: RoomId,
        after: Option<Seq>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.read.acquire().await.map_err(fail)?;
        room_decided::audit(&mut conn, room.uuid(), after, limit)
            .await
            .map_err(fail)
    }

    async fn of_owner(&self, owner: UserId) -> Result<Vec<RoomCard>, StoreError> {
        let rows: Vec<RoomRow> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT {ROOM_COLUMNS} FROM room WHERE owner_id = ? AND state <> 'deleted' ORDER BY id"
        )))
        .bind(owner.uuid())
        .fetch_all(&self.sqlite.read)
        .await
        .map_err(|error| failed(&error))?;
        Ok(rows.iter().map(RoomRow::card).collect())
    }

    async fn delete(&self, room: RoomId) -> Result<Option<Epoch>, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.write.acquire().await.map_err(fail)?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        let ended = room_erasure::delete(&mut transaction, room).await;
        let ended = ended.map_err(fail)?;
        committed(transaction).await?;
        Ok(ended)
    }

    async fn is_deleted(&self, room: RoomId) -> Result<bool, StoreError> {
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM room WHERE id = ? AND state = 'deleted')")
            .bind(room.uuid())
            .fetch_one(&self.sqlite.read)
            .await
            .map_err(|error| failed(&error))
    }

    async fn naming(&self, person: UserId, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.read.acquire().await.map_err(fail)?;
        let rooms = room_erasure::naming(&mut conn, person, limit).await;
        rooms.map_err(fail)
    }

    async fn forget(&self, room: RoomId, person: UserId) -> Result<Option<Epoch>, StoreError> {
        let fail = |error: sqlx::Error| failed(&error);
        let mut conn = self.sqlite.write.acquire().await.map_err(fail)?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await.map_err(fail)?;
        let fenced = room_erasure::forget(&mut transaction, room, person).await?;
        committed(transaction).await?;
        Ok(fenced)
    }
}

pub(super) async fn committed(
    transaction: sqlx::Transaction<'_, sqlx::Sqlite>,
) -> Result<(), StoreError> {
    let committed = transaction.commit().await;
    committed.map_err(|error| StoreError::Unknown(error.to_string()))
}

/// Makes a room within a transaction; whether there was none with this id.
pub(super) async fn create(
    conn: &mut SqliteConnection,
    room: &NewRoom,
) -> Result<bool, sqlx::Error> {
    let NewRoom { card, document, at } = room;
    let made = sqlx::query(
        "INSERT INTO room (id, owner_id, name, visibility, guests_allowed, locked, people_max, \
         access_lists, state, epoch, save_no, seq, theme, horizon_seq, created_ms, changed_ms) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active', 0, 0, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )
    .bind(card.id.uuid())
    .bind(card.owner_id.uuid())
    .bind(&card.name)
    .bind(card.access.visibility.as_str())
    .bind(card.access.guests_allowed)
    .bind(card.access.locked)
    .bind(card.access.people_max)
    .bind(Json(AccessLists::of(&card.access)))
    .bind(to_i64(document.seq.0))
    .bind(Json(&document.theme))
    .bind(to_i64(document.horizon.0))
    .bind(to_i64(at.0))
    .bind(to_i64(at.0))
    .execute(&mut *conn)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(false);
    }
    for (id, item) in &document.items {
        sqlx::query("INSERT INTO room_item (room_id, item_id, body, seq) VALUES (?, ?, ?, ?)")
            .bind(card.id.uuid())
            .bind(to_i64(id.0))
            .bind(Json(item))
            .bind(to_i64(item.seq().0))
            .execute(&mut *conn)
            .await?;
    }
    names::ROOMS.put(conn, card.id.uuid(), &card.name).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::room::conformance;

    #[tokio::test]
    async fn obeys_the_suite_of_the_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let sqlite = Sqlite::open(folder.path()).await.expect("opened");
        let (rooms, work) = SqliteRooms::new(sqlite.clone());
        let suites = async {
            conformance::suite(&rooms).await;
            conformance::outbox::suite(&rooms, &sqlite).await;
            conformance::doors::suite(&rooms, &sqlite).await;
            conformance::shelf::suite(&rooms, &sqlite, &sqlite).await;
        };
        tokio::select! {
            () = suites => {}
            () = work => panic!("the writer ends only with its rooms"),
        }
    }

    #[tokio::test]
    async fn a_second_process_is_kept_out_of_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Sqlite::open(folder.path()).await.expect("opened");
        let second = Sqlite::open(folder.path()).await;
        assert!(matches!(
            second,
            Err(super::super::OpenError::Locked { .. })
        ));
        drop(first);
        Sqlite::open(folder.path()).await.expect("free again");
    }
}
