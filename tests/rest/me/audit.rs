//! `/v1/me/audit`: what was done about one's own account.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::native::{Native, is_refused};
use crate::server::Server;

async fn entries(browser: &Browser, query: &str) -> (Vec<Value>, Value) {
    let answer = browser.get(&format!("/v1/me/audit{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    (
        body["entries"].as_array().unwrap().clone(),
        body["next_cursor"].clone(),
    )
}

#[tokio::test]
async fn one_reads_what_was_done_and_by_whom_as_far_as_it_concerns_one() {
    let server = Server::start().await;
    let (browser, other) = (Browser::new(&server), Browser::new(&server));
    let app = Native::new(&server, "phone");
    let me = browser.sign_in("하늘").await;
    other.sign_in("바다").await;
    let given = app.sign_in(&Browser::new(&server), "하늘", "").await;
    let newer = crate::native::Given::of(&app.refresh(&given.refresh).await);
    crate::native::Given::of(&app.refresh(&newer.refresh).await);
    is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
    let body = json!({ "name": "script", "scopes": ["read"] });
    browser
        .ask(Method::POST, "/v1/me/tokens", Some(&body))
        .await;
    let handle = me["handle"].as_str().unwrap();
    maru::app::set_role(server.data(), handle, AccountRole::Moderator)
        .await
        .unwrap();

    let (all, next) = entries(&browser, "").await;
    assert_eq!(next, Value::Null);
    let said: Vec<(&str, &str)> = all
        .iter()
        .map(|entry| {
            (
                entry["action"].as_str().unwrap(),
                entry["by"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            ("role_changed", "staff"),
            ("token_created", "oneself"),
            ("refresh_reused", "unknown"),
            ("signed_in", "oneself"),
            ("signed_in", "oneself"),
        ]
    );
    assert_eq!(
        all[0]["detail"],
        json!({ "before": "user", "after": "moderator" })
    );
    assert_eq!(
        (&all[0]["address"], &all[0]["user_agent"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(all[1]["detail"]["name"], "script");
    assert_eq!(all[3]["detail"], json!({ "app": "phone" }));

    let (first, next) = entries(&browser, "?limit=2").await;
    let cursor = format!("?limit=3&cursor={}", next.as_str().unwrap());
    let (second, next) = entries(&browser, &cursor).await;
    assert_eq!([first, second].concat(), all);
    assert_eq!(next, Value::Null);
    browser
        .get("/v1/me/audit?cursor=x")
        .await
        .is_problem(400, "invalid_cursor");
    Browser::new(&server)
        .get("/v1/me/audit")
        .await
        .is_problem(401, "sign_in_required");
}
