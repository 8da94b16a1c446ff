//! What every refusal looks like: RFC 9457 problem documents with stable codes.

use std::any::Any;
use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use tower_http::catch_panic::CatchPanicLayer;

mod extract;

pub use extract::{Json, Path, Query};

/// The largest request body any handler takes, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// How soon to come back when a store or a provider did not answer.
const UNAVAILABLE_RETRY_MS: u64 = 1_000;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $text:literal, $status:ident, $title:literal;)+) => {
        /// Every code a problem can carry. Clients rely on the texts: add, never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {$($(#[$meta])* $name,)+}

        impl Code {
            /// Every code, for documentation and tests.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The text in `code`.
            pub const fn as_str(self) -> &'static str {
                match self {$(Self::$name => $text,)+}
            }

            /// The HTTP status it comes with.
            pub const fn status(self) -> StatusCode {
                match self {$(Self::$name => StatusCode::$status,)+}
            }

            /// What it means, the same each time.
            pub const fn title(self) -> &'static str {
                match self {$(Self::$name => $title,)+}
            }
        }
    };
}

codes! {
    /// The request cannot be read: malformed JSON, form or headers.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read.";
    /// A query parameter is missing or of the wrong kind.
    InvalidQuery = "invalid_query", BAD_REQUEST, "A query parameter is missing or wrong.";
    /// The cursor was not given out by this list.
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor is not one of this list.";
    /// Only for people who signed in.
    SignInRequired = "sign_in_required", UNAUTHORIZED, "Sign in first.";
    /// Not for this person.
    Forbidden = "forbidden", FORBIDDEN, "You may not do this.";
    /// The room's owner keeps this person out.
    Banned = "banned", FORBIDDEN, "The owner keeps you out of this room.";
    /// The room is locked.
    RoomLocked = "room_locked", FORBIDDEN, "The room is locked.";
    /// A browser page of another site asked.
    OriginRefused = "origin_refused", FORBIDDEN, "The request comes from a page of another site.";
    /// Only this machine itself may ask.
    LoopbackOnly = "loopback_only", FORBIDDEN, "This is answered on the server's own machine only.";
    /// No such page or resource.
    NotFound = "not_found", NOT_FOUND, "There is nothing here.";
    /// No such room, or none this person may know of.
    RoomNotFound = "room_not_found", NOT_FOUND, "There is no such room.";
    /// No such person.
    UserNotFound = "user_not_found", NOT_FOUND, "There is no such person.";
    /// The resource is there and does not take this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This cannot be done here.";
    /// The body is above the limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The request is too large.";
    /// The body is of a type not understood here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON.";
    /// Readable JSON with the wrong fields.
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "The body has missing or wrong fields.";
    /// A name that is empty, too long or holds control characters.
    InvalidName = "invalid_name", UNPROCESSABLE_ENTITY, "This name cannot be used.";
    /// A look with an option the wardrobe does not have.
    InvalidLook = "invalid_look", UNPROCESSABLE_ENTITY, "The wardrobe has no such look.";
    /// Nobody follows themselves.
    FollowsOneself = "follows_oneself", UNPROCESSABLE_ENTITY, "You cannot follow yourself.";
    /// As many people are followed as may be.
    TooManyFollows = "too_many_follows", CONFLICT, "You follow as many people as you can.";
    /// Too many requests.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests; slow down.";
    /// A fault of the server.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side.";
    /// A store or provider does not answer at the moment.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The service cannot answer right now.";
}

/// A refusal on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    limit: Option<&'static str>,
    retry_after_ms: Option<u64>,
}

#[derive(Serialize)]
struct Document<'a> {
    // Not an address to fetch: the code is what clients look at.
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

impl Problem {
    /// A problem with no more to say than its code.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            limit: None,
            retry_after_ms: None,
        }
    }

    /// Says what is wrong this time. Goes to the client: no internals, no secrets.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Names the setting that was in the way.
    #[must_use]
    pub const fn limit(mut self, limit: &'static str) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Says when to come back; also as `Retry-After`, in whole seconds.
    #[must_use]
    pub const fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }

    /// A store or provider failed: the cause is logged, the client is told to come back.
    pub fn unavailable(cause: &(dyn Error + 'static)) -> Self {
        tracing::error!(cause = chain(cause), "a backend did not answer");
        Self::new(Code::Unavailable).retry_after_ms(UNAVAILABLE_RETRY_MS)
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// An error and what caused it, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.code.status();
        let document = Document {
            r#type: format!("urn:maru:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code.as_str(),
            detail: self.detail.as_deref(),
            limit: self.limit,
            retry_after_ms: self.retry_after_ms,
        };
        // Strings and numbers always serialise; the empty body is for the compiler.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (status, Body::from(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = self.retry_after_ms {
            headers.insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        response
    }
}

/// The outermost touch on the whole router: wrong methods and panics become problems, bodies are bounded.
pub fn finish(router: Router) -> Router {
    router
        .method_not_allowed_fallback(|| async { Problem::new(Code::MethodNotAllowed) })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(CatchPanicLayer::custom(panicked))
}

// The argument is the panic's payload, as tower-http hands it over.
#[allow(clippy::needless_pass_by_value)]
fn panicked(payload: Box<dyn Any + Send>) -> Response {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    tracing::error!(panic = text.unwrap_or("no message"), "a handler panicked");
    Problem::new(Code::Internal).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_problem_says_the_same_in_head_and_body() {
        let problem = Problem::new(Code::RateLimited)
            .detail("3 a second")
            .retry_after_ms(1_001);
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        assert_eq!(response.headers()[RETRY_AFTER], "2");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            document,
            serde_json::json!({
                "type": "urn:maru:problem:rate_limited",
                "title": "Too many requests; slow down.",
                "status": 429,
                "code": "rate_limited",
                "detail": "3 a second",
                "retry_after_ms": 1_001,
            })
        );
    }

    #[test]
    fn codes_are_distinct_lower_snake_case_and_refusals() {
        let texts: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            let plain = |b: u8| b.is_ascii_lowercase() || b == b'_';
            assert!(code.as_str().bytes().all(plain), "{code:?}");
            assert!(code.status().is_client_error() || code.status().is_server_error());
        }
    }
}
