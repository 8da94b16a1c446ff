//! Requests that take effect once, however often they are sent (`Idempotency-Key`).
//!
//! The store that takes the effect also takes the key, in the same atomic write: there is no moment at which one is
//! there without the other, so a client that got no answer may send again whatever happened in between.

use std::fmt;

use crate::domain::id::UserId;

/// How long a key is remembered, in milliseconds: a day, longer than any client tries again.
pub const ONCE_KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// The longest key, in characters.
pub const KEY_CHARS_MAX: usize = 64;

/// What a client calls its request: visible ASCII, one to [`KEY_CHARS_MAX`] characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OnceKey(String);

impl OnceKey {
    /// The key, if the text can be one.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let fits = (1..=KEY_CHARS_MAX).contains(&text.len());
        let visible = text.iter().all(u8::is_ascii_graphic);
        let text = std::str::from_utf8(text).ok()?;
        (fits && visible).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

// What was answered can be read with it.
impl fmt::Debug for OnceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnceKey(..)")
    }
}

/// What was asked, hashed: method, address and body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestDigest(pub [u8; 32]);

/// A request that is to take effect once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Whose request: keys of different people have nothing to do with each other.
    pub owner: UserId,
    /// What they call it.
    pub key: OnceKey,
    /// What it asks for.
    pub digest: RequestDigest,
}

/// What came of a request that is to take effect once. Whoever answers says the same for [`Done::Now`] and
/// [`Done::Before`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done<T> {
    /// It took effect.
    Now(T),
    /// It had taken effect before, with this result.
    Before(T),
    /// The key was used for another request; nothing was done.
    KeyReused,
}

impl<T> Done<T> {
    /// The result; none when the key was used for another request.
    pub fn result(self) -> Option<T> {
        match self {
            Self::Now(result) | Self::Before(result) => Some(result),
            Self::KeyReused => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_and_bounded() {
        let longest = "k".repeat(KEY_CHARS_MAX);
        for good in [
            "a",
            "8e03978e-40d5-43dd-bc93-6894a57f9324",
            "\"q\"",
            &longest,
        ] {
            let key = OnceKey::parse(good.as_bytes()).unwrap();
            assert_eq!(key.as_str(), good);
            assert!(!format!("{key:?}").contains(good) || good == "a");
        }
        let long = "k".repeat(KEY_CHARS_MAX + 1);
        for bad in ["", " ", "a b", "a\t", "é", "\u{7f}", &long] {
            assert_eq!(OnceKey::parse(bad.as_bytes()), None, "{bad}");
        }
    }
}
