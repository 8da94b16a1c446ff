//! Cloudflare: addresses are purged from a zone, so many at once.

use async_trait::async_trait;
use serde_json::json;

use super::outcome_saying;
use crate::config::Secret;
use crate::ports::cdn::{CdnPurge, NotPurged};

/// Addresses in one request, as every plan takes them.
const URLS_AT_ONCE: usize = 30;

/// A zone.
#[derive(Debug)]
pub(super) struct Cloudflare {
    pub client: reqwest::Client,
    pub address: String,
    pub token: Secret,
}

#[async_trait]
impl CdnPurge for Cloudflare {
    async fn purge(&self, urls: &[String]) -> Result<(), NotPurged> {
        for urls in urls.chunks(URLS_AT_ONCE) {
            let request = self.client.post(&self.address);
            let request = request.bearer_auth(self.token.reveal());
            let answer = request.json(&json!({ "files": urls })).send().await;
            outcome_saying(answer, ("success", true.into())).await?;
        }
        Ok(())
    }
}
