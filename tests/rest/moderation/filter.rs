//! What people say of themselves and of each other is looked through before it is kept.

use http::Method;
use serde_json::json;

use super::cast;
use crate::site::Site;

#[tokio::test]
async fn names_handles_and_link_labels_may_not_be_anything() {
    let site = Site::start().await;
    let (me, ..) = cast(&site).await;
    let links = json!([{ "label": "병신", "url": "https://maru.example/" }]);
    for body in [
        json!({ "display_name": "시발" }),
        json!({ "display_name": "F.u.c.k" }),
        json!({ "mood": "짱깨" }),
        json!({ "links": links }),
    ] {
        let refused = me.browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
        refused.is_problem(422, "content_refused");
    }
    let handle = json!({ "handle": "fuck_you" });
    let refused = me
        .browser
        .ask(Method::PUT, "/v1/me/handle", Some(&handle))
        .await;
    refused.is_problem(422, "content_refused");
    // Harmless names that look like others.
    for name in ["시발점", "18일", "Scunthorpe"] {
        let body = json!({ "display_name": name });
        let kept = me.browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
        assert_eq!(kept.status, 200, "{name}: {}", kept.body);
    }
}

#[tokio::test]
async fn moods_and_bios_are_kept_with_words_masked() {
    let site = Site::start().await;
    let (me, ..) = cast(&site).await;
    let body = json!({ "mood": "아 시발", "bio": "첫 줄\n두 번째 fuck 줄" });
    let kept = me.browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let user = &kept.json()["user"];
    assert_eq!(user["mood"], "아 ＊＊");
    assert_eq!(user["bio"], "첫 줄\n두 번째 ＊＊＊＊ 줄");
}

#[tokio::test]
async fn ties_call_and_write_each_other_what_may_be_said() {
    let site = Site::start().await;
    let (one, two, ..) = cast(&site).await;
    let (to_two, to_one) = (
        format!("/v1/users/{}/tie", two.handle),
        format!("/v1/users/{}/tie", one.handle),
    );
    let bad = json!({ "nickname": "시발" });
    let refused = one.browser.ask(Method::PUT, &to_two, Some(&bad)).await;
    refused.is_problem(422, "content_refused");
    let good = json!({ "nickname": "별" });
    one.browser.ask(Method::PUT, &to_two, Some(&good)).await;
    two.browser.ask(Method::PUT, &to_one, Some(&good)).await;
    let path = format!("/v1/users/{}/testimonial", two.handle);
    let line = json!({ "text": "시발 최고" });
    let kept = one.browser.ask(Method::PUT, &path, Some(&line)).await;
    assert_eq!(
        kept.json()["testimonial"]["text"],
        "＊＊ 최고",
        "{}",
        kept.body
    );
    for bad in ["죽여버린다", "짱깨"] {
        let line = json!({ "text": bad });
        let refused = one.browser.ask(Method::PUT, &path, Some(&line)).await;
        refused.is_problem(422, "content_refused");
    }
}

#[tokio::test]
async fn rooms_are_not_called_anything_either() {
    let site = Site::start().await;
    let (me, ..) = cast(&site).await;
    let path = format!("/v1/rooms/{}", me.room);
    me.browser.get(&path).await;
    let bad = json!({ "name": "시발 방" });
    let refused = me.browser.ask(Method::PATCH, &path, Some(&bad)).await;
    refused.is_problem(422, "content_refused");
}

#[tokio::test]
async fn operators_may_switch_the_filter_off() {
    let site = Site::start_as(|config| config.filter.enabled = false).await;
    let (me, ..) = cast(&site).await;
    let body = json!({ "display_name": "시발" });
    let kept = me.browser.ask(Method::PATCH, "/v1/me", Some(&body)).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
}

#[tokio::test]
async fn whoever_is_called_so_elsewhere_is_called_something_else_here() {
    let site = Site::start().await;
    let browser = site.browser();
    let me = browser.sign_in("시발").await;
    assert_eq!(me["display_name"], me["handle"]);
    assert!(me["handle"].as_str().unwrap().starts_with('u'));
}
