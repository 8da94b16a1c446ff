//! The keys a provider signs ID tokens with, as it publishes them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse, RSAKeyParameters,
};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::cached::{Ages, Cached};
use super::http::HttpClient;
use crate::domain::clock::Clock;
use crate::ports::identity::ProviderError;

/// A key that was withdrawn is good for so long at most; and one address is asked once a minute at most.
const AGES: Ages = Ages {
    fresh_ms: 10 * 60 * 1_000,
    kept_ms: 6 * 60 * 60 * 1_000,
    again_ms: 60 * 1_000,
    retry_ms: 2_000,
};

/// Providers publish two to five.
const KEYS_MAX: usize = 64;

/// Shorter ones are broken, and longer ones take long to try.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;

const RSA_ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
];

/// One key that can check signatures, and by which algorithms: what a token says of its algorithm is never enough.
pub(super) struct VerifyingKey {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
}

/// Every such key of a provider.
pub(super) struct KeySet(Vec<VerifyingKey>);

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads a JWK set. What cannot check signatures, a shared secret above all, is left out.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let document: Document = serde_json::from_slice(bytes).ok()?;
        if document.keys.len() > KEYS_MAX {
            return None;
        }
        let keys = document.keys.into_iter();
        let keys = keys.filter_map(|key| verifying_key(&serde_json::from_value(key).ok()?));
        Some(Self(keys.collect()))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key a token names; the only one that can be meant where it names none.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&VerifyingKey> {
        let named = |key: &&VerifyingKey| id.is_none() || key.id.as_deref() == id;
        let usable = |key: &&VerifyingKey| key.algorithms.contains(&algorithm);
        let mut fitting = self.0.iter().filter(named).filter(usable);
        let first = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(first)
    }
}

fn verifying_key(jwk: &Jwk) -> Option<VerifyingKey> {
    if !matches!(
        jwk.common.public_key_use,
        None | Some(PublicKeyUse::Signature)
    ) {
        return None;
    }
    let possible: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(key) => is_strong(key).then_some(RSA_ALGORITHMS)?,
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[Algorithm::ES256],
            EllipticCurve::P384 => &[Algorithm::ES384],
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[Algorithm::EdDSA]
        }
        _ => return None,
    };
    let said = jwk.common.key_algorithm;
    let said = |algorithm: &&Algorithm| said.is_none_or(|it| it == KeyAlgorithm::from(**algorithm));
    let algorithms: Vec<Algorithm> = possible.iter().filter(said).copied().collect();
    Some(VerifyingKey {
        id: jwk.common.key_id.clone(),
        key: DecodingKey::from_jwk(jwk).ok()?,
        algorithms: (!algorithms.is_empty()).then_some(algorithms)?,
    })
}

fn is_strong(key: &RSAKeyParameters) -> bool {
    let modulus = URL_SAFE_NO_PAD.decode(&key.n).unwrap_or_default();
    let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
    RSA_BYTES.contains(&(modulus.len() - zeros))
}

/// Fetches the keys when needed.
pub(super) struct Keys {
    cached: Cached<KeySet>,
    http: HttpClient,
    clock: Clock,
}

impl Keys {
    pub(super) fn new(http: HttpClient, clock: Clock) -> Self {
        Self {
            cached: Cached::new(AGES),
            http,
            clock,
        }
    }

    /// The keys at `url`, with the one a token names if the provider publishes it by now.
    pub(super) async fn with(
        &self,
        url: &Url,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> Result<std::sync::Arc<KeySet>, ProviderError> {
        let now = || self.clock.tick();
        let has_it = |keys: &KeySet| keys.find(id, algorithm).is_some();
        self.cached.get(now, has_it, || self.fetch(url)).await
    }

    /// The keys there now, whatever is known.
    pub(super) async fn fetch(&self, url: &Url) -> Result<KeySet, ProviderError> {
        let failed = |why: String| ProviderError::Unavailable(format!("the keys: {why}"));
        let answer = self.http.get(url, None).await;
        let answer = answer.map_err(|error| failed(error.to_string()))?;
        KeySet::read(&answer).ok_or_else(|| failed("the answer is no set of keys".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rsa(bytes: usize) -> Value {
        let n = URL_SAFE_NO_PAD.encode(vec![0xC1; bytes]);
        json!({ "kty": "RSA", "kid": "r", "n": n, "e": "AQAB" })
    }

    fn set(keys: &[Value]) -> KeySet {
        let document = json!({ "keys": keys });
        KeySet::read(document.to_string().as_bytes()).unwrap()
    }

    fn with(mut key: Value, name: &str, value: &str) -> Value {
        key[name] = value.into();
        key
    }

    #[test]
    fn a_key_is_good_for_the_algorithms_of_its_type_only() {
        let keys = set(&[rsa(256)]);
        for algorithm in RSA_ALGORITHMS {
            assert!(keys.find(Some("r"), *algorithm).is_some());
        }
        for other in [Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(keys.find(Some("r"), other).is_none(), "{other:?}");
        }
        let narrow = set(&[with(rsa(256), "alg", "RS256")]);
        assert!(narrow.find(Some("r"), Algorithm::RS256).is_some());
        assert!(narrow.find(Some("r"), Algorithm::RS512).is_none());
    }

    #[test]
    fn shared_secrets_weak_keys_and_keys_for_other_uses_are_left_out() {
        let keys = set(&[
            json!({ "kty": "oct", "kid": "r", "k": "aGFuZXVs" }),
            rsa(128),
            rsa(1_024),
            with(rsa(256), "use", "enc"),
            with(rsa(256), "alg", "RSA-OAEP"),
            with(rsa(256), "alg", "HS256"),
            json!({ "kty": "EC", "crv": "secp256k1", "kid": "r", "x": "AA", "y": "AA" }),
            json!({ "kty": "unheard of" }),
            json!(7),
        ]);
        assert!(keys.0.is_empty());
        assert!(KeySet::read(b"{}").is_none());
        assert!(KeySet::read(b"<html>").is_none());
        let many = json!({ "keys": vec![rsa(256); KEYS_MAX + 1] });
        assert!(KeySet::read(many.to_string().as_bytes()).is_none());
    }

    #[test]
    fn a_token_that_names_no_key_means_the_only_one() {
        let one = set(&[rsa(256)]);
        assert!(one.find(None, Algorithm::RS256).is_some());
        let two = set(&[rsa(256), with(rsa(256), "kid", "s")]);
        assert!(two.find(None, Algorithm::RS256).is_none());
        assert!(two.find(Some("s"), Algorithm::RS256).is_some());
        assert!(two.find(Some("t"), Algorithm::RS256).is_none());
    }
}
