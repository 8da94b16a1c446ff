//! Posts, comments and lists of them.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::Answer;
use crate::relations::Person;
use crate::server::Server;

mod drafts;
mod edit;
mod feeds;
mod pictures;
mod responses;
mod rooms;
mod screen;
mod spam;
mod storm;
mod threads;
mod visibility;
mod write;

impl Person {
    /// Writes a post.
    pub(crate) async fn writes(&self, body: &Value) -> Answer {
        self.browser
            .ask(Method::POST, "/v1/posts", Some(body))
            .await
    }

    /// Writes a post that is taken; its id.
    pub(crate) async fn posts(&self, text: &str, visibility: &str) -> String {
        let wish = json!({ "text": text, "visibility": visibility });
        let written = self.writes(&wish).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        id(&written.json()["post"])
    }

    /// Comments on a post, or answers a comment on it; its id.
    pub(crate) async fn comments(&self, post: &str, parent: Option<&str>, text: &str) -> String {
        let mut body = json!({ "text": text });
        if let Some(parent) = parent {
            body["parent"] = parent.into();
        }
        let path = format!("/v1/posts/{post}/comments");
        let written = self.browser.ask(Method::POST, &path, Some(&body)).await;
        assert_eq!(written.status, StatusCode::CREATED, "{}", written.body);
        id(&written.json()["comment"])
    }

    /// Does something with a post or a comment, without a body.
    pub(crate) async fn acts(&self, method: Method, path: &str) -> StatusCode {
        self.browser.ask(method, path, None).await.status
    }

    /// Reacts to a post.
    pub(crate) async fn reacts(&self, post: &str, kind: &str) -> Answer {
        let path = format!("/v1/posts/{post}/reaction");
        let body = json!({ "kind": kind });
        self.browser.ask(Method::PUT, &path, Some(&body)).await
    }

    /// A post as they see it.
    pub(crate) async fn sees(&self, post: &str) -> Value {
        let answer = self.browser.get(&format!("/v1/posts/{post}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["post"].clone()
    }

    /// Everything in a list, page by page.
    pub(crate) async fn whole(&self, path: &str, field: &str, limit: u32) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let sign = if path.contains('?') { '&' } else { '?' };
            let page = format!("{path}{sign}limit={limit}{cursor}");
            let answer = self.browser.get(&page).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.body);
            let page = answer.json();
            all.extend(page[field].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else {
                return all;
            };
            assert!(
                page[field].as_array().unwrap().len() == limit as usize,
                "full as long as there is more"
            );
            cursor = format!("&cursor={next}");
        }
    }

    /// The ids in a list of posts.
    pub(crate) async fn ids(&self, path: &str) -> Vec<String> {
        self.whole(path, "posts", 3).await.iter().map(id).collect()
    }

    /// What they were told, the newest first: kind, by whom, about what.
    pub(crate) async fn told(&self) -> Vec<(String, String, String)> {
        let page = self.browser.get("/v1/me/notifications").await.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let notices = page["notifications"].as_array().unwrap().iter();
        notices
            .map(|it| {
                (
                    text(&it["kind"]),
                    text(&it["from"]["handle"]),
                    text(&it["subject"]),
                )
            })
            .collect()
    }

    /// Makes their account private, or public.
    pub(crate) async fn private(&self, is_private: bool) {
        let body = json!({ "account_private": is_private });
        let set = self
            .browser
            .ask(Method::PATCH, "/v1/me/settings", Some(&body))
            .await;
        assert_eq!(set.status, StatusCode::OK);
    }

    /// Follows somebody, who lets them.
    pub(crate) async fn follows(&self, whom: &Self) {
        self.does(Method::PUT, "follow", whom).await;
        let path = format!("/v1/me/follow-requests/{}", self.handle);
        whom.browser.ask(Method::PUT, &path, None).await;
        assert_eq!(self.relation(whom).await["following"], true);
    }
}

/// The id of something.
pub(crate) fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

/// So many people.
pub(crate) async fn people<const N: usize>(server: &Server) -> [Person; N] {
    let mut people = Vec::new();
    for n in 0..N {
        people.push(Person::new(server, &format!("사람 {n}")).await);
    }
    people.try_into().ok().unwrap()
}
