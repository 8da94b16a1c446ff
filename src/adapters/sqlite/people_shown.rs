//! What stores elsewhere that keep what people write ask of people in SQLite.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sqlite;
use super::door::{there, unmuted};
use super::number::stored;
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::ports::people::{GONE_MAX, MET_MAX, PeopleUnavailable, Shown, ShownPeople};
use crate::ports::relations::FOLLOWS_MAX;

/// `?1` is the viewer, `?2` the ids as text, `?3` the time.
const SHOWN: &str = concat!(
    "SELECT user.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
            closing_ms IS NULL AND NOT EXISTS (SELECT 1 FROM suspension WHERE suspension.user_id = user.id
                AND (until_ms IS NULL OR until_ms > ?3)) AS is_open,
            EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = user.id)
                OR EXISTS (SELECT 1 FROM block WHERE blocker_id = user.id AND blocked_id = ?1) AS blocked,
            EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = user.id) AS follows,
            EXISTS (SELECT 1 FROM tie WHERE tie.user_id = ?1 AND other_id = user.id) AS tied,
            NOT ",
    unmuted!("user.id"),
    " AS muted,
            EXISTS (SELECT 1 FROM user_settings WHERE user_settings.user_id = user.id AND account_private = 1)
                AS is_private
     FROM user WHERE user.id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?2))"
);

/// `?1` is who follows, `?3` the time, `?4` how many.
const FOLLOWED: &str = concat!(
    "SELECT followee_id FROM follow WHERE follower_id = ?1 AND ",
    there!("followee_id"),
    " AND ",
    unmuted!("followee_id"),
    " LIMIT ?4"
);

/// `?1` is the viewer, `?2` the time, `?3` how many.
const GONE: &str = "
    SELECT id FROM (
        SELECT blocked_id AS id FROM block WHERE blocker_id = ?1
        UNION ALL SELECT blocker_id FROM block WHERE blocked_id = ?1
        UNION ALL SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > ?2
        UNION ALL SELECT id FROM user WHERE closing_ms IS NOT NULL)
    LIMIT ?3";

/// `?1` are the handles, `?2` the time.
const NAMED: &str = "
    SELECT coalesce(
        (SELECT id FROM user WHERE handle = named.value AND closing_ms IS NULL),
        (SELECT user_id FROM old_handle JOIN user ON user.id = user_id
         WHERE old_handle.handle = named.value AND kept_until_ms > ?2 AND closing_ms IS NULL))
    FROM json_each(?1) AS named ORDER BY named.key";

const FRONTS: &str = "
    SELECT front_room_id, user.id, coalesce(room_default_visibility, 'public')
    FROM user LEFT JOIN user_settings ON user_settings.user_id = user.id
    WHERE front_room_id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?1))";

#[derive(Debug, sqlx::FromRow)]
struct ShownRow {
    #[sqlx(flatten)]
    user: UserRow,
    is_open: bool,
    blocked: bool,
    follows: bool,
    tied: bool,
    muted: bool,
    is_private: bool,
}

fn few<T>(all: &[T]) -> Result<(), PeopleUnavailable> {
    if all.len() > MET_MAX {
        return Err(PeopleUnavailable::too_many());
    }
    Ok(())
}

#[async_trait]
impl ShownPeople for Sqlite {
    async fn shown(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Shown>, PeopleUnavailable> {
        few(people)?;
        let rows: Vec<ShownRow> = sqlx::query_as(SHOWN)
            .bind(viewer.map(UserId::uuid))
            .bind(Json(people))
            .bind(stored(now))
            .fetch_all(&self.read)
            .await?;
        let shown = rows.into_iter().map(|row| {
            let user = User::try_from(row.user)?;
            let shown = Shown {
                is_open: row.is_open,
                blocked: row.blocked,
                follows: row.follows,
                tied: row.tied,
                muted: row.muted,
                is_private: row.is_private,
                user,
            };
            Ok((shown.user.id, shown))
        });
        shown.collect()
    }

    async fn followed(&self, by: UserId, now: WallMs) -> Result<Vec<UserId>, PeopleUnavailable> {
        let ids: Vec<Uuid> = sqlx::query_scalar(FOLLOWED)
            .bind(by.uuid())
            .bind(None::<String>)
            .bind(stored(now))
            .bind(FOLLOWS_MAX)
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }

    async fn gone(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable> {
        let ids: Vec<Uuid> = sqlx::query_scalar(GONE)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(GONE_MAX)
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }

    async fn named(
        &self,
        handles: &[String],
        now: WallMs,
    ) -> Result<Vec<UserId>, PeopleUnavailable> {
        few(handles)?;
        let ids: Vec<Option<Uuid>> = sqlx::query_scalar(NAMED)
            .bind(Json(handles))
            .bind(stored(now))
            .fetch_all(&self.read)
            .await?;
        Ok(ids.into_iter().flatten().map(UserId::from_uuid).collect())
    }

    async fn fronts(
        &self,
        rooms: &[RoomId],
    ) -> Result<BTreeMap<RoomId, (UserId, Visibility)>, PeopleUnavailable> {
        few(rooms)?;
        let rows: Vec<(Uuid, Uuid, String)> = sqlx::query_as(FRONTS)
            .bind(Json(rooms))
            .fetch_all(&self.read)
            .await?;
        let fronts = rows.into_iter().map(|(room, owner, name)| {
            // What is not known is not open.
            let visibility = Visibility::from_name(&name).unwrap_or(Visibility::Private);
            (
                RoomId::from_uuid(room),
                (UserId::from_uuid(owner), visibility),
            )
        });
        Ok(fronts.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Beside;
    use super::*;
    use crate::ports::people::conformance::shown::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_asked_whose_words_to_show_promises() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        conformance(&store, &Beside::new(folder.path())).await;
    }
}
