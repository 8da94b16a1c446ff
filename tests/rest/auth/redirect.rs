//! Where browsers are sent, and where we never follow.

use http::header::HOST;
use maru::config::ProviderKind;
use reqwest::Url;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::provider::{Provider, Reply};
use crate::server::Server;

const UNAVAILABLE: &str = "/login?error=provider_unavailable";

fn redirect_uri(answer: &Answer) -> String {
    let url: Url = answer.location().parse().unwrap();
    let found = url.query_pairs().find(|(name, _)| name == "redirect_uri");
    found.unwrap().1.into_owned()
}

#[tokio::test]
async fn redirect_uri_is_exactly_ours_whatever_the_request_says() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let browser = Browser::new(&server);
    let exact = server.public.join("/v1/auth/acme/callback");
    for (name, value) in [
        (HOST.as_str(), "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=http"),
    ] {
        let start = browser.http.get(browser.url("/v1/auth/acme/start"));
        let answer = Answer::of(start.header(name, value).send().await.unwrap()).await;
        assert_eq!(redirect_uri(&answer), exact, "{name}");
    }
    for path in [
        "/v1/auth/acme%2F..%2Fumbrella/start",
        "/v1/auth/acme%2e/start",
        "/v1/auth/..%2facme/start",
        "/v1/auth/ACME/start",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.location(), "/login?error=unknown_provider", "{path}");
    }
    provider.sign_in(&browser, "acme").await;
    assert_eq!(provider.token_request()["redirect_uri"], exact);
}

#[tokio::test]
async fn provider_3xx_on_the_token_endpoint_is_refused() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let good = Provider::start().await;
    for to in [
        "/trap".to_owned(),
        format!("{}/trap", provider.origin),
        format!("{}/token", good.origin),
    ] {
        provider.set(|script| script.token = Reply::Redirect(to));
        let browser = Browser::new(&server);
        assert_eq!(provider.sign_in(&browser, "acme").await, UNAVAILABLE);
        assert_eq!(browser.me().await, Value::Null);
    }
    assert_eq!((provider.asked("trap"), good.asked("token")), (0, 0));
}

#[tokio::test]
async fn provider_3xx_on_userinfo_and_e_mails_is_refused() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Github);
    let server = Server::with(vec![config], false).await;
    let trap = Reply::Redirect(format!("{}/trap", provider.origin));
    provider.set(|script| script.userinfo = trap.clone());
    let led = provider.sign_in(&Browser::new(&server), "acme").await;
    assert_eq!(led, UNAVAILABLE);
    provider.set(|script| {
        script.userinfo = Reply::Json(200, json!({ "id": 1, "login": "octocat" }));
        script.emails = trap;
    });
    let led = provider.sign_in(&Browser::new(&server), "acme").await;
    assert_eq!(led, UNAVAILABLE);
    assert_eq!(provider.asked("trap"), 0);
}

#[tokio::test]
async fn a_provider_that_is_slow_endless_or_garbled_signs_nobody_in() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::with(vec![config], false).await;
    let refusal = json!({ "error": "temporarily_unavailable" });
    for reply in [
        Reply::Late,
        Reply::Endless,
        Reply::Garbage,
        Reply::Json(500, json!({})),
        Reply::Json(200, json!({})),
        Reply::Json(200, json!([])),
        Reply::Json(503, refusal),
    ] {
        provider.set(|script| script.token = reply);
        let browser = Browser::new(&server);
        assert_eq!(provider.sign_in(&browser, "acme").await, UNAVAILABLE);
        assert_eq!(browser.me().await, Value::Null);
    }
}
