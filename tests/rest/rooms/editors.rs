//! `/v1/rooms/{id}/editors`: shared over REST, whether anybody is inside or not.

use http::Method;
use serde_json::{Value, json};

use super::{Host, names};
use crate::site::Site;

async fn handles(host: &Host, path: &str) -> Vec<String> {
    let page = host.get(&format!("{path}/editors")).await;
    let editors = page["editors"].as_array().unwrap().iter();
    let handles = editors.map(|one| one["handle"].as_str().unwrap().to_owned());
    handles.collect()
}

#[tokio::test]
async fn an_owner_shares_a_room_and_takes_it_back() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let (friend, other) = (
        Host::new(&site, "바다").await,
        Host::new(&site, "구름").await,
    );
    let body = json!({ "name": "둘의 방", "visibility": "private" });
    let room = host.room(body).await;
    let path = format!("/v1/rooms/{}", room["id"].as_str().unwrap());
    friend
        .browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    let place = format!("{path}/editors/{}", friend.handle);
    for _ in 0..2 {
        let added = host.ask(Method::PUT, &place, Value::Null).await;
        assert_eq!(added.status, 200, "{}", added.body);
        assert_eq!(added.json()["editor"]["display_name"], "바다");
    }
    assert_eq!(friend.get(&path).await["room"]["role"], "editor");
    assert_eq!(handles(&friend, &path).await, [friend.handle.as_str()]);
    let rooms = friend
        .get(&format!("/v1/users/{}/rooms", host.handle))
        .await;
    assert_eq!(rooms["rooms"][1]["name"], "둘의 방");
    // Said once, however often it is asked for.
    let audit = host.get(&format!("{path}/audit")).await;
    assert_eq!(audit["entries"].as_array().unwrap().len(), 1);
    // An editor is no owner.
    let theirs = format!("{path}/editors/{}", other.handle);
    let theirs = friend.ask(Method::PUT, &theirs, Value::Null).await;
    theirs.is_problem(403, "forbidden");
    for (handle, status, code) in [
        ("nobody_at_all", 404, "user_not_found"),
        (host.handle.as_str(), 422, "relates_to_oneself"),
    ] {
        let place = format!("{path}/editors/{handle}");
        for method in [Method::PUT, Method::DELETE] {
            let refused = host.ask(method, &place, Value::Null).await;
            refused.is_problem(status, code);
        }
    }
    for _ in 0..2 {
        let removed = host.ask(Method::DELETE, &place, Value::Null).await;
        assert_eq!(removed.status, 204, "{}", removed.body);
    }
    friend
        .browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    assert!(handles(&host, &path).await.is_empty());
}

#[tokio::test]
async fn whoever_furnishes_rooms_of_others_finds_them() {
    let site = Site::start().await;
    let (host, friend) = (
        Host::new(&site, "하늘").await,
        Host::new(&site, "바다").await,
    );
    let mut rooms = Vec::new();
    for name in ["하나", "둘", "셋"] {
        let private = json!({ "name": name, "visibility": "private" });
        let room = host.room(private).await;
        let path = format!("/v1/rooms/{}", room["id"].as_str().unwrap());
        let place = format!("{path}/editors/{}", friend.handle);
        let added = host.ask(Method::PUT, &place, Value::Null).await;
        assert_eq!(added.status, 200, "{}", added.body);
        rooms.push((path, place));
    }
    let list = "/v1/me/edited-rooms";
    let all = friend.get(list).await;
    assert_eq!(names(&all), ["하나", "둘", "셋"]);
    assert_eq!(all["next_cursor"], Value::Null);
    assert_eq!(all["rooms"][0]["owner"]["handle"], host.handle.as_str());
    assert!(
        names(&host.get(list).await).is_empty(),
        "one's own are one's own"
    );
    let first = friend.get(&format!("{list}?limit=2")).await;
    assert_eq!(names(&first), ["하나", "둘"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = friend.get(&format!("{list}?limit=2&cursor={cursor}")).await;
    assert_eq!(
        (names(&rest), &rest["next_cursor"]),
        (vec!["셋"], &Value::Null)
    );
    let foreign = format!("/v1/me/rooms?cursor={cursor}");
    friend
        .browser
        .get(&foreign)
        .await
        .is_problem(400, "invalid_cursor");

    let hung = json!({ "text": "함께", "visibility": "public", "room": all["rooms"][0]["id"] });
    let posted = friend.ask(Method::POST, "/v1/posts", hung).await;
    assert_eq!(
        posted.status, 201,
        "what is listed can be hung in: {}",
        posted.body
    );

    host.ask(Method::DELETE, &rooms[0].1, Value::Null).await;
    assert_eq!(host.archive(&rooms[1].0, true).await.status, 200);
    assert_eq!(names(&friend.get(list).await), ["셋"]);
    let block = format!("/v1/users/{}/block", friend.handle);
    let blocked = host.ask(Method::PUT, &block, Value::Null).await;
    assert_eq!(blocked.status, 200);
    assert!(names(&friend.get(list).await).is_empty());
}

#[tokio::test]
async fn who_is_blocked_is_no_editor_to_see() {
    let site = Site::start().await;
    let (host, friend) = (
        Host::new(&site, "하늘").await,
        Host::new(&site, "바다").await,
    );
    let path = host.named("모두의 방").await;
    let place = format!("{path}/editors/{}", friend.handle);
    let added = host.ask(Method::PUT, &place, Value::Null).await;
    assert_eq!(added.status, 200);
    let block = format!("/v1/users/{}/block", host.handle);
    assert_eq!(
        friend.ask(Method::PUT, &block, Value::Null).await.status,
        200
    );
    assert!(handles(&host, &path).await.is_empty());
    let again = host.ask(Method::PUT, &place, Value::Null).await;
    again.is_problem(404, "user_not_found");
    let rooms = format!("/v1/users/{}/rooms", host.handle);
    friend
        .browser
        .get(&rooms)
        .await
        .is_problem(404, "user_not_found");
}

/// What somebody was told about rooms they may furnish.
async fn told(host: &Host) -> Vec<Value> {
    let list = host.get("/v1/me/notifications").await;
    let notices = list["notifications"].as_array().unwrap().iter();
    let notices = notices.filter(|notice| notice["kind"] == "room_editor");
    notices.cloned().collect()
}

#[tokio::test]
async fn whoever_is_made_an_editor_is_told_and_finds_nothing_once_they_are_none() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let (friend, quiet) = (
        Host::new(&site, "바다").await,
        Host::new(&site, "구름").await,
    );
    let no = json!({ "notifications": { "editor": false } });
    let set = quiet.ask(Method::PATCH, "/v1/me/settings", no).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let path = host.named("둘의 방").await;
    let room = path.rsplit('/').next().unwrap();
    let place = |who: &Host| format!("{path}/editors/{}", who.handle);
    for who in [&friend, &friend, &quiet] {
        let added = host.ask(Method::PUT, &place(who), Value::Null).await;
        assert_eq!(added.status, 200, "{}", added.body);
    }
    let notices = told(&friend).await;
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert_eq!(notices[0]["subject"], room);
    assert_eq!(notices[0]["from"]["handle"], host.handle.as_str());
    assert!(told(&quiet).await.is_empty() && told(&host).await.is_empty());
    let removed = host.ask(Method::DELETE, &place(&friend), Value::Null).await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    assert!(told(&friend).await.is_empty());
}

#[tokio::test]
async fn editors_are_changed_as_they_were_seen() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let (one, two) = (
        Host::new(&site, "바다").await,
        Host::new(&site, "구름").await,
    );
    let path = host.named("여럿의 방").await;
    let list = format!("{path}/editors");
    let place = |who: &Host| format!("{list}/{}", who.handle);
    let seen = async || {
        let page = host.browser.get(&list).await;
        page.headers["etag"].to_str().unwrap().to_owned()
    };
    let ask = async |method: Method, place: String, tag: &str| {
        let tag = [("if-match", tag)];
        host.browser.ask_with(method, &place, None, &tag).await
    };
    let empty = seen().await;
    let added = ask(Method::PUT, place(&one), &empty).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let after = added.headers["etag"].to_str().unwrap().to_owned();
    for (method, who) in [
        (Method::PUT, &two),
        (Method::PUT, &one),
        (Method::DELETE, &one),
        (Method::DELETE, &two),
    ] {
        let stale = ask(method, place(who), &empty).await;
        stale.is_problem(412, "precondition_failed");
    }
    let added = ask(Method::PUT, place(&two), &after).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let removed = ask(Method::DELETE, place(&two), &seen().await).await;
    assert_eq!(removed.status, 204, "{}", removed.body);
    // The rules of the room have a tag of their own, and are not changed by it.
    let known = seen().await;
    let locked = host
        .ask(Method::PATCH, &path, json!({ "locked": true }))
        .await;
    assert_eq!(locked.status, 200, "{}", locked.body);
    let same = [("if-none-match", known.as_str())];
    let same = host.browser.ask_with(Method::GET, &list, None, &same).await;
    assert_eq!(same.status, 304);
}
