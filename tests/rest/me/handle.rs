//! `PUT /v1/me/handle`, and where old handles lead.

use http::{Method, StatusCode};
use serde_json::json;

use crate::browser::{Answer, Browser};
use crate::server::Server;

async fn rename(browser: &Browser, handle: &str) -> Answer {
    let body = json!({ "handle": handle });
    browser.ask(Method::PUT, "/v1/me/handle", Some(&body)).await
}

#[tokio::test]
async fn an_old_handle_leads_to_the_new_one_and_is_nobody_elses() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("Haneul").await;
    assert_eq!(
        (&me["handle"], &me["handle_change_at"]),
        (&json!("haneul"), &json!(null))
    );
    let renamed = rename(&browser, "bada").await;
    assert_eq!(renamed.status, StatusCode::OK, "{}", renamed.body);
    assert_eq!(renamed.headers["etag"], "\"2\"");
    let user = renamed.json()["user"].clone();
    assert_eq!(user["handle"], "bada");
    assert!(user["handle_change_at"].as_str().unwrap().ends_with('Z'));
    let stranger = Browser::new(&server);
    let moved = stranger.get("/v1/users/haneul").await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.headers["location"], "/v1/users/bada");
    assert_eq!(moved.headers["cache-control"], "no-store");
    let there = stranger.get("/v1/users/bada").await.json();
    assert_eq!(there["user"]["id"], me["id"]);
    let other = Browser::new(&server);
    // A newcomer of the same name gets another handle.
    let newcomer = other.sign_in("HANEUL").await;
    assert_eq!(newcomer["handle"], "haneul_2");
    for taken in ["haneul", "bada"] {
        rename(&other, taken).await.is_problem(409, "handle_taken");
    }
}

#[tokio::test]
async fn a_handle_changes_once_in_a_while_and_says_when_again() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    assert_eq!(rename(&browser, "bada").await.status, StatusCode::OK);
    // The same again is no change.
    assert_eq!(rename(&browser, "bada").await.status, StatusCode::OK);
    for handle in ["sol", "haneul"] {
        let refused = rename(&browser, handle).await;
        refused.is_problem(409, "handle_changed_lately");
        let wait_s: u64 = refused.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let days_14 = 14 * 24 * 60 * 60;
        assert!((days_14 - 60..=days_14).contains(&wait_s), "{wait_s}");
        assert!(refused.json()["retry_after_ms"].is_u64());
    }
}

#[tokio::test]
async fn what_is_no_handle_or_the_houses_own_is_refused() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    rename(&browser, "bada")
        .await
        .is_problem(401, "sign_in_required");
    browser.sign_in("Haneul").await;
    for bad in [
        "",
        "h",
        "Bada",
        "바다",
        "a b",
        "../x",
        "a/b",
        &"a".repeat(25),
        &"a".repeat(50_000),
    ] {
        rename(&browser, bad)
            .await
            .is_problem(422, "invalid_handle");
    }
    for reserved in ["admin", "maru", "api", "me", "deleted", "support"] {
        rename(&browser, reserved)
            .await
            .is_problem(409, "handle_taken");
    }
    let more = json!({"handle": "bada", "force": true});
    let answer = browser.ask(Method::PUT, "/v1/me/handle", Some(&more)).await;
    answer.is_problem(422, "invalid_body");
    assert_eq!(browser.me().await["handle"], "haneul");
}

#[tokio::test]
async fn of_many_who_want_one_handle_one_gets_it() {
    let server = Server::start().await;
    let mut browsers = Vec::new();
    for number in 0..4 {
        let browser = Browser::new(&server);
        browser.sign_in(&format!("wants_{number}")).await;
        browsers.push(browser);
    }
    let asking = browsers.iter().map(|browser| rename(browser, "wanted"));
    let answers = futures_util::future::join_all(asking).await;
    let won = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .count();
    let lost = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CONFLICT)
        .count();
    assert_eq!((won, lost), (1, 3));
}
