//! Resume tokens: who a returning session says it is, sealed so that any node can check it without asking.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::limits::CREDENTIAL_BYTES_MAX;
use crate::domain::clock::WallMs;
use crate::domain::id::{RoomId, SessionId};
use crate::domain::visitor::Bearer;

/// Bytes of the seal: HMAC-SHA-256 cut to 128 bits, as RFC 2104 section 5 allows.
const SEAL_BYTES: usize = 16;

/// What a resume token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The only room it is good for.
    pub room: RoomId,
    /// The session to take up.
    pub session: SessionId,
    /// Which of the session's tokens this is; each welcome brings a newer one.
    pub generation: u32,
    /// Whose session it is.
    pub bearer: Bearer,
    /// When the token was made.
    pub issued: WallMs,
}

/// Seals and opens resume tokens, and tickets.
#[derive(Clone)]
pub struct TokenKey {
    mac: Hmac<Sha256>,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

impl TokenKey {
    /// A key from the installation's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        // HMAC takes keys of any length, so this cannot fail for 32 bytes.
        #[allow(clippy::expect_used)]
        let mac = Hmac::new_from_slice(secret).expect("32 bytes are a key");
        Self { mac }
    }

    /// The token for these claims.
    pub fn seal(&self, claims: &Claims) -> String {
        self.seal_as(b"", claims)
    }

    /// The claims of a token that is whole and ours. Whether it is too old its room says, which knows since when
    /// the session is gone.
    pub fn open(&self, token: &str) -> Option<Claims> {
        self.open_as(b"", token)
    }

    /// A sealed body. The seal covers the purpose too, which no body begins with: bodies are arrays.
    pub(super) fn seal_as(&self, purpose: &[u8], body: &impl Serialize) -> String {
        // Bodies hold only types MessagePack has, and memory does not refuse a write.
        #[allow(clippy::expect_used)]
        let mut bytes = rmp_serde::to_vec(body).expect("the body is MessagePack");
        let mac = self.mac.clone().chain_update(purpose).chain_update(&bytes);
        let seal = mac.finalize().into_bytes();
        bytes.extend_from_slice(&seal[..SEAL_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The body of what was sealed with this key for this purpose.
    pub(super) fn open_as<T: DeserializeOwned>(&self, purpose: &[u8], text: &str) -> Option<T> {
        if text.len() > CREDENTIAL_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL_BYTES)?)?;
        let mac = self.mac.clone().chain_update(purpose).chain_update(body);
        mac.verify_truncated_left(seal).ok()?;
        rmp_serde::from_slice(body).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::GuestId;
    use crate::domain::user::Look;

    fn claims() -> Claims {
        Claims {
            room: RoomId::generate(),
            session: SessionId::generate(),
            generation: 3,
            bearer: Bearer::Guest {
                id: GuestId::generate(),
                name: "지나가던 사람".into(),
                look: Look([1, 2, 3, 4, 5, 0]),
            },
            issued: WallMs(1_000),
        }
    }

    #[test]
    fn opens_what_it_sealed() {
        let key = TokenKey::new(&[7; 32]);
        let claims = claims();
        let token = key.seal(&claims);
        assert_eq!(key.open(&token), Some(claims));
    }

    #[test]
    fn refuses_every_changed_byte_and_other_keys() {
        let key = TokenKey::new(&[7; 32]);
        let token = key.seal(&claims());
        assert_eq!(TokenKey::new(&[8; 32]).open(&token), None);
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("still ASCII");
            assert_eq!(key.open(&changed), None, "byte {place}");
        }
        for cut in 0..token.len() {
            assert_eq!(key.open(&token[..cut]), None);
        }
    }
}
