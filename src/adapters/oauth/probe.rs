//! A sign-in provider examined: whether its issuer publishes what the configuration leaves to it, and its keys.

use std::time::Duration;

use async_trait::async_trait;

use super::OAuthProvider;
use crate::config::{ProviderConfig, PublicUrl};
use crate::domain::clock::Clock;
use crate::ports::probe::{Fault, Finding, Probe};

/// Examines one provider.
#[derive(Debug)]
pub struct ProviderProbe {
    config: ProviderConfig,
    public: PublicUrl,
}

impl ProviderProbe {
    /// Of the provider as configured.
    pub fn new(config: ProviderConfig, public: PublicUrl) -> Self {
        Self { config, public }
    }
}

#[async_trait]
impl Probe for ProviderProbe {
    async fn examine(&self, finding: &mut Finding, _patience: Duration) -> Result<(), Fault> {
        let (id, kind) = (&self.config.id, self.config.kind);
        finding.detail = Some(format!("{id} ({kind})"));
        let remedy = || format!("see auth.providers.{id} in maru config");
        let provider = OAuthProvider::new(&self.config, &self.public, Clock::start());
        let provider = provider
            .map_err(|error| Fault::caused("cannot be used as configured", &error, remedy()))?;
        let endpoints = provider.directory.endpoints().await;
        let endpoints = endpoints.map_err(|error| {
            Fault::caused("cannot be asked for its addresses", &error, remedy())
        })?;
        let Some(jwks) = &endpoints.jwks else {
            return Ok(());
        };
        let keys = provider.keys.fetch(jwks).await;
        let keys = keys.map_err(|error| Fault::caused("gives no keys", &error, remedy()))?;
        if keys.len() == 0 {
            return Err(Fault::new(
                "publishes no key that could check an ID token",
                remedy(),
            ));
        }
        finding.detail = Some(format!("{id} ({kind}), keys: {}", keys.len()));
        Ok(())
    }
}
