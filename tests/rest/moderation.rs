//! `/v1/reports`, `/v1/moderation` and `/v1/me/decisions`, on the whole server.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::site::Site;

mod appeals;
mod cases;
mod filter;
mod reports;
mod suspended;

/// Somebody signed in.
pub(crate) struct Person {
    pub(crate) browser: Browser,
    pub(crate) id: String,
    pub(crate) handle: String,
    pub(crate) room: String,
}

impl Person {
    pub(crate) async fn new(site: &Site, name: &str) -> Self {
        let browser = site.browser();
        let me = browser.sign_in(name).await;
        let text = |field: &str| me[field].as_str().unwrap().to_owned();
        Self {
            id: text("id"),
            handle: text("handle"),
            room: text("front_room_id"),
            browser,
        }
    }

    pub(crate) async fn staff(site: &Site, name: &str, role: AccountRole) -> Self {
        let person = Self::new(site, name).await;
        let given = maru::app::set_role(site.data(), &person.handle, role).await;
        given.unwrap();
        person
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.browser.ask(Method::POST, path, Some(&body)).await
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.browser.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.headers["cache-control"], "no-store");
        answer.json()
    }

    /// Reports a person.
    pub(crate) async fn reports(&self, whom: &Self) -> Answer {
        let body = json!({ "kind": "user", "id": whom.id, "reason": "abuse", "comment": "욕해요" });
        self.post("/v1/reports", body).await
    }

    /// Reports a room, by its name.
    pub(crate) async fn reports_room(&self, whose: &Self) -> Answer {
        // A room is made when it is first asked for.
        let seen = self.browser.get(&format!("/v1/rooms/{}", whose.room)).await;
        assert_eq!(seen.status, 200, "{}", seen.body);
        let body = json!({ "kind": "room", "id": whose.room, "reason": "hate" });
        self.post("/v1/reports", body).await
    }

    /// The id of the only open case.
    pub(crate) async fn case(&self) -> String {
        let cases = self.get("/v1/moderation/cases").await;
        let cases = cases["cases"].as_array().unwrap();
        assert_eq!(cases.len(), 1, "{cases:?}");
        cases[0]["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn decides(&self, case: &str, body: Value) -> Answer {
        let path = format!("/v1/moderation/cases/{case}/decisions");
        self.post(&path, body).await
    }
}

/// People and staff: somebody, another, two moderators.
pub(crate) async fn cast(site: &Site) -> (Person, Person, Person, Person) {
    (
        Person::new(site, "하늘").await,
        Person::new(site, "바다").await,
        Person::staff(site, "지킴이", AccountRole::Moderator).await,
        Person::staff(site, "문지기", AccountRole::Moderator).await,
    )
}
