//! A browser as far as sign-in needs one: cookies, forms with an `Origin`, and redirects one at a time.

use std::collections::BTreeMap;
use std::sync::Mutex;

use http::header::{ACCEPT, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use crate::server::Server;

/// One person's browser.
pub(crate) struct Browser {
    pub(crate) http: reqwest::Client,
    origin: String,
    pub(crate) cookies: Mutex<BTreeMap<String, String>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// A file that came back.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::FOUND, "{}", self.body);
        self.headers[LOCATION].to_str().unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Checks that it is a problem document of this status and code.
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let document = self.json();
        assert_eq!(document["code"], code);
        assert_eq!(document["status"], status);
        assert!(document["title"].is_string());
    }
}

impl Browser {
    pub(crate) fn new(server: &Server) -> Self {
        Self::at(server.public.origin())
    }

    /// A browser for the site of this origin.
    pub(crate) fn at(origin: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self {
            http: http.build().unwrap(),
            origin: origin.to_owned(),
            cookies: Mutex::default(),
        }
    }

    /// The same browser, where the site has another origin by now.
    pub(crate) fn moved_to(self, origin: &str) -> Self {
        let origin = origin.to_owned();
        Self { origin, ..self }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        match path.starts_with('/') {
            true => format!("{}{path}", self.origin),
            false => path.to_owned(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.http.get(self.url(path));
        self.send(request.header(ACCEPT, "text/html")).await
    }

    /// Any other request of one of our own pages, with a body where there is one.
    pub(crate) async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.ask_with(method, path, body, &[]).await
    }

    /// The same, with headers of its own.
    pub(crate) async fn ask_with(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = self.http.request(method, self.url(path));
        let mut request = request.header(ORIGIN, &self.origin);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Loads a file.
    pub(crate) async fn bytes(&self, path: &str) -> Loaded {
        let request = self.http.get(self.url(path)).header(COOKIE, self.cookie());
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Loaded {
            headers: response.headers().clone(),
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    fn cookie(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Any request of a program with a token, which has no cookies.
    pub(crate) async fn ask_as_program(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let request = self.http.request(method, self.url(path)).bearer_auth(token);
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        Answer::of(request.send().await.unwrap()).await
    }

    /// Sends a form of one of our own pages.
    pub(crate) async fn submit(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.submit_from(&self.origin, path, form).await
    }

    /// Sends a form of some site's page.
    pub(crate) async fn submit_from(
        &self,
        origin: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let request = self.http.post(self.url(path)).form(form);
        self.send(request.header(ORIGIN, origin)).await
    }

    /// Sends a form of another site's page, as a sign-in provider does: our cookies, all of them `SameSite=Lax`, stay.
    pub(crate) async fn submit_across(
        &self,
        origin: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let request = self.http.post(self.url(path)).form(form);
        let request = request.header(ORIGIN, origin);
        let request = request.header("sec-fetch-site", "cross-site");
        Answer::of(request.send().await.unwrap()).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let answer = Answer::of(request.header(COOKIE, self.cookie()).send().await.unwrap()).await;
        let mut kept = self.cookies.lock().unwrap();
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match cookie.contains("Max-Age=0") {
                true => kept.remove(name),
                false => kept.insert(name.to_owned(), value.to_owned()),
            };
        }
        drop(kept);
        answer
    }

    /// Goes to the provider's page, chooses, and stops before our callback is opened; its address.
    pub(crate) async fn choose(&self, return_to: &str, choice: (&str, &str)) -> String {
        let start = format!("/v1/auth/dev/start?return_to={return_to}");
        let page = self.get(&start).await.location().to_owned();
        assert_eq!(self.get(&page).await.status, StatusCode::OK);
        self.submit(&page, &[choice]).await.location().to_owned()
    }

    /// Signs in as somebody new, or as whoever gave this name before.
    pub(crate) async fn sign_in(&self, name: &str) -> Value {
        let callback = self.choose("/", ("name", name)).await;
        assert_eq!(self.get(&callback).await.location(), "/");
        self.me().await
    }

    /// Who is signed in; null for nobody.
    pub(crate) async fn me(&self) -> Value {
        let answer = self.get("/v1/me").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["user"].clone()
    }
}
