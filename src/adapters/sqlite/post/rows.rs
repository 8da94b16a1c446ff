//! Posts as rows.

use std::collections::BTreeMap;

use sqlx::types::Json;
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::super::number::{stored, to_u64, wall};
use super::super::user_row::UserRow;
use super::counts::lessened;
use super::seen::{among, card, readable, seen, there};
use super::{known, of_these, place};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::post::{Content, Post, PostPicture};
use crate::domain::user::User;
use crate::ports::post::{Counts, Mine, PostStoreError, PostView, Quote, Reactions, Refusal};

/// The columns of [`PostRow`] and of the author's card, for statements with a post `p` and an account `a`.
macro_rules! columns {
    () => {
        concat!(
            "p.id, p.author_id, p.state, p.audience, p.standing, p.text, p.warning, p.sensitive, p.pictures,
             p.given_tags, p.tags, p.room_id, p.quote_id, p.version, p.created_ms, p.publish_ms, p.published_ms,
             p.edited_ms, p.pinned_ms, ",
            card!("a")
        )
    };
}

/// A post as it is kept.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct PostRow {
    pub id: Uuid,
    pub author_id: Uuid,
    pub state: String,
    pub audience: String,
    pub standing: String,
    pub text: String,
    pub warning: String,
    pub sensitive: bool,
    pub pictures: Json<Vec<PostPicture>>,
    pub given_tags: Json<Vec<String>>,
    pub tags: Json<Vec<String>>,
    pub room_id: Option<Uuid>,
    pub quote_id: Option<Uuid>,
    pub version: i64,
    pub created_ms: i64,
    pub publish_ms: Option<i64>,
    pub published_ms: Option<i64>,
    pub edited_ms: Option<i64>,
    pub pinned_ms: Option<i64>,
}

impl TryFrom<PostRow> for Post {
    type Error = sqlx::Error;

    fn try_from(row: PostRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: PostId::from_uuid(row.id),
            author: UserId::from_uuid(row.author_id),
            state: known(&row.state)?,
            audience: known(&row.audience)?,
            standing: known(&row.standing)?,
            content: Content {
                text: row.text,
                warning: row.warning,
                sensitive: row.sensitive,
                pictures: row.pictures.0,
                given_tags: row.given_tags.0,
            },
            tags: row.tags.0,
            room: row.room_id.map(RoomId::from_uuid),
            quote_of: row.quote_id.map(PostId::from_uuid),
            is_pinned: row.pinned_ms.is_some(),
            version: to_u64(row.version),
            created: wall(row.created_ms),
            publish_at: row.publish_ms.map(wall),
            published: row.published_ms.map(wall),
            edited: row.edited_ms.map(wall),
        })
    }
}

#[derive(Debug, sqlx::FromRow)]
struct QuotedRow {
    #[sqlx(flatten)]
    post: PostRow,
    #[sqlx(flatten)]
    author: UserRow,
}

/// How many of each kind, under the names both tables of counts use.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ReactionsRow {
    heart: u32,
    laugh: u32,
    wow: u32,
    sad: u32,
    cheer: u32,
    thanks: u32,
}

impl From<ReactionsRow> for Reactions {
    fn from(row: ReactionsRow) -> Self {
        Self([
            row.heart, row.laugh, row.wow, row.sad, row.cheer, row.thanks,
        ])
    }
}

#[derive(Debug, sqlx::FromRow)]
struct ViewRow {
    #[sqlx(flatten)]
    post: PostRow,
    #[sqlx(flatten)]
    author: UserRow,
    comments: u32,
    reposts: u32,
    bookmarks: u32,
    #[sqlx(flatten)]
    reactions: ReactionsRow,
    my_kind: Option<String>,
    bookmarked: bool,
    reposted: bool,
}

/// Those of the posts `{ids}` that the viewer may read.
const VIEWS: &str = concat!(
    "SELECT ",
    columns!(),
    ", n.comments, n.reposts, n.bookmarks, n.heart, n.laugh, n.wow, n.sad, n.cheer, n.thanks,
        r.kind AS my_kind,
        EXISTS (SELECT 1 FROM post_bookmark WHERE post_id = p.id AND user_id = ?1) AS bookmarked,
        EXISTS (SELECT 1 FROM post_repost WHERE post_id = p.id AND user_id = ?1) AS reposted
     FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id JOIN post_count AS n ON n.post_id = p.id
          LEFT JOIN post_reaction AS r ON r.post_id = p.id AND r.user_id = ?1
     WHERE p.id IN (VALUES {ids}) AND ",
    readable!()
);

/// Those of the posts `{ids}` that the viewer sees.
const QUOTES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM post AS p CROSS JOIN user AS a ON a.id = p.author_id WHERE p.id IN (VALUES {ids}) AND ",
    seen!()
);

/// Both, for tests.
#[cfg(test)]
pub(super) const ALL: [&str; 2] = [VIEWS, QUOTES];

/// Those of these posts that the viewer may read, with everything there is to tell of them.
pub(super) async fn views(
    conn: &mut SqliteConnection,
    ids: &[Uuid],
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<BTreeMap<Uuid, PostView>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = of_these(VIEWS, ids.iter().copied());
    let rows: Vec<ViewRow> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .fetch_all(&mut *conn)
        .await?;
    let quoted = rows.iter().filter_map(|row| row.post.quote_id);
    let mut quoted = quotes(&mut *conn, quoted.collect(), viewer, now).await?;
    let hung: Vec<Uuid> = rows.iter().filter_map(|row| row.post.room_id).collect();
    let rooms = place::seen_of(&mut *conn, &hung, viewer, now).await?;
    let mut found = BTreeMap::new();
    for row in rows {
        let id = row.post.id;
        let quote = match row.post.quote_id {
            None => Quote::None,
            // Two posts of a page may quote the same.
            Some(quote) => match quoted.get_mut(&quote) {
                Some(quote) => Quote::Of(Box::new(quote.clone())),
                None => Quote::Unavailable,
            },
        };
        let mut post = Post::try_from(row.post)?;
        let is_own = viewer == Some(post.author);
        post.room = post
            .room
            .filter(|room| is_own || rooms.contains(&room.uuid()));
        let view = PostView {
            post,
            author: row.author.try_into()?,
            counts: Counts {
                comments: row.comments,
                reposts: row.reposts,
                reactions: row.reactions.into(),
                bookmarks: is_own.then_some(row.bookmarks),
            },
            mine: Mine {
                reaction: row.my_kind.as_deref().map(known).transpose()?,
                bookmarked: row.bookmarked,
                reposted: row.reposted,
            },
            quote,
            muted: None,
        };
        found.insert(id, view);
    }
    lessened(conn, &mut found, viewer, now).await?;
    Ok(found)
}

/// Those of these posts that the viewer sees, as they are quoted.
async fn quotes(
    conn: &mut SqliteConnection,
    ids: Vec<Uuid>,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<BTreeMap<Uuid, (Post, User)>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let statement = of_these(QUOTES, ids);
    let rows: Vec<QuotedRow> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(viewer.map(UserId::uuid))
        .bind(stored(now))
        .fetch_all(conn)
        .await?;
    let quoted = rows.into_iter().map(|row| {
        let mut post = Post::try_from(row.post)?;
        post.room = None;
        Ok((post.id.uuid(), (post, row.author.try_into()?)))
    });
    quoted.collect()
}

/// A post whoever's, as its author's store knows it; none if it is deleted.
pub(super) async fn stored_post(
    conn: &mut SqliteConnection,
    id: PostId,
) -> Result<Option<Post>, sqlx::Error> {
    let row: Option<PostRow> =
        sqlx::query_as("SELECT * FROM post WHERE id = ? AND deleted_ms IS NULL")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await?;
    row.map(Post::try_from).transpose()
}

/// Whether the viewer sees a post that is out.
pub(super) async fn sees(
    conn: &mut SqliteConnection,
    id: PostId,
    viewer: Option<UserId>,
    now: WallMs,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(concat!(
        "SELECT EXISTS (SELECT 1 FROM post AS p JOIN user AS a ON a.id = p.author_id WHERE p.id = ?3 AND ",
        seen!(),
        ")"
    ))
    .bind(viewer.map(UserId::uuid))
    .bind(stored(now))
    .bind(id.uuid())
    .fetch_one(conn)
    .await
}

/// The post, if the viewer sees it and it is out.
pub(super) async fn seen_post(
    conn: &mut SqliteConnection,
    id: PostId,
    viewer: UserId,
    now: WallMs,
) -> Result<Post, PostStoreError> {
    if !sees(&mut *conn, id, Some(viewer), now).await? {
        return Err(Refusal::NoSuchPost.into());
    }
    Ok(stored_post(conn, id).await?.ok_or(Refusal::NoSuchPost)?)
}
