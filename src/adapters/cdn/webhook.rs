//! Any other cache: a program of the operator's is told, and knows by the signature that it was us.

use async_trait::async_trait;
use hmac::{Hmac, Mac};
use http::header::CONTENT_TYPE;
use serde_json::json;
use sha2::Sha256;

use super::outcome;
use crate::config::Secret;
use crate::ports::cdn::{CdnPurge, NotPurged};

/// Where a program listens.
#[derive(Debug)]
pub(super) struct Webhook {
    pub client: reqwest::Client,
    pub url: String,
    pub secret: Secret,
}

/// `sha256=` and the HMAC-SHA-256 of the body, in hexadecimal digits.
pub(super) fn signature(secret: &str, body: &[u8]) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(body);
    let tag = mac.finalize().into_bytes();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("sha256={hex}"))
}

#[async_trait]
impl CdnPurge for Webhook {
    async fn purge(&self, urls: &[String]) -> Result<(), NotPurged> {
        if urls.is_empty() {
            return Ok(());
        }
        let body = json!({ "urls": urls }).to_string();
        let signature = signature(self.secret.reveal(), body.as_bytes());
        let signature =
            signature.ok_or_else(|| NotPurged("no signature can be made".to_owned()))?;
        let request = self.client.post(&self.url);
        let request = request.header(CONTENT_TYPE, "application/json");
        outcome(
            request
                .header("maru-signature", signature)
                .body(body)
                .send()
                .await,
        )
        .map(drop)
    }
}
