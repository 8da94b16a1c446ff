//! Makes pictures of uploads, so many at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::join_all;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::AssetWorkError;
use crate::domain::asset::limits::{LEASE_MS, TRIES_MAX};
use crate::domain::asset::{Refusal, Variant, quarantine_place, stored_place};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetWork, Decoded, Made, PictureDecoder, Settled, Waiting, Wake};

/// Between two looks for uploads that nobody has told of, in milliseconds.
const LOOK_MS: u64 = 5_000;

/// When an upload is tried again that could not be looked at, in milliseconds.
const RETRY_MS: u64 = 15_000;

/// While bytes are being deleted that are to be written, in milliseconds, and how often.
const HOLD_RETRY_MS: u64 = 500;
const HOLDS_MAX: u32 = 20;

/// What the worker works on.
#[derive(Clone)]
pub struct Decoding {
    /// The queue.
    pub work: Arc<dyn AssetWork>,
    /// The bytes.
    pub bytes: Arc<dyn ObjectStore>,
    /// Makes pictures of them.
    pub decoder: Arc<dyn PictureDecoder>,
    /// Says that there is something to do.
    pub wake: Arc<Wake>,
}

impl std::fmt::Debug for Decoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Decoding(..)")
    }
}

impl Decoding {
    /// Decodes until it is dropped, so many at once.
    pub async fn run(self, at_once: u32, clock: Clock) {
        join_all((0..at_once).map(|_| self.one(clock))).await;
    }

    async fn one(&self, clock: Clock) {
        loop {
            match self.step(clock).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "an upload could not be decoded now"),
            }
            let told = self.wake.decode.notified();
            // Told or not, it looks.
            let _ = tokio::time::timeout(Duration::from_millis(LOOK_MS), told).await;
        }
    }

    /// Takes one upload and makes a picture of it; whether there was one.
    pub async fn step(&self, clock: Clock) -> Result<bool, AssetWorkError> {
        let now = clock.wall();
        let lease = WallMs(now.0.saturating_add(LEASE_MS));
        let Some(waiting) = self.work.take(lease, now).await? else {
            return Ok(false);
        };
        // There may be more, for the others.
        self.wake.decode.notify_one();
        if let Err(error) = self.settle(&waiting, lease, clock).await {
            // A store that is away, or a decoder: the upload waits for as long as that takes.
            let until = WallMs(clock.wall().0.saturating_add(RETRY_MS));
            self.work.give_back(waiting.id, until).await?;
            return Err(error);
        }
        let gone = self.bytes.delete(&quarantine(waiting.id)).await;
        // What is left of it is cleared away later.
        if let Err(error) = gone {
            tracing::warn!(%error, "an upload stays in quarantine");
        }
        Ok(true)
    }

    async fn settle(
        &self,
        waiting: &Waiting,
        lease: WallMs,
        clock: Clock,
    ) -> Result<(), AssetWorkError> {
        match self.decode(waiting).await? {
            Decoded::Made(made) => self.keep(waiting.id, made, lease, clock).await,
            Decoded::Refused(refusal) => {
                tracing::info!(asset = %waiting.id, refusal = refusal.as_str(), "an upload was refused");
                let refused = self.work.refuse(waiting.id, refusal, clock.wall());
                Ok(refused.await?)
            }
        }
    }

    async fn decode(&self, waiting: &Waiting) -> Result<Decoded, AssetWorkError> {
        // It was under way each time the process ended.
        if waiting.tries > TRIES_MAX {
            return Ok(Decoded::Refused(Refusal::TooCostly));
        }
        let got = match self.bytes.get(&quarantine(waiting.id)).await {
            Err(object_store::Error::NotFound { .. }) => {
                return Ok(Decoded::Refused(Refusal::Truncated));
            }
            got => got?,
        };
        let bytes = got
            .into_stream()
            .map(|chunk| chunk.map_err(std::io::Error::other));
        let decoded = self
            .decoder
            .decode(waiting.source.content_type, bytes.boxed());
        Ok(decoded.await?)
    }

    async fn keep(
        &self,
        id: AssetId,
        made: Made,
        lease: WallMs,
        clock: Clock,
    ) -> Result<(), AssetWorkError> {
        let variants: Vec<Variant> = made
            .variants
            .iter()
            .map(|made| made.variant.clone())
            .collect();
        // Small pictures are the same in several sizes.
        let named = made
            .variants
            .into_iter()
            .map(|made| (made.variant.sha256, made.bytes));
        let named: BTreeMap<_, _> = named.collect();
        let digests: Vec<[u8; 32]> = named.keys().copied().collect();
        let mut holds = 0;
        while !self.work.hold(&digests, lease).await? {
            holds += 1;
            if holds == HOLDS_MAX {
                // Its turn comes again.
                return Err(crate::ports::asset::AssetsUnavailable(
                    "bytes are being deleted".to_owned(),
                )
                .into());
            }
            tokio::time::sleep(Duration::from_millis(HOLD_RETRY_MS)).await;
        }
        for (sha256, bytes) in named {
            let place = Path::from(stored_place(&sha256));
            self.bytes.put(&place, bytes.into()).await?;
        }
        let settled = self
            .work
            .ready(id, &made.blurhash, &variants, clock.wall())
            .await?;
        if settled != Settled::Ready {
            tracing::info!(asset = %id, ?settled, "a picture was made and is not wanted");
        }
        Ok(())
    }
}

fn quarantine(id: AssetId) -> Path {
    Path::from(quarantine_place(id))
}
