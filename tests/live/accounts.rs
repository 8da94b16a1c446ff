//! People who change how they look, and people who leave, as those in a room with them see it.

use maru_protocol::{CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::stage::Stage;

#[tokio::test]
async fn whoever_changes_name_look_or_handle_is_seen_so_at_once() {
    let mut stage = Stage::set().await;
    let id = stage.owner.id.clone();
    let front = stage.front.clone();
    let body = json!({"display_name": "바다", "look": [1, 1, 1, 1, 1, 1]});
    let (status, answer) = front
        .call(Method::PATCH, "/v1/me", Some(&stage.owner), Some(&body))
        .await;
    assert_eq!(status, 200, "{answer}");
    stage
        .until_room(|room| {
            let person = room.people.values().find(|person| person.id == id);
            person.is_some_and(|person| person.name == "바다" && person.look == [1, 1, 1, 1, 1, 1])
        })
        .await;
    let body = json!({"handle": "bada_of_old"});
    let (status, answer) = front
        .call(
            Method::PUT,
            "/v1/me/handle",
            Some(&stage.owner),
            Some(&body),
        )
        .await;
    assert_eq!(status, 200, "{answer}");
    stage
        .until_room(|room| {
            let person = room.people.values().find(|person| person.id == id);
            person.is_some_and(|person| person.handle.as_deref() == Some("bada_of_old"))
        })
        .await;
    stage.is_unharmed().await;
}

#[tokio::test]
async fn closing_an_account_ends_its_connections_and_empties_its_rooms() {
    let mut stage = Stage::set().await;
    let front = stage.front.clone();
    stage.host.say("the last word").await;
    let (status, answer) = front
        .call(Method::DELETE, "/v1/me", Some(&stage.owner), None)
        .await;
    assert_eq!(status, 202, "{answer}");
    stage.host.refused(ErrorCode::LoginEnded).await;
    stage.host.closed_by(CloseCode::LoginEnded).await;
    let token = stage.witness.welcome().token.clone();
    // Sent to come back, the others find no room.
    stage.witness.closed_by(CloseCode::Restart).await;
    let (status, answer) = front.get(&format!("/v1/rooms/{}", stage.room), None).await;
    assert_eq!((status, &answer["code"]), (404, &"room_not_found".into()));
    let guest = json!({ "guest": { "name": "late", "look": [0, 0, 0, 0, 0, 0] } });
    let (status, _) = front.ask(&stage.room, None, &guest).await;
    assert_eq!(status, 404);
    let mut back = Client::open(&front, &stage.room).await;
    back.send_resume(token, None).await;
    back.refused(ErrorCode::RoomGone).await;
    back.closed_by(CloseCode::RoomGone).await;
    let (_, listed) = front.get("/v1/rooms", None).await;
    assert_eq!(listed["rooms"], json!([]));
}

#[tokio::test]
async fn a_first_room_opens_to_whom_its_owner_chose() {
    let stage = Stage::set().await;
    let front = &stage.front;
    let shy = front.sign_in("수줍은이").await;
    let body = json!({"room_default_visibility": "private"});
    let path = "/v1/me/settings";
    let (status, answer) = front
        .call(Method::PATCH, path, Some(&shy), Some(&body))
        .await;
    assert_eq!(status, 200, "{answer}");
    let room = format!("/v1/rooms/{}", shy.room);
    let (status, _) = front.get(&room, Some(&stage.owner)).await;
    assert_eq!(status, 404);
    let (status, answer) = front.get(&room, Some(&shy)).await;
    assert_eq!(
        (status, &answer["room"]["visibility"]),
        (200, &"private".into())
    );
}
