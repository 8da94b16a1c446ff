//! What a store of visits elsewhere asks of people in SQLite.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::door::{there, unmuted};
use super::super::number::stored;
use super::ways::{FOLLOWERS_MAX, MAY_READ};
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::ports::people::{MET_MAX, PeopleUnavailable};
use crate::ports::visit::{Around, Circle, VisitPeople, WAYS_MAX};

/// People of `around (id, is_tie)` around `?2`, for the viewer `?1` at the time `?3`.
macro_rules! around {
    ($around:literal) => {
        concat!(
            "WITH around (id, is_tie) AS (",
            $around,
            ")
             SELECT around.id, max(around.is_tie),
                    EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = around.id)
             FROM around WHERE around.id IS NOT ?1 AND around.id <> ?2 AND ",
            there!("around.id"),
            " AND ",
            unmuted!("around.id"),
            " GROUP BY around.id ORDER BY around.id"
        )
    };
}

const NEAR: &str = around!(
    "SELECT other_id, 1 FROM (SELECT other_id FROM tie WHERE user_id = ?2
                              ORDER BY created_ms DESC LIMIT ?4)
     UNION ALL
     SELECT follower_id, 0 FROM (SELECT follower_id FROM follow WHERE followee_id = ?2
                                 ORDER BY created_ms DESC LIMIT ?4)"
);

const FAR: &str = around!(
    "SELECT far.follower_id, 0
     FROM (SELECT follower_id AS id FROM follow WHERE followee_id = ?2
           ORDER BY created_ms DESC LIMIT ?5) AS near
     JOIN follow AS far ON far.followee_id = near.id
     WHERE NOT EXISTS (SELECT 1 FROM user_settings AS chosen
                       WHERE chosen.user_id = near.id AND chosen.account_private = 1)
       AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?1 AND blocked_id = near.id)
       AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = near.id AND blocked_id = ?1)
     LIMIT ?4"
);

/// `?1` is the owner, `?2` the visitors as text.
const SHOWING: &str = "
SELECT user.id FROM user LEFT JOIN user_settings AS chosen ON chosen.user_id = user.id
WHERE user.id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?2))
  AND CASE coalesce(show_visits, 'everyone')
      WHEN 'everyone' THEN 1
      WHEN 'followers' THEN EXISTS (SELECT 1 FROM follow WHERE follower_id = ?1 AND followee_id = user.id)
      WHEN 'ties' THEN EXISTS (SELECT 1 FROM tie WHERE tie.user_id = user.id AND tie.other_id = ?1)
      ELSE 0 END";

#[async_trait]
impl VisitPeople for Sqlite {
    async fn around(
        &self,
        center: UserId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Vec<Around>, PeopleUnavailable> {
        let mut view = self.read.begin().await?;
        let may_read: bool = sqlx::query_scalar(MAY_READ)
            .bind(viewer.map(UserId::uuid))
            .bind(center.uuid())
            .fetch_one(&mut *view)
            .await?;
        if !may_read {
            return Ok(Vec::new());
        }
        let statement = match circle {
            Circle::Near => NEAR,
            Circle::Far => FAR,
        };
        let found: Vec<(Uuid, bool, bool)> = sqlx::query_as(statement)
            .bind(viewer.map(UserId::uuid))
            .bind(center.uuid())
            .bind(stored(now))
            .bind(WAYS_MAX)
            .bind(FOLLOWERS_MAX)
            .fetch_all(&mut *view)
            .await?;
        let around = found.into_iter().map(|(id, is_tie, follows)| Around {
            id: UserId::from_uuid(id),
            is_tie,
            follows,
        });
        Ok(around.collect())
    }

    async fn showing_visits(
        &self,
        owner: UserId,
        visitors: &[UserId],
    ) -> Result<BTreeSet<UserId>, PeopleUnavailable> {
        if visitors.len() > MET_MAX {
            return Err(PeopleUnavailable::too_many());
        }
        let showing: Vec<Uuid> = sqlx::query_scalar(SHOWING)
            .bind(owner.uuid())
            .bind(Json(visitors))
            .fetch_all(&self.read)
            .await?;
        Ok(showing.into_iter().map(UserId::from_uuid).collect())
    }
}
