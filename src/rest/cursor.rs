//! Where a reader of a list is: one opaque cursor, one query, for every list.
//!
//! A cursor is sealed with AES-256-GCM (NIST SP 800-38D) under a key of the installation: the place to go on from may be
//! one that the reader must not see, and nobody is to put places together that were never given out.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::problem::{Code, Problem, Query};

/// Things in a page unless the client asks otherwise.
pub const PAGE_DEFAULT: u32 = 20;

/// Things in a page at the most.
pub const PAGE_MAX: u32 = 100;

/// The longest cursor read, in bytes of its text.
const CURSOR_BYTES_MAX: usize = 1_024;

/// What cursors are sealed with.
#[derive(Clone)]
pub struct CursorKey(Arc<LessSafeKey>);

impl std::fmt::Debug for CursorKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CursorKey(..)")
    }
}

impl CursorKey {
    /// A key from the installation's secret.
    pub fn new(secret: &[u8; 32]) -> Self {
        // The cipher takes keys of 32 bytes.
        #[allow(clippy::expect_used)]
        let key = UnboundKey::new(&AES_256_GCM, secret).expect("32 bytes are a key");
        Self(Arc::new(LessSafeKey::new(key)))
    }

    /// The text of a place. None if the system has no random bytes: a list then ends early rather than openly.
    fn seal<P: Place>(&self, place: &P) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut sealed = rmp_serde::to_vec(place).ok()?;
        let list = Aad::from(P::LIST);
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0
            .seal_in_place_append_tag(unique, list, &mut sealed)
            .ok()?;
        sealed.extend_from_slice(&nonce);
        Some(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// The place of a text that this key has sealed for this list.
    fn open<P: Place>(&self, text: &str) -> Option<P> {
        if text.len() > CURSOR_BYTES_MAX {
            return None;
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let nonce = bytes.split_off(bytes.len().checked_sub(NONCE_LEN)?);
        let nonce = Nonce::try_assume_unique_for_key(&nonce).ok()?;
        let place = self.0.open_in_place(nonce, Aad::from(P::LIST), &mut bytes);
        let mut rest: &[u8] = place.ok()?;
        let place = rmp_serde::from_read(&mut rest).ok()?;
        rest.is_empty().then_some(place)
    }
}

/// The same router, whose lists seal their cursors with this key.
pub fn sealing(router: Router, key: CursorKey) -> Router {
    router.layer(Extension(key))
}

/// A place in a list, as its cursors hold it. It says where to go on, never what may be seen.
pub trait Place: Serialize + DeserializeOwned {
    /// The list, and the order it is in: a cursor of another one is refused.
    const LIST: &'static str;
}

/// A place in each of these lists, which are in one order; a cursor of one is none of another.
macro_rules! places {
    ($place:ty; $($name:ident = $list:literal),+ $(,)?) => {$(
        #[derive(serde::Serialize, serde::Deserialize)]
        struct $name($place);

        impl $crate::rest::cursor::Place for $name {
            const LIST: &'static str = $list;
        }

        impl From<$place> for $name {
            fn from(place: $place) -> Self {
                Self(place)
            }
        }

        impl From<$name> for $place {
            fn from(place: $name) -> Self {
                place.0
            }
        }
    )+};
}

pub(super) use places;

/// The query of a list. Take it as an argument of its own, beside the list's other parameters.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many at the most.
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    #[serde(default = "page_default")]
    limit: u32,
    /// `next_cursor` of the page before.
    #[param(required = false, value_type = String, max_length = 1024, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
    /// Of the server that reads it.
    #[param(ignore)]
    #[serde(skip)]
    key: Option<CursorKey>,
}

const _: () = assert!(
    PAGE_DEFAULT == 20 && PAGE_MAX == 100 && CURSOR_BYTES_MAX == 1_024,
    "as the document says"
);

const fn page_default() -> u32 {
    PAGE_DEFAULT
}

impl<S: Send + Sync> FromRequestParts<S> for Page {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(mut page) = Query::<Self>::from_request_parts(parts, state).await?;
        page.key = parts.extensions.get().cloned();
        if (1..=PAGE_MAX).contains(&page.limit) {
            Ok(page)
        } else {
            let range = format!("limit is a whole number from 1 to {PAGE_MAX}");
            Err(Problem::new(Code::InvalidQuery).detail(range))
        }
    }
}

impl Page {
    /// How many to give. Ask the store for one more: it tells whether there is a next page.
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// After which place to begin; none: at the beginning.
    pub fn after<P: Place>(&self) -> Result<Option<P>, Problem> {
        let Some(text) = &self.cursor else {
            return Ok(None);
        };
        let place = self.key.as_ref().and_then(|key| key.open(text));
        place.map(Some).ok_or(Problem::new(Code::InvalidCursor))
    }

    /// Keeps as many as were asked for, and says after which of them the next page begins, if there is more.
    pub fn cut<T, P: Place>(
        &self,
        found: &mut Vec<T>,
        place: impl FnOnce(&T) -> P,
    ) -> Option<String> {
        let limit = self.limit as usize;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more)?;
        self.cursor(&place(last))
    }

    /// The cursor of the page after this place.
    pub fn cursor<P: Place>(&self, place: &P) -> Option<String> {
        self.key.as_ref()?.seal(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Shelf(u64, String);

    impl Place for Shelf {
        const LIST: &'static str = "shelf";
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Other(u64, String);

    impl Place for Other {
        const LIST: &'static str = "other";
    }

    fn page_of(secret: u8, cursor: Option<String>) -> Page {
        Page {
            limit: 2,
            cursor,
            key: Some(CursorKey::new(&[secret; 32])),
        }
    }

    fn page(cursor: Option<String>) -> Page {
        page_of(1, cursor)
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_in_its_own_list_only() {
        let text = page(None).cursor(&Shelf(7, "a".to_owned())).unwrap();
        let there = page(Some(text.clone()));
        assert_eq!(there.after::<Shelf>(), Ok(Some(Shelf(7, "a".to_owned()))));
        assert_eq!(page(None).after::<Shelf>(), Ok(None));
        let refused = Problem::new(Code::InvalidCursor);
        assert_eq!(there.after::<Other>(), Err(refused.clone()));
        let elsewhere = page_of(2, Some(text.clone()));
        assert_eq!(elsewhere.after::<Shelf>(), Err(refused.clone()));
        let long = "A".repeat(CURSOR_BYTES_MAX + 1);
        let more = format!("{text}AAAA");
        for bad in ["", "x", "%", "AAAA", &text[1..], &more, &long] {
            let bad = page(Some(bad.to_owned()));
            assert_eq!(bad.after::<Shelf>(), Err(refused.clone()), "{bad:?}");
        }
    }

    #[test]
    fn nobody_reads_in_a_cursor_where_it_leads() {
        let hidden = "비밀";
        let text = page(None).cursor(&Shelf(7, hidden.to_owned())).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&text).unwrap();
        let names = bytes.windows(hidden.len());
        assert_eq!(names.filter(|name| *name == hidden.as_bytes()).count(), 0);
        let again = page(None).cursor(&Shelf(7, hidden.to_owned())).unwrap();
        assert_ne!(text, again, "nor whether two lead to one place");
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let next = |mut found: Vec<u64>| {
            let next = page(None).cut(&mut found, |last| Shelf(*last, String::new()));
            let next = next.map(|text| page(Some(text)).after::<Shelf>());
            (found.len(), next)
        };
        assert_eq!(next(vec![]), (0, None));
        assert_eq!(next(vec![1, 2]), (2, None));
        let second = Ok(Some(Shelf(2, String::new())));
        assert_eq!(next(vec![1, 2, 3]), (2, Some(second)));
    }
}
