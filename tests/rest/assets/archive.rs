//! The pictures in a person's archive: links that work for whoever has them, for a while.

use std::io::Read;

use serde_json::Value;

use super::canvas;
use super::sending::{choose, hex, sent};
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
