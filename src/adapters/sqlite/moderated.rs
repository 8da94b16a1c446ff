//! People and rooms as moderators act on them.

use std::sync::Arc;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::number::{stored, to_u64};
use super::{Sqlite, events, names, permission_steps};
use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::room::{Epoch, RoomEvent};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::permission::Suspension;
use crate::ports::room::RoomRecall;

impl From<sqlx::Error> for ContentUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

pub(super) fn standing(stored: &str) -> Result<Standing, sqlx::Error> {
    let fault = || sqlx::Error::Decode(format!("no standing is {stored:?}").into());
    stored.parse().map_err(|_| fault())
}

/// People: who is hidden is suspended. Nobody is removed; people erase their accounts themselves.
#[derive(Debug, Clone)]
pub struct ModeratedPeople(pub Sqlite);

#[async_trait]
impl ModeratedContent for ModeratedPeople {
    fn kind(&self) -> ContentKind {
        ContentKind::User
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(None);
        };
        let row: Option<(String, String, String, i64, bool)> = sqlx::query_as(
            "SELECT display_name, mood, bio, created_ms,
                    EXISTS (SELECT 1 FROM suspension WHERE user_id = user.id
                            AND (until_ms IS NULL OR until_ms > unixepoch('subsec') * 1000))
             FROM user WHERE id = ?",
        )
        .bind(person.uuid())
        .fetch_optional(&self.0.read)
        .await?;
        Ok(row.map(|(name, mood, bio, created, suspended)| {
            let texts = [name, mood, bio].into_iter();
            let texts = texts.filter(|text| !text.is_empty());
            Content {
                id: person.to_string(),
                author: Some(person),
                text: texts.collect::<Vec<_>>().join("\n"),
                pictures: Vec::new(),
                standing: match suspended {
                    true => Standing::Hidden,
                    false => Standing::Shown,
                },
                at: WallMs(to_u64(created)),
            }
        }))
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(false);
        };
        let mut transaction = self.0.write.begin_with("BEGIN IMMEDIATE").await?;
        if permission_steps::role(&mut transaction, person)
            .await?
            .is_none()
        {
            return Ok(false);
        }
        // Whoever decided is named where it was decided.
        let nobody = Trace::default();
        match standing {
            Standing::Shown => {
                permission_steps::lift(&mut transaction, person, &nobody, now).await?;
            }
            Standing::Hidden | Standing::Held => {
                let suspension = Suspension {
                    user_id: person,
                    reason: ContentKind::User.as_str().to_owned(),
                    until: None,
                };
                permission_steps::lay(&mut transaction, &suspension, &nobody, now).await?;
            }
            Standing::Removed => return Ok(false),
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(person) = id.parse::<UserId>() else {
            return Ok(false);
        };
        let mut conn = self.0.read.acquire().await?;
        Ok(sees(&mut conn, viewer, person.uuid()).await?)
    }
}

/// Whether somebody is there for a viewer: neither closed nor suspended, and neither blocks the other.
pub(super) async fn sees(
    conn: &mut SqliteConnection,
    viewer: UserId,
    person: Uuid,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM user WHERE id = ?2 AND closing_ms IS NULL)
            AND NOT EXISTS (SELECT 1 FROM suspension WHERE user_id = ?2
                            AND (until_ms IS NULL OR until_ms > unixepoch('subsec') * 1000))
            AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = ?2)
            AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = ?1)",
    )
    .bind(viewer.uuid())
    .bind(person)
    .fetch_one(conn)
    .await
}

/// Whether a viewer may come into a room, as far as the store knows: its owner is there for them, it is public or for
/// followers of whom they are one, or they are at home in it; and they are not kept out.
pub(super) async fn may_enter(
    conn: &mut SqliteConnection,
    viewer: UserId,
    room: Uuid,
) -> Result<bool, sqlx::Error> {
    let owner: Option<Uuid> = sqlx::query_scalar(
        "SELECT owner_id FROM room WHERE id = ?1 AND state = 'active'
           AND json_extract(access_lists, '$.bans.\"' || ?3 || '\"') IS NULL
           AND (owner_id = ?2 OR visibility = 'public'
                OR json_extract(access_lists, '$.editors.\"' || ?3 || '\"') IS NOT NULL
                OR visibility = 'followers' AND EXISTS (
                    SELECT 1 FROM follow WHERE follower_id = ?2 AND followee_id = owner_id))",
    )
    .bind(room)
    .bind(viewer.uuid())
    .bind(viewer.to_string())
    .fetch_optional(&mut *conn)
    .await?;
    match owner {
        Some(owner) if owner == viewer.uuid() => Ok(true),
        Some(owner) => sees(conn, viewer, owner).await,
        None => Ok(false),
    }
}

/// Takes a room from whoever has it in memory, so that they and everyone in it find it as the store has it: nobody is
/// told what changed since, all get the whole room anew.
pub(super) async fn fence(
    conn: &mut SqliteConnection,
    room: Uuid,
) -> Result<Option<Epoch>, sqlx::Error> {
    sqlx::query("DELETE FROM room_epoch WHERE room_id = ?")
        .bind(room)
        .execute(&mut *conn)
        .await?;
    let epoch: Option<i64> = sqlx::query_scalar(
        "UPDATE room SET epoch = epoch + 1, node_id = NULL WHERE id = ?
         AND state <> 'deleted' RETURNING epoch",
    )
    .bind(room)
    .fetch_optional(&mut *conn)
    .await?;
    let epoch = epoch.map(|epoch| Epoch(to_u64(epoch)));
    if let Some(epoch) = epoch {
        let event = RoomEvent::Recalled { epoch };
        events::put(conn, RoomId::from_uuid(room), &event).await?;
    }
    Ok(epoch)
}

/// Rooms by their names, archived ones and those that can be restored too: none gets away by that. A room that is hidden
/// or removed is called after its owner, and its door is shut to others, until it is shown again: what hangs in it stays
/// the owner's, who can neither rename nor open it ([`Shut`](crate::domain::room::Shut)).
#[derive(Clone)]
pub struct ModeratedRooms {
    /// Where rooms are durable.
    pub sqlite: Sqlite,
    /// Hears which are to be read anew.
    pub recall: Arc<dyn RoomRecall>,
}

impl std::fmt::Debug for ModeratedRooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ModeratedRooms(..)")
    }
}

#[async_trait]
impl ModeratedContent for ModeratedRooms {
    fn kind(&self) -> ContentKind {
        ContentKind::Room
    }

    async fn content(&self, id: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(room) = id.parse::<RoomId>() else {
            return Ok(None);
        };
        let row: Option<(Uuid, String, i64, Option<String>, Option<String>)> = sqlx::query_as(
            "SELECT owner_id, room.name, created_ms, standing, room_moderated.name
             FROM room LEFT JOIN room_moderated ON room_id = id WHERE id = ? AND state <> 'deleted'",
        )
        .bind(room.uuid())
        .fetch_optional(&self.sqlite.read)
        .await?;
        row.map(|(owner, name, created, standing_text, was)| {
            let standing = standing_text.as_deref().map(standing).transpose()?;
            Ok(Content {
                id: room.to_string(),
                author: Some(UserId::from_uuid(owner)),
                text: was.unwrap_or(name),
                pictures: Vec::new(),
                standing: standing.unwrap_or(Standing::Shown),
                at: WallMs(to_u64(created)),
            })
        })
        .transpose()
    }

    async fn stand(
        &self,
        id: &str,
        standing: Standing,
        now: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(room) = id.parse::<RoomId>() else {
            return Ok(false);
        };
        let mut transaction = self.sqlite.write.begin_with("BEGIN IMMEDIATE").await?;
        let changed = match standing {
            Standing::Shown => name_again(&mut transaction, room.uuid()).await?,
            _ => take_name(&mut transaction, room.uuid(), standing, now).await?,
        };
        let epoch = match changed {
            true => fence(&mut transaction, room.uuid()).await?,
            false => None,
        };
        let is_there: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM room WHERE id = ? AND state <> 'deleted')",
        )
        .bind(room.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        if epoch.is_some() {
            self.recall.recall(room, epoch);
        }
        Ok(is_there)
    }

    async fn is_seen_by(&self, id: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(room) = id.parse::<RoomId>() else {
            return Ok(false);
        };
        let mut conn = self.sqlite.read.acquire().await?;
        Ok(may_enter(&mut conn, viewer, room.uuid()).await?)
    }
}

/// Takes a room's name away and shuts its door; whether anything changed.
async fn take_name(
    conn: &mut SqliteConnection,
    room: Uuid,
    standing: Standing,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query(
        "INSERT INTO room_moderated (room_id, standing, name, visibility)
         SELECT id, ?2, iif(?2 = 'removed', '', name), visibility FROM room WHERE id = ?1 AND state <> 'deleted'
         ON CONFLICT (room_id) DO UPDATE SET standing = excluded.standing,
             name = iif(excluded.standing = 'removed', '', room_moderated.name)",
    )
    .bind(room)
    .bind(standing.as_str())
    .execute(&mut *conn)
    .await?;
    let name: Option<String> = sqlx::query_scalar(
        "UPDATE room SET name = coalesce((SELECT display_name FROM user WHERE user.id = owner_id), ''),
                visibility = 'private', changed_ms = ?2
         WHERE id = ?1 AND state <> 'deleted' RETURNING name",
    )
    .bind(room)
    .bind(stored(now))
    .fetch_optional(&mut *conn)
    .await?;
    found_as(conn, room, name).await
}

/// Gives a room back what was taken from it; whether anything was.
async fn name_again(conn: &mut SqliteConnection, room: Uuid) -> Result<bool, sqlx::Error> {
    let was: Option<(String, String)> =
        sqlx::query_as("DELETE FROM room_moderated WHERE room_id = ? RETURNING name, visibility")
            .bind(room)
            .fetch_optional(&mut *conn)
            .await?;
    let Some((name, visibility)) = was else {
        return Ok(false);
    };
    let name: Option<String> = sqlx::query_scalar(
        "UPDATE room SET name = iif(?2 = '', name, ?2), visibility = ?3
         WHERE id = ?1 AND state <> 'deleted' RETURNING name",
    )
    .bind(room)
    .bind(name)
    .bind(visibility)
    .fetch_optional(&mut *conn)
    .await?;
    found_as(conn, room, name).await
}

/// Has a room found by its name of now; whether there is one.
async fn found_as(
    conn: &mut SqliteConnection,
    room: Uuid,
    name: Option<String>,
) -> Result<bool, sqlx::Error> {
    match name {
        Some(name) => names::ROOMS.put(conn, room, &name).await.map(|()| true),
        None => Ok(false),
    }
}
