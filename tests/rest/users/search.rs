//! `GET /v1/users?q=`.

use crate::browser::Browser;
use crate::server::Server;

fn handles(answer: &crate::browser::Answer) -> Vec<String> {
    let users = answer.json()["users"].as_array().unwrap().clone();
    let handle = |user: &serde_json::Value| user["handle"].as_str().unwrap().to_owned();
    users.iter().map(handle).collect()
}

#[tokio::test]
async fn finds_people_by_handle_and_name_page_by_page() {
    let server = Server::start().await;
    for (handle, name) in [
        ("bada", "푸른 바다"),
        ("bada_2", "하늘"),
        ("sol", "바다새"),
        ("namu", "나무"),
    ] {
        server.move_in(handle, name).await;
    }
    let browser = Browser::new(&server);
    for (query, expected) in [
        ("bada", &["bada", "bada_2"][..]),
        ("%40Bada", &["bada", "bada_2"]),
        ("%EB%B0%94%EB%8B%A4", &["sol", "bada"]),
        ("%EB%8B%A4%EC%83%88", &["sol"]),
        ("%25", &[]),
        ("%27%20OR%201%3D1", &[]),
    ] {
        let answer = browser.get(&format!("/v1/users?q={query}")).await;
        assert_eq!(handles(&answer), expected, "{query}: {}", answer.body);
        assert_eq!(answer.json()["next_cursor"], serde_json::Value::Null);
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    let first = browser.get("/v1/users?q=bada&limit=1").await;
    assert_eq!(handles(&first), ["bada"]);
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let second = browser
        .get(&format!("/v1/users?q=bada&limit=1&cursor={cursor}"))
        .await;
    assert_eq!(handles(&second), ["bada_2"]);
    assert_eq!(second.json()["next_cursor"], serde_json::Value::Null);
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_refused() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let long = "a".repeat(51);
    for query in [
        "",
        "?q=",
        "?q=%20",
        "?q=@",
        &format!("?q={long}"),
        "?q=a&limit=0",
        "?q=a&limit=101",
    ] {
        let answer = browser.get(&format!("/v1/users{query}")).await;
        answer.is_problem(400, "invalid_query");
    }
    for cursor in ["x", "AAAA"] {
        let answer = browser.get(&format!("/v1/users?q=a&cursor={cursor}")).await;
        answer.is_problem(400, "invalid_cursor");
    }
}
