//! Lines of chat as moderators act on them. What is taken out of a room is taken from whoever has the room in memory as
//! well, as when a person is erased: everyone present comes back to the room without it.

use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::moderated::{fence, may_enter, sees, standing};
use super::moderated_kind::{ModeratedKind, Stood};
use super::number::to_u64;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, NoSuchName, Standing};
use crate::domain::room::Epoch;
use crate::ports::moderation::Content;
use crate::ports::room::RoomRecall;

/// Lines said in rooms.
#[derive(Clone)]
pub struct ModeratedChat {
    /// Where chat is durable.
    pub sqlite: Sqlite,
    /// Hears which rooms are to be read anew.
    pub recall: Arc<dyn RoomRecall>,
}

impl std::fmt::Debug for ModeratedChat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ModeratedChat(..)")
    }
}

/// `room-id/seq/line`: the room, the batch, and the how manieth line of the batch, from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineId {
    room: RoomId,
    seq: i64,
    line: u32,
}

impl FromStr for LineId {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(NoSuchName);
        let id = Self {
            room: part()?.parse().map_err(|_| NoSuchName)?,
            seq: part()?.parse().map_err(|_| NoSuchName)?,
            line: part()?.parse().map_err(|_| NoSuchName)?,
        };
        // One spelling each: a thing has one open case.
        match id.to_string() == text {
            true => Ok(id),
            false => Err(NoSuchName),
        }
    }
}

impl std::fmt::Display for LineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.room, self.seq, self.line)
    }
}

#[derive(sqlx::FromRow)]
struct LineRow {
    /// Its number in its save.
    line: i64,
    at_ms: i64,
    author_id: String,
    is_guest: bool,
    text: String,
    standing: String,
}

/// A line, shown or not.
async fn find(conn: &mut SqliteConnection, id: &LineId) -> Result<Option<LineRow>, sqlx::Error> {
    sqlx::query_as(
        "SELECT line, at_ms, author_id, guest IS NOT NULL AS is_guest, text, 'shown' AS standing
         FROM room_chat WHERE room_id = ?1 AND seq = ?2
         UNION ALL
         SELECT line, at_ms, author_id, guest IS NOT NULL, text, standing
         FROM room_chat_moderated WHERE room_id = ?1 AND seq = ?2
         ORDER BY line LIMIT 1 OFFSET ?3",
    )
    .bind(id.room.uuid())
    .bind(id.seq)
    .bind(id.line)
    .fetch_optional(conn)
    .await
}

/// Whose a line is; nobody's where a guest said it.
fn author(row: &LineRow) -> Option<UserId> {
    row.author_id.parse().ok().filter(|_| !row.is_guest)
}

#[async_trait]
impl ModeratedKind for ModeratedChat {
    const KIND: ContentKind = ContentKind::ChatLine;
    type Id = LineId;

    fn store(&self) -> &Sqlite {
        &self.sqlite
    }

    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: LineId,
    ) -> Result<Option<Content>, sqlx::Error> {
        let Some(row) = find(&mut *conn, &id).await? else {
            return Ok(None);
        };
        // Old lines do not tell users from guests.
        let author = match author(&row) {
            Some(author) => is_user(conn, author).await?.then_some(author),
            None => None,
        };
        Ok(Some(Content {
            id: id.to_string(),
            author,
            standing: standing(&row.standing)?,
            at: WallMs(to_u64(row.at_ms)),
            text: row.text,
            pictures: Vec::new(),
        }))
    }

    async fn change(
        &self,
        conn: &mut SqliteConnection,
        id: LineId,
        standing: Standing,
        _: WallMs,
    ) -> Result<Stood, sqlx::Error> {
        let room = id.room.uuid();
        let Some(row) = find(&mut *conn, &id).await? else {
            return Ok(Stood::Gone);
        };
        // What was removed does not come back.
        let is_gone = row.standing == Standing::Removed.as_str();
        if is_gone || row.standing == standing.as_str() {
            return Ok(Stood::There);
        }
        let key = (room, id.seq, row.line);
        let was_shown = row.standing == Standing::Shown.as_str();
        match standing {
            Standing::Shown => put_back(&mut *conn, key).await?,
            _ if was_shown => take_out(&mut *conn, key, standing).await?,
            _ => stand_anew(&mut *conn, key, standing).await?,
        }
        if !was_shown && standing != Standing::Shown {
            return Ok(Stood::There);
        }
        let epoch = fence(conn, room).await?;
        Ok(epoch.map_or(Stood::There, |epoch| Stood::Recalled(id.room, epoch)))
    }

    async fn is_seen(
        &self,
        conn: &mut SqliteConnection,
        id: LineId,
        viewer: UserId,
        _: WallMs,
    ) -> Result<bool, sqlx::Error> {
        let Some(row) = find(&mut *conn, &id).await? else {
            return Ok(false);
        };
        let is_shown = row.standing == Standing::Shown.as_str();
        if !is_shown || !may_enter(&mut *conn, viewer, id.room.uuid()).await? {
            return Ok(false);
        }
        match author(&row) {
            Some(author) if is_user(&mut *conn, author).await? => {
                sees(conn, viewer, author.uuid()).await
            }
            _ => Ok(true),
        }
    }

    fn recall(&self, room: RoomId, epoch: Epoch) {
        self.recall.recall(room, Some(epoch));
    }
}

async fn is_user(conn: &mut SqliteConnection, person: UserId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user WHERE id = ?)")
        .bind(person.uuid())
        .fetch_one(conn)
        .await
}

/// Which row: the room, the batch, the number in its save.
type Key = (Uuid, i64, i64);

async fn run(
    conn: &mut SqliteConnection,
    statement: &'static str,
    (room, seq, line): Key,
    standing: Option<Standing>,
) -> Result<(), sqlx::Error> {
    sqlx::query(statement)
        .bind(room)
        .bind(seq)
        .bind(line)
        .bind(standing.map(Standing::as_str))
        .execute(conn)
        .await
        .map(drop)
}

async fn take_out(
    conn: &mut SqliteConnection,
    key: Key,
    standing: Standing,
) -> Result<(), sqlx::Error> {
    run(
        &mut *conn,
        "INSERT INTO room_chat_moderated (room_id, seq, line, at_ms, author_id, author_name, guest, text, standing)
         SELECT room_id, seq, line, at_ms, author_id, author_name, guest, iif(?4 = 'removed', '', text), ?4
         FROM room_chat WHERE room_id = ?1 AND seq = ?2 AND line = ?3",
        key,
        Some(standing),
    )
    .await?;
    let gone = "DELETE FROM room_chat WHERE room_id = ?1 AND seq = ?2 AND line = ?3 AND ?4 IS NULL";
    run(conn, gone, key, None).await
}

async fn stand_anew(
    conn: &mut SqliteConnection,
    key: Key,
    standing: Standing,
) -> Result<(), sqlx::Error> {
    run(
        conn,
        "UPDATE room_chat_moderated SET standing = ?4, text = iif(?4 = 'removed', '', text)
         WHERE room_id = ?1 AND seq = ?2 AND line = ?3",
        key,
        Some(standing),
    )
    .await
}

/// What was removed does not come back: there is nothing left of it to show.
async fn put_back(conn: &mut SqliteConnection, key: Key) -> Result<(), sqlx::Error> {
    run(
        &mut *conn,
        "INSERT INTO room_chat (room_id, seq, line, at_ms, author_id, author_name, guest, text)
         SELECT room_id, seq, line, at_ms, author_id, author_name, guest, text FROM room_chat_moderated
         WHERE room_id = ?1 AND seq = ?2 AND line = ?3 AND standing <> 'removed' AND ?4 IS NULL",
        key,
        None,
    )
    .await?;
    run(
        conn,
        "DELETE FROM room_chat_moderated
         WHERE room_id = ?1 AND seq = ?2 AND line = ?3 AND standing <> 'removed' AND ?4 IS NULL",
        key,
        None,
    )
    .await
}
