//! Rankings and lists as the viewer may see them: the viewer is `?1`, as text `?2`, the time `?3`.

use sqlx::SqliteConnection;
use uuid::Uuid;

use super::super::Sqlite;
use super::super::door::{is_public, not_just_visited, there, unbanned, unmuted};
use super::super::number::{stored, wall};
use super::pass_over;
use crate::domain::clock::WallMs;
use crate::domain::discovery::as_of;
use crate::domain::id::UserId;
use crate::domain::visit::JUST_VISITED_MS;
use crate::ports::discovery::{CANDIDATES_MAX, NewestPlace, RankPlace};

/// A ranking after the score `?5` and thing `?6`, of a kind and what else must hold.
macro_rules! ranking {
    ($kind:literal, $joined:literal, $which:expr) => {
        concat!(
            "SELECT score, thing FROM popularity ",
            $joined,
            " WHERE popularity.kind = '",
            $kind,
            "' AND (score, thing) < (?5, ?6) AND ",
            $which,
            " ORDER BY score DESC, thing DESC LIMIT ?7"
        )
    };
}

macro_rules! room_shown {
    () => {
        concat!(
            is_public!(),
            " AND (room.owner_id = ?1 OR ",
            there!("room.owner_id"),
            " AND ",
            unmuted!("room.owner_id"),
            ")"
        )
    };
}

macro_rules! post_shown {
    () => {
        concat!(
            "is_public = 1 AND (author_id = ?1 OR ",
            there!("author_id"),
            " AND ",
            unmuted!("author_id"),
            ")"
        )
    };
}

// What is popular is what others made: one's own is left out, as one's own counts are.
pub(super) const ROOMS: &str = ranking!(
    "room",
    "CROSS JOIN room ON room.id = thing",
    concat!("room.owner_id IS NOT ?1 AND ", room_shown!())
);

pub(super) const POSTS: &str = ranking!(
    "post",
    "CROSS JOIN discovered_post ON post_id = thing",
    concat!("author_id IS NOT ?1 AND ", post_shown!())
);

pub(super) const TAGS: &str = ranking!("tag", "", "1");

pub(super) const NEWEST_ROOMS: &str = concat!(
    "SELECT room.created_ms, room.id FROM room WHERE (room.created_ms, room.id) < (?5, ?6) AND ",
    room_shown!(),
    " ORDER BY room.created_ms DESC, room.id DESC LIMIT ?7"
);

pub(super) const NEWEST_POSTS: &str = concat!(
    "SELECT published_ms, post_id FROM discovered_post WHERE (published_ms, post_id) < (?5, ?6) AND ",
    post_shown!(),
    " ORDER BY published_ms DESC, post_id DESC LIMIT ?7"
);

const CANDIDATES: &str = concat!(
    "SELECT room.id, room.created_ms, coalesce(score, 0.0)
     FROM room LEFT JOIN popularity ON popularity.kind = 'room' AND popularity.thing = room.id
     WHERE room.locked = 0 AND room.owner_id IS NOT ?1 AND ",
    is_public!(),
    " AND ",
    not_just_visited!(),
    " AND ",
    there!("room.owner_id"),
    " AND ",
    unmuted!("room.owner_id"),
    " AND (?5 IS NULL OR room.id >= ?5) ORDER BY room.id LIMIT ?6"
);

const PUBLIC: &str = "SELECT count(*) FROM room WHERE visibility = 'public' AND state = 'active'";
const NTH_PUBLIC: &str = "SELECT id FROM room WHERE visibility = 'public' AND state = 'active'
     ORDER BY id LIMIT 1 OFFSET ?";

/// A room, since when it is there, and its score.
pub(super) type CandidateRow = (Uuid, i64, f64);

/// All of them, or a stretch that begins anywhere and goes on at the beginning.
pub(super) async fn candidates(
    conn: &mut SqliteConnection,
    viewer: Option<UserId>,
    now: WallMs,
    seed: u64,
) -> Result<Vec<CandidateRow>, sqlx::Error> {
    let count: i64 = sqlx::query_scalar(PUBLIC).fetch_one(&mut *conn).await?;
    let mut begin: Option<Uuid> = None;
    if count > i64::from(CANDIDATES_MAX) {
        begin = sqlx::query_scalar(NTH_PUBLIC)
            .bind(pass_over(seed, count))
            .fetch_optional(&mut *conn)
            .await?;
    }
    let mut found = stretch(&mut *conn, viewer, now, begin, CANDIDATES_MAX).await?;
    let missing = CANDIDATES_MAX.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
    if begin.is_some() && missing > 0 {
        let known: std::collections::BTreeSet<Uuid> = found.iter().map(|row| row.0).collect();
        let more = stretch(conn, viewer, now, None, missing).await?;
        found.extend(more.into_iter().filter(|row| !known.contains(&row.0)));
    }
    Ok(found)
}

async fn stretch(
    conn: &mut SqliteConnection,
    viewer: Option<UserId>,
    now: WallMs,
    begin: Option<Uuid>,
    limit: u32,
) -> Result<Vec<CandidateRow>, sqlx::Error> {
    sqlx::query_as(CANDIDATES)
        .bind(viewer.map(UserId::uuid))
        .bind(viewer.map(|viewer| viewer.to_string()))
        .bind(stored(now))
        .bind(stored(WallMs(now.0.saturating_sub(JUST_VISITED_MS))))
        .bind(begin)
        .bind(limit)
        .fetch_all(conn)
        .await
}

/// Ids with the places they are at.
pub(super) fn ids<Id>(ranked: Vec<RankPlace>, id: fn(Uuid) -> Id) -> Vec<(Id, RankPlace)> {
    let ranked = ranked.into_iter().filter_map(|place| {
        let uuid = Uuid::from_slice(&place.thing).ok()?;
        Some((id(uuid), place))
    });
    ranked.collect()
}

pub(super) fn places<Id>(rows: Vec<(i64, Uuid)>, id: fn(Uuid) -> Id) -> Vec<NewestPlace<Id>> {
    let places = rows.into_iter().map(|(at_ms, uuid)| NewestPlace {
        at: wall(at_ms),
        id: id(uuid),
    });
    places.collect()
}

impl Sqlite {
    pub(super) async fn ranked(
        &self,
        statement: &'static str,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&RankPlace>,
        limit: u32,
    ) -> Result<Vec<RankPlace>, sqlx::Error> {
        // One view of the scores and of what they are counted in.
        let mut conn = self.read.begin().await?;
        let origin: i64 = sqlx::query_scalar("SELECT origin_ms FROM discovery_state")
            .fetch_one(&mut *conn)
            .await?;
        let origin = wall(origin);
        // A place from before the scores were divided means what it meant then.
        let (score, thing) = after.map_or((f64::MAX, Vec::new()), |place| {
            (
                as_of(place.score, origin, place.origin),
                place.thing.clone(),
            )
        });
        let rows: Vec<(f64, Vec<u8>)> = sqlx::query_as(statement)
            .bind(viewer.map(UserId::uuid))
            .bind(viewer.map(|viewer| viewer.to_string()))
            .bind(stored(now))
            .bind(None::<i64>)
            .bind(score)
            .bind(thing)
            .bind(limit)
            .fetch_all(&mut *conn)
            .await?;
        let places = rows.into_iter().map(|(score, thing)| RankPlace {
            score,
            origin,
            thing,
        });
        Ok(places.collect())
    }

    pub(super) async fn newest(
        &self,
        statement: &'static str,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<(WallMs, Uuid)>,
        limit: u32,
    ) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
        let (at, id) = after.map_or((i64::MAX, Uuid::max()), |(at, id)| (stored(at), id));
        sqlx::query_as(statement)
            .bind(viewer.map(UserId::uuid))
            .bind(viewer.map(|viewer| viewer.to_string()))
            .bind(stored(now))
            .bind(None::<i64>)
            .bind(at)
            .bind(id)
            .bind(limit)
            .fetch_all(&self.read)
            .await
    }
}
