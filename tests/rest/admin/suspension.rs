//! `/v1/admin/users/{handle}/suspension`.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use super::signed_in;
use crate::browser::{Answer, Browser};
use crate::native::{Native, is_refused, parameter};
use crate::server::Server;

fn path(handle: &str) -> String {
    format!("/v1/admin/users/{handle}/suspension")
}

async fn suspend(browser: &Browser, handle: &str, body: Value) -> Answer {
    browser.ask(Method::PUT, &path(handle), Some(&body)).await
}

#[tokio::test]
async fn a_suspended_person_is_out_everywhere_at_once_and_cannot_come_back() {
    let server = Server::start().await;
    let (moderator, _) = signed_in(&server, "하늘", AccountRole::Moderator).await;
    let (desk, handle) = signed_in(&server, "바다", AccountRole::User).await;
    let app = Native::new(&server, "phone");
    let given = app.sign_in(&Browser::new(&server), "바다", "").await;
    let body = json!({ "name": "x", "scopes": ["read"] });
    let made = desk
        .ask(Method::POST, "/v1/me/tokens", Some(&body))
        .await
        .json();
    let secret = made["secret"].as_str().unwrap();
    let code = app.code(&Browser::new(&server), "바다").await;

    let done = suspend(&moderator, &handle, json!({ "reason": "spam" })).await;
    assert_eq!(done.status, 204, "{}", done.body);
    assert!(desk.me().await.is_null());
    assert!(!app.is_good(&given.access).await && !app.is_good(secret).await);
    is_refused(&app.refresh(&given.refresh).await, "invalid_grant");
    is_refused(&app.redeem(&code, &[]).await, "invalid_grant");
    let callback = desk.choose("/", ("name", "바다")).await;
    assert_eq!(
        desk.get(&callback).await.location(),
        "/login?error=account_suspended"
    );
    let back = app.come_back(&Browser::new(&server), "바다", &[]).await;
    assert_eq!(parameter(&back, "error").as_deref(), Some("access_denied"));
    assert_eq!(
        parameter(&back, "error_description").as_deref(),
        Some("account_suspended")
    );

    assert_eq!(
        moderator
            .ask(Method::DELETE, &path(&handle), None)
            .await
            .status,
        204
    );
    assert!(!desk.me().await.is_null(), "signed in meanwhile, to appeal");
    assert!(!app.is_good(&given.access).await, "what was ended stays so");
    assert_eq!(
        moderator
            .ask(Method::DELETE, &path(&handle), None)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn a_suspension_may_end_by_itself() {
    let server = Server::start().await;
    let (moderator, _) = signed_in(&server, "하늘", AccountRole::Moderator).await;
    let (desk, handle) = signed_in(&server, "바다", AccountRole::User).await;
    let past = json!({ "reason": "spam", "until": "2001-01-01T00:00:00Z" });
    suspend(&moderator, &handle, past)
        .await
        .is_problem(422, "invalid_time");
    for bad in [
        json!({ "reason": "" }),
        json!({}),
        json!({ "reason": "x", "for": 1 }),
    ] {
        suspend(&moderator, &handle, bad)
            .await
            .is_problem(422, "invalid_body");
    }
    assert!(!desk.me().await.is_null());
    let until = json!({ "reason": "spam", "until": "2999-01-01T00:00:00Z" });
    assert_eq!(suspend(&moderator, &handle, until).await.status, 204);
    assert!(desk.me().await.is_null());
    server
        .sql("UPDATE suspension SET until_ms = created_ms")
        .await;
    desk.sign_in("바다").await;
}

#[tokio::test]
async fn nobody_suspends_who_is_not_below_them() {
    let server = Server::start().await;
    let (admin, ruler) = signed_in(&server, "하늘", AccountRole::Admin).await;
    let (moderator, helper) = signed_in(&server, "바다", AccountRole::Moderator).await;
    let (_, equal) = signed_in(&server, "구름", AccountRole::Moderator).await;
    let (person, handle) = signed_in(&server, "나무", AccountRole::User).await;
    let body = || json!({ "reason": "spam" });
    for handle in [&ruler, &equal, &helper] {
        suspend(&moderator, handle, body())
            .await
            .is_problem(403, "forbidden");
        let lifted = moderator.ask(Method::DELETE, &path(handle), None).await;
        lifted.is_problem(403, "forbidden");
    }
    suspend(&person, &helper, body())
        .await
        .is_problem(403, "forbidden");
    suspend(&admin, &ruler, body())
        .await
        .is_problem(403, "forbidden");
    suspend(&moderator, "nobody", body())
        .await
        .is_problem(404, "user_not_found");
    let nobody = suspend(&Browser::new(&server), &handle, body()).await;
    nobody.is_problem(401, "sign_in_required");
    assert_eq!(suspend(&admin, &helper, body()).await.status, 204);
}
