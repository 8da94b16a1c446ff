//! The rules of a room, changed by its owner over REST and held by the live room at once.

use maru_protocol::{ClientFrame, CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::front::{Front, Person};
use crate::stage::Stage;

async fn change(front: &Front, room: &str, person: Option<&Person>, rules: &Value) -> (u16, Value) {
    let path = format!("/v1/rooms/{room}");
    front.call(Method::PATCH, &path, person, Some(rules)).await
}

async fn audit(stage: &Stage, query: &str) -> Value {
    let path = format!("/v1/rooms/{}/audit{query}", stage.room);
    let (status, answer) = stage.front.get(&path, Some(&stage.owner)).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

#[tokio::test]
async fn a_room_that_is_closed_sends_out_who_may_no_longer_be_there() {
    let mut stage = Stage::set().await;
    let rules = json!({ "visibility": "followers", "name": "나만의 마루" });
    let (status, answer) = change(&stage.front, &stage.room, Some(&stage.owner), &rules).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["room"]["visibility"], "followers");
    assert_eq!(answer["room"]["name"], "나만의 마루");
    stage.witness.closed_by(CloseCode::Forbidden).await;
    // It is saved, and everybody is told the same.
    let (_, shown) = stage
        .front
        .get(&format!("/v1/rooms/{}", stage.room), None)
        .await;
    assert_eq!(shown["room"]["visibility"], "followers");
    let guest = json!({ "guest": { "name": "guest", "look": [0, 0, 0, 0, 0, 0] } });
    let (status, problem) = stage.front.ask(&stage.room, None, &guest).await;
    assert_eq!(
        (status, &problem["code"]),
        (401, &"sign_in_required".into())
    );
    let other = stage.front.sign_in("바다").await;
    let (status, problem) = stage.front.ask(&stage.room, Some(&other), &json!({})).await;
    assert_eq!((status, &problem["code"]), (403, &"forbidden".into()));
    // Followers come in.
    let (_, me) = stage.front.get("/v1/me", Some(&stage.owner)).await;
    let follow = format!(
        "/v1/users/{}/follow",
        me["user"]["handle"].as_str().unwrap()
    );
    let (status, _) = stage
        .front
        .call(Method::PUT, &follow, Some(&other), None)
        .await;
    assert_eq!(status, 200);
    let ticket = stage.front.ticket(&stage.room, &other).await;
    let mut fan = Client::join(&stage.front, &stage.room, ticket).await;
    fan.say("hello").await;
    // Whoever stops following stays out the next time, whatever ticket they have.
    let ticket = stage.front.ticket(&stage.room, &other).await;
    let (status, _) = stage
        .front
        .call(Method::DELETE, &follow, Some(&other), None)
        .await;
    assert_eq!(status, 204);
    let mut late = stage.stranger().await;
    let avatar = None;
    late.send(&ClientFrame::Join { ticket, avatar }).await;
    late.refused(ErrorCode::Forbidden).await;
    late.closed_by(CloseCode::Forbidden).await;
}

#[tokio::test]
async fn a_locked_room_gives_out_no_tickets_and_keeps_who_is_inside() {
    let mut stage = Stage::set().await;
    let lock = json!({ "locked": true });
    let (status, answer) = change(&stage.front, &stage.room, Some(&stage.owner), &lock).await;
    assert_eq!(
        (status, &answer["room"]["locked"]),
        (200, &true.into()),
        "{answer}"
    );
    let other = stage.front.sign_in("바다").await;
    let (status, problem) = stage.front.ask(&stage.room, Some(&other), &json!({})).await;
    assert_eq!((status, &problem["code"]), (403, &"room_locked".into()));
    stage.witness.say("still here").await;
    let unlock = json!({ "locked": false });
    let (status, _) = change(&stage.front, &stage.room, Some(&stage.owner), &unlock).await;
    assert_eq!(status, 200);
    let ticket = stage.front.ticket(&stage.room, &other).await;
    Client::join(&stage.front, &stage.room, ticket).await;
}

#[tokio::test]
async fn rules_of_a_room_nobody_is_in_are_changed_too() {
    let stage = Stage::set().await;
    let other = stage.front.sign_in("바다").await;
    let rules = json!({ "people_max": 3, "guests_allowed": false });
    let (status, answer) = change(&stage.front, &other.room, Some(&other), &rules).await;
    assert_eq!(status, 200, "{answer}");
    let room = &answer["room"];
    assert_eq!(
        (&room["people_max"], &room["guests_allowed"]),
        (&3.into(), &false.into())
    );
    assert_eq!(room["role"], "owner");
}

#[tokio::test]
async fn only_the_owner_changes_rules_and_only_to_what_can_be() {
    let stage = Stage::set().await;
    let lock = json!({ "locked": true });
    let (status, problem) = change(&stage.front, &stage.room, None, &lock).await;
    assert_eq!(
        (status, &problem["code"]),
        (401, &"sign_in_required".into())
    );
    let other = stage.front.sign_in("바다").await;
    let (status, problem) = change(&stage.front, &stage.room, Some(&other), &lock).await;
    assert_eq!((status, &problem["code"]), (403, &"forbidden".into()));
    for (rules, code) in [
        (json!({}), "invalid_body"),
        (json!({ "lock": true }), "invalid_body"),
        (json!({ "visibility": "hidden" }), "invalid_body"),
        (json!({ "people_max": -1 }), "invalid_body"),
        (json!({ "people_max": 0 }), "invalid_body"),
        (json!({ "name": "" }), "invalid_name"),
        (json!({ "name": "a\nb" }), "invalid_name"),
    ] {
        let (status, problem) = change(&stage.front, &stage.room, Some(&stage.owner), &rules).await;
        assert_eq!(
            (status, &problem["code"]),
            (422, &code.into()),
            "{rules}: {problem}"
        );
    }
    let nowhere = maru::domain::id::RoomId::generate().to_string();
    let (status, problem) = change(&stage.front, &nowhere, Some(&stage.owner), &lock).await;
    assert_eq!((status, &problem["code"]), (404, &"room_not_found".into()));
    let entries = audit(&stage, "").await;
    assert_eq!(entries["entries"], json!([]), "nothing was decided");
}

#[tokio::test]
async fn what_was_decided_is_on_record_for_the_owner() {
    let stage = Stage::set().await;
    for people_max in [5, 6, 7] {
        let rules = json!({ "people_max": people_max });
        let (status, answer) = change(&stage.front, &stage.room, Some(&stage.owner), &rules).await;
        assert_eq!(status, 200, "{answer}");
    }
    let first = audit(&stage, "?limit=2").await;
    let entries = first["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["actor"]["id"], stage.owner.id);
    assert_eq!(
        entries[0]["decision"]["set_policy"]["people_max"], 7,
        "newest first"
    );
    let cursor = first["next_cursor"].as_str().expect("there is more");
    let second = audit(&stage, &format!("?limit=2&cursor={cursor}")).await;
    assert_eq!(second["entries"].as_array().unwrap().len(), 1);
    assert_eq!(
        second["entries"][0]["decision"]["set_policy"]["people_max"],
        5
    );
    assert_eq!(second["next_cursor"], Value::Null);
    let path = format!("/v1/rooms/{}/audit", stage.room);
    let other = stage.front.sign_in("바다").await;
    for (person, status) in [(None, 401), (Some(&other), 403)] {
        assert_eq!(stage.front.get(&path, person).await.0, status);
    }
    for bad in ["x", "AAAA", "__________8", &"A".repeat(1_000)] {
        let (status, _) = stage
            .front
            .get(&format!("{path}?cursor={bad}"), Some(&stage.owner))
            .await;
        assert_eq!(status, 400, "{bad}");
    }
}

#[tokio::test]
async fn however_many_private_rooms_are_lively_the_public_ones_are_on_top_of_the_list() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let mut inside = Vec::new();
    let hide = json!({ "visibility": "private" });
    for n in 0..12 {
        let owner = front.sign_in(&format!("hidden {n}")).await;
        let ticket = front.ticket(&owner.room, &owner).await;
        inside.push(Client::join(front, &owner.room, ticket).await);
        let (status, answer) = change(front, &owner.room, Some(&owner), &hide).await;
        assert_eq!(status, 200, "{answer}");
    }
    let lively = front.sign_in("lively").await;
    let ticket = front.ticket(&lively.room, &lively).await;
    inside.push(Client::join(front, &lively.room, ticket).await);
    // Coming in is saved by then, so that the next room is the one that changed last.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let empty = front.sign_in("empty").await;
    front.ticket(&empty.room, &empty).await;
    let (_, page) = front.get("/v1/rooms", None).await;
    let rooms = page["rooms"].as_array().expect("a list").iter();
    let listed: Vec<_> = rooms.map(|room| room["id"].as_str().unwrap()).collect();
    assert_eq!(listed[..2], [stage.room.as_str(), lively.room.as_str()]);
    assert!(listed.contains(&empty.room.as_str()));
    assert_eq!(listed.len(), 3, "and no private one at all");
}

#[tokio::test]
async fn rules_are_changed_for_those_one_has_seen_and_for_no_others() {
    let mut stage = Stage::set().await;
    let (front, owner) = (stage.front.clone(), stage.owner.clone());
    let path = format!("/v1/rooms/{}", stage.room);
    let get = async |tag: &str| {
        let known = ("if-none-match", tag);
        front
            .versioned(Method::GET, &path, &owner, known, None)
            .await
    };
    let patch = async |tag: &str, rules: Value| {
        let known = ("if-match", tag);
        let rules = Some(&rules);
        front
            .versioned(Method::PATCH, &path, &owner, known, rules)
            .await
    };
    // Visits are in the answer, and taken down beside the request; guests of one address count once.
    crate::visits::counted(&front, &stage.room, 1).await;
    let (status, seen) = get("\"0\"").await;
    assert_eq!(status, 200);
    assert_eq!(get(&seen).await, (304, seen.clone()));
    // What people say and where they are is in the answer, and not among the rules.
    stage.host.say("안녕").await;
    let newcomer = stage.guest("newcomer").await;
    let (status, lively) = get(&seen).await;
    assert_eq!(status, 200);
    assert_ne!(lively, seen);
    let (status, changed) = patch(&seen, json!({ "locked": true })).await;
    assert_eq!(status, 200);
    assert_eq!(get(&changed).await.0, 304);
    for stale in [&seen, &lively] {
        let refused = patch(stale, json!({ "name": "늦은 이름" })).await;
        assert_eq!(refused.0, 412);
    }
    let (_, room) = front.get(&path, Some(&owner)).await;
    assert_eq!(room["room"]["name"], "하늘");
    // Of many who have seen the same, one changes it.
    let names = ["하나", "둘", "셋", "넷"].map(|name| patch(&changed, json!({ "name": name })));
    let answers = futures_util::future::join_all(names).await;
    let count = |status| answers.iter().filter(|answer| answer.0 == status).count();
    assert_eq!((count(200), count(412)), (1, 3));
    let any = patch("*", json!({ "locked": false })).await;
    assert_eq!(any.0, 200);
    drop(newcomer);
}
