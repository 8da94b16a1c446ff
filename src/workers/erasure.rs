//! Erasure: takes accounts whose grace has passed, and makes every store forget them. Stopped at any point, the next
//! run goes on from there: the account itself goes last.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::clock::{Clock, WallMs};
use crate::domain::id::{RoomId, UserId};
use crate::ports::account::AccountStore;
use crate::ports::personal_data::{Erasing, PersonalData, PersonalDataError};
use crate::ports::profile::ProfileStore;
use crate::ports::room::{RoomRecall, RoomStore, StoreError};
use crate::ports::user::UserStoreError;

/// Between two looks for accounts that are due, in milliseconds.
const LOOK_MS: u64 = 60_000;

/// Accounts taken at once.
const ACCOUNTS_MAX: u32 = 16;

/// Rooms that name the person, taken at once.
const ROOMS_MAX: u32 = 64;

/// Steps for one person in one pass: whoever has left more, or is named anew all the time, does not keep the others
/// waiting.
const STEPS_MAX: u32 = 20_000;

/// Why an erasure stopped; it goes on with the next look.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Rooms cannot be reached.
    #[error(transparent)]
    Rooms(#[from] StoreError),
    /// A store's part cannot be erased.
    #[error(transparent)]
    Data(#[from] PersonalDataError),
    /// There is more of a person than a pass takes.
    #[error("there is more to erase")]
    More,
}

/// What an erasure works on.
#[derive(Clone)]
pub struct Erasure {
    /// Says who is to be erased.
    pub accounts: Arc<dyn AccountStore>,
    /// Says which is a person's front room, which need not have been made.
    pub profiles: Arc<dyn ProfileStore>,
    /// The person's rooms, and those that name them.
    pub rooms: Arc<dyn RoomStore>,
    /// Whoever has those rooms in memory.
    pub recall: Arc<dyn RoomRecall>,
    /// Every other store, the one that holds the account itself last.
    pub stores: Vec<Arc<dyn PersonalData>>,
    /// How long a closed account can be restored.
    pub grace_ms: u64,
}

impl std::fmt::Debug for Erasure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Erasure(..)")
    }
}

impl Erasure {
    /// Erases whoever is due, until it is dropped.
    pub async fn run(self, clock: Clock) {
        // What an earlier life did not come to.
        let mut settled = false;
        loop {
            let passed = self.pass(clock.wall()).await;
            settled = match passed {
                Ok(0) if !settled => self.settle().await.inspect_err(report).is_ok(),
                Ok(_) => true,
                Err(error) => {
                    report(&error);
                    false
                }
            };
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    }

    /// Erases everybody who is due; how many. One whose erasure fails does not keep the others waiting.
    pub async fn pass(&self, now: WallMs) -> Result<usize, ErasureError> {
        let until = WallMs(now.0.saturating_sub(self.grace_ms));
        let (mut count, mut failed, mut last) = (0, None, None);
        loop {
            let due = self.accounts.take_closed(until, last, ACCOUNTS_MAX).await?;
            if due.is_empty() {
                break;
            }
            for person in due {
                last = Some(person);
                match self.erase(person, now).await {
                    Ok(()) => count += 1,
                    Err(error) => failed = Some(error),
                }
            }
        }
        if count > 0 {
            self.settle().await?;
        }
        failed.map_or(Ok(count), Err)
    }

    async fn erase(&self, person: UserId, now: WallMs) -> Result<(), ErasureError> {
        for _ in 0..STEPS_MAX {
            if self.step(person, now).await? == Erasing::Done {
                tracing::info!("an account was erased");
                return Ok(());
            }
        }
        Err(ErasureError::More)
    }

    /// The last thing of every erasure, once more where it is not known whether it was done.
    pub async fn settle(&self) -> Result<(), ErasureError> {
        for store in &self.stores {
            store.settle().await?;
        }
        Ok(())
    }

    /// One bounded step. Each leads on from wherever the last one ended.
    pub async fn step(&self, person: UserId, now: WallMs) -> Result<Erasing, ErasureError> {
        if let Some(profile) = self.profiles.profile(person).await? {
            if let Some(room) = self.own_room(person, profile.user.front_room_id).await? {
                let ended = self.rooms.delete(room).await?;
                if let Some(epoch) = ended {
                    self.recall.recall(room, Some(epoch));
                }
                return Ok(Erasing::Begun);
            }
            let naming = self.rooms.naming(person, ROOMS_MAX).await?;
            for room in &naming {
                if let Some(epoch) = self.rooms.forget(*room, person).await? {
                    self.recall.recall(*room, Some(epoch));
                }
            }
            if !naming.is_empty() {
                return Ok(Erasing::Begun);
            }
        }
        for store in &self.stores {
            if store.erase(person, now).await? == Erasing::Begun {
                return Ok(Erasing::Begun);
            }
        }
        Ok(Erasing::Done)
    }

    /// A room of the person that is still there, or the front room that could still be made.
    async fn own_room(&self, person: UserId, front: RoomId) -> Result<Option<RoomId>, StoreError> {
        if let Some(card) = self.rooms.of_owner(person).await?.first() {
            return Ok(Some(card.id));
        }
        let is_open = !self.rooms.is_deleted(front).await?;
        Ok(is_open.then_some(front))
    }
}

fn report(error: &ErasureError) {
    tracing::error!(error = error as &dyn std::error::Error, "an erasure waits");
}
