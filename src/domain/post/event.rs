//! What a post tells the rest of the world: feeds, rankings, search.

use serde::{Deserialize, Serialize};

use crate::domain::clock::WallMs;
use crate::domain::id::{CommentId, RoomId, UserId};

/// Something that happened to a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PostEvent {
    /// It is there for others to see.
    PostPublished {
        /// Who wrote it.
        by: UserId,
        /// The room it hangs in, if any.
        room: Option<RoomId>,
        /// Its tags, normalised.
        tags: Vec<String>,
        /// Whether everybody may see it.
        public: bool,
        /// When.
        at: WallMs,
    },
    /// It is other than it was, or others may see it. One that comes later says all that one before said.
    PostChanged {
        /// The post's version; consumers ignore one they have seen.
        version: u64,
    },
    /// It is gone.
    PostDeleted {},
    /// Somebody commented on it.
    PostCommented {
        /// Who.
        by: UserId,
        /// What they wrote.
        comment: CommentId,
        /// When.
        at: WallMs,
    },
    /// Somebody reacted to it.
    PostReacted {
        /// Who.
        by: UserId,
        /// When.
        at: WallMs,
    },
    /// Somebody passed it on.
    PostReposted {
        /// Who.
        by: UserId,
        /// When.
        at: WallMs,
    },
}
