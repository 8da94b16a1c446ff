//! Uploaded pictures, as the services that show them look them up.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::domain::asset::Picture;
use crate::domain::id::{AssetId, UserId};

#[cfg(test)]
pub(crate) mod conformance;
mod decoder;
mod owners;
mod store;
mod unfinished;
mod uses;
mod work;

pub use decoder::{Decoded, DecoderUnavailable, Made, MadeVariant, PictureDecoder};
pub use owners::{OwnerPrivacy, PictureOwners};
pub use store::{
    Added, Allowance, AssetStore, AvatarSet, Described, NewAsset, Served, TakenDown, Words,
};
pub use unfinished::{GivenUp, Unfinished};
pub use uses::{PictureUses, PostShows};
pub use work::{AssetWork, LET_GO_MS, LetGo, Purge, PurgeQueue, Settled, Waiting, Wake};

/// Pictures cannot be looked up now.
#[derive(Debug, thiserror::Error)]
#[error("pictures cannot be reached: {0}")]
pub struct AssetsUnavailable(pub String);

/// Looks pictures up.
#[async_trait]
pub trait AssetReader: Send + Sync {
    /// Those of these that can be shown: not while they are being looked at, nor once they are taken down or gone.
    async fn pictures(
        &self,
        ids: &[AssetId],
    ) -> Result<BTreeMap<AssetId, Picture>, AssetsUnavailable>;
}

/// Looks up which pictures people have chosen for themselves.
#[async_trait]
pub trait AvatarReader: Send + Sync {
    /// The pictures of those of these who have one that can be shown.
    async fn avatars(
        &self,
        users: &[UserId],
    ) -> Result<BTreeMap<UserId, Picture>, AssetsUnavailable>;
}
