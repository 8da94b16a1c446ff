//! A room's document, put together from the tables its parts are kept in.

use std::collections::VecDeque;

use sqlx::SqliteConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::number::{to_i64, to_u64, wall};
use super::room_decided::{history, layouts};
use super::room_rows::{RoomRow, items};
use crate::domain::id::SessionId;
use crate::domain::room::{CHAT_LINES_MAX, ChatLine, Document, GuestOrigin, ItemId, Seq, Stamp};

/// Reads it.
pub(super) async fn document(
    conn: &mut SqliteConnection,
    row: &RoomRow,
) -> Result<Document, sqlx::Error> {
    let room = row.card().id.uuid();
    let items = items(conn, room).await?;
    let tombstones: Vec<(i64, i64, Option<Uuid>)> =
        sqlx::query_as("SELECT item_id, seq, by_session FROM room_tombstone WHERE room_id = ?")
            .bind(room)
            .fetch_all(&mut *conn)
            .await?;
    let lines: Vec<ChatRow> = sqlx::query_as(
        "SELECT seq, at_ms, author_id, author_name, guest, text FROM room_chat \
         WHERE room_id = ? ORDER BY seq DESC, line DESC LIMIT ?",
    )
    .bind(room)
    .bind(to_i64(CHAT_LINES_MAX as u64))
    .fetch_all(&mut *conn)
    .await?;
    let chat: VecDeque<ChatLine> = lines.into_iter().rev().map(ChatRow::line).collect();
    let tombstones = tombstones.into_iter().map(|(id, seq, by)| {
        let by = SessionId::from_uuid(by.unwrap_or_default());
        let seq = Seq(to_u64(seq));
        (ItemId(to_u64(id)), Stamp { seq, by })
    });
    Ok(Document {
        seq: row.seq(),
        horizon: row.horizon(),
        theme: row.theme().clone(),
        items,
        tombstones: tombstones.collect(),
        chat,
        history: history(conn, room).await?,
        layouts: layouts(conn, room).await?,
    })
}

#[derive(sqlx::FromRow)]
struct ChatRow {
    seq: i64,
    at_ms: i64,
    author_id: String,
    author_name: String,
    guest: Option<Json<GuestOrigin>>,
    text: String,
}

impl ChatRow {
    fn line(self) -> ChatLine {
        ChatLine {
            seq: Seq(to_u64(self.seq)),
            at: wall(self.at_ms),
            author_id: self.author_id,
            author_name: self.author_name,
            guest: self.guest.map(|guest| guest.0),
            text: self.text,
        }
    }
}
