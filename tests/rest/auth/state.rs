//! The state of a sign-in: bound to one browser, good once and not for long; and what callers cannot slip in.

use std::time::Duration;

use futures_util::future::join_all;
use http::header::SET_COOKIE;
use maru::config::ProviderKind;
use serde_json::Value;

use crate::browser::Browser;
use crate::provider::{Back, Provider};
use crate::server::Server;

const MISMATCH: &str = "/login?error=state_mismatch";

async fn started() -> (Provider, Server) {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    (provider, Server::with(vec![config], false).await)
}

/// The callback signs nobody in.
async fn mismatched(browser: &Browser, address: &str) {
    let answer = browser.get(address).await;
    assert_eq!(answer.location(), MISMATCH, "{address}");
    assert!(answer.headers.get(SET_COOKIE).is_none());
    assert_eq!(browser.me().await, Value::Null);
}

#[tokio::test]
async fn state_missing_or_malformed() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let Back { path, code, state } = provider.visit(&browser, "acme").await;
    mismatched(&browser, &format!("{path}?code={code}")).await;
    for bad in [
        "",
        "x",
        "%00",
        "'%20OR%201=1",
        &state[1..],
        &format!("{state}x"),
    ] {
        mismatched(&browser, &format!("{path}?code={code}&state={bad}")).await;
    }
    // None of that spent the right one.
    let good = format!("{path}?code={code}&state={state}");
    assert_eq!(browser.get(&good).await.location(), "/");
}

#[tokio::test]
async fn state_reused() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let first = provider.visit(&browser, "acme").await;
    assert_eq!(browser.get(&first.link()).await.location(), "/");
    assert_eq!(browser.get(&first.link()).await.location(), MISMATCH);
    // Nor with a code that is still good.
    let second = provider.visit(&browser, "acme").await;
    let mixed = Back {
        state: first.state,
        ..second
    };
    assert_eq!(browser.get(&mixed.link()).await.location(), MISMATCH);
}

#[tokio::test]
async fn state_expired() {
    let provider = Provider::start().await;
    let config = provider.config("acme", ProviderKind::Oidc);
    let server = Server::waiting(vec![config], false, 200).await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "acme").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    mismatched(&browser, &back.link()).await;
    assert_eq!(provider.asked("token"), 0);
}

#[tokio::test]
async fn state_of_another_browser() {
    let (provider, server) = started().await;
    let attacker = Browser::new(&server);
    for under_way in [false, true] {
        let back = provider.visit(&attacker, "acme").await;
        let victim = Browser::new(&server);
        if under_way {
            provider.visit(&victim, "acme").await;
        }
        mismatched(&victim, &back.link()).await;
    }
    assert_eq!(provider.asked("token"), 0);
}

#[tokio::test]
async fn state_of_another_provider() {
    let provider = Provider::start().await;
    let configs = ["acme", "umbrella"].map(|id| provider.config(id, ProviderKind::Oidc));
    let server = Server::with(configs.to_vec(), false).await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "acme").await;
    let mixed = back.link().replace("/acme/", "/umbrella/");
    mismatched(&browser, &mixed).await;
}

#[tokio::test]
async fn duplicated_parameters() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "acme").await;
    for twice in [
        format!("{}&state=guess", back.link()),
        format!("{}&state={}", back.link(), back.state),
        format!("{}&code=other", back.link()),
        format!("{}&%73tate=guess", back.link()),
        format!("{}&iss=a&iss=b", back.link()),
        format!("{}&scope=a&scope=b", back.link()),
    ] {
        browser.get(&twice).await.is_problem(400, "invalid_query");
    }
    assert_eq!(provider.asked("token"), 0);
    // What providers send beside is their affair.
    let more = format!("{}&scope=openid&authuser=0&prompt=none", back.link());
    assert_eq!(browser.get(&more).await.location(), "/");
}

#[tokio::test]
async fn duplicated_parameters_at_the_start() {
    let (_, server) = started().await;
    let browser = Browser::new(&server);
    let twice = "/v1/auth/acme/start?return_to=/a&return_to=/b";
    browser.get(twice).await.is_problem(400, "invalid_query");
    let twice = "/v1/auth/acme/start?x=1&x=2";
    browser.get(twice).await.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn caller_supplied_reserved_oauth_parameters_are_stripped() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let start = "/v1/auth/acme/start?redirect_uri=https://evil.example&client_id=evil&state=known&nonce=known\
        &code_challenge=known&code_challenge_method=plain&scope=admin&response_type=token\
        &response_mode=fragment&prompt=none&audience=evil&return_to=/me";
    let answer = browser.get(start).await;
    for evil in [
        "evil", "known", "plain", "admin", "fragment", "audience", "prompt",
    ] {
        assert!(!answer.location().contains(evil), "{evil}");
    }
    let back = provider.consent(answer.location());
    assert_eq!(browser.get(&back.link()).await.location(), "/me");
}

#[tokio::test]
async fn every_sign_in_has_its_own_state_nonce_and_challenge() {
    let (_, server) = started().await;
    let browser = Browser::new(&server);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        let start = browser.get("/v1/auth/acme/start").await;
        let url: reqwest::Url = start.location().parse().unwrap();
        for wanted in ["state", "nonce", "code_challenge"] {
            let found = url.query_pairs().find(|(name, _)| name == wanted);
            let value = found.unwrap().1.into_owned();
            assert!(value.len() >= 43, "{wanted}");
            assert!(seen.insert(value), "{wanted}");
        }
    }
}

#[tokio::test]
async fn of_two_callbacks_at_once_with_one_state_exactly_one_wins() {
    let (provider, server) = started().await;
    for _ in 0..20 {
        let browser = Browser::new(&server);
        let back = provider.visit(&browser, "acme").await;
        let before = provider.asked("token");
        let link = back.link();
        let answers = join_all((0..4).map(|_| browser.get(&link))).await;
        let mut led: Vec<&str> = answers.iter().map(|answer| answer.location()).collect();
        led.sort_unstable();
        assert_eq!(led, ["/", MISMATCH, MISMATCH, MISMATCH]);
        assert_eq!(provider.asked("token"), before + 1);
    }
}

#[tokio::test]
async fn an_answer_that_says_it_is_of_another_issuer() {
    let (provider, server) = started().await;
    let browser = Browser::new(&server);
    let back = provider.visit(&browser, "acme").await;
    let mixed = format!("{}&iss=https://evil.example", back.link());
    let answer = browser.get(&mixed).await;
    assert_eq!(answer.location(), "/login?error=exchange_failed");
    assert_eq!(provider.asked("token"), 0);
    let back = provider.visit(&browser, "acme").await;
    let right = format!("{}&iss={}", back.link(), provider.origin);
    assert_eq!(browser.get(&right).await.location(), "/");
}
