//! Entries and replies as moderators act on them: one kind of thing, by id.

use async_trait::async_trait;

use super::super::Sqlite;
use super::super::door::door;
use super::rows::{fetch, raw};
use super::telling::stand;
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{EntryId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};

/// What people wrote into guestbooks.
#[derive(Debug, Clone)]
pub struct GuestbookContent {
    store: Sqlite,
    clock: Clock,
}

impl GuestbookContent {
    /// The guestbooks of this store.
    pub const fn new(store: Sqlite, clock: Clock) -> Self {
        Self { store, clock }
    }
}

// An error, as each statement here gives one.
#[allow(clippy::needless_pass_by_value)]
fn unavailable(error: sqlx::Error) -> ContentUnavailable {
    ContentUnavailable(error.to_string())
}

#[async_trait]
impl ModeratedContent for GuestbookContent {
    fn kind(&self) -> ContentKind {
        ContentKind::GuestbookEntry
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<EntryId>() else {
            return Ok(None);
        };
        let mut conn = self.store.read.acquire().await.map_err(unavailable)?;
        let Some(entry) = raw(&mut conn, id).await.map_err(unavailable)? else {
            return Ok(None);
        };
        let text: Option<String> =
            sqlx::query_scalar("SELECT text FROM guestbook_entry WHERE id = ?")
                .bind(id.uuid())
                .fetch_optional(&mut *conn)
                .await
                .map_err(unavailable)?;
        Ok(text.map(|text| Content {
            id: id.to_string(),
            author: Some(entry.author),
            text,
            pictures: Vec::new(),
            standing: entry.standing,
            at: entry.created,
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<EntryId>() else {
            return Ok(false);
        };
        let write = &self.store.write;
        let begun = write.begin_with("BEGIN IMMEDIATE").await;
        let mut transaction = begun.map_err(unavailable)?;
        let Some(entry) = raw(&mut transaction, id).await.map_err(unavailable)? else {
            return Ok(false);
        };
        let stood = stand(&mut transaction, &entry, standing, now).await;
        stood.map_err(unavailable)?;
        transaction.commit().await.map_err(unavailable)?;
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<EntryId>() else {
            return Ok(false);
        };
        let (now, viewer) = (self.clock.wall(), Some(viewer));
        let mut conn = self.store.read.begin().await.map_err(unavailable)?;
        let entry = fetch(&mut conn, id, viewer, now).await;
        let Some(entry) = entry.map_err(unavailable)? else {
            return Ok(false);
        };
        let door = door(&mut conn, entry.room, viewer, now).await;
        Ok(door
            .map_err(unavailable)?
            .is_some_and(|door| door.role.is_ok()))
    }
}
