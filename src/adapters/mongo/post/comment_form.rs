//! The document of a comment: one form, written and read here alone.
//!
//! ```text
//! _id, post, author, parent, root, depth     what it is; without an author only its place is left
//! under        below which it is listed: a comment or, at the top, the post; place: its place there
//! path         the ids from the root to here as they are listed: what is below begins with it
//! text, standing, version, created_ms, edited_ms, announced
//! gone         whether it is deleted; unswept: whether what is left of it is to be looked at
//! counts {replies, heart, ...}
//! edits [{version, standing, text, since_ms}]
//! ```

use mongodb::bson::{Document as Stored, doc};
use uuid::Uuid;

use super::super::value::{Fields, Unfit, id, number};
use super::form::{self, known};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::post::{Comment, CommentRevision, DEPTH_MAX};
use crate::ports::post::{NewComment, Reactions};

/// Digits of one id in a path.
const ID_DIGITS: usize = 32;

/// A comment as it is kept.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub comment: Comment,
    pub author: Option<UserId>,
    pub is_gone: bool,
    pub under: Uuid,
    pub path: String,
    pub place: String,
    pub replies: u32,
    pub reactions: Reactions,
}

/// Everything but what threads have no use for.
pub(super) fn fields() -> Stored {
    doc! { "edits": 0 }
}

/// A new comment, below what it answers.
pub(super) fn new(new: &NewComment, above: Option<&Said>, is_announced: bool) -> Stored {
    let own = new.id.uuid().as_simple().to_string();
    let (root, under, depth, path) = match above {
        Some(above) if above.comment.depth < DEPTH_MAX => (
            above.comment.root.uuid(),
            above.comment.id.uuid(),
            above.comment.depth + 1,
            format!("{}{own}", above.path),
        ),
        // Beside what it answers: in the place of the last of its path.
        Some(above) => {
            let length = above.path.len().saturating_sub(ID_DIGITS);
            let before = above.path.get(..length).unwrap_or_default();
            (
                above.comment.root.uuid(),
                above.under,
                above.comment.depth,
                format!("{before}{own}"),
            )
        }
        None => (new.id.uuid(), new.post.uuid(), 0, own),
    };
    let mut stored = doc! {
        "_id": id(new.id.uuid()),
        "post": id(new.post.uuid()),
        "author": id(new.author.uuid()),
        "root": id(root),
        "under": id(under),
        "depth": i64::from(depth),
        "path": path,
        "place": form::place(new.at, new.id.uuid()),
        "text": &new.text,
        "standing": new.standing.as_str(),
        "version": 1_i64,
        "created_ms": number(new.at.0),
        "announced": is_announced,
        "gone": false,
        "counts": {},
        "edits": [],
    };
    if let Some(parent) = new.parent {
        stored.insert("parent", id(parent.uuid()));
    }
    stored
}

/// What a comment said, as one of its former versions.
pub(super) fn former(comment: &Comment) -> Stored {
    doc! {
        "version": number(comment.version),
        "standing": comment.standing.as_str(),
        "text": &comment.text,
        "since_ms": number(comment.edited.unwrap_or(comment.at).0),
    }
}

/// The former versions a document holds, and whether each was shown.
pub(super) fn formers(stored: &Stored) -> Result<Vec<(CommentRevision, bool)>, Unfit> {
    let edits = stored.list("edits")?.into_iter();
    let formers = edits.map(|edit| {
        let revision = CommentRevision {
            version: edit.number("version")?,
            text: edit.text("text")?.to_owned(),
            since: WallMs(edit.number("since_ms")?),
        };
        Ok((revision, edit.text("standing")? == "shown"))
    });
    formers.collect()
}

/// A comment read back.
pub(super) fn to_said(stored: &Stored) -> Result<Said, Unfit> {
    let depth = stored.number("depth")?;
    let comment = Comment {
        id: CommentId::from_uuid(stored.uuid("_id")?),
        post: PostId::from_uuid(stored.uuid("post")?),
        parent: stored.maybe_uuid("parent")?.map(CommentId::from_uuid),
        root: CommentId::from_uuid(stored.uuid("root")?),
        depth: u32::try_from(depth).map_err(|_| Unfit("depth".to_owned()))?,
        text: stored.text("text")?.to_owned(),
        standing: known(stored, "standing")?,
        version: stored.number("version")?,
        at: WallMs(stored.number("created_ms")?),
        edited: stored.maybe_number("edited_ms")?.map(WallMs),
    };
    let counts = stored.within("counts")?;
    Ok(Said {
        comment,
        author: stored.maybe_uuid("author")?.map(UserId::from_uuid),
        is_gone: stored.flag("gone")?,
        under: stored.uuid("under")?,
        path: stored.text("path")?.to_owned(),
        place: stored.text("place")?.to_owned(),
        replies: form::count(counts, "replies")?,
        reactions: form::reactions(counts)?,
    })
}
