//! Pictures: where their bytes lie, what makes them, what serves them, and the work beside.

mod elsewhere;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::try_join_all;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;

use super::staging;
use super::start_error::StartError;
use super::stores::Stores;
use crate::adapters::cdn;
use crate::adapters::decoder::DecoderProcess;
use crate::config::{Config, PublicUrl};
use crate::domain::asset::{LinkKeys, QUARANTINE};
use crate::domain::clock::Clock;
use crate::domain::service::Service;
use crate::ports::asset::{Allowance, Wake};
use crate::rest::asset::MediaLinks;
use crate::services::asset::{AssetParts, AssetService, MediaRules};
use crate::workers::asset::{AssetWorkError, Clearing, Decoding, Purging, give_up};
use elsewhere::Elsewhere;

/// What a folder is given at once, in bytes.
const PART_BYTES: usize = 256 * 1024;

/// What S3 is given at once, in bytes: it takes no smaller parts.
#[cfg(feature = "s3")]
const S3_PART_BYTES: usize = 5 * 1024 * 1024;

/// All that is about pictures.
pub(super) struct Media {
    pub assets: AssetService,
    pub links: MediaLinks,
    decoding: Decoding,
    decoders: u32,
    clearing: Clearing,
    purging: Purging,
}

impl Media {
    /// Puts it together.
    pub(super) fn open(
        config: &Config,
        stores: &Stores,
        secret: [u8; 32],
        clock: Clock,
    ) -> Result<Self, StartError> {
        let (bytes, part_bytes) = bytes(config)?;
        let keys = LinkKeys::new(secret);
        let media = &config.media;
        let wake = Arc::new(Wake::default());
        let parts = AssetParts {
            store: stores.assets.clone(),
            avatars: stores.avatars.clone(),
            bytes: bytes.clone(),
            rules: MediaRules {
                upload_bytes_max: media.upload_bytes_max,
                allowance: Allowance {
                    count: media.quota_count,
                    bytes: media.quota_bytes,
                },
                part_bytes,
            },
            keys: keys.clone(),
            wake: wake.clone(),
        };
        let program = match &media.decoder {
            Some(program) => program.clone(),
            None => std::env::current_exe().map_err(StartError::Program)?,
        };
        let at_once = usize::try_from(media.decoders).unwrap_or(1);
        let base = config.cdn.base_url.as_ref();
        Ok(Self {
            assets: AssetService::new(parts, clock),
            links: MediaLinks::new(base, keys, clock),
            decoding: Decoding {
                work: stores.asset_work.clone(),
                bytes: bytes.clone(),
                decoder: Arc::new(DecoderProcess::new(program, at_once)),
                wake: wake.clone(),
            },
            decoders: media.decoders,
            clearing: Clearing {
                work: stores.asset_work.clone(),
                bytes,
                wake,
            },
            purging: Purging {
                queue: stores.purges.clone(),
                cdn: cdn::purger(&config.cdn).map_err(StartError::Cdn)?.into(),
                base: base.map_or("", PublicUrl::origin).to_owned(),
            },
        })
    }

    /// Makes pictures of all uploads that wait, and returns when none does.
    pub(super) async fn make_all(&self, clock: Clock) -> Result<(), AssetWorkError> {
        let one = async || {
            while self.decoding.step(clock).await? {}
            Ok::<(), AssetWorkError>(())
        };
        try_join_all((0..self.decoders).map(|_| one())).await?;
        Ok(())
    }

    /// The work beside the request path; it ends when it is dropped.
    pub(super) fn work(&self, clock: Clock) -> impl Future<Output = ()> + Send + 'static {
        let decoding = self.decoding.clone().run(self.decoders, clock);
        let clearing = self.clearing.clone().run(clock);
        let purging = self.purging.clone().run(clock);
        let giving_up = give_up(self.assets.given_up());
        async move {
            tokio::join!(decoding, clearing, purging, giving_up);
        }
    }
}

/// Where bytes lie, and how many it is given at once.
fn bytes(config: &Config) -> Result<(Arc<dyn ObjectStore>, usize), StartError> {
    #[cfg(feature = "s3")]
    if let Some(s3) = config.backend.s3() {
        let store = crate::adapters::s3::pictures(&s3).map_err(StartError::Media)?;
        return Ok((Arc::new(store), S3_PART_BYTES));
    }
    #[cfg(not(feature = "s3"))]
    if config.backend.s3().is_some() {
        return Err(StartError::NoS3);
    }
    if config.backend.postgres.is_some() && !config.server.services.has(Service::Asset) {
        return Ok((Arc::new(Elsewhere), PART_BYTES));
    }
    let folder = config.store.data.join(staging::PICTURES);
    let failed = |source| StartError::MediaFolder {
        path: folder.clone(),
        source,
    };
    std::fs::create_dir_all(folder.join(QUARANTINE)).map_err(failed)?;
    clear_halves(&folder.join(QUARANTINE)).map_err(failed)?;
    let store = LocalFileSystem::new_with_prefix(&folder).map_err(StartError::Media)?;
    Ok((Arc::new(store.with_fsync(true)), PART_BYTES))
}

/// Deletes what uploads had come to when an earlier process ended: files with a number, which the store lists nowhere.
fn clear_halves(quarantine: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(quarantine)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().contains('#') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
