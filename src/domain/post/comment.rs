//! A comment on a post.

use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId};
use crate::domain::moderation::Standing;

/// How deep answers to answers are shown, the comment at the top being 0. Deeper ones are listed beside what they
/// answer, and still say what that is.
pub const DEPTH_MAX: u32 = 3;

/// A comment, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Which.
    pub id: CommentId,
    /// On what.
    pub post: PostId,
    /// What it answers; none: the post itself.
    pub parent: Option<CommentId>,
    /// At the top of its thread.
    pub root: CommentId,
    /// How deep it is shown.
    pub depth: u32,
    /// Empty where only its place is left.
    pub text: String,
    /// Whether it may be shown.
    pub standing: Standing,
    /// Grows with each change of it.
    pub version: u64,
    /// When it was written.
    pub at: WallMs,
    /// When it was changed last.
    pub edited: Option<WallMs>,
}

/// What a comment said before it was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentRevision {
    /// The version of the comment that this was.
    pub version: u64,
    /// What it said.
    pub text: String,
    /// Since when it said so.
    pub since: WallMs,
}
