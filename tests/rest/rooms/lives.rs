//! Rooms are made, put away, deleted and restored.

use http::Method;
use serde_json::{Value, json};

use super::{Host, names};
use crate::site::Site;

#[tokio::test]
async fn templates_are_whole_rooms_and_a_room_begins_as_one() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let all = site.browser().get("/v1/room-templates?limit=100").await;
    let all = all.json()["templates"].as_array().unwrap().clone();
    assert!(all.len() >= 6);
    let first = host.get("/v1/room-templates?limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let next = host
        .get(&format!("/v1/room-templates?limit=2&cursor={cursor}"))
        .await;
    assert_eq!(next["templates"][0], all[2]);
    for template in &all {
        assert!(template["name"]["ko"].is_string() && template["name"]["en"].is_string());
    }
    let greenhouse = all.iter().find(|one| one["id"] == "greenhouse").unwrap();
    let body = json!({ "name": " 내 온실 ", "template": "greenhouse", "visibility": "private" });
    let room = host.room(body).await;
    assert_eq!(room["name"], "내 온실");
    assert_eq!(room["theme"], greenhouse["theme"]);
    assert_eq!(room["items"], greenhouse["items"]);
    let shown = (&room["visibility"], &room["state"], &room["is_front"]);
    assert_eq!(shown, (&json!("private"), &json!("active"), &json!(false)));
    let copied = json!({ "name": "또", "copy_of": room["id"] });
    let copy = host.room(copied.clone()).await;
    assert_eq!(copy["items"], room["items"]);
    assert_eq!(copy["theme"], room["theme"]);
    assert_eq!(copy["visibility"], "public");
    // Nobody copies what is not theirs, whether they see it or not.
    let other = Host::new(&site, "바다").await;
    let hidden = other.ask(Method::POST, "/v1/rooms", copied).await;
    hidden.is_problem(404, "room_not_found");
    let seen = json!({ "name": "또", "copy_of": copy["id"] });
    let seen = other.ask(Method::POST, "/v1/rooms", seen).await;
    seen.is_problem(403, "forbidden");
    for (body, status, code) in [
        (
            json!({ "name": "x", "template": "none" }),
            404,
            "template_not_found",
        ),
        (
            json!({ "name": "x", "template": "study", "copy_of": room["id"] }),
            422,
            "invalid_body",
        ),
        (json!({ "name": " " }), 422, "invalid_name"),
        (json!({ "name": "가".repeat(41) }), 422, "invalid_name"),
        (json!({ "name": "시발" }), 422, "content_refused"),
        (json!({}), 422, "invalid_body"),
    ] {
        let refused = host.ask(Method::POST, "/v1/rooms", body).await;
        refused.is_problem(status, code);
    }
    let named = json!({ "name": "짱깨" });
    let path = format!("/v1/rooms/{}", copy["id"].as_str().unwrap());
    let renamed = host.ask(Method::PATCH, &path, named).await;
    renamed.is_problem(422, "content_refused");
}

#[tokio::test]
async fn an_archived_room_is_its_owners_alone() {
    let site = Site::start().await;
    let (host, other) = (
        Host::new(&site, "하늘").await,
        Host::new(&site, "바다").await,
    );
    let path = host.named("겨울 방").await;
    assert_eq!(other.browser.get(&path).await.status, 200);
    let theirs = other.archive(&path, true).await;
    theirs.is_problem(403, "forbidden");
    let mixed = json!({ "archived": true, "locked": true });
    let mixed = host.ask(Method::PATCH, &path, mixed).await;
    mixed.is_problem(422, "invalid_body");
    let (away, other_rules) = (json!({ "archived": true }), [("if-match", "\"1\"")]);
    let stale = host
        .browser
        .ask_with(Method::PATCH, &path, Some(&away), &other_rules);
    stale.await.is_problem(412, "precondition_failed");
    for _ in 0..2 {
        let archived = host.archive(&path, true).await;
        assert_eq!(archived.status, 200, "{}", archived.body);
        assert_eq!(archived.json()["room"]["archived"], true);
    }
    other
        .browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    assert_eq!(host.get(&path).await["room"]["name"], "겨울 방");
    let tickets = format!("{path}/tickets");
    let ticket = other.ask(Method::POST, &tickets, json!({})).await;
    ticket.is_problem(404, "room_not_found");
    let guest = json!({ "guest": { "name": "손님", "look": [0, 0, 0, 0, 0, 0] } });
    let browser = site.browser();
    let ticket = browser.ask(Method::POST, &tickets, Some(&guest)).await;
    ticket.is_problem(404, "room_not_found");
    // To look at it; see the tests of live rooms.
    let ticket = host.ask(Method::POST, &tickets, json!({})).await;
    assert_eq!(ticket.status, 201, "{}", ticket.body);
    for (method, place, body) in [
        (Method::PATCH, path.clone(), json!({ "locked": true })),
        (Method::PUT, format!("{path}/layouts/x"), Value::Null),
        (
            Method::PUT,
            format!("{path}/editors/{}", other.handle),
            Value::Null,
        ),
    ] {
        let refused = host.ask(method, &place, body).await;
        refused.is_problem(409, "room_archived");
    }
    let id = path.rsplit('/').next().unwrap();
    let front = json!({ "room": id });
    let front = host.ask(Method::PUT, "/v1/me/front-room", front).await;
    front.is_problem(409, "room_archived");
    let rooms = format!("/v1/users/{}/rooms", host.handle);
    assert_eq!(names(&other.get(&rooms).await).len(), 1);
    assert_eq!(
        names(&host.get("/v1/me/rooms?state=archived").await),
        ["겨울 방"]
    );
    assert_eq!(host.archive(&path, false).await.status, 200);
    assert_eq!(other.browser.get(&path).await.status, 200);
    assert_eq!(names(&other.get(&rooms).await).len(), 2);
}

#[tokio::test]
async fn a_deleted_room_is_gone_and_can_be_restored() {
    let site = Site::start().await;
    let (host, other) = (
        Host::new(&site, "하늘").await,
        Host::new(&site, "바다").await,
    );
    let path = host.named("지울 방").await;
    let body = host.get(&path).await["room"].clone();
    let theirs = other.ask(Method::DELETE, &path, Value::Null).await;
    theirs.is_problem(403, "forbidden");
    for _ in 0..2 {
        let deleted = host.ask(Method::DELETE, &path, Value::Null).await;
        assert_eq!(deleted.status, 200, "{}", deleted.body);
        let room = &deleted.json()["room"];
        assert_eq!(room["state"], "deleted");
        assert!(room["restorable_until"].as_str() > room["deleted_at"].as_str());
    }
    for browser in [&host.browser, &other.browser] {
        browser.get(&path).await.is_problem(404, "room_not_found");
    }
    let rename = host.ask(Method::PATCH, &path, json!({ "name": "x" })).await;
    rename.is_problem(404, "room_not_found");
    assert_eq!(
        names(&host.get("/v1/me/rooms?state=deleted").await),
        ["지울 방"]
    );
    let restore = format!("{path}/restore");
    let theirs = other.ask(Method::POST, &restore, Value::Null).await;
    theirs.is_problem(404, "room_not_found");
    for _ in 0..2 {
        let restored =
            host.browser
                .ask_with(Method::POST, &restore, None, &[("idempotency-key", "back")]);
        let restored = restored.await;
        assert_eq!(restored.status, 200, "{}", restored.body);
        assert_eq!(restored.json()["room"]["state"], "active");
    }
    assert_eq!(host.get(&path).await["room"], body);
    assert!(names(&host.get("/v1/me/rooms?state=deleted").await).is_empty());
}

#[tokio::test]
async fn the_front_room_stays_until_there_is_another() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let front = format!("/v1/rooms/{}", host.front);
    let kept = host.ask(Method::DELETE, &front, Value::Null).await;
    kept.is_problem(409, "front_room");
    host.archive(&front, true)
        .await
        .is_problem(409, "front_room");
    let next = host.named("새 앞방").await;
    let id = next.rsplit('/').next().unwrap();
    let other = Host::new(&site, "바다").await;
    let body = json!({ "room": id });
    let theirs = other
        .ask(Method::PUT, "/v1/me/front-room", body.clone())
        .await;
    theirs.is_problem(403, "forbidden");
    let stale = [("if-match", "\"77\"")];
    let stale = host
        .browser
        .ask_with(Method::PUT, "/v1/me/front-room", Some(&body), &stale);
    stale.await.is_problem(412, "precondition_failed");
    assert_eq!(
        host.browser.me().await["front_room_id"],
        host.front.as_str()
    );
    let me = host.browser.get("/v1/me").await;
    let tag = me.headers["etag"].to_str().unwrap().to_owned();
    let fresh = [("if-match", tag.as_str())];
    let chosen = host
        .browser
        .ask_with(Method::PUT, "/v1/me/front-room", Some(&body), &fresh)
        .await;
    assert_eq!(chosen.status, 200, "{}", chosen.body);
    for _ in 0..2 {
        let chosen = host
            .ask(Method::PUT, "/v1/me/front-room", body.clone())
            .await;
        assert_eq!(chosen.status, 200, "{}", chosen.body);
        assert_eq!(chosen.json()["room"]["is_front"], true);
    }
    assert_eq!(host.browser.me().await["front_room_id"], id);
    let profile = other.get(&format!("/v1/users/{}", host.handle)).await;
    assert_eq!(profile["user"]["front_room_id"], id);
    let deleted = host.ask(Method::DELETE, &front, Value::Null).await;
    assert_eq!(deleted.status, 200, "{}", deleted.body);
    let kept = host.ask(Method::DELETE, &next, Value::Null).await;
    kept.is_problem(409, "front_room");
}

#[tokio::test]
async fn what_was_deleted_before_a_restart_comes_back_whole_after_it() {
    let mut site = Site::start().await;
    let mut host = Host::new(&site, "하늘").await;
    let friend = Host::new(&site, "바다").await;
    let made = host
        .room(json!({ "name": "남을 방", "template": "study" }))
        .await;
    let path = format!("/v1/rooms/{}", made["id"].as_str().unwrap());
    for (method, place, body) in [
        (
            Method::PUT,
            format!("{path}/editors/{}", friend.handle),
            Value::Null,
        ),
        (Method::PUT, format!("{path}/layouts/여름"), Value::Null),
        (
            Method::PATCH,
            path.clone(),
            json!({ "locked": true, "people_max": 7 }),
        ),
    ] {
        let done = host.ask(method, &place, body).await;
        assert!(done.status.is_success(), "{place}: {}", done.body);
    }
    let lists = ["", "/editors", "/layouts", "/audit"].map(|list| format!("{path}{list}"));
    let mut before = Vec::new();
    for list in &lists {
        before.push(host.get(list).await);
    }
    let deleted = host.ask(Method::DELETE, &path, Value::Null).await;
    assert_eq!(deleted.status, 200);
    site = site.restart().await;
    host = Host {
        browser: host.browser.moved_to(&site.origin()),
        ..host
    };
    host.browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    let restore = format!("{path}/restore");
    let restored = host.ask(Method::POST, &restore, Value::Null).await;
    assert_eq!(restored.status, 200, "{}", restored.body);
    for (list, before) in lists.iter().zip(before) {
        assert_eq!(host.get(list).await, before, "{list}");
    }
}
