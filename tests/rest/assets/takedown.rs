//! What moderators take down, and who hears of it.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use super::canvas;
use super::sending::{choose, sent};
use crate::browser::Browser;
use crate::moderation::{Person, cast};
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

/// A number the server has kept.
async fn number(site: &Site, query: &'static str) -> i64 {
    use sqlx::ConnectOptions;
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let mut store = file.connect().await.unwrap();
    let asked = sqlx::query_scalar(query).fetch_one(&mut store);
    asked.await.unwrap()
}

/// What came of appealing against the newest decision about something of theirs.
async fn appealed(browser: &Browser, judge: &Browser, decision: &str) -> Value {
    let decisions = browser.get("/v1/me/decisions").await.json();
    let id = decisions["decisions"][0]["id"].as_str().unwrap().to_owned();
    let text = json!({ "text": "제 사진이에요" });
    let path = format!("/v1/me/decisions/{id}/appeal");
    let made = browser.ask(Method::POST, &path, Some(&text)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/v1/moderation/appeals/{id}/decision");
    let body = json!({ "decision": decision });
    let judged = judge.ask(Method::POST, &path, Some(&body)).await;
    assert_eq!(judged.status, 201, "{}", judged.body);
    judged.json()["decision"].clone()
}

#[tokio::test]
async fn a_decision_taken_back_brings_the_picture_back_with_its_copies() {
    let site = Site::start().await;
    let (one, other, first, second) = cast(&site).await;
    let staff = [&first.browser, &second.browser];
    let file = canvas::jpeg(100, 80);
    let asset = sent(&one.browser, &file, "image/jpeg").await;
    let path = format!("/v1/assets/{}", asset["id"].as_str().unwrap());
    let takedown = format!("{path}/takedown");
    let words = json!({ "alt": "우리 집 고양이" });
    let named = one.browser.ask(Method::PATCH, &path, Some(&words)).await;
    assert_eq!(named.status, 200, "{}", named.body);
    assert_eq!(choose(&one.browser, &asset).await.status, 200);
    let avatar = async |whose: &Person| {
        let path = format!("/v1/users/{}", whose.handle);
        other.browser.get(&path).await.json()["user"]["avatar"].clone()
    };
    let link = avatar(&one).await["small"].as_str().unwrap().to_owned();
    let tailed = [file.clone(), b"tail".to_vec()].concat();
    let copy = sent(&other.browser, &tailed, "image/jpeg").await;
    assert_eq!(choose(&other.browser, &copy).await.status, 200);

    let down = staff[0].ask(Method::POST, &takedown, None).await;
    assert_eq!(down.status, 200, "{}", down.body);
    other.browser.get(&link).await.is_problem(404, "not_found");
    let own = one.browser.get(&path).await.json()["asset"].clone();
    assert_eq!(
        (&own["state"], &own["alt"], &own["uses"]),
        (&json!("taken_down"), &json!(""), &json!(0)),
        "{own}"
    );
    // Of those that are told again after a minute.
    let purges = "SELECT count(*) FROM media_purge WHERE due_ms > 0";
    let told = number(&site, purges).await;
    let judged = appealed(&one.browser, staff[1], "overturn").await;
    assert_eq!(judged["appeal"]["state"], "overturned");
    let own = one.browser.get(&path).await.json()["asset"].clone();
    assert_eq!(
        (&own["state"], &own["alt"], &own["uses"]),
        (&json!("ready"), &json!("우리 집 고양이"), &json!(1)),
        "{own}"
    );
    assert_eq!(other.browser.get(&link).await.status, 200, "as it was");
    assert_eq!(avatar(&one).await["small"], link.as_str());
    let again = number(&site, purges).await - told;
    assert_eq!(again, 6, "caches drop that there was nothing");
    // What was only the same comes back too, and its owner hears of it.
    assert!(avatar(&other).await["small"].is_string());
    let decisions = other.browser.get("/v1/me/decisions").await.json();
    assert_eq!(decisions["decisions"][0]["appeal"]["state"], "overturned");
    let again = sent(&other.browser, &file, "image/jpeg").await;
    assert_eq!(again["state"], "ready", "and it may be sent again");

    // Taken down once more, and rightly: nothing of it is kept.
    let down = staff[1].ask(Method::POST, &takedown, None).await;
    assert_eq!(down.status, 200, "{}", down.body);
    let sizes = "SELECT count(*) FROM asset_variant";
    assert_eq!(number(&site, sizes).await, 9, "of three pictures");
    appealed(&one.browser, staff[0], "uphold").await;
    assert_eq!(number(&site, sizes).await, 6, "copies may be appealed for");
    other.browser.get(&link).await.is_problem(404, "not_found");
    assert_eq!(
        one.browser.get(&path).await.json()["asset"]["state"],
        "taken_down"
    );
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

#[tokio::test]
async fn what_is_taken_down_as_illegal_is_destroyed_at_once_also_when_it_was_down_already() {
    let site = Site::start().await;
    let (one, other, first, second) = cast(&site).await;
    let file = canvas::jpeg(100, 80);
    let asset = sent(&one.browser, &file, "image/jpeg").await;
    let copy = sent(&other.browser, &file, "image/jpeg").await;
    let unlike = sent(&other.browser, &canvas::png(20, 20), "image/png").await;
    let takedown = |asset: &Value| format!("/v1/assets/{}/takedown", asset["id"].as_str().unwrap());
    let sizes = async || number(&site, "SELECT count(*) FROM asset_variant").await;
    let decisions = async |of: &Person| {
        let own = of.browser.get("/v1/me/decisions").await.json();
        let own = own["decisions"].as_array().unwrap().clone();
        let rules = own.iter().map(|it| it["rule"].as_str().unwrap().to_owned());
        rules.collect::<Vec<_>>()
    };
    let wrong = first
        .post(&takedown(&asset), json!({ "rule": "ugly" }))
        .await;
    wrong.is_problem(422, "invalid_body");
    let down = first
        .post(&takedown(&asset), json!({ "rule": "privacy" }))
        .await;
    assert_eq!(down.status, 200, "{}", down.body);
    assert_eq!(sizes().await, 9, "all are kept for an appeal");
    assert_eq!(decisions(&one).await, ["privacy"]);
    // Said again it is the same decision; without a rule as well.
    first
        .post(&takedown(&asset), json!({ "rule": "privacy" }))
        .await;
    for none in [json!({}), Value::Null] {
        let again = second.post(&takedown(&asset), none).await;
        assert_eq!(again.status, 200, "{}", again.body);
    }
    assert_eq!(decisions(&one).await, ["privacy"]);
    let down = second
        .post(&takedown(&copy), json!({ "rule": "illegal" }))
        .await;
    assert_eq!(down.status, 200, "{}", down.body);
    assert_eq!(sizes().await, 3, "nothing is kept of the same");
    assert_eq!(decisions(&other).await, ["illegal", "privacy"]);
    assert_eq!(decisions(&one).await, ["privacy"]);
    let down = first
        .post(&takedown(&unlike), json!({ "rule": "illegal" }))
        .await;
    assert_eq!(down.status, 200, "{}", down.body);
    assert_eq!(sizes().await, 0, "nor of what was not down yet");
    appealed(&one.browser, &second.browser, "overturn").await;
    let path = format!("/v1/assets/{}", asset["id"].as_str().unwrap());
    let own = one.browser.get(&path).await.json();
    assert_eq!(own["asset"]["state"], "taken_down", "nothing to bring back");
    let again = sent(&one.browser, &file, "image/jpeg").await;
    assert_eq!(again["refusal"], "taken_down_before", "it is still illegal");
}
