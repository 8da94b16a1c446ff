//! `/v1/rooms/{id}/visits`, `visitors` and `surf`, `/v1/me/visits`. Real entries are in `tests/live/visits.rs`.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use uuid::Uuid;

use crate::guestbook::Neighbour;
use crate::site::Site;

/// They were in each other's rooms a while ago, as only entering does; the rooms have been looked at.
async fn called(site: &Site, visits: &[(&Neighbour, &Neighbour)], minutes_ago: i64) {
    let file = SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let patient = file.busy_timeout(std::time::Duration::from_secs(10));
    let mut store = patient.connect().await.unwrap();
    for (who, whose) in visits {
        who.browser.get(&format!("/v1/rooms/{}", whose.room)).await;
        sqlx::query(
            "INSERT INTO visit (room_id, day, user_id, at_ms, last_ms)
             SELECT ?1, (ms + 9 * 3600000) / 86400000, ?2, ms, ms
             FROM (SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER) - ?3 * 60000 AS ms)",
        )
        .bind(whose.room.parse::<Uuid>().unwrap())
        .bind(who.id.parse::<Uuid>().unwrap())
        .bind(minutes_ago)
        .execute(&mut store)
        .await
        .unwrap();
    }
}

async fn visitors(owner: &Neighbour) -> Value {
    let path = format!("/v1/rooms/{}/visitors", owner.room);
    let page = owner.browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    page.json()["visitors"].clone()
}

#[tokio::test]
async fn visits_are_counted_shown_and_cleared() {
    let site = Site::start().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let guest = Neighbour::new(&site, "바다").await;
    let room = format!("/v1/rooms/{}", owner.room);
    let none = json!({ "visits": { "today": 0, "total": 0 } });
    assert_eq!(
        guest.browser.get(&format!("{room}/visits")).await.json(),
        none
    );
    called(&site, &[(&guest, &owner)], 0).await;
    let one = json!({ "visits": { "today": 1, "total": 1 } });
    assert_eq!(
        guest.browser.get(&format!("{room}/visits")).await.json(),
        one
    );
    let card = guest.browser.get(&room).await.json();
    assert_eq!(card["room"]["visits"], one["visits"]);
    let list = site.browser().get("/v1/rooms").await.json();
    assert_eq!(list["rooms"][0]["visits"], one["visits"]);

    let seen = visitors(&owner).await;
    assert_eq!(seen[0]["visitor"]["handle"], guest.handle);
    assert!(seen[0]["visited_at"].is_string() && seen[0]["day"].as_str().unwrap().len() == 10);
    let settings = json!({ "show_visits": "nobody" });
    guest.does(Method::PATCH, "/v1/me/settings", settings).await;
    let seen = visitors(&owner).await;
    assert_eq!(
        (&seen[0]["visitor"], &seen[0]["visited_at"]),
        (&Value::Null, &Value::Null)
    );
    let own = guest.browser.get("/v1/me/visits").await.json();
    assert_eq!(own["visits"][0]["room"]["id"], owner.room);
    assert_eq!(own["visits"][0]["room"]["owner"]["handle"], owner.handle);
    for _ in 0..2 {
        let cleared = guest
            .does(Method::DELETE, "/v1/me/visits", Value::Null)
            .await;
        assert_eq!(cleared.status, StatusCode::NO_CONTENT);
    }
    let empty = json!({ "visits": [], "next_cursor": null });
    assert_eq!(guest.browser.get("/v1/me/visits").await.json(), empty);
    assert_eq!(visitors(&owner).await, json!([]));
    assert_eq!(
        guest.browser.get(&format!("{room}/visits")).await.json(),
        one
    );
    let not_theirs = guest.browser.get(&format!("{room}/visitors")).await;
    not_theirs.is_problem(403, "forbidden");
}

#[tokio::test]
async fn one_surfs_by_ties_then_followers_then_anywhere() {
    let site = Site::start_patient().await;
    let owner = Neighbour::new(&site, "하늘").await;
    let tie = Neighbour::new(&site, "바다").await;
    let fan = Neighbour::new(&site, "구름").await;
    let viewer = Neighbour::new(&site, "나").await;
    for room in [&owner, &tie, &fan, &viewer] {
        viewer
            .browser
            .get(&format!("/v1/rooms/{}", room.room))
            .await;
    }
    let surf = async |from: &Neighbour, seed: u64| {
        let path = format!("/v1/rooms/{}/surf?seed={seed}", from.room);
        let answer = viewer.browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let found = answer.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&found["room"]["id"]), text(&found["via"]))
    };
    let (room, via) = surf(&owner, 1).await;
    assert!(via == "anywhere" && room != owner.room && room != viewer.room);
    fan.puts("follow", &owner, Value::Null).await;
    assert_eq!(
        surf(&owner, 1).await,
        (fan.room.clone(), "follower".to_owned())
    );
    for (one, other) in [(&owner, &tie), (&tie, &owner)] {
        one.puts("tie", other, json!({ "nickname": "별" })).await;
    }
    let mut ties = 0;
    for seed in 0..200 {
        let found = surf(&owner, seed).await;
        assert_eq!(
            found,
            surf(&owner, seed).await,
            "the same for the same seed"
        );
        if found == (tie.room.clone(), "tie".to_owned()) {
            ties += 1;
        } else {
            assert_eq!(found, (fan.room.clone(), "follower".to_owned()));
        }
    }
    // Three to one: fewer than 126 or more than 172 come by chance once in ten thousand times.
    assert!((126..=172).contains(&ties), "{ties} of 200");
    called(&site, &[(&viewer, &tie)], 5).await;
    assert_eq!(surf(&owner, 1).await.0, fan.room, "one was there just now");
    viewer.puts("mute", &fan, json!({})).await;
    let (room, via) = surf(&owner, 1).await;
    assert_eq!(
        (room, via),
        (String::new(), String::new()),
        "nowhere is left"
    );
    owner.puts("block", &viewer, Value::Null).await;
    let gone = format!("/v1/rooms/{}/surf", owner.room);
    viewer
        .browser
        .get(&gone)
        .await
        .is_problem(404, "room_not_found");
    let bad = format!("/v1/rooms/{}/surf?seed=x", fan.room);
    viewer
        .browser
        .get(&bad)
        .await
        .is_problem(400, "invalid_query");
}
