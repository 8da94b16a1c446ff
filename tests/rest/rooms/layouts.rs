//! `/v1/rooms/{id}/layouts`: kept, brought back and forgotten over REST.

use http::Method;
use serde_json::{Value, json};

use super::Host;
use crate::site::Site;

#[tokio::test]
async fn a_layout_is_kept_applied_and_forgotten() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let room = host
        .room(json!({ "name": "바뀌는 방", "template": "empty" }))
        .await;
    let path = format!("/v1/rooms/{}", room["id"].as_str().unwrap());
    let kept = |name: &str| format!("{path}/layouts/{name}");
    for name in ["여름", "겨울", "여름"] {
        let saved = host.ask(Method::PUT, &kept(name), Value::Null).await;
        assert_eq!(saved.status, 204, "{}", saved.body);
    }
    let page = host.get(&format!("{path}/layouts?limit=1")).await;
    assert_eq!(page["layouts"][0]["name"], "겨울");
    assert_eq!(page["layouts"][0]["items"], 0);
    assert_eq!(page["layouts"][0]["theme"], room["theme"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = host
        .get(&format!("{path}/layouts?limit=1&cursor={cursor}"))
        .await;
    assert_eq!(next["layouts"][0]["name"], "여름");
    assert_eq!(next["next_cursor"], Value::Null);
    let apply = format!("{path}/layout");
    let applied = host
        .ask(Method::PUT, &apply, json!({ "name": "여름" }))
        .await;
    assert_eq!(applied.status, 204, "{}", applied.body);
    for _ in 0..2 {
        let gone = host.ask(Method::DELETE, &kept("여름"), Value::Null).await;
        assert_eq!(gone.status, 204, "{}", gone.body);
    }
    let missing = host
        .ask(Method::PUT, &apply, json!({ "name": "여름" }))
        .await;
    missing.is_problem(404, "layout_not_found");
    for (name, code) in [
        ("시발", "content_refused"),
        (&"x".repeat(41), "invalid_name"),
    ] {
        let refused = host.ask(Method::PUT, &kept(name), Value::Null).await;
        refused.is_problem(422, code);
    }
    for n in 0..9 {
        let saved = host
            .ask(Method::PUT, &kept(&n.to_string()), Value::Null)
            .await;
        assert_eq!(saved.status, 204, "{}", saved.body);
    }
    let more = host.ask(Method::PUT, &kept("more"), Value::Null).await;
    more.is_problem(409, "too_many_layouts");
    let other = Host::new(&site, "바다").await;
    let theirs = other.browser.get(&format!("{path}/layouts")).await;
    theirs.is_problem(403, "forbidden");
}

#[tokio::test]
async fn layouts_are_changed_as_they_were_seen() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let path = host.named("바뀌는 방").await;
    let list = format!("{path}/layouts");
    let seen = async || {
        let page = host.browser.get(&list).await;
        page.headers["etag"].to_str().unwrap().to_owned()
    };
    let ask = async |method: Method, place: &str, body: Option<Value>, tag: &str| {
        let (place, tag) = (format!("{path}/{place}"), [("if-match", tag)]);
        let browser = &host.browser;
        browser.ask_with(method, &place, body.as_ref(), &tag).await
    };
    let empty = seen().await;
    let kept = ask(Method::PUT, "layouts/여름", None, &empty).await;
    assert_eq!(kept.status, 204, "{}", kept.body);
    let after = kept.headers["etag"].to_str().unwrap().to_owned();
    let apply = json!({ "name": "여름" });
    for (method, place, body) in [
        (Method::PUT, "layouts/겨울", None),
        (Method::DELETE, "layouts/여름", None),
        (Method::PUT, "layout", Some(apply.clone())),
    ] {
        let stale = ask(method, place, body, &empty).await;
        stale.is_problem(412, "precondition_failed");
    }
    let applied = ask(Method::PUT, "layout", Some(apply), &after).await;
    assert_eq!(applied.status, 204, "{}", applied.body);
    let gone = ask(Method::DELETE, "layouts/여름", None, &seen().await).await;
    assert_eq!(gone.status, 204, "{}", gone.body);
}
