//! What every refusal and every answer have in common.

use axum::Router;
use axum::routing::{get, post};
use http::StatusCode;
use http::header::{CONTENT_TYPE, ORIGIN};
use maru::config::PublicUrl;
use maru::rest::origin;
use maru::rest::problem::{BODY_BYTES_MAX, Json, finish};
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::browser::{Answer, Browser};
use crate::server::Server;

#[derive(Deserialize)]
struct Body {
    number: u8,
}

/// A router with a handler that reads and one that fails; its origin.
async fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let public: PublicUrl = base.parse().unwrap();
    let double = async |Json(body): Json<Body>| Json(u16::from(body.number) * 2);
    let router = Router::new().route("/v1/double", post(double)).route(
        "/v1/broken",
        get(async || -> () { panic!("secret detail") }),
    );
    let router = origin::guard(finish(router), public);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    base
}

async fn post_json(base: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = reqwest::Client::new().post(format!("{base}/v1/double"));
    let request = request.header(CONTENT_TYPE, kind).body(body);
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn bodies_that_cannot_be_used_are_problems() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = serve().await;
    let json = "application/json";
    let good = post_json(&base, json, r#"{"number": 4}"#).await;
    assert_eq!((good.status, good.body.as_str()), (StatusCode::OK, "8"));
    post_json(&base, json, "{")
        .await
        .is_problem(400, "bad_request");
    post_json(&base, json, vec![0xFF, 0xFE])
        .await
        .is_problem(400, "bad_request");
    post_json(&base, json, r#"{"number": 256}"#)
        .await
        .is_problem(422, "invalid_body");
    post_json(&base, "text/plain", r#"{"number": 4}"#)
        .await
        .is_problem(415, "unsupported_media_type");
    let long = format!(
        r#"{{"number": 4, "pad": "{}"}}"#,
        "a".repeat(BODY_BYTES_MAX)
    );
    post_json(&base, json, long)
        .await
        .is_problem(413, "body_too_large");
}

#[tokio::test]
async fn a_handler_that_fails_says_nothing_of_why() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = serve().await;
    let response = reqwest::get(format!("{base}/v1/broken")).await.unwrap();
    let answer = Answer::of(response).await;
    answer.is_problem(500, "internal");
    assert!(!answer.body.contains("secret detail"));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser
        .get("/v1/nothing")
        .await
        .is_problem(404, "not_found");
    let wrong = browser
        .http
        .delete(browser.url("/v1/auth/providers"))
        .send()
        .await
        .unwrap();
    let wrong = Answer::of(wrong).await;
    wrong.is_problem(405, "method_not_allowed");
    assert_eq!(wrong.headers["allow"], "GET,HEAD");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let refused = browser
        .submit_from("https://evil.example", "/v1/auth/logout", &[])
        .await;
    for answer in [
        browser.get("/v1/me").await,
        browser.get("/v1/nothing").await,
        browser.get("/").await,
        browser.get("/dev/identity/authorize").await,
        refused,
    ] {
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["referrer-policy"], "same-origin");
    }
}

#[tokio::test]
async fn programs_that_are_no_browser_need_no_origin() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let logout = || browser.http.post(browser.url("/v1/auth/logout"));
    let plain = Answer::of(logout().send().await.unwrap()).await;
    assert_eq!(plain.status, StatusCode::NO_CONTENT);
    let evil = logout().header(ORIGIN, "https://evil.example");
    Answer::of(evil.send().await.unwrap())
        .await
        .is_problem(403, "origin_refused");
    let cross = logout().header("sec-fetch-site", "cross-site");
    Answer::of(cross.send().await.unwrap())
        .await
        .is_problem(403, "origin_refused");
}
