//! The people of the matrix, fresh for each operation.

use http::Method;
use maru::domain::user::AccountRole;
use serde_json::Value;

use super::Row;
use crate::browser::{Answer, Browser};
use crate::site::Site;

/// Sent instead of a row's body by whoever has no account, where the operation is one for guests.
const GUEST_BODY: (&str, &str) = (
    "POST /v1/rooms/{id}/tickets",
    r#"{"guest": {"name": "손님", "look": [0, 0, 0, 0, 0, 0]}}"#,
);

/// The id of nothing there is.
const NOBODYS: &str = "01890000-0000-7000-8000-000000000001";

pub(super) struct Cast {
    anonymous: Browser,
    closing: Person,
    blocked: Person,
    user: Person,
    follower: Person,
    moderator: Person,
    admin: Person,
    owner: Person,
    /// Of the user, for `live` alone.
    narrow: String,
    /// And for `read` alone.
    reader: String,
    owner_login: String,
    owner_token: String,
    owner_post: String,
    owner_comment: String,
    /// What the owner wrote into their own guestbook, and beneath it.
    entry: String,
    reply: String,
    /// An upload of the owner's that is announced.
    owner_asset: String,
}

struct Person {
    browser: Browser,
    id: String,
    handle: String,
    room: String,
}

impl Person {
    async fn sign_in(site: &Site, name: &str) -> Self {
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

    /// Makes a token; it, and its secret.
    async fn token(&self, scope: &str) -> (String, String) {
        let body = serde_json::json!({ "name": "token", "scopes": [scope] });
        let made = self.browser.ask(Method::POST, "/v1/me/tokens", Some(&body));
        let made = made.await.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&made["token"]["id"]), text(&made["secret"]))
    }

    /// Makes something; its id.
    async fn makes(&self, path: &str, body: &Value, what: &str) -> String {
        let made = self.browser.ask(Method::POST, path, Some(body)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()[what]["id"].as_str().unwrap().to_owned()
    }

    /// Announces a picture; it.
    async fn asset(&self) -> String {
        let body = serde_json::json!({ "content_type": "image/png", "bytes": 9, "sha256": "0".repeat(64),
            "purpose": "picture" });
        let path = "/v1/assets/uploads";
        let made = self.browser.ask(Method::POST, path, Some(&body)).await;
        made.json()["asset_id"].as_str().unwrap().to_owned()
    }

    /// Does something to somebody.
    async fn does(&self, what: &str, whom: &Self, body: Option<&Value>) {
        let path = format!("/v1/users/{}/{what}", whom.handle);
        let done = self.browser.ask(Method::PUT, &path, body).await;
        assert_eq!(done.status, 200, "{}", done.body);
    }

    /// Closes the account, and signs in again.
    async fn closes(self, number: usize) -> Self {
        let closed = self.browser.ask(Method::DELETE, "/v1/me", None).await;
        assert_eq!(closed.status, 202, "{}", closed.body);
        let name = format!("closing {number}");
        let callback = self.browser.choose("/", ("name", &name)).await;
        self.browser.get(&callback).await;
        self
    }

    /// The login of the browser.
    async fn login(&self) -> String {
        let logins = self.browser.get("/v1/me/logins").await.json();
        logins["logins"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn becomes(self, role: AccountRole, site: &Site) -> Self {
        let given = maru::app::set_role(site.data(), &self.handle, role).await;
        assert_eq!(given.unwrap(), AccountRole::User);
        self
    }
}

impl Cast {
    /// Everybody, new to the site.
    pub(super) async fn assemble(site: &Site, number: usize) -> Self {
        let person = async |who: &str| Person::sign_in(site, &format!("{who} {number}")).await;
        let moderator = person("moderator").await;
        let admin = person("admin").await;
        let (user, owner) = (person("user").await, person("owner").await);
        let (_, narrow) = user.token("live").await;
        let (_, reader) = user.token("read").await;
        let (owner_token, _) = owner.token("read").await;
        let post = serde_json::json!({ "text": "글", "visibility": "public" });
        let owner_post = owner.makes("/v1/posts", &post, "post").await;
        let comments = format!("/v1/posts/{owner_post}/comments");
        let comment = serde_json::json!({ "text": "댓글" });
        let cast = Self {
            owner_comment: owner.makes(&comments, &comment, "comment").await,
            owner_post,
            anonymous: site.browser(),
            narrow,
            reader,
            owner_login: owner.login().await,
            owner_token,
            entry: String::new(),
            reply: String::new(),
            owner_asset: owner.asset().await,
            user,
            closing: person("closing").await.closes(number).await,
            blocked: person("blocked").await,
            follower: person("follower").await,
            moderator: moderator.becomes(AccountRole::Moderator, site).await,
            admin: admin.becomes(AccountRole::Admin, site).await,
            owner,
        };
        let tie = serde_json::json!({ "nickname": "별" });
        cast.owner.does("block", &cast.blocked, None).await;
        cast.follower.does("follow", &cast.owner, None).await;
        cast.follower.does("tie", &cast.owner, Some(&tie)).await;
        cast.owner.does("tie", &cast.follower, Some(&tie)).await;
        let private = serde_json::json!({ "account_private": true });
        let owner = &cast.owner.browser;
        let set = owner.ask(Method::PATCH, "/v1/me/settings", Some(&private));
        assert_eq!(set.await.status, 200);
        cast
    }

    /// With an entry in the owner's guestbook and a reply to it, for operations on these.
    pub(super) async fn with_entries(mut self) -> Self {
        let write = async |path: String| {
            let body = serde_json::json!({ "text": "어서 오세요" });
            let owner = &self.owner.browser;
            let written = owner.ask(Method::POST, &path, Some(&body)).await;
            assert_eq!(written.status, 201, "{}", written.body);
            written.json()["entry"]["id"].as_str().unwrap().to_owned()
        };
        let entry = write(format!("/v1/rooms/{}/guestbook", self.owner.room)).await;
        let reply = write(format!("/v1/guestbook/{entry}/replies")).await;
        (self.entry, self.reply) = (entry, reply);
        self
    }

    /// Asks as one of the cast.
    pub(super) async fn ask(&self, who: &str, row: &Row) -> Answer {
        let (method, path) = row.operation.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let body = match who {
            "guest" if row.operation == GUEST_BODY.0 => Some(GUEST_BODY.1),
            _ => row.body,
        };
        let body: Option<Value> = body.map(|body| serde_json::from_str(&self.fill(body)).unwrap());
        let token = match who {
            "narrow" => Some(&self.narrow),
            "reader" => Some(&self.reader),
            _ => None,
        };
        if let Some(token) = token {
            let (program, path) = (&self.anonymous, self.fill(path));
            let asked = program.ask_as_program(token, method, &path, body.as_ref());
            return asked.await;
        }
        let browser = match who {
            "closing" => &self.closing.browser,
            "user" => &self.user.browser,
            "follower" => &self.follower.browser,
            "blocked" => &self.blocked.browser,
            "moderator" => &self.moderator.browser,
            "admin" => &self.admin.browser,
            "owner" => &self.owner.browser,
            "anonymous" | "guest" => &self.anonymous,
            other => panic!("nobody is {other} yet"),
        };
        browser.ask(method, &self.fill(path), body.as_ref()).await
    }

    /// Somebody whom the moderator has suspended, signed in again.
    pub(super) async fn suspended(&self, site: &Site, name: &str) -> Browser {
        let person = site.browser();
        let me = person.sign_in(name).await;
        let path = format!(
            "/v1/admin/users/{}/suspension",
            me["handle"].as_str().unwrap()
        );
        let body = serde_json::json!({ "reason": "spam" });
        let staff = &self.moderator.browser;
        let laid = staff.ask(Method::PUT, &path, Some(&body)).await;
        assert_eq!(laid.status, 204, "{}", laid.body);
        let callback = person.choose("/", ("name", name)).await;
        person.get(&callback).await;
        person
    }

    /// Asks as somebody who is not one of the cast.
    pub(super) async fn ask_by(&self, browser: &Browser, row: &Row) -> Answer {
        let (method, path) = row.operation.split_once(' ').unwrap();
        let body = row.body.map(|body| self.fill(body));
        let body: Option<Value> = body.map(|body| serde_json::from_str(&body).unwrap());
        let method: Method = method.parse().unwrap();
        browser.ask(method, &self.fill(path), body.as_ref()).await
    }

    /// Things of the owner in place of `{...}`.
    fn fill(&self, text: &str) -> String {
        text.replace("{handle}", &self.owner.handle)
            .replace("/rooms/{id}", &format!("/rooms/{}", self.owner.room))
            .replace("{front}", &self.owner.room)
            .replace("/layouts/{name}", "/layouts/summer")
            .replace("/live/{room}", &format!("/live/{}", self.owner.room))
            .replace("/logins/{id}", &format!("/logins/{}", self.owner_login))
            .replace("/tokens/{id}", &format!("/tokens/{}", self.owner_token))
            // Of what is nobody's.
            .replace("/muted-words/{id}", &format!("/muted-words/{NOBODYS}"))
            .replace("/decisions/{id}", &format!("/decisions/{NOBODYS}"))
            .replace("/cases/{id}", &format!("/cases/{NOBODYS}"))
            .replace("/appeals/{id}", &format!("/appeals/{NOBODYS}"))
            .replace("{owner}", &self.owner.id)
            .replace("/posts/{id}", &format!("/posts/{}", self.owner_post))
            .replace(
                "/comments/{id}",
                &format!("/comments/{}", self.owner_comment),
            )
            .replace("{tag}", "tag")
            .replace("/guestbook/{id}", &format!("/guestbook/{}", self.entry))
            .replace("/replies/{id}", &format!("/replies/{}", self.reply))
            .replace("/assets/{id}", &format!("/assets/{}", self.owner_asset))
            .replace("{asset}", &self.owner_asset)
            .replace("{provider}", "dev")
    }
}
