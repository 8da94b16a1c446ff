//! Caches of other people's networks, and how each is told to drop something.

use std::time::Duration;

use crate::config::{CdnConfig, CdnPurger};
use crate::ports::cdn::{CdnPurge, NoCdn, NotPurged};

mod cloudflare;
mod fastly;
#[cfg(test)]
mod tests;
mod webhook;

use cloudflare::Cloudflare;
use fastly::Fastly;
use webhook::Webhook;

/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// The driver that is configured.
pub fn purger(config: &CdnConfig) -> Result<Box<dyn CdnPurge>, reqwest::Error> {
    let client = || {
        reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(reqwest::redirect::Policy::none())
            .build()
    };
    Ok(match config.purger() {
        None => Box::new(NoCdn),
        Some(CdnPurger::Cloudflare { api, zone, token }) => Box::new(Cloudflare {
            client: client()?,
            address: format!("{api}/client/v4/zones/{zone}/purge_cache"),
            token,
        }),
        Some(CdnPurger::Fastly { api, token }) => Box::new(Fastly {
            client: client()?,
            api,
            token,
        }),
        Some(CdnPurger::Webhook { url, secret }) => Box::new(Webhook {
            client: client()?,
            url,
            secret,
        }),
    })
}

/// What came of asking. Errors name the address that was asked, and never what was shown there.
fn outcome(answer: Result<reqwest::Response, reqwest::Error>) -> Result<(), NotPurged> {
    let answer = answer.map_err(|error| NotPurged(error.to_string()))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(NotPurged(format!("{} answered {status}", answer.url()))),
    }
}
