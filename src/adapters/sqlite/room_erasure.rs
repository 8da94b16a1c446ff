//! The end of rooms, at once or in steps, and rooms that forget a person. Both fence whoever has the room in memory, as a claim does.

use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::events;
use super::number::{to_i64, to_u64};
use super::room_rows::{AccessLists, roster};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Decision, Epoch, PersonRef, RoomEvent};
use crate::domain::visitor::Bearer;
use crate::ports::room::{Purging, StoreError};

/// Everything that hangs on a room, beside its own row.
const PARTS: [&str; 16] = [
    "DELETE FROM room_item WHERE room_id = ?",
    "DELETE FROM room_tombstone WHERE room_id = ?",
    "DELETE FROM room_chat WHERE room_id = ?",
    "DELETE FROM room_chat_moderated WHERE room_id = ?",
    "DELETE FROM room_moderated WHERE room_id = ?",
    "DELETE FROM room_session WHERE room_id = ?",
    "DELETE FROM room_epoch WHERE room_id = ?",
    "DELETE FROM room_layout WHERE room_id = ?",
    "DELETE FROM room_edit WHERE room_id = ?",
    "DELETE FROM room_audit WHERE room_id = ?",
    "DELETE FROM room_roster WHERE room_id = ?",
    "DELETE FROM room_gram WHERE room_id = ?",
    "DELETE FROM event_log WHERE subject_id = ?",
    "DELETE FROM visit WHERE room_id = ?",
    "DELETE FROM visit_count WHERE room_id = ?",
    "DELETE FROM guestbook_entry WHERE room_id = ?",
];

/// What there may be much of: the table and its key. A room that is purged loses it in steps, before the rest.
const MUCH: [(&str, &str); 10] = [
    ("room_item", "room_id, item_id"),
    ("room_tombstone", "room_id, item_id"),
    ("room_chat", "room_id, seq, line"),
    ("room_session", "room_id, session_id"),
    ("room_layout", "room_id, name"),
    ("room_edit", "room_id, seq"),
    ("room_audit", "room_id, seq"),
    ("room_outbox", "id"),
    ("visit", "id"),
    ("guestbook_entry", "id"),
];

/// Rows deleted in one step: bounds how long others wait to write.
const ROWS_PER_STEP: u32 = 256;

/// One step of purging a room deleted at `until` or before, within a transaction.
pub(super) async fn purge(
    conn: &mut SqliteConnection,
    room: RoomId,
    until: WallMs,
) -> Result<Purging, sqlx::Error> {
    // From here on it cannot be restored.
    let taken = sqlx::query(
        "UPDATE room SET binned_ms = 0 WHERE id = ? AND state = 'binned' AND binned_ms <= ?",
    )
    .bind(room.uuid())
    .bind(to_i64(until.0))
    .execute(&mut *conn)
    .await?;
    if taken.rows_affected() == 0 {
        return Ok(Purging::Kept);
    }
    for (table, key) in MUCH {
        let statement = format!(
            "DELETE FROM {table} WHERE ({key}) IN \
             (SELECT {key} FROM {table} WHERE room_id = ? LIMIT ?)"
        );
        let gone = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(room.uuid())
            .bind(ROWS_PER_STEP)
            .execute(&mut *conn)
            .await?;
        if gone.rows_affected() > 0 {
            return Ok(Purging::Begun);
        }
    }
    delete(conn, room).await?;
    Ok(Purging::Done)
}

/// Ends a room within a transaction, and keeps its id from being used again.
pub(super) async fn delete(
    conn: &mut SqliteConnection,
    room: RoomId,
) -> Result<Option<Epoch>, sqlx::Error> {
    let ended: Option<i64> = sqlx::query_scalar(
        "INSERT INTO room (id, owner_id, name, visibility, guests_allowed, state, epoch, save_no,
             seq, theme, horizon_seq, created_ms, changed_ms)
         VALUES (?, zeroblob(16), '', 'private', 0, 'deleted', 1, 0, 0, 'null', 0, 0, 0)
         ON CONFLICT (id) DO UPDATE SET owner_id = zeroblob(16), name = '', visibility = 'private',
             guests_allowed = 0, locked = 0, people_max = NULL, state = 'deleted',
             epoch = epoch + 1, node_id = NULL, theme = 'null', name_folded = NULL,
             archived_ms = NULL, binned_ms = NULL,
             access_lists = '{\"editors\":{},\"bans\":{},\"mutes\":{}}'
             WHERE state <> 'deleted'
         RETURNING epoch",
    )
    .bind(room.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(epoch) = ended else {
        return Ok(None);
    };
    for part in PARTS {
        sqlx::query(part)
            .bind(room.uuid())
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("DELETE FROM room_outbox WHERE room_id = ?")
        .bind(room.uuid())
        .execute(&mut *conn)
        .await?;
    events::put(conn, room, &RoomEvent::Deleted {}).await?;
    Ok(Some(Epoch(to_u64(epoch))))
}

/// Rooms in which something names the person. A room or a layout that somebody called by their id does not: that is the
/// other's text, and stays.
pub(super) async fn naming(
    conn: &mut SqliteConnection,
    person: UserId,
    limit: u32,
) -> Result<Vec<RoomId>, sqlx::Error> {
    let rooms: Vec<Uuid> = sqlx::query_scalar(
        "SELECT room_id FROM room_chat WHERE author_id = ?1
         UNION SELECT room_id FROM room_chat_moderated WHERE author_id = ?1
         UNION SELECT room_id FROM room_edit WHERE author_id = ?1
         UNION SELECT room_id FROM room_audit WHERE actor_id = ?1
               OR instr(decision, ?1) > 0 AND EXISTS (
                  SELECT 1 FROM json_tree(decision) AS part WHERE part.key = 'id' AND part.atom = ?1)
         UNION SELECT room_id FROM room_session WHERE instr(answers, CAST(?1 AS BLOB)) > 0
         UNION SELECT room_id FROM room_roster
               WHERE instr(present, CAST(?1 AS BLOB)) > 0 OR instr(present, ?2) > 0
         UNION SELECT room_id FROM room_outbox WHERE instr(event, ?1) > 0 AND EXISTS (
                  SELECT 1 FROM json_tree(event) AS part WHERE part.key = 'id' AND part.atom = ?1)
         UNION SELECT id FROM room WHERE instr(access_lists, ?1) > 0 AND EXISTS (
                  SELECT 1 FROM json_tree(access_lists) AS part
                  WHERE part.key = ?1 OR part.key IN ('role', 'ban', 'mute') AND part.atom = ?1)
         LIMIT ?3",
    )
    .bind(person.to_string())
    .bind(person.uuid())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rooms.into_iter().map(RoomId::from_uuid).collect())
}

/// Takes a person out of a room within a transaction; the new epoch where somebody had the room in memory.
pub(super) async fn forget(
    conn: &mut SqliteConnection,
    room: RoomId,
    person: UserId,
) -> Result<Option<Epoch>, StoreError> {
    let fail = |error: sqlx::Error| super::room_rows::failed(&error);
    let (room, id) = (room.uuid(), person.to_string());
    sqlx::query("DELETE FROM room_chat WHERE room_id = ? AND author_id = ?")
        .bind(room)
        .bind(&id)
        .execute(&mut *conn)
        .await
        .map_err(fail)?;
    sqlx::query("DELETE FROM room_chat_moderated WHERE room_id = ? AND author_id = ?")
        .bind(room)
        .bind(&id)
        .execute(&mut *conn)
        .await
        .map_err(fail)?;
    let nobody = PersonRef::deleted();
    sqlx::query(
        "UPDATE room_edit SET author_id = ?, author_name = ? WHERE room_id = ? AND author_id = ?",
    )
    .bind(&nobody.id)
    .bind(&nobody.name)
    .bind(room)
    .bind(&id)
    .execute(&mut *conn)
    .await
    .map_err(fail)?;
    sqlx::query(
        "DELETE FROM room_session WHERE room_id = ? AND instr(answers, CAST(? AS BLOB)) > 0",
    )
    .bind(room)
    .bind(&id)
    .execute(&mut *conn)
    .await
    .map_err(fail)?;
    forget_in_audit(&mut *conn, room, &id).await.map_err(fail)?;
    forget_in_outbox(&mut *conn, room, &id)
        .await
        .map_err(fail)?;
    forget_in_lists(&mut *conn, room, &id).await.map_err(fail)?;
    forget_in_roster(&mut *conn, room, person).await?;
    // Whoever has the room in memory remembers, and would write it down again.
    let fenced: Option<i64> = sqlx::query_scalar(
        "UPDATE room SET epoch = epoch + 1, node_id = NULL
         WHERE id = ? AND node_id IS NOT NULL RETURNING epoch",
    )
    .bind(room)
    .fetch_optional(&mut *conn)
    .await
    .map_err(fail)?;
    let fenced = fenced.map(|epoch| Epoch(to_u64(epoch)));
    if let Some(epoch) = fenced {
        let event = RoomEvent::Recalled { epoch };
        let told = events::put(conn, RoomId::from_uuid(room), &event).await;
        told.map_err(fail)?;
    }
    Ok(fenced)
}

async fn forget_in_audit(
    conn: &mut SqliteConnection,
    room: Uuid,
    person: &str,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, String, String, Json<Decision>)> = sqlx::query_as(
        "SELECT seq, actor_id, actor_name, decision FROM room_audit
         WHERE room_id = ?1 AND (actor_id = ?2 OR instr(decision, ?2) > 0)",
    )
    .bind(room)
    .bind(person)
    .fetch_all(&mut *conn)
    .await?;
    for (seq, id, name, Json(mut decision)) in rows {
        let mut actor = PersonRef { id, name };
        actor.forget(person);
        decision.forget(person);
        sqlx::query(
            "UPDATE room_audit SET actor_id = ?, actor_name = ?, decision = ?
             WHERE room_id = ? AND seq = ?",
        )
        .bind(actor.id)
        .bind(actor.name)
        .bind(Json(decision))
        .bind(room)
        .bind(seq)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

async fn forget_in_outbox(
    conn: &mut SqliteConnection,
    room: Uuid,
    person: &str,
) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, Json<RoomEvent>)> = sqlx::query_as(
        "SELECT id, event FROM room_outbox WHERE room_id = ? AND instr(event, ?) > 0",
    )
    .bind(room)
    .bind(person)
    .fetch_all(&mut *conn)
    .await?;
    for (id, Json(mut event)) in rows {
        event.forget(person);
        sqlx::query("UPDATE room_outbox SET event = ? WHERE id = ?")
            .bind(Json(event))
            .bind(id)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn forget_in_lists(
    conn: &mut SqliteConnection,
    room: Uuid,
    person: &str,
) -> Result<(), sqlx::Error> {
    let lists: Option<Json<AccessLists>> = sqlx::query_scalar(
        "SELECT access_lists FROM room WHERE id = ? AND instr(access_lists, ?) > 0",
    )
    .bind(room)
    .bind(person)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(Json(mut lists)) = lists else {
        return Ok(());
    };
    lists.editors.remove(person);
    lists.bans.remove(person);
    lists.mutes.remove(person);
    lists.decided.forget(person);
    sqlx::query("UPDATE room SET access_lists = ? WHERE id = ?")
        .bind(Json(lists))
        .bind(room)
        .execute(conn)
        .await
        .map(drop)
}

async fn forget_in_roster(
    conn: &mut SqliteConnection,
    room: Uuid,
    person: UserId,
) -> Result<(), StoreError> {
    let mut present = roster(&mut *conn, room).await?;
    let before = present.clone();
    present.retain(|one| !matches!(one.bearer, Bearer::User { id, .. } if id == person));
    for one in &mut present {
        one.hidden.remove(&person.to_string());
    }
    if present == before {
        return Ok(());
    }
    let bytes = rmp_serde::to_vec(&present);
    let bytes = bytes.map_err(|error| StoreError::Failed(format!("roster: {error}")))?;
    sqlx::query("UPDATE room_roster SET present = ? WHERE room_id = ?")
        .bind(bytes)
        .bind(room)
        .execute(conn)
        .await
        .map(drop)
        .map_err(|error| super::room_rows::failed(&error))
}
