//! Signing keys and their times: published before they sign, and kept for a while after.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{DecodingKey, EncodingKey};
use rand::RngCore;
use sha2::{Digest, Sha256};

use super::lifetime::KEY_OVERLAP_MS;
use crate::domain::clock::WallMs;
use crate::ports::login::StoredKey;

/// An Ed25519 private key in PKCS #8, as RFC 8410 section 7 writes it, up to the seed.
const PKCS8_HEAD: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// What a key is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// Published, and will sign.
    Next,
    /// Signs.
    Current,
    /// Signs no more; what it has signed is good while it lasts.
    Retired,
    /// Believed no more.
    Forgotten,
}

impl KeyState {
    /// Its name for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
            Self::Forgotten => "forgotten",
        }
    }
}

/// A new key that signs from `signs_from` on.
pub fn new_key(now: WallMs, signs_from: WallMs) -> StoredKey {
    let mut seed = [0; 32];
    rand::rng().fill_bytes(&mut seed);
    StoredKey {
        kid: thumbprint(&public(&seed)),
        seed,
        created: now,
        signs_from,
    }
}

fn public(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// The name RFC 7638 gives a key.
fn thumbprint(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()))
}

/// The states of keys at a moment; `keys` are as the store gives them, the one that signs last first.
pub fn states(keys: &[StoredKey], now: WallMs) -> impl Iterator<Item = (&StoredKey, KeyState)> {
    let mut successor: Option<WallMs> = None;
    keys.iter().map(move |key| {
        let state = match successor {
            Some(since) if since <= now && now.0 - since.0 > KEY_OVERLAP_MS => KeyState::Forgotten,
            Some(since) if since <= now => KeyState::Retired,
            _ if key.signs_from > now => KeyState::Next,
            _ => KeyState::Current,
        };
        successor = Some(key.signs_from);
        (key, state)
    })
}

/// A key ready for use.
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) public: [u8; 32],
    pub(super) signs: EncodingKey,
    pub(super) verifies: DecodingKey,
}

/// The keys that are believed at a moment.
pub(super) struct Keyring {
    keys: Vec<Key>,
    current: usize,
    /// When the states of the keys change next.
    pub(super) until: WallMs,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(..)")
    }
}

impl Keyring {
    /// The keys as they are now. Without a current one the earliest to come signs: clocks that were set back must
    /// not stop sign-ins.
    pub(super) fn new(stored: &[StoredKey], now: WallMs) -> Option<Self> {
        let believed = states(stored, now).filter(|(_, state)| *state != KeyState::Forgotten);
        let believed: Vec<(&StoredKey, KeyState)> = believed.collect();
        let is_current = |(_, state): &(&StoredKey, KeyState)| *state == KeyState::Current;
        let current = believed.iter().position(is_current);
        let current = current.or(believed.len().checked_sub(1))?;
        // A key is believed for a while after its successor's time.
        let successors = stored.iter().rev().skip(1);
        let ends = successors.map(|key| WallMs(key.signs_from.0 + KEY_OVERLAP_MS + 1));
        let turns = stored.iter().map(|key| key.signs_from).chain(ends);
        let until = turns.filter(|turn| *turn > now).min();
        let keys = believed.into_iter().map(|(stored, _)| {
            let public = public(&stored.seed);
            let der = [PKCS8_HEAD.as_slice(), &stored.seed].concat();
            Key {
                kid: stored.kid.clone(),
                public,
                signs: EncodingKey::from_ed_der(&der),
                verifies: DecodingKey::from_ed_der(&public),
            }
        });
        Some(Self {
            keys: keys.collect(),
            current,
            until: until.unwrap_or(WallMs(u64::MAX)),
        })
    }

    /// The one that signs.
    pub(super) fn current(&self) -> &Key {
        &self.keys[self.current]
    }

    /// The one with this name, if it is believed.
    pub(super) fn find(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// Those to publish.
    pub(super) fn published(&self) -> impl Iterator<Item = PublicKey> {
        self.keys.iter().map(|key| PublicKey {
            kid: key.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(key.public),
        })
    }
}

/// The public half of a signing key, as everybody may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// What tokens call it.
    pub kid: String,
    /// The point, in URL-safe base64.
    pub x: String,
}

#[cfg(test)]
mod tests {
    use super::super::lifetime::KEY_AHEAD_MS;
    use super::*;

    #[test]
    fn a_key_is_known_before_it_signs_and_believed_until_its_last_token_has_ended() {
        let old = new_key(WallMs(0), WallMs(0));
        let turn = WallMs(1_000 + KEY_AHEAD_MS);
        let new = new_key(WallMs(1_000), turn);
        let keys = [new.clone(), old.clone()];
        let at = |now: u64| -> Vec<&str> {
            states(&keys, WallMs(now))
                .map(|(_, state)| state.as_str())
                .collect()
        };
        assert_eq!(at(1_000), ["next", "current"]);
        assert_eq!(at(turn.0 - 1), ["next", "current"]);
        assert_eq!(at(turn.0), ["current", "retired"]);
        assert_eq!(at(turn.0 + KEY_OVERLAP_MS), ["current", "retired"]);
        assert_eq!(at(turn.0 + KEY_OVERLAP_MS + 1), ["current", "forgotten"]);

        let ring = |now: u64| Keyring::new(&keys, WallMs(now)).unwrap();
        let before = ring(turn.0 - 1);
        assert_eq!(before.current().kid, old.kid);
        assert!(before.find(&new.kid).is_some() && before.published().count() == 2);
        assert_eq!(before.until, turn);
        let during = ring(turn.0);
        assert_eq!(during.current().kid, new.kid);
        assert!(during.find(&old.kid).is_some());
        assert_eq!(during.until, WallMs(turn.0 + KEY_OVERLAP_MS + 1));
        let after = ring(turn.0 + KEY_OVERLAP_MS + 1);
        assert!(after.find(&old.kid).is_none() && after.published().count() == 1);
    }

    #[test]
    fn a_key_that_signs_at_once_leaves_the_one_before_its_overlap() {
        let old = new_key(WallMs(0), WallMs(0));
        let new = new_key(WallMs(5), WallMs(5));
        let ring = Keyring::new(&[new.clone(), old.clone()], WallMs(5)).unwrap();
        assert_eq!(ring.current().kid, new.kid);
        assert!(ring.find(&old.kid).is_some());
        assert!(Keyring::new(&[], WallMs(5)).is_none());
    }

    #[test]
    fn a_thumbprint_is_that_of_rfc_8037() {
        // Appendix A.3.
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let public: [u8; 32] = URL_SAFE_NO_PAD.decode(x).unwrap().try_into().unwrap();
        assert_eq!(
            thumbprint(&public),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }
}
