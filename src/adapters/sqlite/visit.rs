//! Visits in SQLite: taken down in batches, counted by triggers, forgotten in steps.

use async_trait::async_trait;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::door::{door, there};
use super::number::{stored, to_u64, wall};
use super::outbox;
use super::user_row::UserRow;
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::{RoomId, UserId};
use crate::domain::room::{Denied, Role};
use crate::domain::visit::{Day, NAMED_DAYS, UtcOffset, VisitCounts, VisitEvent};
use crate::ports::visit::{
    Arrival, COUNTED_ROOMS_MAX, Caller, Circle, Met, OwnVisit, VisitPlace, VisitStore,
    VisitorPlace, VisitorSeen, VisitsUnavailable, Way,
};

mod people;
#[cfg(test)]
mod tests;
mod ways;

/// Rows let go of in one step: bounds how long others wait to write.
const SWEPT_AT_ONCE: i64 = 256;

impl From<sqlx::Error> for VisitsUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// A visit of a user counts if the room is there, is not theirs, and the two may see each other.
const BY_USER: &str = "
INSERT INTO visit (room_id, day, user_id, at_ms, last_ms, mark)
SELECT room.id, ?3, user.id, ?4, ?4, random() FROM room, user
WHERE room.id = ?1 AND room.state = 'active' AND user.id = ?2 AND user.closing_ms IS NULL
  AND room.owner_id <> user.id
  AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = ?2 AND blocked_id = room.owner_id)
  AND NOT EXISTS (SELECT 1 FROM block WHERE blocker_id = room.owner_id AND blocked_id = ?2)
ON CONFLICT (room_id, day, user_id) WHERE user_id IS NOT NULL DO NOTHING";

const BY_GUEST: &str = "
INSERT INTO visit (room_id, day, guest, at_ms, last_ms)
SELECT id, ?3, ?2, ?4, ?4 FROM room WHERE id = ?1 AND state = 'active'
ON CONFLICT (room_id, day, guest) WHERE guest IS NOT NULL DO NOTHING";

async fn take_down(
    conn: &mut SqliteConnection,
    Arrival { room, who, at }: Arrival,
    day: Day,
) -> Result<(), sqlx::Error> {
    let (statement, mark) = match who {
        Caller::User(user) => (BY_USER, user.uuid().as_bytes().to_vec()),
        Caller::Guest {
            origin: Some(origin),
            ..
        } => (BY_GUEST, origin.to_be_bytes().to_vec()),
        Caller::Guest { id, origin: None } => (BY_GUEST, id.uuid().as_bytes().to_vec()),
    };
    let counted = sqlx::query(statement)
        .bind(room.uuid())
        .bind(mark)
        .bind(day.0)
        .bind(stored(at))
        .execute(&mut *conn)
        .await?;
    let Caller::User(by) = who else {
        return Ok(());
    };
    if counted.rows_affected() > 0 {
        let event = Event::Visit(VisitEvent::Visited { by, at });
        return outbox::put(conn, Subject::Visit(room), &event).await;
    }
    sqlx::query(
        "UPDATE visit SET last_ms = max(last_ms, ?) WHERE room_id = ? AND day = ? AND user_id = ?",
    )
    .bind(stored(at))
    .bind(room.uuid())
    .bind(day.0)
    .bind(by.uuid())
    .execute(conn)
    .await
    .map(drop)
}

#[derive(sqlx::FromRow)]
struct VisitorRow {
    number: i64,
    day: i64,
    shown_ms: i64,
    is_shown: bool,
    #[sqlx(flatten)]
    user: UserRow,
}

// Those who are not shown come after the others of their day, in an order that tells nothing of when they came.
const VISITORS: &str = concat!(
    "SELECT seen.*, iif(is_shown, at_ms, 0) AS shown_ms FROM (
     SELECT visit.mark AS number, day, at_ms,
            CASE coalesce((SELECT show_visits FROM user_settings AS chosen
                           WHERE chosen.user_id = visit.user_id), 'everyone')
                WHEN 'everyone' THEN 1
                WHEN 'followers' THEN EXISTS (SELECT 1 FROM follow
                     WHERE follower_id = ?1 AND followee_id = visit.user_id)
                WHEN 'ties' THEN EXISTS (SELECT 1 FROM tie
                     WHERE tie.user_id = visit.user_id AND tie.other_id = ?1)
                ELSE 0 END AS is_shown,
            user.id AS user_id, handle, display_name, look, mood, bio, front_room_id
     FROM visit JOIN user ON user.id = visit.user_id
     WHERE visit.room_id = ?4 AND is_cleared = 0 AND day <= ?5 AND ",
    there!("visit.user_id"),
    ") AS seen WHERE (day, shown_ms, number) < (?5, ?6, ?7)
     ORDER BY day DESC, shown_ms DESC, number DESC LIMIT ?8"
);

#[derive(sqlx::FromRow)]
struct OwnRow {
    number: i64,
    day: i64,
    at_ms: i64,
    room_id: Uuid,
    room_name: String,
    #[sqlx(flatten)]
    user: UserRow,
}

// Private rooms that took the visitor out of their editors are gone for them.
const VISITED: &str = concat!(
    "SELECT visit.id AS number, day, at_ms, room.id AS room_id, room.name AS room_name,
            user.id AS user_id, handle, display_name, look, mood, bio, front_room_id
     FROM visit JOIN room ON room.id = visit.room_id JOIN user ON user.id = room.owner_id
     WHERE visit.user_id = ?1 AND is_cleared = 0 AND (at_ms, visit.id) < (?4, ?5)
       AND room.state = 'active'
       AND (room.visibility <> 'private'
            OR json_extract(room.access_lists, '$.editors.\"' || ?2 || '\"') IS NOT NULL)
       AND ",
    there!("room.owner_id"),
    " ORDER BY at_ms DESC, visit.id DESC LIMIT ?6"
);

/// Before the first: later than any time, and greater than any number.
fn place(after: Option<VisitPlace>) -> (i64, i64) {
    after.map_or((i64::MAX, i64::MAX), |place| {
        (stored(place.at), place.number)
    })
}

/// What is let go of once the day `?1` is over, and what with the day `?2`.
const SWEEP: [&str; 4] = [
    "UPDATE visit SET guest = NULL WHERE id IN
         (SELECT id FROM visit WHERE guest IS NOT NULL AND day < ?1 LIMIT ?3)",
    "UPDATE visit SET user_id = NULL WHERE id IN
         (SELECT id FROM visit WHERE is_cleared = 1 AND user_id IS NOT NULL AND day < ?1 LIMIT ?3)",
    "DELETE FROM visit WHERE id IN
         (SELECT id FROM visit WHERE user_id IS NULL AND guest IS NULL AND day < ?1 LIMIT ?3)",
    "DELETE FROM visit WHERE id IN (SELECT id FROM visit WHERE day < ?2 LIMIT ?3)",
];

async fn counts(
    conn: &mut SqliteConnection,
    rooms: &[RoomId],
    today: Day,
) -> Result<Vec<(RoomId, VisitCounts)>, sqlx::Error> {
    let ids: Vec<String> = rooms
        .iter()
        .take(COUNTED_ROOMS_MAX)
        .map(|room| room.uuid().as_simple().to_string())
        .collect();
    let rows: Vec<(Uuid, i64, i64)> = sqlx::query_as(
        "SELECT room_id, iif(day = ?2, today, 0), total FROM json_each(?1) AS asked
         JOIN visit_count ON room_id = unhex(asked.value)",
    )
    .bind(Json(ids))
    .bind(today.0)
    .fetch_all(conn)
    .await?;
    let counts = rows.into_iter().map(|(room, today, total)| {
        let counts = VisitCounts {
            today: to_u64(today),
            total: to_u64(total),
        };
        (RoomId::from_uuid(room), counts)
    });
    Ok(counts.collect())
}

#[async_trait]
impl VisitStore for Sqlite {
    async fn record(
        &self,
        arrivals: &[Arrival],
        offset: UtcOffset,
    ) -> Result<(), VisitsUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        for arrival in arrivals {
            let day = Day::of(arrival.at, offset);
            take_down(&mut transaction, *arrival, day).await?;
        }
        Ok(transaction.commit().await?)
    }

    async fn counts(
        &self,
        rooms: &[RoomId],
        today: Day,
    ) -> Result<Vec<(RoomId, VisitCounts)>, VisitsUnavailable> {
        let mut conn = self.read.acquire().await?;
        Ok(counts(&mut conn, rooms, today).await?)
    }

    async fn is_made(&self, room: RoomId) -> Result<bool, VisitsUnavailable> {
        let is_made = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM room WHERE id = ?)")
            .bind(room.uuid())
            .fetch_one(&self.read)
            .await?;
        Ok(is_made)
    }

    async fn counts_of(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        today: Day,
        now: WallMs,
    ) -> Result<Met<VisitCounts>, VisitsUnavailable> {
        let mut conn = self.read.begin().await?;
        if door(&mut conn, room, viewer, now).await?.is_none() {
            return Ok(Met::NoRoom);
        }
        let counts = counts(&mut conn, &[room], today).await?;
        let counts = counts.first().map(|(_, counts)| *counts);
        Ok(Met::Open(counts.unwrap_or_default()))
    }

    async fn visitors(
        &self,
        room: RoomId,
        owner: UserId,
        now: WallMs,
        after: Option<VisitorPlace>,
        limit: u32,
    ) -> Result<Met<Vec<VisitorSeen>>, VisitsUnavailable> {
        let mut conn = self.read.begin().await?;
        let Some(door) = door(&mut conn, room, Some(owner), now).await? else {
            return Ok(Met::NoRoom);
        };
        if door.role != Ok(Role::Owner) {
            return Ok(Met::Denied(Denied::NotOpen));
        }
        // Before the first: later than any day.
        let (day, shown_ms, number) = after.map_or((i64::MAX, 0, 0), |place| {
            let shown_ms = place.at.map_or(0, stored);
            (place.day.0, shown_ms, place.number)
        });
        let rows: Vec<VisitorRow> = sqlx::query_as(VISITORS)
            .bind(owner.uuid())
            .bind(owner.to_string())
            .bind(stored(now))
            .bind(room.uuid())
            .bind(day)
            .bind(shown_ms)
            .bind(number)
            .bind(limit)
            .fetch_all(&mut *conn)
            .await?;
        let seen = rows.into_iter().map(|row| {
            Ok(VisitorSeen {
                place: VisitorPlace {
                    day: Day(row.day),
                    at: row.is_shown.then(|| wall(row.shown_ms)),
                    number: row.number,
                },
                visitor: row.is_shown.then(|| row.user.try_into()).transpose()?,
            })
        });
        Ok(Met::Open(seen.collect::<Result<_, sqlx::Error>>()?))
    }

    async fn visited(
        &self,
        user: UserId,
        now: WallMs,
        after: Option<VisitPlace>,
        limit: u32,
    ) -> Result<Vec<OwnVisit>, VisitsUnavailable> {
        let (at, number) = place(after);
        let rows: Vec<OwnRow> = sqlx::query_as(VISITED)
            .bind(user.uuid())
            .bind(user.to_string())
            .bind(stored(now))
            .bind(at)
            .bind(number)
            .bind(limit)
            .fetch_all(&self.read)
            .await?;
        let visits = rows.into_iter().map(|row| {
            Ok(OwnVisit {
                place: VisitPlace {
                    at: wall(row.at_ms),
                    number: row.number,
                },
                day: Day(row.day),
                room: RoomId::from_uuid(row.room_id),
                name: row.room_name,
                owner: row.user.try_into()?,
            })
        });
        Ok(visits.collect::<Result<_, sqlx::Error>>()?)
    }

    async fn clear(&self, user: UserId) -> Result<(), VisitsUnavailable> {
        // In steps: others write between two of them.
        loop {
            let cleared = sqlx::query(
                "UPDATE visit SET is_cleared = 1 WHERE id IN
                     (SELECT id FROM visit WHERE user_id = ? AND is_cleared = 0 LIMIT ?)",
            )
            .bind(user.uuid())
            .bind(SWEPT_AT_ONCE)
            .execute(&self.write)
            .await?;
            if cleared.rows_affected() == 0 {
                return Ok(());
            }
        }
    }

    async fn ways(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        circle: Circle,
        now: WallMs,
    ) -> Result<Met<Vec<Way>>, VisitsUnavailable> {
        let mut conn = self.read.begin().await?;
        Ok(ways::of(&mut conn, room, viewer, circle, now).await?)
    }

    async fn sweep(&self, today: Day) -> Result<bool, VisitsUnavailable> {
        let mut more = false;
        for statement in SWEEP {
            let swept = sqlx::query(AssertSqlSafe(statement))
                .bind(today.0)
                .bind(today.0 - NAMED_DAYS)
                .bind(SWEPT_AT_ONCE)
                .execute(&self.write)
                .await?;
            more |= swept.rows_affected() > 0;
        }
        Ok(more)
    }
}
