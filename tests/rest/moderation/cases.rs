//! The queue, and decisions.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use super::{Person, cast};
use crate::site::Site;

#[tokio::test]
async fn only_moderators_see_and_decide() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    one.reports(&two).await;
    let case = moderator.case().await;
    for path in [
        "/v1/moderation/cases".to_owned(),
        format!("/v1/moderation/cases/{case}"),
        "/v1/moderation/appeals".to_owned(),
    ] {
        one.browser.get(&path).await.is_problem(403, "forbidden");
        let anonymous = site.browser().get(&path).await;
        anonymous.is_problem(401, "sign_in_required");
    }
    let body = json!({ "action": "dismiss", "rule": "other" });
    let refused = one.decides(&case, body.clone()).await;
    refused.is_problem(403, "forbidden");
    let refused = moderator.decides("nothing", body).await;
    refused.is_problem(404, "case_not_found");
}

#[tokio::test]
async fn a_warning_is_told_and_closes_the_case() {
    let site = Site::start().await;
    let (one, two, moderator, other) = cast(&site).await;
    one.reports(&two).await;
    let case = moderator.case().await;
    let warn = json!({ "action": "warn", "rule": "abuse", "note": "처음" });
    let decided = moderator.decides(&case, warn.clone()).await;
    assert_eq!(decided.status, 201, "{}", decided.body);
    let decision = decided.json()["decision"].clone();
    assert_eq!(
        (&decision["action"], &decision["note"]),
        (&json!("warn"), &json!("처음"))
    );
    assert_eq!(decision["moderator_id"], moderator.id);
    let late = other.decides(&case, warn).await;
    late.is_problem(409, "already_decided");
    let told = two.get("/v1/me/notifications").await;
    let notice = &told["notifications"][0];
    assert_eq!(
        (&notice["kind"], &notice["from"]),
        (&json!("decision"), &Value::Null)
    );
    assert_eq!(notice["subject"], decision["id"]);
    let mine = two.get("/v1/me/decisions").await["decisions"][0].clone();
    assert_eq!(mine["id"], decision["id"]);
    assert_eq!(
        (&mine["rule"], &mine["appeal"]),
        (&json!("abuse"), &Value::Null)
    );
    for kept in ["note", "moderator_id", "author_id"] {
        assert_eq!(mine[kept], Value::Null, "{kept} is not for them");
    }
    assert_eq!(
        one.get("/v1/me/reports").await["reports"][0]["state"],
        "closed"
    );
    let closed = moderator.get("/v1/moderation/cases?state=closed").await;
    assert_eq!(closed["cases"][0]["id"], case);
    let open = moderator.get("/v1/moderation/cases").await;
    assert_eq!(open["cases"], json!([]));
}

#[tokio::test]
async fn a_person_is_neither_hidden_nor_removed() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    one.reports(&two).await;
    let case = moderator.case().await;
    for body in [
        json!({ "action": "hide", "rule": "abuse" }),
        json!({ "action": "remove", "rule": "abuse" }),
        json!({ "action": "warn", "rule": "abuse", "days": 3 }),
        json!({ "action": "suspend", "rule": "abuse", "days": 0 }),
        json!({ "action": "suspend", "rule": "abuse", "days": 367 }),
    ] {
        let refused = moderator.decides(&case, body).await;
        refused.is_problem(422, "invalid_decision");
    }
    let long = json!({ "action": "warn", "rule": "abuse", "note": "가".repeat(501) });
    moderator
        .decides(&case, long)
        .await
        .is_problem(422, "invalid_text");
}

#[tokio::test]
async fn whoever_is_suspended_is_out_at_once_and_in_the_log() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    one.reports(&two).await;
    let case = moderator.case().await;
    let suspend = json!({ "action": "suspend", "rule": "violence", "days": 3 });
    let decided = moderator.decides(&case, suspend).await;
    assert_eq!(decided.status, 201, "{}", decided.body);
    assert!(decided.json()["decision"]["until"].is_string());
    let me = two.browser.get("/v1/me").await.json();
    assert_eq!(me["user"], Value::Null, "signed out everywhere");
    let found = one.browser.get(&format!("/v1/users/{}", two.handle)).await;
    found.is_problem(404, "user_not_found");
    one.reports(&two).await.is_problem(404, "content_not_found");
    let admin = Person::staff(&site, "관리자", AccountRole::Admin).await;
    let audit = admin.get("/v1/admin/audit").await;
    let acts: Vec<&str> = audit["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert!(
        acts.contains(&"moderated") && acts.contains(&"suspended"),
        "{acts:?}"
    );
    // For everybody to see, and nobody is named.
    let log = site.browser().get("/v1/moderation/log").await;
    assert_eq!(log.status, 200);
    let entry = &log.json()["entries"][0];
    assert_eq!(entry["kind"], "user");
    assert_eq!(
        (&entry["action"], &entry["rule"]),
        (&json!("suspend"), &json!("violence"))
    );
    assert_eq!(entry["date"].as_str().unwrap().len(), 10);
    for name in [&two.id, &two.handle, &moderator.id, &case] {
        assert!(!log.body.contains(name.as_str()));
    }
}

#[tokio::test]
async fn moderators_do_not_decide_about_their_own_nor_about_admins() {
    let site = Site::start().await;
    let (one, _, moderator, _) = cast(&site).await;
    let admin = Person::staff(&site, "관리자", AccountRole::Admin).await;
    let warn = json!({ "action": "warn", "rule": "abuse" });
    one.reports(&moderator).await;
    let case = moderator.case().await;
    let refused = moderator.decides(&case, warn.clone()).await;
    refused.is_problem(403, "forbidden");
    assert_eq!(admin.decides(&case, warn.clone()).await.status, 201);
    one.reports(&admin).await;
    let case = moderator.case().await;
    let refused = moderator.decides(&case, warn).await;
    refused.is_problem(403, "forbidden");
}

#[tokio::test]
async fn a_room_loses_its_name_and_its_open_door_and_gets_both_back() {
    let site = Site::start().await;
    let (one, two, moderator, other) = cast(&site).await;
    let path = format!("/v1/rooms/{}", two.room);
    one.browser.get(&path).await;
    let named = json!({ "name": "수상한 방" });
    let set = two.browser.ask(Method::PATCH, &path, Some(&named)).await;
    assert_eq!(set.status, 200, "{}", set.body);
    assert_eq!(one.reports_room(&two).await.status, 201);
    let case = moderator.case().await;
    let file = moderator.get(&format!("/v1/moderation/cases/{case}")).await;
    assert_eq!(
        (&file["case"]["text"], &file["content"]["text"]),
        (&json!("수상한 방"), &json!("수상한 방"))
    );
    let hide = json!({ "action": "hide", "rule": "hate" });
    let decided = moderator.decides(&case, hide).await;
    assert_eq!(decided.status, 201, "{}", decided.body);
    one.browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    let own = two.browser.get(&path).await.json();
    assert_eq!(own["room"]["name"], "바다");
    // Its owner does not bring it back by themselves.
    for wish in [
        json!({ "name": "더 수상한 방" }),
        json!({ "visibility": "public" }),
        json!({ "visibility": "followers", "locked": false }),
    ] {
        let refused = two.browser.ask(Method::PATCH, &path, Some(&wish)).await;
        refused.is_problem(403, "forbidden");
    }
    let locked = json!({ "locked": true });
    let set = two.browser.ask(Method::PATCH, &path, Some(&locked)).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let helped = format!("{path}/editors/{}", one.handle);
    let helped = two.browser.ask(Method::PUT, &helped, None).await;
    assert_eq!(helped.status, 200, "{}", helped.body);
    one.browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    let rooms = format!("/v1/users/{}/rooms", two.handle);
    assert_eq!(one.get(&rooms).await["rooms"], json!([]));
    let ticket = format!("{path}/tickets");
    let ticket = one.post(&ticket, json!({})).await;
    ticket.is_problem(404, "room_not_found");
    let file = moderator.get(&format!("/v1/moderation/cases/{case}")).await;
    assert_eq!(file["content"]["standing"], "hidden");
    let id = decided.json()["decision"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = json!({ "text": "그냥 이름이에요" });
    let to = format!("/v1/me/decisions/{id}/appeal");
    assert_eq!(two.post(&to, text).await.status, 201);
    let overturn = json!({ "decision": "overturn" });
    let to = format!("/v1/moderation/appeals/{id}/decision");
    assert_eq!(other.post(&to, overturn).await.status, 201);
    let seen = one.browser.get(&path).await.json();
    assert_eq!(seen["room"]["name"], "수상한 방");
    let named = json!({ "name": "평범한 방" });
    let set = two.browser.ask(Method::PATCH, &path, Some(&named)).await;
    assert_eq!(set.status, 200, "{}", set.body);
}

#[tokio::test]
async fn a_room_does_not_get_away_by_being_put_away() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    let body = json!({ "name": "수상한 방" });
    let made = two.browser.ask(Method::POST, "/v1/rooms", Some(&body));
    let room = made.await.json()["room"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/rooms/{room}");
    let body = json!({ "kind": "room", "id": room, "reason": "spam" });
    assert_eq!(one.post("/v1/reports", body).await.status, 201);
    let case = moderator.case().await;
    let away = async |archived: bool| {
        let body = json!({ "archived": archived });
        let done = two.browser.ask(Method::PATCH, &path, Some(&body)).await;
        assert_eq!(done.status, 200, "{}", done.body);
    };
    away(true).await;
    let hide = json!({ "action": "hide", "rule": "hate" });
    let decided = moderator.decides(&case, hide).await;
    assert_eq!(decided.status, 201, "{}", decided.body);
    away(false).await;
    one.browser
        .get(&path)
        .await
        .is_problem(404, "room_not_found");
    let own = two.browser.get(&path).await.json();
    assert_eq!(own["room"]["name"], "바다");
    let found = one.browser.get("/v1/rooms?query=수상한").await.json();
    assert_eq!(found["rooms"], json!([]));
}

#[tokio::test]
async fn the_rooms_of_whoever_is_suspended_are_there_for_nobody() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    let path = format!("/v1/rooms/{}", two.room);
    // Rooms are made when they are first asked for: theirs is neither the first nor the last.
    for whose in [&one, &two, &moderator] {
        let seen = one.browser.get(&format!("/v1/rooms/{}", whose.room)).await;
        assert_eq!(seen.status, 200);
    }
    let listed = async || {
        let page = one.browser.get("/v1/rooms").await.json();
        let rooms = page["rooms"].as_array().unwrap().clone();
        rooms.iter().any(|room| room["id"] == two.room.as_str())
    };
    assert!(listed().await);
    let suspension = format!("/v1/admin/users/{}/suspension", two.handle);
    let why = json!({ "reason": "spam" });
    let done = moderator
        .browser
        .ask(Method::PUT, &suspension, Some(&why))
        .await;
    assert_eq!(done.status, 204, "{}", done.body);
    assert!(!listed().await);
    // And yet a page of one holds one, each of them.
    let (mut next, mut pages) = ("/v1/rooms?limit=1".to_owned(), 0);
    loop {
        let page = one.browser.get(&next).await.json();
        assert_eq!(page["rooms"].as_array().unwrap().len(), 1, "{page}");
        pages += 1;
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        next = format!("/v1/rooms?limit=1&cursor={cursor}");
    }
    assert_eq!(pages, 2);
    let tickets = format!("{path}/tickets");
    for (method, place) in [(Method::GET, &path), (Method::POST, &tickets)] {
        let body = (method == Method::POST).then(|| json!({}));
        let gone = one.browser.ask(method, place, body.as_ref()).await;
        gone.is_problem(404, "room_not_found");
    }
    let lifted = moderator.browser.ask(Method::DELETE, &suspension, None);
    assert_eq!(lifted.await.status, 204);
    assert!(listed().await);
}
