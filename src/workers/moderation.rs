//! What follows from moderators' decisions: done at once by whoever decides, and here where that did not come to it.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::Clock;
use crate::ports::moderation::Contents;
use crate::ports::moderation::desk::{ModerationStore, ModerationUnavailable, settle};

/// Between two looks for what is owed, in milliseconds.
const LOOK_MS: u64 = 60 * 1_000;

/// What the worker works on.
#[derive(Clone)]
pub struct Settling {
    /// Where decisions are.
    pub store: Arc<dyn ModerationStore>,
    /// What they are about.
    pub contents: Contents,
}

impl std::fmt::Debug for Settling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Settling(..)")
    }
}

impl Settling {
    /// Gives things the standings they are owed, at once and then now and again, until it is dropped.
    pub async fn run(self, clock: Clock) {
        loop {
            if let Err(error) = self.pass(clock).await {
                tracing::error!(%error, "what follows from decisions could not be done");
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    async fn pass(&self, clock: Clock) -> Result<(), ModerationUnavailable> {
        settle(&*self.store, &self.contents, clock.wall()).await
    }
}
