//! Whoever is suspended signs in to read what was decided, and to appeal; to nothing else.

use http::Method;
use serde_json::{Value, json};

use super::{Person, cast};
use crate::site::Site;

impl Person {
    /// Signs in again; where that leads.
    async fn comes_back(&self, name: &str) -> String {
        let callback = self.browser.choose("/", ("name", name)).await;
        self.browser.get(&callback).await.location().to_owned()
    }

    async fn is_kept_out(&self) {
        for path in [
            "/v1/me",
            "/v1/me/notifications",
            "/v1/me/export",
            "/v1/rooms",
        ] {
            let refused = self.browser.get(path).await;
            refused.is_problem(403, "account_suspended");
        }
        let ticket = format!("/v1/rooms/{}/tickets", self.room);
        let token = json!({ "name": "x", "scopes": ["read"] });
        for (method, path, body) in [
            (Method::POST, "/v1/me/tokens", Some(&token)),
            (Method::POST, &*ticket, Some(&json!({}))),
            // To erase an account and to make it anew would be a way back.
            (Method::DELETE, "/v1/me", None),
            (Method::POST, "/v1/me/restore", None),
        ] {
            let refused = self.browser.ask(method, path, body).await;
            refused.is_problem(403, "account_suspended");
        }
    }
}

#[tokio::test]
async fn whoever_is_suspended_reads_the_decision_and_appeals_and_nothing_else() {
    let site = Site::start().await;
    let (one, two, moderator, other) = cast(&site).await;
    one.reports(&two).await;
    let case = moderator.case().await;
    let suspend = json!({ "action": "suspend", "rule": "abuse", "days": 3 });
    assert_eq!(moderator.decides(&case, suspend).await.status, 201);
    let back = two.comes_back("바다").await;
    assert_eq!(back, "/login?error=account_suspended");
    two.is_kept_out().await;

    let decision = two.get("/v1/me/decisions").await["decisions"][0].clone();
    assert_eq!(
        (&decision["action"], &decision["appeal"]),
        (&json!("suspend"), &Value::Null)
    );
    assert!(decision["until"].is_string());
    let id = decision["id"].as_str().unwrap();
    let path = format!("/v1/me/decisions/{id}/appeal");
    let key = [("idempotency-key", "once")];
    for _ in 0..2 {
        let text = json!({ "text": "오해예요" });
        let made = two.browser.ask_with(Method::POST, &path, Some(&text), &key);
        assert_eq!(made.await.status, 201);
    }
    let again = two.post(&path, json!({ "text": "다시" })).await;
    again.is_problem(409, "not_appealable");

    let overturn = json!({ "decision": "overturn" });
    let judge = format!("/v1/moderation/appeals/{id}/decision");
    two.post(&judge, overturn.clone())
        .await
        .is_problem(403, "account_suspended");
    assert_eq!(other.post(&judge, overturn).await.status, 201);
    let me = two.browser.me().await;
    assert_eq!(me["id"], two.id, "the same login is good for all again");
}

#[tokio::test]
async fn a_suspension_without_a_case_can_be_appealed_and_one_laid_anew_signs_out_again() {
    let site = Site::start().await;
    let (_, two, moderator, other) = cast(&site).await;
    let path = format!("/v1/admin/users/{}/suspension", two.handle);
    let suspend = async |reason: &str| {
        let body = json!({ "reason": reason });
        let laid = moderator.browser.ask(Method::PUT, &path, Some(&body)).await;
        assert_eq!(laid.status, 204, "{}", laid.body);
    };
    suspend("광고").await;
    two.comes_back("바다").await;
    let mine = two.get("/v1/me/decisions").await;
    assert_eq!(mine["decisions"].as_array().unwrap().len(), 1);
    let decision = &mine["decisions"][0];
    assert_eq!(
        (&decision["kind"], &decision["action"]),
        (&json!("user"), &json!("suspend"))
    );
    assert!(
        !mine.to_string().contains("광고"),
        "what staff wrote for staff"
    );
    suspend("광고").await;
    two.is_kept_out().await;
    let log = site.browser().get("/v1/moderation/log").await.json();
    assert_eq!(
        log["entries"].as_array().unwrap().len(),
        1,
        "asked again, it is one"
    );

    suspend("또 광고").await;
    let out = two.browser.get("/v1/me/decisions").await;
    out.is_problem(401, "sign_in_required");
    two.comes_back("바다").await;
    let mine = two.get("/v1/me/decisions").await;
    let id = mine["decisions"][0]["id"].as_str().unwrap();
    let text = json!({ "text": "광고가 아니에요" });
    let made = two
        .post(&format!("/v1/me/decisions/{id}/appeal"), text)
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let overturn = json!({ "decision": "overturn" });
    let judge = format!("/v1/moderation/appeals/{id}/decision");
    assert_eq!(other.post(&judge, overturn).await.status, 201);
    // The first decision stands, and keeps them out.
    two.is_kept_out().await;
    let out = two.browser.ask(Method::POST, "/v1/auth/logout", None).await;
    assert_eq!(out.status, 204);
    assert!(two.browser.me().await.is_null());
}
