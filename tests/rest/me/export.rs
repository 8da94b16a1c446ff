//! `GET /v1/me/export`.

use std::io::Read;

use http::Method;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::server::Server;

#[tokio::test]
async fn an_archive_holds_what_is_ones_own_and_no_secret() {
    let server = Server::start().await;
    server.move_in("other", "바다").await;
    let browser = Browser::new(&server);
    let me = browser.sign_in("Haneul").await;
    browser
        .ask(Method::PUT, "/v1/users/other/follow", None)
        .await;
    let settings = json!({"motion": "reduced"});
    browser
        .ask(Method::PATCH, "/v1/me/settings", Some(&settings))
        .await;
    let secret = browser.cookies.lock().unwrap()["maru"].clone();
    let answer = browser.bytes("/v1/me/export").await;
    assert_eq!(answer.headers["content-type"], "application/zip");
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"maru-haneul.zip\""
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(answer.body)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    let mut text = |name: &str| {
        let mut text = String::new();
        zip.by_name(name)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    };
    for name in &names {
        let text = text(name);
        assert!(!text.contains(&secret), "{name}");
        if let Some(file) = name.strip_suffix(".json") {
            let list: Vec<Value> = serde_json::from_str(&text).unwrap();
            // That it was taken along is a line of the log, too.
            let lines = if file == "account_log" { 2 } else { 1 };
            assert!(list.len() <= lines, "{file}");
        }
    }
    for readme in ["README.txt", "README.ko.txt"] {
        let readme = text(readme);
        let named = |name: &&String| name.strip_suffix(".json").is_some();
        for name in names.iter().filter(named) {
            assert!(readme.contains(name.as_str()), "{name} is not explained");
        }
    }
    let mut first = |name: &str| serde_json::from_str::<Value>(&text(name)).unwrap()[0].clone();
    assert_eq!(first("profile.json")["id"], me["id"]);
    assert_eq!(first("follows.json")["following"], "other");
    assert_eq!(first("settings.json")["motion"], "reduced");
    assert_eq!(first("settings.json")["account_private"], false);
    assert!(
        first("logins.json")["created_at"]
            .as_str()
            .unwrap()
            .ends_with('Z')
    );
}
