//! Parts of a file (RFC 9110, section 14): one range of bytes, in answer to `Range` and `If-Range`, and what a client
//! has already.

use std::ops::Range;

use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, IF_NONE_MATCH, IF_RANGE, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::problem::{Code, Problem};

/// Whose pages may show a file.
pub(super) static RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

/// What of a file is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// These bytes.
    Bytes(Range<u64>),
    /// None that are there.
    Beyond,
}

/// Reads what is asked for of a file of this length and tag. What is no single range is not there to be understood, and
/// the file is sent as a whole.
pub(super) fn asked(method: &Method, headers: &HeaderMap, length: u64, tag: &str) -> Part {
    let mut lines = headers.get_all(RANGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Part::Whole;
    };
    // Of a file that has changed meanwhile, or may have, a part is of no use.
    let same = headers
        .get(IF_RANGE)
        .is_none_or(|known| !tag.starts_with("W/") && known.as_bytes() == tag.as_bytes());
    if method != Method::GET || !same {
        return Part::Whole;
    }
    line.to_str()
        .ok()
        .and_then(|line| parse(line, length))
        .unwrap_or(Part::Whole)
}

fn parse(line: &str, length: u64) -> Option<Part> {
    let (unit, range) = line.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let range = if first.is_empty() {
        length.saturating_sub(number(last)?)..length
    } else {
        let (first, last) = (
            number(first)?,
            match last {
                "" => u64::MAX,
                last => number(last)?,
            },
        );
        if last < first {
            return None;
        }
        first..last.saturating_add(1).min(length)
    };
    Some(match range.is_empty() {
        true => Part::Beyond,
        false => Part::Bytes(range),
    })
}

/// Says in the head of an answer what of a file of this length is in it; the bytes to put there.
pub(super) fn head(part: &Part, length: u64, response: &mut Response) -> Option<Range<u64>> {
    let range = match part {
        Part::Whole => 0..length,
        Part::Bytes(range) => range.clone(),
        Part::Beyond => return None,
    };
    if matches!(part, Part::Bytes(_)) {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let said = format!("bytes {}-{}/{length}", range.start, range.end - 1);
        let said = HeaderValue::try_from(said).ok()?;
        response.headers_mut().insert(CONTENT_RANGE, said);
    }
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    Some(range)
}

/// The answer to who asks for bytes that are not there.
pub(super) fn refused(length: u64) -> Response {
    let mut response = Problem::new(Code::RangeNotSatisfiable).into_response();
    let said = HeaderValue::try_from(format!("bytes */{length}"));
    response
        .headers_mut()
        .extend(said.map(|said| (CONTENT_RANGE, said)));
    response
}

/// Whether the client has what has this tag, weakly compared.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let lists = headers.get_all(IF_NONE_MATCH).iter();
    let mut tags = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','));
    tags.any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[(&'static str, &'static str)]) -> Part {
        let lines = lines.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        let headers: HeaderMap = lines.collect();
        asked(&Method::GET, &headers, 10, "\"tag\"")
    }

    #[test]
    fn one_range_is_understood_and_what_is_none_is_passed_over() {
        for (line, part) in [
            ("bytes=0-3", Part::Bytes(0..4)),
            ("bytes=4-", Part::Bytes(4..10)),
            ("bytes=9-99", Part::Bytes(9..10)),
            ("bytes=-3", Part::Bytes(7..10)),
            ("bytes=-99", Part::Bytes(0..10)),
            ("Bytes = 0-0", Part::Bytes(0..1)),
            ("bytes=10-", Part::Beyond),
            ("bytes=-0", Part::Beyond),
            ("bytes=99999999999999999999-", Part::Beyond),
            ("bytes=3-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=--1", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(of(&[("range", line)]), part, "{line}");
        }
        assert_eq!(of(&[]), Part::Whole);
        assert_eq!(
            of(&[("range", "bytes=0-1"), ("if-range", "\"tag\"")]),
            Part::Bytes(0..2)
        );
        for other in ["\"old\"", "W/\"tag\"", "Sat, 28 Nov 2026 00:00:00 GMT"] {
            let lines = [("range", "bytes=0-1"), ("if-range", other)];
            assert_eq!(of(&lines), Part::Whole, "{other}");
        }
    }
}
