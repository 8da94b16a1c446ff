//! People: their public profiles, and the neighbours a demo begins with.

use std::sync::Arc;

use crate::domain::clock::Clock;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::{BadText, PersonName};
use crate::domain::user::{Look, User, is_handle};
use crate::ports::user::{Admission, Identity, NewUser, UserStore, UserStoreError};

/// The provider that seeded people sign in with.
const SEED_PROVIDER: &str = "dev";

/// Why a seeded person could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Not a handle.
    #[error("{0:?} is no handle")]
    BadHandle(String),
    /// Not a name.
    #[error("the name of {handle}: {problem}")]
    BadName {
        /// Whose.
        handle: String,
        /// What is wrong with it.
        problem: BadText,
    },
    /// Somebody who was not seeded has this handle.
    #[error("the handle {0} belongs to somebody else")]
    HandleTaken(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] UserStoreError),
}

/// A person of the demo neighbourhood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedPerson<'a> {
    /// Also their subject at the development identity provider.
    pub handle: &'a str,
    /// The name shown.
    pub display_name: &'a str,
    /// The avatar.
    pub look: Look,
    /// One line on how they feel today.
    pub mood: &'a str,
    /// A few words about themselves.
    pub bio: &'a str,
}

/// The user service.
#[derive(Clone)]
pub struct UserService {
    store: Arc<dyn UserStore>,
    clock: Clock,
}

impl std::fmt::Debug for UserService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserService(..)")
    }
}

impl UserService {
    /// The service over its store.
    pub fn new(store: Arc<dyn UserStore>, clock: Clock) -> Self {
        Self { store, clock }
    }

    /// The person with this handle. What cannot be a handle is nobody's.
    pub async fn by_handle(&self, handle: &str) -> Result<Option<User>, UserStoreError> {
        if !is_handle(handle) {
            return Ok(None);
        }
        self.store.by_handle(handle).await
    }

    /// People who can sign in with a provider, each with their subject there, oldest first.
    pub async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError> {
        self.store.of_provider(provider, limit).await
    }

    /// A person of the demo neighbourhood, made on the first call and found on every later one.
    pub async fn create_seeded(&self, person: &SeedPerson<'_>) -> Result<User, SeedError> {
        let handle = person.handle.to_owned();
        if !is_handle(&handle) {
            return Err(SeedError::BadHandle(handle));
        }
        let display_name = PersonName::parse(person.display_name);
        let display_name = display_name.map_err(|problem| SeedError::BadName {
            handle: handle.clone(),
            problem,
        })?;
        let identity = Identity {
            provider: SEED_PROVIDER.to_owned(),
            subject: handle.clone(),
        };
        let new = NewUser {
            id: UserId::generate(),
            front_room_id: RoomId::generate(),
            handles: vec![handle.clone()],
            display_name,
            look: person.look,
            mood: person.mood.to_owned(),
            bio: person.bio.to_owned(),
            at: self.clock.wall(),
        };
        match self.store.admit(&identity, &new).await? {
            Admission::Existing(user) | Admission::Created(user) => Ok(user),
            Admission::HandlesTaken => Err(SeedError::HandleTaken(handle)),
        }
    }
}
