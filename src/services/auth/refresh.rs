//! Refresh tokens: opaque to everybody else, recognised by their seal, and each made of the one before.
//!
//! A successor is derived from its predecessor, the installation's secret and a salt that is kept with its hash. So
//! whoever shows the predecessor again, because the answer was lost, can be given the very same successor although
//! nobody has kept it; and whoever has read the store alone can derive none.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use sha2::Sha256;
use uuid::Uuid;

use super::secret::hash;
use crate::domain::id::LoginId;
use crate::ports::login::{NewRefresh, SecretHash};

/// Before each refresh token, for people and programs that look for leaked ones.
pub const REFRESH_PREFIX: &str = "maru_rt_";

/// The login, the generation, 256 secret bits, and the seal.
const BYTES: usize = 16 + 4 + SECRET_BYTES + SEAL_BYTES;
const SECRET_BYTES: usize = 32;

/// HMAC-SHA-256 cut to 128 bits. It only keeps others from making up old generations: the secret is the proof.
const SEAL_BYTES: usize = 16;

/// Makes and recognises refresh tokens.
#[derive(Clone)]
pub(super) struct RefreshKey(Hmac<Sha256>);

/// A refresh token that is whole and ours; whether it is good is for the store to say.
pub(super) struct Shown {
    pub(super) login: LoginId,
    pub(super) generation: u32,
    pub(super) hash: SecretHash,
    secret: [u8; SECRET_BYTES],
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(..)")
    }
}

/// A salt for a successor.
pub(super) fn salt() -> [u8; 16] {
    let mut salt = [0; 16];
    rand::rng().fill_bytes(&mut salt);
    salt
}

/// What is kept of a token.
pub(super) fn kept(text: &str, salt: [u8; 16]) -> NewRefresh {
    let hash = hash(text);
    NewRefresh { hash, salt }
}

impl RefreshKey {
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        // HMAC takes keys of any length, so this cannot fail for 32 bytes.
        #[allow(clippy::expect_used)]
        let mac = Hmac::new_from_slice(secret).expect("32 bytes are a key");
        Self(mac)
    }

    /// The first token of a login.
    pub(super) fn first(&self, login: LoginId) -> String {
        let mut secret = [0; SECRET_BYTES];
        rand::rng().fill_bytes(&mut secret);
        self.text(login, 0, &secret)
    }

    /// The token after this one, by this salt: the same each time.
    pub(super) fn successor(&self, shown: &Shown, salt: &[u8; 16]) -> String {
        let generation = shown.generation.saturating_add(1);
        let mac = self.0.clone().chain_update(b"successor");
        let mac = mac.chain_update(shown.login.uuid().as_bytes());
        let mac = mac.chain_update(generation.to_be_bytes());
        let mac = mac.chain_update(shown.secret).chain_update(salt);
        let secret: [u8; SECRET_BYTES] = mac.finalize().into_bytes().into();
        self.text(shown.login, generation, &secret)
    }

    /// A token that came back.
    pub(super) fn open(&self, text: &str) -> Option<Shown> {
        let body = text.strip_prefix(REFRESH_PREFIX)?;
        // Longer texts are not even decoded.
        let plausible = body.len() == (BYTES * 4).div_ceil(3);
        let bytes = plausible.then(|| URL_SAFE_NO_PAD.decode(body).ok())??;
        let (body, seal) = bytes.split_at_checked(BYTES - SEAL_BYTES)?;
        self.sealing(body).verify_truncated_left(seal).ok()?;
        let (login, rest) = body.split_at_checked(16)?;
        let (generation, secret) = rest.split_at_checked(4)?;
        Some(Shown {
            login: LoginId::from_uuid(Uuid::from_slice(login).ok()?),
            generation: u32::from_be_bytes(generation.try_into().ok()?),
            hash: hash(text),
            secret: secret.try_into().ok()?,
        })
    }

    fn text(&self, login: LoginId, generation: u32, secret: &[u8; SECRET_BYTES]) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(login.uuid().as_bytes());
        bytes.extend_from_slice(&generation.to_be_bytes());
        bytes.extend_from_slice(secret);
        let seal = self.sealing(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&seal[..SEAL_BYTES]);
        format!("{REFRESH_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn sealing(&self, body: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(b"seal").chain_update(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_successor_is_the_same_each_time_and_nobody_elses() {
        let key = RefreshKey::new(&[7; 32]);
        let login = LoginId::generate();
        let first = key.first(login);
        assert!(first.starts_with("maru_rt_"));
        assert_ne!(first, key.first(login));
        let shown = key.open(&first).unwrap();
        assert_eq!((shown.login, shown.generation), (login, 0));
        let second = key.successor(&shown, &[1; 16]);
        assert_eq!(second, key.successor(&shown, &[1; 16]));
        assert_ne!(second, key.successor(&shown, &[2; 16]));
        assert_ne!(
            second,
            RefreshKey::new(&[8; 32]).successor(&shown, &[1; 16])
        );
        let shown = key.open(&second).unwrap();
        assert_eq!((shown.login, shown.generation), (login, 1));
        assert_eq!(format!("{shown:?}"), "Shown(..)");
    }

    #[test]
    fn tokens_come_back_whole_or_not_at_all() {
        let key = RefreshKey::new(&[7; 32]);
        let token = key.first(LoginId::generate());
        assert!(RefreshKey::new(&[8; 32]).open(&token).is_none());
        let long = format!("maru_rt_{}", "A".repeat(1_000_000));
        for bad in [
            "",
            "maru_rt_",
            "maru_pat_x",
            &token[1..],
            &token[8..],
            &format!("{token}A"),
            &long,
        ] {
            assert!(key.open(bad).is_none());
        }
        for place in REFRESH_PREFIX.len()..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(key.open(&changed).is_none(), "byte {place}");
        }
    }
}
