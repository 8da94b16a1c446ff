//! Clears away what nobody wants: uploads that never came, pictures nobody shows, bytes nobody has.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::AssetWorkError;
use crate::domain::asset::limits::STRAY_KEPT_MS;
use crate::domain::asset::{QUARANTINE, of_quarantine, stored_place};
use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::AssetId;
use crate::ports::asset::{AssetWork, LET_GO_MS, LetGo, Wake};

/// Between two passes that nobody asks for, in milliseconds.
const LOOK_MS: u64 = 60_000;

/// Between two looks for strays, in milliseconds: all that lies in quarantine is listed for it.
const STRAYS_MS: u64 = 10 * 60 * 1_000;

/// Steps in a pass: what is left waits for the next.
const STEPS_MAX: u32 = 1_000;

/// Bytes deleted, and strays looked at, in one step.
const AT_ONCE: u32 = 64;

/// How long bytes may be begun to be deleted that were let go, in milliseconds: half of the time they are nobody else's
/// is for what was begun last, and for clocks that do not agree.
const BEGUN_MS: u64 = LET_GO_MS / 2;

/// How long it may take to delete the bytes of one size, in milliseconds.
const DELETED_MS: u64 = LET_GO_MS / 4;

/// What the worker works on.
#[derive(Clone)]
pub struct Clearing {
    /// The queues.
    pub work: Arc<dyn AssetWork>,
    /// The bytes.
    pub bytes: Arc<dyn ObjectStore>,
    /// Says that there is something to do.
    pub wake: Arc<Wake>,
}

impl std::fmt::Debug for Clearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clearing(..)")
    }
}

impl Clearing {
    /// Clears away until it is dropped.
    pub async fn run(self, clock: Clock) {
        let mut next_strays = 0;
        loop {
            let now = clock.wall();
            if let Err(error) = self.pass(now, clock).await {
                tracing::error!(%error, "what nobody wants could not be cleared away");
            }
            if now.0 >= next_strays {
                next_strays = now.0.saturating_add(STRAYS_MS);
                if let Err(error) = self.strays(now).await {
                    tracing::error!(%error, "quarantine could not be cleared of strays");
                }
            }
            let told = self.wake.clear.notified();
            // Told or not, it looks.
            let _ = tokio::time::timeout(Duration::from_millis(LOOK_MS), told).await;
        }
    }

    /// Clears away what is due at this time, and while the pass goes on.
    pub async fn pass(&self, now: WallMs, clock: Clock) -> Result<(), AssetWorkError> {
        let begun = clock.tick();
        for _ in 0..STEPS_MAX {
            if self.work.sweep(now).await? == 0 {
                break;
            }
        }
        for _ in 0..STEPS_MAX {
            // Their time is counted from before they are asked for, and not from when the pass began.
            let asked = clock.tick();
            let at = WallMs(now.0.saturating_add(asked.since_ms(begun)));
            let LetGo { bytes, until } = self.work.let_go(AT_ONCE, at).await?;
            if bytes.is_empty() {
                break;
            }
            let (mut gone, mut failed) = (Vec::new(), None);
            for sha256 in bytes {
                // Another may be told to delete the rest before long, and then somebody may write them anew.
                if clock.tick().since_ms(asked) >= BEGUN_MS {
                    break;
                }
                let place = Path::from(stored_place(&sha256));
                match self.delete_in_time(&place).await {
                    Ok(()) => gone.push(sha256),
                    Err(error) => failed = Some(error),
                }
            }
            // What could not be deleted stays in the way of nothing else, and is tried again once its time is over.
            self.work.gone(&LetGo { bytes: gone, until }).await?;
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(())
    }

    /// What lies in quarantine and nobody waits for: its upload was given up, or deleted meanwhile.
    pub async fn strays(&self, now: WallMs) -> Result<(), AssetWorkError> {
        let old = now.0.saturating_sub(STRAY_KEPT_MS);
        let found = self.bytes.list(Some(&Path::from(QUARANTINE)));
        let mut found = found.chunks(AT_ONCE as usize);
        while let Some(some) = found.next().await {
            let some = some.into_iter().collect::<Result<Vec<_>, _>>()?;
            let is_old = |ms: i64| u64::try_from(ms).is_ok_and(|ms| ms < old);
            let some: Vec<(Option<AssetId>, Path)> = some
                .into_iter()
                .filter(|object| is_old(object.last_modified.timestamp_millis()))
                .map(|object| (of_quarantine(object.location.as_ref()), object.location))
                .collect();
            let ids: Vec<AssetId> = some.iter().filter_map(|(id, _)| *id).collect();
            let awaited = self.work.awaited(&ids).await?;
            for (id, place) in some {
                if id.is_none_or(|id| !awaited.contains(&id)) {
                    self.delete(&place).await?;
                }
            }
        }
        Ok(())
    }

    async fn delete_in_time(&self, place: &Path) -> Result<(), AssetWorkError> {
        let deleted = self.delete(place);
        let in_time = tokio::time::timeout(Duration::from_millis(DELETED_MS), deleted).await;
        in_time.unwrap_or_else(|late| {
            let (store, source) = ("pictures", late.into());
            Err(object_store::Error::Generic { store, source }.into())
        })
    }

    async fn delete(&self, place: &Path) -> Result<(), AssetWorkError> {
        match self.bytes.delete(place).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            done => Ok(done?),
        }
    }
}
