//! How much what people write looks like spam, and what counts for it: on the whole server, whose people are new.

use http::{Method, StatusCode};
use maru::domain::clock::{Clock, WallMs};
use maru::domain::id::PostId;
use serde_json::{Value, json};

use super::id;
use crate::browser::Answer;
use crate::moderation::{Person, cast};
use crate::site::Site;

const SAID: &str = "오늘은 하루 종일 마루에 앉아서 창밖의 비를 바라보며 차를 마셨어요";

/// Two links where nobody linked before: a moderator looks.
const SUSPECT: &str = "여기 좀 보세요 https://one.example/a https://two.example/b";

/// Six: it is refused.
fn spam(to: &str) -> String {
    let links: Vec<String> = ["a", "b", "c", "d", "e", "f"]
        .into_iter()
        .map(|host| format!("https://{host}.{to}.example"))
        .collect();
    links.join(" ")
}

impl Person {
    async fn patches(&self, path: &str, body: Value) -> Answer {
        self.browser.ask(Method::PATCH, path, Some(&body)).await
    }

    async fn keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        let key = [("idempotency-key", key)];
        self.browser
            .ask_with(Method::POST, path, Some(body), &key)
            .await
    }
}

fn standing(answer: &Answer, what: &str) -> Value {
    assert!(answer.status.is_success(), "{}", answer.body);
    answer.json()[what]["standing"].clone()
}

#[tokio::test]
async fn what_is_made_of_a_post_or_a_comment_is_judged_as_if_it_were_new() {
    let site = Site::start().await;
    let (one, ..) = cast(&site).await;
    let post = json!({ "text": SAID, "visibility": "public" });
    let post = id(&one.post("/v1/posts", post).await.json()["post"]);
    let comments = format!("/v1/posts/{post}/comments");
    let comment = json!({ "text": "처음에는 아무렇지도 않은 말" });
    let comment = id(&one.post(&comments, comment).await.json()["comment"]);
    for (path, what) in [
        (format!("/v1/posts/{post}"), "post"),
        (format!("/v1/comments/{comment}"), "comment"),
    ] {
        let refused = one.patches(&path, json!({ "text": spam(what) })).await;
        refused.is_problem(422, "content_refused");
        // To put one's own words right, again and again, is not to say them again.
        for n in 0..6 {
            let right = json!({ "text": format!("{SAID} {n}") });
            let changed = one.patches(&path, right).await;
            assert_eq!(standing(&changed, what), "shown", "{what} {n}");
        }
    }
    let held = one
        .patches(&format!("/v1/posts/{post}"), json!({ "text": SUSPECT }))
        .await;
    assert_eq!(standing(&held, "post"), "held");
}

#[tokio::test]
async fn a_draft_that_is_put_off_is_judged() {
    let site = Site::start().await;
    let (one, ..) = cast(&site).await;
    let draft = json!({ "text": SUSPECT, "visibility": "public", "state": "draft" });
    let written = one.post("/v1/posts", draft).await;
    assert_eq!(standing(&written, "post"), "shown", "nobody sees it");
    let path = format!("/v1/posts/{}", id(&written.json()["post"]));
    let later = WallMs(Clock::start().wall().0 + 3_600_000).to_offset();
    let format = &time::format_description::well_known::Rfc3339;
    let later = later.format(format).unwrap();
    let put_off = json!({ "state": "scheduled", "publish_at": later });
    let put_off = one.patches(&path, put_off).await;
    assert_eq!(standing(&put_off, "post"), "held");
}

#[tokio::test]
async fn every_word_of_a_post_is_judged() {
    let site = Site::start().await;
    let (one, ..) = cast(&site).await;
    let wish = json!({ "text": "보세요", "content_warning": "https://one.example https://two.example",
        "visibility": "public" });
    let written = one.post("/v1/posts", wish).await;
    assert_eq!(standing(&written, "post"), "held");
}

#[tokio::test]
async fn a_request_sent_again_counts_once_whatever_became_of_it() {
    let site = Site::start().await;
    let (one, two, ..) = cast(&site).await;
    let post = json!({ "text": "글", "visibility": "public" });
    let post = id(&one.post("/v1/posts", post).await.json()["post"]);
    let comments = format!("/v1/posts/{post}/comments");
    let said = json!({ "text": SAID });
    for _ in 0..6 {
        let written = two.keyed(&comments, "same", &said).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
    }
    // It is the second time they say so, not the seventh.
    let again = two.post(&comments, said.clone()).await;
    assert_eq!(standing(&again, "comment"), "shown");
    // Nor does it count how often it is tried where it cannot be.
    let nowhere = format!("/v1/posts/{}/comments", PostId::generate());
    for _ in 0..6 {
        let refused = one.keyed(&nowhere, "nowhere", &said).await;
        refused.is_problem(404, "post_not_found");
    }
    let once = one.post(&comments, said).await;
    assert_eq!(standing(&once, "comment"), "shown");
}
