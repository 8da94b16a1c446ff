//! The user store: accounts, and which provider's person each belongs to.

use std::error::Error;

use async_trait::async_trait;

use crate::domain::audit::Trace;
use crate::domain::clock::WallMs;
use crate::domain::email::Email;
use crate::domain::id::{RoomId, UserId};
use crate::domain::text::PersonName;
use crate::domain::user::{Look, User};

#[cfg(test)]
pub(crate) mod conformance;

/// A person as a provider knows them. Provider, issuer and subject together say who it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The provider's id in our configuration.
    pub provider: String,
    /// Who named the person.
    pub issuer: String,
    /// The issuer's own, unchanging name of the person.
    pub subject: String,
    /// The e-mail address given there now.
    pub email: Option<Email>,
}

/// A way into an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedIdentity {
    /// The provider's id in our configuration.
    pub provider: String,
    /// The e-mail address last given there.
    pub email: Option<Email>,
    /// Since when.
    pub at: WallMs,
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
    /// From where whoever comes does.
    pub trace: Trace,
}

/// What admitting an identity came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The identity had an account; its e-mail address is noted as it is now.
    Existing(User),
    /// It leads to this account from now on: both know the person by one verified e-mail address.
    Linked(User),
    /// It has one now.
    Created(User),
    /// Every handle offered belongs to somebody else; nothing was changed.
    HandlesTaken,
}

/// A provider as it is configured now: its id, and whom it says to be. An identity noted under another issuer, by a
/// provider that has since been replaced, leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayIn {
    /// The provider's id in our configuration.
    pub provider: String,
    /// Who names its people.
    pub issuer: String,
}

/// What linking an identity to an account came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// It leads there, from now on or already.
    Linked,
    /// Whoever acts is suspended, or the login they act with has ended; nothing was changed.
    SignedOut,
    /// It leads to another account; nothing was changed.
    Elsewhere,
    /// The account has another identity of the provider; nothing was changed.
    ProviderTaken,
}

/// What unlinking came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinking {
    /// No identity of the provider leads to the account any more.
    Unlinked,
    /// None did.
    NotLinked,
    /// Nobody could get in any more; nothing was changed.
    Last,
    /// Whoever acts is suspended, or the login they act with has ended; nothing was changed.
    SignedOut,
}

/// Whom a handle means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub id: UserId,
    /// They have closed their account.
    pub is_closed: bool,
    /// They are suspended at this time.
    pub is_suspended: bool,
}

/// The store failed; what was asked may or may not have happened. Every operation here may be repeated.
#[derive(Debug, thiserror::Error)]
#[error("the user store failed")]
pub struct UserStoreError(#[source] pub Box<dyn Error + Send + Sync>);

/// Where accounts are durable.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The account of an identity, linked to it or made from `new` if it has none.
    ///
    /// It is linked to the only account that has an identity with the same e-mail address, where both providers say
    /// that it is verified, and where that account has no other identity of the same issuer: whoever the issuer calls
    /// by another name is somebody else, to whom the address was given since. That is written to the audit log.
    ///
    /// One atomic step: however many ask at once, an identity gets one account and a handle one owner.
    /// `Created` is told to one caller only, and is durable.
    async fn admit(&self, identity: &Identity, new: &NewUser) -> Result<Admission, UserStoreError>;

    /// The account an identity leads to.
    async fn by_identity(&self, identity: &Identity) -> Result<Option<User>, UserStoreError>;
    /// Has an identity lead to an existing account. One atomic step: an identity leads to one account.
    async fn link(
        &self,
        user: UserId,
        identity: &Identity,
        trace: &Trace,
        at: WallMs,
    ) -> Result<Linking, UserStoreError>;

    /// Takes the identities of a provider away from an account, unless none that leads in by `others` would be left.
    /// One atomic step: however many are taken away at once, one stays.
    async fn unlink(
        &self,
        user: UserId,
        provider: &str,
        others: &[WayIn],
        trace: &Trace,
        at: WallMs,
    ) -> Result<Unlinking, UserStoreError>;

    /// The identities of an account, oldest first.
    async fn identities(&self, user: UserId) -> Result<Vec<LinkedIdentity>, UserStoreError>;

    /// The account with this id.
    async fn by_id(&self, id: UserId) -> Result<Option<User>, UserStoreError>;

    /// Who has this handle, or had it until `now` and not longer ago than it is kept.
    async fn named(&self, handle: &str, now: WallMs) -> Result<Option<Named>, UserStoreError>;

    /// The account with this handle.
    async fn by_handle(&self, handle: &str) -> Result<Option<User>, UserStoreError>;

    /// People with an identity of `provider`, oldest identity first, each with its subject.
    async fn of_provider(
        &self,
        provider: &str,
        limit: u32,
    ) -> Result<Vec<(String, User)>, UserStoreError>;
}
