//! Changing posts, and what they were before.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Person, people};
use crate::browser::Answer;
use crate::server::Server;

async fn patch(who: &Person, post: &str, body: Value, tag: &str) -> Answer {
    let path = format!("/v1/posts/{post}");
    let headers = [("if-match", tag)];
    who.browser
        .ask_with(Method::PATCH, &path, Some(&body), &headers)
        .await
}

async fn texts(who: &Person, post: &str) -> Vec<String> {
    let edits = who
        .whole(&format!("/v1/posts/{post}/edits"), "edits", 7)
        .await;
    let texts = edits.iter().map(|edit| edit["text"].as_str().unwrap());
    texts.map(str::to_owned).collect()
}

#[tokio::test]
async fn a_change_is_made_to_the_version_that_was_seen() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one.posts("처음 #하나", "public").await;
    let tag = one.browser.get(&format!("/v1/posts/{post}")).await.headers["etag"].clone();
    let tag = tag.to_str().unwrap();
    let changed = patch(
        &one,
        &post,
        json!({ "text": "다음 #둘", "sensitive": true }),
        tag,
    )
    .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let body = changed.json()["post"].clone();
    assert_eq!(
        (&body["text"], &body["tags"]),
        (&json!("다음 #둘"), &json!(["둘"]))
    );
    assert!(body["edited_at"].is_string());
    patch(&one, &post, json!({ "text": "또" }), tag)
        .await
        .is_problem(412, "precondition_failed");
    patch(&two, &post, json!({ "text": "남의 글" }), "*")
        .await
        .is_problem(403, "forbidden");
    patch(&one, &post, json!({ "text": "" }), "*")
        .await
        .is_problem(422, "empty_post");
    assert!(two.ids("/v1/tags/하나/posts").await.is_empty());
    assert_eq!(two.ids("/v1/tags/둘/posts").await, [post.as_str()]);
    assert_eq!(texts(&two, &post).await, ["처음 #하나"]);
}

#[tokio::test]
async fn changes_at_once_without_a_version_are_all_made() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let post = one.posts("글", "public").await;
    let bodies = [
        json!({ "text": "새 글" }),
        json!({ "content_warning": "조심" }),
        json!({ "tags": ["봄"] }),
    ];
    let all = bodies.map(|body| patch(&one, &post, body, "*"));
    for answer in futures_util::future::join_all(all).await {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    let seen = one.sees(&post).await;
    assert_eq!(seen["text"], "새 글");
    assert_eq!(seen["content_warning"], "조심");
    assert_eq!(seen["tags"], json!(["봄"]));
    assert_eq!(texts(&one, &post).await.len(), 3);
}

#[tokio::test]
async fn the_history_is_bounded_and_tells_nobody_what_was_not_for_them() {
    let server = Server::start().await;
    let [one, two, fan] = people(&server).await;
    fan.follows(&one).await;
    let post = one.posts("비밀", "private").await;
    for (text, visibility) in [
        ("우리끼리", "followers"),
        ("모두에게", "public"),
        ("끝", "public"),
    ] {
        let body = json!({ "text": text, "visibility": visibility });
        let changed = patch(&one, &post, body, "*").await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    }
    assert_eq!(texts(&two, &post).await, ["모두에게"]);
    assert_eq!(texts(&fan, &post).await, ["모두에게", "우리끼리"]);
    assert_eq!(texts(&one, &post).await, ["모두에게", "우리끼리", "비밀"]);
    for n in 0..25 {
        patch(&one, &post, json!({ "text": n.to_string() }), "*").await;
    }
    let kept = texts(&one, &post).await;
    assert_eq!(
        (kept.len(), kept[0].as_str(), kept[19].as_str()),
        (20, "23", "4")
    );
}
