//! What owners decided about their rooms, and what rooms remember of edits: policy, layouts, history, audit.

use std::collections::{BTreeMap, VecDeque};

use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::names;
use super::notification::{notify, withdraw_about};
use super::number::{to_i64, to_u64};
use super::room_rows::AccessLists;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::notification::{Delivery, NewNotice, NoticeKind};
use crate::domain::room::{
    AuditEntry, Decision, EDITS_MAX, Edit, EditPart, Layout, PersonRef, Role, RoomCard, Seq,
    layouts_version,
};
use crate::domain::version::Version;
use crate::ports::room::{AUDIT_KEPT_MS, AUDIT_MAX, RoomSave};

/// The layouts of a room.
pub(super) async fn layouts(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<BTreeMap<String, Layout>, sqlx::Error> {
    let rows: Vec<(String, Json<Layout>)> =
        sqlx::query_as("SELECT name, body FROM room_layout WHERE room_id = ?")
            .bind(room)
            .fetch_all(conn)
            .await?;
    Ok(rows
        .into_iter()
        .map(|(name, body)| (name, body.0))
        .collect())
}

/// Some layouts of an active room, by name, after a name.
pub(super) async fn some_layouts(
    conn: &mut SqliteConnection,
    room: Uuid,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<(String, Layout)>, sqlx::Error> {
    let rows: Vec<(String, Json<Layout>)> = sqlx::query_as(
        "SELECT room_layout.name, body FROM room_layout JOIN room ON room.id = room_id
         WHERE room_id = ? AND state = 'active' AND room_layout.name > ?
         ORDER BY room_layout.name LIMIT ?",
    )
    .bind(room)
    .bind(after.unwrap_or_default())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(name, Json(body))| (name, body)).collect())
}

/// The version of all layouts of a room.
pub(super) async fn version_of_layouts(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<Version, sqlx::Error> {
    let rows: Vec<(String, i64)> =
        sqlx::query_as("SELECT name, saved_ms FROM room_layout WHERE room_id = ? ORDER BY name")
            .bind(room)
            .fetch_all(conn)
            .await?;
    let saved = rows.iter();
    let saved = saved.map(|(name, saved_ms)| (name.as_str(), WallMs(to_u64(*saved_ms))));
    Ok(layouts_version(saved))
}

#[derive(sqlx::FromRow)]
struct EditRow {
    seq: i64,
    at_ms: i64,
    author_id: String,
    author_name: String,
    parts: Json<Vec<EditPart>>,
}

/// The last edits of a room, oldest first.
pub(super) async fn history(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<VecDeque<Edit>, sqlx::Error> {
    let rows: Vec<EditRow> = sqlx::query_as(
        "SELECT seq, at_ms, author_id, author_name, parts FROM room_edit WHERE room_id = ? \
         ORDER BY seq DESC LIMIT ?",
    )
    .bind(room)
    .bind(to_i64(EDITS_MAX as u64))
    .fetch_all(conn)
    .await?;
    let edits = rows.into_iter().rev().map(|row| Edit {
        seq: Seq(to_u64(row.seq)),
        at: WallMs(to_u64(row.at_ms)),
        author_id: row.author_id,
        author_name: row.author_name,
        parts: row.parts.0,
    });
    Ok(edits.collect())
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    seq: i64,
    at_ms: i64,
    actor_id: String,
    actor_name: String,
    decision: Json<Decision>,
}

/// Decisions on record, newest first.
pub(super) async fn audit(
    conn: &mut SqliteConnection,
    room: Uuid,
    after: Option<Seq>,
    limit: u32,
) -> Result<Vec<AuditEntry>, sqlx::Error> {
    let rows: Vec<AuditRow> = sqlx::query_as(
        "SELECT seq, at_ms, actor_id, actor_name, decision FROM room_audit \
         WHERE room_id = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
    )
    .bind(room)
    .bind(after.map_or(i64::MAX, |after| to_i64(after.0)))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let entries = rows.into_iter().map(|row| AuditEntry {
        seq: Seq(to_u64(row.seq)),
        at: WallMs(to_u64(row.at_ms)),
        actor: PersonRef {
            id: row.actor_id,
            name: row.actor_name,
        },
        decision: row.decision.0,
    });
    Ok(entries.collect())
}

/// Writes those parts of a save; the notices that came of them.
pub(super) async fn write(
    conn: &mut SqliteConnection,
    save: &RoomSave,
) -> Result<Vec<Delivery>, sqlx::Error> {
    if let Some(card) = &save.card {
        write_card(conn, card).await?;
    }
    write_layouts(conn, save).await?;
    write_history(conn, save).await?;
    write_audit(conn, save).await?;
    let mut told = Vec::new();
    for entry in &save.audit {
        told.extend(notify_editor(conn, save, entry).await?);
    }
    Ok(told)
}

/// Whoever is made an editor hears of it; who is none any more finds nothing of it left.
async fn notify_editor(
    conn: &mut SqliteConnection,
    save: &RoomSave,
    entry: &AuditEntry,
) -> Result<Option<Delivery>, sqlx::Error> {
    let (person, appointed) = match &entry.decision {
        Decision::SetRole { person, role } => (person, *role == Role::Editor),
        Decision::Ban { person } => (person, false),
        _ => return Ok(None),
    };
    let (Ok(to), Ok(from)) = (person.id.parse::<UserId>(), entry.actor.id.parse()) else {
        return Ok(None);
    };
    let notice = NewNotice {
        to,
        kind: NoticeKind::RoomEditor,
        from: Some(from),
        subject: save.room.to_string(),
        at: entry.at,
    };
    if appointed {
        return notify(conn, &notice).await;
    }
    withdraw_about(conn, &notice).await?;
    Ok(None)
}

async fn write_card(conn: &mut SqliteConnection, card: &RoomCard) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE room SET name = ?, visibility = ?, guests_allowed = ?, locked = ?, people_max = ?, \
         access_lists = ? WHERE id = ?",
    )
    .bind(&card.name)
    .bind(card.access.visibility.as_str())
    .bind(card.access.guests_allowed)
    .bind(card.access.locked)
    .bind(card.access.people_max)
    .bind(Json(AccessLists::of(&card.access)))
    .bind(card.id.uuid())
    .execute(&mut *conn)
    .await?;
    names::ROOMS.put(conn, card.id.uuid(), &card.name).await
}

async fn write_layouts(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    for (name, layout) in &save.layouts {
        sqlx::query(
            "INSERT INTO room_layout (room_id, name, saved_ms, body) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET saved_ms = excluded.saved_ms, body = excluded.body",
        )
        .bind(save.room.uuid())
        .bind(name)
        .bind(to_i64(layout.saved.0))
        .bind(Json(layout))
        .execute(&mut *conn)
        .await?;
    }
    for name in &save.layouts_removed {
        sqlx::query("DELETE FROM room_layout WHERE room_id = ? AND name = ?")
            .bind(save.room.uuid())
            .bind(name)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

async fn write_history(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    for edit in &save.history {
        sqlx::query(
            "INSERT INTO room_edit (room_id, seq, at_ms, author_id, author_name, parts) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(save.room.uuid())
        .bind(to_i64(edit.seq.0))
        .bind(to_i64(edit.at.0))
        .bind(&edit.author_id)
        .bind(&edit.author_name)
        .bind(Json(&edit.parts))
        .execute(&mut *conn)
        .await?;
    }
    if !save.history.is_empty() {
        keep_newest(conn, "room_edit", save, EDITS_MAX).await?;
    }
    Ok(())
}

async fn write_audit(conn: &mut SqliteConnection, save: &RoomSave) -> Result<(), sqlx::Error> {
    for entry in &save.audit {
        sqlx::query(
            "INSERT INTO room_audit (room_id, seq, at_ms, actor_id, actor_name, decision) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(save.room.uuid())
        .bind(to_i64(entry.seq.0))
        .bind(to_i64(entry.at.0))
        .bind(&entry.actor.id)
        .bind(&entry.actor.name)
        .bind(Json(&entry.decision))
        .execute(&mut *conn)
        .await?;
    }
    if save.audit.is_empty() {
        return Ok(());
    }
    keep_newest(conn, "room_audit", save, AUDIT_MAX).await?;
    sqlx::query("DELETE FROM room_audit WHERE room_id = ? AND at_ms < ?")
        .bind(save.room.uuid())
        .bind(to_i64(save.at.0.saturating_sub(AUDIT_KEPT_MS)))
        .execute(conn)
        .await
        .map(drop)
}

async fn keep_newest(
    conn: &mut SqliteConnection,
    table: &'static str,
    save: &RoomSave,
    count: usize,
) -> Result<(), sqlx::Error> {
    let query = format!(
        "DELETE FROM {table} WHERE room_id = ?1 AND seq <= \
         (SELECT seq FROM {table} WHERE room_id = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)"
    );
    sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(save.room.uuid())
        .bind(to_i64(count as u64))
        .execute(conn)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection;

    use super::*;

    /// A room as it was stored before there were policies.
    const OLD_ROOM: &str = "INSERT INTO room (id, owner_id, name, visibility, guests_allowed, state, \
         epoch, save_no, seq, theme, horizon_seq, created_ms, changed_ms) \
         VALUES (x'01', x'02', '방', 'private', 0, 'active', 1, 2, 3, '{}', 0, 4, 5)";

    #[tokio::test]
    async fn rooms_from_before_keep_what_they_were_and_get_plain_rules() {
        let mut conn = SqliteConnection::connect("sqlite::memory:")
            .await
            .expect("opened");
        for migration in [
            include_str!("../../../migrations/sqlite/0002_room.sql"),
            OLD_ROOM,
            "INSERT INTO room_tombstone VALUES (x'01', 7, 3)",
            include_str!("../../../migrations/sqlite/0003_room_policy.sql"),
        ] {
            sqlx::raw_sql(migration)
                .execute(&mut conn)
                .await
                .expect("applied");
        }
        let row: (String, bool, bool, Option<i64>, Json<AccessLists>) = sqlx::query_as(
            "SELECT visibility, guests_allowed, locked, people_max, access_lists FROM room",
        )
        .fetch_one(&mut conn)
        .await
        .expect("still there");
        assert_eq!(
            (row.0.as_str(), row.1, row.2, row.3),
            ("private", false, false, None)
        );
        assert!(row.4.editors.is_empty() && row.4.bans.is_empty() && row.4.mutes.is_empty());
        assert_eq!(row.4.decided, crate::domain::room::Decided::new());
        for (column, bad) in [
            ("visibility", "'everyone'"),
            ("locked", "2"),
            ("people_max", "0"),
            ("access_lists", "'{'"),
        ] {
            let update = format!("UPDATE room SET {column} = {bad}");
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(update))
                .execute(&mut conn)
                .await;
            assert!(refused.is_err(), "{column}");
        }
    }
}
