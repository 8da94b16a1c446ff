//! What other services, and stores that keep what lies behind doors, read of people, from the same database the user
//! service writes.

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
use crate::ports::people::{DoorPeople, MET_MAX, Met, PeopleReader, PeopleUnavailable};

/// Whoever is there, to be told which.
macro_rules! there {
    ($which:literal) => {
        concat!(
            "SELECT id AS user_id, handle, display_name, look, mood, bio, front_room_id
             FROM account WHERE closing_ms IS NULL AND NOT EXISTS (
                 SELECT FROM suspension WHERE suspension.user_id = account.id AND (until_ms IS NULL
                 OR until_ms > extract(epoch FROM clock_timestamp()) * 1000)) AND ",
            $which
        )
    };
}

#[async_trait]
impl PeopleReader for Postgres {
    async fn user(&self, id: UserId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> = reading!(self, |conn| sqlx::query_as(there!("id = $1"))
            .bind(id.uuid())
            .fetch_optional(conn)
            .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn by_front_room(&self, room: RoomId) -> Result<Option<User>, PeopleUnavailable> {
        let row: Option<UserRow> =
            reading!(self, |conn| sqlx::query_as(there!("front_room_id = $1"))
                .bind(room.uuid())
                .fetch_optional(conn)
                .await)?;
        Ok(row.map(User::try_from).transpose()?)
    }

    async fn room_default(&self, id: UserId) -> Result<Visibility, PeopleUnavailable> {
        let chosen: Option<String> = reading!(self, |conn| sqlx::query_scalar(
            "SELECT room_default_visibility FROM user_settings WHERE user_id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await)?;
        // The column's check allows these names only; what is not known is not open.
        let known = |name: String| Visibility::from_name(&name).unwrap_or(Visibility::Private);
        Ok(chosen.map_or(Visibility::Public, known))
    }
}

/// `$1` is the viewer, `$2` the ids, `$3` the time.
const MET: &str = "
SELECT account.id,
       EXISTS (SELECT FROM follow WHERE follower_id = $1 AND followee_id = account.id),
       EXISTS (SELECT FROM tie WHERE tie.user_id = $1 AND other_id = account.id),
       EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = account.id
               AND (until_ms IS NULL OR until_ms > $3))
FROM account WHERE account.id = ANY($2) AND (account.id = $1 OR (
       closing_ms IS NULL
       AND NOT EXISTS (SELECT FROM suspension WHERE suspension.user_id = account.id
                       AND (until_ms IS NULL OR until_ms > $3))
       AND NOT EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = account.id)
       AND NOT EXISTS (SELECT FROM block WHERE blocker_id = account.id AND blocked_id = $1)))
ORDER BY account.id";

#[async_trait]
impl DoorPeople for Postgres {
    async fn met(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<Vec<Met>, PeopleUnavailable> {
        if people.len() > MET_MAX {
            return Err(PeopleUnavailable::too_many());
        }
        let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
        let rows: Vec<(Uuid, bool, bool, bool)> = reading!(self, |conn| sqlx::query_as(MET)
            .bind(viewer.map(UserId::uuid))
            .bind(&ids)
            .bind(stored(now))
            .fetch_all(conn)
            .await)?;
        let met = rows.into_iter().map(|(id, follows, tied, muted)| Met {
            id: UserId::from_uuid(id),
            follows,
            tied,
            muted,
        });
        Ok(met.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::UserOutbox;
    use super::super::testing::scratch;
    use crate::ports::people::conformance::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_asked_for_people_promises() {
        let Some(store) = scratch().await else { return };
        let outbox = UserOutbox(store.store.clone());
        conformance(&*store, &*store, &outbox).await;
    }
}
