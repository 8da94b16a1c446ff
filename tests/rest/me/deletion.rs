//! `DELETE /v1/me`, `POST /v1/me/restore`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn a_closed_account_is_gone_for_everybody_and_can_be_restored() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("Haneul").await;
    let renamed = json!({"handle": "bada"});
    browser
        .ask(Method::PUT, "/v1/me/handle", Some(&renamed))
        .await;
    let stranger = Browser::new(&server);
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, StatusCode::ACCEPTED, "{}", closed.body);
    assert!(closed.json()["erased_at"].as_str().unwrap().ends_with('Z'));
    // The login ended with it, here and everywhere.
    assert_eq!(browser.me().await, Value::Null);
    for handle in ["bada", "haneul"] {
        let gone = stranger.get(&format!("/v1/users/{handle}")).await;
        gone.is_problem(404, "user_not_found");
    }
    let found = stranger.get("/v1/users?q=haneul").await.json();
    assert_eq!(found["users"], json!([]));
    let newcomer = stranger.sign_in("bada").await;
    assert_eq!(
        newcomer["handle"], "bada_2",
        "nobody takes the handle meanwhile"
    );
    let follow = stranger
        .ask(Method::PUT, "/v1/users/bada/follow", None)
        .await;
    follow.is_problem(404, "user_not_found");

    // Signing in again, one may do one thing.
    let again = Browser::new(&server);
    let callback = again.choose("/", ("name", "Haneul")).await;
    again.get(&callback).await;
    again.get("/v1/me").await.is_problem(403, "account_closing");
    let mood = json!({"mood": "x"});
    let changed = again.ask(Method::PATCH, "/v1/me", Some(&mood)).await;
    changed.is_problem(403, "account_closing");
    again
        .get("/v1/me/settings")
        .await
        .is_problem(403, "account_closing");
    again
        .get("/v1/me/export")
        .await
        .is_problem(403, "account_closing");
    let twice = again.ask(Method::DELETE, "/v1/me", None).await;
    twice.is_problem(403, "account_closing");
    let restored = again.ask(Method::POST, "/v1/me/restore", None).await;
    assert_eq!(restored.status, StatusCode::NO_CONTENT, "{}", restored.body);
    let back = again.me().await;
    assert_eq!((&back["id"], &back["handle"]), (&me["id"], &json!("bada")));
    assert_eq!(stranger.get("/v1/users/bada").await.status, StatusCode::OK);
    assert_eq!(
        stranger.get("/v1/users/haneul").await.status,
        StatusCode::PERMANENT_REDIRECT
    );
    let once_more = again.ask(Method::POST, "/v1/me/restore", None).await;
    assert_eq!(
        once_more.status,
        StatusCode::NO_CONTENT,
        "what is open stays open"
    );
}

#[tokio::test]
async fn whoever_signed_in_a_while_ago_must_show_that_it_is_them() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    server.age_logins(11 * 60 * 1_000).await;
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    closed.is_problem(403, "reauthentication_required");
    let archive = browser.get("/v1/me/export").await;
    archive.is_problem(403, "reauthentication_required");
    assert_eq!(browser.me().await["handle"], "haneul");
    browser.sign_in("Haneul").await;
    let closed = browser.ask(Method::DELETE, "/v1/me", None).await;
    assert_eq!(closed.status, StatusCode::ACCEPTED, "{}", closed.body);
}

#[tokio::test]
async fn only_somebody_signed_in_closes_or_restores_an_account() {
    let server = Server::start().await;
    let stranger = Browser::new(&server);
    let closed = stranger.ask(Method::DELETE, "/v1/me", None).await;
    closed.is_problem(401, "sign_in_required");
    let restored = stranger.ask(Method::POST, "/v1/me/restore", None).await;
    restored.is_problem(401, "sign_in_required");
    stranger
        .get("/v1/me/export")
        .await
        .is_problem(401, "sign_in_required");
}

#[tokio::test]
async fn the_last_admin_does_not_go() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    server.sql("UPDATE user SET role = 'admin'").await;
    let close = async || browser.ask(Method::DELETE, "/v1/me", None).await;
    close().await.is_problem(409, "last_admin");
    Browser::new(&server).sign_in("Bada").await;
    server.sql("UPDATE user SET role = 'admin'").await;
    assert_eq!(close().await.status, StatusCode::ACCEPTED);
    let lines = "SELECT count(*) FROM audit WHERE act = 'account_closed' AND login_id IS NOT NULL";
    assert_eq!(server.number(lines).await, 1);
}
