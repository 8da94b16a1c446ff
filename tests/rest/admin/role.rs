//! `/v1/admin/users/{handle}/role`.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::json;

use super::signed_in;
use crate::browser::{Answer, Browser};
use crate::server::Server;

async fn give(browser: &Browser, handle: &str, role: &str) -> Answer {
    let path = format!("/v1/admin/users/{handle}/role");
    browser
        .ask(Method::PUT, &path, Some(&json!({ "role": role })))
        .await
}

#[tokio::test]
async fn admins_give_roles_which_hold_at_once_and_the_last_stays_one() {
    let server = Server::start().await;
    let (admin, ruler) = signed_in(&server, "하늘", AccountRole::Admin).await;
    let (moderator, helper) = signed_in(&server, "바다", AccountRole::User).await;
    assert_eq!(give(&admin, &helper, "moderator").await.status, 204);
    assert_eq!(moderator.me().await["role"], "moderator");
    give(&moderator, &helper, "admin")
        .await
        .is_problem(403, "forbidden");
    give(&admin, "nobody", "admin")
        .await
        .is_problem(404, "user_not_found");
    give(&admin, &helper, "king")
        .await
        .is_problem(422, "invalid_body");
    give(&admin, &ruler, "user")
        .await
        .is_problem(409, "last_admin");
    assert_eq!(give(&admin, &helper, "admin").await.status, 204);
    assert_eq!(give(&admin, &ruler, "user").await.status, 204);
    give(&admin, &helper, "user")
        .await
        .is_problem(403, "forbidden");
    let nobody = give(&Browser::new(&server), &helper, "user").await;
    nobody.is_problem(401, "sign_in_required");
}

#[tokio::test]
async fn giving_a_role_is_sensitive() {
    let server = Server::start().await;
    let (admin, _) = signed_in(&server, "하늘", AccountRole::Admin).await;
    let (_, helper) = signed_in(&server, "바다", AccountRole::User).await;
    server
        .sql("UPDATE login SET authenticated_ms = authenticated_ms - 601000")
        .await;
    let refused = give(&admin, &helper, "admin").await;
    refused.is_problem(403, "reauthentication_required");
}

#[tokio::test]
async fn a_token_made_by_an_admin_loses_its_reach_with_the_role() {
    let server = Server::start().await;
    let (admin, handle) = signed_in(&server, "하늘", AccountRole::Admin).await;
    let app = crate::native::Native::new(&server, "phone");
    let body = json!({ "name": "x", "scopes": ["admin"] });
    let made = admin
        .ask(Method::POST, "/v1/me/tokens", Some(&body))
        .await
        .json();
    let secret = made["secret"].as_str().unwrap();
    assert_eq!(app.get("/v1/admin/audit", secret).await.status, 200);
    signed_in(&server, "구름", AccountRole::Admin).await;
    maru::app::set_role(server.data(), &handle, AccountRole::Moderator)
        .await
        .unwrap();
    app.get("/v1/admin/audit", secret)
        .await
        .is_problem(403, "forbidden");
}
