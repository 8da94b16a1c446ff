//! Somebody who has written, and done something with what others wrote.

use http::Method;
use serde_json::{Value, json};

use crate::browser::Browser;

async fn makes(who: &Browser, path: &str, body: Value, what: &str) -> String {
    let made = who.ask(Method::POST, path, Some(&body)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.json()[what]["id"].as_str().unwrap().to_owned()
}

async fn does(who: &Browser, method: Method, path: &str, body: Option<Value>) {
    let done = who.ask(method, path, body.as_ref()).await;
    assert!(done.status.is_success(), "{path}: {}", done.body);
}

/// Both write, comment on each other's posts and react to them.
pub(super) async fn posted(browser: &Browser, neighbour: &Browser) {
    let post = |text: &str| json!({ "text": text, "visibility": "public", "tags": ["태그"] });
    let own = makes(
        browser,
        "/v1/posts",
        post("지워질 옛 글 @neighbour"),
        "post",
    )
    .await;
    let change = json!({ "text": "지워질 글" });
    does(
        browser,
        Method::PATCH,
        &format!("/v1/posts/{own}"),
        Some(change),
    )
    .await;
    let mut draft = post("지워질 초안");
    draft["state"] = "draft".into();
    makes(browser, "/v1/posts", draft, "post").await;
    let others = makes(neighbour, "/v1/posts", post("이웃의 글"), "post").await;
    let comments = |post: &str| format!("/v1/posts/{post}/comments");
    let comment = json!({ "text": "지워질 댓글" });
    let comment = makes(browser, &comments(&others), comment, "comment").await;
    let answer = json!({ "text": "이웃의 답", "parent": comment });
    makes(neighbour, &comments(&others), answer, "comment").await;
    makes(
        neighbour,
        &comments(&own),
        json!({ "text": "이웃의 댓글" }),
        "comment",
    )
    .await;
    let heart = || Some(json!({ "kind": "heart" }));
    for (who, post) in [(browser, &others), (neighbour, &own)] {
        does(
            who,
            Method::PUT,
            &format!("/v1/posts/{post}/reaction"),
            heart(),
        )
        .await;
        for act in ["bookmark", "repost"] {
            does(who, Method::PUT, &format!("/v1/posts/{post}/{act}"), None).await;
        }
    }
    let of_comment = format!("/v1/comments/{comment}/reaction");
    does(neighbour, Method::PUT, &of_comment, heart()).await;
    let words = json!({ "text": "지워질 댓글" });
    let own_comment = makes(browser, &comments(&own), words, "comment").await;
    let of_comment = format!("/v1/comments/{own_comment}/reaction");
    does(browser, Method::PUT, &of_comment, heart()).await;
}
