//! Posts, written.

use async_trait::async_trait;
use sqlx::SqliteConnection;
use sqlx::types::Json;

use super::super::Sqlite;
use super::super::moderation::hold_if;
use super::super::number::stored;
use super::super::once::{self, Begun};
use super::rows::{sees, stored_post};
use super::{announce::announce, attached, delete, place};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::moderation::{ContentKind, Standing};
use crate::domain::post::{Content, DRAFTS_MAX, EDITS_MAX, Post, PostPicture, PostState, tag};
use crate::ports::once::{Done, Once};
use crate::ports::post::{NewPost, PostStoreError, PostWriter, Refusal, Rewrite, Told};

/// Nothing more happens to a request that took effect before.
pub(super) fn before<T>(begun: Begun<T>) -> Option<Done<T>> {
    match begun {
        Begun::Fresh => None,
        Begun::Replay(result) => Some(Done::Before(result)),
        Begun::Mismatch => Some(Done::KeyReused),
    }
}

pub(super) fn quietly<T>(outcome: T) -> Told<T> {
    Told {
        outcome,
        told: Vec::new(),
    }
}

/// Files a published post under its tags.
pub(super) async fn file(
    conn: &mut SqliteConnection,
    post: PostId,
    tags: &[String],
    published: WallMs,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM post_tag WHERE post_id = ?")
        .bind(post.uuid())
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT OR IGNORE INTO post_tag (tag, at_ms, post_id) SELECT value, ?, ? FROM json_each(?)",
    )
    .bind(stored(published))
    .bind(post.uuid())
    .bind(Json(tags))
    .execute(conn)
    .await
    .map(drop)
}

/// What may be wrong with what a post is to show, quote and hang in.
async fn checked(
    conn: &mut SqliteConnection,
    author: UserId,
    pictures: &[PostPicture],
    (quote, room): (Option<PostId>, Option<RoomId>),
    now: WallMs,
) -> Result<(), PostStoreError> {
    if let Some(quote) = quote
        && !sees(&mut *conn, quote, Some(author), now).await?
    {
        return Err(Refusal::NoSuchPost.into());
    }
    if let Some(room) = room
        && !place::may_hang(&mut *conn, room, author, now).await?
    {
        return Err(Refusal::NoSuchRoom.into());
    }
    if !attached::may_attach(conn, author, pictures).await? {
        return Err(Refusal::NoSuchPicture.into());
    }
    Ok(())
}

async fn has_room_for_draft(
    conn: &mut SqliteConnection,
    author: UserId,
) -> Result<(), PostStoreError> {
    let count: u32 = sqlx::query_scalar(
        "SELECT count(*) FROM post WHERE author_id = ? AND state <> 'published' AND deleted_ms IS NULL",
    )
    .bind(author.uuid())
    .fetch_one(conn)
    .await?;
    if count >= DRAFTS_MAX {
        return Err(Refusal::TooManyDrafts.into());
    }
    Ok(())
}

async fn insert(conn: &mut SqliteConnection, new: &NewPost) -> Result<Vec<String>, sqlx::Error> {
    let tags = tag::all(&new.content.given_tags, &new.content.text);
    let published = (new.state == PostState::Published).then(|| stored(new.at));
    let content = &new.content;
    sqlx::query(
        "INSERT INTO post (id, author_id, state, audience, standing, text, warning, sensitive, pictures,
             given_tags, tags, room_id, quote_id, created_ms, changed_ms, publish_ms, published_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.uuid())
    .bind(new.author.uuid())
    .bind(new.state.as_str())
    .bind(new.audience.as_str())
    .bind(new.standing.as_str())
    .bind(&content.text)
    .bind(&content.warning)
    .bind(content.sensitive)
    .bind(Json(&content.pictures))
    .bind(Json(&content.given_tags))
    .bind(Json(&tags))
    .bind(new.room.map(RoomId::uuid))
    .bind(new.quote_of.map(PostId::uuid))
    .bind(stored(new.at))
    .bind(stored(new.at))
    .bind(new.publish_at.map(stored))
    .bind(published)
    .execute(conn)
    .await?;
    Ok(tags)
}

/// Keeps what a published post was before it is changed; the oldest give way.
async fn keep(conn: &mut SqliteConnection, post: &Post) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO post_edit (post_id, version, audience, standing, text, warning, sensitive, pictures,
             tags, since_ms)
         SELECT id, version, audience, standing, text, warning, sensitive, pictures, tags, changed_ms
         FROM post WHERE id = ?",
    )
    .bind(post.id.uuid())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM post_edit WHERE post_id = ?1 AND version <= (
             SELECT version FROM post_edit WHERE post_id = ?1 ORDER BY version DESC LIMIT 1 OFFSET ?2)",
    )
    .bind(post.id.uuid())
    .bind(EDITS_MAX)
    .execute(conn)
    .await
    .map(drop)
}

/// What a rewrite makes of a post.
struct Next {
    standing: Standing,
    published: Option<WallMs>,
    tags: Vec<String>,
}

async fn update(
    conn: &mut SqliteConnection,
    was: &Post,
    rewrite: &Rewrite,
    next: &Next,
) -> Result<(), sqlx::Error> {
    let content = &rewrite.content;
    let edited = (was.state == PostState::Published).then(|| stored(rewrite.at));
    sqlx::query(
        "UPDATE post SET state = ?, audience = ?, standing = ?, text = ?, warning = ?, sensitive = ?,
             pictures = ?, given_tags = ?, tags = ?, room_id = ?, quote_id = ?, publish_ms = ?, published_ms = ?,
             edited_ms = coalesce(?, edited_ms), changed_ms = ?, version = version + 1
         WHERE id = ?",
    )
    .bind(rewrite.state.as_str())
    .bind(rewrite.audience.as_str())
    .bind(next.standing.as_str())
    .bind(&content.text)
    .bind(&content.warning)
    .bind(content.sensitive)
    .bind(Json(&content.pictures))
    .bind(Json(&content.given_tags))
    .bind(Json(&next.tags))
    .bind(rewrite.room.map(RoomId::uuid))
    .bind(rewrite.quote_of.map(PostId::uuid))
    .bind(rewrite.publish_at.map(stored))
    .bind(next.published.map(stored))
    .bind(edited)
    .bind(stored(rewrite.at))
    .bind(was.id.uuid())
    .execute(conn)
    .await
    .map(drop)
}

/// The post as it is, if the rewrite was made from that and may be.
async fn rewritable(
    conn: &mut SqliteConnection,
    rewrite: &Rewrite,
) -> Result<Post, PostStoreError> {
    let was = stored_post(&mut *conn, rewrite.id).await?;
    let was = was
        .filter(|was| was.author == rewrite.author)
        .ok_or(Refusal::NoSuchPost)?;
    if was.version != rewrite.from {
        return Err(Refusal::Stale.into());
    }
    if was.standing == Standing::Removed {
        return Err(Refusal::NotYours.into());
    }
    let is_moved = (rewrite.room, rewrite.quote_of) != (was.room, was.quote_of);
    if was.state == PostState::Published && (rewrite.state != PostState::Published || is_moved) {
        return Err(Refusal::Published.into());
    }
    // What it had may be gone since: only what is new is asked about.
    let known = &was.content.pictures;
    let mut new = rewrite.content.pictures.clone();
    new.retain(|picture| !known.iter().any(|it| it.asset == picture.asset));
    let quote = rewrite
        .quote_of
        .filter(|_| rewrite.quote_of != was.quote_of);
    let room = rewrite.room.filter(|_| rewrite.room != was.room);
    checked(conn, was.author, &new, (quote, room), rewrite.at).await?;
    Ok(was)
}

#[async_trait]
impl PostWriter for Sqlite {
    async fn create(
        &self,
        new: &NewPost,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let begun = once::begin(&mut transaction, once, new.at).await?;
        if let Some(done) = before(begun) {
            return Ok(quietly(done));
        }
        let shown = &new.content.pictures;
        let about = (new.quote_of, new.room);
        checked(&mut transaction, new.author, shown, about, new.at).await?;
        if new.state != PostState::Published {
            has_room_for_draft(&mut transaction, new.author).await?;
        }
        let tags = insert(&mut transaction, new).await?;
        attached::record(&mut transaction, new.id.uuid()).await?;
        let mut told = Vec::new();
        if new.state == PostState::Published {
            let about = (new.author, &new.content);
            hold_post(&mut transaction, new.id, new.standing, about, new.at).await?;
            file(&mut transaction, new.id, &tags, new.at).await?;
            told = announce(&mut transaction, new.id, new.at).await?;
        }
        once::record(&mut transaction, once, &new.id, new.at).await?;
        transaction.commit().await?;
        let outcome = Done::Now(new.id);
        Ok(Told { outcome, told })
    }

    async fn rewrite(
        &self,
        rewrite: &Rewrite,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let begun = once::begin(&mut transaction, once, rewrite.at).await?;
        if let Some(done) = before(begun) {
            return Ok(quietly(done));
        }
        let was = rewritable(&mut transaction, rewrite).await?;
        let is_out = rewrite.state == PostState::Published;
        if is_out && rewrite.content.is_empty() && rewrite.quote_of.is_none() {
            return Err(Refusal::Empty.into());
        }
        if was.state == PostState::Published {
            keep(&mut transaction, &was).await?;
        }
        let next = Next {
            standing: match (was.standing, rewrite.hold, is_out) {
                (Standing::Shown, true, _) => Standing::Held,
                // Of what was put off nobody but the screen has looked at it.
                (Standing::Held, false, false) => Standing::Shown,
                (Standing::Held, false, true) if was.state != PostState::Published => {
                    Standing::Shown
                }
                (standing, ..) => standing,
            },
            published: was.published.or(is_out.then_some(rewrite.at)),
            tags: tag::all(&rewrite.content.given_tags, &rewrite.content.text),
        };
        update(&mut transaction, &was, rewrite, &next).await?;
        let mut told = Vec::new();
        if let Some(published) = next.published {
            file(&mut transaction, was.id, &next.tags, published).await?;
            if was.published.is_none() {
                let room = (rewrite.room, was.author);
                drop_room(&mut transaction, was.id, room, rewrite.at).await?;
            }
        }
        attached::record(&mut transaction, was.id.uuid()).await?;
        if is_out && (was.standing != next.standing || was.state != PostState::Published) {
            let about = (was.author, &rewrite.content);
            hold_post(&mut transaction, was.id, next.standing, about, rewrite.at).await?;
        }
        if is_out {
            told = announce(&mut transaction, was.id, rewrite.at).await?;
        }
        once::record(&mut transaction, once, &was.id, rewrite.at).await?;
        transaction.commit().await?;
        let outcome = Done::Now(was.id);
        Ok(Told { outcome, told })
    }

    async fn written(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<PostId>>, PostStoreError> {
        let mut connection = self.read.acquire().await?;
        Ok(before(once::begin(&mut connection, once, now).await?))
    }

    async fn delete(
        &self,
        author: UserId,
        post: PostId,
        now: WallMs,
    ) -> Result<(), PostStoreError> {
        let mut transaction = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let was = stored_post(&mut transaction, post).await?;
        let was = was.ok_or(Refusal::NoSuchPost)?;
        if was.author != author {
            let sees = sees(&mut transaction, post, Some(author), now).await?;
            return Err(match sees {
                true => Refusal::NotYours,
                false => Refusal::NoSuchPost,
            }
            .into());
        }
        delete::bury(&mut transaction, &was, now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Opens a case for a post that is out and held.
pub(super) async fn hold_post(
    conn: &mut SqliteConnection,
    post: PostId,
    standing: Standing,
    (author, content): (UserId, &Content),
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let thing = (ContentKind::Post, post);
    hold_if(conn, standing, thing, (author, &content.words()), now).await
}

/// A post that comes out hangs where its author may hang it now, if anywhere.
pub(super) async fn drop_room(
    conn: &mut SqliteConnection,
    post: PostId,
    (room, author): (Option<RoomId>, UserId),
    now: WallMs,
) -> Result<(), sqlx::Error> {
    let Some(room) = room else {
        return Ok(());
    };
    if place::may_hang(&mut *conn, room, author, now).await? {
        return Ok(());
    }
    sqlx::query("UPDATE post SET room_id = NULL WHERE id = ?")
        .bind(post.uuid())
        .execute(conn)
        .await
        .map(drop)
}
