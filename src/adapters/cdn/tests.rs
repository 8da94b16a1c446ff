//! Each driver before a server of this machine that remembers what it was asked.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use http::StatusCode;
use http_body_util::BodyExt;

use super::webhook::signature;
use super::*;
use crate::config::Secret;

#[derive(Clone, Default)]
struct Network {
    asked: Arc<Mutex<Vec<(String, String, String)>>>,
    fails: Arc<Mutex<bool>>,
}

async fn answer(State(network): State<Network>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let names = ["authorization", "fastly-key", "maru-signature"];
    let shown = names.iter().find_map(|name| parts.headers.get(*name));
    let shown = shown.map_or("", |shown| shown.to_str().unwrap()).to_owned();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let asked = (format!("{} {}", parts.method, parts.uri), shown, body);
    network.asked.lock().unwrap().push(asked);
    match *network.fails.lock().unwrap() {
        true => StatusCode::TOO_MANY_REQUESTS,
        false => StatusCode::OK,
    }
}

#[allow(clippy::disallowed_methods)]
async fn network() -> (Network, String) {
    let network = Network::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(network.clone());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let _ = rustls::crypto::ring::default_provider().install_default();
    (network, address)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn urls(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("https://media.example/media/{number}.webp"))
        .collect()
}

#[tokio::test]
async fn cloudflare_hears_addresses_in_portions() {
    let (network, api) = network().await;
    let driver = Cloudflare {
        client: client(),
        address: format!("{api}/client/v4/zones/abc/purge_cache"),
        token: Secret::new("t0ken"),
    };
    driver.purge(&urls(31)).await.unwrap();
    let asked = network.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].0, "POST /client/v4/zones/abc/purge_cache");
    assert_eq!(asked[0].1, "Bearer t0ken");
    let body: serde_json::Value = serde_json::from_str(&asked[1].2).unwrap();
    assert_eq!(
        body["files"],
        serde_json::json!(["https://media.example/media/30.webp"])
    );
    *network.fails.lock().unwrap() = true;
    let failed = driver.purge(&urls(1)).await.unwrap_err().to_string();
    assert!(
        failed.contains("429") && !failed.contains("t0ken"),
        "{failed}"
    );
}

#[tokio::test]
async fn fastly_hears_one_address_at_a_time() {
    let (network, api) = network().await;
    let driver = Fastly {
        client: client(),
        api,
        token: Secret::new("t0ken"),
    };
    driver.purge(&urls(2)).await.unwrap();
    let asked = network.asked.lock().unwrap().clone();
    assert_eq!(asked[1].0, "POST /purge/media.example/media/1.webp");
    assert_eq!((asked.len(), asked[0].1.as_str()), (2, "t0ken"));
}

#[tokio::test]
async fn a_webhook_is_signed() {
    let (network, api) = network().await;
    let driver = Webhook {
        client: client(),
        url: format!("{api}/hook"),
        secret: Secret::new("s3cret"),
    };
    driver.purge(&urls(2)).await.unwrap();
    let (what, shown, body) = network.asked.lock().unwrap()[0].clone();
    assert_eq!(what, "POST /hook");
    assert_eq!(Some(shown), signature("s3cret", body.as_bytes()));
    assert!(body.contains("https://media.example/media/1.webp"));
    drop(network);
    let nowhere = Webhook {
        client: client(),
        url: "http://127.0.0.1:1/hook".to_owned(),
        secret: Secret::new("s3cret"),
    };
    assert!(nowhere.purge(&urls(1)).await.is_err());
}
