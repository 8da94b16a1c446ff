//! Secrets browsers hold for us: 256 random bits, kept here by their hash only.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ports::login::SecretHash;

const BYTES: usize = 32;

/// A random secret in URL-safe base64. `Debug` hides it.
#[derive(Clone)]
pub struct OpaqueSecret(String);

impl OpaqueSecret {
    /// A new one.
    pub fn generate() -> Self {
        let mut bytes = [0; BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self::of(bytes)
    }

    /// The one of these bytes.
    pub(super) fn of(bytes: [u8; BYTES]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// One that came back, if it can be one of ours at all.
    pub fn parse(text: &str) -> Option<Self> {
        // Longer texts are not even decoded.
        let plausible = text.len() == BYTES.div_ceil(3) * 4 - 1;
        let bytes = plausible.then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        (bytes.len() == BYTES).then(|| Self(text.to_owned()))
    }

    /// The secret itself, for the one place that hands it out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        hash(&self.0)
    }

    /// Whether this is the secret a hash was made of, in constant time.
    pub fn matches(&self, kept: &SecretHash) -> bool {
        self.hash().0.ct_eq(&kept.0).into()
    }
}

impl fmt::Debug for OpaqueSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpaqueSecret(..)")
    }
}

/// SHA-256 of a secret's text.
pub(super) fn hash(secret: &str) -> SecretHash {
    SecretHash(Sha256::digest(secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_back_whole_or_not_at_all() {
        let secret = OpaqueSecret::generate();
        let again = OpaqueSecret::parse(secret.reveal()).unwrap();
        assert!(again.matches(&secret.hash()));
        assert!(!OpaqueSecret::generate().matches(&secret.hash()));
        let long = "A".repeat(1_000_000);
        for bad in [
            "",
            "x",
            &secret.reveal()[1..],
            &format!("{}A", secret.reveal()),
            &secret.reveal().replace(|_| true, "!"),
            &long,
        ] {
            assert!(OpaqueSecret::parse(bad).is_none());
        }
        assert_eq!(format!("{secret:?}"), "OpaqueSecret(..)");
    }
}
