//! Lists of people, in pages that stay where they were while people come and go.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::RelationsUnavailable;
use crate::domain::clock::WallMs;
use crate::domain::id::UserId;
use crate::domain::user::User;

/// A list of people about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// Who follows them.
    Followers,
    /// Whom they follow.
    Following,
    /// Who asks to follow them.
    FollowRequests,
    /// Whom the viewer follows of those who follow them.
    FamiliarFollowers,
    /// Whom they block.
    Blocks,
    /// Whom they mute at this time.
    Mutes,
    /// Their ties.
    Ties,
    /// Who asks them for a tie.
    TieRequests,
    /// Who wrote a line on their profile.
    Testimonials,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 9] = [
        Self::Followers,
        Self::Following,
        Self::FollowRequests,
        Self::FamiliarFollowers,
        Self::Blocks,
        Self::Mutes,
        Self::Ties,
        Self::TieRequests,
        Self::Testimonials,
    ];
}

/// An entry's place in its list: the newest come first, and of those of one moment the greater id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Since when it is so.
    pub at: WallMs,
    /// With whom.
    pub id: UserId,
}

/// One person of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub user: User,
    /// Since when.
    pub at: WallMs,
    /// Mutes: when it ends by itself.
    pub until: Option<WallMs>,
    /// Ties: the name they were given. Testimonials: none.
    pub nickname_mine: Option<String>,
    /// Ties and requests for one: the name they give.
    pub nickname_theirs: Option<String>,
    /// Testimonials: the line.
    pub text: Option<String>,
}

impl Entry {
    /// Where it is in its list.
    pub const fn place(&self) -> Place {
        Place {
            at: self.at,
            id: self.user.id,
        }
    }
}

/// Lists of people. Whoever the viewer must not see or be seen by, and whoever has closed their account, is left out of
/// all but their own blocks.
#[async_trait]
pub trait RelationLists: Send + Sync {
    /// A page of a list about `of` as `viewer` may see it at this time, after a place.
    async fn list(
        &self,
        list: List,
        of: UserId,
        viewer: Option<UserId>,
        now: WallMs,
        after: Option<Place>,
        limit: u32,
    ) -> Result<Vec<Entry>, RelationsUnavailable>;
}
