//! `/v1/recommendations/...`: from what happens in rooms through the log to the lists.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::guestbook::Neighbour;
use crate::site::Site;

const ROOMS: &str = "/v1/recommendations/rooms";

async fn rooms(browser: &Browser, query: &str) -> (Vec<String>, Value) {
    let answer = browser.get(&format!("{ROOMS}{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let page = answer.json();
    let rooms = page["rooms"].as_array().unwrap().iter();
    let ids = rooms.map(|room| room["id"].as_str().unwrap().to_owned());
    (ids.collect(), page["next_cursor"].clone())
}

/// Waits for what was told to be counted.
async fn ranked(browser: &Browser, wanted: &[&str]) {
    for _ in 0..300 {
        if rooms(browser, "").await.0 == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(rooms(browser, "").await.0, wanted);
}

#[tokio::test]
async fn what_is_talked_about_is_found() {
    let site = Site::start().await;
    let quiet = Neighbour::new(&site, "하늘").await;
    let loud = Neighbour::new(&site, "바다").await;
    let guest = Neighbour::new(&site, "구름").await;
    let write = async |by: &Neighbour, whose: &Neighbour| {
        let path = format!("/v1/rooms/{}/guestbook", whose.room);
        let body = json!({ "text": "안녕" });
        let written = by.does(Method::POST, &path, body).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
    };
    let stranger = site.browser();
    // Nobody counts for their own.
    write(&guest, &guest).await;
    write(&guest, &quiet).await;
    ranked(&stranger, &[&quiet.room]).await;
    write(&quiet, &loud).await;
    write(&guest, &loud).await;
    write(&guest, &loud).await;
    ranked(&stranger, &[&loud.room, &quiet.room]).await;
    let (first, next) = rooms(&stranger, "?limit=1").await;
    assert_eq!(first, [loud.room.as_str()]);
    let more = format!("?limit=1&cursor={}", next.as_str().unwrap());
    let (second, next) = rooms(&stranger, &more).await;
    assert_eq!((second, next), (vec![quiet.room.clone()], Value::Null));
    let foreign = format!("{ROOMS}?order=newest&cursor={}", &more[16..]);
    stranger
        .get(&foreign)
        .await
        .is_problem(400, "invalid_cursor");
    let (newest, _) = rooms(&stranger, "?order=newest").await;
    assert_eq!(newest.len(), 3);
    // A block is seen at once.
    loud.puts("block", &guest, Value::Null).await;
    assert_eq!(rooms(&guest.browser, "").await.0, [quiet.room.as_str()]);
    assert_eq!(rooms(&guest.browser, "?order=newest").await.0.len(), 2);
    // And so is a closed door.
    let path = format!("/v1/rooms/{}", quiet.room);
    let shut = json!({ "visibility": "private" });
    let set = quiet.does(Method::PATCH, &path, shut).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    assert_eq!(rooms(&stranger, "").await.0, [loud.room.as_str()]);
    stranger
        .get(&format!("{ROOMS}?order=best"))
        .await
        .is_problem(400, "invalid_query");
    for list in ["posts", "tags"] {
        let page = stranger.get(&format!("/v1/recommendations/{list}")).await;
        assert_eq!(page.json(), json!({ list: [], "next_cursor": null }));
    }
}

#[tokio::test]
async fn chance_leads_to_somebody_elses_public_room() {
    let site = Site::start_patient().await;
    let me = Neighbour::new(&site, "나").await;
    let random = async |browser: &Browser, seed: u64| {
        let path = format!("/v1/recommendations/random-room?seed={seed}");
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["room"]["id"].as_str().map(str::to_owned)
    };
    me.browser.get(&format!("/v1/rooms/{}", me.room)).await;
    assert_eq!(
        random(&me.browser, 1).await,
        None,
        "there is only one's own"
    );
    let mut others = Vec::new();
    for name in ["하늘", "바다", "구름", "숨은", "막은"] {
        let one = Neighbour::new(&site, name).await;
        one.browser.get(&format!("/v1/rooms/{}", one.room)).await;
        others.push(one);
    }
    let shut = json!({ "visibility": "private" });
    let path = format!("/v1/rooms/{}", others[3].room);
    others[3].does(Method::PATCH, &path, shut).await;
    others[4].puts("block", &me, Value::Null).await;
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let room = random(&me.browser, seed).await;
        assert_eq!(room, random(&me.browser, seed).await);
        seen.extend(room);
    }
    let wanted = others[..3].iter().map(|one| one.room.clone());
    assert_eq!(seen, wanted.collect());
    let any = me.browser.get("/v1/recommendations/random-room").await;
    assert!(any.json()["room"]["visits"]["total"].is_number());
}
