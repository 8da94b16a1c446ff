//! Blocks and follows made while people are inside: what they do to open connections, at once.

use maru_protocol::{CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::json;

use crate::client::Client;
use crate::front::{Front, Person};
use crate::stage::Stage;

/// Somebody does something about somebody.
async fn does(front: &Front, method: Method, who: &Person, what: &str, whom: &Person) {
    let path = format!("/v1/users/{}/{what}", whom.handle);
    let (status, answer) = front.call(method, &path, Some(who), None).await;
    assert!(matches!(status, 200 | 204), "{status}: {answer}");
}

async fn enters(stage: &Stage, person: &Person) -> Client {
    let ticket = stage.front.ticket(&stage.room, person).await;
    Client::join(&stage.front, &stage.room, ticket).await
}

#[tokio::test]
async fn a_block_parts_two_who_are_inside_and_an_unblock_brings_them_back() {
    let mut stage = Stage::set().await;
    let (one, two) = (
        stage.front.sign_in("바다").await,
        stage.front.sign_in("바람").await,
    );
    let mut first = enters(&stage, &one).await;
    let mut second = enters(&stage, &two).await;
    first.until_room(|room| room.named("바람").is_some()).await;
    second.say("같이 놀아요").await;
    first.until_room(|room| room.contents.chat.len() == 1).await;

    // The one who is blocked reads it off the room alone: nothing tells them that they are.
    does(&stage.front, Method::PUT, &one, "block", &two).await;
    first.until_room(|room| room.named("바람").is_none()).await;
    second.until_room(|room| room.named("바다").is_none()).await;
    assert!(first.room.contents.chat.is_empty(), "nor what they said");
    stage
        .until_room(|room| room.named("바다").is_some() && room.named("바람").is_some())
        .await;
    (first.is_parted, second.is_parted) = (true, true);
    second.say("어디 갔지").await;
    first.say("조용하다").await;
    let lines = |client: &Client| {
        let lines = client.room.contents.chat.iter();
        lines.map(|line| line.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(lines(&first), ["조용하다"]);
    assert_eq!(lines(&second), ["같이 놀아요", "어디 갔지"]);

    does(&stage.front, Method::DELETE, &one, "block", &two).await;
    first.until_room(|room| room.named("바람").is_some()).await;
    second.until_room(|room| room.named("바다").is_some()).await;
    assert_eq!(lines(&first).len(), 3);
    assert_eq!(lines(&first), lines(&second));
    stage.mark().await;
    stage.goes_on_with(&mut first).await;
}

#[tokio::test]
async fn whom_the_owner_blocks_is_put_out_and_finds_no_such_room() {
    let mut stage = Stage::set().await;
    let guest = stage.front.sign_in("바다").await;
    let mut inside = enters(&stage, &guest).await;
    stage
        .host
        .until_room(|room| room.named("바다").is_some())
        .await;
    let owner = stage.owner.clone();
    does(&stage.front, Method::PUT, &owner, "block", &guest).await;
    inside.refused(ErrorCode::Forbidden).await;
    inside.closed_by(CloseCode::Forbidden).await;
    stage.until_room(|room| room.named("바다").is_none()).await;
    let (status, problem) = stage.front.ask(&stage.room, Some(&guest), &json!({})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("room_not_found")));
    let path = format!("/v1/rooms/{}", stage.room);
    let (status, _) = stage.front.get(&path, Some(&guest)).await;
    assert_eq!(status, 404);
    let (_, list) = stage.front.get("/v1/rooms", Some(&guest)).await;
    assert!(!list.to_string().contains(&stage.room));
    let (status, _) = stage.front.get(&path, None).await;
    assert_eq!(status, 200, "it is nobody else's business");

    does(&stage.front, Method::DELETE, &owner, "block", &guest).await;
    let mut back = enters(&stage, &guest).await;
    stage.mark().await;
    stage.goes_on_with(&mut back).await;
}

#[tokio::test]
async fn a_follower_who_is_removed_leaves_a_room_for_followers() {
    let mut stage = Stage::set().await;
    let fan = stage.front.sign_in("바다").await;
    let owner = stage.owner.clone();
    does(&stage.front, Method::PUT, &fan, "follow", &owner).await;
    let path = format!("/v1/rooms/{}", stage.room);
    let rules = json!({ "visibility": "followers" });
    let changed = stage
        .front
        .call(Method::PATCH, &path, Some(&owner), Some(&rules));
    assert_eq!(changed.await.0, 200);
    let mut inside = enters(&stage, &fan).await;
    let path = format!("/v1/me/followers/{}", fan.handle);
    let removed = stage.front.call(Method::DELETE, &path, Some(&owner), None);
    assert_eq!(removed.await.0, 204);
    inside.refused(ErrorCode::Forbidden).await;
    inside.closed_by(CloseCode::Forbidden).await;
    stage
        .host
        .until_room(|room| room.named("바다").is_none())
        .await;
}
