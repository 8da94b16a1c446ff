//! Uploaded pictures, as the services that show them look them up.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::domain::asset::Picture;
use crate::domain::id::AssetId;

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
