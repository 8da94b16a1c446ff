//! The rooms posts hang in. Rooms that were never opened are there as their owners would make them.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::user::stored;
use super::literals;
use super::seen::there;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};

/// Rooms there are, each with its owner `a`, who may come in, and who may change it beside the owner.
const ROOMS: &str = "
    SELECT id, owner_id, visibility, access_lists FROM room WHERE state = 'active'
    UNION ALL
    SELECT front_room_id, user.id, coalesce(room_default_visibility, 'public'), '{\"editors\":{}}'
    FROM user LEFT JOIN user_settings ON user_settings.user_id = user.id
    WHERE NOT EXISTS (SELECT 1 FROM room WHERE room.id = front_room_id)";

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
    let statement = format!(
        concat!(
            "SELECT o.id FROM ({}) AS o JOIN user AS a ON a.id = o.owner_id
             WHERE o.id IN (VALUES {}) AND ",
            there!("a"),
            " AND (o.visibility = 'public' OR o.owner_id = ?1
                   OR EXISTS (SELECT 1 FROM json_each(o.access_lists, '$.editors') WHERE key = ?3)
                   OR (o.visibility = 'followers' AND EXISTS (
                           SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = o.owner_id)))"
        ),
        ROOMS,
        literals(rooms.iter().copied())
    );
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
    let statement = format!(
        concat!(
            "SELECT EXISTS (SELECT 1 FROM ({}) AS o JOIN user AS a ON a.id = o.owner_id
             WHERE o.id = ?4 AND (o.owner_id = ?1 OR (",
            there!("a"),
            " AND EXISTS (SELECT 1 FROM json_each(o.access_lists, '$.editors') WHERE key = ?3))))"
        ),
        ROOMS
    );
    sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(author.uuid())
        .bind(stored(now))
        .bind(author.to_string())
        .bind(room.uuid())
        .fetch_one(conn)
        .await
}
