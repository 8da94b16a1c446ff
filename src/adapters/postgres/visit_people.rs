//! What a store of visits elsewhere asks of people in PostgreSQL.

use std::collections::BTreeSet;

use async_trait::async_trait;
use uuid::Uuid;

use super::Postgres;
use super::number::stored;
use super::step::reading;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::people::{MET_MAX, PeopleUnavailable};
use crate::ports::visit::{Around, Circle, VisitPeople, WAYS_MAX};

/// The most followers whose followers are looked at: the newest.
const FOLLOWERS_MAX: i64 = 200;

/// Whether the lists of `$2` are for `$1`.
const MAY_READ: &str = "
SELECT $1::uuid IS NOT DISTINCT FROM $2::uuid
    OR NOT EXISTS (SELECT FROM user_settings WHERE user_id = $2 AND account_private)
    OR EXISTS (SELECT FROM follow WHERE follower_id = $1 AND followee_id = $2)";

/// People of `around (id, is_tie)` around `$2`, for the viewer `$1` at the time `$3`.
macro_rules! around {
    ($around:literal) => {
        concat!(
            "WITH around (id, is_tie) AS (",
            $around,
            ")
             SELECT around.id, bool_or(around.is_tie),
                    EXISTS (SELECT FROM follow WHERE follower_id = $1 AND followee_id = around.id)
             FROM around JOIN account ON account.id = around.id
             WHERE around.id IS DISTINCT FROM $1 AND around.id <> $2 AND closing_ms IS NULL
               AND NOT EXISTS (SELECT FROM suspension WHERE suspension.user_id = around.id
                               AND (until_ms IS NULL OR until_ms > $3))
               AND NOT EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = around.id)
               AND NOT EXISTS (SELECT FROM block WHERE blocker_id = around.id AND blocked_id = $1)
               AND NOT EXISTS (SELECT FROM mute WHERE muter_id = $1 AND muted_id = around.id
                               AND (until_ms IS NULL OR until_ms > $3))
             GROUP BY around.id ORDER BY around.id"
        )
    };
}

const NEAR: &str = around!(
    "SELECT other_id, TRUE FROM (SELECT other_id FROM tie WHERE user_id = $2
                                 ORDER BY created_ms DESC LIMIT $4) AS tied
     UNION ALL
     SELECT follower_id, FALSE FROM (SELECT follower_id FROM follow WHERE followee_id = $2
                                     ORDER BY created_ms DESC LIMIT $4) AS following"
);

const FAR: &str = around!(
    "SELECT * FROM (SELECT far.follower_id, FALSE
     FROM (SELECT follower_id AS id FROM follow WHERE followee_id = $2
           ORDER BY created_ms DESC LIMIT $5) AS near
     JOIN follow AS far ON far.followee_id = near.id
     WHERE NOT EXISTS (SELECT FROM user_settings AS chosen
                       WHERE chosen.user_id = near.id AND chosen.account_private)
       AND NOT EXISTS (SELECT FROM block WHERE blocker_id = $1 AND blocked_id = near.id)
       AND NOT EXISTS (SELECT FROM block WHERE blocker_id = near.id AND blocked_id = $1)
     LIMIT $4) AS beyond"
);

/// `$1` is the owner, `$2` are the visitors.
const SHOWING: &str = "
SELECT account.id FROM account LEFT JOIN user_settings AS chosen ON chosen.user_id = account.id
WHERE account.id = ANY($2)
  AND CASE coalesce(show_visits, 'everyone')
      WHEN 'everyone' THEN TRUE
      WHEN 'followers' THEN EXISTS (SELECT FROM follow WHERE follower_id = $1 AND followee_id = account.id)
      WHEN 'ties' THEN EXISTS (SELECT FROM tie WHERE tie.user_id = account.id AND tie.other_id = $1)
      ELSE FALSE END";

#[async_trait]
impl VisitPeople for Postgres {
    async fn around(
        &self,
        center: UserId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Vec<Around>, PeopleUnavailable> {
        let statement = match circle {
            Circle::Near => NEAR,
            Circle::Far => FAR,
        };
        Ok(reading!(self, |conn| {
            let may_read: bool = sqlx::query_scalar(MAY_READ)
                .bind(viewer.map(UserId::uuid))
                .bind(center.uuid())
                .fetch_one(&mut *conn)
                .await?;
            if !may_read {
                return Ok(Vec::new());
            }
            let asked = sqlx::query_as(statement)
                .bind(viewer.map(UserId::uuid))
                .bind(center.uuid())
                .bind(stored(now))
                .bind(i64::from(WAYS_MAX));
            let asked = match circle {
                Circle::Near => asked,
                Circle::Far => asked.bind(FOLLOWERS_MAX),
            };
            let found: Vec<(Uuid, bool, bool)> = asked.fetch_all(conn).await?;
            let around = found.into_iter().map(|(id, is_tie, follows)| Around {
                id: UserId::from_uuid(id),
                is_tie,
                follows,
            });
            Ok(around.collect())
        })?)
    }

    async fn showing_visits(
        &self,
        owner: UserId,
        visitors: &[UserId],
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable> {
        if visitors.len() > MET_MAX {
            return Err(PeopleUnavailable::too_many());
        }
        let ids: Vec<Uuid> = visitors.iter().map(|id| id.uuid()).collect();
        let showing: Vec<Uuid> = reading!(self, |conn| sqlx::query_scalar(SHOWING)
            .bind(owner.uuid())
            .bind(&ids)
            .fetch_all(conn)
            .await)?;
        Ok(showing.into_iter().map(UserId::from_uuid).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::scratch;
    use crate::ports::visit::conformance::people::conformance;

    #[tokio::test]
    async fn keeps_what_a_store_promises_that_visits_ask_for_people() {
        let Some(store) = scratch().await else { return };
        conformance(&*store, &*store, &*store, &*store).await;
    }
}
