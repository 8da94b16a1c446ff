//! Caches of other people's networks, and how each is told to drop something.

use std::time::Duration;

use serde_json::Value;

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
    let client = || client(PATIENCE);
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

/// Asks no further where it is sent elsewhere: what proves who we are is for one address.
fn client(patience: Duration) -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(patience)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// The longest answer that is read, in bytes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// What went wrong on the way. A webhook's address may be known to nobody else: errors are logged, and name hosts alone.
fn failed(error: reqwest::Error) -> NotPurged {
    let host = error
        .url()
        .and_then(|url| url.host_str())
        .map(str::to_owned);
    let host = host.unwrap_or_default();
    let error = error.without_url();
    match std::error::Error::source(&error) {
        Some(cause) => NotPurged(format!("{host}: {error}: {cause}")),
        None => NotPurged(format!("{host}: {error}")),
    }
}

fn host(answer: &reqwest::Response) -> String {
    answer.url().host_str().unwrap_or_default().to_owned()
}

/// What came of asking.
fn outcome(
    answer: Result<reqwest::Response, reqwest::Error>,
) -> Result<reqwest::Response, NotPurged> {
    let answer = answer.map_err(failed)?;
    match answer.status() {
        status if status.is_success() => Ok(answer),
        status => Err(NotPurged(format!("{} answered {status}", host(&answer)))),
    }
}

/// The same where the body says whether it was done, in a field with this value.
async fn outcome_saying(
    answer: Result<reqwest::Response, reqwest::Error>,
    (field, done): (&str, Value),
) -> Result<(), NotPurged> {
    let mut answer = outcome(answer)?;
    let host = host(&answer);
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_BYTES_MAX {
            return Err(NotPurged(format!("{host} answered without end")));
        }
    }
    let said: Option<Value> = serde_json::from_slice(&body).ok();
    match said.is_some_and(|said| said[field] == done) {
        true => Ok(()),
        false => Err(NotPurged(format!("{host} says that it was not done"))),
    }
}
