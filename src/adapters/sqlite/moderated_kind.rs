//! What kinds of things moderators act on have in common in this store: an id to be read, and one transaction for what
//! changes.

use std::str::FromStr;

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::Sqlite;
use super::number::wall;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::notification::Delivery;
use crate::domain::room::Epoch;
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};

/// What became of a thing that was to stand otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stood {
    /// There is none.
    Gone,
    /// It does.
    There,
    /// It does, and these are to hear of something because it is shown.
    Told(Vec<Delivery>),
    /// It does, and whoever has its room in memory is to read it anew.
    Recalled(RoomId, Epoch),
}

/// A kind of thing, by ids of its own. Texts that are no such id name nothing.
#[async_trait]
pub(super) trait ModeratedKind: Send + Sync {
    const KIND: ContentKind;
    type Id: FromStr<Err: Send> + Copy + Send + Sync;

    fn store(&self) -> &Sqlite;

    /// As [`ModeratedContent::content`].
    async fn read(
        &self,
        conn: &mut SqliteConnection,
        id: Self::Id,
    ) -> Result<Option<Content>, sqlx::Error>;

    /// As [`ModeratedContent::stand`], within a transaction.
    async fn change(
        &self,
        conn: &mut SqliteConnection,
        id: Self::Id,
        standing: Standing,
        now: WallMs,
    ) -> Result<Stood, sqlx::Error>;

    /// As [`ModeratedContent::is_seen_by`], now.
    async fn is_seen(
        &self,
        conn: &mut SqliteConnection,
        id: Self::Id,
        viewer: UserId,
        now: WallMs,
    ) -> Result<bool, sqlx::Error>;

    /// Notices go out, now that the change is durable.
    fn tell(&self, _: &[Delivery]) {}

    /// A room is to be read anew, now that the change is durable.
    fn recall(&self, _: RoomId, _: Epoch) {}
}

#[async_trait]
impl<K: ModeratedKind> ModeratedContent for K {
    fn kind(&self) -> ContentKind {
        K::KIND
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(id) = id.parse::<K::Id>() else {
            return Ok(None);
        };
        // One view of all tables.
        let mut view = self.store().read.begin().await?;
        Ok(self.read(&mut view, id).await?)
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<K::Id>() else {
            return Ok(false);
        };
        let mut transaction = self.store().write.begin_with("BEGIN IMMEDIATE").await?;
        let stood = self.change(&mut transaction, id, standing, now).await?;
        transaction.commit().await?;
        match stood {
            Stood::Gone => return Ok(false),
            Stood::There => {}
            Stood::Told(told) => self.tell(&told),
            Stood::Recalled(room, epoch) => self.recall(room, epoch),
        }
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(id) = id.parse::<K::Id>() else {
            return Ok(false);
        };
        let mut view = self.store().read.begin().await?;
        // By the store's clock: whoever asks what somebody sees asks about now.
        let now = sqlx::query_scalar("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)");
        let now = wall(now.fetch_one(&mut *view).await?);
        Ok(self.is_seen(&mut view, id, viewer, now).await?)
    }
}
