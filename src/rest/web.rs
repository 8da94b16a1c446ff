//! The web client, embedded in the binary, and the answer to every address nobody else takes.

mod share;

pub use share::Sharing;

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, HOST, LOCATION, VARY};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::problem::{Code, Problem};
use super::range;
use crate::config::PublicUrl;

/// The production build of `web/`. Debug builds read it from the folder at each request.
#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Bundle;

/// The page of the client, whatever its address.
const INDEX: &str = "index.html";

/// Everything below is named by its content and never changes.
const HASHED: &str = "assets/";

/// Addresses of programs: nobody reads a page there.
const CALLS: [&str; 3] = ["/v1/", "/dev/", "/media/"];

const NOT_BUILT: &str = include_str!("web/not_built.html");

/// What the client's addresses are answered with.
#[derive(Debug)]
struct Client {
    public: PublicUrl,
    /// Tells what a link to a room or a post leads to; without it links unfold into the name of the house.
    sharing: Option<Sharing>,
}

/// The fallback of the whole router.
pub fn router(public: PublicUrl, sharing: Option<Sharing>) -> Router {
    client::<Bundle>(public, sharing)
}

fn client<B: RustEmbed + 'static>(public: PublicUrl, sharing: Option<Sharing>) -> Router {
    Router::new()
        .fallback(serve::<B>)
        .with_state(Arc::new(Client { public, sharing }))
}

async fn serve<B: RustEmbed>(State(client): State<Arc<Client>>, request: Request) -> Response {
    let path = request.uri().path();
    let readable = matches!(*request.method(), Method::GET | Method::HEAD);
    if !readable || CALLS.iter().any(|call| path.starts_with(call)) {
        return Problem::new(Code::NotFound).into_response();
    }
    let headers = request.headers();
    let name = path.trim_start_matches('/');
    if let Some(file) = B::get(name).filter(|_| name != INDEX) {
        let hash = file.metadata.sha256_hash();
        return answer(&request, name, file.data, &hash);
    }
    // A missing script or picture is missing; only people get the page that finds its own way, and programs that ask
    // what a link leads to, or whether anybody is home, which take anything.
    let shared = share::Shared::at(path);
    let is_person = wants_page(headers) || (name.is_empty() && takes_anything(headers));
    let is_reader = is_person || (shared.is_some() && takes_anything(headers));
    if !is_reader {
        return Problem::new(Code::NotFound).into_response();
    }
    if let Some(canonical) = other_name_of_this_machine(headers, &client.public) {
        let target = request.uri().path_and_query();
        let target = canonical.join(target.map_or("/", |target| target.as_str()));
        return moved(&target);
    }
    let head = match (&client.sharing, shared) {
        (Some(sharing), Some(shared)) => sharing.head(&shared, &client.public).await,
        _ => None,
    };
    if !is_person && head.is_none() {
        return Problem::new(Code::NotFound).into_response();
    }
    let Some(page) = B::get(INDEX) else {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response();
    };
    let Some(page_with_head) = head.and_then(|head| share::with_head(&page.data, &head)) else {
        let hash = page.metadata.sha256_hash();
        return answer(&request, INDEX, page.data, &hash);
    };
    let hash = Sha256::digest(&page_with_head).into();
    answer(&request, INDEX, Cow::Owned(page_with_head), &hash)
}

/// What asks without a wish, or with every one.
fn takes_anything(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).map(|accept| accept.to_str());
    match accept {
        None => true,
        Some(accept) => accept.is_ok_and(|accept| accept.contains("*/*")),
    }
}

fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// Cookies, sign-in and live connections work under one name only. `localhost` and `127.0.0.1` are two.
fn other_name_of_this_machine<'a>(
    headers: &HeaderMap,
    public: &'a PublicUrl,
) -> Option<&'a PublicUrl> {
    let host: Authority = headers.get(HOST)?.to_str().ok()?.parse().ok()?;
    let ours: Authority = public.authority().parse().ok()?;
    let same_port = host.port_u16() == ours.port_u16();
    let local = matches!(host.host(), "localhost" | "127.0.0.1" | "[::1]");
    (public.is_loopback() && local && same_port && host.host() != ours.host()).then_some(public)
}

fn moved(target: &str) -> Response {
    match HeaderValue::from_str(target) {
        Ok(target) => {
            let headers = [(LOCATION, target), (CACHE_CONTROL, no_cache())];
            (StatusCode::TEMPORARY_REDIRECT, headers).into_response()
        }
        Err(_) => Problem::new(Code::NotFound).into_response(),
    }
}

fn no_cache() -> HeaderValue {
    HeaderValue::from_static("no-cache")
}

fn answer(request: &Request, name: &str, data: Cow<'static, [u8]>, hash: &[u8; 32]) -> Response {
    // Weak: the compression layer may send other bytes of the same content.
    let digest = URL_SAFE_NO_PAD.encode(&hash[..18]);
    let tag = format!("W/\"{digest}\"");
    let cache = match name.starts_with(HASHED) {
        true => HeaderValue::from_static("public, max-age=31536000, immutable"),
        false => no_cache(),
    };
    let mut head: Vec<(HeaderName, HeaderValue)> = vec![
        (CACHE_CONTROL, cache),
        (VARY, HeaderValue::from_static("accept, accept-encoding")),
        (
            range::RESOURCE_POLICY.clone(),
            HeaderValue::from_static("same-origin"),
        ),
    ];
    head.extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    let mut response = Response::new(Body::empty());
    response.headers_mut().extend(head);
    if range::is_known(request.headers(), &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return response;
    }
    let data = match data {
        Cow::Borrowed(embedded) => Bytes::from_static(embedded),
        Cow::Owned(read) => Bytes::from(read),
    };
    let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
    let part = range::asked(request.method(), request.headers(), length, &tag);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    let Some(bytes) = range::head(&part, length, &mut response) else {
        return range::refused(length);
    };
    if request.method() != Method::HEAD {
        // Within the file, which is in memory.
        let within = |at| usize::try_from(at).unwrap_or(usize::MAX).min(data.len());
        *response.body_mut() = Body::from(data.slice(within(bytes.start)..within(bytes.end)));
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
