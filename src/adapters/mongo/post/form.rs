//! The document of a post: one form, written and read here alone.
//!
//! ```text
//! _id, author, state, audience, standing, body, tags [], room, quote      what it is
//! version, created_ms, changed_ms, publish_ms, published_ms, edited_ms, announced
//! out          its place among what is out; begun: among what its author has not published
//! due_ms       when it is to come out by itself; pinned_ms; removed_ms: since when only its record is left
//! gone         whether it is deleted; deleted_ms
//! pictured     whether it, or what it was, ever showed pictures
//! counts {comments, reposts, bookmarks, heart, ...}
//! edits [{version, audience, standing, body, tags, since_ms}]
//! last_event   its last place in the outbox
//! ```
//!
//! A field that does not apply is absent, and so is the post from the index over it.

use mongodb::bson::{Bson, Document as Stored, doc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::value::{Fields, Unfit, id, number, packed};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::post::{
    Audience, Content, Post, PostPicture, PostState, ReactionKind, Revision,
};
use crate::ports::post::{Counts, NewPost, Place, Reactions};
use crate::ports::room::StoreError;

/// What a post says and shows, as it is packed.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    text: String,
    warning: String,
    sensitive: bool,
    pictures: Vec<PostPicture>,
    given_tags: Vec<String>,
}

/// A post as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub post: Post,
    /// Of everybody.
    pub counts: Counts,
    /// Whether it, or what it was, ever showed pictures.
    pub is_pictured: bool,
    /// Since when it says what it says.
    pub changed: WallMs,
}

/// A place in a list: of one length, so that the greater one is the later one.
pub(super) fn place(at: WallMs, of: Uuid) -> String {
    format!("{:016x}{}", at.0, of.as_simple())
}

/// The same for a page's end.
pub(super) fn placed(place: Place) -> String {
    self::place(place.at, place.id.uuid())
}

/// A place read back.
pub(super) fn to_place(text: &str) -> Result<(WallMs, Uuid), Unfit> {
    let unfit = || Unfit("place".to_owned());
    let (at, of) = text.split_at_checked(16).ok_or_else(unfit)?;
    let at = u64::from_str_radix(at, 16).map_err(|_| unfit())?;
    let of = Uuid::try_parse(of).map_err(|_| unfit())?;
    Ok((WallMs(at), of))
}

/// A name that was stored.
pub(super) fn known<T: std::str::FromStr>(stored: &Stored, field: &str) -> Result<T, Unfit> {
    let name = stored.text(field)?;
    name.parse().map_err(|_| Unfit(field.to_owned()))
}

/// Everything but what feeds have no use for.
pub(super) fn fields() -> Stored {
    doc! { "edits": 0 }
}

/// A content as it is stored.
pub(super) fn body(content: &Content) -> Result<Bson, StoreError> {
    let content = content.clone();
    packed(&Body {
        text: content.text,
        warning: content.warning,
        sensitive: content.sensitive,
        pictures: content.pictures,
        given_tags: content.given_tags,
    })
}

fn content(stored: &Stored) -> Result<Content, Unfit> {
    let body: Body = stored.unpacked("body")?;
    Ok(Content {
        text: body.text,
        warning: body.warning,
        sensitive: body.sensitive,
        pictures: body.pictures,
        given_tags: body.given_tags,
    })
}

fn tags(stored: &Stored) -> Result<Vec<String>, Unfit> {
    let unfit = || Unfit("tags".to_owned());
    let tags = stored.get_array("tags").map_err(|_| unfit())?;
    let tags = tags.iter().map(|tag| tag.as_str().map(str::to_owned));
    tags.map(|tag| tag.ok_or_else(unfit)).collect()
}

/// A new post.
pub(super) fn new(new: &NewPost, tags: &[String]) -> Result<Stored, StoreError> {
    let mut stored = doc! {
        "_id": id(new.id.uuid()),
        "author": id(new.author.uuid()),
        "state": new.state.as_str(),
        "audience": new.audience.as_str(),
        "standing": new.standing.as_str(),
        "body": body(&new.content)?,
        "tags": tags,
        "version": 1_i64,
        "created_ms": number(new.at.0),
        "changed_ms": number(new.at.0),
        "announced": false,
        "pictured": !new.content.pictures.is_empty(),
        "gone": false,
        "counts": {},
        "edits": [],
        "last_event": 0_i64,
    };
    if let Some(room) = new.room {
        stored.insert("room", id(room.uuid()));
    }
    if let Some(quote) = new.quote_of {
        stored.insert("quote", id(quote.uuid()));
    }
    let stand = Stand {
        id: new.id,
        state: new.state,
        created: new.at,
        publish_at: new.publish_at,
        published: (new.state == PostState::Published).then_some(new.at),
    };
    let (set, _) = stand.fields();
    stored.extend(set);
    Ok(stored)
}

/// In which lists a post stands.
pub(super) struct Stand {
    pub id: PostId,
    pub state: PostState,
    pub created: WallMs,
    pub publish_at: Option<WallMs>,
    pub published: Option<WallMs>,
}

impl Stand {
    /// The fields it has, and those it has not.
    pub fn fields(&self) -> (Stored, Stored) {
        let (mut set, mut unset) = (Stored::new(), Stored::new());
        let is_out = self.state == PostState::Published;
        let mut put = |name: &str, value: Option<Bson>| match value {
            Some(value) => set.insert(name, value),
            None => unset.insert(name, ""),
        };
        let out = self.published.filter(|_| is_out);
        let of = self.id.uuid();
        put("out", out.map(|at| place(at, of).into()));
        put("begun", (!is_out).then(|| place(self.created, of).into()));
        let due = self
            .publish_at
            .filter(|_| self.state == PostState::Scheduled);
        put("due_ms", due.map(|at| number(at.0)));
        put("publish_ms", self.publish_at.map(|at| number(at.0)));
        put("published_ms", self.published.map(|at| number(at.0)));
        (set, unset)
    }
}

/// What a post was, as one of its former versions.
pub(super) fn former(kept: &Kept) -> Result<Stored, StoreError> {
    let post = &kept.post;
    Ok(doc! {
        "version": number(post.version),
        "audience": post.audience.as_str(),
        "standing": post.standing.as_str(),
        "body": body(&post.content)?,
        "tags": post.tags.clone(),
        "since_ms": number(kept.changed.0),
    })
}

/// A former version, for whom it was and in what standing.
pub(super) struct Former {
    pub revision: Revision,
    pub audience: Audience,
    pub is_shown: bool,
}

/// The former versions a document holds.
pub(super) fn formers(stored: &Stored) -> Result<Vec<Former>, Unfit> {
    let edits = stored.list("edits")?.into_iter();
    let formers = edits.map(|edit| {
        let mut content = content(edit)?;
        content.given_tags = Vec::new();
        Ok(Former {
            revision: Revision {
                version: edit.number("version")?,
                content,
                tags: tags(edit)?,
                since: WallMs(edit.number("since_ms")?),
            },
            audience: known(edit, "audience")?,
            is_shown: edit.text("standing")? == "shown",
        })
    });
    formers.collect()
}

/// How many reactions of each kind a document counts.
pub(super) fn reactions(counts: &Stored) -> Result<Reactions, Unfit> {
    let mut reactions = Reactions::default();
    for (count, kind) in reactions.0.iter_mut().zip(ReactionKind::ALL) {
        *count = self::count(counts, kind.as_str())?;
    }
    Ok(reactions)
}

/// One of the counts of a document; what was never counted is not there.
pub(super) fn count(counts: &Stored, name: &str) -> Result<u32, Unfit> {
    let count = counts.maybe_number(name)?.unwrap_or(0);
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A post read back.
pub(super) fn to_kept(stored: &Stored) -> Result<Kept, Unfit> {
    let wall = |name: &str| -> Result<Option<WallMs>, Unfit> {
        Ok(stored.maybe_number(name)?.map(WallMs))
    };
    let post = Post {
        id: PostId::from_uuid(stored.uuid("_id")?),
        author: UserId::from_uuid(stored.uuid("author")?),
        state: known(stored, "state")?,
        audience: known(stored, "audience")?,
        standing: known(stored, "standing")?,
        content: content(stored)?,
        tags: tags(stored)?,
        room: stored.maybe_uuid("room")?.map(RoomId::from_uuid),
        quote_of: stored.maybe_uuid("quote")?.map(PostId::from_uuid),
        is_pinned: stored.maybe_number("pinned_ms")?.is_some(),
        version: stored.number("version")?,
        created: WallMs(stored.number("created_ms")?),
        publish_at: wall("publish_ms")?,
        published: wall("published_ms")?,
        edited: wall("edited_ms")?,
    };
    let counts = stored.within("counts")?;
    Ok(Kept {
        counts: Counts {
            comments: count(counts, "comments")?,
            reposts: count(counts, "reposts")?,
            reactions: reactions(counts)?,
            bookmarks: Some(count(counts, "bookmarks")?),
        },
        is_pictured: stored.flag("pictured")?,
        changed: WallMs(stored.number("changed_ms")?),
        post,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_ordered_as_times_and_ids_are() {
        let (one, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let places = [
            place(WallMs(9), other),
            place(WallMs(10), one),
            place(WallMs(10), other),
            place(WallMs(u64::MAX), Uuid::nil()),
        ];
        assert!(places.is_sorted());
        assert_eq!(to_place(&places[1]).unwrap(), (WallMs(10), one));
        assert!(to_place("10").is_err() && to_place(&"é".repeat(40)).is_err());
    }
}
