//! The rooms of others in SQLite: those of one person that are open to a viewer, and those somebody furnishes with
//! their owners.

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::SqliteRooms;
use super::names::found_by;
use super::room_rows::failed;
use super::room_rows::{ROOM_COLUMNS, RoomRow};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::room::{RoomAfter, SavedRoom, StoreError};

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

impl SqliteRooms {
    /// See [`crate::ports::room::RoomShelf::edited_rooms`].
    pub(super) async fn edited(
        &self,
        editor: UserId,
        after: Option<RoomAfter>,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<SavedRoom>, StoreError> {
        let mut conn = self.sqlite.read.acquire().await.map_err(|e| failed(&e))?;
        let rows = edited(&mut conn, editor, after, limit, now).await;
        let rows = rows.map_err(|error| failed(&error))?;
        let mut rooms = Vec::with_capacity(rows.len());
        for row in rows {
            rooms.push(self.saved(&mut conn, &row).await?);
        }
        Ok(rooms)
    }
}

/// The statement that finds them.
fn edited_rooms(
    editor: UserId,
    after: Option<RoomAfter>,
    limit: u32,
    now: WallMs,
) -> QueryBuilder<Sqlite> {
    let mut select = QueryBuilder::new(format!(
        "SELECT {ROOM_COLUMNS} FROM room_editor AS hand JOIN room ON room.id = hand.room_id
         JOIN user AS owner ON owner.id = room.owner_id WHERE hand.editor = "
    ));
    select
        .push_bind(editor.to_string())
        .push(" AND hand.room_id > ")
        .push_bind(after.map_or(Uuid::nil(), |after| after.0.uuid()))
        .push(" AND room.state = 'active' AND room.owner_id <> ")
        .push_bind(editor.uuid())
        .push(
            " AND NOT EXISTS (SELECT 1 FROM room_moderated AS standing
              WHERE standing.room_id = room.id) AND",
        );
    found_by(&mut select, "owner", Some(editor), now);
    select
        .push(" ORDER BY hand.room_id LIMIT ")
        .push_bind(limit);
    select
}

async fn edited(
    conn: &mut SqliteConnection,
    editor: UserId,
    after: Option<RoomAfter>,
    limit: u32,
    now: WallMs,
) -> Result<Vec<RoomRow>, sqlx::Error> {
    let mut select = edited_rooms(editor, after, limit, now);
    select.build_query_as().fetch_all(conn).await
}

#[cfg(test)]
mod tests {
    use sqlx::Row;

    use super::super::Sqlite;
    use super::*;

    /// However many rooms there are, those of other editors are not looked at.
    #[tokio::test]
    async fn no_table_is_read_whole_for_a_list() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let select = edited_rooms(UserId::generate(), None, 20, WallMs(1));
        let plan = format!("EXPLAIN QUERY PLAN {}", select.sql().as_str());
        let rows = sqlx::query(sqlx::AssertSqlSafe(plan))
            .fetch_all(&store.read)
            .await
            .unwrap();
        let steps: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        assert!(
            steps[0].contains("SEARCH hand USING PRIMARY KEY"),
            "{steps:?}"
        );
        // Those who are suspended are few.
        let mut whole = steps.iter().filter(|step| step.starts_with("SCAN"));
        assert!(whole.all(|step| step == "SCAN suspension"), "{steps:?}");
    }
}
