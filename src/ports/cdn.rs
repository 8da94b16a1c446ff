//! Caches between us and whoever looks at pictures: what they are to drop.

use async_trait::async_trait;

#[cfg(test)]
pub(crate) mod conformance;

/// The caches have not dropped it, as far as we know; it may be tried again.
#[derive(Debug, thiserror::Error)]
#[error("caches were not purged: {0}")]
pub struct NotPurged(pub String);

/// The way to them.
#[async_trait]
pub trait CdnPurge: Send + Sync {
    /// Makes every cache drop these addresses, or fails as a whole: also where the network says that it did not, is
    /// silent for too long, or sends elsewhere. Of no addresses nobody is told. May be repeated. What proves who we are
    /// is in no error.
    async fn purge(&self, urls: &[String]) -> Result<(), NotPurged>;
}

/// No caches but those of browsers.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCdn;

#[async_trait]
impl CdnPurge for NoCdn {
    async fn purge(&self, _: &[String]) -> Result<(), NotPurged> {
        Ok(())
    }
}
