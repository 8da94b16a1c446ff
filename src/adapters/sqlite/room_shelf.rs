//! A person's rooms as a set, on SQLite.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use uuid::Uuid;

use super::number::{to_i64, to_u64};
use super::once::{self, Begun};
use super::room::{committed, create};
use super::room_others::SHOWN;
use super::room_rows::{ROOM_COLUMNS, RoomRow, failed};
use super::{SqliteRooms, events, room_decided, room_erasure, room_owners, room_search};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Epoch, Layout, RoomEvent};
use crate::domain::search::NameQuery;
use crate::domain::version::{Expected, Version};
use crate::ports::once::{Done, Once};
use crate::ports::room::{
    DELETED_ROOMS_MAX, FoundRooms, FrontSet, Life, NewRoom, OwnRoom, Purging, RoomAfter,
    RoomFoundAfter, RoomShelf, SavedRoom, ShelfError, StoreError,
};

/// What is read of each room here; none of those that can no longer be restored.
const FROM_SHELF: &str = "state, created_ms, archived_ms, binned_ms,
     EXISTS (SELECT 1 FROM user WHERE user.id = owner_id AND front_room_id = room.id) AS is_front
     FROM room WHERE state <> 'deleted' AND coalesce(binned_ms, 1) > 0";

impl From<sqlx::Error> for ShelfError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(failed(&error))
    }
}

#[derive(sqlx::FromRow)]
struct ShelfRow {
    #[sqlx(flatten)]
    room: RoomRow,
    state: String,
    created_ms: i64,
    archived_ms: Option<i64>,
    binned_ms: Option<i64>,
    is_front: bool,
}

const fn state_of(life: Life) -> &'static str {
    match life {
        Life::Active => "active",
        Life::Archived => "archived",
        Life::Deleted => "binned",
    }
}

impl ShelfRow {
    fn life(&self) -> Life {
        match self.state.as_str() {
            "active" => Life::Active,
            "archived" => Life::Archived,
            _ => Life::Deleted,
        }
    }

    fn refuse_front(&self) -> Result<(), ShelfError> {
        if self.is_front {
            return Err(ShelfError::FrontRoom);
        }
        Ok(())
    }
}

/// A room of this person, if it has not ended.
async fn find(
    conn: &mut SqliteConnection,
    owner: UserId,
    room: RoomId,
) -> Result<Option<ShelfRow>, sqlx::Error> {
    let query = format!("SELECT {ROOM_COLUMNS}, {FROM_SHELF} AND id = ? AND owner_id = ?");
    sqlx::query_as(AssertSqlSafe(query))
        .bind(room.uuid())
        .bind(owner.uuid())
        .fetch_optional(conn)
        .await
}

/// Refuses one room more than there may be.
async fn refuse_too_many(
    conn: &mut SqliteConnection,
    owner: UserId,
    most: u32,
) -> Result<(), ShelfError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM room WHERE owner_id = ? AND state IN ('active', 'archived')",
    )
    .bind(owner.uuid())
    .fetch_one(conn)
    .await?;
    if count >= i64::from(most) {
        return Err(ShelfError::TooMany);
    }
    Ok(())
}

/// Lets a room live so from a new epoch on, which fences off whoever has it in memory, and tells of it.
async fn turn(
    conn: &mut SqliteConnection,
    room: RoomId,
    life: Life,
    archived_ms: Option<i64>,
    binned_ms: Option<i64>,
) -> Result<Epoch, sqlx::Error> {
    let epoch: i64 = sqlx::query_scalar(
        "UPDATE room SET state = ?, archived_ms = ?, binned_ms = ?, epoch = epoch + 1, node_id = NULL
         WHERE id = ? RETURNING epoch",
    )
    .bind(state_of(life))
    .bind(archived_ms)
    .bind(binned_ms)
    .bind(room.uuid())
    .fetch_one(&mut *conn)
    .await?;
    let epoch = Epoch(to_u64(epoch));
    let event = match life {
        Life::Active => RoomEvent::Opened { epoch },
        Life::Archived | Life::Deleted => RoomEvent::Shut { epoch },
    };
    events::put(conn, room, &event).await?;
    Ok(epoch)
}

impl SqliteRooms {
    async fn on_shelf(
        &self,
        conn: &mut SqliteConnection,
        row: ShelfRow,
    ) -> Result<OwnRoom, StoreError> {
        let at = |ms: i64| WallMs(to_u64(ms));
        Ok(OwnRoom {
            room: self.saved(conn, &row.room).await?,
            life: row.life(),
            is_front: row.is_front,
            created: at(row.created_ms),
            changed: at(row.room.changed_ms),
            archived: row.archived_ms.map(at),
            deleted: row.binned_ms.map(at),
        })
    }

    async fn all_on_shelf(
        &self,
        conn: &mut SqliteConnection,
        rows: Vec<ShelfRow>,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        let mut rooms = Vec::with_capacity(rows.len());
        for row in rows {
            rooms.push(self.on_shelf(conn, row).await?);
        }
        Ok(rooms)
    }
}

#[async_trait]
impl RoomShelf for SqliteRooms {
    async fn make(
        &self,
        room: NewRoom,
        most: u32,
        once: Option<&Once>,
    ) -> Result<Done<RoomId>, ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin(&mut transaction, once, room.at).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => return Ok(Done::Before(id)),
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let id = room.card.id;
        refuse_too_many(&mut transaction, room.card.owner_id, most).await?;
        if create(&mut transaction, &room).await? {
            let version = room.document.seq;
            events::put(&mut transaction, id, &RoomEvent::Changed { version }).await?;
        }
        once::record(&mut transaction, once, &id, room.at).await?;
        committed(transaction).await?;
        Ok(Done::Now(id))
    }

    async fn own(&self, owner: UserId, room: RoomId) -> Result<Option<OwnRoom>, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        match find(&mut conn, owner, room).await? {
            Some(row) => self.on_shelf(&mut conn, row).await.map(Some),
            None => Ok(None),
        }
    }

    async fn own_rooms(
        &self,
        owner: UserId,
        life: Life,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        let query = format!(
            "SELECT {ROOM_COLUMNS}, {FROM_SHELF} AND owner_id = ? AND state = ? AND id > ? \
             ORDER BY id LIMIT ?"
        );
        let rows: Vec<ShelfRow> = sqlx::query_as(AssertSqlSafe(query))
            .bind(owner.uuid())
            .bind(state_of(life))
            .bind(after.map_or(Uuid::nil(), |after| after.0.uuid()))
            .bind(limit)
            .fetch_all(&mut *conn)
            .await?;
        self.all_on_shelf(&mut conn, rows).await
    }

    async fn shown_rooms(
        &self,
        owner: UserId,
        viewer: Option<UserId>,
        after: Option<RoomAfter>,
        limit: u32,
    ) -> Result<Vec<OwnRoom>, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        let query = format!("SELECT {ROOM_COLUMNS}, {FROM_SHELF}{SHOWN}");
        let rows: Vec<ShelfRow> = sqlx::query_as(AssertSqlSafe(query))
            .bind(owner.uuid())
            .bind(after.map_or(Uuid::nil(), |after| after.0.uuid()))
            .bind(viewer.map(UserId::uuid))
            .bind(viewer.map(|viewer| viewer.to_string()))
            .bind(limit)
            .fetch_all(&mut *conn)
            .await?;
        self.all_on_shelf(&mut conn, rows).await
    }

    async fn edited_rooms(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError> {
        self.edited(editor, after, limit, now).await
    }

    async fn archive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let found = find(&mut transaction, owner, room).await?;
        let row = found.ok_or(ShelfError::NotFound)?;
        if !expected.admits(row.room.card().rules_version()) {
            return Err(ShelfError::Stale);
        }
        match row.life() {
            Life::Active => row.refuse_front()?,
            Life::Archived => return Ok(None),
            Life::Deleted => return Err(ShelfError::NotFound),
        }
        let (since, life) = (Some(to_i64(at.0)), Life::Archived);
        let epoch = turn(&mut transaction, room, life, since, None).await?;
        committed(transaction).await?;
        Ok(Some(epoch))
    }

    async fn unarchive(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<Option<Epoch>, ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let found = find(&mut transaction, owner, room).await?;
        let row = found.ok_or(ShelfError::NotFound)?;
        if !expected.admits(row.room.card().rules_version()) {
            return Err(ShelfError::Stale);
        }
        match row.life() {
            Life::Active => return Ok(None),
            Life::Archived => {}
            Life::Deleted => return Err(ShelfError::NotFound),
        }
        let epoch = turn(&mut transaction, room, Life::Active, None, None).await?;
        committed(transaction).await?;
        Ok(Some(epoch))
    }

    async fn bin(
        &self,
        owner: UserId,
        room: RoomId,
        at: WallMs,
    ) -> Result<Option<Epoch>, ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let found = find(&mut transaction, owner, room).await?;
        let row = found.ok_or(ShelfError::NotFound)?;
        if row.life() == Life::Deleted {
            return Ok(None);
        }
        row.refuse_front()?;
        // Zero says that it is too late to restore it.
        let binned = Some(to_i64(at.0).max(1));
        let (archived, life) = (row.archived_ms, Life::Deleted);
        let epoch = turn(&mut transaction, room, life, archived, binned).await?;
        sqlx::query(
            "UPDATE room SET binned_ms = 0 WHERE id IN (SELECT id FROM room
             WHERE owner_id = ? AND state = 'binned' AND binned_ms > 0
             ORDER BY binned_ms DESC, id DESC LIMIT -1 OFFSET ?)",
        )
        .bind(owner.uuid())
        .bind(DELETED_ROOMS_MAX)
        .execute(&mut *transaction)
        .await?;
        committed(transaction).await?;
        Ok(Some(epoch))
    }

    async fn restore(
        &self,
        owner: UserId,
        room: RoomId,
        since: WallMs,
        most: u32,
        once: Option<&Once>,
        at: WallMs,
    ) -> Result<Done<RoomId>, ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin(&mut transaction, once, at).await? {
            Begun::Fresh => {}
            Begun::Replay(id) => return Ok(Done::Before(id)),
            Begun::Mismatch => return Ok(Done::KeyReused),
        }
        let found = find(&mut transaction, owner, room).await?;
        let row = found.ok_or(ShelfError::NotFound)?;
        if row.life() == Life::Deleted {
            if row.binned_ms.is_none_or(|binned| binned <= to_i64(since.0)) {
                return Err(ShelfError::NotFound);
            }
            refuse_too_many(&mut transaction, owner, most).await?;
            let archived = row.archived_ms;
            let life = archived.map_or(Life::Active, |_| Life::Archived);
            turn(&mut transaction, room, life, archived, None).await?;
        }
        once::record(&mut transaction, once, &room, at).await?;
        committed(transaction).await?;
        Ok(Done::Now(room))
    }

    async fn set_front(
        &self,
        owner: UserId,
        room: RoomId,
        expected: &Expected,
    ) -> Result<(), ShelfError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let found = find(&mut transaction, owner, room).await?;
        match found.map(|row| row.life()) {
            Some(Life::Active) => {}
            Some(Life::Archived) => return Err(ShelfError::Archived),
            Some(Life::Deleted) | None => return Err(ShelfError::NotFound),
        }
        match room_owners::set_front(&mut transaction, owner, room, expected).await? {
            FrontSet::Done => Ok(committed(transaction).await?),
            FrontSet::Stale => Err(ShelfError::Stale),
            FrontSet::Nobody => Err(ShelfError::NotFound),
        }
    }

    async fn search(
        &self,
        query: &NameQuery,
        viewer: Option<UserId>,
        after: Option<&RoomFoundAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<FoundRooms, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        let found = room_search::rooms(&mut conn, query, viewer, after, limit, now);
        let (rows, unfinished) = found.await?;
        let mut rooms = Vec::with_capacity(rows.len());
        for (row, place) in rows {
            rooms.push((self.saved(&mut conn, &row).await?, place));
        }
        Ok(FoundRooms { rooms, unfinished })
    }

    async fn layouts(
        &self,
        room: RoomId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Layout)>, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        Ok(room_decided::some_layouts(&mut conn, room.uuid(), after, limit).await?)
    }

    async fn layouts_version(&self, room: RoomId) -> Result<Version, StoreError> {
        let mut conn = self.sqlite.read.acquire().await?;
        Ok(room_decided::version_of_layouts(&mut conn, room.uuid()).await?)
    }

    async fn binned(&self, until: WallMs, limit: u32) -> Result<Vec<RoomId>, StoreError> {
        let rooms: Vec<Uuid> = sqlx::query_scalar(
            "SELECT id FROM room WHERE state = 'binned' AND binned_ms <= ?
             ORDER BY binned_ms, id LIMIT ?",
        )
        .bind(to_i64(until.0))
        .bind(limit)
        .fetch_all(&self.sqlite.read)
        .await?;
        Ok(rooms.into_iter().map(RoomId::from_uuid).collect())
    }

    async fn purge(&self, room: RoomId, until: WallMs) -> Result<Purging, StoreError> {
        let mut conn = self.sqlite.write.acquire().await?;
        let mut transaction = conn.begin_with("BEGIN IMMEDIATE").await?;
        let purged = room_erasure::purge(&mut transaction, room, until).await?;
        committed(transaction).await?;
        Ok(purged)
    }
}
