//! Lines of chat as moderators act on them. What is taken out of a room lies in a collection beside it, and is taken from
//! whoever has the room in memory as well: everyone present comes back to the room without it.

use std::str::FromStr;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use mongodb::ClientSession;
use mongodb::bson::{Document as Stored, doc};

use super::super::Collections;
use super::super::failure::reading;
use super::super::transaction::{Attempt, Halt, transact};
use super::super::value::{Fields, id, number};
use super::moderated::{MongoModeratedRooms, Stood, fence, standing_of};
use super::{MongoRooms, form};
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::moderation::{ContentKind, NoSuchName, Standing};
use crate::domain::room::{ChatLine, Seq};
use crate::ports::moderation::{Content, ContentUnavailable, ModeratedContent};
use crate::ports::room::StoreError;

/// Lines said in rooms.
#[derive(Debug, Clone)]
pub struct MongoModeratedChat(pub MongoModeratedRooms);

/// `room-id/seq/line`: the room, the batch, and the how manieth line of the batch, from 0.
#[derive(Debug, Clone, Copy)]
struct LineId {
    room: RoomId,
    seq: u64,
    line: u64,
}

impl FromStr for LineId {
    type Err = NoSuchName;

    fn from_str(text: &str) -> Result<Self, NoSuchName> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(NoSuchName);
        let id = Self {
            room: part()?.parse().map_err(|_| NoSuchName)?,
            seq: part()?.parse().map_err(|_| NoSuchName)?,
            line: part()?.parse().map_err(|_| NoSuchName)?,
        };
        // One spelling each: a thing has one open case.
        match id.to_string() == text {
            true => Ok(id),
            false => Err(NoSuchName),
        }
    }
}

impl std::fmt::Display for LineId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.room, self.seq, self.line)
    }
}

/// A line of a batch, shown or not.
#[derive(Debug, Clone)]
struct Said {
    line: ChatLine,
    standing: Standing,
}

/// The lines of a batch in the order they were said: those that were taken out are where they were.
fn batch(shown: Vec<ChatLine>, out: &[Stored]) -> Result<Vec<Said>, StoreError> {
    let mut all: Vec<Said> = shown
        .into_iter()
        .map(|line| Said {
            line,
            standing: Standing::Shown,
        })
        .collect();
    // In their order: each finds those before it there.
    for stored in out {
        let place = usize::try_from(stored.number("place")?).unwrap_or(usize::MAX);
        let said = Said {
            line: stored.unpacked("line")?,
            standing: standing_of(stored)?,
        };
        all.insert(place.min(all.len()), said);
    }
    Ok(all)
}

/// The batch a room's chat has under this number.
fn shown_of(chat: &[ChatLine], seq: u64) -> Vec<ChatLine> {
    let lines = chat.iter().filter(|line| line.seq == Seq(seq));
    lines.cloned().collect()
}

/// Whose a line is; nobody's where a guest said it.
fn author(line: &ChatLine) -> Option<UserId> {
    line.author_id.parse().ok().filter(|_| line.guest.is_none())
}

fn chat_of(found: &Stored) -> Result<Vec<ChatLine>, StoreError> {
    let lines = found.list("chat")?.into_iter();
    let lines = lines.map(|line| line.unpacked("line"));
    Ok(lines.collect::<Result<_, _>>()?)
}

/// What was taken out of a batch.
fn out_of(room: RoomId, seq: u64) -> Stored {
    doc! { "room": id(room.uuid()), "seq": number(seq) }
}

impl MongoModeratedChat {
    async fn said(&self, line: &LineId) -> Result<Option<Said>, StoreError> {
        let rooms = &self.0.rooms;
        let filter = doc! { "_id": id(line.room.uuid()), "state": { "$ne": form::DELETED } };
        let found = rooms
            .rooms()
            .find_one(filter)
            .projection(doc! { "chat": 1 });
        let Some(found) = reading(found).await? else {
            return Ok(None);
        };
        let out = async {
            rooms
                .mongo
                .collection(Collections::ROOM_CHAT_OUT)
                .find(out_of(line.room, line.seq))
                .sort(doc! { "place": 1 })
                .await?
                .try_collect::<Vec<Stored>>()
                .await
        };
        let out = reading(out).await?;
        let all = batch(shown_of(&chat_of(&found)?, line.seq), &out)?;
        let place = usize::try_from(line.line).unwrap_or(usize::MAX);
        Ok(all.into_iter().nth(place))
    }

    async fn is_user(&self, person: UserId) -> Result<bool, StoreError> {
        let now = self.0.clock.wall();
        let shown = self.0.people.shown(None, &[person], now).await?;
        Ok(shown.contains_key(&person))
    }
}

#[async_trait]
impl ModeratedContent for MongoModeratedChat {
    fn kind(&self) -> ContentKind {
        ContentKind::ChatLine
    }

    async fn content(&self, line: &str) -> Result<Option<Content>, ContentUnavailable> {
        let Ok(line) = line.parse::<LineId>() else {
            return Ok(None);
        };
        let Some(said) = self.said(&line).await? else {
            return Ok(None);
        };
        // Old lines do not tell users from guests.
        let author = match author(&said.line) {
            Some(author) => self.is_user(author).await?.then_some(author),
            None => None,
        };
        Ok(Some(Content {
            id: line.to_string(),
            author,
            standing: said.standing,
            at: said.line.at,
            text: said.line.text,
            pictures: Vec::new(),
        }))
    }

    async fn stand(
        &self,
        line: &str,
        standing: Standing,
        _: WallMs,
    ) -> Result<bool, ContentUnavailable> {
        let Ok(line) = line.parse::<LineId>() else {
            return Ok(false);
        };
        let rooms = &self.0.rooms;
        let stand = Stand {
            rooms,
            line,
            standing,
        };
        match transact(&rooms.mongo, &stand).await? {
            Stood::Gone => return Ok(false),
            Stood::Already => {}
            Stood::From(epoch) => self.0.recall.recall(line.room, Some(epoch)),
        }
        Ok(true)
    }

    async fn is_seen_by(&self, line: &str, viewer: UserId) -> Result<bool, ContentUnavailable> {
        let Ok(line) = line.parse::<LineId>() else {
            return Ok(false);
        };
        let Some(said) = self.said(&line).await? else {
            return Ok(false);
        };
        let now = self.0.clock.wall();
        if said.standing != Standing::Shown || !self.0.may_enter(viewer, line.room, now).await? {
            return Ok(false);
        }
        match author(&said.line) {
            Some(author) if self.is_user(author).await? => {
                Ok(self.0.sees(viewer, author, now).await?)
            }
            _ => Ok(true),
        }
    }
}

struct Stand<'a> {
    rooms: &'a MongoRooms,
    line: LineId,
    standing: Standing,
}

#[async_trait]
impl Attempt for Stand<'_> {
    type Outcome = Stood;
    type Refusal = StoreError;

    async fn run(&self, session: &mut ClientSession) -> Result<Stood, Halt<StoreError>> {
        let LineId { room, seq, line } = self.line;
        let rooms = self.rooms.rooms();
        let filter = doc! { "_id": id(room.uuid()), "state": { "$ne": form::DELETED } };
        let found = rooms
            .find_one(filter.clone())
            .projection(doc! { "epoch": 1, "chat": 1, "outbox.last": 1 })
            .session(&mut *session)
            .await?;
        let Some(found) = found else {
            return Ok(Stood::Gone);
        };
        let beside = self.rooms.mongo.collection(Collections::ROOM_CHAT_OUT);
        let mut lines = beside
            .find(out_of(room, seq))
            .sort(doc! { "place": 1 })
            .session(&mut *session)
            .await?;
        let mut out: Vec<Stored> = Vec::new();
        while let Some(stored) = lines.next(&mut *session).await {
            out.push(stored?);
        }
        let chat = chat_of(&found)?;
        let mut all = batch(shown_of(&chat, seq), &out)?;
        let place = usize::try_from(line).unwrap_or(usize::MAX);
        let Some(said) = all.get_mut(place) else {
            return Ok(Stood::Gone);
        };
        // What was removed does not come back.
        if said.standing == Standing::Removed || said.standing == self.standing {
            return Ok(Stood::Already);
        }
        let was_shown = said.standing == Standing::Shown;
        said.standing = self.standing;
        let mut key = out_of(room, seq);
        key.insert("place", number(line));
        if self.standing == Standing::Shown {
            beside.delete_one(key).session(&mut *session).await?;
        } else {
            let mut kept = said.line.clone();
            if self.standing == Standing::Removed {
                kept.text.clear();
            }
            let mut set = form::line_fields(&kept)?;
            set.insert("standing", self.standing.as_str());
            beside
                .update_one(key, doc! { "$set": set })
                .upsert(true)
                .session(&mut *session)
                .await?;
        }
        if !was_shown && self.standing != Standing::Shown {
            return Ok(Stood::Already);
        }
        let shown = all
            .into_iter()
            .filter(|said| said.standing == Standing::Shown);
        let batch: Vec<ChatLine> = shown.map(|said| said.line).collect();
        let chat = with_batch(chat, seq, batch);
        let chat: Result<Vec<_>, StoreError> = chat.iter().map(form::line).collect();
        let mut update = doc! { "$set": { "chat": chat? } };
        let epoch = fence(self.rooms, &found, &mut update).await?;
        rooms.update_one(filter, update).session(session).await?;
        Ok(Stood::From(epoch))
    }
}

/// A chat in which a batch has these lines.
fn with_batch(chat: Vec<ChatLine>, seq: u64, batch: Vec<ChatLine>) -> Vec<ChatLine> {
    let (mut before, rest): (Vec<ChatLine>, Vec<ChatLine>) =
        chat.into_iter().partition(|line| line.seq < Seq(seq));
    before.extend(batch);
    before.extend(rest.into_iter().filter(|line| line.seq > Seq(seq)));
    before
}

impl MongoRooms {
    /// Takes what a person said, and others were not to read, out of a room.
    pub(super) async fn forget_out(
        &self,
        session: &mut ClientSession,
        room: RoomId,
        person: &str,
    ) -> Result<(), Halt<StoreError>> {
        let theirs = doc! { "room": id(room.uuid()), "by": person };
        self.mongo
            .collection(Collections::ROOM_CHAT_OUT)
            .delete_many(theirs)
            .session(session)
            .await?;
        Ok(())
    }
}
