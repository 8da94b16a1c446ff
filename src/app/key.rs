//! `maru keys`: the keys access tokens are signed with, changed by whoever runs the server.

use std::path::Path;

use time::format_description::well_known::Rfc3339;

use crate::adapters::sqlite::{self, BesideError, KeyError};
use crate::domain::clock::{Clock, WallMs};
use crate::services::auth::{KEY_AHEAD_MS, KEY_OVERLAP_MS, new_key, states};

/// A key as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// What tokens call it.
    pub kid: String,
    /// next, current, retired or forgotten.
    pub state: &'static str,
    /// From when on it signs.
    pub signs_from: String,
}

/// Makes a new key; its name, and when it begins to sign. It is published first and signs ten minutes later, or signs
/// `at_once`; what the key before it has signed is good until it ends by itself. Works beside a running server, which
/// notices within seconds.
pub async fn rotate_keys(data: &Path, at_once: bool) -> Result<ListedKey, BesideError> {
    let now = Clock::start().wall();
    let ahead_ms = if at_once { 0 } else { KEY_AHEAD_MS };
    let key = new_key(now, WallMs(now.0 + ahead_ms));
    sqlite::add_signing_key(data, &key, KEY_OVERLAP_MS, now).await?;
    let state = if at_once { "current" } else { "next" };
    Ok(ListedKey {
        signs_from: written(key.signs_from),
        kid: key.kid,
        state,
    })
}

/// Distrusts a key at once, and all it has signed; the name of the one that signs from now on, which is a new one with
/// `replace`. Works beside a running server, which notices within seconds.
pub async fn revoke_key(data: &Path, kid: &str, replace: bool) -> Result<String, KeyError> {
    let now = Clock::start().wall();
    let new = replace.then(|| new_key(now, now));
    sqlite::revoke_signing_key(data, kid, new.as_ref(), now).await
}

/// The keys there are, the one that signs last first.
pub async fn list_keys(data: &Path) -> Result<Vec<ListedKey>, BesideError> {
    let now = Clock::start().wall();
    let keys = sqlite::signing_keys(data).await?;
    let listed = states(&keys, now).map(|(key, state)| ListedKey {
        kid: key.kid.clone(),
        state: state.as_str(),
        signs_from: written(key.signs_from),
    });
    Ok(listed.collect())
}

fn written(at: WallMs) -> String {
    at.to_offset().format(&Rfc3339).unwrap_or_default()
}
