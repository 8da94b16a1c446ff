//! What whoever runs the servers changes beside them, while they run: roles, and the keys tokens are signed with.

use std::error::Error;
use std::fmt;

use async_trait::async_trait;

use crate::domain::clock::WallMs;
use crate::domain::user::AccountRole;
use crate::ports::login::StoredKey;

#[cfg(test)]
pub(crate) mod conformance;

/// The store did not do as asked; it says why.
#[derive(Debug)]
pub struct OperatorStoreError(pub Box<dyn Error + Send + Sync>);

impl fmt::Display for OperatorStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for OperatorStoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// What giving a role came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleGiven {
    /// They have it, and had this one before.
    Before(AccountRole),
    /// Nobody has the handle; nothing was changed.
    NoSuchUser,
    /// Nobody would be an admin any more who can act; nothing was changed.
    LastAdmin,
}

/// What revoking a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRevoked {
    /// It is believed no more, and this one signs from now on.
    Signs(String),
    /// There is no such key; nothing was changed.
    NoSuchKey,
    /// Nothing would be left to sign with; nothing was changed.
    OnlyKey,
}

/// What is done by hand in a store that servers are working on. Each is one step, written to the audit log in it as
/// nobody's deed; servers notice within seconds.
#[async_trait]
pub trait OperatorStore: Send + Sync {
    /// Gives an account a role. The last admin who is neither closed nor suspended stays one: another is made first.
    async fn give_role(
        &self,
        handle: &str,
        role: AccountRole,
        at: WallMs,
    ) -> Result<RoleGiven, OperatorStoreError>;

    /// The keys there are, the one that signs last first.
    async fn keys(&self) -> Result<Vec<StoredKey>, OperatorStoreError>;

    /// Adds a key. Keys that have not signed yet give way to it when it signs before them, and those that no token is
    /// verified with any more, `verified_ms` after their successor's time, are removed.
    async fn add_key(
        &self,
        key: &StoredKey,
        verified_ms: u64,
        now: WallMs,
    ) -> Result<(), OperatorStoreError>;

    /// Takes a key out, with the belief in all it has signed; the newest other one signs from now on, or `replacement`
    /// does. However many are revoked at once, one is left.
    async fn revoke_key(
        &self,
        kid: &str,
        replacement: Option<&StoredKey>,
        now: WallMs,
    ) -> Result<KeyRevoked, OperatorStoreError>;
}
