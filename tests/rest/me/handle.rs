//! `PUT /v1/me/handle`, and where old handles lead.

use http::{Method, StatusCode};
use serde_json::json;

use super::profile::version;
use crate::browser::{Answer, Browser};
use crate::relations::Person;
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
    assert_eq!(version(&renamed), 2);
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
async fn an_old_handle_means_the_person_on_every_route_about_them() {
    let server = Server::start().await;
    let (me, other) = (
        Person::new(&server, "바람").await,
        Person::new(&server, "Haneul").await,
    );
    me.ties(&other).await;
    rename(&other.browser, "sol").await;
    for (method, path, body) in crate::relations::routes() {
        // Nobody asks, what is blocked is not there for the others, and only ties write lines.
        let ends_tie = method == Method::DELETE && path.ends_with("tie");
        if path.starts_with("/v1/me/follow-requests") || path.ends_with("block") || ends_tie {
            continue;
        }
        let path = path.replace("{}", "haneul");
        let answer = me.browser.ask(method, &path, body.as_ref()).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
    }
    let blocks = async |method| {
        let path = "/v1/users/haneul/block";
        me.browser.ask(method, path, None).await
    };
    let blocked = blocks(Method::PUT).await;
    assert_eq!(blocked.json()["relation"]["blocking"], true);
    assert_eq!(me.list("/v1/me/blocks").await, ["sol"]);
    assert_eq!(blocks(Method::DELETE).await.status, StatusCode::NO_CONTENT);
    // To whom they block they are nobody under that handle either.
    other.does(Method::PUT, "block", &me).await;
    for (method, path, body) in crate::relations::routes() {
        let path = path.replace("{}", "haneul");
        let answer = me.browser.ask(method, &path, body.as_ref()).await;
        answer.is_problem(404, "user_not_found");
    }
    server.sql("UPDATE old_handle SET kept_until_ms = 1").await;
    let stranger = Browser::new(&server);
    let late = stranger.get("/v1/users/haneul/followers").await;
    late.is_problem(404, "user_not_found");
    let now = stranger.get("/v1/users/sol/followers").await;
    assert_eq!(now.status, StatusCode::OK);
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
async fn a_handle_is_changed_for_the_version_one_has_seen() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("Haneul").await;
    let seen = browser.get("/v1/me").await;
    let seen = seen.headers["etag"].to_str().unwrap().to_owned();
    let ask = async |tag: &str| {
        let (path, body) = ("/v1/me/handle", json!({ "handle": "bada" }));
        let headers = [("if-match", tag)];
        browser
            .ask_with(Method::PUT, path, Some(&body), &headers)
            .await
    };
    let mood = json!({ "mood": "x" });
    browser.ask(Method::PATCH, "/v1/me", Some(&mood)).await;
    for stale in [&seen, "\"1\"", "\"7\""] {
        ask(stale).await.is_problem(412, "precondition_failed");
    }
    assert_eq!(browser.me().await["handle"], "haneul");
    let done = ask("\"2\"").await;
    assert_eq!((done.status, version(&done)), (StatusCode::OK, 3));
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
