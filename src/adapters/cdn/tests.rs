//! Each driver before a server of this machine that checks what it is asked as the network itself would.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::webhook::signature;
use super::*;
use crate::config::Secret;
use crate::ports::cdn::conformance::{Caches, Driven, Mood, conformance};

const SECRET: &str = "t0ken";

/// What some put into the address of a webhook, so that nobody else knows it.
const HOOK_KEY: &str = "h1dden";

/// How long drivers wait here for a network that does not answer.
const TEST_PATIENCE: Duration = Duration::from_millis(500);

/// Which network it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cloudflare,
    Fastly,
    Webhook,
}

#[derive(Debug, Clone)]
struct Network {
    kind: Kind,
    caches: Caches,
    api: String,
}

/// What a request asks to be dropped; none where the network would not take it.
fn understood(kind: Kind, parts: &Parts, body: &[u8]) -> Option<Vec<String>> {
    let header = |name: &str| parts.headers.get(name)?.to_str().ok();
    let is_json = |headers: &HeaderMap| headers["content-type"] == "application/json";
    let list = |field: &str| -> Option<Vec<String>> {
        let body: Value = serde_json::from_slice(body).ok()?;
        (body.as_object()?.len() == 1).then_some(())?;
        serde_json::from_value(body[field].clone()).ok()
    };
    if parts.method != Method::POST {
        return None;
    }
    match kind {
        Kind::Cloudflare => {
            let known = header("authorization")? == format!("Bearer {SECRET}");
            let place = parts.uri.path() == "/client/v4/zones/abc/purge_cache";
            let files = list("files")?;
            let takes = known && place && is_json(&parts.headers) && files.len() <= 30;
            (takes && !files.is_empty()).then_some(files)
        }
        Kind::Fastly => {
            let bare = parts
                .uri
                .path_and_query()?
                .as_str()
                .strip_prefix("/purge/")?;
            let known = header("fastly-key")? == SECRET && body.is_empty();
            known.then(|| vec![format!("https://{bare}")])
        }
        Kind::Webhook => {
            let ours = signature(SECRET, body);
            let known = header("maru-signature").map(str::to_owned) == ours;
            let place = parts.uri.path() == "/hook" && is_json(&parts.headers);
            (known && place).then(|| list("urls"))?
        }
    }
}

async fn answer(State(network): State<Network>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let caches = &network.caches;
    let asked = {
        let mut asked = caches.asked.lock().unwrap();
        *asked += 1;
        *asked
    };
    let mood = *caches.mood.lock().unwrap();
    let Some(urls) = understood(network.kind, &parts, &body) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    match mood {
        Mood::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            return (status, [("location", "/elsewhere")]).into_response();
        }
        Mood::Unwilling => {
            let told = json!({"success": false, "errors": [{"code": 1012}], "status": "error"});
            return axum::Json(told).into_response();
        }
        Mood::Tires(takes) if asked > takes => {
            return StatusCode::TOO_MANY_REQUESTS.into_response();
        }
        Mood::Silent => std::future::pending().await,
        Mood::Willing | Mood::Tires(_) => {}
    }
    caches.dropped.lock().unwrap().extend(urls);
    match network.kind {
        Kind::Cloudflare => axum::Json(json!({"success": true, "errors": []})).into_response(),
        Kind::Fastly => axum::Json(json!({"status": "ok", "id": "1-2"})).into_response(),
        Kind::Webhook => StatusCode::NO_CONTENT.into_response(),
    }
}

#[allow(clippy::disallowed_methods)]
async fn network(kind: Kind) -> Network {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let network = Network {
        kind,
        caches: Caches::default(),
        api: format!("http://{}", listener.local_addr().unwrap()),
    };
    let router = Router::new().fallback(answer).with_state(network.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let _ = rustls::crypto::ring::default_provider().install_default();
    network
}

impl Driven for Network {
    const SECRET: &'static str = SECRET;

    fn driver(&self, secret: &str, is_there: bool) -> Box<dyn CdnPurge> {
        let client = client(TEST_PATIENCE).unwrap();
        let api = match is_there {
            true => self.api.clone(),
            false => "http://127.0.0.1:1".to_owned(),
        };
        match self.kind {
            Kind::Cloudflare => Box::new(Cloudflare {
                client,
                address: format!("{api}/client/v4/zones/abc/purge_cache"),
                token: Secret::new(secret),
            }),
            Kind::Fastly => Box::new(Fastly {
                client,
                api,
                token: Secret::new(secret),
            }),
            Kind::Webhook => Box::new(Webhook {
                client,
                url: format!("{api}/hook?key={HOOK_KEY}"),
                secret: Secret::new(secret),
            }),
        }
    }

    fn may_be_unwilling(&self) -> bool {
        // A webhook's status is its answer.
        self.kind != Kind::Webhook
    }

    fn caches(&self) -> &Caches {
        &self.caches
    }
}

#[tokio::test]
async fn cloudflare_keeps_what_a_driver_promises() {
    conformance(&network(Kind::Cloudflare).await).await;
}

#[tokio::test]
async fn fastly_keeps_what_a_driver_promises() {
    conformance(&network(Kind::Fastly).await).await;
}

#[tokio::test]
async fn a_webhook_keeps_what_a_driver_promises() {
    let network = network(Kind::Webhook).await;
    conformance(&network).await;
    let urls = ["https://media.example/media/1.webp".to_owned()];
    for (secret, is_there) in [("an0ther", true), (SECRET, false)] {
        let driver = network.driver(secret, is_there);
        let failed = driver.purge(&urls).await.unwrap_err().to_string();
        assert!(!failed.contains(HOOK_KEY), "{failed}");
        assert!(failed.contains("127.0.0.1"), "{failed}");
    }
}

#[tokio::test]
async fn without_a_network_there_is_nothing_to_be_done() {
    let urls = ["https://media.example/media/1.webp".to_owned()];
    NoCdn.purge(&urls).await.unwrap();
    NoCdn.purge(&[]).await.unwrap();
}
