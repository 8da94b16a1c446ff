//! What stores elsewhere that keep what lies behind doors ask of people in SQLite.

use async_trait::async_trait;
use sqlx::types::Json;
use uuid::Uuid;

use super::Sqlite;
use super::door::{there, unmuted};
use super::number::stored;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::people::{DoorPeople, MET_MAX, Met, PeopleUnavailable};

/// `?1` is the viewer, `?2` the ids as text, `?3` the time.
const MET: &str = concat!(
    "SELECT user.id,
            EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = user.id) AS follows,
            EXISTS (SELECT 1 FROM tie WHERE tie.user_id = ?1 AND other_id = user.id) AS tied,
            NOT ",
    unmuted!("user.id"),
    " AS muted
     FROM user WHERE user.id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?2)) AND (user.id = ?1 OR ",
    there!("user.id"),
    ") ORDER BY user.id"
);

#[async_trait]
impl DoorPeople for Sqlite {
    async fn met(
        &self,
        viewer: Option<UserId>,
        people: &[UserId],
        now: WallMs,
    ) -> Result<Vec<Met>, PeopleUnavailable> {
        if people.len() > MET_MAX {
            return Err(PeopleUnavailable::too_many());
        }
        let rows: Vec<(Uuid, bool, bool, bool)> = sqlx::query_as(MET)
            .bind(viewer.map(UserId::uuid))
            .bind(Json(people))
            .bind(stored(now))
            .fetch_all(&self.read)
            .await?;
        let met = rows.into_iter().map(|(id, follows, tied, muted)| Met {
            id: UserId::from_uuid(id),
            follows,
            tied,
            muted,
        });
        Ok(met.collect())
    }
}
