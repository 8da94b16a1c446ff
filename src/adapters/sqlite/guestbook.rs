//! Guestbooks in SQLite: entries and replies in one table, seen through one condition.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use self::rows::{COUNT, ENTRIES, REPLIES, Raw, fetch, place, raw};
use self::telling::{announce, show_notices};
use super::Sqlite;
use super::door::door;
use super::moderation::hold_if;
use super::number::stored;
use super::once::{self, Begun};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::room::Role;
use crate::domain::version::Expected;
use crate::domain::visit::{EDIT_WITHIN_MS, ENTRIES_MAX, EntryText, REPLIES_MAX};
use crate::ports::guestbook::{
    Changed, Entry, EntryPlace, GuestbookStore, GuestbooksUnavailable, Listed, NewEntry, Target,
    Wrote,
};
use crate::ports::once::{Done, Once};
use crate::ports::visit::Met;

mod moderated;
mod rows;
mod telling;
#[cfg(test)]
mod tests;

pub use moderated::GuestbookContent;

impl From<sqlx::Error> for GuestbooksUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// What is answered again for a key.
#[derive(Debug, Serialize, Deserialize)]
struct Recorded {
    id: EntryId,
    room: RoomId,
    parent: Option<EntryId>,
    text: String,
    is_secret: bool,
    standing: Standing,
    at: WallMs,
}

impl Recorded {
    async fn entry(
        self,
        conn: &mut SqliteConnection,
        author: UserId,
    ) -> Result<Entry, sqlx::Error> {
        Ok(Entry {
            id: self.id,
            room: self.room,
            parent: self.parent,
            author: rows::author(conn, author).await?,
            text: self.text,
            is_secret: self.is_secret,
            standing: self.standing,
            is_hidden: false,
            version: crate::domain::version::Version(1),
            created: self.at,
            edited: None,
            replies: 0,
            muted: None,
        })
    }
}

/// Where something is to be written: the room, the entry it replies to, whether it is secret.
type Place = (RoomId, Option<Raw>, bool);

async fn target(
    conn: &mut SqliteConnection,
    new: &NewEntry,
) -> Result<Result<Place, Wrote>, sqlx::Error> {
    let (room, parent, is_secret) = match new.target {
        Target::Room { room, is_secret } => (room, None, is_secret),
        Target::Entry(entry) => {
            let seen = fetch(&mut *conn, entry, Some(new.author), new.at).await?;
            let parent = match seen {
                Some(seen) if seen.parent.is_none() => raw(&mut *conn, entry).await?,
                _ => None,
            };
            let Some(parent) = parent else {
                return Ok(Err(Wrote::NoEntry));
            };
            (parent.room, Some(parent), parent.is_secret)
        }
    };
    match door(&mut *conn, room, Some(new.author), new.at).await? {
        None if parent.is_some() => return Ok(Err(Wrote::NoEntry)),
        None => return Ok(Err(Wrote::NoRoom)),
        Some(door) => {
            if let Err(denied) = door.role {
                return Ok(Err(Wrote::Denied(denied)));
            }
        }
    }
    let (statement, of, max) = match &parent {
        None => (
            "SELECT count(*) FROM guestbook_entry WHERE room_id = ? AND parent_id IS NULL",
            room.uuid(),
            ENTRIES_MAX,
        ),
        Some(parent) => (
            "SELECT count(*) FROM guestbook_entry WHERE parent_id = ?",
            parent.id.uuid(),
            REPLIES_MAX,
        ),
    };
    let count: u32 = sqlx::query_scalar(statement)
        .bind(of)
        .fetch_one(conn)
        .await?;
    if count >= max {
        return Ok(Err(Wrote::Full));
    }
    Ok(Ok((room, parent, is_secret)))
}

async fn insert(
    conn: &mut SqliteConnection,
    new: &NewEntry,
    (room, parent, is_secret): &Place,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO guestbook_entry (id, room_id, parent_id, author_id, text, is_secret, standing,
             is_announced, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)",
    )
    .bind(new.id.uuid())
    .bind(room.uuid())
    .bind(parent.map(|parent| parent.id.uuid()))
    .bind(new.author.uuid())
    .bind(new.text.as_str())
    .bind(is_secret)
    .bind(new.standing.as_str())
    .bind(stored(new.at))
    .execute(conn)
    .await
    .map(drop)
}

/// An entry that this person sees, in a room that is open to them.
async fn found(
    conn: &mut SqliteConnection,
    id: EntryId,
    by: UserId,
    now: WallMs,
) -> Result<Option<(Raw, Role)>, sqlx::Error> {
    if fetch(&mut *conn, id, Some(by), now).await?.is_none() {
        return Ok(None);
    }
    let Some(entry) = raw(&mut *conn, id).await? else {
        return Ok(None);
    };
    let door = door(conn, entry.room, Some(by), now).await?;
    let role = door.and_then(|door| door.role.ok());
    Ok(role.map(|role| (entry, role)))
}

#[async_trait]
impl GuestbookStore for Sqlite {
    async fn write(
        &self,
        new: &NewEntry,
        once: Option<&Once>,
    ) -> Result<Wrote, GuestbooksUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match once::begin::<Recorded>(&mut transaction, once, new.at).await? {
            Begun::Fresh => {}
            Begun::Replay(recorded) => {
                let entry = recorded.entry(&mut transaction, new.author).await?;
                return Ok(Wrote::Done(Box::new(Done::Before(entry)), Vec::new()));
            }
            Begun::Mismatch => return Ok(Wrote::Done(Box::new(Done::KeyReused), Vec::new())),
        }
        let place = match target(&mut transaction, new).await? {
            Ok(place) => place,
            Err(refused) => return Ok(refused),
        };
        insert(&mut transaction, new, &place).await?;
        let thing = (ContentKind::GuestbookEntry, new.id);
        let words = (new.author, new.text.as_str());
        hold_if(&mut transaction, new.standing, thing, words, new.at).await?;
        let mut told = Vec::new();
        if new.standing == Standing::Shown
            && let Some(entry) = raw(&mut transaction, new.id).await?
        {
            told = announce(&mut transaction, &entry, new.at).await?;
        }
        let (room, parent, is_secret) = place;
        let recorded = Recorded {
            id: new.id,
            room,
            parent: parent.map(|parent| parent.id),
            text: new.text.as_str().to_owned(),
            is_secret,
            standing: new.standing,
            at: new.at,
        };
        once::record(&mut transaction, once, &recorded, new.at).await?;
        let entry = recorded.entry(&mut transaction, new.author).await?;
        transaction.commit().await?;
        Ok(Wrote::Done(Box::new(Done::Now(entry)), told))
    }

    async fn entries(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Met<Listed>, GuestbooksUnavailable> {
        let mut conn = self.read.begin().await?;
        match door(&mut conn, room, viewer, now).await? {
            None => return Ok(Met::NoRoom),
            Some(door) => {
                if let Err(denied) = door.role {
                    return Ok(Met::Denied(denied));
                }
            }
        }
        let from = place(after, i64::MAX, uuid::Uuid::max());
        let of = room.uuid();
        let entries = rows::list(&mut conn, ENTRIES, viewer, now, of, from, limit).await?;
        let count = rows::scoped(COUNT, viewer, now).bind(of);
        let count = count.fetch_one(&mut *conn).await?;
        Ok(Met::Open(Listed { entries, count }))
    }

    async fn replies(
        &self,
        entry: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<EntryPlace>,
        limit: u32,
    ) -> Result<Option<Vec<Entry>>, GuestbooksUnavailable> {
        let mut conn = self.read.begin().await?;
        let seen = fetch(&mut conn, entry, viewer, now).await?;
        let Some(seen) = seen.filter(|seen| seen.parent.is_none()) else {
            return Ok(None);
        };
        let door = door(&mut conn, seen.room, viewer, now).await?;
        if door.and_then(|door| door.role.ok()).is_none() {
            return Ok(None);
        }
        let (of, from) = (entry.uuid(), place(after, i64::MIN, uuid::Uuid::nil()));
        let replies = rows::list(&mut conn, REPLIES, viewer, now, of, from, limit).await?;
        Ok(Some(replies))
    }

    async fn entry(
        &self,
        id: EntryId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Option<Entry>, GuestbooksUnavailable> {
        let mut conn = self.read.begin().await?;
        let Some(entry) = fetch(&mut conn, id, viewer, now).await? else {
            return Ok(None);
        };
        let door = door(&mut conn, entry.room, viewer, now).await?;
        let is_open = door.is_some_and(|door| door.role.is_ok());
        Ok(is_open.then_some(entry))
    }

    async fn rewrite(
        &self,
        id: EntryId,
        author: UserId,
        (text, standing): (&EntryText, Standing),
        expected: &Expected,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let Some((entry, _)) = found(&mut transaction, id, author, now).await? else {
            return Ok(Changed::NoEntry);
        };
        if entry.author != author {
            return Ok(Changed::NotTheirs);
        }
        if now.0.saturating_sub(entry.created.0) > EDIT_WITHIN_MS {
            return Ok(Changed::TooLate);
        }
        if !expected.admits(entry.version) {
            return Ok(Changed::Stale);
        }
        let stands = match entry.standing {
            Standing::Shown => standing,
            // A moderator decides, whatever it says now.
            other => other,
        };
        sqlx::query(
            "UPDATE guestbook_entry SET text = ?, standing = ?, edited_ms = ?, version = version + 1
             WHERE id = ?",
        )
        .bind(text.as_str())
        .bind(stands.as_str())
        .bind(stored(now))
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        if entry.standing == Standing::Shown && stands != Standing::Shown {
            let thing = (ContentKind::GuestbookEntry, id);
            hold_if(
                &mut transaction,
                stands,
                thing,
                (author, text.as_str()),
                now,
            )
            .await?;
            show_notices(&mut transaction, &entry, false).await?;
        }
        let entry = fetch(&mut transaction, id, Some(author), now).await?;
        transaction.commit().await?;
        Ok(entry.map_or(Changed::NoEntry, Changed::Done))
    }

    async fn delete(
        &self,
        id: EntryId,
        by: UserId,
        is_reply: bool,
        now: WallMs,
    ) -> Result<Changed<()>, GuestbooksUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let entry = raw(&mut transaction, id).await?;
        let Some(entry) = entry.filter(|entry| entry.parent.is_some() == is_reply) else {
            return Ok(Changed::NoEntry);
        };
        if entry.author != by {
            match found(&mut transaction, id, by, now).await? {
                Some((_, Role::Owner)) => {}
                Some(_) => return Ok(Changed::NotTheirs),
                None => return Ok(Changed::NoEntry),
            }
        }
        show_notices(&mut transaction, &entry, false).await?;
        sqlx::query("DELETE FROM guestbook_entry WHERE id = ?")
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Changed::Done(()))
    }

    async fn hide(
        &self,
        id: EntryId,
        owner: UserId,
        is_hidden: bool,
        now: WallMs,
    ) -> Result<Changed<Entry>, GuestbooksUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        match found(&mut transaction, id, owner, now).await? {
            Some((_, Role::Owner)) => {}
            Some(_) => return Ok(Changed::NotTheirs),
            None => return Ok(Changed::NoEntry),
        }
        sqlx::query(
            "UPDATE guestbook_entry SET is_hidden = ?1, version = version + 1
             WHERE id = ?2 AND is_hidden <> ?1",
        )
        .bind(is_hidden)
        .bind(id.uuid())
        .execute(&mut *transaction)
        .await?;
        let entry = fetch(&mut transaction, id, Some(owner), now).await?;
        transaction.commit().await?;
        Ok(entry.map_or(Changed::NoEntry, Changed::Done))
    }

    async fn settle(&self, _: WallMs) -> Result<bool, GuestbooksUnavailable> {
        Ok(false)
    }
}
