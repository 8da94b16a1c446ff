//! Reporting.

use http::Method;
use maru::domain::limits::Rate;
use serde_json::{Value, json};

use super::{Person, cast};
use crate::site::Site;

#[tokio::test]
async fn a_thing_is_reported_once_a_person_and_gathered_in_one_case() {
    let site = Site::start().await;
    let (one, two, moderator, _) = cast(&site).await;
    let bad = Person::new(&site, "나쁨").await;
    let made = one.reports(&bad).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let report = made.json()["report"].clone();
    assert_eq!(
        (&report["kind"], &report["subject"]),
        (&json!("user"), &json!(bad.id))
    );
    assert_eq!(
        (&report["reason"], &report["state"]),
        (&json!("abuse"), &json!("open"))
    );
    assert_eq!(
        one.reports(&bad).await.json()["report"],
        report,
        "the same one"
    );
    assert_eq!(two.reports(&bad).await.status, 201);
    let mine = one.get("/v1/me/reports").await;
    assert_eq!(mine["reports"], json!([report]));
    assert_eq!(mine["next_cursor"], Value::Null);
    let queue = moderator.get("/v1/moderation/cases").await;
    assert_eq!(queue["cases"].as_array().unwrap().len(), 1);
    let case = &queue["cases"][0];
    assert_eq!(
        (&case["reports"], &case["held"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(case["author"]["handle"], bad.handle);
    let path = format!("/v1/moderation/cases/{}", case["id"].as_str().unwrap());
    let file = moderator.get(&path).await;
    assert_eq!(file["reports"].as_array().unwrap().len(), 2);
    assert_eq!(file["reports"][0]["comment"], "욕해요");
    assert_eq!(file["content"]["standing"], "shown");
    assert!(
        file["content"]["text"]
            .as_str()
            .unwrap()
            .starts_with("나쁨")
    );
    // Whom it is about learns nothing.
    assert_eq!(bad.get("/v1/me/decisions").await["decisions"], json!([]));
}

#[tokio::test]
async fn nobody_reports_what_they_cannot_see() {
    let any = Rate {
        per_minute: 100_000,
        burst: 100_000,
    };
    // More than a person may.
    let site = Site::start_as(|config| {
        (config.rest.user_report, config.rest.address_report) = (any, any);
    })
    .await;
    let (one, two, ..) = cast(&site).await;
    let nobody = "01890000-0000-7000-8000-000000000001";
    let line = format!("{}/1/0", one.room);
    for (kind, id) in [
        ("user", nobody),
        ("user", "nobody"),
        ("room", nobody),
        ("chat_line", &line),
        ("chat_line", "x"),
        ("post", nobody),
        ("asset", nobody),
    ] {
        let body = json!({ "kind": kind, "id": id, "reason": "spam" });
        let refused = one.post("/v1/reports", body).await;
        refused.is_problem(404, "content_not_found");
    }
    one.reports(&one).await.is_problem(422, "reports_oneself");
    for bad in [
        json!({ "kind": "user", "id": two.id }),
        json!({ "kind": "thing", "id": two.id, "reason": "spam" }),
        json!({ "kind": "user", "id": two.id, "reason": "dislike" }),
        json!({ "kind": "user", "id": two.id, "reason": "spam", "more": 1 }),
    ] {
        one.post("/v1/reports", bad)
            .await
            .is_problem(422, "invalid_body");
    }
    let long = "가".repeat(501);
    for comment in [long.as_str(), "a\u{0}b"] {
        let body = json!({ "kind": "user", "id": two.id, "reason": "spam", "comment": comment });
        let refused = one.post("/v1/reports", body).await;
        refused.is_problem(422, "invalid_text");
    }
    // To whom one blocks one is not there, and the other way round.
    let path = format!("/v1/users/{}/block", two.handle);
    one.browser.ask(Method::PUT, &path, None).await;
    one.reports(&two).await.is_problem(404, "content_not_found");
    two.reports(&one).await.is_problem(404, "content_not_found");
    let body = json!({ "kind": "room", "id": two.room, "reason": "spam" });
    let refused = one.post("/v1/reports", body).await;
    refused.is_problem(404, "content_not_found");
}

#[tokio::test]
async fn a_private_room_is_not_reported_by_who_cannot_come_in() {
    let site = Site::start().await;
    let (one, two, ..) = cast(&site).await;
    assert_eq!(one.reports_room(&two).await.status, 201);
    let path = format!("/v1/rooms/{}", two.room);
    let private = json!({ "visibility": "private" });
    let set = two.browser.ask(Method::PATCH, &path, Some(&private)).await;
    assert_eq!(set.status, 200, "{}", set.body);
    let other = Person::new(&site, "구름").await;
    let body = json!({ "kind": "room", "id": two.room, "reason": "spam" });
    let refused = other.post("/v1/reports", body).await;
    refused.is_problem(404, "content_not_found");
}

#[tokio::test]
async fn reports_have_a_rate_of_their_own() {
    let site = Site::start_as(|config| {
        config.rest.user_report = Rate {
            per_minute: 1,
            burst: 2,
        };
    })
    .await;
    let (one, two, ..) = cast(&site).await;
    for whom in [&two, &two] {
        let made = one.reports(whom).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let policy = made.headers["ratelimit-policy"].to_str().unwrap();
        assert!(policy.contains("\"rest.user_report\";q=2"), "{policy}");
    }
    let refused = one.reports(&two).await;
    refused.is_problem(429, "rate_limited");
    assert_eq!(refused.json()["limit"], "rest.user_report");
    // Others are not in the way, and neither is what else one asks.
    assert_eq!(two.reports(&one).await.status, 201);
    let mine = one.get("/v1/me/reports").await;
    assert_eq!(mine["reports"].as_array().unwrap().len(), 1);
}
