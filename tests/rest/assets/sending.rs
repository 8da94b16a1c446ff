//! Somebody who sends pictures and waits for what becomes of them.

use std::time::Duration;

use http::Method;
use http::header::ORIGIN;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::browser::{Answer, Browser};

pub(super) fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The body of a form, and its content type.
pub(super) fn form(fields: &[(&str, &str)], file: &[u8], content_type: &str) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x\"\r\ncontent-type: {content_type}\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(file);
    body.extend(b"\r\n--edge--\r\n");
    ("multipart/form-data; boundary=edge".to_owned(), body)
}

/// Sends a form with these headers.
pub(super) async fn send_form(
    browser: &Browser,
    (content_type, body): (String, Vec<u8>),
    headers: &[(&str, &str)],
) -> Answer {
    let cookies = browser.cookies.lock().unwrap().clone();
    let cookies: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut request = browser.http.post(browser.url("/v1/assets"));
    request = request.header("cookie", cookies.join("; "));
    request = request.header("content-type", content_type);
    let own = browser.url("/");
    request = request.header(ORIGIN, own.trim_end_matches('/'));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.body(body).send().await.unwrap()).await
}

/// Sends a picture; the answer.
pub(super) async fn send(browser: &Browser, file: &[u8], content_type: &str) -> Answer {
    let fields = [("purpose", "picture"), ("alt", "네 귀퉁이")];
    send_form(browser, form(&fields, file, content_type), &[]).await
}

/// Waits until a picture has been looked at; it.
pub(super) async fn settled(browser: &Browser, id: &str) -> Value {
    for _ in 0..1_200 {
        let answer = browser.get(&format!("/v1/assets/{id}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let asset = answer.json()["asset"].clone();
        if asset["state"] != "processing" {
            return asset;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is looked at for ever");
}

/// Sends a picture and waits; it.
pub(super) async fn sent(browser: &Browser, file: &[u8], content_type: &str) -> Value {
    let answer = send(browser, file, content_type).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let asset = answer.json()["asset"].clone();
    assert_eq!(asset["state"], "processing");
    settled(browser, asset["id"].as_str().unwrap()).await
}

/// The bytes of a size.
pub(super) async fn bytes(browser: &Browser, asset: &Value, size: &str) -> Vec<u8> {
    let link = asset["picture"][size].as_str().unwrap();
    let loaded = browser.bytes(link).await;
    assert_eq!(loaded.headers["content-type"], "image/webp");
    loaded.body
}

/// Chooses it as one's own picture, which makes it public.
pub(super) async fn choose(browser: &Browser, asset: &Value) -> Answer {
    let body = serde_json::json!({ "asset": asset["id"] });
    browser.ask(Method::PUT, "/v1/me/avatar", Some(&body)).await
}
