//! Comments in threads.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{PostStoreError, Reactions, Told};
use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, PostId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Comment, CommentRevision, ReactionKind};
use crate::domain::user::User;
use crate::domain::version::Expected;
use crate::ports::once::{Done, Once};

/// A comment to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// Which it is to be.
    pub id: CommentId,
    /// On what.
    pub post: PostId,
    /// What it answers, on the same post.
    pub parent: Option<CommentId>,
    /// Who writes it.
    pub author: UserId,
    /// What it says, screened.
    pub text: String,
    /// [`Standing::Held`] where a moderator is to look at it first.
    pub standing: Standing,
    /// Now.
    pub at: WallMs,
}

/// A comment as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentView {
    /// The comment; without its text where only its place is left for the viewer.
    pub comment: Comment,
    /// Who wrote it; none where only its place is left.
    pub author: Option<User>,
    /// Answers that are listed below it, without those of people who are not there for the viewer.
    pub replies: u32,
    /// Reactions by kind, likewise.
    pub reactions: Reactions,
    /// The viewer's reaction.
    pub mine: Option<ReactionKind>,
    /// The word for which the viewer would rather not see it; services fill it in.
    pub muted: Option<String>,
}

/// Which comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thread {
    /// Those at the top, of a post.
    Of(PostId),
    /// Those listed below a comment.
    Below(CommentId),
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they were written.
    Oldest,
    /// The other way.
    Newest,
}

/// A place in a list of comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commented {
    /// When it was written.
    pub at: WallMs,
    /// Which.
    pub id: CommentId,
}

/// Comments. They are seen by who may see the post, unless their author is not there for the viewer, or they are
/// withheld or deleted; of such a one the place is left while answers to it are seen.
#[async_trait]
pub trait CommentStore: Send + Sync {
    /// Keeps a comment. Once it is shown, and never before, the author of the post, of what it answers, and whom it
    /// names hear of it, as far as they may see it.
    async fn comment(
        &self,
        new: &NewComment,
        once: Option<&Once>,
    ) -> Result<Told<Done<CommentId>>, PostStoreError>;

    /// What became of a request to comment, if it has taken effect before.
    async fn commented(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<CommentId>>, PostStoreError>;

    /// One comment, if the viewer sees its text.
    async fn one_comment(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<CommentView, PostStoreError>;

    /// Comments after a place.
    async fn comments(
        &self,
        thread: Thread,
        order: Order,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Commented>,
        limit: u32,
    ) -> Result<Vec<CommentView>, PostStoreError>;

    /// What a comment said before, the newest first, before a version: to its author all of it, to others who see its
    /// text as far as it was shown.
    async fn comment_revisions(
        &self,
        id: CommentId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<CommentRevision>, PostStoreError>;

    /// Changes what one's own comment says. What it said before is kept, at most
    /// [`EDITS_MAX`](crate::domain::post::EDITS_MAX) versions of it.
    async fn change_comment(
        &self,
        author: UserId,
        id: CommentId,
        text: &str,
        hold: bool,
        expected: &Expected,
        now: WallMs,
    ) -> Result<Told<()>, PostStoreError>;

    /// Deletes a comment: its author may, and the author of the post.
    async fn delete_comment(
        &self,
        by: UserId,
        id: CommentId,
        now: WallMs,
    ) -> Result<(), PostStoreError>;
}
