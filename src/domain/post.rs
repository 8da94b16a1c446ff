//! What people write: posts and the comments on them, and what happens to them.

mod comment;
mod content;
mod event;
pub mod tag;
mod text;

use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clock::WallMs;
use super::id::{CommentId, PostId};

pub use comment::{Comment, CommentRevision, DEPTH_MAX};
pub use content::{BadContent, Content, Post, PostPicture, Revision};
pub use event::PostEvent;
pub use text::{Alt, CommentText, PostText, Warning};

/// The longest post, in Unicode scalar values.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// The most lines of a post.
pub const TEXT_LINES_MAX: usize = 100;

/// The longest comment, in Unicode scalar values.
pub const COMMENT_CHARS_MAX: usize = 500;

/// The most lines of a comment.
pub const COMMENT_LINES_MAX: usize = 20;

/// The longest content warning, in Unicode scalar values.
pub const WARNING_CHARS_MAX: usize = 100;

/// The longest words for a picture, in Unicode scalar values.
pub const ALT_CHARS_MAX: usize = 500;

/// The most pictures of a post.
pub const PICTURES_MAX: usize = 10;

/// The most people who are told that one post, or one comment, names them.
pub const MENTIONS_MAX: usize = 20;

/// Former versions kept of a post, and of a comment; the oldest give way.
pub const EDITS_MAX: u32 = 20;

/// The most posts one may pin.
pub const PINS_MAX: u32 = 3;

/// The most posts one may have written without publishing them.
pub const DRAFTS_MAX: u32 = 100;

/// The most posts one may have bookmarked.
pub const BOOKMARKS_MAX: u32 = 10_000;

/// The furthest a post may be put off: a year.
pub const PUT_OFF_MS_MAX: u64 = 366 * 24 * 60 * 60 * 1_000;

/// Whether a post may be published by itself then: later than now, and not too far away.
pub fn may_publish_at(then: WallMs, now: WallMs) -> bool {
    now < then && then.0 - now.0 <= PUT_OFF_MS_MAX
}

macro_rules! names {
    ($(#[$about:meta])+ $name:ident { $($(#[$meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])+
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name {$($(#[$meta])* $variant,)+}

        impl $name {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name in stores and on REST.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$variant => $text,)+}
            }
        }

        impl FromStr for $name {
            type Err = NoSuchName;

            fn from_str(text: &str) -> Result<Self, NoSuchName> {
                let mut all = Self::ALL.iter();
                all.find(|known| known.as_str() == text).copied().ok_or(NoSuchName)
            }
        }
    };
}

/// The text names none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct NoSuchName;

names! {
    /// For whom a post is. Public posts of a private account are for its followers.
    Audience {
        /// For everybody.
        Public = "public",
        /// For followers.
        Followers = "followers",
        /// For ties.
        Ties = "ties",
        /// For its author alone.
        Private = "private",
    }
}

names! {
    /// How far a post has come.
    PostState {
        /// Its author writes on.
        Draft = "draft",
        /// It is published by itself when its time has come.
        Scheduled = "scheduled",
        /// It is out.
        Published = "published",
    }
}

names! {
    /// A reaction. Clients rely on the texts: add, never change.
    ReactionKind {
        /// Love.
        Heart = "heart",
        /// It is funny.
        Laugh = "laugh",
        /// It astonishes.
        Wow = "wow",
        /// It saddens.
        Sad = "sad",
        /// Go on.
        Cheer = "cheer",
        /// Thank you.
        Thanks = "thanks",
    }
}

/// What one reacts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reactable {
    /// A post.
    Post(PostId),
    /// A comment on one.
    Comment(CommentId),
}

/// How many kinds of reactions there are.
pub const REACTION_KINDS: usize = ReactionKind::ALL.len();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for kind in ReactionKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        for audience in Audience::ALL {
            assert_eq!(audience.as_str().parse(), Ok(*audience));
        }
        for state in PostState::ALL {
            assert_eq!(state.as_str().parse(), Ok(*state));
        }
        assert_eq!("poke".parse::<ReactionKind>(), Err(NoSuchName));
    }

    #[test]
    fn a_post_is_put_off_into_the_near_future() {
        let now = WallMs(1_000);
        assert!(!may_publish_at(now, now) && may_publish_at(WallMs(1_001), now));
        assert!(may_publish_at(WallMs(1_000 + PUT_OFF_MS_MAX), now));
        assert!(!may_publish_at(WallMs(1_001 + PUT_OFF_MS_MAX), now));
    }
}
