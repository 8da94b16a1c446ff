//! `/v1/rooms` and a person's own: made, put away, deleted, found, shared.

use http::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::site::Site;

mod editors;
mod layouts;
mod limits;
mod lives;
mod purge;
mod search;

/// Somebody signed in.
pub(crate) struct Host {
    pub(crate) browser: Browser,
    pub(crate) handle: String,
    pub(crate) front: String,
}

impl Host {
    pub(crate) async fn new(site: &Site, name: &str) -> Self {
        let browser = site.browser();
        let me = browser.sign_in(name).await;
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self {
            handle: text("handle"),
            front: text("front_room_id"),
            browser,
        }
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        self.browser.ask(method, path, body).await
    }

    /// Asks for what must come.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.json()
    }

    /// Makes a room.
    pub(crate) async fn room(&self, body: Value) -> Value {
        let made = self.ask(Method::POST, "/v1/rooms", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let room = made.json()["room"].clone();
        let place = format!("/v1/rooms/{}", room["id"].as_str().unwrap());
        assert_eq!(made.headers["location"], place.as_str());
        room
    }

    /// Makes a room of this name, and gives its address.
    pub(crate) async fn named(&self, name: &str) -> String {
        let room = self.room(json!({ "name": name })).await;
        format!("/v1/rooms/{}", room["id"].as_str().unwrap())
    }

    pub(crate) async fn archive(&self, path: &str, archived: bool) -> Answer {
        let body = json!({ "archived": archived });
        self.ask(Method::PATCH, path, body).await
    }
}

/// The names in a page of rooms.
pub(crate) fn names(page: &Value) -> Vec<&str> {
    let rooms = page["rooms"].as_array().unwrap().iter();
    rooms.map(|room| room["name"].as_str().unwrap()).collect()
}
