//! What may not be said, what is looked at first, and what moderators do.

use std::sync::{Arc, Mutex};

use http::{Method, StatusCode};
use maru::adapters::sqlite::{ModeratedComments, ModeratedPosts};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::UserId;
use maru::domain::moderation::Standing;
use maru::domain::notification::Delivery;
use maru::ports::moderation::ModeratedContent;
use maru::ports::notification::NotificationSink;
use maru::workers::posts::Posts;
use serde_json::json;

use super::{Person, id, people};
use crate::server::Server;

/// Kept and held.
const HELD: &str = "짱깨";
/// Kept and masked.
const MASKED: &str = "야 시발";

/// Whom it was told at once that there is a notice.
#[derive(Default)]
struct Heard(Mutex<Vec<UserId>>);

impl Heard {
    fn to(&self) -> Vec<UserId> {
        self.0.lock().unwrap().clone()
    }
}

impl NotificationSink for Heard {
    fn notified(&self, delivery: &Delivery) {
        self.0.lock().unwrap().push(delivery.to);
    }
}

async fn user(person: &Person) -> UserId {
    let me = person.browser.me().await;
    me["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_text_of_a_post_is_screened() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let masked = one.posts(MASKED, "public").await;
    assert_eq!(two.sees(&masked).await["text"], "야 ＊＊");
    for (field, value) in [
        ("text", json!(HELD)),
        ("content_warning", json!(HELD)),
        ("tags", json!([HELD])),
    ] {
        let mut wish = json!({ "text": "글", "visibility": "public" });
        wish[field] = value;
        let written = one.writes(&wish).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        assert_eq!(written.json()["post"]["standing"], "held", "{field}");
        let path = format!("/v1/posts/{}", id(&written.json()["post"]));
        two.browser
            .get(&path)
            .await
            .is_problem(404, "post_not_found");
    }
    assert_eq!(two.ids("/v1/posts").await, [masked.as_str()]);
    let star = json!({ "text": "글", "visibility": "public", "tags": ["시발"] });
    one.writes(&star).await.is_problem(422, "content_refused");
    // An edit too, and what was right stays as it was.
    let fine = one.posts("고운 말", "public").await;
    let path = format!("/v1/posts/{fine}");
    let change = json!({ "text": HELD });
    let changed = one.browser.ask(Method::PATCH, &path, Some(&change)).await;
    assert_eq!(changed.json()["post"]["standing"], "held");
    two.browser
        .get(&path)
        .await
        .is_problem(404, "post_not_found");
    // One does not get out of it by oneself.
    let back = json!({ "text": "고운 말" });
    let changed = one.browser.ask(Method::PATCH, &path, Some(&back)).await;
    assert_eq!(changed.json()["post"]["standing"], "held");
}

#[tokio::test]
async fn a_draft_is_screened_when_it_comes_out() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let wish = json!({ "text": MASKED, "visibility": "public", "state": "draft" });
    let written = one.writes(&wish).await.json();
    assert_eq!(written["post"]["text"], MASKED);
    let path = format!("/v1/posts/{}/publish", id(&written["post"]));
    let out = one.browser.ask(Method::POST, &path, None).await;
    assert_eq!(out.json()["post"]["text"], "야 ＊＊", "{}", out.body);
}

#[tokio::test]
async fn held_comments_are_seen_and_told_when_a_moderator_shows_them() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one.posts("글", "public").await;
    let comment = two.comments(&post, None, HELD).await;
    let path = format!("/v1/posts/{post}/comments");
    assert!(one.whole(&path, "comments", 9).await.is_empty());
    assert_eq!(two.whole(&path, "comments", 9).await[0]["standing"], "held");
    assert_eq!(one.sees(&post).await["counts"]["comments"], 0);
    assert!(one.told().await.is_empty());
    let heard = Arc::new(Heard::default());
    let comments = ModeratedComments::new(server.store.clone(), heard.clone());
    let found = comments.content(&comment).await.unwrap().unwrap();
    assert_eq!(
        (found.text.as_str(), found.standing),
        (HELD, Standing::Held)
    );
    assert_eq!(found.author, Some(user(&two).await));
    assert!(
        !comments
            .is_seen_by(&comment, user(&one).await)
            .await
            .unwrap()
    );
    let now = Clock::start().wall();
    assert!(
        comments
            .stand(&comment, Standing::Shown, now)
            .await
            .unwrap()
    );
    assert!(
        comments
            .is_seen_by(&comment, user(&one).await)
            .await
            .unwrap()
    );
    assert_eq!(one.sees(&post).await["counts"]["comments"], 1);
    assert_eq!(one.told().await.len(), 1);
    assert_eq!(heard.to(), [user(&one).await], "where they are, at once");
    assert!(
        comments
            .stand(&comment, Standing::Removed, now)
            .await
            .unwrap()
    );
    assert_eq!(one.sees(&post).await["counts"]["comments"], 0);
    assert_eq!(two.whole(&path, "comments", 9).await[0]["text"], "");
    let words = server.number("SELECT count(*) FROM comment WHERE text <> ''");
    assert_eq!(words.await, 0);
    assert!(
        !comments
            .stand("nonsense", Standing::Shown, now)
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn what_moderators_do_with_posts_shows_at_once() {
    let server = Server::start().await;
    let [one, two] = people(&server).await;
    let post = one
        .posts(&format!("#꽃 @{} {HELD}", two.handle), "public")
        .await;
    let heard = Arc::new(Heard::default());
    let posts = ModeratedPosts::new(server.store.clone(), heard.clone());
    let now = Clock::start().wall();
    let path = format!("/v1/posts/{post}");
    let published = "SELECT count(*) FROM outbox WHERE event LIKE '%post_published%'";
    assert_eq!(server.number(published).await, 0);
    assert!(two.told().await.is_empty());
    for (standing, seen) in [
        (Standing::Shown, true),
        (Standing::Hidden, false),
        (Standing::Shown, true),
        (Standing::Removed, false),
        (Standing::Shown, false),
    ] {
        assert!(posts.stand(&post, standing, now).await.unwrap());
        assert_eq!(
            two.browser.get(&path).await.status == 200,
            seen,
            "{standing:?}"
        );
        assert_eq!(two.ids("/v1/tags/꽃/posts").await.len(), usize::from(seen));
        assert_eq!(
            posts.is_seen_by(&post, user(&two).await).await.unwrap(),
            seen
        );
    }
    assert_eq!(server.number(published).await, 1, "it is new once");
    assert_eq!(two.told().await.len(), 1);
    assert_eq!(heard.to(), [user(&two).await], "once, and at once");
    let own = one.sees(&post).await;
    assert_eq!(
        (&own["text"], &own["standing"]),
        (&json!(""), &json!("removed"))
    );
    let change = json!({ "text": "다시" });
    let changed = one.browser.ask(Method::PATCH, &path, Some(&change)).await;
    changed.is_problem(403, "forbidden");
    assert_eq!(
        one.acts(Method::DELETE, &path).await,
        StatusCode::NO_CONTENT
    );
    assert!(!posts.stand(&post, Standing::Shown, now).await.unwrap());
}

const CASES: &str = "SELECT count(*) FROM moderation_case WHERE state = 'open'";

#[tokio::test]
async fn a_held_post_has_its_case_once_it_is_out() {
    let server = Server::start().await;
    let [one] = people(&server).await;
    let later = |ms| WallMs(Clock::start().wall().0 + ms);
    let format = &time::format_description::well_known::Rfc3339;
    let soon = later(60_000).to_offset().format(format).unwrap();
    let wish = json!({ "text": "글", "content_warning": HELD, "visibility": "public",
        "state": "scheduled", "publish_at": soon });
    let mut ids = Vec::new();
    for _ in 0..2 {
        let written = one.writes(&wish).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        assert_eq!(written.json()["post"]["standing"], "held");
        ids.push(id(&written.json()["post"]));
    }
    assert_eq!(server.number(CASES).await, 0, "nobody else sees it yet");
    // Its author makes one of them right, and nobody has to look at it.
    let path = format!("/v1/posts/{}", ids[0]);
    let right = json!({ "content_warning": "" });
    let changed = one.browser.ask(Method::PATCH, &path, Some(&right)).await;
    assert_eq!(
        changed.json()["post"]["standing"],
        "shown",
        "{}",
        changed.body
    );
    let worker = Posts {
        store: Arc::new(server.store.clone()),
        sink: Arc::new(Heard::default()),
    };
    assert_eq!(worker.publish(later(120_000)).await.unwrap(), 2);
    assert_eq!(server.number(CASES).await, 1);
    let about = "SELECT count(*) FROM moderation_case WHERE text LIKE '%짱깨%'";
    assert_eq!(
        server.number(about).await,
        1,
        "what it was held for is in it"
    );
    // And one that is published by hand.
    let written = one.writes(&wish).await.json();
    let path = format!("/v1/posts/{}/publish", id(&written["post"]));
    assert_eq!(server.number(CASES).await, 1);
    let out = one.browser.ask(Method::POST, &path, None).await;
    assert_eq!(out.json()["post"]["standing"], "held", "{}", out.body);
    assert_eq!(server.number(CASES).await, 2);
}
