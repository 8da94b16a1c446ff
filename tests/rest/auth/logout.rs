//! `/v1/auth/logout`.

use http::StatusCode;
use serde_json::Value;

use crate::browser::{Answer, Browser};
use crate::server::Server;

#[tokio::test]
async fn ends_the_login_on_the_server_too() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let copied = browser.cookies.lock().unwrap().clone();
    let answer = browser.submit("/v1/auth/logout", &[]).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert!(!browser.cookies.lock().unwrap().contains_key("maru"));
    assert_eq!(browser.me().await, Value::Null);

    let thief = Browser::new(&server);
    *thief.cookies.lock().unwrap() = copied;
    assert_eq!(thief.me().await, Value::Null);
    let again = thief.submit("/v1/auth/logout", &[]).await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn ends_this_login_only() {
    let server = Server::start().await;
    let (phone, desk) = (Browser::new(&server), Browser::new(&server));
    phone.sign_in("하늘").await;
    desk.sign_in("하늘").await;
    phone.submit("/v1/auth/logout", &[]).await;
    assert_eq!(phone.me().await, Value::Null);
    assert_eq!(desk.me().await["display_name"], "하늘");
}

#[tokio::test]
async fn signing_in_as_somebody_else_ends_the_login_before() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let before = browser.cookies.lock().unwrap().clone();
    browser.sign_in("바다").await;
    let old = Browser::new(&server);
    *old.cookies.lock().unwrap() = before;
    assert_eq!(old.me().await, Value::Null);
    assert_eq!(browser.me().await["display_name"], "바다");
}

#[tokio::test]
async fn pages_of_other_sites_cannot_sign_anybody_out() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        let answer = browser.submit_from(origin, "/v1/auth/logout", &[]).await;
        answer.is_problem(403, "origin_refused");
    }
    let answer = browser.get("/v1/auth/logout").await;
    answer.is_problem(405, "method_not_allowed");
    assert_eq!(answer.headers["allow"], "POST");
    assert_eq!(browser.me().await["display_name"], "하늘");
}

#[tokio::test]
async fn a_browser_that_sends_no_origin_is_judged_by_the_page_it_comes_from() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    let ask = async |page: &str| {
        let request = browser.http.post(browser.url("/v1/auth/logout"));
        let request = request.header("cookie", format!("maru={cookie}"));
        Answer::of(request.header("referer", page).send().await.unwrap()).await
    };
    for page in ["https://evil.example/", "null", "http://127.0.0.1:1/"] {
        ask(page).await.is_problem(403, "origin_refused");
    }
    assert!(browser.me().await.is_object(), "still signed in");
    let own = server.public.join("/settings");
    assert_eq!(ask(&own).await.status, 204);
    assert!(browser.me().await.is_null());
}

#[tokio::test]
async fn a_login_before_that_cannot_be_ended_takes_nothing_from_the_new_one() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    server
        .sql("CREATE TRIGGER broken BEFORE UPDATE OF revoked_ms ON login BEGIN SELECT RAISE(ABORT, 'broken'); END")
        .await;
    let next = browser.sign_in("바다").await;
    assert_eq!(next["display_name"], "바다");
}
