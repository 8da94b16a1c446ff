//! Versions over HTTP (RFC 9110, section 13): `ETag` on answers, `If-None-Match` to not send what the client has,
//! `If-Match` to not change what the client has not seen. A tag is a version, and where the answer tells more than
//! what has it, a digest of the answer beside it.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::problem::{Code, Problem};
use crate::domain::version::{Expected, Version};

/// Tags read from a request: more than a client has versions of one thing.
const TAGS_MAX: usize = 16;

/// The versions a request wants changed; [`Expected::Any`] without the header. Documented by `params(IfMatch)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(pub Expected);

/// The versions a client has. Documented by `params(IfNoneMatch)`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IfNoneMatch(Option<Tags>);

/// What stands in one of the two headers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    List(Vec<Tag>),
}

/// One entity tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tag {
    weak: bool,
    /// None: a tag that is none of ours.
    named: Option<(Version, Option<u64>)>,
}

/// The tag of a version. Strong: two answers of one version say the same, packed or not.
pub fn etag(version: Version) -> HeaderValue {
    // Digits between quotes are a header value.
    let text = format!("\"{}\"", version.0);
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The answer about something that has versions: itself or, if the client has this one, that it has not changed.
pub fn versioned(version: Version, known: &IfNoneMatch, body: impl IntoResponse) -> Response {
    answer(etag(version), known.holds(version, None), body)
}

/// The same for an answer that tells more than what has versions: it has changed when any of it has. What `If-Match`
/// asks for is the version alone, since that alone is what a change is made to.
pub fn described(version: Version, known: &IfNoneMatch, body: &impl Serialize) -> Response {
    let Ok(json) = serde_json::to_vec(body) else {
        return Problem::new(Code::Internal).into_response();
    };
    let [a, b, c, d, e, f, g, h, ..]: [u8; 32] = Sha256::digest(&json).into();
    let digest = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let tag = digested(version, digest);
    let body = ([(CONTENT_TYPE, "application/json")], json);
    answer(tag, known.holds(version, Some(digest)), body)
}

/// The tag of a version with a digest.
pub(super) fn digested(version: Version, digest: u64) -> HeaderValue {
    let text = format!("\"{}-{digest:016x}\"", version.0);
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

fn answer(tag: HeaderValue, is_known: bool, body: impl IntoResponse) -> Response {
    let headers = [
        (ETAG, tag),
        // Kept by the asker alone, and asked about each time.
        (CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
    ];
    if is_known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, body).into_response()
    }
}

impl IfNoneMatch {
    /// Whether the client has this answer. Weak tags count: they say the same.
    pub(super) fn holds(&self, version: Version, digest: Option<u64>) -> bool {
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::List(tags)) => tags.iter().any(|tag| tag.named == Some((version, digest))),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(match read(&parts.headers, &IF_MATCH)? {
            None | Some(Tags::Any) => Expected::Any,
            Some(Tags::List(tags)) => {
                let strong = tags.into_iter().filter(|tag| !tag.weak);
                Expected::OneOf(strong.filter_map(|tag| Some(tag.named?.0)).collect())
            }
        }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(&parts.headers, &IF_NONE_MATCH).map(Self)
    }
}

/// What a header says; none when it is not there.
fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Tags>, Problem> {
    let refused = || Problem::new(Code::BadRequest).detail(format!("{name} is no list of tags"));
    let mut lines = headers.get_all(name).iter().peekable();
    if lines.peek().is_none() {
        return Ok(None);
    }
    let mut tags = Vec::new();
    for line in lines {
        let line = line.to_str().map_err(|_| refused())?.trim();
        if line == "*" && headers.get_all(name).iter().count() == 1 {
            return Ok(Some(Tags::Any));
        }
        parse_list(line, &mut tags).ok_or_else(refused)?;
    }
    let fits = !tags.is_empty() && tags.len() <= TAGS_MAX;
    fits.then_some(Some(Tags::List(tags))).ok_or_else(refused)
}

/// Reads `#entity-tag`: tags with commas between, which may also stand inside a tag.
fn parse_list(mut rest: &str, tags: &mut Vec<Tag>) -> Option<()> {
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(());
        }
        let weak = rest.strip_prefix("W/");
        let quoted = weak.unwrap_or(rest).strip_prefix('"')?;
        let (inside, after) = quoted.split_once('"')?;
        if !inside.bytes().all(|byte| byte == 0x21 || byte > 0x22) {
            return None;
        }
        tags.push(Tag {
            weak: weak.is_some(),
            named: named(inside),
        });
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// What a tag of ours names: one text for each.
fn named(text: &str) -> Option<(Version, Option<u64>)> {
    let (number, digest) = match text.split_once('-') {
        Some((number, hex)) => {
            let digest = u64::from_str_radix(hex, 16).ok()?;
            (format!("{digest:016x}") == hex).then_some((number, Some(digest)))?
        }
        None => (text, None),
    };
    let version: u64 = number.parse().ok()?;
    (version.to_string() == number).then_some((Version(version), digest))
}

fn header_parameter(name: &HeaderName, description: &str) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String).build();
    ParameterBuilder::new()
        .name(name.as_str())
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(text))
        .build()
}

impl IntoParams for IfMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about = "The `ETag` of what is to be changed. When there is another version now, nothing is changed.";
        vec![header_parameter(&IF_MATCH, about)]
    }
}

impl IntoParams for IfNoneMatch {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let about =
            "The `ETag` of what the client has. When that is what there is, it is not sent again.";
        vec![header_parameter(&IF_NONE_MATCH, about)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &HeaderName, lines: &[&'static str]) -> HeaderMap {
        let lines = lines.iter().map(|line| HeaderValue::from_static(line));
        lines.map(|line| (name.clone(), line)).collect()
    }

    async fn if_match(lines: &[&'static str]) -> Result<Expected, Problem> {
        let mut parts = http::Request::new(()).into_parts().0;
        parts.headers = headers(&IF_MATCH, lines);
        let read = IfMatch::from_request_parts(&mut parts, &()).await;
        read.map(|IfMatch(expected)| expected)
    }

    #[tokio::test]
    async fn changes_are_for_the_versions_named_and_weak_tags_name_none() {
        let of = |versions: &[u64]| {
            let versions = versions.iter().copied().map(Version);
            Ok(Expected::OneOf(versions.collect()))
        };
        assert_eq!(if_match(&[]).await, Ok(Expected::Any));
        assert_eq!(if_match(&["*"]).await, Ok(Expected::Any));
        assert_eq!(if_match(&["\"7\""]).await, of(&[7]));
        assert_eq!(if_match(&["\"7\",, \"8\" ", "\"9\""]).await, of(&[7, 8, 9]));
        assert_eq!(if_match(&["W/\"7\", \"8\""]).await, of(&[8]));
        // With what else was answered, or without.
        assert_eq!(if_match(&["\"7-00000000000000ff\""]).await, of(&[7]));
        // Tags of somebody else, and other ways to write a number, are no version of ours.
        let foreign = "\"a,b\", \"07\", \"+7\", \"\", \"99999999999999999999\", \"7-ff\", \"7-00000000000000FF\"";
        assert_eq!(if_match(&[foreign]).await, of(&[]));
        assert!(!Expected::OneOf(Vec::new()).admits(Version(7)));
        assert!(Expected::OneOf(vec![Version(7)]).admits(Version(7)));
    }

    #[tokio::test]
    async fn what_is_no_list_of_tags_is_refused_rather_than_left_out() {
        let many: &'static str = Box::leak(vec!["\"1\""; TAGS_MAX + 1].join(",").into_boxed_str());
        for bad in [
            "",
            ",",
            "7",
            "\"7",
            "7\"",
            "w/\"7\"",
            "\"7\" \"8\"",
            "*, \"7\"",
            "\"a b\"",
            many,
        ] {
            let refused = if_match(&[bad]).await.expect_err(bad);
            assert_eq!(refused.code(), Code::BadRequest, "{bad}");
        }
        assert!(if_match(&["*", "\"7\""]).await.is_err());
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let answer = |lines: &[&'static str]| {
            let known = read(&headers(&IF_NONE_MATCH, lines), &IF_NONE_MATCH).unwrap();
            let response = versioned(Version(7), &IfNoneMatch(known), "body");
            assert_eq!(response.headers()[ETAG], "\"7\"");
            response.status().as_u16()
        };
        for fresh in [&[][..], &["\"6\""], &["W/\"6\", \"8\""]] {
            assert_eq!(answer(fresh), 200, "{fresh:?}");
        }
        for known in [&["\"7\""][..], &["W/\"7\""], &["\"6\", \"7\""], &["*"]] {
            assert_eq!(answer(known), 304, "{known:?}");
        }
    }

    #[test]
    fn an_answer_that_tells_more_than_its_version_has_a_tag_of_its_own() {
        let answer = |version, known: &str, body: &str| {
            let tags = [(IF_NONE_MATCH, HeaderValue::from_str(known).unwrap())];
            let known = read(&tags.into_iter().collect(), &IF_NONE_MATCH).unwrap();
            let response = described(Version(version), &IfNoneMatch(known), &body);
            let tag = response.headers()[ETAG].to_str().unwrap().to_owned();
            (response.status().as_u16(), tag)
        };
        let (status, tag) = answer(7, "\"7\"", "body");
        assert_eq!(status, 200, "the version alone is not all of it");
        assert!(tag.starts_with("\"7-"), "{tag}");
        assert_eq!(answer(7, &tag, "body"), (304, tag.clone()));
        assert_eq!(answer(7, &tag, "other").0, 200);
        assert_eq!(answer(8, &tag, "body").0, 200);
    }
}
