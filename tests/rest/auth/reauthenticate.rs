//! `/v1/auth/{provider}/start?reauthenticate=true`: proving again who one is, for what is sensitive.

use http::Method;

use crate::browser::Browser;
use crate::native::{Native, leads_to};
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
