//! `/v1/me/settings`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::server::Server;

const ADDRESS: &str = "/v1/me/settings";

async fn patch(browser: &Browser, body: Value) -> Answer {
    browser.ask(Method::PATCH, ADDRESS, Some(&body)).await
}

#[tokio::test]
async fn settings_are_the_defaults_until_chosen() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let answer = browser.get(ADDRESS).await;
    assert_eq!(answer.headers["etag"], "\"0\"");
    assert_eq!(answer.headers["cache-control"], "private, no-cache");
    let defaults = json!({
        "account_private": false,
        "room_default_visibility": "public",
        "show_presence": "everyone",
        "show_visits": "everyone",
        "language": "ko",
        "notifications": {"follow": true, "request": true, "tie": true, "guestbook": true,
                          "editor": true, "comment": true, "reaction": true, "mention": true},
        "motion": "system",
    });
    assert_eq!(answer.json(), json!({ "settings": defaults }));
    let chosen = json!({
        "account_private": true,
        "room_default_visibility": "followers",
        "show_presence": "ties",
        "show_visits": "nobody",
        "language": "en",
        "notifications": {"follow": false},
        "motion": "reduced",
    });
    let changed = patch(&browser, chosen.clone()).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.headers["etag"], "\"1\"");
    let mut expected = chosen;
    expected["notifications"] = defaults["notifications"].clone();
    expected["notifications"]["follow"] = json!(false);
    assert_eq!(changed.json(), json!({ "settings": expected }));
    assert_eq!(browser.get(ADDRESS).await.json(), changed.json());
    let known = [("if-none-match", "\"1\"")];
    let same = browser.ask_with(Method::GET, ADDRESS, None, &known).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    // They are one's own.
    let other = Browser::new(&server);
    other.sign_in("바다").await;
    assert_eq!(other.get(ADDRESS).await.json()["settings"], defaults);
}

#[tokio::test]
async fn a_change_made_for_another_version_is_refused() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let body = json!({"motion": "full"});
    let ask = async |tag: &str| {
        browser
            .ask_with(Method::PATCH, ADDRESS, Some(&body), &[("if-match", tag)])
            .await
    };
    ask("\"1\"").await.is_problem(412, "precondition_failed");
    assert_eq!(ask("\"0\"").await.headers["etag"], "\"1\"");
    ask("\"0\"").await.is_problem(412, "precondition_failed");
}

#[tokio::test]
async fn unknown_settings_and_values_are_refused() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser
        .get(ADDRESS)
        .await
        .is_problem(401, "sign_in_required");
    patch(&browser, json!({}))
        .await
        .is_problem(401, "sign_in_required");
    browser.sign_in("하늘").await;
    for bad in [
        json!({"colour": "red"}),
        json!({"motion": "much"}),
        json!({"language": "fr"}),
        json!({"account_private": "yes"}),
        json!({"show_visits": "public"}),
        json!({"notifications": {"poke": true}}),
        json!({"notifications": {"follow": 1}}),
    ] {
        patch(&browser, bad).await.is_problem(422, "invalid_body");
    }
    assert_eq!(browser.get(ADDRESS).await.headers["etag"], "\"0\"");
}
