//! Lists of posts: first which, from an index, then everything there is to tell of them, in one view of all tables.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::Sqlite;
use super::super::number::{stored, wall};
use super::super::user_row::UserRow;
use super::rows::views;
use super::seen::{among, card, quotes_nobody_unwanted, seen, there, unmuted, wanted};
use super::{of_these, place, tags};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::user::User;
use crate::ports::discovery::{DiscoveryUnavailable, PostsForDiscovery};
use crate::ports::post::{Entry, Feed, Feeds, Place, PostStoreError, PostView, TagPage, TagPlace};

/// Posts `p` by accounts `a`, as they came out, after the place `?3`, `?4`: `?5` of them. Of what is `?6`.
macro_rules! list {
    ($from:literal, $which:expr) => {
        concat!(
            "SELECT p.id, p.published_ms AS at_ms, NULL AS by_id FROM ",
            $from,
            " WHERE ",
            $which,
            " AND (p.published_ms, p.id) < (?3, ?4) AND ",
            seen!(),
            " ORDER BY p.published_ms DESC, p.id DESC LIMIT ?5"
        )
    };
}

const NEWEST: &str = list!(
    "post AS p CROSS JOIN user AS a ON a.id = p.author_id",
    concat!(
        "p.audience = 'public' AND p.state = 'published' AND p.deleted_ms IS NULL AND ?6 IS NULL AND ",
        wanted!()
    )
);

const ROOM: &str = list!(
    "post AS p CROSS JOIN user AS a ON a.id = p.author_id",
    concat!("p.room_id = ?6 AND ", wanted!())
);

/// Led by the tag's own index, whose order is that of the list.
const TAG: &str = concat!(
    "SELECT p.id, t.at_ms, NULL AS by_id
     FROM post_tag AS t CROSS JOIN post AS p ON p.id = t.post_id CROSS JOIN user AS a ON a.id = p.author_id
     WHERE t.tag = ?6 AND (t.at_ms, t.post_id) < (?3, ?4) AND ",
    seen!(),
    " AND ",
    wanted!(),
    " ORDER BY t.at_ms DESC, t.post_id DESC LIMIT ?5"
);

const BOOKMARKS: &str = concat!(
    "SELECT p.id, b.created_ms AS at_ms, NULL AS by_id
     FROM post_bookmark AS b CROSS JOIN post AS p ON p.id = b.post_id CROSS JOIN user AS a ON a.id = p.author_id
     WHERE b.user_id = ?1 AND (b.created_ms, b.post_id) < (?3, ?4) AND ?6 IS NULL AND ",
    seen!(),
    " ORDER BY b.created_ms DESC, b.post_id DESC LIMIT ?5"
);

const UNPUBLISHED: &str =
    "SELECT p.id, p.created_ms AS at_ms, NULL AS by_id FROM post AS p
     WHERE p.author_id = ?1 AND p.state <> 'published' AND p.deleted_ms IS NULL AND ?2 IS NOT NULL AND ?6 IS NULL
         AND (p.created_ms, p.id) < (?3, ?4)
     ORDER BY p.created_ms DESC, p.id DESC LIMIT ?5";

/// What people of `source` wrote, where `$written` holds, and, where `$passed` holds of one of them, passed on; a post comes in once: by its
/// author, if they are one of them, or by the first of them who passed it on.
///
/// `head` is the newest post of each of them. Where these alone fill the page, nothing older than the last of them is
/// on it: of thousands of people only the few who wrote lately are looked at more closely. Whether somebody passed a
/// post on before is looked up by post or by person, whichever are fewer.
macro_rules! written {
    ($source:expr, $written:expr, $passed:expr) => {
        concat!(
            "WITH source (id) AS MATERIALIZED (",
            $source,
            "), head (at_ms) AS (
                 SELECT o.published_ms FROM source CROSS JOIN post AS o ON o.id = (
                     SELECT p.id FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id
                     WHERE p.author_id = source.id AND (p.published_ms, p.id) < (?3, ?4) AND ",
            seen!(),
            " AND ",
            $written,
            "        ORDER BY p.published_ms DESC, p.id DESC LIMIT 1)
                 ORDER BY 1 DESC LIMIT ?5),
             floor (at_ms) AS MATERIALIZED (SELECT iif(count(*) = ?5, min(at_ms), 0) FROM head)
             SELECT o.id, o.published_ms AS at_ms, NULL AS by_id
             FROM source CROSS JOIN post AS o ON o.id IN (
                 SELECT p.id FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id
                 WHERE p.author_id = source.id AND (p.published_ms, p.id) < (?3, ?4)
                     AND p.published_ms >= (SELECT at_ms FROM floor) AND ",
            seen!(),
            " AND ",
            $written,
            "    ORDER BY p.published_ms DESC, p.id DESC LIMIT ?5)
             UNION ALL
             SELECT r.post_id, r.created_ms, r.user_id
             FROM source CROSS JOIN post_repost AS r ON r.user_id = source.id AND r.post_id IN (
                 SELECT q.post_id FROM post_repost AS q CROSS JOIN post AS p ON p.id = q.post_id
                     CROSS JOIN user AS a ON a.id = p.author_id
                 WHERE q.user_id = source.id AND (q.created_ms, q.post_id) < (?3, ?4)
                     AND q.created_ms >= (SELECT at_ms FROM floor)
                     AND p.author_id NOT IN (SELECT id FROM source)
                     AND NOT iif(
                         (SELECT reposts FROM post_count WHERE post_id = q.post_id)
                             <= (SELECT count(*) FROM source),
                         EXISTS (SELECT 1 FROM post_repost AS e WHERE e.post_id = q.post_id
                             AND (e.created_ms, e.user_id) < (q.created_ms, q.user_id)
                             AND e.user_id IN (SELECT id FROM source)),
                         EXISTS (SELECT 1 FROM source AS other CROSS JOIN post_repost AS e
                                 ON e.post_id = q.post_id AND e.user_id = other.id
                             WHERE (e.created_ms, e.user_id) < (q.created_ms, q.user_id)))
                     AND ",
            seen!(),
            " AND ",
            wanted!(),
            "    ORDER BY q.created_ms DESC, q.post_id DESC LIMIT ?5)
             WHERE ",
            $passed,
            " ORDER BY 2 DESC, 1 DESC LIMIT ?5"
        )
    };
}

const FOLLOWING: &str = written!(
    concat!(
        "SELECT ?1 WHERE ?6 IS NULL
         UNION
         SELECT a.id FROM follow CROSS JOIN user AS a ON a.id = followee_id WHERE follower_id = ?1 AND ",
        there!("a"),
        " AND ",
        unmuted!("a")
    ),
    quotes_nobody_unwanted!(),
    "TRUE"
);

/// What somebody passed on is seen by who sees what they write for everybody.
const OF_PERSON: &str = written!(
    "SELECT ?6",
    "TRUE",
    concat!(
        "EXISTS (SELECT 1 FROM user AS a WHERE a.id = source.id AND (a.id = ?1 OR (",
        there!("a"),
        " AND ",
        among!("'public'"),
        ")))"
    )
);

const PINNED: &str = concat!(
    "SELECT p.id FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id
     WHERE p.author_id = ?3 AND p.pinned_ms IS NOT NULL AND ",
    seen!(),
    " ORDER BY p.pinned_ms DESC, p.id DESC"
);

/// Every list, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 9] = [
    FOLLOWING,
    NEWEST,
    TAG,
    OF_PERSON,
    ROOM,
    BOOKMARKS,
    UNPUBLISHED,
    PINNED,
    THOSE,
];

#[derive(Debug, sqlx::FromRow)]
struct FoundRow {
    id: Uuid,
    at_ms: i64,
    by_id: Option<Uuid>,
}

/// Which of the posts `{ids}` are out, and for the viewer, neither by nor quoting people they do not want.
const THOSE: &str = concat!(
    "SELECT p.id FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id WHERE p.id IN (VALUES {ids}) AND ",
    seen!(),
    " AND ",
    wanted!()
);

/// Accounts by id.
async fn people(
    conn: &mut SqliteConnection,
    ids: Vec<Uuid>,
) -> Result<BTreeMap<Uuid, User>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let people = concat!(
        "SELECT ",
        card!("u"),
        " FROM user AS u WHERE u.id IN (VALUES {ids})"
    );
    let statement = of_these(people, ids);
    let rows: Vec<UserRow> = sqlx::query_as(AssertSqlSafe(statement))
        .fetch_all(conn)
        .await?;
    let people = rows.into_iter().map(|row| {
        let user = User::try_from(row)?;
        Ok((user.id.uuid(), user))
    });
    people.collect()
}

/// Which of these posts are out, and for the viewer, neither by nor quoting people they do not want.
async fn those(
    conn: &mut SqliteConnection,
    posts: &[PostId],
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let statement = of_these(THOSE, posts.iter().map(|post| post.uuid()));
    sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .fetch_all(conn)
        .await
}

#[async_trait]
impl PostsForDiscovery for Sqlite {
    async fn visible(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostId>, DiscoveryUnavailable> {
        let mut conn = self.read.acquire().await?;
        let seen = those(&mut conn, posts, viewer, now).await?;
        let seen: BTreeSet<Uuid> = seen.into_iter().collect();
        let posts = posts.iter().copied();
        Ok(posts.filter(|id| seen.contains(&id.uuid())).collect())
    }
}

#[async_trait]
impl Feeds for Sqlite {
    async fn feed(
        &self,
        feed: &Feed,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Entry>, PostStoreError> {
        // Before the first: later than any time, and greater than any id.
        let (at, id) = after.map_or((i64::MAX, Uuid::max()), |place| {
            (stored(place.at), place.id.uuid())
        });
        let statement = match feed {
            Feed::Following => FOLLOWING,
            Feed::Newest => NEWEST,
            Feed::Tag(_) => TAG,
            Feed::Of(_) => OF_PERSON,
            Feed::Room(_) => ROOM,
            Feed::Bookmarks => BOOKMARKS,
            Feed::Unpublished => UNPUBLISHED,
        };
        let query = sqlx::query_as(statement)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(at)
            .bind(id)
            .bind(limit);
        let query = match feed {
            Feed::Tag(tag) => query.bind(tag),
            Feed::Of(person) => query.bind(person.uuid()),
            Feed::Room(room) => query.bind(room.uuid()),
            Feed::Following | Feed::Newest | Feed::Bookmarks | Feed::Unpublished => {
                query.bind(None::<Uuid>)
            }
        };
        let mut transaction = self.read.begin().await?;
        let rows: Vec<FoundRow> = query.fetch_all(&mut *transaction).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut views = views(&mut transaction, &ids, viewer, now).await?;
        let by = rows.iter().filter_map(|row| row.by_id).collect();
        let people = people(&mut transaction, by).await?;
        let entries = rows.into_iter().filter_map(|row| {
            Some(Entry {
                view: views.remove(&row.id)?,
                at: wall(row.at_ms),
                reposted_by: row.by_id.and_then(|by| people.get(&by).cloned()),
            })
        });
        Ok(entries.collect())
    }

    async fn pinned(
        &self,
        author: UserId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let ids: Vec<Uuid> = sqlx::query_scalar(PINNED)
            .bind(viewer.map(UserId::uuid))
            .bind(stored(now))
            .bind(author.uuid())
            .fetch_all(&mut *transaction)
            .await?;
        let mut views = views(&mut transaction, &ids, viewer, now).await?;
        Ok(ids.iter().filter_map(|id| views.remove(id)).collect())
    }

    async fn those(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let ids = those(&mut transaction, posts, viewer, now).await?;
        let mut views = views(&mut transaction, &ids, viewer, now).await?;
        let posts = posts.iter();
        Ok(posts.filter_map(|id| views.remove(&id.uuid())).collect())
    }

    async fn tags(
        &self,
        beginning: &str,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&TagPlace>,
        limit: u32,
    ) -> Result<TagPage, PostStoreError> {
        let mut transaction = self.read.begin().await?;
        let found = tags::page(&mut transaction, beginning, (viewer, now), after, limit);
        Ok(found.await?)
    }

    async fn sees_room(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<bool, PostStoreError> {
        let mut connection = self.read.acquire().await?;
        let seen = place::seen_of(&mut connection, &[room.uuid()], viewer, now).await?;
        Ok(seen.contains(&room.uuid()))
    }
}
