//! Discovery in SQLite: reads the event log beside its own tables, so that what comes of an event and the place in the
//! log are one transaction.

use std::collections::HashSet;

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use uuid::Uuid;

use super::number::{stored, to_u64, wall};
use super::{Sqlite, consumer};
use crate::domain::clock::WallMs;
use crate::domain::discovery::{
    COUNTED_DAYS, Count, SCORE_MIN, Thing, as_of, counts, event_time, rebased, worth,
};
use crate::domain::event::{Event, Subject};
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::post::PostEvent;
use crate::domain::room::RoomEvent;
use crate::domain::visit::{Day, UtcOffset};
use crate::ports::discovery::{
    Advanced, Candidate, DiscoveryStore, DiscoveryUnavailable, NewestPlace, RankPlace,
};
use crate::ports::events::{DISCOVERY, LoggedEvent};

mod around;
mod rankings;
#[cfg(test)]
mod tests;

/// Rows let go of in one step: bounds how long others wait to write.
const SWEPT_AT_ONCE: i64 = 256;

impl From<sqlx::Error> for DiscoveryUnavailable {
    fn from(error: sqlx::Error) -> Self {
        Self(error.to_string())
    }
}

/// A thing as it is filed.
fn filed(thing: &Thing) -> Vec<u8> {
    match thing {
        Thing::Room(room) => room.uuid().as_bytes().to_vec(),
        Thing::Post(post) => post.uuid().as_bytes().to_vec(),
        Thing::Tag(tag) => tag.as_bytes().to_vec(),
    }
}

/// Whose a thing is; a tag is nobody's. None: there is no such thing, and nothing counts for it.
async fn owner(
    conn: &mut SqliteConnection,
    thing: &Thing,
) -> Result<Option<Option<Uuid>>, sqlx::Error> {
    let (statement, id) = match thing {
        Thing::Room(room) => (
            "SELECT owner_id FROM room WHERE id = ? AND state = 'active'",
            room.uuid(),
        ),
        Thing::Post(post) => (
            "SELECT author_id FROM discovered_post WHERE post_id = ?",
            post.uuid(),
        ),
        Thing::Tag(_) => return Ok(Some(None)),
    };
    let found: Option<Uuid> = sqlx::query_scalar(statement)
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(found.map(Some))
}

/// The time at which a count is worth one, moved where it is too long ago.
async fn origin(conn: &mut SqliteConnection, at: WallMs) -> Result<WallMs, sqlx::Error> {
    let kept: i64 = sqlx::query_scalar("SELECT origin_ms FROM discovery_state")
        .fetch_one(&mut *conn)
        .await?;
    let kept = wall(kept);
    let moved = match kept {
        WallMs(0) => Some(at),
        kept => rebased(kept, at),
    };
    let Some(moved) = moved else {
        return Ok(kept);
    };
    if kept != WallMs(0) {
        // A power of two: no score loses a bit, unless it is so small that it is let go of soon.
        sqlx::query("UPDATE popularity SET score = score * ?")
            .bind(as_of(1.0, moved, kept))
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("UPDATE discovery_state SET origin_ms = ?")
        .bind(stored(moved))
        .execute(conn)
        .await?;
    Ok(moved)
}

/// Counts, unless somebody counts for their own, or as much as they counted that day already.
async fn add(
    conn: &mut SqliteConnection,
    count: &Count,
    offset: UtcOffset,
) -> Result<(), sqlx::Error> {
    match owner(&mut *conn, &count.thing).await? {
        None => return Ok(()),
        Some(owner) if owner == Some(count.by.uuid()) => return Ok(()),
        Some(_) => {}
    }
    let (kind, thing) = (count.thing.kind().as_str(), filed(&count.thing));
    let day = Day::of(count.at, offset).0;
    let before: Option<f64> = sqlx::query_scalar(
        "SELECT weight FROM popularity_count WHERE kind = ? AND thing = ? AND day = ? AND user_id = ?",
    )
    .bind(kind)
    .bind(&thing)
    .bind(day)
    .bind(count.by.uuid())
    .fetch_optional(&mut *conn)
    .await?;
    let more = count.weight - before.unwrap_or(0.0);
    if more <= 0.0 {
        return Ok(());
    }
    // Whoever has gone since counts no more.
    let noted = sqlx::query(
        "INSERT INTO popularity_count (kind, thing, day, user_id, weight)
         SELECT ?, ?, ?, id, ? FROM user WHERE id = ?
         ON CONFLICT (kind, thing, day, user_id) DO UPDATE SET weight = excluded.weight",
    )
    .bind(kind)
    .bind(&thing)
    .bind(day)
    .bind(count.weight)
    .bind(count.by.uuid())
    .execute(&mut *conn)
    .await?;
    if noted.rows_affected() == 0 {
        return Ok(());
    }
    let origin = origin(&mut *conn, count.at).await?;
    sqlx::query(
        "INSERT INTO popularity (kind, thing, score) VALUES (?, ?, ?)
         ON CONFLICT (kind, thing) DO UPDATE SET score = score + excluded.score",
    )
    .bind(kind)
    .bind(&thing)
    .bind(worth(more, count.at, origin))
    .execute(conn)
    .await
    .map(drop)
}

async fn forget(conn: &mut SqliteConnection, thing: &Thing) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM popularity WHERE kind = ? AND thing = ?",
        "DELETE FROM popularity_count WHERE kind = ? AND thing = ?",
    ] {
        sqlx::query(statement)
            .bind(thing.kind().as_str())
            .bind(filed(thing))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Takes one event in.
async fn take(
    conn: &mut SqliteConnection,
    subject: Subject,
    event: &Event,
    published: WallMs,
    offset: UtcOffset,
) -> Result<(), sqlx::Error> {
    match (subject, event) {
        (Subject::Room(room), Event::Room(RoomEvent::Deleted {})) => {
            forget(&mut *conn, &Thing::Room(room)).await?;
        }
        (Subject::Post(post), Event::Post(PostEvent::PostDeleted {})) => {
            forget(&mut *conn, &Thing::Post(post)).await?;
            sqlx::query("DELETE FROM discovered_post WHERE post_id = ?")
                .bind(post.uuid())
                .execute(&mut *conn)
                .await?;
        }
        (Subject::Post(post), Event::Post(PostEvent::PostPublished { by, public, at, .. })) => {
            sqlx::query(
                "INSERT INTO discovered_post (post_id, author_id, is_public, published_ms)
                 SELECT ?, id, ?, ? FROM user WHERE id = ?
                 ON CONFLICT (post_id) DO UPDATE SET is_public = excluded.is_public",
            )
            .bind(post.uuid())
            .bind(public)
            .bind(stored((*at).min(published)))
            .bind(by.uuid())
            .execute(&mut *conn)
            .await?;
        }
        _ => {}
    }
    for mut count in counts(subject, event) {
        if let Some(at) = event_time(count.at, published) {
            count.at = at;
            add(&mut *conn, &count, offset).await?;
        }
    }
    Ok(())
}

/// Whether the store said no to this one thing, rather than to everything.
fn is_refusal(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.is_unique_violation()
        || error.is_check_violation() || error.is_foreign_key_violation())
}

async fn advance(
    conn: &mut SqliteConnection,
    limit: u32,
    offset: UtcOffset,
    now: WallMs,
) -> Result<Advanced, sqlx::Error> {
    let mut advanced = Advanced::default();
    while advanced.read < limit {
        let given = consumer::next(&mut *conn, DISCOVERY, limit - advanced.read, now).await?;
        if given.is_empty() {
            break;
        }
        let mut aside = HashSet::new();
        for placed in &given.events {
            let LoggedEvent {
                at, subject, event, ..
            } = &placed.event;
            let mut step = conn.begin().await?;
            match take(&mut step, *subject, event, *at, offset).await {
                Ok(()) => step.commit().await?,
                Err(error) if is_refusal(&error) => {
                    step.rollback().await?;
                    let why = error.to_string();
                    consumer::set_aside(&mut *conn, DISCOVERY, placed, &why, now).await?;
                    aside.insert(placed.place);
                }
                Err(error) => return Err(error),
            }
        }
        consumer::finish(&mut *conn, DISCOVERY, &given, &aside).await?;
        let [given_up, understood] =
            [aside.len(), given.events.len()].map(|count| u32::try_from(count).unwrap_or(limit));
        advanced.read += understood + given.unread;
        advanced.skipped += given_up + given.unread;
        if understood == 0 && given.unread == 0 {
            // All of them wait behind others.
            break;
        }
    }
    Ok(advanced)
}

/// Forgets all that was counted.
pub(super) async fn forget_counts(conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    for statement in [
        "DELETE FROM popularity",
        "DELETE FROM popularity_count",
        "DELETE FROM discovered_post",
        "UPDATE discovery_state SET origin_ms = 0",
    ] {
        sqlx::query(statement).execute(&mut *conn).await?;
    }
    Ok(())
}

#[async_trait]
impl DiscoveryStore for Sqlite {
    async fn advance(
        &self,
        limit: u32,
        offset: UtcOffset,
    ) -> Result<Advanced, DiscoveryUnavailable> {
        let now: i64 = sqlx::query_scalar("SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)")
            .fetch_one(&self.read)
            .await?;
        let now = wall(now);
        // Nothing is locked where nothing happened.
        if !self.is_behind(DISCOVERY, now).await? {
            return Ok(Advanced::default());
        }
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let advanced = advance(&mut transaction, limit, offset, now).await?;
        transaction.commit().await?;
        Ok(advanced)
    }

    async fn restart(&self) -> Result<(), DiscoveryUnavailable> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        consumer::send_back(&mut transaction, DISCOVERY).await?;
        forget_counts(&mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn sweep(&self, today: Day, now: WallMs) -> Result<bool, DiscoveryUnavailable> {
        let origin: i64 = sqlx::query_scalar("SELECT origin_ms FROM discovery_state")
            .fetch_one(&self.read)
            .await?;
        let faded = worth(SCORE_MIN, now, wall(origin));
        let counted = sqlx::query(AssertSqlSafe(
            "DELETE FROM popularity_count WHERE (kind, thing, day, user_id) IN
                 (SELECT kind, thing, day, user_id FROM popularity_count WHERE day < ? LIMIT ?)",
        ))
        .bind(today.0 - COUNTED_DAYS)
        .bind(SWEPT_AT_ONCE)
        .execute(&self.write)
        .await?;
        let mut more = counted.rows_affected() > 0;
        if origin > 0 {
            let scores = sqlx::query(
                "DELETE FROM popularity WHERE (kind, thing) IN
                     (SELECT kind, thing FROM popularity WHERE score < ? LIMIT ?)",
            )
            .bind(faded)
            .bind(SWEPT_AT_ONCE)
            .execute(&self.write)
            .await?;
            more |= scores.rows_affected() > 0;
        }
        Ok(more)
    }

    async fn popular_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(RoomId, RankPlace)>, DiscoveryUnavailable> {
        let ranked = self
            .ranked(rankings::ROOMS, viewer, now, after, limit)
            .await?;
        Ok(rankings::ids(ranked, RoomId::from_uuid))
    }

    async fn newest_rooms(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<NewestPlace<RoomId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<RoomId>>, DiscoveryUnavailable> {
        let after = after.map(|place| (place.at, place.id.uuid()));
        let found = self.newest(rankings::NEWEST_ROOMS, viewer, now, after, limit);
        Ok(rankings::places(found.await?, RoomId::from_uuid))
    }

    async fn popular_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(PostId, RankPlace)>, DiscoveryUnavailable> {
        let ranked = self
            .ranked(rankings::POSTS, viewer, now, after, limit)
            .await?;
        Ok(rankings::ids(ranked, PostId::from_uuid))
    }

    async fn newest_posts(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<NewestPlace<PostId>>,
        limit: u32,
    ) -> Result<Vec<NewestPlace<PostId>>, DiscoveryUnavailable> {
        let after = after.map(|place| (place.at, place.id.uuid()));
        let found = self.newest(rankings::NEWEST_POSTS, viewer, now, after, limit);
        Ok(rankings::places(found.await?, PostId::from_uuid))
    }

    async fn popular_tags(
        &self,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<(String, RankPlace)>, DiscoveryUnavailable> {
        let ranked = self
            .ranked(rankings::TAGS, None, WallMs(0), after, limit)
            .await?;
        let tags = ranked.into_iter().filter_map(|place| {
            let tag = String::from_utf8(place.thing.clone()).ok()?;
            Some((tag, place))
        });
        Ok(tags.collect())
    }

    async fn candidates(
        &self,
        viewer: Option<UserId>,
        now: WallMs,
        seed: u64,
    ) -> Result<Vec<Candidate>, DiscoveryUnavailable> {
        let mut conn = self.read.begin().await?;
        let origin: i64 = sqlx::query_scalar("SELECT origin_ms FROM discovery_state")
            .fetch_one(&mut *conn)
            .await?;
        let rows = rankings::candidates(&mut conn, viewer, now, seed).await?;
        let candidates = rows.into_iter().map(|(room, created_ms, score)| Candidate {
            room: RoomId::from_uuid(room),
            created: wall(created_ms),
            popularity: as_of(score, now, wall(origin)),
        });
        Ok(candidates.collect())
    }
}

/// How many of a number of things to pass over so that any of them may come first.
fn pass_over(seed: u64, count: i64) -> i64 {
    let place = seed.checked_rem(to_u64(count)).unwrap_or(0);
    i64::try_from(place).unwrap_or(0)
}
