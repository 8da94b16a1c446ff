//! Lists of posts.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{PostStoreError, PostView};
use crate::domain::clock::WallMs;
use crate::domain::id::{PostId, RoomId, UserId};
use crate::domain::user::User;

/// A list of posts, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Feed {
    /// The viewer's own, those of people they follow, and what these passed on: each post once, where it is by one of
    /// them at its own time, else at the time when the first of them passed it on.
    Following,
    /// Public ones.
    Newest,
    /// Those of a tag, as it is compared.
    Tag(String),
    /// Those of a person, and what they passed on.
    Of(UserId),
    /// Those that hang in a room.
    Room(RoomId),
    /// Those the viewer has bookmarked, by when they did.
    Bookmarks,
    /// The viewer's own that are not out, by when they were begun.
    Unpublished,
}

/// A place in a list: nothing that comes later moves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// When the entry came in.
    pub at: WallMs,
    /// Its post.
    pub id: PostId,
}

/// A post in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The post.
    pub view: PostView,
    /// When it came in.
    pub at: WallMs,
    /// Who passed it on, where that is why.
    pub reposted_by: Option<User>,
}

impl Entry {
    /// Where it stands.
    pub const fn place(&self) -> Place {
        Place {
            at: self.at,
            id: self.view.post.id,
        }
    }
}

/// A tag, and how many posts of it the viewer finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFound {
    /// As it is compared.
    pub name: String,
    /// At most [`TAG_POSTS_MAX`]; fewer than there are where very many are not for the viewer.
    pub posts: u32,
}

/// A place in the list of tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagPlace {
    /// The tag up to which was looked.
    pub name: String,
    /// Up to which of its posts, where none of those before was for the viewer; none: it is done with.
    pub inside: Option<Place>,
}

/// Some tags, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagPage {
    /// By name.
    pub tags: Vec<TagFound>,
    /// The place up to which there was looked, where there may be more.
    pub next: Option<TagPlace>,
}

/// Posts of a tag are counted up to this.
pub const TAG_POSTS_MAX: u32 = 100;

/// Posts that are not for the viewer and are passed over for one page of tags. Beyond, the page is shorter than asked
/// for, and the next one goes on behind it.
pub const TAG_POSTS_PASSED_MAX: u32 = 500;

/// Looks lists of posts up. Each holds what the viewer may see, as [`PostReader`](super::PostReader) says, and nothing
/// of people they mute, but in lists of one person or of their own. There nobody else's post either that quotes somebody
/// they mute, or with whom there is a block. A list is full as long as there is more.
#[async_trait]
pub trait Feeds: Send + Sync {
    /// Posts after a place.
    async fn feed(
        &self,
        feed: &Feed,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Entry>, PostStoreError>;

    /// What somebody has pinned, the latest first.
    async fn pinned(
        &self,
        author: UserId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError>;

    /// Those of these posts that are out, that the viewer may see, and that are neither by nor quote people they do not
    /// want, in this order.
    async fn those(
        &self,
        posts: &[PostId],
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<Vec<PostView>, PostStoreError>;

    /// Tags that begin so, by name, after a place: those the viewer finds posts of. What it takes is bounded, however
    /// many posts and tags are not for them: see [`TAG_POSTS_PASSED_MAX`].
    async fn tags(
        &self,
        beginning: &str,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<&TagPlace>,
        limit: u32,
    ) -> Result<TagPage, PostStoreError>;

    /// Whether the viewer may look into a room: its own people always, others as its visibility says.
    async fn sees_room(
        &self,
        room: RoomId,
        viewer: Option<UserId>,
        now: WallMs,
    ) -> Result<bool, PostStoreError>;
}
