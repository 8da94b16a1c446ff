//! `/v1/auth/{provider}/start`.

use http::StatusCode;
use http::header::{CACHE_CONTROL, SET_COOKIE};

use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn sends_the_browser_away_with_everything_a_provider_must_check() {
    let server = Server::start().await;
    let answer = Browser::new(&server).get("/v1/auth/dev/start").await;
    let url: reqwest::Url = answer.location().parse().unwrap();
    assert_eq!(url.path(), "/dev/identity/authorize");
    let parameter = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found
            .unwrap_or_else(|| panic!("{name} is missing"))
            .1
            .into_owned()
    };
    assert_eq!(parameter("response_type"), "code");
    assert_eq!(parameter("client_id"), "maru");
    assert_eq!(
        parameter("redirect_uri"),
        server.public.join("/v1/auth/dev/callback")
    );
    assert_eq!(parameter("code_challenge_method"), "S256");
    assert_eq!(parameter("code_challenge").len(), 43);
    assert!(parameter("state").len() >= 43);

    let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
    for part in [
        "maru-signin=",
        "HttpOnly",
        "SameSite=Lax",
        "Path=/",
        "Max-Age=600",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains(&parameter("state")));
    assert_eq!(answer.headers[CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn every_sign_in_has_its_own_state_and_challenge() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let first = browser.get("/v1/auth/dev/start").await;
    let second = browser.get("/v1/auth/dev/start").await;
    assert_ne!(first.location(), second.location());
}

#[tokio::test]
async fn leads_back_to_our_own_pages_only() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    for evil in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "/%252Fevil.example",
        "%2F%09/evil.example",
        "javascript:alert(1)",
        "/r/x%0d%0aSet-Cookie:%20maru=x",
        "r/haneul",
        "",
    ] {
        let answer = browser
            .get(&format!("/v1/auth/dev/start?return_to={evil}"))
            .await;
        answer.is_problem(400, "invalid_query");
        assert!(answer.headers.get(SET_COOKIE).is_none());
    }
    let callback = browser.choose("/r/haneul%3Fedit=1", ("name", "하늘")).await;
    assert_eq!(browser.get(&callback).await.location(), "/r/haneul?edit=1");
}

#[tokio::test]
async fn an_unknown_provider_leads_to_the_sign_in_page() {
    let server = Server::with(Vec::new(), false).await;
    let browser = Browser::new(&server);
    let answer = browser.get("/v1/auth/dev/start").await;
    assert_eq!(answer.location(), "/login?error=unknown_provider");
    let answer = browser.get("/dev/identity/authorize").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
