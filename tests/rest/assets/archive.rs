//! The pictures in a person's archive: links that work for whoever has them, for a while.

use std::io::Read;

use http::Method;
use serde_json::{Value, json};

use super::canvas;
use super::sending::{choose, hex, sent};
use crate::moderation::cast;
use crate::site::Site;

#[tokio::test]
async fn pictures_can_be_fetched_by_what_the_archive_says() {
    let site = Site::start().await;
    let browser = site.browser();
    browser.sign_in("화가").await;
    let shown = sent(&browser, &canvas::png(200, 100), "image/png").await;
    assert_eq!(choose(&browser, &shown).await.status, 200);
    let own = sent(&browser, &canvas::png(90, 90), "image/png").await;
    let none = sent(&browser, b"\x89PNG\r\n\x1a\n", "image/png").await;
    assert_eq!(none["state"], "refused");
    let archive = browser.bytes("/v1/me/export").await.body;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let mut text = String::new();
    let mut file = zip.by_name("assets.json").unwrap();
    file.read_to_string(&mut text).unwrap();
    let lines: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(lines.len(), 3, "{text}");
    let of = |asset: &Value| lines.iter().find(|line| line["id"] == asset["id"]).unwrap();
    let anybody = site.browser();
    for (asset, is_public) in [(&shown, true), (&own, false)] {
        let line = of(asset);
        let link = line["link"].as_str().unwrap();
        assert!(link.starts_with(&site.origin()), "{link}");
        let loaded = anybody.bytes(link).await;
        assert_eq!(line["sha256"], hex(&loaded.body));
        assert_eq!(line["link_ends_at"].is_null(), is_public, "{line}");
        assert_eq!(link.contains("signature="), !is_public);
    }
    assert!(of(&none)["link"].is_null());
}

#[tokio::test]
async fn what_was_said_of_a_picture_that_is_taken_down_is_closed_in_the_archive_as_well() {
    let site = Site::start().await;
    let (one, _, staff, _) = cast(&site).await;
    let asset = sent(&one.browser, &canvas::png(20, 10), "image/png").await;
    let path = format!("/v1/assets/{}", asset["id"].as_str().unwrap());
    let words = json!({ "alt": "우리 집 고양이", "license_note": "내가 찍음" });
    let named = one.browser.ask(Method::PATCH, &path, Some(&words)).await;
    assert_eq!(named.status, 200, "{}", named.body);
    let line = async || {
        let archive = one.browser.bytes("/v1/me/export").await.body;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
        let mut text = String::new();
        let mut file = zip.by_name("assets.json").unwrap();
        file.read_to_string(&mut text).unwrap();
        let lines: Vec<Value> = serde_json::from_str(&text).unwrap();
        lines.into_iter().next().unwrap()
    };
    assert_eq!(line().await["alt"], "우리 집 고양이");
    let takedown = format!("{path}/takedown");
    let down = staff.browser.ask(Method::POST, &takedown, None).await;
    assert_eq!(down.status, 200, "{}", down.body);
    let line = line().await;
    assert_eq!(
        (&line["state"], &line["alt"], &line["license_note"]),
        (&json!("taken_down"), &json!(""), &json!("")),
        "{line}"
    );
}
