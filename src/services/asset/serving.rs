//! Who gets the bytes of a picture.

use std::ops::Range;

use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResult, ObjectStore};

use super::{AssetError, AssetService};
use crate::domain::asset::{LinkRefused, Variant, VariantName, media_path, stored_place};
use crate::domain::id::AssetId;

/// A size of a picture that may be given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its bytes.
    pub variant: Variant,
    /// Its address, as it is given out, without what signs it.
    pub path: String,
    /// For how long whoever has it may keep it, in seconds; none: for ever, and anybody may.
    pub kept_seconds: Option<u64>,
}

impl AssetService {
    /// A size of a picture, for whoever has the right link. `signed` is its end, in seconds, and its signature.
    pub async fn open(
        &self,
        id: AssetId,
        name: VariantName,
        sha256: &str,
        signed: Option<(u64, &str)>,
    ) -> Result<Opened, AssetError> {
        let now = self.clock.wall();
        let served = self.parts.store.served(id, name, now).await?;
        let served = served.ok_or(AssetError::NotThere)?;
        let path = media_path(id, name, &served.variant.sha256);
        if path.rsplit('/').next() != Some(format!("{sha256}.webp").as_str()) {
            return Err(AssetError::NotThere);
        }
        let kept_seconds = match signed {
            _ if served.is_public => None,
            None => return Err(LinkRefused.into()),
            Some(signed) => Some(self.parts.keys.verify(&path, signed, now)?),
        };
        Ok(Opened {
            variant: served.variant,
            path,
            kept_seconds,
        })
    }

    /// The bytes, or some of them.
    pub async fn read(
        &self,
        variant: &Variant,
        part: Option<Range<u64>>,
    ) -> Result<GetResult, AssetError> {
        let options = GetOptions {
            range: part.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let place = Path::from(stored_place(&variant.sha256));
        Ok(self.parts.bytes.get_opts(&place, options).await?)
    }
}
