//! What moderators take down, and who hears of it.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use super::canvas;
use super::sending::{choose, sent};
use crate::site::Site;

#[tokio::test]
async fn what_is_taken_down_is_shown_nowhere_and_cannot_come_back() {
    let site = Site::start().await;
    let (browser, staff) = (site.browser(), site.browser());
    let handle = browser.sign_in("화가").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    let warden = staff.sign_in("지기").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    maru::app::set_role(site.data(), &warden, AccountRole::Moderator)
        .await
        .unwrap();
    let file = canvas::jpeg(100, 80);
    let asset = sent(&browser, &file, "image/jpeg").await;
    assert_eq!(choose(&browser, &asset).await.status, 200);
    let link =
        staff.get(&format!("/v1/users/{handle}")).await.json()["user"]["avatar"]["small"].clone();
    let link = link.as_str().unwrap().to_owned();
    assert_eq!(staff.get(&link).await.status, 200);
    let path = format!("/v1/assets/{}/takedown", asset["id"].as_str().unwrap());
    browser
        .ask(Method::POST, &path, None)
        .await
        .is_problem(403, "forbidden");
    for _ in 0..2 {
        let down = staff.ask(Method::POST, &path, None).await;
        assert_eq!(down.status, 200, "{}", down.body);
        assert_eq!(down.json()["asset"]["state"], "taken_down");
    }
    staff.get(&link).await.is_problem(404, "not_found");
    let profile = staff.get(&format!("/v1/users/{handle}")).await.json();
    assert!(profile["user"]["avatar"].is_null());
    let again = sent(&staff, &file, "image/jpeg").await;
    assert_eq!(
        (&again["state"], &again["refusal"]),
        (&json!("refused"), &json!("taken_down_before"))
    );
    // The same picture in another file.
    let tailed = [file, b"tail".to_vec()].concat();
    let again = sent(&staff, &tailed, "image/jpeg").await;
    assert_eq!(again["refusal"], "taken_down_before");
    let own = browser
        .get(&format!("/v1/assets/{}", asset["id"].as_str().unwrap()))
        .await;
    assert_eq!(own.json()["asset"]["alt"], "");
    let log = browser.get("/v1/me/audit").await;
    assert!(log.body.contains("picture_taken_down"), "{}", log.body);
    // It is a decision like any other: on record, and its owner hears of it.
    let notices = browser.get("/v1/me/notifications").await.json();
    let notices = notices["notifications"].as_array().unwrap().clone();
    let decided: Vec<&Value> = notices
        .iter()
        .filter(|it| it["kind"] == "decision")
        .collect();
    assert_eq!(decided.len(), 1, "once: {notices:?}");
    let decisions = browser.get("/v1/me/decisions").await.json();
    let decision = &decisions["decisions"][0];
    assert_eq!(
        (&decision["action"], &decision["kind"], &decision["subject"]),
        (&json!("remove"), &json!("asset"), &asset["id"]),
        "{decisions}"
    );
    assert_eq!(decided[0]["subject"], decision["id"]);
}

#[tokio::test]
async fn other_peoples_uploads_of_the_same_go_with_it() {
    let site = Site::start().await;
    let (one, other, staff) = (site.browser(), site.browser(), site.browser());
    one.sign_in("하나").await;
    other.sign_in("둘").await;
    let warden = staff.sign_in("지기").await["handle"]
        .as_str()
        .unwrap()
        .to_owned();
    maru::app::set_role(site.data(), &warden, AccountRole::Moderator)
        .await
        .unwrap();
    let file = canvas::jpeg(100, 80);
    let first = sent(&one, &file, "image/jpeg").await;
    // Another file of the same picture.
    let tailed = [file, b"tail".to_vec()].concat();
    let second = sent(&other, &tailed, "image/jpeg").await;
    let unlike = sent(&other, &canvas::png(20, 20), "image/png").await;
    let link = second["picture"]["large"].as_str().unwrap().to_owned();
    assert_eq!(staff.get(&link).await.status, 200);
    let path = format!("/v1/assets/{}/takedown", first["id"].as_str().unwrap());
    assert_eq!(staff.ask(Method::POST, &path, None).await.status, 200);
    staff.get(&link).await.is_problem(404, "not_found");
    let now = async |asset: &Value| {
        let path = format!("/v1/assets/{}", asset["id"].as_str().unwrap());
        other.get(&path).await.json()["asset"]["state"].clone()
    };
    assert_eq!(now(&second).await, "taken_down");
    assert_eq!(now(&unlike).await, "ready");
    for browser in [&one, &other] {
        let decisions = browser.get("/v1/me/decisions").await.json();
        assert_eq!(decisions["decisions"].as_array().unwrap().len(), 1);
    }
}
