//! `maru keys`: the keys access tokens are signed with, changed by whoever runs the servers.

use time::format_description::well_known::Rfc3339;

use super::operated::{OperateError, Operated};
use crate::domain::clock::{Clock, WallMs};
use crate::ports::operator::KeyRevoked;
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
/// `at_once`; what the key before it has signed is good until it ends by itself. Works beside running servers, which
/// notice within seconds.
pub async fn rotate_keys(
    store: impl Into<Operated<'_>>,
    at_once: bool,
) -> Result<ListedKey, OperateError> {
    let now = Clock::start().wall();
    let ahead_ms = if at_once { 0 } else { KEY_AHEAD_MS };
    let key = new_key(now, WallMs(now.0 + ahead_ms));
    let store = store.into().open().await?;
    store.add_key(&key, KEY_OVERLAP_MS, now).await?;
    let state = if at_once { "current" } else { "next" };
    Ok(ListedKey {
        signs_from: written(key.signs_from),
        kid: key.kid,
        state,
    })
}

/// Distrusts a key at once, and all it has signed; the name of the one that signs from now on, which is a new one with
/// `replace`. Works beside running servers, which notice within seconds.
pub async fn revoke_key(
    store: impl Into<Operated<'_>>,
    kid: &str,
    replace: bool,
) -> Result<String, OperateError> {
    let now = Clock::start().wall();
    let new = replace.then(|| new_key(now, now));
    let store = store.into().open().await?;
    match store.revoke_key(kid, new.as_ref(), now).await? {
        KeyRevoked::Signs(signs) => Ok(signs),
        KeyRevoked::NoSuchKey => Err(OperateError::NoSuchKey(kid.to_owned())),
        KeyRevoked::OnlyKey => Err(OperateError::OnlyKey(kid.to_owned())),
    }
}

/// The keys there are, the one that signs last first.
pub async fn list_keys(store: impl Into<Operated<'_>>) -> Result<Vec<ListedKey>, OperateError> {
    let now = Clock::start().wall();
    let keys = store.into().open().await?.keys().await?;
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
