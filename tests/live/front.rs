//! A server's front door over HTTP: signing in and asking for tickets.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

use crate::client::DEADLINE;

/// Where a server answers.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    http: reqwest::Client,
}

/// Somebody signed in, and their own room.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    cookies: String,
    pub(crate) id: String,
    pub(crate) room: String,
}

impl Front {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // Another test of this process may have installed it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(DEADLINE)
            .no_proxy();
        Self {
            address,
            http: http.build().unwrap(),
        }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Signs in as somebody new through the development identity provider.
    pub(crate) async fn sign_in(&self, name: &str) -> Person {
        let mut jar = BTreeMap::new();
        let page = self.step(&mut jar, "/v1/auth/dev/start?return_to=/", None);
        let page = page.await.expect("the sign-in page");
        let callback = self.step(&mut jar, &page, Some(name)).await;
        let callback = callback.expect("back to the server");
        assert_eq!(self.step(&mut jar, &callback, None).await.unwrap(), "/");
        let cookies = cookies(&jar);
        let me = self.http.get(format!("{}/v1/me", self.origin()));
        let me = me.header(COOKIE, &cookies).send().await.unwrap();
        let me: Value = me.json().await.unwrap();
        let text = |field: &str| me["user"][field].as_str().unwrap().to_owned();
        Person {
            id: text("id"),
            room: text("front_room_id"),
            cookies,
        }
    }

    /// One request of a browser; where it is sent next.
    async fn step(
        &self,
        jar: &mut BTreeMap<String, String>,
        path: &str,
        name: Option<&str>,
    ) -> Option<String> {
        let url = match path.starts_with('/') {
            true => format!("{}{path}", self.origin()),
            false => path.to_owned(),
        };
        let request = match name {
            Some(name) => self.http.post(url).form(&[("name", name)]),
            None => self.http.get(url),
        };
        let request = request.header(ORIGIN, self.origin());
        let answer = request.header(COOKIE, cookies(jar)).send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            jar.insert(name.to_owned(), value.to_owned());
        }
        let next = answer.headers().get(LOCATION)?;
        Some(next.to_str().unwrap().to_owned())
    }

    /// Any request of somebody, or of nobody; the bare answer.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        person: Option<&Person>,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.origin()));
        if let Some(person) = person {
            request = request.header(COOKIE, &person.cookies);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (
            status,
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// What somebody, or nobody, is shown.
    pub(crate) async fn get(&self, path: &str, person: Option<&Person>) -> (u16, Value) {
        self.call(Method::GET, path, person, None).await
    }

    /// Asks for a ticket and gives back the bare answer.
    pub(crate) async fn ask(
        &self,
        room: &str,
        person: Option<&Person>,
        body: &Value,
    ) -> (u16, Value) {
        let url = format!("{}/v1/rooms/{room}/tickets", self.origin());
        let mut request = self.http.post(url).json(body);
        if let Some(person) = person {
            request = request.header(COOKIE, &person.cookies);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A ticket for somebody signed in.
    pub(crate) async fn ticket(&self, room: &str, person: &Person) -> String {
        let (status, answer) = self.ask(room, Some(person), &json!({})).await;
        assert_eq!(status, 201, "{answer}");
        answer["ticket"].as_str().unwrap().to_owned()
    }

    /// A ticket for a guest.
    pub(crate) async fn guest_ticket(&self, room: &str, name: &str) -> String {
        let guest = json!({ "guest": { "name": name, "look": [0, 0, 0, 0, 0, 0] } });
        let (status, answer) = self.ask(room, None, &guest).await;
        assert_eq!(status, 201, "{answer}");
        answer["ticket"].as_str().unwrap().to_owned()
    }
}

fn cookies(jar: &BTreeMap<String, String>) -> String {
    let pairs = jar.iter().map(|(name, value)| format!("{name}={value}"));
    pairs.collect::<Vec<_>>().join("; ")
}
