//! Only this machine, and only under a name that cannot be made to mean another.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{FORWARDED, HOST, HeaderName};
use http::uri::Authority;

use crate::rest::problem::{Code, Problem};

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Refuses other peers, proxies, and pages that had their own name point here (DNS rebinding).
pub(super) async fn only(request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback());
    if near && is_named_loopback(request.headers()) && !is_forwarded(request.headers()) {
        return next.run(request).await;
    }
    Problem::new(Code::LoopbackOnly).into_response()
}

fn is_named_loopback(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else {
        return false;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse().ok());
    authority.is_some_and(|authority: Authority| {
        let name = authority.host().trim_matches(['[', ']']);
        let address = name.parse::<IpAddr>().ok();
        name == "localhost" || address.is_some_and(|address| address.is_loopback())
    })
}

// A proxy on this machine speaks for somebody who may be anywhere.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(FORWARDED) || headers.contains_key(&X_FORWARDED_FOR)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_names_that_always_mean_this_machine() {
        let named = |host: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(host));
            is_named_loopback(&headers)
        };
        for good in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:1",
            "127.9.9.9",
            "[::1]:8080",
        ] {
            assert!(named(good), "{good}");
        }
        for bad in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "[::2]",
            "0.0.0.0",
        ] {
            assert!(!named(bad), "{bad}");
        }
        assert!(!is_named_loopback(&HeaderMap::new()));
    }
}
