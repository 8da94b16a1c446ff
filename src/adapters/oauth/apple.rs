//! Apple's client secret: a token one signs oneself, with the key Apple gave.

use std::sync::{Mutex, PoisonError};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

use crate::config::{AppleKey, ProviderConfig};
use crate::domain::clock::{Clock, WallMs};
use crate::ports::identity::ProviderError;

/// How long one is good; Apple takes up to half a year.
const LIFETIME_S: u64 = 60 * 60;

/// A new one is made so long before the old one ends.
const AHEAD_S: u64 = 5 * 60;

const _: () = assert!(AHEAD_S < LIFETIME_S);

/// The private key is no ES256 key in PEM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private key is not the text of a .p8 file")]
pub struct BadKey;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: u64,
    exp: u64,
    aud: &'a str,
    sub: &'a str,
}

/// Makes client secrets, and keeps the last while it is good.
pub(super) struct AppleSecret {
    key: EncodingKey,
    key_id: String,
    team_id: String,
    client_id: String,
    audience: String,
    last: Mutex<Option<(u64, String)>>,
    clock: Clock,
}

impl AppleSecret {
    pub(super) fn new(
        key: &AppleKey,
        config: &ProviderConfig,
        clock: Clock,
    ) -> Result<Self, BadKey> {
        let pem = key.private_key.reveal().as_bytes();
        let made = Self {
            key: EncodingKey::from_ec_pem(pem).map_err(|_| BadKey)?,
            key_id: key.key_id.clone(),
            team_id: key.team_id.clone(),
            client_id: config.client_id.clone(),
            audience: config.issuer.clone(),
            last: Mutex::new(None),
            clock,
        };
        // Said at start, not to the first person who signs in.
        made.at(clock.wall()).map_err(|_| BadKey)?;
        Ok(made)
    }

    /// One that is good now and for a while.
    pub(super) fn get(&self) -> Result<String, ProviderError> {
        let made = self.at(self.clock.wall());
        made.map_err(|_| ProviderError::Unavailable("the client secret cannot be made".to_owned()))
    }

    fn at(&self, now: WallMs) -> Result<String, jsonwebtoken::errors::Error> {
        let now_s = now.0 / 1_000;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((expires_s, secret)) = last.as_ref()
            && now_s + AHEAD_S < *expires_s
        {
            return Ok(secret.clone());
        }
        let expires_s = now_s + LIFETIME_S;
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.key_id.clone());
        let claims = Claims {
            iss: &self.team_id,
            iat: now_s,
            exp: expires_s,
            aud: &self.audience,
            sub: &self.client_id,
        };
        let secret = encode(&header, &claims, &self.key)?;
        *last = Some((expires_s, secret.clone()));
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{DecodingKey, Validation, decode};
    use serde_json::Value;

    use super::*;
    use crate::config::{ProviderKind, Secret};

    /// The head of a PKCS #8 key of P-256, before its 32 bytes.
    const P256_HEAD: &[u8] = &[
        0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02,
        0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25,
        0x02, 0x01, 0x01, 0x04, 0x20,
    ];

    fn made(pem: &str) -> Result<AppleSecret, BadKey> {
        let key = AppleKey {
            team_id: "TEAM".to_owned(),
            key_id: "KEY".to_owned(),
            private_key: Secret::new(pem),
        };
        let config = ProviderConfig::new("apple", ProviderKind::Apple, "example.maru.web");
        AppleSecret::new(&key, &config, Clock::start())
    }

    #[test]
    fn a_secret_says_what_apple_wants_and_lasts_until_shortly_before_its_end() {
        let der = [P256_HEAD, &[7; 32]].concat();
        let label = ["PRIVATE", "KEY"].join(" ");
        let body = STANDARD.encode(&der);
        let apple = made(&format!(
            "-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"
        ));
        let apple = apple.unwrap();
        let now = apple.clock.wall();
        let first = apple.at(now).unwrap();
        let later = |s: u64| apple.at(WallMs(now.0 + s * 1_000)).unwrap();
        assert_eq!(later(LIFETIME_S - AHEAD_S - 2), first);

        let jwk = Jwk::from_encoding_key(&EncodingKey::from_ec_der(&der), Algorithm::ES256);
        let key = DecodingKey::from_jwk(&jwk.unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&["https://appleid.apple.com"]);
        let token = decode::<Value>(&first, &key, &validation).unwrap();
        assert_eq!(token.header.kid.as_deref(), Some("KEY"));
        assert_eq!(token.claims["iss"], "TEAM");
        assert_eq!(token.claims["sub"], "example.maru.web");
        let lifetime =
            token.claims["exp"].as_u64().unwrap() - token.claims["iat"].as_u64().unwrap();
        assert_eq!(lifetime, LIFETIME_S);

        assert_ne!(later(LIFETIME_S - AHEAD_S + 1), first);
    }

    #[test]
    fn a_key_that_signs_nothing_is_told_at_once() {
        for bad in [
            "",
            "hush",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        ] {
            assert!(matches!(made(bad), Err(BadKey)), "{bad}");
        }
    }
}
