//! What an installation as a whole has one of.

use async_trait::async_trait;

/// The store did not answer, or not with what it should.
#[derive(Debug, thiserror::Error)]
#[error("the installation's store: {0}")]
pub struct InstallationUnavailable(pub String);

/// Keeps what all nodes of an installation share.
#[async_trait]
pub trait Installation: Send + Sync {
    /// The secret of this name, which is `fresh` if there was none. However many nodes ask at once, all get the same.
    async fn secret(
        &self,
        name: &str,
        fresh: [u8; 32],
    ) -> Result<[u8; 32], InstallationUnavailable>;
}
