//! Fastly: an address is purged by a request that names it.

use async_trait::async_trait;

use super::outcome_saying;
use crate::config::Secret;
use crate::ports::cdn::{CdnPurge, NotPurged};

/// An account.
#[derive(Debug)]
pub(super) struct Fastly {
    pub client: reqwest::Client,
    pub api: String,
    pub token: Secret,
}

#[async_trait]
impl CdnPurge for Fastly {
    async fn purge(&self, urls: &[String]) -> Result<(), NotPurged> {
        for url in urls {
            let bare = url.split_once("://").map_or(url.as_str(), |(_, bare)| bare);
            let request = self.client.post(format!("{}/purge/{bare}", self.api));
            let request = request.header("fastly-key", self.token.reveal());
            outcome_saying(request.send().await, ("status", "ok".into())).await?;
        }
        Ok(())
    }
}
