//! The user store: accounts, and which provider's person each belongs to.

use std::error::Error;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::PersonName;
use crate::domain::user::{Look, User};

#[cfg(test)]
pub(crate) mod conformance;

/// A person as a provider knows them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The provider's id in our configuration.
    pub provider: String,
    /// The provider's own, unchanging name of the person.
    pub subject: String,
}

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Who.
    pub id: UserId,
    /// The room visitors of the profile will be shown; it need not exist yet.
    pub front_room_id: RoomId,
    /// Handles to try, in order; the first free one is taken.
    pub handles: Vec<String>,
    /// The name shown.
    pub display_name: PersonName,
    /// The avatar.
    pub look: Look,
    /// One line on how they feel today.
    pub mood: String,
    /// A few words about themselves.
    pub bio: String,
    /// When.
    pub at: WallMs,
}

/// What admitting an identity came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The identity had an account; nothing was changed.
    Existing(User),
    /// It has one now.
    Created(User),
    /// Every handle offered belongs to somebody else; nothing was changed.
    HandlesTaken,
}

/// The store failed; what was asked may or may not have happened. Every operation here may be repeated.
#[derive(Debug, thiserror::Error)]
#[error("the user store failed")]
pub struct UserStoreError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where accounts are durable.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The account of an identity, made from `new` if it has none.
    ///
    /// One atomic step: however many ask at once, an identity gets one account and a handle one owner.
    /// `Created` is told to one caller only, and is durable.
    async fn admit(&self, identity: &Identity, new: &NewUser) -> Result<Admission, UserStoreError>;

    /// The account with this id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, UserStoreError>;

    /// The account with this handle.
    async fn by_handle(&self, handle: &str) -> Result<Option<User>, UserStoreError>;

    /// People with an identity of `provider`, oldest identity first, each with its subject.
    async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError>;
}
