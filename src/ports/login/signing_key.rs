//! The keys access tokens are signed with.

use std::fmt;

use async_trait::async_trait;

use super::LoginStoreError;
use crate::domain::clock::WallMs;

/// A signing key as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// What tokens call it: the RFC 7638 thumbprint of its public half.
    pub kid: String,
    /// The Ed25519 seed.
    pub seed: [u8; 32],
    /// When it was made.
    pub created: WallMs,
    /// From when on tokens are signed with it, until a later key's time has come.
    pub signs_from: WallMs,
}

// The seed signs for everybody.
impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredKey({})", self.kid)
    }
}

/// Where signing keys are durable.
#[async_trait]
pub trait SigningKeyStore: Send + Sync {
    /// Every key kept, the one that signs last first. When there is none, `first` is kept and is the answer:
    /// however many ask at once, it is the same.
    async fn signing_keys(&self, first: &StoredKey) -> Result<Vec<StoredKey>, LoginStoreError>;
}
