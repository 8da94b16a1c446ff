//! Entries and replies as moderators act on them: one kind of thing, by id.

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::super::Sqlite;
use super::super::door::door;
use super::super::moderated_kind::{ModeratedKind, Stood};
use super::rows::{fetch, raw};
use super::telling::stand;
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::Content;

/// What people wrote into guestbooks.
#[derive(Debug, Clone)]
pub struct GuestbookContent(pub Sqlite);

#[async_trait]
impl ModeratedKind for GuestbookContent {
    const KIND: ContentKind = ContentKind::GuestbookEntry;
    type Id = EntryId;

    fn store(&self) -> &Sqlite {
        &self.0
    }

    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: EntryId,
    ) -> Result<Option<Content>, sqlx::Error> {
        let Some(entry) = raw(&mut *conn, id).await? else {
            return Ok(None);
        };
        let text: Option<String> =
            sqlx::query_scalar("SELECT text FROM guestbook_entry WHERE id = ?")
                .bind(id.uuid())
                .fetch_optional(conn)
                .await?;
        Ok(text.map(|text| Content {
            id: id.to_string(),
            author: Some(entry.author),
            text,
            pictures: Vec::new(),
            standing: entry.standing,
            at: entry.created,
        }))
    }

    async fn change(
        &self,
        conn: &mut SqliteConnection,
        id: EntryId,
        standing: Standing,
        now: WallMs,
    ) -> Result<Stood, sqlx::Error> {
        let Some(entry) = raw(&mut *conn, id).await? else {
            return Ok(Stood::Gone);
        };
        stand(conn, &entry, standing, now).await?;
        Ok(Stood::There)
    }

    async fn is_seen(
        &self,
        conn: &mut SqliteConnection,
        id: EntryId,
        viewer: UserId,
        now: WallMs,
    ) -> Result<bool, sqlx::Error> {
        let viewer = Some(viewer);
        let Some(entry) = fetch(&mut *conn, id, viewer, now).await? else {
            return Ok(false);
        };
        let door = door(conn, entry.room, viewer, now).await?;
        Ok(door.is_some_and(|door| door.role.is_ok()))
    }
}
