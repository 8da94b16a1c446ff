//! `/v1/me/tokens`: personal access tokens.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::browser::{Answer, Browser};
use crate::native::Native;
use crate::server::Server;

const PATH: &str = "/v1/me/tokens";

async fn make(browser: &Browser, body: &Value) -> Answer {
    browser.ask(Method::POST, PATH, Some(body)).await
}

/// Makes one under a key; the bare answer.
async fn make_under(browser: &Browser, key: &str, body: &Value) -> Answer {
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    let request = browser.http.post(browser.url(PATH)).json(body);
    let request = request.header("cookie", format!("maru={cookie}"));
    Answer::of(request.header("idempotency-key", key).send().await.unwrap()).await
}

fn secret(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()["secret"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let server = Server::start().await;
    let (browser, app) = (Browser::new(&server), Native::new(&server, "phone"));
    browser.sign_in("하늘").await;
    let made = make(
        &browser,
        &json!({ "name": "script", "scopes": ["read", "write"] }),
    )
    .await;
    assert_eq!(made.headers["cache-control"], "no-store");
    let (secret, token) = (secret(&made), made.json()["token"].clone());
    assert!(secret.starts_with("maru_pat_") && secret.len() == "maru_pat_".len() + 43);
    assert_eq!(token["scopes"], json!(["read", "write"]));
    assert_eq!(
        (&token["used_at"], &token["expires_at"]),
        (&Value::Null, &Value::Null)
    );
    let me = app.get("/v1/me", &secret).await;
    assert_eq!(me.json()["user"]["display_name"], "하늘");
    let listed = browser.get(PATH).await;
    assert_eq!(listed.json()["tokens"], json!([token]));
    assert!(!listed.body.contains(&secret));

    let path = format!("{PATH}/{}", token["id"].as_str().unwrap());
    let other = Browser::new(&server);
    other.sign_in("바다").await;
    let theirs = other.ask(Method::DELETE, &path, None).await;
    theirs.is_problem(404, "token_not_found");
    assert!(app.is_good(&secret).await);
    assert_eq!(browser.ask(Method::DELETE, &path, None).await.status, 204);
    assert!(!app.is_good(&secret).await, "at once");
    let again = browser.ask(Method::DELETE, &path, None).await;
    again.is_problem(404, "token_not_found");
}

#[tokio::test]
async fn a_token_reaches_no_further_than_it_may() {
    let server = Server::start().await;
    let (browser, app) = (Browser::new(&server), Native::new(&server, "phone"));
    browser.sign_in("하늘").await;
    for scopes in [
        json!([]),
        json!(["account"]),
        json!(["read", "account"]),
        json!(["admin"]),
        json!(["moderate"]),
    ] {
        let refused = make(&browser, &json!({ "name": "x", "scopes": scopes })).await;
        refused.is_problem(422, "invalid_scope");
    }
    for body in [
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "x" }),
        json!({ "name": "x", "scopes": ["read"], "more": 1 }),
    ] {
        make(&browser, &body).await.is_problem(422, "invalid_body");
    }
    let unnamed = make(&browser, &json!({ "name": " ", "scopes": ["read"] })).await;
    unnamed.is_problem(422, "invalid_name");
    for end in [
        "2001-01-01T00:00:00Z",
        "2999-01-01T00:00:00Z",
        "1900-01-01T00:00:00Z",
    ] {
        let body = json!({ "name": "x", "scopes": ["read"], "expires_at": end });
        make(&browser, &body).await.is_problem(422, "invalid_time");
    }
    let secret = secret(&make(&browser, &json!({ "name": "x", "scopes": ["read"] })).await);
    // It neither makes others nor looks after the account.
    for path in [PATH, "/v1/me/logins", "/v1/me/audit"] {
        app.get(path, &secret)
            .await
            .is_problem(403, "insufficient_scope");
    }
    let body = json!({ "name": "y", "scopes": ["read"] });
    let made = app.ask(Method::POST, PATH, &secret, Some(&body)).await;
    made.is_problem(403, "insufficient_scope");
}

#[tokio::test]
async fn a_token_ends_at_its_end_and_is_noted_when_used() {
    let server = Server::start().await;
    let (browser, app) = (Browser::new(&server), Native::new(&server, "phone"));
    browser.sign_in("하늘").await;
    let body = json!({ "name": "x", "scopes": ["read"], "expires_at": "2030-01-01T00:00:00Z" });
    let made = make(&browser, &body).await;
    assert_eq!(made.json()["token"]["expires_at"], "2030-01-01T00:00:00Z");
    let secret = secret(&made);
    server.sql("UPDATE login SET seen_ms = seen_ms - 7200000, created_ms = created_ms - 7200000 WHERE kind = 'token'").await;
    assert!(app.is_good(&secret).await);
    let listed = browser.get(PATH).await.json();
    assert!(listed["tokens"][0]["used_at"].is_string());
    server
        .sql("UPDATE login SET expires_ms = created_ms WHERE kind = 'token'")
        .await;
    assert!(!app.is_good(&secret).await);
    assert_eq!(browser.get(PATH).await.json()["tokens"], json!([]));
}

#[tokio::test]
async fn making_one_is_sensitive() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    server
        .sql("UPDATE login SET authenticated_ms = authenticated_ms - 601000")
        .await;
    let refused = make(&browser, &json!({ "name": "x", "scopes": ["read"] })).await;
    refused.is_problem(403, "reauthentication_required");
}

#[tokio::test]
async fn a_repeated_request_gives_the_same_secret_which_nobody_has_kept() {
    let server = Server::start().await;
    let (browser, other) = (Browser::new(&server), Browser::new(&server));
    browser.sign_in("하늘").await;
    other.sign_in("바다").await;
    let body = json!({ "name": "script", "scopes": ["read"] });
    let key = "4f6c2c1e-0d0f-4f4e-9d55-0a7a2c7f1f11";
    let first = make_under(&browser, key, &body).await;
    let again = make_under(&browser, key, &body).await;
    assert_eq!(secret(&first), secret(&again));
    assert_eq!(first.json()["token"], again.json()["token"]);
    assert_eq!(
        browser.get(PATH).await.json()["tokens"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let another = json!({ "name": "another", "scopes": ["read"] });
    let reused = make_under(&browser, key, &another).await;
    reused.is_problem(422, "idempotency_key_reused");
    let others = secret(&make_under(&other, key, &body).await);
    assert_ne!(secret(&first), others, "a key is one person's");
    let without = secret(&make(&browser, &body).await);
    assert_ne!(secret(&first), without);
    let mut kept = Vec::new();
    for file in std::fs::read_dir(server.data()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let secret = secret(&first);
    assert!(
        !kept
            .windows(43)
            .any(|part| secret.as_bytes().ends_with(part))
    );
}

/// Sends a request's head, then does something, then sends its body; the status of the answer.
async fn trickled(server: &Server, browser: &Browser, body: &Value, meanwhile: impl Future) -> u16 {
    let origin = server.public.origin();
    let host = origin.strip_prefix("http://").unwrap();
    let cookie = browser.cookies.lock().unwrap()["maru"].clone();
    let body = body.to_string();
    let head = format!(
        "POST {PATH} HTTP/1.1\r\nhost: {host}\r\ncookie: maru={cookie}\r\norigin: {origin}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let (first, rest) = body.split_at(1);
    let mut connection = TcpStream::connect(host).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(first.as_bytes()).await.unwrap();
    // The head is read, and whose it is looked up.
    tokio::time::sleep(Duration::from_millis(300)).await;
    meanwhile.await;
    connection.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_body_that_comes_after_the_login_has_ended_makes_none() {
    let server = Server::start().await;
    let body = json!({ "name": "late", "scopes": ["read"] });
    let stay = Browser::new(&server);
    stay.sign_in("바다").await;
    let made = trickled(&server, &stay, &body, async {}).await;
    assert_eq!(made, 201, "slow alone is no fault");

    let out = Browser::new(&server);
    out.sign_in("하늘").await;
    // Another tab, which keeps its own cookies.
    let beside = Browser::new(&server);
    *beside.cookies.lock().unwrap() = out.cookies.lock().unwrap().clone();
    let signs_out = async {
        let gone = beside.ask(Method::POST, "/v1/auth/logout", None).await;
        assert_eq!(gone.status, 204);
    };
    assert_eq!(trickled(&server, &out, &body, signs_out).await, 401);

    let suspended = Browser::new(&server);
    suspended.sign_in("구름").await;
    let lays = server.sql(
        "INSERT INTO suspension (user_id, reason, created_ms) SELECT id, 'spam', 1 FROM user WHERE display_name = '구름'",
    );
    assert_eq!(trickled(&server, &suspended, &body, lays).await, 401);
    let count = "SELECT count(*) FROM login WHERE kind = 'token'";
    assert_eq!(server.number(count).await, 1);
}
