//! Takes arrivals down in batches, and lets go of what is kept no longer.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::clock::Clock;
use crate::domain::visit::{Day, UtcOffset};
use crate::ports::guestbook::GuestbookStore;
use crate::ports::visit::{Arrival, VisitStore, Waiting};

/// Arrivals taken down at once: bounds how long others wait to write.
const BATCH_MAX: usize = 64;

/// Before a batch that was not taken down is tried again, in milliseconds; doubles with each one more.
const RETRY_MS_FIRST: u64 = 100;

/// The longest wait after failures, in milliseconds.
const RETRY_MS_MAX: u64 = 10_000;

/// How often a batch is tried when the process ends.
const LAST_TRIES: u32 = 5;

/// Between two looks for what is kept no longer, in milliseconds: ten minutes.
const SWEEP_EVERY_MS: u64 = 10 * 60 * 1_000;

/// Between two steps of letting go, in milliseconds: others write meanwhile.
const SWEEP_PAUSE_MS: u64 = 20;

/// Takes down who came.
pub struct Visits {
    /// Where arrivals wait.
    pub waiting: Waiting,
    /// Where they go.
    pub store: Arc<dyn VisitStore>,
    /// When the day begins.
    pub offset: UtcOffset,
}

impl std::fmt::Debug for Visits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Visits(..)")
    }
}

impl Visits {
    /// Works until it is told to stop, which is to be when nobody comes in any more: then takes down what still waits.
    pub async fn run(mut self, stop: CancellationToken) {
        loop {
            let batch = tokio::select! {
                batch = self.waiting.next(BATCH_MAX) => batch,
                () = stop.cancelled() => break,
            };
            if batch.is_empty() {
                return;
            }
            self.record(&batch, &stop).await;
        }
        loop {
            let batch = self.waiting.rest(BATCH_MAX);
            if batch.is_empty() {
                return;
            }
            self.record(&batch, &stop).await;
        }
    }

    /// Tries until it works; when the process ends a few times more.
    async fn record(&self, batch: &[Arrival], stop: &CancellationToken) {
        let (mut wait_ms, mut last_tries) = (RETRY_MS_FIRST, 0);
        loop {
            let Err(error) = self.store.record(batch, self.offset).await else {
                return;
            };
            tracing::warn!(%error, arrivals = batch.len(), "arrivals wait");
            if stop.is_cancelled() {
                last_tries += 1;
                if last_tries == LAST_TRIES {
                    tracing::error!(arrivals = batch.len(), "arrivals are lost");
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(wait_ms)).await;
            wait_ms = (wait_ms * 2).min(RETRY_MS_MAX);
            if stop.is_cancelled() {
                wait_ms = RETRY_MS_FIRST;
            }
        }
    }
}

/// Between two looks for what others were not told, in milliseconds.
const SETTLE_EVERY_MS: u64 = 5_000;

/// Tells other stores what they could not be told of guestbooks, again and again, until it is dropped.
pub async fn settle(store: Arc<dyn GuestbookStore>, clock: Clock) {
    loop {
        let wait_ms = match store.settle(clock.wall()).await {
            Ok(true) => SWEEP_PAUSE_MS,
            Ok(false) => SETTLE_EVERY_MS,
            Err(error) => {
                tracing::warn!(%error, "what is to be told of guestbooks waits");
                SETTLE_EVERY_MS
            }
        };
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    }
}

/// Lets go of what is kept no longer, again and again, until it is dropped.
pub async fn sweep(store: Arc<dyn VisitStore>, offset: UtcOffset, clock: Clock) {
    loop {
        let wait_ms = match store.sweep(Day::of(clock.wall(), offset)).await {
            Ok(true) => SWEEP_PAUSE_MS,
            Ok(false) => SWEEP_EVERY_MS,
            Err(error) => {
                tracing::warn!(%error, "old visits stay for now");
                SWEEP_EVERY_MS
            }
        };
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    }
}
