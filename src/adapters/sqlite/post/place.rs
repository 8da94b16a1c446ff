//! The rooms posts hang in. Rooms that were never opened are there as their owners would make them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde::de::IgnoredAny;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::Sqlite;
use super::super::number::stored;
use super::of_these;
use super::seen::there;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::ports::room::{DOORS_MAX, Door, RoomDoors, StoreError};

/// Of the rooms `$ids` those there are, each with its owner, who may come in, and who may change it beside the owner.
macro_rules! rooms {
    ($ids:literal) => {
        concat!(
            "(SELECT id, owner_id, visibility, access_lists FROM room WHERE id IN (",
            $ids,
            ") AND state = 'active'
              UNION ALL
              SELECT front_room_id, user.id, coalesce(room_default_visibility, 'public'), '{\"editors\":{}}'
              FROM user LEFT JOIN user_settings ON user_settings.user_id = user.id
              WHERE front_room_id IN (",
            $ids,
            ") AND NOT EXISTS (SELECT 1 FROM room WHERE room.id = front_room_id)) AS found
             CROSS JOIN user AS a ON a.id = found.owner_id"
        )
    };
}

/// Those of the rooms `{ids}` the viewer may look into.
const SEEN: &str = concat!(
    "SELECT found.id FROM ",
    rooms!("VALUES {ids}"),
    " WHERE ",
    there!("a"),
    " AND (found.visibility = 'public' OR found.owner_id = ?1
           OR EXISTS (SELECT 1 FROM json_each(found.access_lists, '$.editors') WHERE key = ?3)
           OR (found.visibility = 'followers' AND EXISTS (
                   SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = found.owner_id)))"
);

/// Whether `?1` may hang things in the room `?4`.
const MAY_HANG: &str = concat!(
    "SELECT EXISTS (SELECT 1 FROM ",
    rooms!("?4"),
    " WHERE found.owner_id = ?1 OR (",
    there!("a"),
    " AND EXISTS (SELECT 1 FROM json_each(found.access_lists, '$.editors') WHERE key = ?3)))"
);

/// Every look-up of rooms, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 2] = [SEEN, MAY_HANG];

/// Those of these rooms the viewer may look into.
pub(super) async fn seen_of(
    conn: &mut SqliteConnection,
    rooms: &[Uuid],
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    if rooms.is_empty() {
        return Ok(BTreeSet::new());
    }
    let statement = of_these(SEEN, rooms.iter().copied());
    let found: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .bind(viewer.map(|viewer| viewer.to_string()))
        .fetch_all(conn)
        .await?;
    Ok(found.into_iter().collect())
}

/// Whether somebody may hang things in a room: it is theirs, or they are an editor of it and see its owner.
pub(super) async fn may_hang(
    conn: &mut SqliteConnection,
    room: RoomId,
    author: UserId,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(MAY_HANG)
        .bind(author.uuid())
        .bind(stored(now))
        .bind(author.to_string())
        .bind(room.uuid())
        .fetch_one(conn)
        .await
}

/// A room that was opened: id, whether it is there, whose, who may come in, who may change it beside the owner.
type DoorRow = (
    Uuid,
    bool,
    Option<Uuid>,
    String,
    Json<BTreeMap<UserId, IgnoredAny>>,
);

#[async_trait]
impl RoomDoors for Sqlite {
    async fn doors(&self, rooms: &[RoomId]) -> Result<Vec<Door>, StoreError> {
        if rooms.len() > DOORS_MAX {
            return Err(StoreError::Failed("too many at once".to_owned()));
        }
        let statement = of_these(
            "SELECT id, state = 'active', owner_id, visibility, json_extract(access_lists, '$.editors')
             FROM room WHERE id IN (VALUES {ids})",
            rooms.iter().map(|room| room.uuid()),
        );
        let rows: Vec<DoorRow> = sqlx::query_as(AssertSqlSafe(statement))
            .fetch_all(&self.read)
            .await?;
        let doors = rows
            .into_iter()
            .map(|(room, is_active, owner, name, editors)| Door {
                room: RoomId::from_uuid(room),
                is_active,
                owner: owner.map(UserId::from_uuid),
                // What is not known is not open.
                visibility: Visibility::from_name(&name).unwrap_or(Visibility::Private),
                editors: editors.0.into_keys().collect(),
            });
        Ok(doors.collect())
    }
}
