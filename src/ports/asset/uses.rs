//! Who shows pictures: for stores that keep what shows them, and not pictures.

use async_trait::async_trait;

use super::AssetsUnavailable;
use crate::domain::id::{AssetId, PostId, UserId};

/// What a post shows, as of one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostShows {
    /// Which.
    pub post: PostId,
    /// Grows with each change of what it shows or for whom: of two the greater stays, in whatever order they come.
    pub stamp: u64,
    /// Its pictures, those of its former versions among them.
    pub pictures: Vec<AssetId>,
    /// Whether they are for everybody: by the post. That its author's account is not private is asked beside it.
    pub is_public: bool,
}

/// Pictures, for whoever shows them.
#[async_trait]
pub trait PictureUses: Send + Sync {
    /// Whether these are all pictures of this person's that are good or are being looked at. Those that are do not go for
    /// want of use until [`UNUSED_KEPT_MS`](crate::domain::asset::limits::UNUSED_KEPT_MS) after: whoever is about to show
    /// them has so long to say that they do.
    async fn may_show(
        &self,
        owner: UserId,
        pictures: &[AssetId],
    ) -> Result<bool, AssetsUnavailable>;

    /// From now on a post shows these and no others. May be repeated.
    async fn post_shows(&self, shows: &PostShows) -> Result<(), AssetsUnavailable>;
}
