//! Requests that outlived what they were for: whoever waits for an account that has turned public is let in, a few at
//! a time. What the change itself did not come to, because the process ended, is done here.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::Clock;
use crate::ports::notification::NotificationSink;
use crate::ports::relations::RelationChanges;
use crate::ports::settings::SettingsStore;
use crate::ports::user::UserStoreError;

/// Between two looks for requests that wait for nothing, in milliseconds.
const LOOK_MS: u64 = 10 * 60 * 1_000;

/// What the worker works on.
#[derive(Clone)]
pub struct Granting {
    /// Where the requests are.
    pub settings: Arc<dyn SettingsStore>,
    /// Hears of the notices.
    pub sink: Arc<dyn NotificationSink>,
    /// Hears who may come into more rooms now.
    pub watcher: Arc<dyn RelationChanges>,
}

impl std::fmt::Debug for Granting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Granting(..)")
    }
}

impl Granting {
    /// Lets in whoever waits for nothing, at once and then now and again, until it is dropped.
    pub async fn run(self, clock: Clock) {
        loop {
            if let Err(error) = self.pass(clock).await {
                tracing::error!(%error, "requests to follow public accounts could not be granted");
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    /// Lets in all who wait for nothing now.
    async fn pass(&self, clock: Clock) -> Result<(), UserStoreError> {
        while let Some(granted) = self.settings.grant_waiting(None, clock.wall()).await? {
            for delivery in &granted.told {
                self.sink.notified(delivery);
            }
            for follower in granted.followers {
                self.watcher.changed(follower);
            }
        }
        Ok(())
    }
}
