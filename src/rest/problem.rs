//! What every refusal looks like: RFC 9457 problem documents with stable codes.

use std::any::Any;
use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use tower_http::catch_panic::CatchPanicLayer;

use crate::domain::scope::Scope;

mod body;
mod extract;
pub mod table;

pub use body::ProblemBody;
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
    /// An `Idempotency-Key` that is too long or not visible ASCII.
    InvalidIdempotencyKey = "invalid_idempotency_key", BAD_REQUEST, "The Idempotency-Key cannot be used.";
    /// A cookie and a token at once.
    AmbiguousCredentials = "ambiguous_credentials", BAD_REQUEST, "Show a cookie or a token, not both.";
    /// No app has this client id.
    UnknownApp = "unknown_app", BAD_REQUEST, "There is no such app.";
    /// The app has not registered this redirect address.
    UnknownRedirect = "unknown_redirect", BAD_REQUEST, "The app is not called back there.";
    /// The token is not ours, overdue or revoked.
    InvalidToken = "invalid_token", UNAUTHORIZED, "The token is not good, or not any more.";
    /// Only for people who signed in.
    SignInRequired = "sign_in_required", UNAUTHORIZED, "Sign in first.";
    /// Not for this person.
    Forbidden = "forbidden", FORBIDDEN, "You may not do this.";
    /// The token does not reach so far.
    InsufficientScope = "insufficient_scope", FORBIDDEN, "The token is not for this.";
    /// A sensitive act of somebody who signed in a while ago.
    ReauthenticationRequired = "reauthentication_required", FORBIDDEN, "Show again that it is you.";
    /// The account is closed, and can be restored until it is erased.
    AccountClosing = "account_closing", FORBIDDEN, "The account is closed; it can still be restored.";
    /// The account is suspended: what was decided can be read, and appealed against.
    AccountSuspended = "account_suspended", FORBIDDEN, "The account is suspended; you can appeal.";
    /// The room's owner keeps this person out.
    Banned = "banned", FORBIDDEN, "The owner keeps you out of this room.";
    /// The room is locked.
    RoomLocked = "room_locked", FORBIDDEN, "The room is locked.";
    /// Only people who are tied may do this.
    NotTied = "not_tied", FORBIDDEN, "Only people who are tied may do this.";
    /// For those who follow a private account.
    FollowersOnly = "followers_only", FORBIDDEN, "Only followers may see this.";
    /// A browser page of another site asked.
    OriginRefused = "origin_refused", FORBIDDEN, "The request comes from a page of another site.";
    /// Only this machine itself may ask.
    LoopbackOnly = "loopback_only", FORBIDDEN, "This is answered on the server's own machine only.";
    /// No such page or resource.
    NotFound = "not_found", NOT_FOUND, "There is nothing here.";
    /// No such room, or none this person may know of.
    RoomNotFound = "room_not_found", NOT_FOUND, "There is no such room.";
    /// No such template of a room.
    TemplateNotFound = "template_not_found", NOT_FOUND, "There is no such template.";
    /// The room keeps no layout under this name.
    LayoutNotFound = "layout_not_found", NOT_FOUND, "There is no such layout.";
    /// No such person.
    UserNotFound = "user_not_found", NOT_FOUND, "There is no such person.";
    /// No such thing, or none this person may know of.
    ContentNotFound = "content_not_found", NOT_FOUND, "There is no such thing.";
    /// No such case.
    CaseNotFound = "case_not_found", NOT_FOUND, "There is no such case.";
    /// No such decision about something of this person's, or no appeal against it.
    DecisionNotFound = "decision_not_found", NOT_FOUND, "There is no such decision.";
    /// No such post, or none this person may see.
    PostNotFound = "post_not_found", NOT_FOUND, "There is no such post.";
    /// No such comment, or none this person may see.
    CommentNotFound = "comment_not_found", NOT_FOUND, "There is no such comment.";
    /// The person has no such login.
    LoginNotFound = "login_not_found", NOT_FOUND, "There is no such login.";
    /// The person has no such token.
    TokenNotFound = "token_not_found", NOT_FOUND, "There is no such token.";
    /// Nobody of this name waits for an answer.
    RequestNotFound = "request_not_found", NOT_FOUND, "There is no such request.";
    /// There is no such way to sign in.
    ProviderNotFound = "provider_not_found", NOT_FOUND, "One cannot sign in this way here.";
    /// The account has no identity of the provider.
    IdentityNotFound = "identity_not_found", NOT_FOUND, "The account is not linked to this.";
    /// There is no such entry in a guestbook, or none this person may know of.
    EntryNotFound = "entry_not_found", NOT_FOUND, "There is no such entry.";
    /// No such picture, or none this person may know of.
    AssetNotFound = "asset_not_found", NOT_FOUND, "There is no such picture.";
    /// A link to a picture, or to where one is sent, that is not signed for it, or has ended.
    LinkRefused = "link_refused", FORBIDDEN, "The link is not good, or not any more.";
    /// The picture is refused, taken down, or still being looked at.
    AssetNotReady = "asset_not_ready", CONFLICT, "The picture cannot be shown, or not yet.";
    /// As many pictures as may be, or as many bytes.
    StorageFull = "storage_full", CONFLICT, "You have as many pictures as you can.";
    /// The bytes sent are not those announced.
    UploadMismatch = "upload_mismatch", UNPROCESSABLE_ENTITY, "This is not the picture that was announced.";
    /// None of the bytes asked for are there.
    RangeNotSatisfiable = "range_not_satisfiable", RANGE_NOT_SATISFIABLE, "There are no such bytes.";
    /// The resource is there and does not take this method.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This cannot be done here.";
    /// The same request is being answered at the moment.
    IdempotencyInFlight = "idempotency_in_flight", CONFLICT, "The same request is under way.";
    /// There is another version now than the one in `If-Match`.
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "It was changed meanwhile.";
    /// The body is above the limit.
    BodyTooLarge = "body_too_large", PAYLOAD_TOO_LARGE, "The request is too large.";
    /// The body is of a type not understood here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is of a type that is not taken here.";
    /// Readable JSON with the wrong fields.
    InvalidBody = "invalid_body", UNPROCESSABLE_ENTITY, "The body has missing or wrong fields.";
    /// A name that is empty, too long or holds control characters.
    InvalidName = "invalid_name", UNPROCESSABLE_ENTITY, "This name cannot be used.";
    /// A text that is empty, too long or holds control characters.
    InvalidText = "invalid_text", UNPROCESSABLE_ENTITY, "This text cannot be used.";
    /// A text with words that are not let through in this place, or one that looks like spam.
    ContentRefused = "content_refused", UNPROCESSABLE_ENTITY, "This may not be said here.";
    /// A decision that cannot be made about such a thing, or lacks something.
    InvalidDecision = "invalid_decision", UNPROCESSABLE_ENTITY, "This cannot be decided.";
    /// Nobody reports what is their own.
    ReportsOneself = "reports_oneself", UNPROCESSABLE_ENTITY, "You cannot report what is your own.";
    /// A time that is past, or too far away.
    InvalidTime = "invalid_time", UNPROCESSABLE_ENTITY, "This time cannot be used.";
    /// A look with an option the wardrobe does not have.
    InvalidLook = "invalid_look", UNPROCESSABLE_ENTITY, "The wardrobe has no such look.";
    /// The key came with another request before.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The Idempotency-Key was used for another request.";
    /// A scope that is none, or not for this.
    InvalidScope = "invalid_scope", UNPROCESSABLE_ENTITY, "These scopes cannot be given.";
    /// A link that leads nowhere people may be led.
    InvalidLink = "invalid_link", UNPROCESSABLE_ENTITY, "This link cannot be used.";
    /// The grace has passed: what belongs to the account is being erased.
    ErasureBegun = "erasure_begun", CONFLICT, "It is too late to restore the account.";
    /// A handle with other characters than it may have.
    InvalidHandle = "invalid_handle", UNPROCESSABLE_ENTITY, "This cannot be a handle.";
    /// Somebody has the handle, had it until lately, or nobody can have it.
    HandleTaken = "handle_taken", CONFLICT, "The handle is taken.";
    /// The handle was changed a short time ago.
    HandleChangedLately = "handle_changed_lately", CONFLICT, "The handle was changed lately.";
    /// Nobody follows themselves.
    FollowsOneself = "follows_oneself", UNPROCESSABLE_ENTITY, "You cannot follow yourself.";
    /// Nobody is tied to, mutes or blocks themselves.
    RelatesToOneself = "relates_to_oneself", UNPROCESSABLE_ENTITY, "You cannot do this to yourself.";
    /// As many people are followed as may be.
    TooManyFollows = "too_many_follows", CONFLICT, "You follow as many people as you can.";
    /// As many tokens as may be.
    TooManyTokens = "too_many_tokens", CONFLICT, "You have as many tokens as you can.";
    /// Nobody would be an admin any more.
    LastAdmin = "last_admin", CONFLICT, "The last admin stays one.";
    /// There are as many blocks, mutes, ties or requests as may be.
    TooManyRelations = "too_many_relations", CONFLICT, "There are as many of these as there can be.";
    /// Another moderator has decided.
    AlreadyDecided = "already_decided", CONFLICT, "It was decided before.";
    /// A decision that takes nothing away, was appealed against before, or is too old.
    NotAppealable = "not_appealable", CONFLICT, "There is no appeal against this, or not any more.";
    /// As many words are muted as may be.
    TooManyMutedWords = "too_many_muted_words", CONFLICT, "You mute as many words as you can.";
    /// A guestbook, or the replies to an entry, are full.
    TooManyEntries = "too_many_entries", CONFLICT, "There are as many entries as there can be.";
    /// What was written a while ago stays as it is.
    TooLateToEdit = "too_late_to_edit", CONFLICT, "It was written too long ago to be changed.";
    /// As many rooms as may be.
    TooManyRooms = "too_many_rooms", CONFLICT, "You have as many rooms as you can.";
    /// As many editors as a room may have.
    TooManyEditors = "too_many_editors", CONFLICT, "The room has as many editors as it can.";
    /// As many layouts as a room may keep.
    TooManyLayouts = "too_many_layouts", CONFLICT, "The room keeps as many layouts as it can.";
    /// The front room stays what it is until there is another.
    FrontRoom = "front_room", CONFLICT, "This is your front room; choose another first.";
    /// An archived room must be taken out again first.
    RoomArchived = "room_archived", CONFLICT, "The room is archived.";
    /// The layout no longer fits the room.
    LayoutUnfit = "layout_unfit", CONFLICT, "The layout does not fit the room any more.";
    /// Without it nobody could sign in to the account.
    LastIdentity = "last_identity", CONFLICT, "This is the last way into your account.";
    /// A tag that is none, or too many.
    InvalidTag = "invalid_tag", UNPROCESSABLE_ENTITY, "These tags cannot be used.";
    /// A picture that is not there, not the author's or not good; or too many.
    InvalidPicture = "invalid_picture", UNPROCESSABLE_ENTITY, "These pictures cannot be shown.";
    /// A post without anything in it.
    EmptyPost = "empty_post", UNPROCESSABLE_ENTITY, "There is nothing in the post.";
    /// A post that is out was to be put off, or one that is not was to be changed into one that is.
    WrongState = "wrong_state", CONFLICT, "This cannot be done to a post in this state.";
    /// Only what is for everybody may be passed on.
    NotPublic = "not_public", CONFLICT, "Only public posts can be passed on.";
    /// There are as many drafts, pins or bookmarks as may be.
    TooManyPosts = "too_many_posts", CONFLICT, "You have as many of these as you can.";
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
    scope: Option<Scope>,
}

impl Problem {
    /// A problem with no more to say than its code.
    pub const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            limit: None,
            retry_after_ms: None,
            scope: None,
        }
    }

    /// Names the scope a token would need.
    #[must_use]
    pub const fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// How to show who one is, as RFC 6750 section 3 says it.
    fn challenge(&self) -> Option<String> {
        match (self.code, self.scope) {
            (Code::SignInRequired, _) => Some("Bearer".to_owned()),
            (Code::InvalidToken, _) => Some(r#"Bearer error="invalid_token""#.to_owned()),
            (Code::InsufficientScope, scope) => {
                let scope = scope.map_or("", Scope::as_str);
                Some(format!(
                    r#"Bearer error="insufficient_scope", scope="{scope}""#
                ))
            }
            _ => None,
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
        let document = ProblemBody {
            r#type: format!("urn:maru:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code,
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
        let challenge = self.challenge();
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
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
