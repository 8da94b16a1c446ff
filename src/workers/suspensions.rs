//! The rooms of people who were suspended: whoever is inside is sent out, as where a room is hidden. Coming back, they
//! find no room until the suspension is over.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::ports::login::LoginStoreError;
use crate::ports::permission::PermissionStore;
use crate::ports::room::{RoomRecall, RoomStore, StoreError};

/// Between two looks, in milliseconds. Who decided does not wait for it, and may go away meanwhile: it is found in the
/// store, by each node that has rooms.
const LOOK_MS: u64 = 500;

/// How long before the last look suspensions are looked at once more, in milliseconds: whoever was at the door when one
/// was laid may have come in after the first.
const AGAIN_MS: u64 = 10_000;

/// Suspensions looked at in one look.
const AT_ONCE: u32 = 1_000;

/// Why a look came to nothing; the next one looks back to the last that did not.
#[derive(Debug, thiserror::Error)]
pub enum NotSentOut {
    /// Suspensions cannot be read.
    #[error(transparent)]
    Suspensions(#[from] LoginStoreError),
    /// Rooms cannot be read.
    #[error(transparent)]
    Rooms(#[from] StoreError),
}

/// What the worker works on.
#[derive(Clone)]
pub struct SendingOut {
    /// Who was suspended.
    pub suspensions: Arc<dyn PermissionStore>,
    /// Which rooms are theirs.
    pub rooms: Arc<dyn RoomStore>,
    /// Whoever has them in memory.
    pub recall: Arc<dyn RoomRecall>,
}

impl std::fmt::Debug for SendingOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SendingOut(..)")
    }
}

impl SendingOut {
    /// Sends people out until it is dropped.
    pub async fn run(self, clock: Clock) {
        let mut last = clock.wall();
        loop {
            let now = clock.wall();
            match self
                .pass(WallMs(last.0.saturating_sub(AGAIN_MS)), now)
                .await
            {
                Ok(()) => last = now,
                Err(error) => {
                    tracing::error!(%error, "nobody is sent out of the rooms of suspended people");
                }
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    /// Sends everybody out of the rooms of those who were suspended since then.
    pub async fn pass(&self, since: WallMs, now: WallMs) -> Result<(), NotSentOut> {
        let laid = self.suspensions.suspended_since(since, now, AT_ONCE);
        for person in laid.await? {
            for card in self.rooms.of_owner(person).await? {
                self.recall.recall(card.id, None);
            }
        }
        Ok(())
    }
}
