//! The document of what somebody did with a thing: one form, whose key says who did what with which.
//!
//! ```text
//! _id          way:thing:person
//! what, of, user, kind, at_ms
//! by_of        its place among what was done with the thing; by_user: among what the person did
//! ```

use uuid::Uuid;

use crate::domain::id::UserId;
use crate::domain::post::ReactionKind;

/// To a post.
pub(super) const REACTION: &str = "reaction";
/// Of a post.
pub(super) const REPOST: &str = "repost";
/// Of a post.
pub(super) const BOOKMARK: &str = "bookmark";
/// A reaction to a comment.
pub(super) const OF_COMMENT: &str = "comment";

/// The key of what somebody did in a way with a thing.
pub(super) fn key(what: &str, of: Uuid, user: UserId) -> String {
    format!("{what}:{}:{}", of.as_simple(), user.uuid().as_simple())
}

/// The count of a thing it is in.
pub(super) fn counted(what: &str, kind: Option<ReactionKind>) -> String {
    match (what, kind) {
        (_, Some(kind)) => format!("counts.{}", kind.as_str()),
        (REPOST, None) => "counts.reposts".to_owned(),
        _ => "counts.bookmarks".to_owned(),
    }
}
