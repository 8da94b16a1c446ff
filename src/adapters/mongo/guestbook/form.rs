//! The document of an entry or a reply: one form, written and read here alone.
//!
//! ```text
//! _id, room, author, text, is_secret, standing, version, created_ms, edited_ms   what it is
//! is_reply, parent, thread_author   what it replies to, and who wrote that; an entry's own author
//! is_hidden                         whether the room's owner has put it out of sight
//! is_announced                      whether it was told of: what is held is told of when it is let through
//! gone                              deleted, and kept until nothing is owed for it
//! owes [], owed_ms                  what other stores are to hear, and since when
//! turns                             grows with each reply, so that two at once wait for each other
//! ```

use mongodb::bson::{Bson, Document as Stored, doc};

use super::super::value::{Fields, Unfit, id, number};
use crate::domain::clock::WallMs;
use crate::domain::id::{EntryId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::version::Version;
use crate::ports::guestbook::{EntryPlace, NewEntry};

/// What other stores are to hear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owed {
    /// It waits for a moderator.
    Hold,
    /// It is there.
    Tell,
    /// What was told of it is shown no more, or again.
    Notices,
}

impl Owed {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Tell => "tell",
            Self::Notices => "notices",
        }
    }
}

/// An entry as it is, whoever may see it.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub id: EntryId,
    pub room: RoomId,
    pub author: UserId,
    pub parent: Option<EntryId>,
    /// Who wrote the entry it is, or replies to.
    pub thread_author: UserId,
    pub text: String,
    pub is_secret: bool,
    pub standing: Standing,
    pub is_hidden: bool,
    pub is_announced: bool,
    pub version: Version,
    pub created: WallMs,
    pub edited: Option<WallMs>,
    pub is_gone: bool,
    pub owes: Vec<String>,
}

impl Kept {
    /// The entry it is, or replies to.
    pub fn thread(&self) -> EntryId {
        self.parent.unwrap_or(self.id)
    }

    pub const fn place(&self) -> EntryPlace {
        EntryPlace {
            at: self.created,
            id: self.id,
        }
    }

    /// Who is told of it, in the room of this owner.
    pub fn receivers(&self, owner: UserId) -> Vec<UserId> {
        let above = self.parent.map(|_| self.thread_author);
        let owner = Some(owner).filter(|owner| above != Some(*owner));
        let all = above.into_iter().chain(owner);
        all.filter(|to| *to != self.author).collect()
    }

    pub fn owes(&self, what: Owed) -> bool {
        self.owes.iter().any(|owed| owed == what.as_str())
    }
}

/// A new one, into this room, beneath this entry.
pub(super) fn new(
    entry: &NewEntry,
    room: RoomId,
    parent: Option<&Kept>,
    is_secret: bool,
) -> Stored {
    let is_shown = entry.standing == Standing::Shown;
    let thread_author = parent.map_or(entry.author, |parent| parent.author);
    let mut stored = doc! {
        "_id": id(entry.id.uuid()),
        "room": id(room.uuid()),
        "author": id(entry.author.uuid()),
        "is_reply": parent.is_some(),
        "thread_author": id(thread_author.uuid()),
        "text": entry.text.as_str(),
        "is_secret": is_secret,
        "standing": entry.standing.as_str(),
        "is_hidden": false,
        "is_announced": is_shown,
        "version": 1_i64,
        "created_ms": number(entry.at.0),
        "gone": false,
        "turns": 0_i64,
        "owes": [if is_shown { Owed::Tell } else { Owed::Hold }.as_str()],
        "owed_ms": number(entry.at.0.max(1)),
    };
    if let Some(parent) = parent {
        stored.insert("parent", id(parent.id.uuid()));
    }
    stored
}

/// An update to these values, after which this is owed.
pub(super) fn owing(set: Stored, owed: &[Owed], now: WallMs) -> Stored {
    let mut update = doc! { "$set": set };
    if !owed.is_empty() {
        let owed: Vec<Bson> = owed.iter().map(|owed| owed.as_str().into()).collect();
        update.insert("$addToSet", doc! { "owes": { "$each": owed } });
        update.insert("$max", doc! { "owed_ms": number(now.0.max(1)) });
    }
    update
}

/// One that was stored.
pub(super) fn to_kept(stored: &Stored) -> Result<Kept, Unfit> {
    let unfit = |name: &str| Unfit(name.to_owned());
    let standing = stored.text("standing")?.parse();
    let owes = stored.get_array("owes").map_err(|_| unfit("owes"))?;
    let owes = owes.iter().map(|owed| owed.as_str().map(str::to_owned));
    let owes: Option<Vec<String>> = owes.collect();
    Ok(Kept {
        id: EntryId::from_uuid(stored.uuid("_id")?),
        room: RoomId::from_uuid(stored.uuid("room")?),
        author: UserId::from_uuid(stored.uuid("author")?),
        parent: stored.maybe_uuid("parent")?.map(EntryId::from_uuid),
        thread_author: UserId::from_uuid(stored.uuid("thread_author")?),
        text: stored.text("text")?.to_owned(),
        is_secret: stored.flag("is_secret")?,
        standing: standing.map_err(|_| unfit("standing"))?,
        is_hidden: stored.flag("is_hidden")?,
        is_announced: stored.flag("is_announced")?,
        version: Version(stored.number("version")?),
        created: WallMs(stored.number("created_ms")?),
        edited: stored.maybe_number("edited_ms")?.map(WallMs),
        is_gone: stored.flag("gone")?,
        owes: owes.ok_or_else(|| unfit("owes"))?,
    })
}
