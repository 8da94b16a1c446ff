//! Rooms of the people around a room's owner.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::door::{door, not_just_visited, there, unbanned, unmuted};
use super::super::number::stored;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::visit::JUST_VISITED_MS;
use crate::ports::visit::{Circle, Met, WAYS_MAX, Way};

/// The most followers whose followers are looked at: the newest.
pub(super) const FOLLOWERS_MAX: u32 = 200;

/// Rooms of `around (id, is_tie)`, people around the owner `?5` of the room `?6`.
macro_rules! ways {
    ($around:literal) => {
        concat!(
            "WITH around (id, is_tie) AS (",
            $around,
            ")
             SELECT room.id, max(around.is_tie)
             FROM around JOIN room ON room.owner_id = around.id
             WHERE around.id IS NOT ?1 AND around.id <> ?5 AND room.id <> ?6
               AND room.state = 'active' AND room.locked = 0
               AND (room.visibility = 'public' AND (room.guests_allowed = 1 OR ?1 IS NOT NULL)
                    OR room.visibility = 'followers' AND EXISTS (SELECT 1 FROM follow
                        WHERE follower_id = ?1 AND followee_id = room.owner_id))
               AND ",
            unbanned!(),
            " AND ",
            not_just_visited!(),
            " AND ",
            there!("around.id"),
            " AND ",
            unmuted!("around.id"),
            " GROUP BY room.id LIMIT ?7"
        )
    };
}

const NEAR: &str = ways!(
    "SELECT other_id, 1 FROM (SELECT other_id FROM tie WHERE user_id = ?5
                              ORDER BY created_ms DESC LIMIT ?7)
     UNION ALL
     SELECT follower_id, 0 FROM (SELECT follower_id FROM follow WHERE followee_id = ?5
                                 ORDER BY created_ms DESC LIMIT ?7)"
);

// Whoever lies between must be there for the viewer too, and let them read who follows them.
const FAR: &str = ways!(
    "SELECT far.follower_id, 0
     FROM (SELECT follower_id AS id FROM follow WHERE followee_id = ?5
           ORDER BY created_ms DESC LIMIT ?8) AS near
     JOIN follow AS far ON far.followee_id = near.id
     WHERE NOT EXISTS (SELECT 1 FROM user_settings AS chosen
                       WHERE chosen.user_id = near.id AND chosen.account_private = 1)
       AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = near.id)
       AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = near.id AND blocked_id = ?1)
     LIMIT ?7"
);

/// Whether the lists of `?2` are for `?1`.
pub(super) const MAY_READ: &str = "
SELECT ?1 IS ?2
    OR NOT EXISTS (SELECT 1 FROM user_settings WHERE user_id = ?2 AND account_private = 1)
    OR EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = ?2)";

pub(super) async fn of(
    conn: &mut SqliteConnection,
    room: RoomId,
    viewer: Option<UserId>,
    circle: Circle,
    now: WallMs,
) -> Result<Met<Vec<Way>>, sqlx::Error> {
    let Some(door) = door(conn, room, viewer, now).await? else {
        return Ok(Met::NoRoom);
    };
    let owner = door.card.owner_id.uuid();
    let may_read: bool = sqlx::query_scalar(MAY_READ)
        .bind(viewer.map(UserId::uuid))
        .bind(owner)
        .fetch_one(&mut *conn)
        .await?;
    if !may_read {
        return Ok(Met::Open(Vec::new()));
    }
    let statement = match circle {
        Circle::Near => NEAR,
        Circle::Far => FAR,
    };
    let found: Vec<(Uuid, bool)> = sqlx::query_as(statement)
        .bind(viewer.map(UserId::uuid))
        .bind(viewer.map(|viewer| viewer.to_string()))
        .bind(stored(now))
        .bind(stored(WallMs(now.0.saturating_sub(JUST_VISITED_MS))))
        .bind(owner)
        .bind(room.uuid())
        .bind(WAYS_MAX)
        .bind(FOLLOWERS_MAX)
        .fetch_all(conn)
        .await?;
    let ways = found.into_iter().map(|(room, is_tie)| Way {
        room: RoomId::from_uuid(room),
        is_tie,
    });
    Ok(Met::Open(ways.collect()))
}
