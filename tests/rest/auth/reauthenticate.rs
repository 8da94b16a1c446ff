//! `/v1/auth/{provider}/start?reauthenticate=true`: proving again who one is, for what is sensitive.

use http::Method;
use maru::config::ProviderKind;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::native::{Native, leads_to};
use crate::provider::{Provider, Reply, now_s};
use crate::server::Server;

const START: &str = "/v1/auth/dev/start?reauthenticate=true&return_to=/settings";

/// Goes through the provider again, as this person.
async fn prove(browser: &Browser, name: &str) -> String {
    let page = browser.get(START).await.location().to_owned();
    let callback = browser.submit(&page, &[("name", name)]).await;
    let callback = callback.location().to_owned();
    browser.get(&callback).await.location().to_owned()
}

async fn age(server: &Server) {
    let aged = "UPDATE login SET authenticated_ms = authenticated_ms - 601000";
    server.sql(aged).await;
}

#[tokio::test]
async fn a_sensitive_act_wants_somebody_who_has_just_shown_who_they_are() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    let others = async || browser.ask(Method::DELETE, "/v1/me/logins", None).await;
    assert_eq!(others().await.status, 204, "signing in is proof");
    age(&server).await;
    others().await.is_problem(403, "reauthentication_required");
    assert_eq!(prove(&browser, "하늘").await, "/settings");
    assert_eq!(
        browser.cookies.lock().unwrap()["maru"],
        cookie,
        "the same login"
    );
    assert_eq!(others().await.status, 204);
}

#[tokio::test]
async fn another_person_proves_nothing_and_is_not_made() {
    let server = Server::start().await;
    let (browser, other) = (Browser::new(&server), Browser::new(&server));
    let me = browser.sign_in("하늘").await;
    other.sign_in("바다").await;
    age(&server).await;
    let people = server.number("SELECT count(*) FROM user").await;
    for name in ["바다", "아무도 아닌 사람"] {
        assert_eq!(prove(&browser, name).await, "/login?error=other_account");
    }
    assert_eq!(server.number("SELECT count(*) FROM user").await, people);
    assert_eq!(browser.me().await["id"], me["id"], "and signs nobody out");
    let refused = browser.ask(Method::DELETE, "/v1/me/logins", None).await;
    refused.is_problem(403, "reauthentication_required");
}

#[tokio::test]
async fn only_the_login_it_began_with_is_proved() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let page = leads_to(&browser.get(START).await).to_string();
    let callback = browser.submit(&page, &[("name", "하늘")]).await;
    let callback = callback.location().to_owned();
    // Signed out and in again meanwhile: another login.
    browser.sign_in("하늘").await;
    age(&server).await;
    assert_eq!(
        browser.get(&callback).await.location(),
        "/login?error=other_account"
    );
    let refused = browser.ask(Method::DELETE, "/v1/me/logins", None).await;
    refused.is_problem(403, "reauthentication_required");
    let nobody = Browser::new(&server).get(START).await;
    nobody.is_problem(401, "sign_in_required");
}

#[tokio::test]
async fn an_app_proves_it_by_signing_in_again() {
    let server = Server::start().await;
    let (app, browser) = (Native::new(&server, "phone"), Browser::new(&server));
    let given = app.sign_in(&browser, "하늘", "account").await;
    let others = async |token: &str| app.ask(Method::DELETE, "/v1/me/logins", token, None).await;
    assert_eq!(others(&given.access).await.status, 204);
    age(&server).await;
    others(&given.access)
        .await
        .is_problem(403, "reauthentication_required");
    // Refreshing is no proof.
    let newer = crate::native::Given::of(&app.refresh(&given.refresh).await);
    others(&newer.access)
        .await
        .is_problem(403, "reauthentication_required");
    let again = app.sign_in(&browser, "하늘", "account").await;
    assert_eq!(others(&again.access).await.status, 204);
    assert!(!app.is_good(&newer.access).await, "the others are ended");
}

/// A provider under this kind, a server that knows it as `acme`, and a browser signed in with it.
async fn at_acme(kind: ProviderKind, claims: Value) -> (Provider, Server, Browser) {
    let provider = Provider::start().await;
    provider.set(|script| {
        script.claims = claims;
        script.userinfo = Reply::Good;
    });
    let server = Server::with(vec![provider.config("acme", kind)], false).await;
    let browser = Browser::new(&server);
    assert_eq!(provider.sign_in(&browser, "acme").await, "/");
    (provider, server, browser)
}

/// Goes through the provider again; where that leads.
async fn prove_at_acme(browser: &Browser, provider: &Provider) -> String {
    let path = "/v1/auth/acme/start?reauthenticate=true&return_to=/settings";
    let back = provider.consent(browser.get(path).await.location());
    browser.get(&back.link()).await.location().to_owned()
}

async fn is_recent(browser: &Browser) -> bool {
    let answer = browser.ask(Method::DELETE, "/v1/me/logins", None).await;
    match answer.status.as_u16() {
        204 => true,
        _ => {
            answer.is_problem(403, "reauthentication_required");
            false
        }
    }
}

#[tokio::test]
async fn a_provider_that_looked_long_ago_or_does_not_say_when_proves_nothing() {
    let (provider, server, browser) = at_acme(ProviderKind::Oidc, json!({})).await;
    age(&server).await;
    let refused = "/login?error=exchange_failed";
    for claims in [
        json!({ "auth_time": now_s() - 120 }),
        json!({ "auth_time": 0 }),
        json!({ "auth_time": null }),
        json!({ "auth_time": "now" }),
    ] {
        provider.set(|script| script.claims = claims.clone());
        let led = prove_at_acme(&browser, &provider).await;
        assert_eq!(led, refused, "{claims}");
        assert!(!is_recent(&browser).await, "{claims}");
    }
    // Clocks differ a little.
    let claims = json!({ "auth_time": now_s() - 30 });
    provider.set(|script| script.claims = claims);
    assert_eq!(prove_at_acme(&browser, &provider).await, "/settings");
    assert!(is_recent(&browser).await);
}

#[tokio::test]
async fn an_ordinary_sign_in_is_as_recent_as_the_provider_says() {
    // The provider let them in by the session of an hour ago.
    let silent = json!({ "auth_time": now_s() - 3_600 });
    let (provider, _server, browser) = at_acme(ProviderKind::Oidc, silent).await;
    assert!(!is_recent(&browser).await);
    provider.set(|script| script.claims = json!({}));
    assert_eq!(prove_at_acme(&browser, &provider).await, "/settings");
    assert!(is_recent(&browser).await);
    // Nobody proves anything in the future, nor does who says nothing have to.
    for claims in [json!({ "auth_time": now_s() + 86_400 }), json!({})] {
        let (_provider, server, browser) = at_acme(ProviderKind::Oidc, claims).await;
        assert!(is_recent(&browser).await);
        age(&server).await;
        assert!(!is_recent(&browser).await);
    }
}

#[tokio::test]
async fn where_no_time_is_ever_said_the_same_account_is_proof() {
    for kind in [ProviderKind::Google, ProviderKind::Oauth2] {
        let (provider, server, browser) = at_acme(kind, json!({ "auth_time": null })).await;
        age(&server).await;
        assert_eq!(prove_at_acme(&browser, &provider).await, "/settings");
        assert!(is_recent(&browser).await, "{kind}");
    }
}
