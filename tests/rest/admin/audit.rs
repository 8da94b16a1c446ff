//! `/v1/admin/audit`.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use super::signed_in;
use crate::browser::Browser;
use crate::server::Server;

async fn entries(browser: &Browser, query: &str) -> (Vec<Value>, Value) {
    let answer = browser.get(&format!("/v1/admin/audit{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    (
        body["entries"].as_array().unwrap().clone(),
        body["next_cursor"].clone(),
    )
}

#[tokio::test]
async fn admins_read_what_was_done_by_whom_to_whom() {
    let server = Server::start().await;
    let (admin, ruler) = signed_in(&server, "하늘", AccountRole::Admin).await;
    let (moderator, helper) = signed_in(&server, "바다", AccountRole::Moderator).await;
    let (_, handle) = signed_in(&server, "나무", AccountRole::User).await;
    let body = json!({ "reason": "spam" });
    let path = format!("/v1/admin/users/{handle}/suspension");
    assert_eq!(
        moderator.ask(Method::PUT, &path, Some(&body)).await.status,
        204
    );
    maru::app::rotate_keys(server.data(), false).await.unwrap();

    let (all, next) = entries(&admin, "").await;
    assert_eq!(next, Value::Null);
    let said = |entry: &Value| {
        let handle = |name: &str| entry[name]["handle"].as_str().unwrap_or("-").to_owned();
        let action = entry["action"].as_str().unwrap().to_owned();
        (action, handle("actor"), handle("subject"))
    };
    let line = |action: &str, actor: &str, subject: &str| {
        (action.to_owned(), actor.to_owned(), subject.to_owned())
    };
    assert_eq!(
        all.iter().map(said).collect::<Vec<_>>(),
        [
            line("key_rotated", "-", "-"),
            line("suspended", &helper, &handle),
            line("signed_in", &handle, &handle),
            line("role_changed", "-", &helper),
            line("signed_in", &helper, &helper),
            line("role_changed", "-", &ruler),
            line("signed_in", &ruler, &ruler),
        ]
    );
    assert_eq!(all[1]["detail"]["reason"], "spam");
    let (theirs, _) = entries(&admin, &format!("?user={helper}")).await;
    assert_eq!(theirs, [all[1].clone(), all[3].clone(), all[4].clone()]);
    let (signed, _) = entries(&admin, &format!("?action=signed_in&user={helper}")).await;
    assert_eq!(signed, [all[4].clone()]);
    let (page, next) = entries(&admin, "?limit=3").await;
    let query = format!("?limit=100&cursor={}", next.as_str().unwrap());
    let (rest, _) = entries(&admin, &query).await;
    assert_eq!([page, rest].concat(), all);

    admin
        .get("/v1/admin/audit?user=nobody")
        .await
        .is_problem(404, "user_not_found");
    admin
        .get("/v1/admin/audit?action=nothing")
        .await
        .is_problem(400, "invalid_query");
    moderator
        .get("/v1/admin/audit")
        .await
        .is_problem(403, "forbidden");
    let nobody = Browser::new(&server).get("/v1/admin/audit").await;
    nobody.is_problem(401, "sign_in_required");
}
