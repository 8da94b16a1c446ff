//! `POST /v1/posts`, and looking at one.

use http::{Method, StatusCode};
use serde_json::json;

use super::{id, people};
use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn a_post_is_kept_as_it_is_told() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let wish = json!({
        "text": " 오늘은 #뜨개질\r\n＃Cat @someone ", "visibility": "public", "content_warning": "털",
        "sensitive": true, "tags": ["#ＣＡＴ", "봄"],
    });
    let written = one.writes(&wish).await;
    assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
    let post = written.json()["post"].clone();
    assert_eq!(post["text"], "오늘은 #뜨개질\n＃Cat @someone");
    assert_eq!(post["tags"], json!(["cat", "봄", "뜨개질"]));
    assert_eq!(post["content_warning"], "털");
    assert_eq!(post["state"], "published");
    assert_eq!(post["standing"], "shown");
    assert_eq!(post["counts"]["bookmarks"], 0);
    assert_eq!(post["author"]["handle"], one.handle.as_str());
    let path = format!("/v1/posts/{}", id(&post));
    let seen = two.browser.get(&path).await;
    assert!(seen.json()["post"].get("standing").is_none());
    assert!(seen.json()["post"]["counts"].get("bookmarks").is_none());
    let tag = seen.headers["etag"].to_str().unwrap();
    let known = [("if-none-match", tag)];
    let same = two.browser.ask_with(Method::GET, &path, None, &known).await;
    assert_eq!(same.status, StatusCode::NOT_MODIFIED);
    one.reacts(&id(&post), "heart").await;
    let other = two.browser.ask_with(Method::GET, &path, None, &known).await;
    assert_eq!(other.status, StatusCode::OK, "its counts are part of it");
}

#[tokio::test]
async fn what_cannot_be_a_post_is_refused() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let stranger = Browser::new(&server);
    let fine = json!({ "text": "안녕", "visibility": "public" });
    stranger
        .ask(Method::POST, "/v1/posts", Some(&fine))
        .await
        .is_problem(401, "sign_in_required");
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let many: Vec<String> = (0..11).map(|n| format!("t{n}")).collect();
    for (change, status, code) in [
        (json!({ "text": "" }), 422, "empty_post"),
        (json!({ "text": "가".repeat(2_001) }), 422, "invalid_text"),
        (json!({ "text": "a\u{202E}b" }), 422, "invalid_text"),
        (
            json!({ "text": "\n".repeat(200) + "a" + &"\nb".repeat(100) }),
            422,
            "invalid_text",
        ),
        (json!({ "text": 5 }), 422, "invalid_body"),
        (json!({ "visibility": "friends" }), 422, "invalid_body"),
        (json!({ "content_warning": "a\nb" }), 422, "invalid_text"),
        (json!({ "tags": ["a b"] }), 422, "invalid_tag"),
        (json!({ "tags": many }), 422, "invalid_tag"),
        (
            json!({ "pictures": [{ "asset": nobody }] }),
            422,
            "invalid_picture",
        ),
        (
            json!({ "pictures": [{ "asset": nobody }, { "asset": nobody }] }),
            422,
            "invalid_picture",
        ),
        (json!({ "room": nobody }), 404, "room_not_found"),
        (json!({ "quote_of": nobody }), 404, "post_not_found"),
        (json!({ "state": "scheduled" }), 422, "invalid_time"),
        (
            json!({ "publish_at": "2100-01-01T00:00:00Z" }),
            422,
            "invalid_time",
        ),
        (
            json!({ "state": "scheduled", "publish_at": "2001-01-01T00:00:00Z" }),
            422,
            "invalid_time",
        ),
        (
            json!({ "state": "scheduled", "publish_at": "2100-01-01T00:00:00Z" }),
            422,
            "invalid_time",
        ),
        (json!({ "poll": true }), 422, "invalid_body"),
    ] {
        let mut wish = fine.clone();
        for (field, value) in change.as_object().unwrap() {
            wish[field] = value.clone();
        }
        one.writes(&wish).await.is_problem(status, code);
    }
    assert!(one.ids("/v1/posts").await.is_empty());
    for path in ["/v1/posts/nonsense", &format!("/v1/posts/{nobody}")] {
        assert_eq!(one.browser.get(path).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_request_sent_again_makes_one_post_and_one_comment() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let wish = json!({ "text": "한 번", "visibility": "public" });
    let ask = async |path: &str, key: &str, body: &serde_json::Value| {
        let key = [("idempotency-key", key)];
        let (method, path) = (Method::POST, path.to_owned());
        one.browser.ask_with(method, &path, Some(body), &key).await
    };
    let (first, again) = (
        ask("/v1/posts", "k1", &wish).await,
        ask("/v1/posts", "k1", &wish).await,
    );
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    assert_eq!(first.json(), again.json());
    let other = json!({ "text": "두 번", "visibility": "public" });
    ask("/v1/posts", "k1", &other)
        .await
        .is_problem(422, "idempotency_key_reused");
    let post = id(&first.json()["post"]);
    let path = format!("/v1/posts/{post}/comments");
    let comment = json!({ "text": "댓글" });
    let (first, again) = (
        ask(&path, "k2", &comment).await,
        ask(&path, "k2", &comment).await,
    );
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    assert_eq!(first.json(), again.json());
    assert_eq!(one.sees(&post).await["counts"]["comments"], 1);
}

#[tokio::test]
async fn whom_a_post_names_is_told_once_if_they_see_it() {
    let server = Server::start().await;
    let [one, two, three, four] = people(&server).await;
    four.puts("mute", &one, json!({})).await;
    one.ties(&two).await;
    let before = (two.told().await.len(), three.told().await.len());
    let text = format!(
        "@{0} @{1} @{1} @{2} @{3} @nobody_here",
        two.handle, three.handle, four.handle, one.handle
    );
    let post = one.posts(&text, "ties").await;
    let mention = |about: &str| {
        let by = one.handle.clone();
        ("mention".to_owned(), by, about.to_owned())
    };
    assert_eq!(two.told().await[0], mention(&post));
    assert_eq!(three.told().await.len(), before.1, "they do not see it");
    let (path, body) = (
        format!("/v1/posts/{post}"),
        json!({ "visibility": "public" }),
    );
    let changed = one.browser.ask(Method::PATCH, &path, Some(&body)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(three.told().await[0], mention(&post), "now they do");
    assert_eq!(two.told().await.len(), before.0 + 1, "once");
    assert!(four.told().await.is_empty(), "who mutes is not told");
    let own = one.told().await;
    assert!(own.iter().all(|(kind, ..)| kind != "mention"));
    // With the post go the notices of it.
    let deleted = one.acts(Method::DELETE, &path).await;
    assert_eq!(deleted, StatusCode::NO_CONTENT);
    assert_eq!(three.told().await.len(), before.1);
}

#[tokio::test]
async fn a_deleted_post_is_gone_at_once_and_swept_later() {
    use maru::domain::clock::Clock;
    use maru::ports::post::PostUpkeep;

    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one.posts("#사라질 글", "public").await;
    let comment = two.comments(&post, None, "댓글").await;
    two.comments(&post, Some(&comment), "답글").await;
    let quote = two
        .writes(&json!({ "text": "이것", "visibility": "public", "quote_of": post }))
        .await;
    let quote = id(&quote.json()["post"]);
    two.reacts(&post, "wow").await;
    for act in ["bookmark", "repost"] {
        let done = two
            .acts(Method::PUT, &format!("/v1/posts/{post}/{act}"))
            .await;
        assert_eq!(done, StatusCode::OK);
    }
    let path = format!("/v1/posts/{post}");
    assert_eq!(two.acts(Method::DELETE, &path).await, StatusCode::FORBIDDEN);
    assert_eq!(
        one.acts(Method::DELETE, &path).await,
        StatusCode::NO_CONTENT
    );
    for reader in [&one, &two] {
        for end in ["", "/comments", "/reactions", "/reposts", "/edits"] {
            let answer = reader.browser.get(&format!("{path}{end}")).await;
            answer.is_problem(404, "post_not_found");
        }
        let replies = format!("/v1/comments/{comment}/replies");
        let answer = reader.browser.get(&replies).await;
        answer.is_problem(404, "comment_not_found");
    }
    assert!(two.ids("/v1/me/bookmarks").await.is_empty());
    assert!(one.ids("/v1/tags/사라질/posts").await.is_empty());
    let view = one.sees(&quote).await;
    assert_eq!(view["quote"], json!({ "post": null }), "it is not there");
    assert_eq!(one.acts(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
    let now = Clock::start().wall();
    while server.store.sweep(now).await.unwrap() {}
    for table in [
        "SELECT count(*) FROM comment",
        "SELECT count(*) FROM post_reaction",
        "SELECT count(*) FROM post_bookmark",
        "SELECT count(*) FROM post_repost",
        "SELECT count(*) - 1 FROM post",
        "SELECT count(*) - 1 FROM post_count",
        "SELECT count(*) FROM comment_count",
    ] {
        assert_eq!(server.number(table).await, 0, "{table}");
    }
}
