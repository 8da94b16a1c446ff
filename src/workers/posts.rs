//! Posts whose time has come, and what is left of those that are gone. Stopped at any point, the next run goes on from
//! there: what came due meanwhile comes out then, once.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::ports::notification::NotificationSink;
use crate::ports::post::{PostStoreError, PostUpkeep};

/// Between two looks, in milliseconds: a post comes out this late at the most.
const LOOK_MS: u64 = 1_000;

/// Looks between two sweeps.
const LOOKS_PER_SWEEP: u32 = 30;

/// Steps of sweeping in one go.
const STEPS_MAX: u32 = 200;

/// What the worker works on.
#[derive(Clone)]
pub struct Posts {
    /// Where posts are.
    pub store: Arc<dyn PostUpkeep>,
    /// Hears of the notices.
    pub sink: Arc<dyn NotificationSink>,
}

impl std::fmt::Debug for Posts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Posts(..)")
    }
}

impl Posts {
    /// Publishes and sweeps until it is dropped.
    pub async fn run(self, clock: Clock) {
        let mut looks = 0;
        loop {
            if let Err(error) = self.publish(clock.wall()).await {
                tracing::error!(%error, "posts put off could not be published");
            }
            if looks % LOOKS_PER_SWEEP == 0
                && let Err(error) = self.sweep(clock.wall()).await
            {
                tracing::error!(%error, "what is left of deleted posts could not be swept");
            }
            looks = (looks + 1) % LOOKS_PER_SWEEP;
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    /// Publishes everything that is due; how much.
    pub async fn publish(&self, now: WallMs) -> Result<usize, PostStoreError> {
        let mut count = 0;
        while let Some(published) = self.store.publish_due(now).await? {
            count += 1;
            for delivery in &published.told {
                self.sink.notified(delivery);
            }
        }
        Ok(count)
    }

    /// Sweeps what is gone, as much as fits into one go; whether all of it.
    pub async fn sweep(&self, now: WallMs) -> Result<bool, PostStoreError> {
        for _ in 0..STEPS_MAX {
            if !self.store.sweep(now).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
