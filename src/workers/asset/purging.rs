//! Tells caches what to drop, again and again until they have.

use std::sync::Arc;
use std::time::Duration;

use super::AssetWorkError;
use crate::domain::asset::media_path;
use crate::domain::clock::{Clock, WallMs};
use crate::ports::asset::{Purge, PurgeQueue};
use crate::ports::cdn::CdnPurge;

/// Between two looks, in milliseconds.
const LOOK_MS: u64 = 1_000;

/// Addresses told at once: as many as every provider takes.
const AT_ONCE: u32 = 30;

/// How long to wait after a failure: twice as long each time, up to an hour. In milliseconds.
const RETRY_MS: u64 = 1_000;
const RETRY_MS_MAX: u64 = 60 * 60 * 1_000;

/// What the worker works on.
#[derive(Clone)]
pub struct Purging {
    /// What caches are to be told.
    pub queue: Arc<dyn PurgeQueue>,
    /// The way to them.
    pub cdn: Arc<dyn CdnPurge>,
    /// The origin they know pictures by.
    pub base: String,
}

impl std::fmt::Debug for Purging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Purging(..)")
    }
}

impl Purging {
    /// Tells caches until it is dropped.
    pub async fn run(self, clock: Clock) {
        loop {
            match self.step(clock.wall()).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::error!(%error, "caches were not told what to drop"),
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    /// Tells some of what is due; whether there was any.
    pub async fn step(&self, now: WallMs) -> Result<bool, AssetWorkError> {
        let due = self.queue.due(AT_ONCE, now).await?;
        if due.is_empty() {
            return Ok(false);
        }
        let ids: Vec<i64> = due.iter().map(|purge| purge.id).collect();
        let urls: Vec<String> = due.iter().map(|purge| self.url(purge)).collect();
        if let Err(error) = self.cdn.purge(&urls).await {
            let tries = due.iter().map(|purge| purge.tries).max().unwrap_or(0);
            let wait = RETRY_MS
                .saturating_mul(1 << tries.min(16))
                .min(RETRY_MS_MAX);
            self.queue
                .put_off(&ids, WallMs(now.0.saturating_add(wait)))
                .await?;
            return Err(error.into());
        }
        self.queue.done(&ids).await?;
        Ok(true)
    }

    fn url(&self, purge: &Purge) -> String {
        let path = media_path(purge.asset, purge.variant, &purge.sha256);
        format!("{}{path}", self.base)
    }
}
