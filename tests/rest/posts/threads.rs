//! Comments in threads.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{id, people};
use crate::server::Server;

#[tokio::test]
async fn answers_hang_below_what_they_answer_and_no_deeper_than_is_shown() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one.posts("글", "public").await;
    let root = two.comments(&post, None, "0").await;
    let mut chain = vec![root.clone()];
    for depth in 1..6 {
        let above = chain.last().unwrap().clone();
        let who = if depth % 2 == 0 { &two } else { &one };
        chain.push(who.comments(&post, Some(&above), &depth.to_string()).await);
    }
    let below = async |comment: &str| {
        let path = format!("/v1/comments/{comment}/replies");
        one.whole(&path, "replies", 1).await
    };
    for depth in 0..2 {
        let replies = below(&chain[depth]).await;
        assert_eq!(replies.len(), 1);
        assert_eq!(id(&replies[0]), chain[depth + 1]);
        assert_eq!(replies[0]["depth"], depth as u64 + 1);
        assert_eq!(replies[0]["parent"], chain[depth].as_str());
        assert_eq!(replies[0]["root"], root.as_str());
    }
    // Three, four and five are beside each other, and say what they answer.
    let deepest = below(&chain[2]).await;
    let ids: Vec<String> = deepest.iter().map(id).collect();
    assert_eq!(ids, chain[3..]);
    for (reply, parent) in deepest.iter().zip(&chain[2..]) {
        assert_eq!(reply["depth"], 3);
        assert_eq!(reply["parent"], parent.as_str());
    }
    assert!(below(&chain[3]).await.is_empty());
    assert_eq!(one.sees(&post).await["counts"]["comments"], 6);
}

#[tokio::test]
async fn comments_come_in_both_orders_and_cursors_stay_where_they_are() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let post = one.posts("글", "public").await;
    let mut written = Vec::new();
    for n in 0..7 {
        written.push(one.comments(&post, None, &n.to_string()).await);
    }
    let path = format!("/v1/posts/{post}/comments");
    let ids = async |path: &str| -> Vec<String> {
        let all = one.whole(path, "comments", 3).await;
        all.iter().map(id).collect()
    };
    assert_eq!(ids(&path).await, written);
    let newest: Vec<String> = written.iter().rev().cloned().collect();
    assert_eq!(ids(&format!("{path}?order=newest")).await, newest);
    let page = one
        .browser
        .get(&format!("{path}?order=newest&limit=2"))
        .await
        .json();
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    one.comments(&post, None, "later").await;
    let next = format!("{path}?order=newest&limit=2&cursor={cursor}");
    let next = one.browser.get(&next).await.json();
    assert_eq!(id(&next["comments"][0]), newest[2]);
    let wrong = format!("{path}?order=oldest&cursor={cursor}");
    one.browser
        .get(&wrong)
        .await
        .is_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn of_a_deleted_comment_the_place_is_left_while_it_is_answered() {
    let server = Server::start().await;
    let [one, two, three] = people(&server).await;
    let post = one.posts("글", "public").await;
    let comment = two.comments(&post, None, "지울 말").await;
    let reply = three.comments(&post, Some(&comment), "답").await;
    let lonely = two.comments(&post, None, "외로운 말").await;
    let delete = async |who: &super::Person, id: &str| {
        who.acts(Method::DELETE, &format!("/v1/comments/{id}"))
            .await
    };
    assert_eq!(delete(&three, &comment).await, StatusCode::FORBIDDEN);
    assert_eq!(delete(&two, &comment).await, StatusCode::NO_CONTENT);
    // On one's own post one may delete what others wrote.
    assert_eq!(delete(&one, &lonely).await, StatusCode::NO_CONTENT);
    assert_eq!(delete(&two, &comment).await, StatusCode::NOT_FOUND);
    let path = format!("/v1/posts/{post}/comments");
    let left = three.whole(&path, "comments", 9).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["id"], comment.as_str());
    assert_eq!(left[0]["gone"], true);
    assert_eq!(
        (&left[0]["text"], &left[0]["author"]),
        (&json!(""), &Value::Null)
    );
    assert_eq!(left[0]["replies"], 1);
    assert_eq!(one.sees(&post).await["counts"]["comments"], 1);
    assert_eq!(delete(&three, &reply).await, StatusCode::NO_CONTENT);
    assert!(one.whole(&path, "comments", 9).await.is_empty());
    assert_eq!(one.sees(&post).await["counts"]["comments"], 0);
    use maru::ports::post::PostUpkeep;
    let now = maru::domain::clock::Clock::start().wall();
    while server.store.sweep(now).await.unwrap() {}
    assert_eq!(server.number("SELECT count(*) FROM comment").await, 0);
}

#[tokio::test]
async fn comments_change_by_version_and_take_reactions() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one.posts("글", "public").await;
    let comment = two.comments(&post, None, "처음").await;
    let path = format!("/v1/comments/{comment}");
    let patch = async |who: &super::Person, text: &str, tag: &str| {
        let body = json!({ "text": text });
        let headers = [("if-match", tag)];
        who.browser
            .ask_with(Method::PATCH, &path, Some(&body), &headers)
            .await
    };
    patch(&one, "남의 말", "*")
        .await
        .is_problem(403, "forbidden");
    patch(&two, "", "*").await.is_problem(422, "invalid_text");
    let changed = patch(&two, "다음", "\"1\"").await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert_eq!(changed.json()["comment"]["text"], "다음");
    assert!(changed.json()["comment"]["edited_at"].is_string());
    patch(&two, "또", "\"1\"")
        .await
        .is_problem(412, "precondition_failed");
    let react = format!("{path}/reaction");
    for kind in ["heart", "cheer", "cheer"] {
        let body = json!({ "kind": kind });
        let reacted = one.browser.ask(Method::PUT, &react, Some(&body)).await;
        assert_eq!(reacted.status, StatusCode::OK, "{}", reacted.body);
        assert_eq!(reacted.json()["comment"]["reaction"], kind);
    }
    let seen = two
        .whole(&format!("/v1/posts/{post}/comments"), "comments", 9)
        .await;
    assert_eq!(seen[0]["reactions"]["cheer"], 1);
    assert_eq!(seen[0]["reactions"]["heart"], 0);
    let told = two.told().await;
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert_eq!((told[0].0.as_str(), &told[0].2), ("reaction", &post));
    assert_eq!(
        one.acts(Method::DELETE, &react).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        one.acts(Method::DELETE, &react).await,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn whom_a_comment_concerns_is_told() {
    let server = Server::start().await;
    let [one, two, three, four] = people(&server).await;
    let post = one.posts("글", "public").await;
    let comment = two.comments(&post, None, "하나").await;
    two.comments(&post, None, "둘").await;
    three
        .comments(
            &post,
            Some(&comment),
            &format!("@{} @{}", four.handle, one.handle),
        )
        .await;
    let by = |kind: &str, who: &super::Person| (kind.to_owned(), who.handle.clone(), post.clone());
    assert_eq!(
        one.told().await,
        [
            by("mention", &three),
            by("comment", &three),
            by("comment", &two)
        ],
        "several by one are one"
    );
    assert_eq!(two.told().await, [by("comment", &three)]);
    assert_eq!(four.told().await, [by("mention", &three)]);
    // A parent elsewhere is none.
    let other = one.posts("다른 글", "public").await;
    let body = json!({ "text": "답", "parent": comment });
    let path = format!("/v1/posts/{other}/comments");
    let answer = two.browser.ask(Method::POST, &path, Some(&body)).await;
    answer.is_problem(404, "comment_not_found");
}

#[tokio::test]
async fn what_a_comment_said_before_is_told_to_who_may_read_it() {
    let server = Server::start().await;
    let [one, two, three] = people(&server).await;
    let post = one.posts("글", "public").await;
    let comment = two.comments(&post, None, "처음").await;
    let path = format!("/v1/comments/{comment}");
    for text in ["다음", "끝"] {
        let body = json!({ "text": text });
        let changed = two.browser.ask(Method::PATCH, &path, Some(&body)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    }
    let edits = format!("{path}/edits");
    for reader in [&one, &two, &three] {
        let before = reader.whole(&edits, "edits", 1).await;
        let texts: Vec<&str> = before
            .iter()
            .map(|it| it["text"].as_str().unwrap())
            .collect();
        assert_eq!(texts, ["다음", "처음"]);
        assert_eq!(before[1]["version"], 1);
        assert!(before[1]["since_at"].is_string());
    }
    two.does(Method::PUT, "block", &three).await;
    let hidden = three.browser.get(&edits).await;
    hidden.is_problem(404, "comment_not_found");
    assert_eq!(
        two.acts(Method::DELETE, &path).await,
        StatusCode::NO_CONTENT
    );
    let gone = two.browser.get(&edits).await;
    gone.is_problem(404, "comment_not_found");
    assert_eq!(server.number("SELECT count(*) FROM comment_edit").await, 0);
}
