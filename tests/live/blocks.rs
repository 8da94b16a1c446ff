//! Blocks and follows made while people are inside: what they do to open connections, at once.

use maru::ports::relations::HIDDEN_BY_MAX;
use maru_protocol::{CloseCode, ErrorCode};
use reqwest::Method;
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::client::{Client, DEADLINE};
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
async fn a_mute_takes_somebodys_words_from_one_and_from_nobody_else() {
    let stage = Stage::set().await;
    let (one, two) = (
        stage.front.sign_in("바다").await,
        stage.front.sign_in("바람").await,
    );
    let mut first = enters(&stage, &one).await;
    let mut second = enters(&stage, &two).await;
    second.say("같이 놀아요").await;
    first.until_room(|room| room.contents.chat.len() == 1).await;
    let mutes = async |method, body: Option<serde_json::Value>| {
        let path = format!("/v1/users/{}/mute", two.handle);
        let (front, body) = (&stage.front, body.as_ref());
        let (status, answer) = front.call(method, &path, Some(&one), body).await;
        assert!(matches!(status, 200 | 204), "{status}: {answer}");
    };
    mutes(Method::PUT, Some(json!({}))).await;
    first.until_room(|room| room.contents.chat.is_empty()).await;
    assert!(first.room.named("바람").is_some(), "seen, not heard");
    second.say("들려요?").await;
    first.say("조용하다").await;
    second
        .until_room(|room| room.contents.chat.len() == 3)
        .await;
    assert_eq!(first.room.contents.chat.len(), 1);
    mutes(Method::DELETE, None).await;
    first.until_room(|room| room.contents.chat.len() == 3).await;

    // One that ends by itself is over then, though nobody says so.
    let until = time::OffsetDateTime::now_utc() + time::Duration::milliseconds(1_500);
    let until = until.format(&time::format_description::well_known::Rfc3339);
    mutes(Method::PUT, Some(json!({ "until": until.unwrap() }))).await;
    first.until_room(|room| room.contents.chat.len() == 1).await;
    first.until_room(|room| room.contents.chat.len() == 3).await;
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
async fn however_many_block_a_reader_none_of_their_rooms_is_listed() {
    let stage = Stage::set().await;
    let loud = stage.front.sign_in("바다").await;
    let owner = stage.owner.clone();
    does(&stage.front, Method::PUT, &owner, "block", &loud).await;
    let file = SqliteConnectOptions::new().filename(stage.data().join("maru.sqlite3"));
    let mut beside = file.busy_timeout(DEADLINE).connect().await.unwrap();
    let crowd = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO user (id, handle, display_name, look, front_room_id, created_ms)
         SELECT randomblob(16), 'crowd_' || i, 'crowd', x'000000000000', randomblob(16), 0 FROM n";
    let crowd = sqlx::query(crowd).bind(HIDDEN_BY_MAX);
    crowd.execute(&mut beside).await.unwrap();
    // All of them later than the owner.
    let blocks = "INSERT INTO block (blocker_id, blocked_id, created_ms)
         SELECT crowd.id, loud.id, (SELECT max(created_ms) + 1 FROM block)
         FROM user AS crowd JOIN user AS loud ON loud.handle = ?1
         WHERE crowd.handle LIKE 'crowd_%'";
    let blocks = sqlx::query(blocks).bind(&loud.handle);
    blocks.execute(&mut beside).await.unwrap();
    let (_, list) = stage.front.get("/v1/rooms", Some(&loud)).await;
    assert!(!list.to_string().contains(&stage.room), "{list}");
    let (_, list) = stage.front.get("/v1/rooms", None).await;
    assert!(list.to_string().contains(&stage.room));
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
