//! Writing posts.

use async_trait::async_trait;

use super::{PostStoreError, Told};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::moderation::Standing;
use crate::domain::post::{Audience, Content, PostState};
use crate::ports::once::{Done, Once};

/// A post to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPost {
    /// Which it is to be.
    pub id: PostId,
    /// Who writes it.
    pub author: UserId,
    /// A draft, put off, or out at once.
    pub state: PostState,
    /// For whom.
    pub audience: Audience,
    /// [`Standing::Held`] where a moderator is to look at it first.
    pub standing: Standing,
    /// What it says and shows, screened unless it is a draft.
    pub content: Content,
    /// The room to hang it in.
    pub room: Option<RoomId>,
    /// What it quotes.
    pub quote_of: Option<PostId>,
    /// When to publish it, if it is put off.
    pub publish_at: Option<WallMs>,
    /// Now.
    pub at: WallMs,
}

/// A post as it is to be from now on, made from its version `from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// Which.
    pub id: PostId,
    /// Whose.
    pub author: UserId,
    /// The version it was made from.
    pub from: u64,
    /// How far it has come; what is out stays out.
    pub state: PostState,
    /// For whom.
    pub audience: Audience,
    /// Whether a moderator is to look at it; what is held or hidden already stays so.
    pub hold: bool,
    /// What it says and shows, screened unless it is a draft.
    pub content: Content,
    /// The room to hang it in; of what is out it stays.
    pub room: Option<RoomId>,
    /// What it quotes; of what is out it stays.
    pub quote_of: Option<PostId>,
    /// When to publish it, if it is put off.
    pub publish_at: Option<WallMs>,
    /// Now.
    pub at: WallMs,
}

/// Writes posts.
#[async_trait]
pub trait PostWriter: Send + Sync {
    /// Keeps a new post. What it quotes must be visible to its author; it may hang in rooms of theirs and in those
    /// where they are an editor; its pictures are theirs. A draft or a post put off counts against
    /// [`DRAFTS_MAX`](crate::domain::post::DRAFTS_MAX).
    ///
    /// What is held gets its case when it is out: until then its author may still make it right, and nobody waits.
    ///
    /// Once it is out and shown, and never before, the rest of the world is told of it and those it names who may see
    /// it are: each once.
    async fn create(
        &self,
        new: &NewPost,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError>;

    /// Changes a post, if it still has the version the change was made from. What a published post was before is kept
    /// as a revision, at most [`EDITS_MAX`](crate::domain::post::EDITS_MAX) of them.
    async fn rewrite(
        &self,
        rewrite: &Rewrite,
        once: Option<&Once>,
    ) -> Result<Told<Done<PostId>>, PostStoreError>;

    /// What became of a request to write a post, if it has taken effect before.
    async fn written(
        &self,
        once: Option<&Once>,
        now: WallMs,
    ) -> Result<Option<Done<PostId>>, PostStoreError>;

    /// The post is gone for everybody from then on, with everything under it; the rows go later, in steps.
    async fn delete(&self, author: UserId, post: PostId, now: WallMs)
    -> Result<(), PostStoreError>;
}
