//! Where a reader of a list is: one opaque cursor, one query, for every list.

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
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

/// A place in a list, as its cursors hold it. Readers can take one apart and put together another: it says where
/// to go on, never what may be seen.
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// How many at the most.
    #[param(minimum = 1, maximum = 100, default = 20, required = false)]
    #[serde(default = "page_default")]
    limit: u32,
    /// `next_cursor` of the page before.
    #[param(required = false, value_type = String, max_length = 1024, pattern = "^[A-Za-z0-9_-]*$")]
    cursor: Option<String>,
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
        let Query(page) = Query::<Self>::from_request_parts(parts, state).await?;
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
        let place = read(text).ok_or(Problem::new(Code::InvalidCursor))?;
        Ok(Some(place))
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
        cursor(&place(last))
    }
}

/// The cursor of the page after this place.
pub fn cursor<P: Place>(place: &P) -> Option<String> {
    let bytes = rmp_serde::to_vec(&(P::LIST, place)).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

fn read<P: Place>(text: &str) -> Option<P> {
    if text.len() > CURSOR_BYTES_MAX {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let mut rest = bytes.as_slice();
    let (list, place): (String, P) = rmp_serde::from_read(&mut rest).ok()?;
    (list == P::LIST && rest.is_empty()).then_some(place)
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

    fn page(cursor: Option<String>) -> Page {
        Page { limit: 2, cursor }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_in_its_own_list_only() {
        let text = cursor(&Shelf(7, "a".to_owned())).unwrap();
        let there = page(Some(text.clone()));
        assert_eq!(there.after::<Shelf>(), Ok(Some(Shelf(7, "a".to_owned()))));
        assert_eq!(page(None).after::<Shelf>(), Ok(None));
        let refused = Problem::new(Code::InvalidCursor);
        assert_eq!(there.after::<Other>(), Err(refused.clone()));
        let long = "A".repeat(CURSOR_BYTES_MAX + 1);
        let more = format!("{text}AAAA");
        for bad in ["", "x", "%", "AAAA", &text[1..], &more, &long] {
            let bad = page(Some(bad.to_owned()));
            assert_eq!(bad.after::<Shelf>(), Err(refused.clone()), "{bad:?}");
        }
    }

    #[test]
    fn the_last_page_has_no_next_one() {
        let next = |mut found: Vec<u64>| {
            let next = page(None).cut(&mut found, |last| Shelf(*last, String::new()));
            (found.len(), next)
        };
        assert_eq!(next(vec![]), (0, None));
        assert_eq!(next(vec![1, 2]), (2, None));
        assert_eq!(next(vec![1, 2, 3]), (2, cursor(&Shelf(2, String::new()))));
    }
}
