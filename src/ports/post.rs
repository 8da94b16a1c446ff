//! Where posts and comments are durable. Who may see what is decided in the store, from what people are to each other
//! at the time of reading: no service sees more than its viewer may. The writing is in `write`, what people do with
//! posts in `responses`, comments in `comments`, lists in `feeds`, single posts in `view`; what no one waits for is in
//! `upkeep`.

use crate::domain::notification::Delivery;

pub mod comments;
#[cfg(test)]
pub(crate) mod conformance;
pub mod feeds;
pub mod responses;
pub mod upkeep;
pub mod view;
pub mod write;

pub use comments::{CommentStore, CommentView, Commented, NewComment, Order, Thread};
pub use feeds::{Entry, Feed, Feeds, Place, TagFound, TagPage, TagPlace};
pub use responses::{Reacted, ResponseStore};
pub use upkeep::{PostUpkeep, REMOVED_KEPT_MS, SWEPT_AT_ONCE};
pub use view::{Counts, Mine, PostReader, PostView, Quote, Reactions};
pub use write::{NewPost, PostWriter, Rewrite};

/// Why nothing was changed, or nothing is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such post, or none the viewer may see.
    #[error("no such post")]
    NoSuchPost,
    /// There is no such comment, or none the viewer may see.
    #[error("no such comment")]
    NoSuchComment,
    /// The room is not there, or not for the viewer.
    #[error("no such room")]
    NoSuchRoom,
    /// A picture is not there, not the author's, or not good.
    #[error("a picture cannot be shown")]
    NoSuchPicture,
    /// It is somebody else's.
    #[error("somebody else's")]
    NotYours,
    /// It is other than it was when it was looked at.
    #[error("it was changed meanwhile")]
    Stale,
    /// It is out already.
    #[error("published already")]
    Published,
    /// There is nothing in it.
    #[error("nothing to publish")]
    Empty,
    /// Only what is for everybody may be passed on.
    #[error("not for everybody")]
    NotPublic,
    /// As many as may be are unpublished.
    #[error("too many drafts")]
    TooManyDrafts,
    /// As many as may be are pinned.
    #[error("too many pins")]
    TooManyPins,
    /// As many as may be are bookmarked.
    #[error("too many bookmarks")]
    TooManyBookmarks,
}

/// Why a store did not do as asked. What is refused changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum PostStoreError {
    /// It may not be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Posts cannot be reached now. Where the store is another machine, a change whose answer was lost may have been made:
    /// whoever tries again does so with the key of its request, or repeats what may be repeated.
    #[error("posts cannot be reached: {0}")]
    Unavailable(String),
}

/// What a change came to, and the notices that were written with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told<T> {
    /// What it came to.
    pub outcome: T,
    /// Who is to hear of it at once, where they are.
    pub told: Vec<Delivery>,
}

/// The whole store. Each change is one atomic step with its counts and what the rest of the world is told of it. Its
/// notices, its case at the moderators' desk and the uses of its pictures are part of that step where they are kept in the
/// same store; where they are not, that they are owed is, and they follow at once or, where theirs cannot be reached, as
/// soon as [`PostUpkeep::sweep`] reaches it.
pub trait PostStore: PostWriter + PostReader + Feeds + ResponseStore + CommentStore {}

impl<T> PostStore for T where T: PostWriter + PostReader + Feeds + ResponseStore + CommentStore {}
