//! Lines of chat as moderators act on them. What is taken out of a room is taken from whoever has the room in memory as
//! well, as when a person is erased: everyone present comes back to the room without it.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::moderated::{fence, may_enter, sees, standing};
use super::room_rows::to_u64;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
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
struct LineId {
    room: RoomId,
    seq: i64,
    line: u32,
}

impl LineId {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let id = Self {
            room: parts.next()?.parse().ok()?,
            seq: parts.next()?.parse().ok()?,
            line: parts.next()?.parse().ok()?,
        };
        // One spelling each: a thing has one open case.
        let is_whole = parts.next().is_none() && id.to_string() == text;
        is_whole.then_some(id)
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
impl ModeratedContent for ModeratedChat {
    fn kind(&self) -> ContentKind {
        ContentKind::ChatLine
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Some(id) = LineId::parse(id) else {
            return Ok(None);
        };
        let mut conn = self.sqlite.read.acquire().await?;
        let Some(row) = find(&mut conn, &id).await? else {
            return Ok(None);
        };
        // Old lines do not tell users from guests.
        let author = match author(&row) {
            Some(author) => is_user(&mut conn, author).await?.then_some(author),
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

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        _: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Some(id) = LineId::parse(id) else {
            return Ok(false);
        };
        let room = id.room.uuid();
        let mut transaction = self.sqlite.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some(row) = find(&mut transaction, &id).await? else {
            return Ok(false);
        };
        if row.standing == standing.as_str() {
            return Ok(true);
        }
        let key = (room, id.seq, row.line);
        let was_shown = row.standing == Standing::Shown.as_str();
        match standing {
            Standing::Shown => put_back(&mut transaction, key).await?,
            _ if was_shown => take_out(&mut transaction, key, standing).await?,
            _ => stand_anew(&mut transaction, key, standing).await?,
        }
        let in_sight = was_shown || standing == Standing::Shown;
        let epoch = match in_sight {
            true => fence(&mut transaction, room).await?,
            false => None,
        };
        transaction.commit().await?;
        if epoch.is_some() {
            self.recall.recall(id.room, epoch);
        }
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Some(id) = LineId::parse(id) else {
            return Ok(false);
        };
        let mut conn = self.sqlite.read.acquire().await?;
        let Some(row) = find(&mut conn, &id).await? else {
            return Ok(false);
        };
        let is_shown = row.standing == Standing::Shown.as_str();
        if !is_shown || !may_enter(&mut conn, viewer, id.room.uuid()).await? {
            return Ok(false);
        }
        match author(&row) {
            Some(author) if is_user(&mut conn, author).await? => {
                Ok(sees(&mut conn, viewer, author.uuid()).await?)
            }
            _ => Ok(true),
        }
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
