//! Consumers of the embedded log: where each is, and what it could not act on, beside the log itself, so that a consumer
//! that writes here too takes its effect and its step in one transaction.

use std::collections::HashSet;

use async_trait::async_trait;
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::Sqlite;
use super::number::{stored, wall};
use crate::domain::clock::WallMs;
use crate::domain::event::{Event, Subject};
use crate::domain::id::NodeId;
use crate::ports::events::{
    ATTEMPTS_MAX, Aside, EventConsumer, EventConsumers, EventsUnavailable, LoggedEvent, retry_at,
    why,
};

/// The names of consumers that nobody goes on with begin so.
pub(super) const PASSING: &str = "~";

/// How often in a row more is read where all that was read waits behind others.
const TURNS_MAX: u32 = 16;

/// What an event that waits says of why.
const BEHIND: &str = "waits behind an earlier one of its subject";

/// An event and where it lies.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub place: i64,
    /// It was set aside before.
    is_aside: bool,
    pub event: LoggedEvent,
}

/// What a consumer was given.
#[derive(Debug, Clone, Default)]
pub(super) struct Given {
    /// No two of one subject.
    pub events: Vec<Placed>,
    /// How many were passed over, as they say nothing.
    pub unread: u32,
    from: i64,
    to: i64,
}

impl Given {
    /// Whether there was nothing at all.
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty() && self.from == self.to && self.unread == 0
    }
}

#[derive(sqlx::FromRow)]
struct LoggedRow {
    place: i64,
    event_id: String,
    at_ms: i64,
    topic: String,
    subject_id: Vec<u8>,
    event: String,
}

impl LoggedRow {
    fn read(&self) -> Result<LoggedEvent, String> {
        let id = Uuid::from_slice(&self.subject_id).map_err(|error| error.to_string())?;
        let subject = Subject::filed(&self.topic, id);
        let subject = subject.ok_or_else(|| format!("no such topic: {}", self.topic))?;
        let event: Event = serde_json::from_str(&self.event).map_err(|error| error.to_string())?;
        Ok(LoggedEvent {
            id: self.event_id.clone(),
            at: wall(self.at_ms),
            subject,
            event,
        })
    }
}

/// Those set aside whose time has come, and that wait behind none.
const DUE: &str = "
SELECT place, event_id, at_ms, event_log.topic, event_log.subject_id, event
FROM event_aside AS it JOIN event_log USING (place)
WHERE consumer = ?1 AND retry_ms <= ?2 AND NOT EXISTS (
    SELECT 1 FROM event_aside AS before
    WHERE before.consumer = ?1 AND before.topic = it.topic AND before.subject_id = it.subject_id
      AND before.place < it.place AND before.parks = 1)
ORDER BY place LIMIT ?3";

const FRESH: &str = "
SELECT place, event_id, at_ms, topic, subject_id, event FROM event_log WHERE place > ? ORDER BY place LIMIT ?";

/// Whether a consumer has anything to do.
const IS_BEHIND: &str = "
SELECT coalesce((SELECT max(place) FROM event_log), 0)
           > coalesce((SELECT place FROM event_consumer WHERE name = ?1), 0)
    OR EXISTS (SELECT 1 FROM event_aside WHERE consumer = ?1 AND retry_ms <= ?2)";

/// The next events for a consumer. What is passed over, or waits behind another, is noted here.
pub(super) async fn next(
    conn: &mut SqliteConnection,
    consumer: &str,
    limit: u32,
    now: WallMs,
) -> Result<Given, sqlx::Error> {
    sqlx::query("INSERT INTO event_consumer (name, place) VALUES (?, 0) ON CONFLICT DO NOTHING")
        .bind(consumer)
        .execute(&mut *conn)
        .await?;
    let from: i64 = sqlx::query_scalar("SELECT place FROM event_consumer WHERE name = ?")
        .bind(consumer)
        .fetch_one(&mut *conn)
        .await?;
    let mut given = Given {
        from,
        to: from,
        ..Given::default()
    };
    let mut subjects: HashSet<(&'static str, Uuid)> = HashSet::new();
    let due: Vec<LoggedRow> = sqlx::query_as(DUE)
        .bind(consumer)
        .bind(stored(now))
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    for row in due {
        match row.read() {
            Ok(event) => {
                if subjects.insert((event.subject.topic(), event.subject.uuid())) {
                    given.events.push(placed(&row, true, event));
                }
            }
            Err(error) => pass_over(&mut *conn, consumer, &row, &error, now, &mut given).await?,
        }
    }
    let left = limit.saturating_sub(u32::try_from(given.events.len()).unwrap_or(limit));
    let fresh: Vec<LoggedRow> = sqlx::query_as(FRESH)
        .bind(from)
        .bind(left)
        .fetch_all(&mut *conn)
        .await?;
    for row in fresh {
        match row.read() {
            Ok(event) => {
                if !wait_behind(&mut *conn, consumer, &row, now).await? {
                    if !subjects.insert((event.subject.topic(), event.subject.uuid())) {
                        break;
                    }
                    given.events.push(placed(&row, false, event));
                }
            }
            Err(error) => pass_over(&mut *conn, consumer, &row, &error, now, &mut given).await?,
        }
        given.to = row.place;
    }
    Ok(given)
}

const fn placed(row: &LoggedRow, is_aside: bool, event: LoggedEvent) -> Placed {
    Placed {
        place: row.place,
        is_aside,
        event,
    }
}

/// Makes a dead letter of what says nothing. It holds up nothing.
async fn pass_over(
    conn: &mut SqliteConnection,
    consumer: &str,
    row: &LoggedRow,
    error: &str,
    now: WallMs,
    given: &mut Given,
) -> Result<(), sqlx::Error> {
    tracing::warn!(
        consumer,
        place = row.place,
        topic = row.topic,
        error,
        "an event says nothing"
    );
    given.unread += 1;
    sqlx::query(
        "INSERT INTO event_aside (consumer, place, topic, subject_id, attempts, retry_ms, parks, why, since_ms)
         VALUES (?, ?, ?, ?, ?, NULL, 0, ?, ?)
         ON CONFLICT DO UPDATE SET attempts = excluded.attempts, retry_ms = NULL, parks = 0, why = excluded.why",
    )
    .bind(consumer)
    .bind(row.place)
    .bind(&row.topic)
    .bind(&row.subject_id)
    .bind(ATTEMPTS_MAX)
    .bind(why(error))
    .bind(stored(now))
    .execute(conn)
    .await
    .map(drop)
}

/// Puts an event behind those of its subject that were set aside; whether there are any.
async fn wait_behind(
    conn: &mut SqliteConnection,
    consumer: &str,
    row: &LoggedRow,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    let dead: Option<Option<bool>> = sqlx::query_scalar(
        "SELECT max(retry_ms IS NULL) FROM event_aside
         WHERE consumer = ? AND topic = ? AND subject_id = ? AND parks = 1",
    )
    .bind(consumer)
    .bind(&row.topic)
    .bind(&row.subject_id)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(is_dead) = dead.flatten() else {
        return Ok(false);
    };
    sqlx::query(
        "INSERT INTO event_aside (consumer, place, topic, subject_id, attempts, retry_ms, parks, why, since_ms)
         VALUES (?, ?, ?, ?, 0, ?, 1, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(consumer)
    .bind(row.place)
    .bind(&row.topic)
    .bind(&row.subject_id)
    .bind((!is_dead).then_some(0_i64))
    .bind(BEHIND)
    .bind(stored(now))
    .execute(conn)
    .await?;
    Ok(true)
}

/// One of what was given could not be acted on.
pub(super) async fn set_aside(
    conn: &mut SqliteConnection,
    consumer: &str,
    placed: &Placed,
    because: &str,
    now: WallMs,
) -> Result<Aside, sqlx::Error> {
    let subject = placed.event.subject;
    let before: Option<u32> =
        sqlx::query_scalar("SELECT attempts FROM event_aside WHERE consumer = ? AND place = ?")
            .bind(consumer)
            .bind(placed.place)
            .fetch_optional(&mut *conn)
            .await?;
    let attempts = before.unwrap_or(0) + 1;
    let retry = retry_at(attempts, now);
    sqlx::query(
        "INSERT INTO event_aside (consumer, place, topic, subject_id, attempts, retry_ms, parks, why, since_ms)
         VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)
         ON CONFLICT DO UPDATE SET attempts = excluded.attempts, retry_ms = excluded.retry_ms, why = excluded.why",
    )
    .bind(consumer)
    .bind(placed.place)
    .bind(subject.topic())
    .bind(subject.uuid())
    .bind(attempts)
    .bind(retry.map(stored))
    .bind(why(because))
    .bind(stored(now))
    .execute(&mut *conn)
    .await?;
    match retry {
        Some(at) => Ok(Aside::Until(at)),
        None => {
            sqlx::query(
                "UPDATE event_aside SET retry_ms = NULL
                 WHERE consumer = ? AND topic = ? AND subject_id = ? AND parks = 1",
            )
            .bind(consumer)
            .bind(subject.topic())
            .bind(subject.uuid())
            .execute(conn)
            .await?;
            tracing::error!(
                consumer,
                event = placed.event.id,
                because,
                "an event is given up"
            );
            Ok(Aside::Dead)
        }
    }
}

/// The others are done with.
pub(super) async fn finish(
    conn: &mut SqliteConnection,
    consumer: &str,
    given: &Given,
    aside: &HashSet<i64>,
) -> Result<(), sqlx::Error> {
    let done = given.events.iter();
    let done = done.filter(|placed| placed.is_aside && !aside.contains(&placed.place));
    for placed in done {
        let_go(&mut *conn, consumer, placed.place).await?;
    }
    // Unless it was sent back meanwhile.
    sqlx::query("UPDATE event_consumer SET place = ? WHERE name = ? AND place = ?")
        .bind(given.to)
        .bind(consumer)
        .bind(given.from)
        .execute(conn)
        .await
        .map(drop)
}

async fn let_go(
    conn: &mut SqliteConnection,
    consumer: &str,
    place: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM event_aside WHERE consumer = ? AND place = ?")
        .bind(consumer)
        .bind(place)
        .execute(conn)
        .await
        .map(drop)
}

/// Sends a consumer back to the beginning of the log.
pub(super) async fn send_back(
    conn: &mut SqliteConnection,
    consumer: &str,
) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM event_aside WHERE consumer = ?",
        "UPDATE event_consumer SET place = 0 WHERE name = ?",
    ] {
        sqlx::query(statement)
            .bind(consumer)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

impl Sqlite {
    /// Whether there is anything for a consumer: nothing is locked where nothing happened.
    pub(super) async fn is_behind(&self, consumer: &str, now: WallMs) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(IS_BEHIND)
            .bind(consumer)
            .bind(stored(now))
            .fetch_one(&self.read)
            .await
    }
}

/// A consumer whose effects lie elsewhere.
struct Follower {
    sqlite: Sqlite,
    name: String,
    given: Given,
    aside: HashSet<i64>,
}

#[async_trait]
impl EventConsumer for Follower {
    async fn next(
        &mut self,
        limit: u32,
        now: WallMs,
    ) -> Result<Vec<LoggedEvent>, EventsUnavailable> {
        for _ in 0..TURNS_MAX {
            let left = self.given.events.iter();
            let left = left.filter(|placed| !self.aside.contains(&placed.place));
            let left: Vec<LoggedEvent> = left.map(|placed| placed.event.clone()).collect();
            if !left.is_empty() {
                return Ok(left);
            }
            if !self.given.is_empty() {
                self.finish().await?;
            }
            if !self.sqlite.is_behind(&self.name, now).await? {
                break;
            }
            let mut transaction = self.sqlite.write.begin_with("BEGIN IMMEDIATE").await?;
            let given = next(&mut transaction, &self.name, limit, now).await?;
            transaction.commit().await?;
            self.given = given;
        }
        Ok(Vec::new())
    }

    async fn set_aside(
        &mut self,
        event: &LoggedEvent,
        because: &str,
        now: WallMs,
    ) -> Result<Aside, EventsUnavailable> {
        let mut given = self.given.events.iter();
        let placed = given
            .find(|placed| placed.event.id == event.id)
            .ok_or_else(|| EventsUnavailable(format!("{} was not given", event.id)))?;
        let mut transaction = self.sqlite.write.begin_with("BEGIN IMMEDIATE").await?;
        let aside = set_aside(&mut transaction, &self.name, placed, because, now).await?;
        if aside == Aside::Dead && self.name.starts_with(PASSING) {
            // Nobody would ever ask for it.
            let_go(&mut transaction, &self.name, placed.place).await?;
            sqlx::query("UPDATE event_aside SET retry_ms = 0 WHERE consumer = ? AND parks = 1 AND retry_ms IS NULL")
                .bind(&self.name)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        self.aside.insert(placed.place);
        Ok(aside)
    }

    async fn finish(&mut self) -> Result<(), EventsUnavailable> {
        let mut transaction = self.sqlite.write.begin_with("BEGIN IMMEDIATE").await?;
        finish(&mut transaction, &self.name, &self.given, &self.aside).await?;
        transaction.commit().await?;
        self.given = Given::default();
        self.aside.clear();
        Ok(())
    }
}

#[async_trait]
impl EventConsumers for Sqlite {
    async fn durable(&self, name: &str) -> Result<Box<dyn EventConsumer>, EventsUnavailable> {
        Ok(Box::new(Follower {
            sqlite: self.clone(),
            name: name.to_owned(),
            given: Given::default(),
            aside: HashSet::new(),
        }))
    }

    async fn since_now(&self) -> Result<Box<dyn EventConsumer>, EventsUnavailable> {
        let name = format!("{PASSING}{}", NodeId::generate());
        sqlx::query(
            "INSERT INTO event_consumer (name, place)
             SELECT ?, coalesce((SELECT max(place) FROM event_log), 0)",
        )
        .bind(&name)
        .execute(&self.write)
        .await?;
        self.durable(&name).await
    }
}
