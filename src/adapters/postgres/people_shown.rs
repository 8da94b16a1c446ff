//! What stores elsewhere that keep what people write ask of people in PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use uuid::Uuid;

use super::Postgres;
use super::number::stored;
use super::step::reading;
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::Visibility;
use crate::domain::user::User;
use crate::ports::people::{GONE_MAX, MET_MAX, PeopleUnavailable, Shown, ShownPeople};
use crate::ports::relations::FOLLOWS_MAX;

/// `$1` is the viewer, `$2` the ids, `$3` the time.
const SHOWN: &str = "
SELECT account.id AS user_id, handle, display_name, look, mood, bio, front_room_id,
       closing_ms IS NULL AND NOT EXISTS (SELECT FROM suspension WHERE suspension.user_id = account.id
           AND (until_ms IS NULL OR until_ms > $3)) AS is_open,
       EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = account.id)
           OR EXISTS (SELECT FROM block WHERE blocker_id = account.id AND blocked_id = $1) AS blocked,
       EXISTS (SELECT FROM follow WHERE follower_id = $1 AND followee_id = account.id) AS follows,
       EXISTS (SELECT FROM tie WHERE tie.user_id = $1 AND other_id = account.id) AS tied,
       EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = account.id
               AND (until_ms IS NULL OR until_ms > $3)) AS muted,
       EXISTS (SELECT FROM user_settings WHERE user_settings.user_id = account.id AND account_private)
           AS is_private
FROM account WHERE account.id = ANY($2)";

/// `$1` is who follows, `$2` the time, `$3` how many.
const FOLLOWED: &str = "
SELECT followee_id FROM follow JOIN account ON account.id = followee_id
WHERE follower_id = $1 AND closing_ms IS NULL
  AND NOT EXISTS (SELECT FROM suspension WHERE suspension.user_id = followee_id
                  AND (until_ms IS NULL OR until_ms > $2))
  AND NOT EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = followee_id)
  AND NOT EXISTS (SELECT FROM block WHERE blocker_id = followee_id AND blocked_id = $1)
  AND NOT EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = followee_id
                  AND (until_ms IS NULL OR until_ms > $2))
LIMIT $3";

/// `$1` is the viewer, `$2` the time, `$3` how many.
const GONE: &str = "
SELECT id FROM (
    SELECT blocked_id AS id FROM block WHERE blocker_id = $1
    UNION ALL SELECT blocker_id FROM block WHERE blocked_id = $1
    UNION ALL SELECT user_id FROM suspension WHERE until_ms IS NULL OR until_ms > $2
    UNION ALL SELECT id FROM account WHERE closing_ms IS NOT NULL) AS gone
LIMIT $3";

/// `$1` are the handles, `$2` the time.
const NAMED: &str = "
SELECT coalesce(
    (SELECT id FROM account WHERE handle = named.handle AND closing_ms IS NULL),
    (SELECT user_id FROM old_handle JOIN account ON account.id = user_id
     WHERE old_handle.handle = named.handle AND kept_until_ms > $2 AND closing_ms IS NULL))
FROM unnest($1::text[]) WITH ORDINALITY AS named (handle, place) ORDER BY place";

const FRONTS: &str = "
SELECT front_room_id, account.id, coalesce(room_default_visibility, 'public')
FROM account LEFT JOIN user_settings ON user_settings.user_id = account.id
WHERE front_room_id = ANY($1)";

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
impl ShownPeople for Postgres {
    async fn shown(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<BTreeMap<UserId, Shown>, PeopleUnavailable> {
        few(people)?;
        let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
        let rows: Vec<ShownRow> = reading!(self, |conn| sqlx::query_as(SHOWN)
            .bind(viewer.map(UserId::uuid))
            .bind(&ids)
            .bind(stored(now))
            .fetch_all(conn)
            .await)?;
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
        Ok(shown.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn followed(&self, by: UserId, now: WallMs) -> Result<Vec<UserId>, PeopleUnavailable> {
        let ids: Vec<Uuid> = reading!(self, |conn| sqlx::query_scalar(FOLLOWED)
            .bind(by.uuid())
            .bind(stored(now))
            .bind(i64::from(FOLLOWS_MAX))
            .fetch_all(conn)
            .await)?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }

    async fn gone(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable> {
        let ids: Vec<Uuid> = reading!(self, |conn| sqlx::query_scalar(GONE)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(i64::from(GONE_MAX))
            .fetch_all(conn)
            .await)?;
        Ok(ids.into_iter().map(UserId::from_uuid).collect())
    }

    async fn named(
        &self,
        handles: &[String],
        now: WallMs,
    ) -> Result<Vec<UserId>, PeopleUnavailable> {
        few(handles)?;
        let ids: Vec<Option<Uuid>> = reading!(self, |conn| sqlx::query_scalar(NAMED)
            .bind(handles)
            .bind(stored(now))
            .fetch_all(conn)
            .await)?;
        Ok(ids.into_iter().flatten().map(UserId::from_uuid).collect())
    }

    async fn fronts(
        &self,
        rooms: &[RoomId],
    ) -> Result<BTreeMap<RoomId, (UserId, Visibility)>, PeopleUnavailable> {
        few(rooms)?;
        let ids: Vec<Uuid> = rooms.iter().map(|id| id.uuid()).collect();
        let rows: Vec<(Uuid, Uuid, String)> = reading!(self, |conn| sqlx::query_as(FRONTS)
            .bind(&ids)
            .fetch_all(conn)
            .await)?;
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
    use super::super::testing::scratch;
    use crate::ports::people::conformance::shown::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_asked_whose_words_to_show_promises() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store).await;
    }
}
