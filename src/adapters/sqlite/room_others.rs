//! The rooms of others in SQLite: those of one person that are open to a viewer, and those somebody furnishes with
//! their owners.

use sqlx::{QueryBuilder, SqliteConnection};
use uuid::Uuid;

use super::SqliteRooms;
use super::names::found_by;
use super::room_rows::failed;
use super::room_rows::{ROOM_COLUMNS, RoomRow};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::ports::room::{EditedRooms, RoomAfter, StoreError};

/// Of the rooms of `?1` the active ones that are open to `?3`, whose id as text is `?4`, after `?2`.
pub(super) const SHOWN: &str = " AND owner_id = ?1 AND state = 'active' AND id > ?2
     AND (owner_id = ?3 OR NOT EXISTS (
             SELECT 1 FROM room_moderated AS standing WHERE standing.room_id = room.id))
     AND (visibility = 'public' OR owner_id = ?3
          OR visibility = 'followers' AND EXISTS (
             SELECT 1 FROM follow WHERE follower_id = ?3 AND followee_id = ?1)
          OR EXISTS (SELECT 1 FROM json_each(access_lists, '$.editors') AS editor
                     WHERE editor.key = ?4))
     ORDER BY id LIMIT ?5";

/// Rooms looked at for one page: who may furnish stands in the room, as the live room saves it, and in no index.
const LOOKED_AT_MAX: u32 = 20_000;

impl SqliteRooms {
    /// See [`crate::ports::room::RoomShelf::edited_rooms`].
    pub(super) async fn edited(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<EditedRooms, StoreError> {
        let mut conn = self.sqlite.read.acquire().await.map_err(|e| failed(&e))?;
        let found = edited(&mut conn, editor, after, (limit, LOOKED_AT_MAX), now).await;
        let (rows, unfinished) = found.map_err(|error| failed(&error))?;
        let mut rooms = Vec::with_capacity(rows.len());
        for row in rows {
            rooms.push(self.saved(&mut conn, &row).await?);
        }
        Ok(EditedRooms { rooms, unfinished })
    }
}

async fn edited(
    conn: &mut SqliteConnection,
    editor: UserId,
    after: Option<RoomAfter>,
    (limit, looked_at_max): (u32, u32),
    now: WallMs,
) -> Result<(Vec<RoomRow>, Option<RoomAfter>), sqlx::Error> {
    let after = after.map_or(Uuid::nil(), |after| after.0.uuid());
    let key = editor.to_string();
    let mut select = QueryBuilder::new(format!(
        "SELECT {ROOM_COLUMNS} FROM (SELECT * FROM room WHERE id > "
    ));
    select
        .push_bind(after)
        .push(" ORDER BY id LIMIT ")
        .push_bind(looked_at_max)
        // Most lists do not hold the id anywhere: those are not read as JSON.
        .push(
            ") AS room JOIN user AS owner ON owner.id = room.owner_id
             WHERE room.state = 'active' AND instr(room.access_lists, ",
        )
        .push_bind(key.clone())
        .push(
            ") > 0 AND EXISTS (SELECT 1 FROM json_each(room.access_lists, '$.editors')
             WHERE key = ",
        )
        .push_bind(key)
        .push(") AND room.owner_id <> ")
        .push_bind(editor.uuid())
        .push(
            " AND NOT EXISTS (SELECT 1 FROM room_moderated AS standing
              WHERE standing.room_id = room.id) AND",
        );
    found_by(&mut select, "owner", Some(editor), now);
    select.push(" ORDER BY room.id LIMIT ").push_bind(limit);
    let rows: Vec<RoomRow> = select.build_query_as().fetch_all(&mut *conn).await?;
    if rows.len() >= limit as usize {
        return Ok((rows, None));
    }
    let last: Option<Uuid> =
        sqlx::query_scalar("SELECT id FROM room WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?")
            .bind(after)
            .bind(looked_at_max.saturating_sub(1))
            .fetch_optional(conn)
            .await?;
    Ok((rows, last.map(|id| RoomAfter(RoomId::from_uuid(id)))))
}

#[cfg(test)]
mod tests {
    use super::super::Sqlite;
    use super::*;
    use crate::domain::room::Visibility;
    use crate::ports::room::RoomShelf;
    use crate::ports::room::conformance::new_room;
    use crate::ports::user::conformance::created;

    /// Whoever goes on where a look ended comes by every room, however few one look sees.
    #[tokio::test]
    async fn a_bounded_look_goes_on_where_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let owner = created(&store, "haneul", "haneul").await.id;
        let editor = created(&store, "bada", "bada").await.id;
        let (rooms, _work) = SqliteRooms::new(store.clone());
        let mut shared: Vec<RoomId> = Vec::new();
        for number in 0..10_u64 {
            let mut room = new_room(Visibility::Private, number);
            room.card.owner_id = owner;
            if number % 3 == 0 {
                let editors = &mut room.card.access.editors;
                editors.insert(editor.to_string(), "손".to_owned());
                shared.push(room.card.id);
            }
            rooms.make(room, 100, None).await.unwrap();
        }
        shared.sort_unstable();
        let mut conn = store.read.acquire().await.unwrap();
        let (mut found, mut after, mut looks) = (Vec::new(), None, 0);
        loop {
            let look = edited(&mut conn, editor, after, (9, 2), WallMs(1));
            let (rows, unfinished) = look.await.unwrap();
            found.extend(rows.iter().map(|row| row.card().id));
            (after, looks) = (unfinished, looks + 1);
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, shared);
        assert!(looks >= 5, "{looks} looks at two rooms each");
        let full = edited(&mut conn, editor, None, (2, 100), WallMs(1));
        let (rows, unfinished) = full.await.unwrap();
        assert_eq!((rows.len(), unfinished), (2, None), "the page is full");
    }
}
