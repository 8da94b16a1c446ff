//! The rooms posts hang in. Rooms that were never opened are there as their owners would make them.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::number::stored;
use super::of_these;
use super::seen::there;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};

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
