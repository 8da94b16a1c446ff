//! Appeals.

use serde_json::{Value, json};

use super::{Person, cast};
use crate::site::Site;

/// Somebody is warned; the decision.
async fn warned(by: &Person, whom: &Person, reporter: &Person) -> String {
    reporter.reports(whom).await;
    let case = by.case().await;
    let decided = by
        .decides(&case, json!({ "action": "warn", "rule": "spam" }))
        .await;
    assert_eq!(decided.status, 201, "{}", decided.body);
    decided.json()["decision"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn an_appeal_is_made_once_and_decided_by_another_moderator() {
    let site = Site::start().await;
    let (one, two, moderator, other) = cast(&site).await;
    let id = warned(&moderator, &two, &one).await;
    let path = format!("/v1/me/decisions/{id}/appeal");
    for bad in ["", " \n ", &"가".repeat(1_001)] {
        let refused = two.post(&path, json!({ "text": bad })).await;
        refused.is_problem(422, "invalid_text");
    }
    let refused = one.post(&path, json!({ "text": "저는요" })).await;
    refused.is_problem(404, "decision_not_found");
    let made = two.post(&path, json!({ "text": "아니에요\n정말로" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let appeal = &made.json()["decision"]["appeal"];
    assert_eq!(
        (&appeal["text"], &appeal["state"]),
        (&json!("아니에요\n정말로"), &json!("open"))
    );
    let again = two.post(&path, json!({ "text": "다시" })).await;
    again.is_problem(409, "not_appealable");
    let waiting = other.get("/v1/moderation/appeals").await;
    assert_eq!(waiting["appeals"][0]["id"], id);
    assert_eq!(waiting["next_cursor"], Value::Null);

    let path = format!("/v1/moderation/appeals/{id}/decision");
    let uphold = json!({ "decision": "uphold" });
    let refused = two.post(&path, uphold.clone()).await;
    refused.is_problem(403, "forbidden");
    let refused = moderator.post(&path, uphold.clone()).await;
    refused.is_problem(403, "forbidden");
    let judged = other.post(&path, uphold.clone()).await;
    assert_eq!(judged.status, 201, "{}", judged.body);
    let again = other.post(&path, uphold).await;
    again.is_problem(409, "already_decided");
    let mine = two.get("/v1/me/decisions").await["decisions"][0].clone();
    assert_eq!(mine["appeal"]["state"], "upheld");
    let unread = two.get("/v1/me/notifications/unread").await;
    assert_eq!(
        unread["count"], 2,
        "the decision, and that about the appeal"
    );
    let log = site.browser().get("/v1/moderation/log").await.json();
    assert_eq!(log["entries"][0]["appeal"], "upheld");
    let none = other.get("/v1/moderation/appeals").await;
    assert_eq!(none["appeals"], json!([]));
}

#[tokio::test]
async fn where_nobody_else_can_decide_whoever_decided_does() {
    let site = Site::start().await;
    let (one, two) = (
        Person::new(&site, "하늘").await,
        Person::new(&site, "바다").await,
    );
    let role = maru::domain::user::AccountRole::Moderator;
    let moderator = Person::staff(&site, "지킴이", role).await;
    let id = warned(&moderator, &two, &one).await;
    let path = format!("/v1/moderation/appeals/{id}/decision");
    let overturn = json!({ "decision": "overturn" });
    let missing = moderator.post(&path, overturn).await;
    missing.is_problem(404, "decision_not_found");
    let path = format!("/v1/me/decisions/{id}/appeal");
    assert_eq!(
        two.post(&path, json!({ "text": "아니에요" })).await.status,
        201
    );
    let path = format!("/v1/moderation/appeals/{id}/decision");
    let judged = moderator
        .post(&path, json!({ "decision": "overturn" }))
        .await;
    assert_eq!(judged.status, 201, "{}", judged.body);
    assert_eq!(judged.json()["decision"]["appeal"]["state"], "overturned");
}
