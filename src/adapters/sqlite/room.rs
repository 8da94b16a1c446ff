//! The room store on SQLite, and what rooms read of people.

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use uuid::Uuid;

use super::room_rows::{self, AccessLists, ROOM_COLUMNS, RoomRow, failed, to_i64, to_u64};
use super::room_writer::RoomWriter;
use super::{Sqlite, events, room_decided, room_erasure, room_search};
use crate::domain::clock::WallMs;
use crate::domain::id::{NodeId, RoomId, UserId};
use crate::domain::room::{AuditEntry, Epoch, RoomCard, Seq};
use crate::ports::room::{
    ANSWERS_KEPT_MS, ClaimOutcome, ClaimedRoom, ListedAfter, NewRoom, PAST_EPOCHS_MAX, Present,
    RoomSave, RoomStore, SESSION_RECORDS_MAX, SaveOutcome, SavedRoom, StoreError, may_claim,
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
        let (writer, work) = RoomWriter::new(sqlite.write.clone());
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
        let claimed = claim(&mut transaction, room.uuid(), node).await?;
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
        let row: Option<(i64, i64)> =
            sqlx::query_as("SELECT epoch, save_no FROM room WHERE id = ? AND state = 'active'")
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
        match row {
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

async fn find(conn: &mut SqliteConnection, room: Uuid) -> Result<Option<RoomRow>, sqlx::Error> {
    let query = format!("SELECT {ROOM_COLUMNS} FROM room WHERE id = ? AND state = 'active'");
    sqlx::query_as(AssertSqlSafe(query))
        .bind(room)
        .fetch_optional(conn)
        .await
}

/// Reads the room and takes it over, within one transaction.
async fn claim(
    conn: &mut SqliteConnection,
    room: Uuid,
    node: NodeId,
) -> Result<ClaimOutcome, StoreError> {
    let fail = |error: sqlx::Error| failed(&error);
    let Some(row) = find(conn, room).await.map_err(fail)? else {
        return Ok(ClaimOutcome::NotFound);
    };
    if let Some(owner) = holder(conn, room, node).await.map_err(fail)? {
        return Ok(ClaimOutcome::Held { node: owner });
    }
    let epoch = row.epoch + 1;
    let taken = sqlx::query("UPDATE room SET epoch = ?, node_id = ? WHERE id = ? AND epoch = ?")
        .bind(epoch)
        .bind(node.uuid())
        .bind(room)
        .bind(row.epoch)
        .execute(&mut *conn)
        .await
        .map_err(fail)?;
    if taken.rows_affected() != 1 {
        return Err(StoreError::Failed(
            "the room was claimed by another node".to_owned(),
        ));
    }
    remember_epoch(conn, room, row.epoch, row.seq().0)
        .await
        .map_err(fail)?;
    let roster = room_rows::roster(conn, room).await?;
    forget_old_sessions(conn, room, &roster)
        .await
        .map_err(fail)?;
    Ok(ClaimOutcome::Claimed(Box::new(ClaimedRoom {
        card: row.card(),
        epoch: Epoch(to_u64(epoch)),
        save_no: to_u64(row.save_no),
        document: row.document(conn).await.map_err(fail)?,
        sessions: room_rows::sessions(conn, room).await?,
        past_epochs: room_rows::past_epochs(conn, room).await.map_err(fail)?,
        roster,
        pending_events: events::pending(conn, room).await.map_err(fail)?,
    })))
}

/// Who keeps `claimant` from the room: its owner, while that one's lease runs.
async fn holder(
    conn: &mut SqliteConnection,
    room: Uuid,
    claimant: NodeId,
) -> Result<Option<NodeId>, sqlx::Error> {
    let owner: Option<(Uuid, Option<i64>, i64)> = sqlx::query_as(
        "SELECT room.node_id, node_lease.until_ms, CAST(unixepoch('subsec') * 1000 AS INTEGER) \
         FROM room LEFT JOIN node_lease USING (node_id) WHERE room.id = ? AND node_id IS NOT NULL",
    )
    .bind(room)
    .fetch_optional(conn)
    .await?;
    Ok(owner.and_then(|(owner, until, now)| {
        let owner = NodeId::from_uuid(owner);
        let until = until.map(|until| WallMs(to_u64(until)));
        let free = may_claim(Some((owner, until)), claimant, WallMs(to_u64(now)));
        (!free).then_some(owner)
    }))
}

async fn remember_epoch(
    conn: &mut SqliteConnection,
    room: Uuid,
    epoch: i64,
    saved_seq: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO room_epoch (room_id, epoch, saved_seq) VALUES (?, ?, ?)")
        .bind(room)
        .bind(epoch)
        .bind(to_i64(saved_seq))
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM room_epoch WHERE room_id = ? AND epoch <= ?")
        .bind(room)
        .bind(epoch - to_i64(PAST_EPOCHS_MAX as u64))
        .execute(&mut *conn)
        .await
        .map(drop)
}

/// Answers are kept while their session is present, then for a day after it was last heard of, by the store's
/// clock, and a bounded number of them.
async fn forget_old_sessions(
    conn: &mut SqliteConnection,
    room: Uuid,
    roster: &[Present],
) -> Result<(), sqlx::Error> {
    let present = roster.iter().map(|present| {
        let id = present.session.uuid().simple();
        id.to_string().to_uppercase()
    });
    sqlx::query(
        "WITH ended AS (SELECT session_id, seen_ms FROM room_session WHERE room_id = ?1 \
         AND hex(session_id) NOT IN (SELECT value FROM json_each(?4))) \
         DELETE FROM room_session WHERE room_id = ?1 AND session_id IN ( \
         SELECT session_id FROM ended WHERE seen_ms < unixepoch() * 1000 - ?2 UNION ALL \
         SELECT session_id FROM (SELECT session_id FROM ended \
         ORDER BY seen_ms DESC, session_id DESC LIMIT -1 OFFSET ?3))",
    )
    .bind(room)
    .bind(to_i64(ANSWERS_KEPT_MS))
    .bind(to_i64(SESSION_RECORDS_MAX as u64))
    .bind(Json(present.collect::<Vec<String>>()))
    .execute(conn)
    .await
    .map(drop)
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
    room_search::index(conn, card.id.uuid(), &card.name).await?;
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
