//! Who may ask from a browser, and what browsers may do with our pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::{
    CONTENT_SECURITY_POLICY, COOKIE, HeaderName, ORIGIN, REFERER, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::auth::bearer;
use super::problem::{Code, Problem};
use crate::config::PublicUrl;

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Everything from ourselves, pictures also from memory and where links to them lead, the live connection by WebSocket.
fn content_policy(pictures: Option<&PublicUrl>) -> String {
    let (space, pictures) = pictures.map_or(("", ""), |from| (" ", from.origin()));
    format!(
        "default-src 'self'; img-src 'self' data: blob:{space}{pictures}; {CONTENT_POLICY_REST}"
    )
}

const CONTENT_POLICY_REST: &str = "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; object-src 'none'; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Whether a request may have effects, by where it comes from: our own pages, or no browser at all.
///
/// A browser sends `Origin` with each cross-site request that could change something and with each WebSocket
/// handshake, and `Sec-Fetch-Site` where the page is trustworthy; pages can set neither. Where a browser sends neither,
/// as old ones do, `Referer` says it, as far as there is one.
pub fn origin_allowed(headers: &HeaderMap, public: &PublicUrl) -> bool {
    let site = headers
        .get(&SEC_FETCH_SITE)
        .map(|site| site.as_bytes().to_vec());
    match (headers.get(ORIGIN), site.as_deref()) {
        (Some(origin), _) if origin.as_bytes() == public.origin().as_bytes() => true,
        (_, Some(b"same-origin")) => true,
        (None, Some(b"none")) => true,
        (None, None) => !headers.contains_key(COOKIE) || referer_is_ours(headers, public),
        _ => false,
    }
}

/// Whether the page that is named, if one is, is of this site.
fn referer_is_ours(headers: &HeaderMap, public: &PublicUrl) -> bool {
    let mut pages = headers.get_all(REFERER).into_iter();
    pages.all(|page| {
        let page = page.to_str().ok().and_then(|page| Url::parse(page).ok());
        page.is_some_and(|page| page.origin().ascii_serialization() == public.origin())
    })
}

/// Refuses unsafe methods of pages of other sites, and puts the security headers on every answer.
pub fn guard(router: Router, public: PublicUrl) -> Router {
    guard_showing(router, public, None)
}

/// The same, for pages that show pictures of another host.
pub fn guard_showing(router: Router, public: PublicUrl, pictures: Option<&PublicUrl>) -> Router {
    // An origin is plain ASCII.
    let policy = HeaderValue::try_from(content_policy(pictures));
    let policy = policy.unwrap_or(HeaderValue::from_static("default-src 'none'"));
    router
        .layer(from_fn_with_state(Arc::new(public), refuse_other_origins))
        .layer(from_fn_with_state(policy, security_headers))
}

async fn refuse_other_origins(
    State(public): State<Arc<PublicUrl>>,
    request: Request,
    next: Next,
) -> Response {
    // Pages cannot make a browser send a token: whoever sends one is no page that was led here.
    let has_token = bearer(request.headers()).is_some();
    let own = request.method().is_safe() || has_token || origin_allowed(request.headers(), &public);
    if own || is_form_of_provider(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    Problem::new(Code::OriginRefused).into_response()
}

/// Sign-in providers may send the browser back by a form of their own page. It has no effect but to send the browser
/// on, and where no provider sends forms it is refused there.
fn is_form_of_provider(method: &Method, path: &str) -> bool {
    let provider = path
        .strip_prefix("/v1/auth/")
        .and_then(|rest| rest.strip_suffix("/callback"));
    method == Method::POST && provider.is_some_and(|it| !it.is_empty() && !it.contains('/'))
}

async fn security_headers(
    State(policy): State<HeaderValue>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, policy),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Not "no-referrer": browsers would then send our own forms with `Origin: null`.
        (REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    ] {
        headers.entry(name).or_insert(value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_providers_are_let_in_at_one_address_only() {
        assert!(is_form_of_provider(
            &Method::POST,
            "/v1/auth/apple/callback"
        ));
        for (method, path) in [
            (Method::DELETE, "/v1/auth/apple/callback"),
            (Method::PUT, "/v1/auth/apple/callback"),
            (Method::POST, "/v1/auth/apple/callback/"),
            (Method::POST, "/v1/auth//callback"),
            (Method::POST, "/v1/auth/a/b/callback"),
            (Method::POST, "/v1/auth/logout"),
            (Method::POST, "/v1/auth/callback"),
            (Method::POST, "/x/v1/auth/apple/callback"),
            (Method::POST, "/v1/me/identities/apple"),
        ] {
            assert!(!is_form_of_provider(&method, path), "{method} {path}");
        }
    }

    #[test]
    fn only_our_own_pages_and_programs_that_are_no_browser_are_let_in() {
        let public: PublicUrl = "https://maru.example".parse().unwrap();
        let allowed = |origin: Option<&'static str>, site: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            let insert = |name: HeaderName| move |value| (name, HeaderValue::from_static(value));
            headers.extend(origin.map(insert(ORIGIN)));
            headers.extend(site.map(insert(SEC_FETCH_SITE.clone())));
            origin_allowed(&headers, &public)
        };
        assert!(allowed(None, None));
        assert!(allowed(None, Some("none")));
        assert!(allowed(Some("https://maru.example"), None));
        assert!(allowed(Some("http://localhost:5173"), Some("same-origin")));
        for evil in [
            "https://evil.example",
            "http://maru.example",
            "https://maru.example:8443",
            "https://maru.example.evil.example",
            "https://MARU.example",
            "null",
            "",
        ] {
            assert!(!allowed(Some(evil), None), "{evil}");
            assert!(!allowed(Some(evil), Some("cross-site")), "{evil}");
        }
        assert!(!allowed(None, Some("cross-site")));
        assert!(!allowed(None, Some("same-site")));
    }

    #[test]
    fn where_nothing_else_is_said_the_page_before_counts() {
        let public: PublicUrl = "https://maru.example".parse().unwrap();
        let allowed = |cookie: bool, pages: &[&'static str]| {
            let mut headers = HeaderMap::new();
            if cookie {
                headers.insert(COOKIE, HeaderValue::from_static("__Host-maru=x"));
            }
            for page in pages {
                headers.append(REFERER, HeaderValue::from_static(page));
            }
            origin_allowed(&headers, &public)
        };
        let own = "https://maru.example/settings?tab=1";
        assert!(allowed(true, &[]) && allowed(true, &[own]));
        assert!(allowed(true, &["https://maru.example:443/"]));
        let evil = "https://evil.example/";
        for page in [
            evil,
            "http://maru.example/",
            "https://maru.example:8443/",
            "https://maru.example.evil.example/",
            "https://maru.example@evil.example/",
            "/settings",
            "",
        ] {
            assert!(!allowed(true, &[page]), "{page}");
        }
        assert!(!allowed(true, &[own, evil]));
        assert!(allowed(false, &[evil]), "whoever shows nothing is nobody");
    }
}
