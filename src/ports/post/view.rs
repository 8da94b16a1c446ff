//! Posts as somebody may see them.

use async_trait::async_trait;

use super::PostStoreError;
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, UserId};
use crate::domain::post::{Post, REACTION_KINDS, ReactionKind, Revision};
use crate::domain::user::User;

/// How many reactions of each kind, in the order of [`ReactionKind::ALL`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reactions(pub [u32; REACTION_KINDS]);

impl Reactions {
    /// How many of a kind.
    pub fn of(&self, kind: ReactionKind) -> u32 {
        self.0.get(kind as usize).copied().unwrap_or(0)
    }

    /// Fewer of a kind.
    pub fn less(&mut self, kind: ReactionKind, count: u32) {
        if let Some(known) = self.0.get_mut(kind as usize) {
            *known = known.saturating_sub(count);
        }
    }
}

/// How many of what a post has, without those of people who are not there for the viewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Comments, answers to them among them: neither deleted nor withheld.
    pub comments: u32,
    /// Who passed it on.
    pub reposts: u32,
    /// Reactions by kind.
    pub reactions: Reactions,
    /// Who bookmarked it; for its author alone.
    pub bookmarks: Option<u32>,
}

/// What the viewer did with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mine {
    /// Their reaction.
    pub reaction: Option<ReactionKind>,
    /// Whether they bookmarked it.
    pub bookmarked: bool,
    /// Whether they passed it on.
    pub reposted: bool,
}

/// What a post quotes, for the viewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quote {
    /// Nothing.
    None,
    /// Something that is not there for them.
    Unavailable,
    /// This. What it quotes itself is not told.
    Of(Box<(Post, User)>),
}

/// A post as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostView {
    /// The post.
    pub post: Post,
    /// Who wrote it.
    pub author: User,
    /// How many of what it has.
    pub counts: Counts,
    /// What the viewer did with it.
    pub mine: Mine,
    /// What it quotes.
    pub quote: Quote,
    /// The word for which the viewer would rather not see it; services fill it in.
    pub muted: Option<String>,
}

/// Looks posts up.
///
/// A viewer sees posts that are out and shown, of people who are there for them: neither closed nor suspended, with no
/// block between the two. A public one if the account is not private or they follow it; one for followers if they
/// follow; one for ties if they are tied. Their own they see in any state and standing.
#[async_trait]
pub trait PostReader: Send + Sync {
    /// The post, if the viewer may see it.
    async fn post(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<PostView, PostStoreError>;

    /// What a published post was before, the newest first, before a version: as far as the viewer might have seen it
    /// then, by for whom and in what standing it was.
    async fn revisions(
        &self,
        id: PostId,
        viewer: Option<UserId>,
        now: WallMs,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>, PostStoreError>;
}
