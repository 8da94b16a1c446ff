//! Who may send something at this moment: so many altogether, and of each person so many, so that nobody who sends
//! slowly keeps the others from it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::AssetError;
use crate::domain::id::UserId;

/// Uploads received at once; beyond, clients are asked to come back.
const UPLOADS_AT_ONCE: usize = 64;

/// Of them those of one person: all the pictures of a post, with some to spare.
const UPLOADS_AT_ONCE_OF_ONE: usize = 12;

/// The places there are. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Places {
    all: Arc<Semaphore>,
    of: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    owner: UserId,
    places: Places,
    _permit: OwnedSemaphorePermit,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            all: Arc::new(Semaphore::new(UPLOADS_AT_ONCE)),
            of: Arc::default(),
        }
    }
}

impl Places {
    /// A place for somebody's upload.
    pub(super) fn take(&self, owner: UserId) -> Result<Place, AssetError> {
        let permit = self.all.clone().try_acquire_owned();
        let permit = permit.map_err(|_| AssetError::Busy)?;
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = of.entry(owner).or_default();
        if *taken >= UPLOADS_AT_ONCE_OF_ONE {
            return Err(AssetError::Busy);
        }
        *taken += 1;
        Ok(Place {
            owner,
            places: self.clone(),
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let of = self.places.of.lock();
        let mut of = of.unwrap_or_else(PoisonError::into_inner);
        let left = of.get_mut(&self.owner).map(|taken| {
            *taken -= 1;
            *taken
        });
        if left == Some(0) {
            of.remove(&self.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_leaves_room_for_others_and_gives_back_what_they_took() {
        let (places, one) = (Places::default(), UserId::generate());
        let take = |who, count: usize| -> Vec<Result<Place, AssetError>> {
            (0..count).map(|_| places.take(who)).collect()
        };
        let mut mine = take(one, UPLOADS_AT_ONCE_OF_ONE + 1);
        assert!(matches!(mine.pop(), Some(Err(AssetError::Busy))));
        assert!(mine.iter().all(Result::is_ok));
        assert!(places.take(UserId::generate()).is_ok());
        drop(mine);
        assert!(places.of.lock().unwrap().is_empty());
        let all: Vec<_> = (0..=UPLOADS_AT_ONCE)
            .map(|_| places.take(UserId::generate()))
            .collect();
        assert!(matches!(all.last(), Some(Err(AssetError::Busy))));
        assert_eq!(
            all.iter().filter(|place| place.is_ok()).count(),
            UPLOADS_AT_ONCE
        );
    }
}
