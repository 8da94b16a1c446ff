//! Sign-ins on their way through a provider: what each is about, kept until its browser is back, at whichever node.

use std::fmt;

use async_trait::async_trait;

use crate::domain::address::AddressGroup;

#[cfg(test)]
pub(crate) mod conformance;

/// Sign-ins under way cannot be kept or looked up now; to be begun again.
#[derive(Debug, thiserror::Error)]
#[error("sign-ins under way cannot be reached: {0}")]
pub struct PendingUnavailable(pub String);

/// How long sign-ins are kept, and how many.
#[derive(Debug, Clone, Copy)]
pub struct PendingBounds {
    /// How long a person may take, in milliseconds.
    pub lifetime_ms: u64,
    /// Of all: beyond, the oldest of the network that has most gives way.
    pub entries_max: usize,
    /// And of one address: its own oldest gives way.
    pub of_group_max: usize,
}

/// A sign-in under way.
#[derive(Clone, PartialEq, Eq)]
pub struct Kept {
    /// What it is about, as it was given.
    pub body: Vec<u8>,
    /// What was said of the person's name meanwhile.
    pub name: Option<String>,
}

// It has what proves that the sign-in began here.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(..)")
    }
}

/// Keeps sign-ins under way, each under the state its browser will bring back: a secret that was never used before.
///
/// Each is taken out once at most, whoever asks at once, and not after its time. What is kept outside of this process
/// says nothing to whoever reads it there without the state.
#[async_trait]
pub trait PendingSignIns: Send + Sync {
    /// Keeps a sign-in with a provider, of somebody from there.
    async fn keep(
        &self,
        state: &str,
        provider: &str,
        body: Vec<u8>,
        from: Option<AddressGroup>,
    ) -> Result<(), PendingUnavailable>;

    /// Notes what the person is called, if the sign-in is under way with this provider.
    async fn note_name(
        &self,
        state: &str,
        provider: &str,
        name: &str,
    ) -> Result<(), PendingUnavailable>;

    /// Takes a sign-in out: a second time there is none.
    async fn take(&self, state: &str) -> Result<Option<Kept>, PendingUnavailable>;
}
