//! Drafts and posts put off.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Method, StatusCode};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::notification::Delivery;
use maru::ports::notification::NotificationSink;
use maru::workers::posts::Posts;
use serde_json::json;

use super::{id, people};
use crate::server::Server;

#[derive(Default)]
struct Heard(AtomicUsize);

impl NotificationSink for Heard {
    fn notified(&self, _: &Delivery) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn later(ms: u64) -> (WallMs, String) {
    let at = WallMs(Clock::start().wall().0 + ms);
    let text = at
        .to_offset()
        .format(&time::format_description::well_known::Rfc3339);
    (at, text.unwrap())
}

#[tokio::test]
async fn a_draft_is_ones_own_until_it_is_published() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let wish = json!({ "text": "", "visibility": "public", "state": "draft" });
    let draft = one.writes(&wish).await;
    assert_eq!(draft.status, StatusCode::CREATED, "{}", draft.body);
    let draft = id(&draft.json()["post"]);
    let path = format!("/v1/posts/{draft}");
    let publish = format!("{path}/publish");
    two.browser
        .get(&path)
        .await
        .is_problem(404, "post_not_found");
    assert_eq!(one.ids("/v1/me/drafts").await, [draft.as_str()]);
    assert!(one.ids("/v1/posts").await.is_empty());
    assert!(one.ids("/v1/feeds/following").await.is_empty());
    let empty = one.browser.ask(Method::POST, &publish, None).await;
    empty.is_problem(422, "empty_post");
    let change = |body: serde_json::Value| async {
        let (path, body) = (path.clone(), body);
        one.browser.ask(Method::PATCH, &path, Some(&body)).await
    };
    let changed = change(json!({ "text": format!("#봄 @{}", two.handle) })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    assert!(changed.json()["post"]["edited_at"].is_null());
    change(json!({ "state": "published" }))
        .await
        .is_problem(409, "wrong_state");
    assert!(one.ids("/v1/tags/봄/posts").await.is_empty());
    assert!(two.told().await.is_empty());
    two.reacts(&draft, "heart")
        .await
        .is_problem(404, "post_not_found");
    let key = [("idempotency-key", "once")];
    for _ in 0..2 {
        let out = one
            .browser
            .ask_with(Method::POST, &publish, None, &key)
            .await;
        assert_eq!(out.status, StatusCode::OK, "{}", out.body);
        assert_eq!(out.json()["post"]["state"], "published");
    }
    let again = one.browser.ask(Method::POST, &publish, None).await;
    again.is_problem(409, "wrong_state");
    assert!(one.ids("/v1/me/drafts").await.is_empty());
    assert_eq!(two.ids("/v1/tags/봄/posts").await, [draft.as_str()]);
    assert_eq!(two.told().await.len(), 1);
    change(json!({ "state": "draft" }))
        .await
        .is_problem(409, "wrong_state");
    let edits = format!("{path}/edits");
    assert!(
        one.whole(&edits, "edits", 9).await.is_empty(),
        "a draft has no history"
    );
    let told = server.number("SELECT count(*) FROM outbox WHERE event LIKE '%post_published%'");
    assert_eq!(told.await, 1);
}

#[tokio::test]
async fn what_is_put_off_comes_out_once_however_many_look_and_after_a_restart() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let mut posts = Vec::new();
    for n in 1..=3 {
        let (_, publish_at) = later(n * 60_000);
        let text = format!("{n} #뒤에 @{}", two.handle);
        let wish = json!({ "text": text, "visibility": "public", "state": "scheduled",
            "publish_at": publish_at });
        let written = one.writes(&wish).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        posts.push(id(&written.json()["post"]));
    }
    let heard = Arc::new(Heard::default());
    let worker = Posts {
        store: Arc::new(server.store.clone()),
        sink: heard.clone(),
    };
    assert_eq!(worker.publish(later(0).0).await.unwrap(), 0);
    assert_eq!(one.ids("/v1/me/drafts").await.len(), 3);
    assert_eq!(worker.publish(later(61_000).0).await.unwrap(), 1);
    // A worker that was away catches up; several at once do it once.
    let now = later(600_000).0;
    let looks = (0..8).map(|_| worker.publish(now));
    let counts = futures_util::future::join_all(looks).await;
    assert_eq!(counts.into_iter().map(Result::unwrap).sum::<usize>(), 2);
    assert_eq!(worker.publish(now).await.unwrap(), 0);
    let out = two.ids("/v1/tags/뒤에/posts").await;
    assert_eq!(out.len(), 3);
    assert!(posts.iter().all(|post| out.contains(post)));
    assert_eq!(heard.0.load(Ordering::Relaxed), 3);
    let told = server.number("SELECT count(*) FROM outbox WHERE event LIKE '%post_published%'");
    assert_eq!(told.await, 3);
    assert!(one.ids("/v1/me/drafts").await.is_empty());
}

#[tokio::test]
async fn what_is_put_off_can_be_put_off_further_and_waits_for_an_author_who_is_away() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let (_, soon) = later(60_000);
    let wish = json!({ "text": "나중에", "visibility": "public", "state": "scheduled", "publish_at": soon });
    let post = id(&one.writes(&wish).await.json()["post"]);
    let path = format!("/v1/posts/{post}");
    let patch =
        async |body: serde_json::Value| one.browser.ask(Method::PATCH, &path, Some(&body)).await;
    patch(json!({ "publish_at": "2001-01-01T00:00:00Z" }))
        .await
        .is_problem(422, "invalid_time");
    let (_, late) = later(3_600_000);
    let moved = patch(json!({ "publish_at": late })).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
    let kept = patch(json!({ "text": "더 나중에" })).await;
    assert!(
        kept.json()["post"]["publish_at"].is_string(),
        "{}",
        kept.body
    );
    let worker = Posts {
        store: Arc::new(server.store.clone()),
        sink: Arc::new(Heard::default()),
    };
    assert_eq!(worker.publish(later(120_000).0).await.unwrap(), 0);
    server
        .sql("UPDATE user SET closing_ms = 1 WHERE id IN (SELECT author_id FROM post)")
        .await;
    let now = later(7_200_000).0;
    assert_eq!(worker.publish(now).await.unwrap(), 0);
    server.sql("UPDATE user SET closing_ms = NULL").await;
    assert_eq!(worker.publish(now).await.unwrap(), 1);
    assert_eq!(two.sees(&post).await["text"], "더 나중에");
}

#[tokio::test]
async fn drafts_have_a_bound() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let wish = json!({ "text": "초안", "visibility": "private", "state": "draft" });
    for _ in 0..100 {
        assert_eq!(one.writes(&wish).await.status, StatusCode::CREATED);
    }
    one.writes(&wish).await.is_problem(409, "too_many_posts");
    one.posts("그래도 쓸 수 있다", "public").await;
}

#[tokio::test]
async fn where_a_draft_hangs_and_what_it_quotes_change_until_it_is_out() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let quoted = two.posts("이것", "public").await;
    let hidden = two.posts("혼자", "private").await;
    let own = one.browser.me().await["front_room_id"].clone();
    let others = two.browser.me().await["front_room_id"].clone();
    let wish = json!({ "text": "", "visibility": "public", "state": "draft" });
    let draft = id(&one.writes(&wish).await.json()["post"]);
    let path = format!("/v1/posts/{draft}");
    let patch =
        async |body: serde_json::Value| one.browser.ask(Method::PATCH, &path, Some(&body)).await;
    let set = patch(json!({ "room": own, "quote_of": quoted })).await;
    assert_eq!(set.status, StatusCode::OK, "{}", set.body);
    let post = set.json()["post"].clone();
    assert_eq!(post["room"], own);
    assert_eq!(post["quote"]["post"]["id"], quoted.as_str());
    patch(json!({ "room": others }))
        .await
        .is_problem(404, "room_not_found");
    patch(json!({ "quote_of": hidden }))
        .await
        .is_problem(404, "post_not_found");
    let kept = patch(json!({ "sensitive": true })).await.json();
    assert_eq!(kept["post"]["room"], own, "what is absent stays");
    let emptied = patch(json!({ "room": null, "quote_of": null }))
        .await
        .json();
    assert!(emptied["post"]["room"].is_null());
    assert!(emptied["post"]["quote"].is_null());
    patch(json!({ "room": own, "quote_of": quoted })).await;
    let publish = format!("{path}/publish");
    let out = one.browser.ask(Method::POST, &publish, None).await;
    assert_eq!(out.status, StatusCode::OK, "{}", out.body);
    assert_eq!(out.json()["post"]["room"], own);
    for body in [json!({ "room": null }), json!({ "quote_of": null })] {
        patch(body).await.is_problem(409, "wrong_state");
    }
    let same = patch(json!({ "room": own, "quote_of": quoted })).await;
    assert_eq!(same.status, StatusCode::OK, "{}", same.body);
}
