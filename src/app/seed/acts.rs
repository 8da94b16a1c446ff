//! What people do, through the services as they would.

use crate::domain::clock::WallMs;
use crate::domain::id::PostId;
use crate::domain::post::{PostState, Reactable, ReactionKind};
use crate::domain::text::Title;
use crate::domain::version::Expected;
use crate::ports::guestbook::Target;
use crate::services::post::Wish;
use crate::services::room;

use super::SeedError;
use super::calls::call;
use super::file::{Comment, Entry, Files, OtherRoom, Post, Reply};
use super::house::House;
use super::plan::{Act, Step};

/// Does one thing, at its time.
pub(super) async fn perform(
    house: &mut House,
    files: &Files,
    step: &Step<'_>,
) -> Result<(), SeedError> {
    let at = step.at;
    match step.act {
        Act::Open(room) => open(house, room, at).await,
        Act::Archive(room) => archive(house, room, at).await,
        Act::Write { number, post } => write(house, number, post, at).await,
        Act::Comment {
            post,
            number,
            to,
            comment,
        } => {
            let to = to.map(|to| numbered(&house.comments, to)).transpose()?;
            let post = numbered(&house.posts, post)?;
            let by = house.person(&comment.by)?;
            let service = house.post_service(at);
            let written = service.comment(by, post, to, &comment.text, None).await;
            let written = written.map_err(|source| said(comment, source))?;
            let id = written
                .result()
                .ok_or_else(|| SeedError::unknown(&comment.text))?;
            house.comments.insert(number, id);
            Ok(())
        }
        Act::Sign { number, entry } => sign(house, number, entry, at).await,
        Act::Answer { number, reply } => answer(house, number, reply, at).await,
        Act::Call { days_ago } => call(house, files, days_ago).await,
        Act::Tell => house.tell(at).await,
        Act::Follow { .. } | Act::Tie { .. } | Act::Testify { .. } => relate(house, step).await,
        Act::Pin { .. }
        | Act::React { .. }
        | Act::Bookmark { .. }
        | Act::Repost { .. }
        | Act::LikeComment { .. } => respond(house, step).await,
    }
}

fn said(comment: &Comment, source: impl std::error::Error + Send + Sync + 'static) -> SeedError {
    SeedError::act(&comment.text, source)
}

fn numbered<T: Copy>(
    all: &std::collections::HashMap<usize, T>,
    number: usize,
) -> Result<T, SeedError> {
    let found = all.get(&number).copied();
    found.ok_or_else(|| SeedError::unknown(&number.to_string()))
}

async fn open(house: &mut House, room: &OtherRoom, at: WallMs) -> Result<(), SeedError> {
    let failed = |source| SeedError::act(&room.key, source);
    let name = Title::parse(&room.name).map_err(|source| SeedError::act(&room.key, source))?;
    let wish = room::Wish {
        name,
        visibility: Some(room.visibility),
        beginning: room::Beginning::Template(room.template.clone()),
    };
    let by = house.person(&room.by)?;
    let made = house.room_service(at).open_room(by, wish, None).await;
    let id = made.map_err(failed)?.result();
    let id = id.ok_or_else(|| SeedError::unknown(&room.key))?;
    house.rooms.insert(room.key.clone(), id);
    Ok(())
}

async fn archive(house: &House, room: &OtherRoom, at: WallMs) -> Result<(), SeedError> {
    let (by, id) = (house.person(&room.by)?, house.room(&room.key)?);
    let rooms = house.room_service(at);
    let archived = rooms.set_archived(by, id, true, &Expected::Any).await;
    archived.map_err(|source| SeedError::act(&room.key, source))
}

async fn write(house: &mut House, number: usize, post: &Post, at: WallMs) -> Result<(), SeedError> {
    let mut pictures = Vec::new();
    for picture in &post.pictures {
        pictures.push((house.picture(&picture.file)?, picture.alt.clone()));
    }
    let room = post
        .room
        .as_deref()
        .map(|key| house.room(key))
        .transpose()?;
    let quote_of = match &post.quotes {
        Some(key) => Some(
            *house
                .quotable
                .get(key)
                .ok_or_else(|| SeedError::unknown(key))?,
        ),
        None => None,
    };
    let wish = Wish {
        text: post.text.clone(),
        warning: post.warning.clone(),
        sensitive: false,
        pictures,
        tags: post.tags.clone(),
        audience: post.audience,
        room,
        quote_of,
        state: PostState::Published,
        publish_at: None,
    };
    let by = house.person(&post.by)?;
    let written = house.post_service(at).create(by, wish, None).await;
    let written = written.map_err(|source| SeedError::act(&post.text, source))?;
    let id = written
        .result()
        .ok_or_else(|| SeedError::unknown(&post.text))?;
    house.posts.insert(number, id);
    if let Some(key) = &post.key {
        house.quotable.insert(key.clone(), id);
    }
    Ok(())
}

async fn relate(house: &House, step: &Step<'_>) -> Result<(), SeedError> {
    let relations = house.relation_service(step.at);
    match step.act {
        Act::Follow { by, whom } => {
            let followed = relations.follow(house.person(by)?, whom).await;
            followed.map_err(|source| SeedError::act(by, source))
        }
        Act::Tie { by, to, name } => {
            let tied = relations.tie_to(house.person(by)?, to, name).await;
            tied.map_err(|source| SeedError::act(name, source))
        }
        Act::Testify { by, on, line } => {
            let written = relations.testify(house.person(by)?, on, line).await;
            written
                .map(drop)
                .map_err(|source| SeedError::act(line, source))
        }
        _ => Ok(()),
    }
}

async fn respond(house: &House, step: &Step<'_>) -> Result<(), SeedError> {
    let posts = house.post_service(step.at);
    let post = |number| -> Result<PostId, SeedError> { numbered(&house.posts, number) };
    let responded = match step.act {
        Act::Pin {
            number,
            post: pinned,
        } => {
            posts
                .pin(house.person(&pinned.by)?, post(number)?, true)
                .await
        }
        Act::React { number, by, kind } => {
            posts
                .react(
                    house.person(by)?,
                    Reactable::Post(post(number)?),
                    Some(kind),
                )
                .await
        }
        Act::Bookmark { number, by } => {
            posts.bookmark(house.person(by)?, post(number)?, true).await
        }
        Act::Repost { number, by } => posts.repost(house.person(by)?, post(number)?, true).await,
        Act::LikeComment { number, by } => {
            let comment = numbered(&house.comments, number)?;
            let kind = Some(ReactionKind::Heart);
            posts
                .react(house.person(by)?, Reactable::Comment(comment), kind)
                .await
        }
        _ => Ok(()),
    };
    responded.map_err(|source| SeedError::act("a response", source))
}

async fn sign(
    house: &mut House,
    number: usize,
    entry: &Entry,
    at: WallMs,
) -> Result<(), SeedError> {
    let target = Target::Room {
        room: house.room(&entry.room)?,
        is_secret: entry.secret,
    };
    let by = house.person(&entry.by)?;
    let written = house
        .guestbook_service(at)
        .write(target, by, &entry.text, None)
        .await;
    let written = written.map_err(|source| SeedError::act(&entry.text, source))?;
    let kept = written
        .result()
        .ok_or_else(|| SeedError::unknown(&entry.text))?;
    house.entries.insert(number, kept.id);
    Ok(())
}

async fn answer(house: &House, number: usize, reply: &Reply, at: WallMs) -> Result<(), SeedError> {
    let target = Target::Entry(numbered(&house.entries, number)?);
    let by = house.person(&reply.by)?;
    let written = house
        .guestbook_service(at)
        .write(target, by, &reply.text, None)
        .await;
    written
        .map(drop)
        .map_err(|source| SeedError::act(&reply.text, source))
}
