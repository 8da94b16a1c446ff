//! `/v1/me/logins`.

use http::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::native::Native;
use crate::server::Server;

async fn listed(browser: &Browser) -> Vec<Value> {
    let answer = browser.get("/v1/me/logins").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    let body = answer.json();
    assert_eq!(body["next_cursor"], Value::Null);
    body["logins"].as_array().unwrap().clone()
}

fn path(login: &Value) -> String {
    format!("/v1/me/logins/{}", login["id"].as_str().unwrap())
}

fn current(logins: &[Value], wanted: bool) -> &Value {
    let mut of = logins.iter();
    of.find(|login| login["current"] == wanted).unwrap()
}

#[tokio::test]
async fn browsers_and_apps_are_listed_and_the_one_that_asks_is_marked() {
    let server = Server::start().await;
    let (app, desk, other) = (
        Native::new(&server, "phone"),
        Browser::new(&server),
        Browser::new(&server),
    );
    desk.sign_in("하늘").await;
    other.sign_in("바다").await;
    let given = app.sign_in(&Browser::new(&server), "하늘", "account").await;
    let logins = listed(&desk).await;
    assert_eq!(logins.len(), 2, "one's own only");
    let here = current(&logins, true);
    assert_eq!(
        (&here["kind"], &here["name"]),
        (&"browser".into(), &Value::Null)
    );
    let there = current(&logins, false);
    assert_eq!(there["kind"], "app");
    assert_eq!(there["app"], json!({ "id": "phone", "name": "phone" }));
    let answer = app.get("/v1/me/logins", &given.access).await;
    let seen = answer.json()["logins"].as_array().unwrap().clone();
    assert_eq!(current(&seen, true)["id"], there["id"]);
    let first = desk.get("/v1/me/logins?limit=1").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = desk
        .get(&format!("/v1/me/logins?limit=1&cursor={cursor}"))
        .await
        .json();
    assert_ne!(first["logins"][0]["id"], second["logins"][0]["id"]);
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_login_is_named_and_ended_by_its_person_only() {
    let server = Server::start().await;
    let (desk, phone, other) = (
        Browser::new(&server),
        Browser::new(&server),
        Browser::new(&server),
    );
    desk.sign_in("하늘").await;
    phone.sign_in("하늘").await;
    other.sign_in("바다").await;
    let login = current(&listed(&desk).await, false).clone();
    let name = async |browser: &Browser, name: Value| {
        let body = json!({ "name": name });
        browser.ask(Method::PATCH, &path(&login), Some(&body)).await
    };
    assert_eq!(name(&desk, json!("내 전화")).await.status, 204);
    assert_eq!(current(&listed(&desk).await, false)["name"], "내 전화");
    name(&desk, json!("")).await.is_problem(422, "invalid_name");
    name(&desk, json!("a".repeat(41)))
        .await
        .is_problem(422, "invalid_name");
    name(&other, json!("mine"))
        .await
        .is_problem(404, "login_not_found");
    assert_eq!(name(&desk, Value::Null).await.status, 204);
    assert_eq!(current(&listed(&desk).await, false)["name"], Value::Null);

    let end = async |browser: &Browser| browser.ask(Method::DELETE, &path(&login), None).await;
    end(&other).await.is_problem(404, "login_not_found");
    assert!(!phone.me().await.is_null());
    assert_eq!(end(&desk).await.status, 204);
    assert!(phone.me().await.is_null(), "at once");
    end(&desk).await.is_problem(404, "login_not_found");
    assert!(!desk.me().await.is_null());
    let unknown = desk
        .ask(Method::DELETE, "/v1/me/logins/nonsense", None)
        .await;
    unknown.is_problem(404, "not_found");
}

#[tokio::test]
async fn all_others_end_at_once_and_tokens_stay() {
    let server = Server::start().await;
    let (desk, phone, other) = (
        Browser::new(&server),
        Browser::new(&server),
        Browser::new(&server),
    );
    let app = Native::new(&server, "phone");
    desk.sign_in("하늘").await;
    phone.sign_in("하늘").await;
    other.sign_in("바다").await;
    let given = app.sign_in(&Browser::new(&server), "하늘", "").await;
    let body = json!({ "name": "script", "scopes": ["read"] });
    let made = desk.ask(Method::POST, "/v1/me/tokens", Some(&body)).await;
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let ended = desk.ask(Method::DELETE, "/v1/me/logins", None).await;
    assert_eq!(ended.status, 204);
    assert!(phone.me().await.is_null() && !app.is_good(&given.access).await);
    assert!(!desk.me().await.is_null() && !other.me().await.is_null());
    assert!(app.is_good(&secret).await);
    assert_eq!(listed(&desk).await.len(), 1);
}
