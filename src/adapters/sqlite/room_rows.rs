//! Rows of the room tables and what they stand for.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::number::to_u64;
use crate::domain::id::{RoomId, SessionId, UserId};
use crate::domain::room::{
    Access, Ban, Decided, Epoch, Item, ItemId, Mute, RoomCard, Seq, Shut, Theme, Visibility,
};
use crate::ports::room::{Present, SessionRecord, StoreError};

/// Columns of [`RoomRow`], of a `room`.
pub(super) const ROOM_COLUMNS: &str = "room.id, room.owner_id, room.name, room.visibility, \
     room.guests_allowed, room.locked, room.people_max, room.access_lists, room.epoch, \
     room.save_no, room.seq, room.theme, room.horizon_seq, room.changed_ms, \
     room.archived_ms IS NOT NULL AS is_archived, \
     EXISTS (SELECT 1 FROM room_moderated AS standing WHERE standing.room_id = room.id) \
     AS is_moderated";

/// A failed statement changed nothing: its transaction is rolled back.
pub(super) fn failed(error: &sqlx::Error) -> StoreError {
    StoreError::Failed(error.to_string())
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        failed(&error)
    }
}

/// The lists of [`Access`], which are read and written whole.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct AccessLists {
    pub editors: BTreeMap<String, String>,
    pub bans: BTreeMap<String, Ban>,
    pub mutes: BTreeMap<String, Mute>,
    /// Absent in lists from before this was kept.
    #[serde(default)]
    pub decided: Decided,
}

impl AccessLists {
    pub fn of(access: &Access) -> Self {
        Self {
            editors: access.editors.clone(),
            bans: access.bans.clone(),
            mutes: access.mutes.clone(),
            decided: access.decided.clone(),
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct RoomRow {
    id: Uuid,
    owner_id: Uuid,
    name: String,
    visibility: String,
    guests_allowed: bool,
    locked: bool,
    people_max: Option<i64>,
    access_lists: Json<AccessLists>,
    pub epoch: i64,
    pub save_no: i64,
    seq: i64,
    theme: Json<Theme>,
    horizon_seq: i64,
    pub changed_ms: i64,
    is_archived: bool,
    is_moderated: bool,
}

impl RoomRow {
    pub fn card(&self) -> RoomCard {
        let AccessLists {
            editors,
            bans,
            mutes,
            decided,
        } = self.access_lists.0.clone();
        RoomCard {
            id: RoomId::from_uuid(self.id),
            owner_id: UserId::from_uuid(self.owner_id),
            name: self.name.clone(),
            access: Access {
                // The column's check allows these names only; what is not known is not open.
                visibility: Visibility::from_name(&self.visibility).unwrap_or(Visibility::Private),
                guests_allowed: self.guests_allowed,
                locked: self.locked,
                people_max: self.people_max.and_then(|max| u32::try_from(max).ok()),
                editors,
                bans,
                mutes,
                decided,
                shut: Shut {
                    archived: self.is_archived,
                    moderated: self.is_moderated,
                },
            },
        }
    }

    /// Whether it is put away.
    pub const fn is_archived(&self) -> bool {
        self.is_archived
    }

    pub fn seq(&self) -> Seq {
        Seq(to_u64(self.seq))
    }

    /// Up to where removed items are forgotten.
    pub fn horizon(&self) -> Seq {
        Seq(to_u64(self.horizon_seq))
    }

    pub fn theme(&self) -> &Theme {
        &self.theme
    }
}

/// A room that can be entered, by its owner at least.
pub(super) async fn find(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<Option<RoomRow>, sqlx::Error> {
    let query =
        format!("SELECT {ROOM_COLUMNS} FROM room WHERE id = ? AND state IN ('active', 'archived')");
    sqlx::query_as(AssertSqlSafe(query))
        .bind(room)
        .fetch_optional(conn)
        .await
}

/// The items of a room.
pub(super) async fn items(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<BTreeMap<ItemId, Item>, sqlx::Error> {
    let rows: Vec<(i64, Json<Item>)> =
        sqlx::query_as("SELECT item_id, body FROM room_item WHERE room_id = ?")
            .bind(room)
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(id, body)| (ItemId(to_u64(id)), body.0))
        .collect())
}

/// The answers recent sessions were given.
pub(super) async fn sessions(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<HashMap<SessionId, SessionRecord>, StoreError> {
    let rows: Vec<(Uuid, Vec<u8>)> =
        sqlx::query_as("SELECT session_id, answers FROM room_session WHERE room_id = ?")
            .bind(room)
            .fetch_all(conn)
            .await
            .map_err(|error| failed(&error))?;
    let rows = rows.into_iter().map(|(id, answers)| {
        let record = rmp_serde::from_slice(&answers)
            .map_err(|error| StoreError::Failed(format!("session record: {error}")))?;
        Ok((SessionId::from_uuid(id), record))
    });
    rows.collect()
}

/// Who was present when the last owner last said so.
pub(super) async fn roster(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<Vec<Present>, StoreError> {
    let row: Option<(Vec<u8>,)> =
        sqlx::query_as("SELECT present FROM room_roster WHERE room_id = ?")
            .bind(room)
            .fetch_optional(conn)
            .await
            .map_err(|error| failed(&error))?;
    let roster = row.map(|(present,)| rmp_serde::from_slice(&present));
    roster
        .transpose()
        .map(Option::unwrap_or_default)
        .map_err(|error| StoreError::Failed(format!("roster: {error}")))
}

/// Where past epochs ended, newest first.
pub(super) async fn past_epochs(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<Vec<(Epoch, Seq)>, sqlx::Error> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT epoch, saved_seq FROM room_epoch WHERE room_id = ? ORDER BY epoch DESC",
    )
    .bind(room)
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(epoch, seq)| (Epoch(to_u64(epoch)), Seq(to_u64(seq))))
        .collect())
}
