//! `/v1/me/notifications`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::relations::Person;
use crate::server::Server;

async fn list(person: &Person, query: &str) -> Value {
    let path = format!("/v1/me/notifications{query}");
    let answer = person.browser.get(&path).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.json()
}

async fn unread(person: &Person) -> Value {
    let answer = person.browser.get("/v1/me/notifications/unread").await;
    answer.json()["count"].clone()
}

async fn read(person: &Person, up_to: &Value) -> Value {
    let wish = json!({ "up_to": up_to });
    let path = "/v1/me/notifications/read";
    let answer = person.browser.ask(Method::POST, path, Some(&wish)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()["count"].clone()
}

fn kinds(page: &Value) -> Vec<&str> {
    let all = page["notifications"].as_array().unwrap().iter();
    all.map(|notice| notice["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn people_are_told_listed_counted_and_read() {
    let server = Server::start().await;
    let (me, other) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    assert_eq!(
        list(&me, "").await,
        json!({ "notifications": [], "next_cursor": null })
    );
    other.does(Method::PUT, "follow", &me).await;
    other.ties(&me).await;
    other
        .puts("testimonial", &me, json!({ "text": "좋은 사람" }))
        .await;
    let all = list(&me, "").await;
    let expected = ["testimonial", "follow"];
    assert_eq!(kinds(&all), expected, "a wish that was granted is no news");
    assert_eq!(kinds(&list(&other, "").await), ["tie_made"]);
    let newest = &all["notifications"][0];
    assert_eq!(newest["from"]["handle"], other.handle);
    assert_eq!(
        (&newest["unread"], &newest["subject"]),
        (&true.into(), &Value::Null)
    );
    assert!(newest["told_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(unread(&me).await, 2);

    let first = list(&me, "?limit=1").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = list(&me, &format!("?limit=1&cursor={cursor}")).await;
    assert_eq!(kinds(&rest), ["follow"]);
    assert_eq!(rest["next_cursor"], Value::Null);
    let oldest = &rest["notifications"][0]["id"];
    for _ in 0..2 {
        assert_eq!(read(&me, oldest).await, 1);
    }
    let flags = list(&me, "").await;
    let flags = [0, 1].map(|n| flags["notifications"][n]["unread"].clone());
    assert_eq!(flags, [json!(true), json!(false)]);
    assert_eq!(read(&me, &json!(u64::MAX)).await, 0);
    assert_eq!(unread(&me).await, 0);
    assert_eq!(unread(&other).await, 1, "one reads one's own");
}

#[tokio::test]
async fn the_hidden_and_the_muted_are_not_heard() {
    let server = Server::start().await;
    let (me, loud, gone) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
        Person::new(&server, "바람").await,
    );
    me.puts("mute", &loud, json!({})).await;
    for other in [&loud, &gone] {
        other.does(Method::PUT, "follow", &me).await;
    }
    assert_eq!(unread(&me).await, 1);
    me.does(Method::PUT, "block", &gone).await;
    assert_eq!(kinds(&list(&me, "").await), [""; 0]);
    assert_eq!(unread(&me).await, 0);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let server = Server::start().await;
    let stranger = Browser::new(&server);
    for path in ["/v1/me/notifications", "/v1/me/notifications/unread"] {
        stranger.get(path).await.is_problem(401, "sign_in_required");
    }
    let me = Person::new(&server, "하늘").await;
    let path = "/v1/me/notifications/read";
    let wish = json!({ "up_to": 1 });
    let answer = stranger.ask(Method::POST, path, Some(&wish)).await;
    answer.is_problem(401, "sign_in_required");
    for bad in [
        json!({}),
        json!({ "up_to": -1 }),
        json!({ "up_to": "1" }),
        json!({ "up_to": 1, "x": 2 }),
    ] {
        let answer = me.browser.ask(Method::POST, path, Some(&bad)).await;
        answer.is_problem(422, "invalid_body");
    }
    let bad = me.browser.get("/v1/me/notifications?cursor=AAAA").await;
    bad.is_problem(400, "invalid_cursor");
}
