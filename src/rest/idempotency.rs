//! `Idempotency-Key` on each POST: a request sent again takes effect once and is answered the same.
//!
//! This layer reads the key, refuses it while the same request is under way on this node, and hands it to the handler,
//! which takes it as [`Idempotency`] and gives [`Idempotency::once`] to its service. What lasts remembers the key in
//! the store that takes the effect (`ports/once.rs`). What lives in this node's memory anyway, such as a ticket, is
//! answered again from memory, to the same login while that is good: its handler adds [`Replayable`] to the answer.
//!
//! Bodies are read here to be compared, but for those of [`STREAMED`]: their handlers take them as they come, and say
//! afterwards what was asked for ([`Idempotency::once_saying`]).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE};
use http::request::Parts;
use http::{HeaderName, Method, response};
use sha2::{Digest, Sha256};

use super::auth::identify;
use super::problem::{BODY_BYTES_MAX, Code, Problem};
use crate::domain::address::{AddressGroup, ClientAddress};
use crate::domain::clock::Clock;
use crate::domain::id::{LoginId, UserId};
use crate::ports::once::{Done, Once, OnceKey, RequestDigest};
use crate::services::auth::{AuthService, Expiring};

/// The header.
pub static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// How soon to ask again while the same request is under way.
const IN_FLIGHT_RETRY_MS: u64 = 1_000;

/// How long an answer is kept in memory: longer than a ticket is good.
const ANSWER_KEPT_MS: u64 = 60_000;

/// Answers kept in memory; beyond, the oldest gives way. 16 MB at the worst.
const ANSWERS_MAX: usize = 4_096;

/// The largest answer kept in memory, in bytes.
const ANSWER_BYTES_MAX: usize = 4_096;

/// Where bodies are too large to be held.
const STREAMED: [&str; 1] = ["/v1/assets"];

/// The key of a request, for its handler.
#[derive(Debug, Clone, Default)]
pub struct Idempotency(Option<(OnceKey, RequestDigest)>);

impl Idempotency {
    /// What to hand to the service; none when the client sent no key.
    pub fn once(self, owner: UserId) -> Option<Once> {
        let (key, digest) = self.0?;
        Some(Once { owner, key, digest })
    }

    /// The same where the body was not read beforehand: `said` is all that it asks for.
    pub fn once_saying(self, owner: UserId, said: &[&[u8]]) -> Option<Once> {
        let mut once = self.once(owner)?;
        let mut hash = Sha256::new_with_prefix(once.digest.0);
        for part in said {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        once.digest = RequestDigest(hash.finalize().into());
        Some(once)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let found = parts.extensions.get::<Self>().cloned();
        Ok(found.unwrap_or_default())
    }
}

/// What to answer from: the result, the same whether it is new or was recorded.
pub fn result_of<T>(done: Done<T>) -> Result<T, Problem> {
    done.result()
        .ok_or(Problem::new(Code::IdempotencyKeyReused))
}

/// Part of an answer about something that this node alone remembers: it is given again for the same key.
#[derive(Debug, Clone, Copy)]
pub struct Replayable;

impl IntoResponseParts for Replayable {
    type Error = std::convert::Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Whose request it is, and what they call it, hashed.
type Scope = [u8; 32];

#[derive(Debug, Clone)]
struct Answer {
    digest: RequestDigest,
    /// Whose it was, who showed a credential.
    login: Option<LoginId>,
    head: response::Parts,
    body: Bytes,
}

#[derive(Debug)]
struct Known {
    under_way: HashSet<Scope>,
    answered: Expiring<Answer>,
}

/// The keyed requests this node knows of.
#[derive(Debug, Clone)]
struct Requests {
    known: Arc<Mutex<Known>>,
    auth: Option<AuthService>,
    clock: Clock,
}

impl Requests {
    fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request under way; it no longer is when this is dropped, however it ends.
struct UnderWay {
    known: Arc<Mutex<Known>>,
    scope: Scope,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        lock(&self.known).under_way.remove(&self.scope);
    }
}

/// Puts the layer around the routes there are; `auth` says whose requests they are, where anybody's are told apart.
pub fn guard(router: Router, auth: Option<AuthService>, clock: Clock) -> Router {
    let known = Known {
        under_way: HashSet::new(),
        answered: Expiring::new(ANSWER_KEPT_MS, ANSWERS_MAX),
    };
    let known = Arc::new(Mutex::new(known));
    router.layer(from_fn_with_state(Requests { known, auth, clock }, keyed))
}

async fn keyed(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    let keys = request.headers().get_all(&IDEMPOTENCY_KEY);
    if request.method() != Method::POST || keys.iter().next().is_none() {
        return next.run(request).await;
    }
    let answered = once(requests, request, next).await;
    answered.unwrap_or_else(IntoResponse::into_response)
}

async fn once(requests: Requests, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let mut keys = parts.headers.get_all(&IDEMPOTENCY_KEY).iter();
    let key = match (keys.next(), keys.next()) {
        (Some(key), None) => OnceKey::parse(key.as_bytes()),
        _ => None,
    };
    let key = key.ok_or(Code::InvalidIdempotencyKey)?;
    let route = parts.extensions.get::<MatchedPath>();
    let streamed = route.is_some_and(|route| STREAMED.contains(&route.as_str()));
    let (digest, body) = match streamed {
        true => (digest(&parts, &[]), body),
        false => {
            let body = read(body).await?;
            (digest(&parts, &body), Body::from(body))
        }
    };
    let scope = scope(&parts, &key);
    // An answer is for the login it was made for, while that is good.
    let login = match &requests.auth {
        Some(auth) => identify(auth, &mut parts).await?,
        None => None,
    };
    let login = login.map(|viewer| viewer.login_id);
    let asked = Asked { digest, login };
    let _under_way = match enter(&requests, scope, asked)? {
        Entered::Fresh(under_way) => under_way,
        Entered::Answered(answer) => {
            return Ok(Response::from_parts(answer.head, Body::from(answer.body)));
        }
    };
    parts.extensions.insert(Idempotency(Some((key, digest))));
    let response = next.run(Request::from_parts(parts, body)).await;
    keep(&requests, scope, asked, response).await
}

enum Entered {
    Fresh(UnderWay),
    Answered(Box<Answer>),
}

/// What is asked, and with which login.
#[derive(Clone, Copy)]
struct Asked {
    digest: RequestDigest,
    login: Option<LoginId>,
}

/// Looks a request up and, if nothing is known of it, notes that it is under way: one step.
fn enter(requests: &Requests, scope: Scope, asked: Asked) -> Result<Entered, Problem> {
    let now = requests.clock.tick();
    let mut known = requests.lock();
    let answer = known.answered.get_mut(&text(scope), now);
    if let Some(answer) = answer.filter(|answer| answer.login == asked.login) {
        if answer.digest != asked.digest {
            return Err(Problem::new(Code::IdempotencyKeyReused));
        }
        return Ok(Entered::Answered(Box::new(answer.clone())));
    }
    if known.under_way.insert(scope) {
        let known = requests.known.clone();
        Ok(Entered::Fresh(UnderWay { known, scope }))
    } else {
        let in_flight = Problem::new(Code::IdempotencyInFlight);
        Err(in_flight.retry_after_ms(IN_FLIGHT_RETRY_MS))
    }
}

/// Keeps an answer that asks for it.
async fn keep(
    requests: &Requests,
    scope: Scope,
    Asked { digest, login }: Asked,
    mut response: Response,
) -> Result<Response, Problem> {
    if response.extensions_mut().remove::<Replayable>().is_none() {
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    // Only handlers here ask for it, whose answers are short and in memory.
    let body = to_bytes(body, ANSWER_BYTES_MAX).await;
    let body = body.map_err(|_| Problem::new(Code::Internal))?;
    let answer = Answer {
        digest,
        login,
        head: head.clone(),
        body: body.clone(),
    };
    let now = requests.clock.tick();
    requests.lock().answered.insert(&text(scope), answer, now);
    Ok(Response::from_parts(head, Body::from(body)))
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        let long = source.is_some_and(|cause| cause.is::<http_body_util::LengthLimitError>());
        Problem::new(if long {
            Code::BodyTooLarge
        } else {
            Code::BadRequest
        })
    })
}

fn digest(parts: &Parts, body: &[u8]) -> RequestDigest {
    let address = parts.uri.path_and_query();
    let hash = Sha256::new_with_prefix(parts.method.as_str());
    let hash = hash.chain_update(b" ");
    let hash = hash.chain_update(address.map_or("", |address| address.as_str()));
    let hash = hash.chain_update(b"\n");
    RequestDigest(hash.chain_update(body).finalize().into())
}

/// By what the client shows of itself or, if that is nothing, by where it is.
fn scope(parts: &Parts, key: &OnceKey) -> Scope {
    let mut hash = Sha256::new();
    let mut shown = false;
    for name in [AUTHORIZATION, COOKIE] {
        for value in parts.headers.get_all(name) {
            shown = true;
            hash.update(value.as_bytes());
            hash.update(b"\n");
        }
    }
    if let (false, Some(ClientAddress(address))) = (shown, parts.extensions.get()) {
        hash.update(AddressGroup::from(*address).bytes());
    }
    hash.update(b"\n");
    hash.chain_update(key.as_str()).finalize().into()
}

fn text(scope: Scope) -> String {
    STANDARD_NO_PAD.encode(scope)
}
