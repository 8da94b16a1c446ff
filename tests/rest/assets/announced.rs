//! Pictures that are announced and then sent to a signed address.

use bytes::Bytes;
use http::Method;
use http_body_util::StreamBody;
use serde_json::{Value, json};

use super::canvas;
use super::sending::{hex, settled};
use crate::browser::{Answer, Browser};
use crate::site::Site;

async fn announce(browser: &Browser, file: &[u8], kind: &str) -> Value {
    let body = json!({"content_type": kind, "bytes": file.len(), "sha256": hex(file), "purpose": "picture",
        "alt": "바다"});
    let answer = browser
        .ask(Method::POST, "/v1/assets/uploads", Some(&body))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

/// Whoever has the address sends, without a login.
async fn put(url: &str, file: Vec<u8>, kind: &str) -> Answer {
    let request = reqwest::Client::new().put(url).header("content-type", kind);
    Answer::of(request.body(file).send().await.unwrap()).await
}

#[tokio::test]
async fn an_announced_picture_is_taken_at_its_address_and_nothing_else_is() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let file = canvas::png(50, 40);
    let announced = announce(&browser, &file, "image/png").await;
    let (url, id) = (
        announced["url"].as_str().unwrap(),
        announced["asset_id"].as_str().unwrap(),
    );
    assert_eq!(
        (&announced["method"], &announced["headers"]),
        (&json!("PUT"), &json!({"content-type": "image/png"}))
    );
    let state = browser.get(&format!("/v1/assets/{id}")).await.json()["asset"]["state"].clone();
    assert_eq!(state, "uploading");
    let mut other = file.clone();
    *other.last_mut().unwrap() ^= 1;
    for (bytes, kind) in [
        (other, "image/png"),
        (file.clone(), "image/jpeg"),
        (file[1..].to_vec(), "image/png"),
        (Vec::new(), "image/png"),
    ] {
        put(url, bytes, kind)
            .await
            .is_problem(422, "upload_mismatch");
    }
    // More than announced, in pieces without a length, is cut off.
    let frames = vec![file.clone(); 50].into_iter();
    let frames =
        frames.map(|chunk| Ok::<_, std::io::Error>(hyper::body::Frame::data(Bytes::from(chunk))));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    let body = reqwest::Body::wrap(body);
    let request = reqwest::Client::new()
        .put(url)
        .header("content-type", "image/png");
    let answer = Answer::of(request.body(body).send().await.unwrap()).await;
    answer.is_problem(413, "body_too_large");
    for wrong in [
        format!("{url}x"),
        url.replace(id, "0190b0a0-0000-7000-8000-000000000000"),
    ] {
        let answer = put(&wrong, file.clone(), "image/png").await;
        assert!(
            [403, 404].contains(&answer.status.as_u16()),
            "{}",
            answer.body
        );
    }
    let forged = url.split_once('=').unwrap().0.to_owned() + "=AAAA";
    put(&forged, file.clone(), "image/png")
        .await
        .is_problem(403, "link_refused");
    let taken = put(url, file.clone(), "image/png").await;
    assert_eq!(taken.status, 202, "{}", taken.body);
    assert_eq!(settled(&browser, id).await["state"], "ready");
    put(url, file, "image/png")
        .await
        .is_problem(404, "asset_not_found");
}

#[tokio::test]
async fn an_announcement_sent_again_is_the_same_and_lapses_when_nothing_comes() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let file = canvas::png(50, 40);
    let body = json!({"content_type": "image/png", "bytes": file.len(), "sha256": hex(&file), "purpose": "avatar"});
    let key = [("idempotency-key", "one")];
    let path = "/v1/assets/uploads";
    let first = browser
        .ask_with(Method::POST, path, Some(&body), &key)
        .await;
    let again = browser
        .ask_with(Method::POST, path, Some(&body), &key)
        .await;
    assert_eq!((first.status.as_u16(), &first.body), (201, &again.body));
    for (field, value) in [
        ("sha256", json!("abc")),
        ("bytes", json!(0)),
        ("bytes", json!(99_999_999)),
        ("content_type", json!("image/svg+xml")),
        ("purpose", json!("wallpaper")),
        ("colour", json!("red")),
    ] {
        let mut bad = body.clone();
        bad[field] = value;
        let answer = browser.ask(Method::POST, path, Some(&bad)).await;
        assert!(
            [413, 422].contains(&answer.status.as_u16()),
            "{field}: {}",
            answer.body
        );
    }
    use sqlx::ConnectOptions;
    let store =
        sqlx::sqlite::SqliteConnectOptions::new().filename(site.data().join("maru.sqlite3"));
    let late = sqlx::query("UPDATE asset SET due_ms = 1");
    late.execute(&mut store.connect().await.unwrap())
        .await
        .unwrap();
    let url = first.json()["url"].as_str().unwrap().to_owned();
    put(&url, file, "image/png")
        .await
        .is_problem(403, "link_refused");
}
