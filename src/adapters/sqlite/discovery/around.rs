//! What discovery elsewhere asks of the rooms and visits in SQLite.

use async_trait::async_trait;
use sqlx::AssertSqlSafe;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::number::{stored, wall};
use super::super::room_rows::{ROOM_COLUMNS, RoomRow};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::ports::discovery::{
    DiscoveredRoom, DiscoveryUnavailable, ROOMS_AT_ONCE_MAX, RoomsForDiscovery, VisitsForDiscovery,
};

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    room: RoomRow,
    created_ms: i64,
}

#[async_trait]
impl RoomsForDiscovery for Sqlite {
    async fn discovered(
        &self,
        rooms: &[RoomId],
    ) -> Result<Vec<DiscoveredRoom>, DiscoveryUnavailable> {
        if rooms.len() > ROOMS_AT_ONCE_MAX {
            return Err(DiscoveryUnavailable::too_many());
        }
        let statement = format!(
            "SELECT {ROOM_COLUMNS}, room.created_ms FROM room WHERE state = 'active'
             AND id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?))"
        );
        let found: Vec<Found> = sqlx::query_as(AssertSqlSafe(statement))
            .bind(Json(rooms))
            .fetch_all(&self.read)
            .await?;
        let found = found
            .into_iter()
            .map(|Found { room, created_ms }| DiscoveredRoom {
                card: room.card(),
                created: wall(created_ms),
            });
        Ok(found.collect())
    }
}

#[async_trait]
impl VisitsForDiscovery for Sqlite {
    async fn lately(
        &self,
        viewer: UserId,
        rooms: &[RoomId],
        since: WallMs,
    ) -> Result<Vec<RoomId>, DiscoveryUnavailable> {
        if rooms.len() > ROOMS_AT_ONCE_MAX {
            return Err(DiscoveryUnavailable::too_many());
        }
        let statement = "SELECT DISTINCT room_id FROM visit WHERE user_id = ? AND last_ms > ?
             AND room_id IN (SELECT unhex(replace(value, '-', '')) FROM json_each(?))";
        let lately: Vec<Uuid> = sqlx::query_scalar(statement)
            .bind(viewer.uuid())
            .bind(stored(since))
            .bind(Json(rooms))
            .fetch_all(&self.read)
            .await?;
        Ok(lately.into_iter().map(RoomId::from_uuid).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::SqliteRooms;
    use super::*;
    use tokio_util::task::TaskTracker;

    use crate::ports::discovery::conformance::around;
    use crate::ports::visit::conformance::House;

    #[tokio::test]
    async fn rooms_and_visits_obey_the_suite() {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(folder.path()).await.unwrap();
        let (rooms, writing) = SqliteRooms::new(store.clone());
        TaskTracker::new().spawn(writing);
        around::rooms(&store, &rooms, &rooms).await;
        let house = House {
            users: &store,
            rooms: &rooms,
            relations: &store,
            settings: &store,
        };
        around::visits(&store, &store, house).await;
    }
}
