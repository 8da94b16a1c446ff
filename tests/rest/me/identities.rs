//! `/v1/me/identities`.

use futures_util::future::join;
use http::{Method, StatusCode};
use maru::config::ProviderKind;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::provider::{Back, Provider};
use crate::server::Server;

/// `acme` and `umbrella`, and a server that has both.
async fn started() -> (Provider, Provider, Server) {
    let (acme, umbrella) = (Provider::start().await, Provider::start().await);
    let configs = vec![
        acme.config("acme", ProviderKind::Oidc),
        umbrella.config("umbrella", ProviderKind::Oidc),
    ];
    let server = Server::with(configs, false).await;
    (acme, umbrella, server)
}

fn person(subject: &str) -> Value {
    json!({ "sub": subject, "name": "하늘", "email": format!("{subject}@a.example"), "email_verified": false })
}

/// A browser in which a person of `acme` is signed in.
async fn signed_in(server: &Server, acme: &Provider, subject: &str) -> Browser {
    let browser = Browser::new(server);
    acme.set(|script| script.person = person(subject));
    assert_eq!(acme.sign_in(&browser, "acme").await, "/");
    browser
}

async fn begin(browser: &Browser, provider: &str) -> Answer {
    let path = format!("/v1/me/identities/{provider}?return_to=/settings%3Ftab=1");
    browser.ask(Method::POST, &path, None).await
}

/// Links `umbrella` up to where the browser is sent back.
async fn way_back(browser: &Browser, umbrella: &Provider, subject: &str) -> Back {
    let answer = begin(browser, "umbrella").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    umbrella.set(|script| script.person = person(subject));
    umbrella.consent(answer.json()["url"].as_str().unwrap())
}

async fn linked(browser: &Browser, umbrella: &Provider, subject: &str) -> String {
    let back = way_back(browser, umbrella, subject).await;
    browser.get(&back.link()).await.location().to_owned()
}

async fn unlink(browser: &Browser, provider: &str) -> Answer {
    let path = format!("/v1/me/identities/{provider}");
    browser.ask(Method::DELETE, &path, None).await
}

async fn providers(browser: &Browser) -> Vec<String> {
    let list = browser.get("/v1/me/identities").await.json();
    let list = list["identities"].as_array().unwrap().iter();
    list.map(|it| it["provider"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_provider_is_linked_and_then_leads_to_the_account() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    let me = browser.me().await;
    assert_eq!(linked(&browser, &umbrella, "u").await, "/settings?tab=1");
    assert_eq!(browser.me().await, me, "still signed in");
    let list = browser.get("/v1/me/identities").await;
    assert_eq!(list.headers["cache-control"], "no-store");
    let list = list.json();
    assert_eq!(list["next_cursor"], Value::Null);
    assert_eq!(list["identities"][1]["provider"], "umbrella");
    assert_eq!(list["identities"][1]["email"], "u@a.example");
    assert_eq!(list["identities"][1]["email_verified"], false);
    assert!(
        list["identities"][1]["linked_at"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
    assert!(!list.to_string().contains("\"u\""), "no subject");

    let elsewhere = Browser::new(&server);
    assert_eq!(umbrella.sign_in(&elsewhere, "umbrella").await, "/");
    assert_eq!(elsewhere.me().await["id"], me["id"]);
    // Again: nothing changes.
    assert_eq!(linked(&browser, &umbrella, "u").await, "/settings?tab=1");
    assert_eq!(providers(&browser).await, ["acme", "umbrella"]);
}

#[tokio::test]
async fn already_linked_elsewhere() {
    let (acme, umbrella, server) = started().await;
    let other = Browser::new(&server);
    umbrella.set(|script| script.person = person("u"));
    assert_eq!(umbrella.sign_in(&other, "umbrella").await, "/");
    let browser = signed_in(&server, &acme, "h").await;
    let led = linked(&browser, &umbrella, "u").await;
    assert_eq!(led, "/settings?tab=1&error=identity_linked_elsewhere");
    assert_eq!(providers(&browser).await, ["acme"]);
    assert_eq!(providers(&other).await, ["umbrella"]);
}

#[tokio::test]
async fn a_second_person_of_the_same_provider_is_refused() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    linked(&browser, &umbrella, "u").await;
    let led = linked(&browser, &umbrella, "v").await;
    assert_eq!(led, "/settings?tab=1&error=provider_already_linked");
}

#[tokio::test]
async fn unlink_last() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    unlink(&browser, "acme")
        .await
        .is_problem(409, "last_identity");
    unlink(&browser, "umbrella")
        .await
        .is_problem(404, "identity_not_found");
    linked(&browser, &umbrella, "u").await;
    assert_eq!(
        unlink(&browser, "acme").await.status,
        StatusCode::NO_CONTENT
    );
    unlink(&browser, "umbrella")
        .await
        .is_problem(409, "last_identity");
    assert_eq!(providers(&browser).await, ["umbrella"]);
    // What was unlinked leads to somebody new.
    let me = browser.me().await;
    let fresh = signed_in(&server, &acme, "h").await;
    assert_ne!(fresh.me().await["id"], me["id"]);
}

#[tokio::test]
async fn of_two_unlinked_at_once_one_stays() {
    let (acme, umbrella, server) = started().await;
    for round in 0..10 {
        let browser = signed_in(&server, &acme, &format!("h{round}")).await;
        linked(&browser, &umbrella, &format!("u{round}")).await;
        let (a, b) = join(unlink(&browser, "acme"), unlink(&browser, "umbrella")).await;
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409]);
        assert_eq!(providers(&browser).await.len(), 1);
    }
}

#[tokio::test]
async fn a_link_ends_with_the_login_that_began_it() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    let back = way_back(&browser, &umbrella, "u").await;
    browser.submit("/v1/auth/logout", &[]).await;
    let led = browser.get(&back.link()).await.location().to_owned();
    assert_eq!(led, "/settings?tab=1&error=signed_out");
    assert_eq!(
        browser.me().await,
        Value::Null,
        "nor is anybody signed in by it"
    );
    // Nor does it reach whoever signs in there next.
    let browser = signed_in(&server, &acme, "h").await;
    let back = way_back(&browser, &umbrella, "u").await;
    acme.set(|script| script.person = person("next"));
    acme.sign_in(&browser, "acme").await;
    let led = browser.get(&back.link()).await.location().to_owned();
    assert_eq!(led, "/settings?tab=1&error=signed_out");
    assert_eq!(providers(&browser).await, ["acme"]);
}

#[tokio::test]
async fn nobody_links_their_identity_to_the_account_of_another() {
    // The attacker begins to link, says yes, and has the victim open the way back.
    let (acme, umbrella, server) = started().await;
    let attacker = signed_in(&server, &acme, "a").await;
    let victim = signed_in(&server, &acme, "v").await;
    let back = way_back(&attacker, &umbrella, "evil").await;
    let led = victim.get(&back.link()).await.location().to_owned();
    assert_eq!(led, "/login?error=state_mismatch");
    assert_eq!(providers(&victim).await, ["acme"]);
    // Nor by a page that sends the victim off to link: it needs our own page.
    let path = "/v1/me/identities/umbrella";
    let answer = victim.submit_from("https://evil.example", path, &[]).await;
    answer.is_problem(403, "origin_refused");
    let answer = victim.get(path).await;
    answer.is_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_person_who_says_no_links_nothing() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    let back = way_back(&browser, &umbrella, "u").await;
    let no = format!("{}?error=access_denied&state={}", back.path, back.state);
    let led = browser.get(&no).await.location().to_owned();
    assert_eq!(led, "/settings?tab=1&error=access_denied");
    assert_eq!(providers(&browser).await, ["acme"]);
}

#[tokio::test]
async fn only_people_who_are_signed_in_have_identities() {
    let (acme, _, server) = started().await;
    let nobody = Browser::new(&server);
    nobody
        .get("/v1/me/identities")
        .await
        .is_problem(401, "sign_in_required");
    begin(&nobody, "umbrella")
        .await
        .is_problem(401, "sign_in_required");
    unlink(&nobody, "acme")
        .await
        .is_problem(401, "sign_in_required");
    let browser = signed_in(&server, &acme, "h").await;
    begin(&browser, "unheard_of")
        .await
        .is_problem(404, "provider_not_found");
    let evil = "/v1/me/identities/umbrella?return_to=//evil.example";
    let answer = browser.ask(Method::POST, evil, None).await;
    answer.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn a_provider_that_was_replaced_is_no_way_in_that_is_left() {
    let (acme, umbrella, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    linked(&browser, &umbrella, "u").await;
    let replaced = "UPDATE identity SET issuer = 'https://old.example' WHERE provider = 'umbrella'";
    server.sql(replaced).await;
    unlink(&browser, "acme")
        .await
        .is_problem(409, "last_identity");
    assert_eq!(providers(&browser).await, ["acme", "umbrella"]);
    // What leads nowhere may go.
    let gone = unlink(&browser, "umbrella").await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn what_was_answered_is_not_said_again_to_whoever_is_signed_out() {
    let (acme, _, server) = started().await;
    let browser = signed_in(&server, &acme, "h").await;
    // From now on the browser shows the same cookies each time.
    begin(&browser, "umbrella").await;
    let ask = async |browser: &Browser| {
        let (path, key) = ("/v1/me/identities/umbrella", ("idempotency-key", "k"));
        browser.ask_with(Method::POST, path, None, &[key]).await
    };
    let first = ask(&browser).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    assert_eq!(ask(&browser).await.body, first.body);
    let beside = Browser::new(&server);
    *beside.cookies.lock().unwrap() = browser.cookies.lock().unwrap().clone();
    beside.ask(Method::POST, "/v1/auth/logout", None).await;
    ask(&browser).await.is_problem(401, "sign_in_required");
}
