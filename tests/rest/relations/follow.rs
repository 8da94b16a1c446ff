//! `/v1/users/{handle}/follow` and `/v1/me/followers/{handle}`.

use http::{Method, StatusCode};
use serde_json::json;

use super::{Person, nothing};
use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn following_and_leaving_off_may_be_repeated() {
    let server = Server::start().await;
    server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    browser.sign_in("바다").await;
    let address = "/v1/users/haneul/follow";
    let following = async || browser.get(address).await.json();
    assert_eq!(following().await, json!({"following": false}));
    for _ in 0..2 {
        let done = browser.ask(Method::PUT, address, None).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(done.json()["relation"]["following"], true);
        assert_eq!(following().await, json!({"following": true}));
    }
    for _ in 0..2 {
        let done = browser.ask(Method::DELETE, address, None).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
        assert_eq!(following().await, json!({"following": false}));
    }
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused() {
    let server = Server::start().await;
    server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let stranger = browser.ask(method, "/v1/users/haneul/follow", None).await;
        stranger.is_problem(401, "sign_in_required");
    }
    let me = browser.sign_in("바다").await;
    let own = format!("/v1/users/{}/follow", me["handle"].as_str().unwrap());
    browser
        .ask(Method::PUT, &own, None)
        .await
        .is_problem(422, "follows_oneself");
    for nobody in ["nobody", "Haneul", "..%2F", "%00"] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let path = format!("/v1/users/{nobody}/follow");
            let answer = browser.ask(method, &path, None).await;
            answer.is_problem(404, "user_not_found");
        }
    }
    let wrong = browser
        .ask(Method::POST, "/v1/users/haneul/follow", None)
        .await;
    wrong.is_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_page_of_another_site_follows_nobody() {
    let server = Server::start().await;
    server.move_in("haneul", "하늘").await;
    let browser = Browser::new(&server);
    let path = browser.url("/v1/users/haneul/follow");
    let evil = browser
        .http
        .put(path)
        .header("origin", "https://evil.example");
    let answer = crate::browser::Answer::of(evil.send().await.unwrap()).await;
    answer.is_problem(403, "origin_refused");
}

#[tokio::test]
async fn a_follower_may_be_removed_and_may_come_back() {
    let server = Server::start().await;
    let (star, fan) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    fan.does(Method::PUT, "follow", &star).await;
    assert_eq!(star.relation(&fan).await["followed_by"], true);
    let path = format!("/v1/me/followers/{}", fan.handle);
    for _ in 0..2 {
        let removed = star.browser.ask(Method::DELETE, &path, None).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
        assert_eq!(star.relation(&fan).await, nothing());
        assert_eq!(fan.relation(&star).await, nothing());
    }
    let again = fan.does(Method::PUT, "follow", &star).await;
    assert_eq!(again.json()["relation"]["following"], true);
}
