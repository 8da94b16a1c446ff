//! Who is there for whom, and which rooms are open to whom, in terms that queries of several services share.
//!
//! Each is about the viewer `?1`, who may be nobody, `?2`, the same as text, and the time `?3`.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::number::stored;
use super::room_rows::{ROOM_COLUMNS, RoomRow};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Applicant, Denied, Role, RoomCard, Visibility};

/// Whether a person, by a column with their id, has an open account, is not suspended, and no block stands between them
/// and the viewer.
macro_rules! there {
    ($($id:literal)+) => {
        concat!(
            "EXISTS (SELECT 1 FROM user AS person WHERE person.id = ", $($id,)+
            " AND person.closing_ms IS NULL)
             AND NOT EXISTS (SELECT 1 FROM suspension AS barred WHERE barred.user_id = ", $($id,)+
            " AND (barred.until_ms IS NULL OR barred.until_ms > ?3))
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ", $($id,)+ ")
             AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ", $($id,)+ " AND blocked_id = ?1)"
        )
    };
}

/// Whether the viewer does not mute a person, by a column with their id.
macro_rules! unmuted {
    ($($id:literal)+) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM mute WHERE muter_id = ?1 AND muted_id = ", $($id,)+
            " AND (mute.until_ms IS NULL OR mute.until_ms > ?3))"
        )
    };
}

/// Whether the viewer is not kept out of a `room`.
macro_rules! unbanned {
    () => {
        "json_extract(room.access_lists, '$.bans.\"' || ?2 || '\"') IS NULL"
    };
}

/// Whether a `room` is public and the viewer may come in.
macro_rules! is_public {
    () => {
        concat!(
            "room.visibility = 'public' AND room.state = 'active'
             AND (room.guests_allowed = 1 OR ?1 IS NOT NULL) AND ",
            unbanned!()
        )
    };
}

/// Whether the viewer was not in a `room` just now: since `?4`.
macro_rules! not_just_visited {
    () => {
        "NOT EXISTS (SELECT 1 FROM visit AS lately WHERE lately.user_id = ?1 AND lately.last_ms > ?4
             AND lately.room_id = room.id)"
    };
}

pub(super) use {is_public, not_just_visited, there, unbanned, unmuted};

/// A room that a viewer may know of.
pub(super) struct Door {
    pub card: RoomCard,
    /// What the viewer may do in it, or why they may not come in. A lock keeps nobody from what lies about.
    pub role: Result<Role, Denied>,
}

const SEEN: &str = concat!(
    "room.id = ?4 AND room.state = 'active' AND (room.owner_id = ?1 OR ",
    there!("room.owner_id"),
    ")"
);

/// The room, as its page would show it to the viewer.
pub(super) async fn door(
    conn: &mut SqliteConnection,
    room: RoomId,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<Option<Door>, sqlx::Error> {
    let person = viewer.map(|viewer| viewer.to_string());
    let statement = format!("SELECT {ROOM_COLUMNS} FROM room WHERE {SEEN}");
    let row: Option<RoomRow> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(&person)
        .bind(stored(now))
        .bind(room.uuid())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(card) = row.map(|row| row.card()) else {
        return Ok(None);
    };
    // A private room is not even confirmed to be there.
    let is_private = card.access.visibility == Visibility::Private;
    if is_private && card.role_of(viewer) == Role::Visitor || card.is_shut_to(viewer) {
        return Ok(None);
    }
    let follows_owner: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM follow WHERE follower_id = ? AND followee_id = ?)",
    )
    .bind(viewer.map(UserId::uuid))
    .bind(card.owner_id.uuid())
    .fetch_one(conn)
    .await?;
    let role = card.keeps(
        &Applicant {
            person: &person.unwrap_or_default(),
            user: viewer,
            follows_owner,
            // To whom the owner is hidden there is no such room, and it was not found.
            hidden: &BTreeSet::new(),
            origin: None,
        },
        now,
    );
    Ok(Some(Door { card, role }))
}
