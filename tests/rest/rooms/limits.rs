//! Twelve rooms a person, however many are asked for at once, and none twice under one key.

use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use super::{Host, names};
use crate::site::Site;

#[tokio::test]
async fn twenty_at_once_make_as_many_as_may_be() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let all = (0..20).map(|n| {
        let body = json!({ "name": format!("방 {n}") });
        host.ask(Method::POST, "/v1/rooms", body)
    });
    let all = join_all(all).await;
    let (made, refused): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.status == 201);
    assert_eq!(made.len(), 11, "the front room is one of them");
    for one in &refused {
        one.is_problem(409, "too_many_rooms");
    }
    let mut listed = Vec::new();
    let mut path = "/v1/me/rooms?limit=5".to_owned();
    loop {
        let page = host.get(&path).await;
        listed.extend(names(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/v1/me/rooms?limit=5&cursor={cursor}");
    }
    assert_eq!(listed.len(), 12);
    // One deleted makes room for one, and then cannot come back.
    let path = made[0].headers["location"].to_str().unwrap();
    assert_eq!(
        host.ask(Method::DELETE, path, Value::Null).await.status,
        200
    );
    host.named("하나 더").await;
    let restore = format!("{path}/restore");
    let back = host.ask(Method::POST, &restore, Value::Null).await;
    back.is_problem(409, "too_many_rooms");
}

#[tokio::test]
async fn a_key_makes_one_room() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let body = json!({ "name": "한 번" });
    let key = [("idempotency-key", "k")];
    let first = host
        .browser
        .ask_with(Method::POST, "/v1/rooms", Some(&body), &key);
    let first = first.await;
    assert_eq!(first.status, 201);
    let again = host
        .browser
        .ask_with(Method::POST, "/v1/rooms", Some(&body), &key);
    let again = again.await;
    assert_eq!((again.status, again.json()), (first.status, first.json()));
    let other = json!({ "name": "두 번" });
    let reused = host
        .browser
        .ask_with(Method::POST, "/v1/rooms", Some(&other), &key);
    reused.await.is_problem(422, "idempotency_key_reused");
    assert_eq!(names(&host.get("/v1/me/rooms").await).len(), 2);
}

#[tokio::test]
async fn what_is_archived_deleted_and_restored_at_once_is_one_of_them() {
    let site = Site::start().await;
    let host = Host::new(&site, "하늘").await;
    let path = host.named("바쁜 방").await;
    let restore = format!("{path}/restore");
    let all = (0..24).map(async |n| match n % 4 {
        0 => host.ask(Method::DELETE, &path, Value::Null).await,
        1 => host.ask(Method::POST, &restore, Value::Null).await,
        2 => host.archive(&path, true).await,
        _ => host.archive(&path, false).await,
    });
    for answer in join_all(all).await {
        assert!(
            [200, 404].contains(&answer.status.as_u16()),
            "{}",
            answer.body
        );
    }
    let mut there = 0;
    for state in ["active", "archived", "deleted"] {
        let page = host.get(&format!("/v1/me/rooms?state={state}")).await;
        there += names(&page)
            .iter()
            .filter(|name| **name == "바쁜 방")
            .count();
    }
    assert_eq!(there, 1);
}
