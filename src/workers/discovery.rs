//! Reads the event log for what is talked about, and lets go of what has faded.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, Tick};
use crate::domain::visit::{Day, UtcOffset};
use crate::ports::discovery::{Advanced, DiscoveryStore, DiscoveryUnavailable};

/// Events read at once: bounds how long others wait to write.
const BATCH_MAX: u32 = 128;

/// Between two looks at a log with nothing new, in milliseconds.
const LOOK_MS: u64 = 500;

/// After a failure, in milliseconds.
const RETRY_MS: u64 = 5_000;

/// Between two looks for what has faded, in milliseconds: an hour.
const SWEEP_EVERY_MS: u64 = 60 * 60 * 1_000;

/// Counts until it is dropped. Dropped between any two steps it goes on from there.
pub async fn count(store: Arc<dyn DiscoveryStore>, offset: UtcOffset, clock: Clock) {
    let mut sweep_at = Tick::default();
    loop {
        let advanced = store.advance(BATCH_MAX, offset).await;
        if let Err(error) = &advanced {
            tracing::warn!(%error, "what is talked about is not counted for now");
        }
        if clock.tick() >= sweep_at {
            let today = Day::of(clock.wall(), offset);
            match store.sweep(today, clock.wall()).await {
                // More is let go of at the next turn.
                Ok(true) => {}
                Ok(false) => sweep_at = clock.tick().plus_ms(SWEEP_EVERY_MS),
                Err(error) => {
                    tracing::warn!(%error, "what has faded stays for now");
                    sweep_at = clock.tick().plus_ms(SWEEP_EVERY_MS);
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(wait_ms(&advanced))).await;
    }
}

const fn wait_ms(advanced: &Result<Advanced, DiscoveryUnavailable>) -> u64 {
    match advanced {
        // A batch holds one event of a subject, so that a short one need not be the last.
        Ok(Advanced { read: 0, .. }) => LOOK_MS,
        Ok(_) => 0,
        Err(_) => RETRY_MS,
    }
}
