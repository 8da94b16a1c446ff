//! Purging: takes deleted rooms whose grace has passed, and leaves nothing of them but their ids, in bounded steps.
//! Stopped at any point, the next run goes on from there.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::RoomId;
use crate::ports::room::{DELETED_KEPT_MS, Purging, RoomShelf, StoreError};

/// Between two looks for rooms that are due, in milliseconds.
const LOOK_MS: u64 = 60_000;

/// Rooms taken at once.
const ROOMS_MAX: u32 = 64;

/// Steps for one room in one pass.
const STEPS_MAX: u32 = 1_000;

/// Purges whatever is due, until it is dropped.
pub async fn run(shelf: Arc<dyn RoomShelf>, clock: Clock) {
    loop {
        if let Err(error) = pass(&*shelf, clock.wall()).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a purge waits");
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
}

/// Purges everything that is due; how many rooms.
pub async fn pass(shelf: &dyn RoomShelf, now: WallMs) -> Result<usize, StoreError> {
    let until = WallMs(now.0.saturating_sub(DELETED_KEPT_MS));
    let mut count = 0;
    loop {
        let due = shelf.binned(until, ROOMS_MAX).await?;
        let mut purged = 0;
        for room in due {
            purged += usize::from(purge(shelf, room, until).await?);
        }
        count += purged;
        if purged == 0 {
            return Ok(count);
        }
    }
}

/// Whether the room is gone.
async fn purge(shelf: &dyn RoomShelf, room: RoomId, until: WallMs) -> Result<bool, StoreError> {
    for _ in 0..STEPS_MAX {
        match shelf.purge(room, until).await? {
            Purging::Begun => {}
            Purging::Done => {
                tracing::info!("a deleted room was purged");
                return Ok(true);
            }
            Purging::Kept => return Ok(false),
        }
    }
    Ok(false)
}
