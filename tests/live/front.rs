//! A server's front door over HTTP: signing in and asking for tickets.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, ETAG, LOCATION, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

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
    pub(crate) handle: String,
    pub(crate) room: String,
}

/// What an app has been given.
#[derive(Debug, Clone)]
pub(crate) struct AppLogin {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

/// The example of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

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
            handle: text("handle"),
            room: text("front_room_id"),
            cookies,
        }
    }

    /// Signs somebody in with the app `phone`, which the server must know.
    pub(crate) async fn sign_in_app(&self, name: &str) -> AppLogin {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let redirect_uri = "com.example.phone:/callback";
        let authorize = format!(
            "/v1/auth/authorize?client_id=phone&redirect_uri={redirect_uri}&state=s&provider=dev\
             &code_challenge={challenge}&code_challenge_method=S256"
        );
        let mut jar = BTreeMap::new();
        let page = self.step(&mut jar, &authorize, None).await.unwrap();
        let callback = self.step(&mut jar, &page, Some(name)).await.unwrap();
        let back = self.step(&mut jar, &callback, None).await.unwrap();
        let back: reqwest::Url = back.parse().unwrap();
        let code = back.query_pairs().find(|(name, _)| name == "code");
        let code = code.expect("a code").1.into_owned();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", "phone"),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
            ("code", &code),
        ];
        self.tokens(&form).await.expect("a good code")
    }

    /// Changes an app's refresh token; none when it is not good.
    pub(crate) async fn refresh(&self, token: &str) -> Option<AppLogin> {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", "phone"),
            ("refresh_token", token),
        ];
        self.tokens(&form).await
    }

    async fn tokens(&self, form: &[(&str, &str)]) -> Option<AppLogin> {
        let (status, body) = self.form("/v1/auth/token", form).await;
        let text = |name: &str| body[name].as_str().expect("a token").to_owned();
        (status == 200).then(|| AppLogin {
            access: text("access_token"),
            refresh: text("refresh_token"),
        })
    }

    /// Sends a form of an app.
    pub(crate) async fn form(&self, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.origin()));
        let answer = request.form(form).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Any request with a token.
    pub(crate) async fn call_with(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let request = self
            .http
            .request(method, format!("{}{path}", self.origin()))
            .bearer_auth(token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// A ticket for whoever has this token.
    pub(crate) async fn ticket_with(&self, room: &str, token: &str) -> String {
        let path = format!("/v1/rooms/{room}/tickets");
        let (status, answer) = self
            .call_with(Method::POST, &path, token, Some(&json!({})))
            .await;
        assert_eq!(status, 201, "{answer}");
        answer["ticket"].as_str().unwrap().to_owned()
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

    /// A request with one header more; the status, and the tag of the answer.
    pub(crate) async fn versioned(
        &self,
        method: Method,
        path: &str,
        person: &Person,
        (header, tag): (&str, &str),
        body: Option<&Value>,
    ) -> (u16, String) {
        let request = self
            .http
            .request(method, format!("{}{path}", self.origin()));
        let mut request = request.header(COOKIE, &person.cookies).header(header, tag);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.unwrap();
        let tag = answer.headers().get(ETAG).map(|tag| tag.to_str().unwrap());
        (answer.status().as_u16(), tag.unwrap_or_default().to_owned())
    }

    /// Sends a picture as forms do.
    pub(crate) async fn upload(
        &self,
        person: &Person,
        purpose: &str,
        content_type: &str,
        bytes: &[u8],
    ) -> (u16, Value) {
        const BORDER: &str = "between-the-parts-of-a-form";
        let mut body = format!(
            "--{BORDER}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\n{purpose}\r\n\
             --{BORDER}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"picture\"\r\n\
             content-type: {content_type}\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BORDER}--\r\n").as_bytes());
        let request = self
            .http
            .post(format!("{}/v1/assets", self.origin()))
            .header(COOKIE, &person.cookies)
            .header(
                CONTENT_TYPE,
                format!("multipart/form-data; boundary={BORDER}"),
            )
            .body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or(Value::Null))
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
