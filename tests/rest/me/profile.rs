//! `PATCH /v1/me`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::relations::Person;
use crate::server::Server;

async fn patch(browser: &Browser, body: Value) -> Answer {
    browser.ask(Method::PATCH, "/v1/me", Some(&body)).await
}

/// The version in the tag of an answer.
pub(super) fn version(answer: &Answer) -> u64 {
    let tag = answer.headers["etag"].to_str().unwrap();
    let (version, _) = tag.trim_matches('"').split_once('-').expect("and a digest");
    version.parse().unwrap()
}

async fn patch_if(browser: &Browser, body: Value, tag: &str) -> Answer {
    browser
        .ask_with(Method::PATCH, "/v1/me", Some(&body), &[("if-match", tag)])
        .await
}

#[tokio::test]
async fn a_profile_is_what_one_made_it_for_everybody() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("하늘").await;
    let before = browser.get("/v1/me").await;
    assert_eq!(version(&before), 1);
    let changed = patch(
        &browser,
        json!({
            "display_name": " 바다 ",
            "mood": "신나요",
            "bio": "하나\n둘",
            "look": [1, 1, 1, 1, 1, 1],
            "links": [{"label": "글", "url": "https://Example.com"}],
        }),
    )
    .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(version(&changed), 2);
    assert_eq!(changed.headers["cache-control"], "private, no-cache");
    let user = changed.json()["user"].clone();
    assert_eq!(user["display_name"], "바다");
    assert_eq!(
        user["links"],
        json!([{"label": "글", "url": "https://example.com/"}])
    );
    assert_eq!(user["id"], me["id"]);
    assert_eq!(browser.me().await, user);
    let stranger = Browser::new(&server);
    let handle = me["handle"].as_str().unwrap();
    let shown = stranger.get(&format!("/v1/users/{handle}")).await.json()["user"].clone();
    for field in ["display_name", "mood", "bio", "look", "links", "handle"] {
        assert_eq!(shown[field], user[field], "{field}");
    }
    assert!(shown.get("role").is_none() && shown.get("handle_change_at").is_none());
    // What is not named stays.
    let changed = patch(&browser, json!({"mood": ""})).await.json()["user"].clone();
    assert_eq!(
        (&changed["mood"], &changed["bio"]),
        (&json!(""), &json!("하나\n둘"))
    );
}

#[tokio::test]
async fn a_change_made_for_another_version_is_refused() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    browser.sign_in("하늘").await;
    let mood = |text: &str| json!({ "mood": text });
    for tag in ["\"0\"", "\"2\"", "W/\"1\"", "\"x\""] {
        patch_if(&browser, mood("늦음"), tag)
            .await
            .is_problem(412, "precondition_failed");
    }
    for (tag, next) in [("\"1\"", 2), ("\"2\"", 3), ("*", 4)] {
        let changed = patch_if(&browser, mood(tag), tag).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
        assert_eq!(version(&changed), next);
    }
    assert_eq!(version(&browser.get("/v1/me").await), 4);
    assert_eq!(browser.me().await["mood"], "*");
}

#[tokio::test]
async fn a_profile_one_has_is_not_sent_again_until_any_of_it_changes() {
    let server = Server::start().await;
    let (me, other) = (
        Person::new(&server, "하늘").await,
        Person::new(&server, "바다").await,
    );
    let path = format!("/v1/users/{}", me.handle);
    for path in ["/v1/me", &path] {
        let get = async |tag: &str| {
            let headers = [("if-none-match", tag)];
            me.browser.ask_with(Method::GET, path, None, &headers).await
        };
        let first = get("\"1\"").await;
        assert_eq!(first.status, StatusCode::OK, "{}", first.body);
        let tag = |answer: &Answer| answer.headers["etag"].to_str().unwrap().to_owned();
        let again = get(&tag(&first)).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert!(again.body.is_empty());
        assert_eq!(tag(&again), tag(&first));
        // A number is no change of the profile, and yet another answer.
        other.does(Method::PUT, "follow", &me).await;
        let followed = get(&tag(&first)).await;
        assert_eq!(followed.status, StatusCode::OK);
        assert_eq!(followed.json()["user"]["counts"]["followers"], 1);
        assert_eq!(version(&followed), version(&first));
        patch(&me.browser, json!({ "mood": path })).await;
        let changed = get(&tag(&followed)).await;
        assert_eq!(version(&changed), version(&first) + 1);
        other.does(Method::DELETE, "follow", &me).await;
    }
}

#[tokio::test]
async fn what_cannot_be_shown_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let browser = Browser::new(&server);
    let none = json!({"mood": "x"});
    patch(&browser, none)
        .await
        .is_problem(401, "sign_in_required");
    browser.sign_in("하늘").await;
    let link = |url: &str| json!({"links": [{"label": "글", "url": url}]});
    let many: Vec<Value> = (0..6)
        .map(|_| json!({"label": "a", "url": "https://a.example"}))
        .collect();
    for (body, code) in [
        (json!({"display_name": ""}), "invalid_name"),
        (json!({"display_name": "a\u{202E}b"}), "invalid_name"),
        (json!({"display_name": "가".repeat(21)}), "invalid_name"),
        (json!({"mood": "a\nb"}), "invalid_text"),
        (json!({"mood": "가".repeat(61)}), "invalid_text"),
        (json!({"bio": "a\u{0}"}), "invalid_text"),
        (json!({"bio": "가".repeat(301)}), "invalid_text"),
        (json!({"look": [255, 0, 0, 0, 0, 0]}), "invalid_look"),
        (json!({"look": [0, 0]}), "invalid_body"),
        (link("javascript:alert(1)"), "invalid_link"),
        (link("https://a:b@c.example"), "invalid_link"),
        (
            link(&format!("https://a.example/{}", "x".repeat(500))),
            "invalid_link",
        ),
        (
            json!({"links": [{"label": "", "url": "https://a.example"}]}),
            "invalid_link",
        ),
        (json!({ "links": many }), "invalid_link"),
        (
            json!({"links": [{"label": "a", "url": "https://a.example", "rel": "me"}]}),
            "invalid_body",
        ),
        (json!({"handle": "other"}), "invalid_body"),
        (json!({"role": "admin"}), "invalid_body"),
        (json!({}), "invalid_body"),
        (json!({"mood": "good", "bio": "a\u{7}"}), "invalid_text"),
    ] {
        patch(&browser, body.clone()).await.is_problem(422, code);
    }
    assert_eq!(version(&browser.get("/v1/me").await), 1);
}
