//! ID tokens, as OpenID Connect Core 3.1.3.7 wants them checked. Whatever cannot be checked is refused.

use jsonwebtoken::{Algorithm, AlgorithmFamily, Header, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use url::Url;

use super::keys::Keys;
use crate::domain::clock::WallMs;
use crate::ports::identity::ProviderError;

/// Longer than any provider's, by far.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY_S: u64 = 60;

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    /// Whom it may be for; all of them are us.
    pub(super) audiences: &'a [String],
    pub(super) nonce: &'a str,
    pub(super) now: WallMs,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    iat: f64,
    nonce: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// The claims of a good token, beside those that were checked.
pub(super) async fn verify(
    token: &str,
    keys: &Keys,
    keys_url: &Url,
    expected: Expected<'_>,
) -> Result<Map<String, Value>, ProviderError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(refused("it is too long"));
    }
    let header = decode_header(token).map_err(|_| refused("its header cannot be read"))?;
    let algorithm = allowed(&header)?;
    let id = header.kid.as_deref();
    let keys = keys.with(keys_url, id, algorithm).await?;
    let key = keys.find(id, algorithm);
    let key = key.ok_or_else(|| refused("the provider publishes no key for it"))?;
    let mut validation = Validation::new(algorithm);
    validation.leeway = LEEWAY_S;
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(expected.audiences);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    let token = decode::<Claims>(token, &key.key, &validation);
    // Only the kind of the failure: its text may quote a claim.
    let token = token.map_err(|error| refused(kind_of(&error)))?;
    check(&token.claims, expected)?;
    Ok(token.claims.others)
}

fn allowed(header: &Header) -> Result<Algorithm, ProviderError> {
    if header.crit.is_some() {
        return Err(refused("it wants to be understood in ways that are not"));
    }
    // Anybody can make a shared secret of a key that is published.
    if header.alg.family() == AlgorithmFamily::Hmac {
        return Err(refused("its algorithm is not one of signatures"));
    }
    Ok(header.alg)
}

/// What the library does not check, or takes more lightly.
fn check(claims: &Claims, expected: Expected<'_>) -> Result<(), ProviderError> {
    let ours = |id: &String| expected.audiences.contains(id);
    let audience = claims.aud.all();
    if claims.iss != expected.issuer {
        return Err(refused("it is of another issuer"));
    }
    if audience.is_empty() || !audience.iter().all(ours) {
        return Err(refused("it is for others too"));
    }
    let party = match &claims.azp {
        Some(party) => ours(party),
        None => audience.len() == 1,
    };
    if !party {
        return Err(refused("it was given to another"));
    }
    #[allow(clippy::cast_precision_loss)]
    let latest = (expected.now.0 / 1_000 + LEEWAY_S) as f64;
    // Also false for what is no number at all.
    if !(claims.iat >= 0.0 && claims.iat <= latest) {
        return Err(refused("it is from the future"));
    }
    let nonce = claims.nonce.as_deref().unwrap_or_default();
    if !bool::from(nonce.as_bytes().ct_eq(expected.nonce.as_bytes())) {
        return Err(refused("it is of another sign-in"));
    }
    Ok(())
}

fn refused(why: &str) -> ProviderError {
    ProviderError::Refused(format!("the ID token: {why}"))
}

/// The name of the mistake alone.
fn kind_of(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;

    match error.kind() {
        ErrorKind::InvalidSignature => "its signature is wrong",
        ErrorKind::ExpiredSignature => "it has expired",
        ErrorKind::ImmatureSignature => "it is not good yet",
        ErrorKind::InvalidIssuer => "it is of another issuer",
        ErrorKind::InvalidAudience => "it is for others",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing",
        _ => "it cannot be read or checked",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(changes: &Value) -> bool {
        let mut claims = json!({
            "iss": "https://id.example", "aud": "maru", "iat": 1_000, "nonce": "n", "sub": "1",
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let Ok(claims) = serde_json::from_value::<Claims>(claims) else {
            return false;
        };
        let expected = Expected {
            issuer: "https://id.example",
            audiences: &["maru".to_owned(), "maru-native".to_owned()],
            nonce: "n",
            now: WallMs(1_000_000),
        };
        check(&claims, expected).is_ok()
    }

    #[test]
    fn claims_are_taken_to_the_letter() {
        for good in [
            json!({}),
            json!({ "aud": "maru-native" }),
            json!({ "aud": ["maru"] }),
            json!({ "aud": ["maru", "maru-native"], "azp": "maru" }),
            json!({ "azp": "maru-native" }),
            json!({ "iat": 1_060 }),
        ] {
            assert!(judged(&good), "{good}");
        }
        for bad in [
            json!({ "iss": "https://id.example/" }),
            json!({ "iss": ["https://id.example", "https://evil.example"] }),
            json!({ "aud": "MARU" }),
            json!({ "aud": [] }),
            json!({ "aud": ["maru", "evil"], "azp": "maru" }),
            json!({ "aud": ["maru", "maru-native"] }),
            json!({ "aud": ["maru", "maru-native"], "azp": "evil" }),
            json!({ "azp": "evil" }),
            json!({ "iat": 1_061 }),
            json!({ "iat": null }),
            json!({ "iat": -1 }),
            json!({ "nonce": "m" }),
            json!({ "nonce": "" }),
            json!({ "nonce": null }),
        ] {
            assert!(!judged(&bad), "{bad}");
        }
    }
}
