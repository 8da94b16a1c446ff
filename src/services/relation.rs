//! Who follows whom, as people ask for it.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::UserId;
use crate::domain::user::is_handle;
use crate::ports::relations::{Followed, RelationStore, RelationsUnavailable};
use crate::ports::user::{UserStore, UserStoreError};

/// Why a relation was not changed or told.
#[derive(Debug, thiserror::Error)]
pub enum RelationError {
    /// Nobody has the handle.
    #[error("no such person")]
    NoSuchUser,
    /// One cannot follow oneself.
    #[error("nobody follows themselves")]
    Oneself,
    /// One follows as many people as anybody may.
    #[error("too many are followed")]
    TooMany,
    /// Accounts cannot be reached.
    #[error(transparent)]
    Users(#[from] UserStoreError),
    /// Relations cannot be reached.
    #[error(transparent)]
    Relations(#[from] RelationsUnavailable),
}

/// The relation service.
#[derive(Clone)]
pub struct RelationService {
    users: Arc<dyn UserStore>,
    relations: Arc<dyn RelationStore>,
    clock: Clock,
}

impl std::fmt::Debug for RelationService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RelationService(..)")
    }
}

impl RelationService {
    /// The service over its stores.
    pub fn new(users: Arc<dyn UserStore>, relations: Arc<dyn RelationStore>, clock: Clock) -> Self {
        Self {
            users,
            relations,
            clock,
        }
    }

    /// Whether `viewer` follows the person with this handle.
    pub async fn follows(&self, viewer: UserId, handle: &str) -> Result<bool, RelationError> {
        let person = self.person(handle).await?;
        Ok(self.relations.follows(viewer, person).await?)
    }

    /// `viewer` follows the person with this handle from now on.
    pub async fn follow(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.person(handle).await?;
        if person == viewer {
            return Err(RelationError::Oneself);
        }
        let at = self.clock.wall();
        match self.relations.follow(viewer, person, at).await? {
            Followed::Now | Followed::Already => Ok(()),
            Followed::TooMany => Err(RelationError::TooMany),
            Followed::NoSuchUser => Err(RelationError::NoSuchUser),
        }
    }

    /// `viewer` no longer follows the person with this handle.
    pub async fn unfollow(&self, viewer: UserId, handle: &str) -> Result<(), RelationError> {
        let person = self.person(handle).await?;
        Ok(self.relations.unfollow(viewer, person).await.map(drop)?)
    }

    async fn person(&self, handle: &str) -> Result<UserId, RelationError> {
        if !is_handle(handle) {
            return Err(RelationError::NoSuchUser);
        }
        let person = self.users.by_handle(handle).await?;
        Ok(person.ok_or(RelationError::NoSuchUser)?.id)
    }
}
