//! What people are to each other: `/v1/users/{handle}/...` and the lists of `/v1/me`.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::server::Server;

mod block;
mod follow;
mod lists;
mod mute;
mod requests;
mod tie;

/// Somebody signed in.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) handle: String,
}

impl Person {
    pub(crate) async fn new(server: &Server, name: &str) -> Self {
        let browser = Browser::new(server);
        let me = browser.sign_in(name).await;
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self {
            handle: text("handle"),
            browser,
        }
    }

    /// Does something about somebody.
    pub(crate) async fn does(&self, method: Method, what: &str, whom: &Self) -> Answer {
        let path = format!("/v1/users/{}/{what}", whom.handle);
        self.browser.ask(method, &path, None).await
    }

    /// Puts something with a body.
    pub(crate) async fn puts(&self, what: &str, whom: &Self, body: Value) -> Answer {
        let path = format!("/v1/users/{}/{what}", whom.handle);
        self.browser.ask(Method::PUT, &path, Some(&body)).await
    }

    /// What somebody is to them.
    pub(crate) async fn relation(&self, whom: &Self) -> Value {
        let path = format!("/v1/users/{}/relation", whom.handle);
        let answer = self.browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
        answer.json()["relation"].clone()
    }

    /// The handles in a list, whole.
    pub(crate) async fn list(&self, path: &str) -> Vec<String> {
        let answer = self.browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        handles(&answer.json())
    }

    /// Becomes the tie of somebody.
    pub(crate) async fn ties(&self, other: &Self) {
        for (one, two, name) in [(self, other, "하나"), (other, self, "둘")] {
            let tied = one.puts("tie", two, json!({ "nickname": name })).await;
            assert_eq!(tied.status, StatusCode::OK, "{}", tied.body);
        }
    }
}

/// The handles of the one list in a page.
pub(crate) fn handles(page: &Value) -> Vec<String> {
    let page = page.as_object().unwrap();
    let list = page.values().find_map(Value::as_array).unwrap();
    let handles = list.iter().map(|entry| entry["handle"].as_str().unwrap());
    handles.map(str::to_owned).collect()
}

/// Relations in which nobody is anything to anybody.
pub(crate) fn nothing() -> Value {
    json!({
        "following": false, "requested": false, "requested_by": false, "followed_by": false,
        "muting": null, "blocking": false, "tie": null, "tie_asked": false, "tie_asked_by": false,
    })
}

/// Every route about one other person: method, address with `{}` for the handle, body.
pub(crate) fn routes() -> Vec<(Method, &'static str, Option<Value>)> {
    let (get, put, delete) = (Method::GET, Method::PUT, Method::DELETE);
    let tie = || Some(json!({ "nickname": "별" }));
    vec![
        (get.clone(), "/v1/users/{}/relation", None),
        (get.clone(), "/v1/users/{}/follow", None),
        (put.clone(), "/v1/users/{}/follow", None),
        (delete.clone(), "/v1/users/{}/follow", None),
        (put.clone(), "/v1/users/{}/block", None),
        (delete.clone(), "/v1/users/{}/block", None),
        (put.clone(), "/v1/users/{}/mute", Some(json!({}))),
        (delete.clone(), "/v1/users/{}/mute", None),
        (put.clone(), "/v1/users/{}/tie", tie()),
        (delete.clone(), "/v1/users/{}/tie", None),
        (
            put.clone(),
            "/v1/users/{}/testimonial",
            Some(json!({ "text": "좋은 사람" })),
        ),
        (delete.clone(), "/v1/users/{}/testimonial", None),
        (delete.clone(), "/v1/me/testimonials/{}", None),
        (delete.clone(), "/v1/me/followers/{}", None),
        (put, "/v1/me/follow-requests/{}", None),
        (delete, "/v1/me/follow-requests/{}", None),
        (get.clone(), "/v1/users/{}/followers", None),
        (get.clone(), "/v1/users/{}/following", None),
        (get.clone(), "/v1/users/{}/familiar-followers", None),
        (get, "/v1/users/{}/testimonials", None),
    ]
}

/// Those anybody may ask, signed in or not.
pub(crate) const PUBLIC: [&str; 3] = [
    "/v1/users/{}/followers",
    "/v1/users/{}/following",
    "/v1/users/{}/testimonials",
];

#[tokio::test]
async fn strangers_may_look_at_public_lists_and_no_more() {
    let server = Server::start().await;
    server.move_in("haneul", "하늘").await;
    let stranger = Browser::new(&server);
    for (method, path, body) in routes() {
        let address = path.replace("{}", "haneul");
        let answer = stranger.ask(method, &address, body.as_ref()).await;
        if PUBLIC.contains(&path) {
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        } else {
            answer.is_problem(401, "sign_in_required");
        }
    }
    for list in ["follow-requests", "blocks", "mutes", "ties", "tie-requests"] {
        let answer = stranger.get(&format!("/v1/me/{list}")).await;
        answer.is_problem(401, "sign_in_required");
    }
}

#[tokio::test]
async fn nobody_is_found_by_what_is_no_handle_of_anybody() {
    let server = Server::start().await;
    let me = Person::new(&server, "하늘").await;
    for (method, path, body) in routes() {
        for nobody in ["nobody", "Haneul", "..%2F", "%00"] {
            let path = path.replace("{}", nobody);
            let answer = me.browser.ask(method.clone(), &path, body.as_ref()).await;
            answer.is_problem(404, "user_not_found");
        }
    }
}

#[tokio::test]
async fn nobody_is_anything_to_themselves() {
    let server = Server::start().await;
    let me = Person::new(&server, "하늘").await;
    for (method, path, body) in routes() {
        let address = path.replace("{}", &me.handle);
        let answer = me.browser.ask(method.clone(), &address, body.as_ref());
        let answer = answer.await;
        let does = method == Method::PUT || path.ends_with("relation");
        match does {
            true if path.ends_with("follow") => answer.is_problem(422, "follows_oneself"),
            true => answer.is_problem(422, "relates_to_oneself"),
            false => assert!(answer.status.is_success(), "{path}: {}", answer.body),
        }
    }
}
