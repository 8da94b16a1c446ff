//! Where somebody is, as their profile tells it to others.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::front::{Front, Person};
use crate::stage::Stage;

/// Where somebody is, as far as a viewer is told.
async fn presence(front: &Front, of: &Person, viewer: Option<&Person>) -> Value {
    let path = format!("/v1/users/{}", of.handle);
    let (status, answer) = front.get(&path, viewer).await;
    assert_eq!(status, 200, "{answer}");
    let user = answer["user"].as_object().unwrap();
    user["presence"].clone()
}

/// Whether a viewer is told where somebody is.
async fn tells(front: &Front, of: &Person, viewer: Option<&Person>) -> bool {
    !presence(front, of, viewer).await.is_null()
}

async fn call(front: &Front, method: Method, path: &str, who: &Person, body: Value) {
    let body = (!body.is_null()).then_some(&body);
    let (status, answer) = front.call(method, path, Some(who), body).await;
    assert!(matches!(status, 200 | 204), "{path}: {status}: {answer}");
}

async fn chooses(front: &Front, who: &Person, settings: Value) {
    call(front, Method::PATCH, "/v1/me/settings", who, settings).await;
}

#[tokio::test]
async fn whoever_somebody_shows_it_to_is_told_where_they_are() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let (fan, tie, stranger) = (
        front.sign_in("바다").await,
        front.sign_in("바람").await,
        front.sign_in("구름").await,
    );
    let owner = &stage.owner;
    let about = |what: &str| format!("/v1/users/{}/{what}", owner.handle);
    call(front, Method::PUT, &about("follow"), &fan, Value::Null).await;
    let name = json!({ "nickname": "별" });
    call(front, Method::PUT, &about("tie"), &tie, name.clone()).await;
    let path = format!("/v1/users/{}/tie", tie.handle);
    call(front, Method::PUT, &path, owner, name).await;

    let there = presence(front, owner, None).await;
    assert_eq!(there["room_id"], stage.room);
    assert_eq!(there["room_name"], "하늘");
    assert!(there["since_at"].as_str().unwrap().ends_with('Z'));
    for (shown_to, told) in [
        ("everyone", [true, true, true, true, true]),
        ("followers", [true, true, false, false, false]),
        ("ties", [true, false, true, false, false]),
        ("nobody", [true, false, false, false, false]),
    ] {
        chooses(front, owner, json!({ "show_presence": shown_to })).await;
        let viewers = [Some(owner), Some(&fan), Some(&tie), Some(&stranger), None];
        for (viewer, told) in viewers.into_iter().zip(told) {
            let name = viewer.map_or("nobody", |viewer| &viewer.handle);
            let is_told = tells(front, owner, viewer).await;
            assert_eq!(is_told, told, "{shown_to}: {name}");
        }
    }
    assert_eq!(presence(front, &fan, Some(owner)).await, Value::Null);
}

#[tokio::test]
async fn nobody_is_told_of_a_room_they_may_not_come_into() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let (guest, fan, stranger) = (
        front.sign_in("바다").await,
        front.sign_in("바람").await,
        front.sign_in("구름").await,
    );
    let owner = &stage.owner;
    for follower in [&guest, &fan] {
        let path = format!("/v1/users/{}/follow", owner.handle);
        call(front, Method::PUT, &path, follower, Value::Null).await;
    }
    let ticket = front.ticket(&stage.room, &guest).await;
    let mut inside = Client::join(front, &stage.room, ticket).await;
    let room = format!("/v1/rooms/{}", stage.room);
    for (visibility, told) in [
        ("public", [true, true, true]),
        ("followers", [true, true, false]),
    ] {
        let rules = json!({ "visibility": visibility });
        call(front, Method::PATCH, &room, owner, rules).await;
        for (viewer, told) in [owner, &fan, &stranger].into_iter().zip(told) {
            let is_told = tells(front, &guest, Some(viewer)).await;
            assert_eq!(is_told, told, "{visibility}: {}", viewer.handle);
        }
    }
    let rules = json!({ "visibility": "public" });
    call(front, Method::PATCH, &room, owner, rules).await;
    // Whom the owner of the room blocks finds no such room.
    let path = format!("/v1/users/{}/block", stranger.handle);
    call(front, Method::PUT, &path, owner, Value::Null).await;
    assert!(!tells(front, &guest, Some(&stranger)).await);
    assert!(tells(front, &guest, None).await);
    // An editor may be in a private room, of which others know nothing.
    let rules = json!({ "visibility": "private" });
    call(front, Method::PATCH, &room, owner, rules).await;
    assert!(tells(front, owner, Some(owner)).await);
    assert!(!tells(front, owner, Some(&fan)).await);

    inside.closed_by(maru_protocol::CloseCode::Forbidden).await;
    assert!(!tells(front, &guest, Some(owner)).await, "sent away");
}
